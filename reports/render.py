"""An edition → HTML. Reads nothing but the edition, so that the same edition always gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from .edition import AdoptionLine, Edition, FundingLine, Origin, Section, StoryLine, Trouble
from .labels import (
    Labels,
    also_covered,
    backers,
    deal,
    heading,
    progress,
    round_sum,
    silence,
    subject_line,
    total_note,
    value_of,
    warnings,
)
from .links import Ways

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
        funding = edition.funding if self.full else edition.funding[: edition.funding_shown]
        adoptions = edition.adoptions if self.full else edition.adoptions[: edition.adoptions_shown]
        health = edition.health
        return {
            "edition": edition,
            "t": t,
            "page_language": "zh-CN" if edition.language == "zh" else "en",
            "subject": subject_line(edition),
            "preview": self._preview(),
            "warnings": warnings(edition, t, test=self.test),
            "silence": None if edition.totals.stories else silence(edition, t),
            "heading": heading(edition, t),
            "span": t.span(edition.starts_on, edition.ends_on),
            "tiles": self._tiles(),
            "funding": [self._funding(line) for line in funding],
            "funding_hidden": len(edition.funding) - len(funding),
            "note": total_note(edition, t),
            "adoptions": [self._adoption(line) for line in adoptions],
            "adoptions_hidden": len(edition.adoptions) - len(adoptions),
            "sections": [self._section(section) for section in edition.sections],
            "health_line": health_line(edition, t),
            "troubles": [(t("failing"), self._troubles(health.failing)), (t("silent"), self._troubles(health.silent))],
            "more": partial(t, more_label(edition)),
            "archive": None if self.full else archive_link(edition),
            "built": edition.built_on,
            "leave": self.ways.leave if self.ways else None,
        }

    def _preview(self) -> str:
        """What a mailbox shows beside the subject: what is missing, then the first headlines."""
        headlines = [section.stories[0].title for section in self.edition.sections[:3]]
        return " · ".join([*warnings(self.edition, self.labels, test=self.test), *headlines])

    def _tiles(self) -> list[dict[str, str]]:
        totals, t = self.edition.totals, self.labels
        money = round_sum(Decimal(totals.raised_cny), "CNY", "en" if "en" in t.languages else "zh")
        disclosed = t("undisclosed_count", count=totals.undisclosed) if totals.undisclosed else t("all_disclosed")
        closed = totals.rounds > totals.undisclosed
        return [
            {"number": str(totals.stories), "label": t("stories", count=totals.stories), "small": t("from_outlets", count=totals.outlets)},
            {
                "number": str(totals.adoptions),
                "label": t("adoptions", count=totals.adoptions),
                "small": t("of_deepseek", count=totals.deepseek) if totals.deepseek else "",
            },
            {
                "number": money if closed else str(totals.rounds),
                "label": t("raised") if closed else t("rounds", count=totals.rounds),
                "small": f"{totals.rounds} {t('rounds', count=totals.rounds)}, {disclosed}" if closed else "",
            },
            {
                "number": str(totals.approvals),
                "label": t("approvals", count=totals.approvals),
                "small": t("policies_count", count=totals.policies) if totals.policies else "",
            },
        ]

    def _place(self, line: Origin) -> dict[str, Any]:
        return {
            "url": self.rewrite(line.link) if line.link else None,
            "outlet": line.outlet,
            "day": self.labels.day(line.day),
            "wrong": wrong_link(line, self.ways),
        }

    def _funding(self, line: FundingLine) -> dict[str, Any]:
        t = self.labels
        value = t("valuation", amount=line.valuation) if line.valuation else None
        return self._place(line) | {
            "name": t.name(line.company_en, line.company_zh, line.company),
            "deal": deal(line, t),
            "backers": backers(line, t),
            "amount": line.amount,
            "worth": [one for one in (value_of(line, "CNY", t), value_of(line, "USD", t), value) if one],
        }

    def _adoption(self, line: AdoptionLine) -> dict[str, Any]:
        name = self.labels.name(line.adopter_en, line.adopter_zh, line.adopter)
        return self._place(line) | {"name": name, "use": line.use, "model": line.model, "progress": progress(line, self.labels)}

    def _section(self, section: Section) -> dict[str, Any]:
        stories = section.stories if self.full else section.stories[: section.shown]
        return {
            "name": self.labels.section(section.name_en, section.name_zh),
            "count": len(section.stories),
            "stories": [self._story(story) for story in stories],
            "hidden": len(section.stories) - len(stories),
        }

    def _story(self, story: StoryLine) -> dict[str, Any]:
        also = also_covered(story, self.labels)
        return self._place(story) | {"title": story.title, "twin": story.twin, "summary": story.summary, "also": also}

    def _troubles(self, rows: tuple[Trouble, ...]) -> list[dict[str, Any]]:
        t = self.labels
        return [{"name": row.name, "reason": row.reason, "since": t("since", day=t.day(row.since)) if row.since else ""} for row in rows]


def wrong_link(line: Origin, ways: Ways | None) -> str | None:
    """Where a reader says that a line is wrong."""
    about = {FundingLine: "funding", AdoptionLine: "adoption"}.get(type(line), "")
    return ways.wrong(line.item_id, about) if ways else None


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
