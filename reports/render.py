"""An edition → HTML. Reads nothing but the edition, so that the same edition always gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from .edition import AdoptionLine, ApprovalLine, Edition, FigureLine, FundingLine, Origin, PolicyLine, Section, StoryLine, Trouble
from .labels import Labels, also_covered, corrected, editor_note, heading, silence, subject_line, warnings
from .links import Ways
from .opening import key_figures, opening
from .rows import Row, Table, shown_tables

Rewrite = Callable[[str], str]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )


def html(edition: Edition, *, full: bool = False, test: bool = False, rewrite: Rewrite | None = None, ways: Ways | None = None) -> str:
    """The edition as one HTML page for mail programs and browsers.

    `full` shows what the mail leaves out; `test` marks it as a test; `rewrite` maps each link to the one to print (default: as it is);
    `ways` are the links that act for the reader.
    """
    page = _Page(edition, full=full, test=test, rewrite=rewrite or (lambda link: link), ways=ways)
    return _environment().get_template("issue.html").render(page.values())


class _Page:
    """The values of the template, in the words of the edition's language."""

    def __init__(self, edition: Edition, *, full: bool, test: bool, rewrite: Rewrite, ways: Ways | None) -> None:
        self.edition = edition
        self.ways = ways
        self.full = full
        self.test = test
        self.rewrite = rewrite
        self.labels = Labels(edition.language)

    def values(self) -> dict[str, Any]:
        """What the template asks for, by name."""
        edition, t = self.edition, self.labels
        health = edition.health
        return {
            "edition": edition,
            "t": t,
            "page_language": "zh-CN" if edition.language == "zh" else "en",
            "subject": subject_line(edition),
            "preview": self._preview(),
            "warnings": warnings(edition, t, test=self.test),
            "editor_note": editor_note(edition, t),
            "silence": None if edition.totals.stories else silence(edition, t),
            "heading": heading(edition, t),
            "span": t.span(edition.starts_on, edition.ends_on),
            "figures": key_figures(edition, t),
            "opening": [" ".join(said) if code == "en" else "".join(said) for code in t.languages if (said := opening(edition, code))],
            "tables": [self._table(table) for table in shown_tables(edition, t, full=self.full)],
            "sections": [self._section(section) for section in edition.sections],
            "corrections": [{"text": corrected(one, t), "url": self._link(one.link)} for one in edition.corrections],
            "health_line": health_line(edition, t),
            "troubles": [(t("failing"), self._troubles(health.failing)), (t("silent"), self._troubles(health.silent))],
            "more": partial(t, more_label(edition)),
            "archive": None if self.full else archive_link(edition),
            "built": edition.built_on,
            "leave": self.ways.leave if self.ways else None,
        }

    def _preview(self) -> str:
        """What a mailbox shows beside the subject: what is missing, then the opening."""
        said = opening(self.edition, self.labels.languages[0])
        return " · ".join([*warnings(self.edition, self.labels, test=self.test), *said])

    def _link(self, link: str | None) -> str | None:
        return self.rewrite(link) if link else None

    def _place(self, line: Origin) -> dict[str, Any]:
        """What every line says of where it comes from."""
        return {
            "url": self._link(line.link),
            "outlet": line.outlet,
            "day": self.labels.day(line.day),
            "title": line.title,
            "twin": line.twin,
            "summary": line.summary,
            "also": also_covered(line, self.labels),
            "wrong": wrong_link(line, self.ways),
        }

    def _table(self, table: Table) -> dict[str, Any]:
        names = {"id": table.id, "title": table.title, "left": table.left, "right": table.right, "note": table.note}
        return names | {"hidden": table.hidden, "rows": [self._row(row) for row in table.rows]}

    def _row(self, row: Row) -> dict[str, Any]:
        said = {"name": row.name, "detail": row.detail, "value": row.value, "values": row.values, "small": row.small}
        return self._place(row.line) | said | {"headline": row.headline}

    def _section(self, section: Section) -> dict[str, Any]:
        stories = section.stories if self.full else section.stories[: section.shown]
        return {
            "name": self.labels.section(section.name_en, section.name_zh),
            "count": len(section.stories),
            "stories": [self._story(story) for story in stories],
            "hidden": len(section.stories) - len(stories),
        }

    def _story(self, story: StoryLine) -> dict[str, Any]:
        follows = self.labels("follows", title=story.follows) if story.follows else ""
        return self._place(story) | {"made": story.made, "follows": follows}

    def _troubles(self, rows: tuple[Trouble, ...]) -> list[dict[str, Any]]:
        t = self.labels
        return [{"name": row.name, "reason": row.reason, "since": t("since", day=t.day(row.since)) if row.since else ""} for row in rows]


# What the rows of tables are facts of; any other line may be doubted as a whole.
_ABOUT: dict[type[Origin], str] = {
    FundingLine: "funding",
    AdoptionLine: "adoption",
    ApprovalLine: "approval",
    PolicyLine: "policy",
    FigureLine: "figure",
}


def wrong_link(line: Origin, ways: Ways | None) -> str | None:
    """Where a reader says that a line is wrong."""
    return ways.wrong(line.item_id, _ABOUT.get(type(line), "")) if ways else None


def health_line(edition: Edition, labels: Labels) -> str:
    """How many sources are fine, fail, are silent, were not tried."""
    health = edition.health
    counts = {"failing": len(health.failing), "silent": len(health.silent), "untried": health.untried}
    return labels("health_line", ok=health.ok, total=health.total, **counts)


def archive_link(edition: Edition) -> str | None:
    """Where the whole issue stands, when an archive is published: a file that `write_issue` writes."""
    ending = "-full.html" if edition.hidden else ".html"
    return f"{edition.archive_url.rstrip('/')}/{quote(edition.file_name)}{ending}" if edition.archive_url else None


def more_label(edition: Edition) -> str:
    """The label for lines that the mail leaves out: it names the whole issue only where a link to it stands."""
    return "more" if edition.archive_url else "more_unlinked"
