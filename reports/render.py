"""An edition → HTML: the mail, and what its page in the archive shows. Reads the edition alone: the same edition, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from .edition import AdoptionLine, ApprovalLine, Edition, FigureLine, FundingLine, Origin, PolicyLine, Report, StoryLine, Trouble
from .labels import Labels, corrected, editor_note, heading, silence, subject_line, warnings
from .links import Ways
from .opening import key_figures, opening
from .panels import before_first_crawl, panel
from .rows import Row, Table, shown_tables

Rewrite = Callable[[str], str]
_LEAD_AMONG = 4  # stories of which one may lead; fewer are seen at a glance
_NAMED_OUTLETS = 5


@cache
def environment() -> Environment:
    """Where templates come from: `reports/templates`, everything escaped."""
    return Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )


def attached(name: str) -> str:
    """The address of a picture within its mail."""
    return f"cid:{name}@yixun"


def html(
    edition: Edition,
    *,
    full: bool = False,
    test: bool = False,
    rewrite: Rewrite | None = None,
    picture: Rewrite = attached,
    ways: Ways | None = None,
) -> str:
    """The edition as the HTML of a mail.

    `full` shows what the mail leaves out; `test` marks it as a test; `rewrite` maps each link to the one to print (default: as it is);
    `picture` maps the name of a picture to its address; `ways` are the links that act for the reader.
    """
    shown = Shown(edition, full=full, test=test, rewrite=rewrite, picture=picture, ways=ways)
    return environment().get_template("issue.html").render(shown.values())


class Shown:
    """What is shown of an edition, in the words of its language: the values of the templates. Arguments as in `html`."""

    def __init__(
        self,
        edition: Edition,
        *,
        full: bool,
        test: bool = False,
        rewrite: Rewrite | None = None,
        picture: Rewrite,
        ways: Ways | None = None,
    ) -> None:
        self.edition = edition
        self.ways = ways
        self.full = full
        self.test = test
        self.rewrite = rewrite or (lambda link: link)
        self.picture = picture
        self.labels = Labels(edition.language)
        self.numbers = {id(line): number for number, line in enumerate(edition.lines())}

    def values(self) -> dict[str, Any]:
        """What a template may ask for, by name."""
        edition, t = self.edition, self.labels
        lead = leading(edition)
        return {
            "edition": edition,
            "t": t,
            "page_language": "zh-CN" if edition.language == "zh" else "en",
            "subject": subject_line(edition),
            "preview": self._preview(),
            "warnings": warnings(edition, t, test=self.test),
            "editor_note": editor_note(edition, t),
            "heading": heading(edition, t),
            "span": t.span(edition.starts_on, edition.ends_on),
            "silence": None if edition.totals.stories else silence(edition, t),
            "opening": [" ".join(said) if code == "en" else "".join(said) for code in t.languages if (said := opening(edition, code))],
            "tiles": key_figures(edition, t),
            "lead": self._story(lead) if lead else None,
            "tables": [self._table(table) for table in shown_tables(edition, t, full=self.full)],
            "panels": [(panel(trend, t), self.picture) for trend in edition.trends],
            "weeks": max((len(trend.weeks) for trend in edition.trends), default=0),
            "before": before_first_crawl(edition.trends, t),
            "sections": list(self._sections(lead)),
            "corrections": [{"text": corrected(one, t), "url": one.link and self.rewrite(one.link)} for one in edition.corrections],
            "health_line": health_line(edition, t),
            "troubles": [*self._troubles("failing", edition.health.failing), *self._troubles("silent", edition.health.silent)],
            "more": partial(t, more_label(edition)),
            "archive": None if self.full else archive_link(edition),
            "built": edition.built_on,
            "leave": self.ways.leave if self.ways else None,
        }

    def _preview(self) -> str:
        """What a mailbox shows beside the subject: what is missing, then the opening, else the first headlines."""
        said = opening(self.edition, self.labels.languages[0]) or [section.stories[0].title for section in self.edition.sections[:3]]
        return " ".join([*warnings(self.edition, self.labels, test=self.test), *said])

    def _line(self, line: Origin) -> dict[str, Any]:
        """What all lines have: where they were published, by whom else, and their number on the page."""
        told = [{"outlet": one.outlet, "url": one.link and self.rewrite(one.link)} for one in line.others[:_NAMED_OUTLETS]]
        return {
            "number": self.numbers[id(line)],
            "title": line.title,
            "url": self.rewrite(line.link) if line.link else None,
            "outlet": line.outlet,
            "day": self.labels.day(line.day),
            "twin": line.twin,
            "summary": line.summary,
            "also": also_words(line.others, self.labels),
            "others": told,
            "wrong": wrong_link(line, self.ways),
        }

    def _story(self, story: StoryLine) -> dict[str, Any]:
        made_by = self.labels("translated" if story.translated else "made")
        return self._line(story) | {"made": story.made, "made_by": made_by, "follows": story.follows}

    def _table(self, table: Table) -> dict[str, Any]:
        rows = [self._row(row) for row in table.rows]
        return {
            "id": table.id,
            "title": table.title,
            "left": table.left,
            "right": table.right,
            "rows": rows,
            "hidden": table.hidden,
            "note": table.note,
        }

    def _row(self, row: Row) -> dict[str, Any]:
        said = {
            "name": row.name,
            "detail": row.detail,
            "value": row.value,
            "values": row.values,
            "small": row.small,
            "headline": row.headline,
        }
        return self._line(row.line) | said

    def _sections(self, lead: StoryLine | None) -> Iterator[dict[str, Any]]:
        for section in self.edition.sections:
            shown = section.stories if self.full else section.stories[: section.shown]
            stories = [self._story(story) for story in shown if story is not lead]
            hidden = len(section.stories) - len(shown)
            if stories or hidden:
                name = self.labels.section(section.name_en, section.name_zh)
                yield {"id": section.id, "name": name, "count": len(section.stories), "stories": stories, "hidden": hidden}

    def _troubles(self, kind: str, rows: tuple[Trouble, ...]) -> Iterator[dict[str, str]]:
        t = self.labels
        for row in rows:
            yield {"name": row.name, "kind": t(kind), "reason": row.reason, "since": t("since", day=t.day(row.since)) if row.since else ""}


def leading(edition: Edition) -> StoryLine | None:
    """The story that leads an issue of more than a few: the one that matters most of those that a mail shows and no table tells."""
    shown = [story for section in edition.sections for story in section.stories[: section.shown]]
    return max(shown, key=lambda story: (story.score, -story.item_id)) if len(shown) >= _LEAD_AMONG else None


def also_words(others: tuple[Report, ...], labels: Labels) -> list[str]:
    """The words around the names of further outlets: one piece before them, and one after, for each language."""
    if not others:
        return []
    key = "also_covered_one" if len(others) == 1 else "also_covered"
    rest = " …" if len(others) > _NAMED_OUTLETS else ""
    return labels(key, count=len(others), names=f"\0{rest}").split("\0")


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
    """Where the page of the issue stands, when an archive is published."""
    return f"{edition.archive_url.rstrip('/')}/{quote(issue_page(edition))}" if edition.archive_url else None


def issue_page(edition: Edition) -> str:
    """The address of the page of an issue within the archive."""
    return f"issues/{edition.file_name}.html"


def more_label(edition: Edition) -> str:
    """The label for lines that the mail leaves out: it names the whole issue only where a link to it stands."""
    return "more" if edition.archive_url else "more_unlinked"
