"""The kinds of fact: what each is called, which roles it has, how the reader finds it and where it is kept and told.

One entry a kind. The reader's outputs, its training, the printed events, the tables and views of the store, the digest and the
documents follow from here; docs/facts.md says what each kind means. Adding a kind: CONTRIBUTING.md. The store imports nothing of
ours: `make kinds` (`python -m crawler.judge.registry`) writes what it needs into store/kinds.json. The standard library alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

# What a role's value is: an organisation, several, a sum of money, an AI model, a day, or words of the text.
RoleType = Literal["party", "parties", "investors", "amount", "model", "day", "text"]
STORED = Path(__file__).parents[2] / "store" / "kinds.json"


@dataclass(frozen=True)
class Role:
    """A role of a kind. The reader tags it in the text, or it is derived (valuation, number).

    `kept_as` is the field of the fact and the column that hold it, where `name` is a word of Python.
    """

    name: str
    type: RoleType
    tagged: bool = True
    kept_as: str | None = None

    @property
    def column(self) -> str:
        """The field of the fact and the column (or the beginning of the columns) that hold it."""
        return self.kept_as or self.name


@dataclass(frozen=True)
class Column:
    """A column of v1_facts: what it means, and the SQL type of one that is filled from roles (`shown` of a kind)."""

    name: str
    meaning: str
    type: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of fact.

    `anchor` is the role around which an event is built; a mention of role `alone` makes one too where no anchor is told (a policy without
    its title). `choices` are closed sets of values, told by the reader at the anchor. `any_industry` kinds are stated of every industry,
    the others of health only.

    `table` keeps its rows; kinds may share one, which then has a column `type`. `shown` gives the column of v1_facts of a role or a
    choice whose name it does not have; every kind shows one as `subject`. `apart` tells what must agree for facts of one story about one
    subject to be one: roles that must be the same, or alike (one within the other), where both facts tell them. In a digest such a fact
    puts its story under the first topic of `home` that the story has; `rank` orders the kinds (None: it has no say); `summed_up` when its
    sentence may stand under the headline.
    """

    name: str
    anchor: str
    roles: tuple[Role, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_industry: bool = False
    alone: str | None = None
    table: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, Literal["same", "alike"]] = field(default_factory=dict)
    home: tuple[str, ...] = ()
    rank: int | None = None
    summed_up: bool = False

    @cached_property
    def linked(self) -> tuple[Role, ...]:
        """The tagged roles that are linked to the anchor; of a kind whose parties are equals, the parties to each other."""
        return tuple(role for role in self.roles if role.tagged and (role.name != self.anchor or role.type == "parties"))


_ROUND = Role("round", "text")
_INVESTORS = Role("investors", "investors")


def _deal(name: str, choices: Mapping[str, tuple[str, ...]], *extra: Role, home: tuple[str, ...], rank: int) -> Kind:
    roles = (Role("company", "party"), Role("amount", "amount"), *extra, Role("valuation", "amount", tagged=False))
    shown = {"company": "subject"} | ({"investors": "others"} if _INVESTORS in extra else {})
    return Kind(
        name,
        "company",
        roles,
        choices,
        any_industry=True,
        table="fact_funding",
        shown=shown,
        apart={"round": "same"} if _ROUND in extra else {},
        home=home,
        rank=rank,
        summed_up=True,
    )


