"""One edition of a digest as plain values: everything rendering needs and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from .coverage import Coverage
from .trends import Trend

# The tables of an edition, each with the name that its lines are kept under.
TABLES = {
    "adoptions": "adoption_table",
    "funding": "funding_table",
    "deals": "deal_table",
    "approvals": "approval_table",
    "policies": "policy_table",
    "figures": "figure_table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Who else tells a story, and a safe link to it or None."""

    outlet: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a line stands on: the item that it was taken from, and all that a reader may look up."""

    item_id: int
    story_id: int
    outlet: str
    day: str  # in Shanghai, ISO
    link: str | None  # http(s), or none
    title: str  # the headline as published
    chinese: bool  # whether the headline is in Chinese
    twin: str | None  # the story's headline in the other language, as published
    summary: str  # one or two sentences taken from the text; "" when none tells more than the headline
    others: tuple[Report, ...]  # further outlets that carry the story
    facts: tuple[str, ...]  # what it stands on, as in v1_facts: of a row the proofs of its event, the best first
    score: float  # how much the story matters (reports.rank), for choosing among lines of one edition


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine(Origin):
    """A story that no table tells.

    `made` is a line in the language that the headline is not in, put together from facts, topics and catalogue names; None where it is not
    wanted, for a headline in both languages, and where nothing certain can be said. `follows` is the headline of the story of an
    earlier issue that this one goes on from.
    """

    made: str | None
    follows: str | None
    translated: bool = False  # `made` is the second reader's translation of the headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation or an AI model as written, with its names in the catalogue."""

    written: str
    english: str | None
    chinese: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced(Origin):
    """A line with a sum. Sums are decimal text, because an edition is kept as JSON; all None when undisclosed."""

    amount: str | None  # as written
    hedge: str | None
    cny_low: str | None
    cny_high: str | None
    usd_low: str | None
    usd_high: str | None
    rate_on: str | None
    rate_source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingLine(Priced):
    """A round or a step of a listing."""

    company: Party
    type: str  # funding, ipo
    kind: str
    stage: str
    round: str | None
    valuation: str | None
    investors: tuple[str, ...]  # leads first
    leads: int  # how many of them lead


@dataclass(frozen=True, slots=True, kw_only=True)
class DealLine(Priced):
    """A purchase, or a partnership of equals: `company` is None then."""

    company: Party | None  # what is bought
    parties: tuple[Party, ...]  # the buyers, or the partners
    subject: str | None  # of a partnership
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionLine(Origin):
    """An organisation and the model that it takes into use."""

    adopter: Party
    model: Party
    family: str
    product: str | None
    department: str | None
    stage: str
    hosting: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine(Origin):
    """A decision on a product."""

    holder: Party | None
    product: str | None
    authority: str | None
    device_class: str | None
    number: str | None
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine(Origin):
    """A document of an authority."""

    issuer: Party | None
    name: str | None
    number: str | None
    effect_on: str | None  # ISO day


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine(Origin):
    """A figure of the sector, as written."""

    subject: str | None
    value: str
    year: str | None
    said_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an earlier issue said and is not so: `what` is amount, wrong or withdrawn; `was` and `now` stand as written, if at all."""

    what: str
    period: str
    subject: str
    was: str | None
    now: str | None
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A topic with its stories; the first `shown` of them go into the mail."""

    id: str
    name_en: str
    name_zh: str
    stories: tuple[StoryLine, ...]
    shown: int

    @property
    def hidden(self) -> int:
        """How many stories the mail leaves to the archive page."""
        return max(0, len(self.stories) - self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The key figures. `raised_*` sum the low bounds of closed venture and strategic rounds, as decimal text."""

    stories: int
    outlets: int
    adoptions: int
    deepseek: int
    rounds: int  # closed venture and strategic rounds
    undisclosed: int  # of these, rounds without a figure
    raised_cny: str
    raised_usd: str
    approvals: int
    policies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The mean of each figure over the last `periods` covered issues before; `raised_*` as decimal text."""

    periods: int
    stories: float
    outlets: float
    adoptions: float
    rounds: float
    raised_cny: str
    raised_usd: str
    approvals: float
    policies: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that fails or is silent: why, and since which day (ISO) if known."""

    name: str
    reason: str
    since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the sources were when the issue was built."""

    ok: int
    failing: tuple[Trouble, ...]
    silent: tuple[Trouble, ...]
    untried: int

    @property
    def total(self) -> int:
        """All enabled sources."""
        return self.ok + len(self.failing) + len(self.silent) + self.untried


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One built edition: the one structure from which HTML, text, Markdown and pages are made."""

    digest: str
    title: str
    subject: str  # pattern of the mail's subject (settings)
    scope: str  # what is selected, in one line: only issues of one scope are compared
    period: str
    kind: str  # of the period: week, fortnight, month, day, or days
    starts_on: str
    ends_on: str
    language: str
    built_on: str
    archive_url: str | None
    totals: Totals
    before: Means | None  # None before enough periods were covered
    adoptions: tuple[AdoptionLine, ...]
    funding: tuple[FundingLine, ...]
    deals: tuple[DealLine, ...]
    approvals: tuple[ApprovalLine, ...]
    policies: tuple[PolicyLine, ...]
    figures: tuple[FigureLine, ...]
    rows_shown: int  # of each table, in the mail
    sections: tuple[Section, ...]
    corrections: tuple[Correction, ...]
    trends: tuple[Trend, ...]  # what its pictures show
    health: Health
    coverage: Coverage
    partial: bool  # built before its period was over
    note: str = ""  # what an editor says at the head of the issue
    as_of: str = ""  # the day (ISO) up to which things were known, where that is not the day of building
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the second reader's opening, by language
    unknown: dict[str, int] = field(default_factory=dict)  # of what was known then, how much is not kept, by kind

    @property
    def name(self) -> str:
        """What files of this edition are called, without ending."""
        return f"{self.digest}-{self.period}{'-partial' if self.partial else ''}{f'-as-of-{self.as_of}' if self.as_of else ''}"

    @property
    def file_name(self) -> str:
        """`name` as the stem of a file."""
        return re.sub(r"[^\w.-]", "_", self.name)

    def rows(self, table: str) -> tuple[Origin, ...]:
        """The lines of a table, by its field's name."""
        found: tuple[Origin, ...] = getattr(self, table)
        return found

    def lines(self) -> Iterator[Origin]:
        """All lines in the order in which they are printed: those of tables, then those of sections."""
        for table in TABLES:
            yield from self.rows(table)
        for section in self.sections:
            yield from section.stories

    @property
    def hidden(self) -> int:
        """How many stories and rows the mail leaves to the archive page."""
        return sum(max(0, len(self.rows(table)) - self.rows_shown) for table in TABLES) + sum(section.hidden for section in self.sections)


def freeze(edition: Edition) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Split an edition into its head and its lines, (section, line) in order, all of it plain JSON values."""
    head = _ADAPTER.dump_python(edition, mode="json")
    lines = [(name, line) for table, name in TABLES.items() for line in head.pop(table)]
    for section in head["sections"]:
        lines += [(section["id"], line) for line in section.pop("stories")]
    return head, lines


def thaw(head: dict[str, Any], lines: list[tuple[str, dict[str, Any]]]) -> Edition:
    """The edition that `freeze` split."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for section, line in lines:
        found[section].append(line)
    sections = [row | {"stories": found[row["id"]]} for row in head["sections"]]
    return _ADAPTER.validate_python(head | {table: found[name] for table, name in TABLES.items()} | {"sections": sections})


_ADAPTER = TypeAdapter(Edition)
