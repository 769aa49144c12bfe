"""One edition of a digest as plain values: everything rendering needs and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from .coverage import Coverage

FUNDING = "funding_table"
ADOPTION = "adoption_table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a line comes from: the item, its outlet, its day in Shanghai (ISO), and a safe link or None."""

    item_id: int
    story_id: int | None
    outlet: str
    day: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine(Origin):
    """A headline with one sentence. `twin` is the headline of the same story in the other language."""

    title: str
    twin: str | None
    summary: str
    others: tuple[str, ...]  # further outlets that carry the story


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingLine(Origin):
    """A row of the funding table. Sums are decimal text, because an edition is kept as JSON."""

    company: str
    company_en: str | None
    company_zh: str | None
    type: str
    kind: str
    stage: str
    round: str | None
    amount: str | None  # as written
    hedge: str | None
    cny_low: str | None
    cny_high: str | None
    usd_low: str | None
    usd_high: str | None
    rate_on: str | None
    rate_source: str | None
    valuation: str | None
    investors: tuple[str, ...]  # leads first
    leads: int  # how many of them lead


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionLine(Origin):
    """A row of the adoption table."""

    adopter: str
    adopter_en: str | None
    adopter_zh: str | None
    model: str
    family: str
    use: str | None  # product and department
    stage: str
    hosting: str | None


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
    """One built edition."""

    digest: str
    title: str
    period: str
    starts_on: str
    ends_on: str
    language: str
    built_on: str
    archive_url: str | None
    totals: Totals
    funding: tuple[FundingLine, ...]
    funding_shown: int
    adoptions: tuple[AdoptionLine, ...]
    adoptions_shown: int
    sections: tuple[Section, ...]
    health: Health
    coverage: Coverage
    partial: bool  # built before its period was over
    note: str = ""  # what an editor says at the head of the issue
    as_of: str = ""  # the day (ISO) up to which things were known, where that is not the day of building
    unknown: dict[str, int] = field(default_factory=dict)  # of what was known then, how much is not kept, by kind

    @property
    def name(self) -> str:
        """What files of this edition are called, without ending."""
        return f"{self.digest}-{self.period}{'-partial' if self.partial else ''}{f'-as-of-{self.as_of}' if self.as_of else ''}"

    @property
    def file_name(self) -> str:
        """`name` as the stem of a file."""
        return re.sub(r"[^\w.-]", "_", self.name)

    @property
    def hidden(self) -> int:
        """How many stories and rows the mail leaves to the archive page."""
        rows = max(0, len(self.funding) - self.funding_shown) + max(0, len(self.adoptions) - self.adoptions_shown)
        return rows + sum(section.hidden for section in self.sections)


def freeze(edition: Edition) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Split an edition into its head and its lines, (section, line) in order, all of it plain JSON values."""
    head = _ADAPTER.dump_python(edition, mode="json")
    lines = [(FUNDING, line) for line in head.pop("funding")] + [(ADOPTION, line) for line in head.pop("adoptions")]
    for section in head["sections"]:
        lines += [(section["id"], line) for line in section.pop("stories")]
    return head, lines


def thaw(head: dict[str, Any], lines: list[tuple[str, dict[str, Any]]]) -> Edition:
    """The edition that `freeze` split."""

    def of(section: str) -> list[dict[str, Any]]:
        return [line for name, line in lines if name == section]

    sections = [row | {"stories": of(row["id"])} for row in head["sections"]]
    return _ADAPTER.validate_python(head | {"funding": of(FUNDING), "adoptions": of(ADOPTION), "sections": sections})


_ADAPTER = TypeAdapter(Edition)