KINDS: tuple[Kind, ...] = (
    _deal(
        "funding",
        {"stage": ("done", "talks", "terminated"), "kind": ("venture", "strategic", "fund", "grant", "debt")},
        _ROUND,
        _INVESTORS,
        home=("funding", "mergers"),
        rank=2,
    ),
    _deal(
        "ipo",
        {"stage": ("talks", "filed", "listed", "terminated", "done")},
        Role("venue", "text"),
        home=("funding", "mergers"),
        rank=3,
    ),
    _deal("acquisition", {"stage": ("done", "talks", "terminated")}, _INVESTORS, home=("mergers", "funding"), rank=4),
    Kind(
        "adoption",
        "adopter",
        (Role("adopter", "party"), Role("model", "model"), Role("product", "text"), Role("department", "text")),
        {"stage": ("planned", "announced", "pilot", "live", "expanded"), "hosting": ("local", "hosted")},
        table="fact_adoption",
        shown={"adopter": "subject"},
        apart={"model": "same"},
        home=("model_adoption", "deepseek"),
        rank=1,
        summed_up=True,
    ),
    Kind(
        "approval",
        "product",
        (
            Role("product", "text"),
            Role("holder", "party"),
            Role("authority", "text"),
            Role("class", "text", kept_as="device_class"),
            Role("number", "text", tagged=False),
        ),
        {"decision": ("approved", "cleared", "accepted", "designated", "rejected", "withdrawn")},
        alone="holder",
        table="fact_approval",
        shown={"holder": "subject", "decision": "stage", "class": "kind", "authority": "others"},
        apart={"product": "alike"},
        home=("approvals",),
        rank=5,
        summed_up=True,
    ),
    Kind(
        "partnership",
        "parties",
        (Role("parties", "parties"), Role("subject", "text"), Role("amount", "amount")),
        table="fact_partnership",
        shown={"parties": "subject", "subject": "detail"},
    ),
    Kind(
        "policy",
        "title",
        (Role("title", "text"), Role("issuer", "party"), Role("number", "text"), Role("effect_on", "day", tagged=False)),
        alone="issuer",
        table="fact_policy",
        shown={"issuer": "subject", "title": "detail"},
        apart={"title": "alike"},
        home=("regulation",),
        rank=6,
        summed_up=True,
    ),
    Kind(
        "launch",
        "product",
        (Role("product", "text"), Role("organisation", "party"), Role("model", "model")),
        table="fact_launch",
        shown={"organisation": "subject"},
        apart={"product": "alike", "model": "same"},
    ),
    Kind(
        "results",
        "measure",
        (Role("measure", "text"), Role("organisation", "party"), Role("amount", "amount"), Role("period", "text")),
        table="fact_results",
        shown={"organisation": "subject", "measure": "detail"},
        apart={"measure": "same", "period": "same"},
        home=("results",),
        rank=7,
    ),
    Kind(
        "figure",
        "value",
        (Role("value", "text"), Role("subject", "text"), Role("year", "text"), Role("source", "text")),
        table="fact_figure",
        shown={"year": "period", "source": "others"},
        apart={"value": "same", "year": "same"},
        home=("market",),
        rank=8,
        summed_up=True,
    ),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}

