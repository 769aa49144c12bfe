"""What judging says about a text: the vocabulary of facts (docs/facts.md), as frozen values.

Offsets count characters of `Document.full`: the title, a line feed, the text; or the text alone when the title is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, make_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from .registry import KINDS, Kind

Hedge = Literal["exact", "about", "at_least", "under", "range", "undisclosed"]
OrganisationKind = Literal["company", "hospital", "regulator", "investor", "university", "agency"]
FundingStage = Literal["talks", "filed", "done", "listed", "terminated"]
FundingKind = Literal["venture", "strategic", "fund", "grant", "debt"]
AdoptionStage = Literal["planned", "announced", "pilot", "live", "expanded"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money as written; `low` and `high` are equal but for ranges, both None when undisclosed."""

    as_written: str
    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    currency: str | None  # ISO 4217, None where the text names none
    hedge: Hedge


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact sentence that states a fact, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """An organisation or a model named in the text. `id` is None for a name outside the catalogue."""

    target: Literal["organisation", "model"]
    id: str | None
    as_written: str
    start: int
    end: int
    kind: str  # an OrganisationKind, or the family of a model
    name_en: str | None = None
    name_zh: str | None = None
    found_by: Literal["catalogue", "reader"] = "catalogue"


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation taking part in a fact."""

    id: str | None
    as_written: str


@dataclass(frozen=True, slots=True)
class Investor:
    """Who put money in; `lead` when the text says so."""

    id: str | None
    name: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class ModelRef:
    """An AI model taking part in a fact."""

    id: str | None
    family: str
    as_written: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all facts share.

    `found_by` is "reader" or the name of a rule; `background` marks what the text recalls rather than announces (去年完成…);
    `health` tells whether the main party works in health.
    """

    type: str
    evidence: Evidence
    announced_on: date | None = None
    confidence: float = 0.5
    found_by: str = "reader"  # or the name of a rule
    background: bool = False
    health: bool = True  # whether its main party works in health


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(Fact):
    """A funding round, an IPO step or an acquisition (`type`: funding, ipo, acquisition); `venue` is where an IPO lists."""

    company: Party
    amount: Amount | None = None
    round: str | None = None
    investors: tuple[Investor, ...] = ()
    valuation: Amount | None = None
    stage: FundingStage = "done"
    kind: FundingKind = "venture"
    venue: str | None = None  # where shares are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption(Fact):
    """An organisation takes a model into use."""

    adopter: Party
    model: ModelRef
    product: str | None = None
    department: str | None = None
    stage: AdoptionStage = "announced"
    hosting: Literal["local", "hosted"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Fact):
    """A regulator decides on a device or a drug."""

    holder: Party | None = None
    product: str | None = None
    authority: str | None = None
    device_class: str | None = None  # printed as `class`
    number: str | None = None
    decision: str = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership(Fact):
    """Two or more organisations agree to work together, or license."""

    parties: tuple[Party, ...]
    subject: str | None = None
    amount: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Fact):
    """A public body issues a rule, a plan or a guideline."""

    issuer: Party | None = None
    title: str | None = None
    number: str | None = None
    effect_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch(Fact):
    """An organisation brings out a product or a model."""

    organisation: Party | None = None
    product: str | None = None
    model: ModelRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(Fact):
    """A company reports a figure."""

    organisation: Party
    measure: str
    amount: Amount | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Fact):
    """A market size, a forecast or a count told as a fact of the sector."""

    value: str
    subject: str | None = None
    year: str | None = None
    source: str | None = None


def _made(kind: Kind) -> type[Fact]:
    """The value of a kind that no code names the fields of: one field a role and a choice, None (or none) where the text is silent."""
    several = ("parties", "investors")
    roles = [(role.column, Any, field(default=() if role.type in several else None)) for role in kind.roles]
    choices = [(choice, Any, field(default=None)) for choice in kind.choices]
    name = kind.name.title().replace("_", "")
    made = make_dataclass(name, [*roles, *choices], bases=(Fact,), frozen=True, slots=True, kw_only=True)
    made.__module__ = __name__
    globals()[name] = made  # facts travel between processes, by the name of their class
    return made


_WRITTEN: dict[str, type[Fact]] = {
    **dict.fromkeys(("funding", "ipo", "acquisition"), Funding),
    "adoption": Adoption,
    "approval": Approval,
    "partnership": Partnership,
    "policy": Policy,
    "launch": Launch,
    "results": Results,
    "figure": Figure,
}
OF_KIND: dict[str, type[Fact]] = {kind.name: _WRITTEN.get(kind.name) or _made(kind) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the score is what it is: a rule, what it matched, where, and how much it weighed."""

    rule: str
    matched: str
    place: str  # title, lead, body, whole
    weight: float


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic and what made it match."""

    id: str
    score: float
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that judging says about one document."""

    id: str
    language: str
    relevant: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    topics: tuple[TopicMatch, ...] = ()
    mentions: tuple[Mention, ...] = ()
    amounts: tuple[Amount, ...] = ()
    events: tuple[Fact, ...] = ()
    part: tuple[int, int] | None = None  # of a round-up: the span that is on topic


def as_json(value: Any) -> Any:
    """Turn a fact or any value inside it into plain JSON values: numbers for Decimal, ISO text for dates."""
    if is_dataclass(value) and not isinstance(value, type):
        return {("class" if f.name == "device_class" else f.name): as_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [as_json(v) for v in value]
    return value