COLUMNS: tuple[Column, ...] = (
    Column("fact_id", "kind of table and number, as `funding:12`"),
    Column("type", f"{', '.join(kind.name for kind in KINDS[:-1])} or {KINDS[-1].name}"),
    Column("item_id", "the item that states it"),
    Column("story_id", "the story of that item"),
    Column("announced_on", "day of the announcement"),
    Column("week", "ISO week of that day"),
    Column("background", "1 when the text only recalls it (last year's round)"),
    Column("health", "1 when its main party works in health"),
    Column(
        "counted",
        "1 for the row that stands for its event in `v1_story_facts`; 0 for its other proofs, for background and for what is called wrong",
    ),
    Column("subject_id", "id of who the fact is about, NULL outside the catalogue", "TEXT"),
    Column("subject", "company, adopter, holder, first party, issuer, organisation, or what a figure counts, as written", "TEXT"),
    Column("product", "product, as written (adoption, approval, launch)", "TEXT"),
    Column("model_id", "id of the AI model (adoption, launch)", "TEXT"),
    Column("model_family", "deepseek, qwen, … (adoption, launch)", "TEXT"),
    Column("model", "the AI model, as written", "TEXT"),
    Column("model_version", "its version", "TEXT"),
    Column("department", "department that uses it (adoption)", "TEXT"),
    Column(
        "stage",
        "talks, filed, done, listed, terminated (deals); planned, announced, pilot, live, expanded (adoption); decision (approval)",
        "TEXT",
    ),
    Column("hosting", "local or hosted (adoption)", "TEXT"),
    Column("round", "round, as A, B+, Pre-IPO (funding)", "TEXT"),
    Column("kind", "venture, strategic, fund, grant, debt (funding); class of the device (approval)", "TEXT"),
    Column("venue", "exchange (ipo)", "TEXT"),
    Column("amount_as_written", "the sum, as written", "TEXT"),
    Column("amount_low", "its least value in `amount_currency`, NULL when undisclosed", "NUMERIC"),
    Column("amount_high", "its largest value; equal but for ranges", "NUMERIC"),
    Column("amount_currency", "ISO 4217", "TEXT"),
    Column("amount_hedge", "exact, about, at_least, under, range or undisclosed", "TEXT"),
    Column("cny_low", "least value in CNY, by the reference rate of `rate_on`", "NUMERIC"),
    Column("cny_high", "largest value in CNY", "NUMERIC"),
    Column("usd_low", "least value in USD", "NUMERIC"),
    Column("usd_high", "largest value in USD", "NUMERIC"),
    Column("rate_on", "day of the European Central Bank's rate", "DATE"),
    Column("rate_source", "where the rate comes from", "TEXT"),
    Column("valuation_as_written", "valuation, as written (deals)", "TEXT"),
    Column("valuation_low", "valuation, least value", "NUMERIC"),
    Column("valuation_high", "valuation, largest value", "NUMERIC"),
    Column("valuation_currency", "its currency", "TEXT"),
    Column("others", "investors or buyers, authority, parties, source of a figure: all of them, as written", "TEXT"),
    Column("leads", "those investors that led", "TEXT"),
    Column("number", "number of an approval or a document", "TEXT"),
    Column("detail", "subject of a partnership, title of a policy, measure of results", "TEXT"),
    Column("value", "value of a figure, as written", "TEXT"),
    Column("period", "period of results, year of a figure", "TEXT"),
    Column("effect_on", "day a policy takes effect", "DATE"),
    Column("subject_kind", "hospital, company, regulator, investor, university or agency: of the catalogue, else by the end of the name"),
    Column("province", "province of the subject, as `guangdong`: of the catalogue, else by a place in the name; NULL where neither tells"),
    Column("city", "its city in Chinese, where known"),
    Column("evidence", "the sentence that states it"),
    Column("confidence", "how sure the reading is, 0 to 1: of facts at .8 eight in ten are right"),
    Column("found_by", "`reader`, or the rule that found it"),
    Column("reviewed", "right, wrong or edited, when a person said so (`yixun facts`); NULL when nobody looked"),
    Column("recorded_at", "when it was stored"),
    Column("title", "title of the item"),
    Column("link", "address of the item"),
    Column("source_id", "source of the item"),
)


def stored() -> dict[str, Any]:
    """What the store needs to know of the kinds, as plain JSON values."""
    kinds = [
        {
            "name": kind.name,
            "table": kind.table,
            "roles": [{"name": role.name, "type": role.type, "column": role.column} for role in kind.roles],
            "choices": {choice: list(values) for choice, values in kind.choices.items()},
            "shown": dict(kind.shown),
            "apart": dict(kind.apart),
            "home": list(kind.home),
            "rank": kind.rank,
            "summed_up": kind.summed_up,
        }
        for kind in KINDS
    ]
    return {"kinds": kinds, "columns": [{"name": column.name, "type": column.type} for column in COLUMNS if column.type]}


def stored_text() -> str:
    """What store/kinds.json says: one line a kind and a column."""
    parts = {name: ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in entries) for name, entries in stored().items()}
    return "{\n" + ",\n".join(f' "{name}": [\n  {lines}\n ]' for name, lines in parts.items()) + "\n}\n"


if __name__ == "__main__":
    STORED.write_text(stored_text(), encoding="utf-8")
