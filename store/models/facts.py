"""Fact tables. Every row carries its evidence; see docs/data.md.

The tables whose columns the digest reads by name are written out here; those of all other kinds are made from the registry of kinds.
"""

from __future__ import annotations

import types
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.kinds import BY_NAME, columns_of, tables

from .base import JSON_VALUE, json_value, long_text, moment, money, owned_by


class FactColumns(SQLModel):
    """What all facts share: where they were read, the sentence that proves them, who found them and when."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    evidence: str = long_text()
    evidence_start: int
    evidence_end: int
    confidence: float
    found_by: str = long_text()
    background: bool = False  # recalled by the text, not announced in it
    health: bool = True  # its main party works in health
    announced_on: date | None = Field(default=None, index=True)
    recorded_at: datetime = moment()
    reviewed: str | None = Field(default=None, index=True)  # right, wrong, edited: what a person said last
    as_read: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE, nullable=True)  # of the columns that a person edited


class FundingFact(FactColumns, table=True):
    """A funding round, an IPO step or an acquisition; the sum also as figures, and in CNY and USD by the rate of `rate_on`."""

    __tablename__ = "fact_funding"

    type: str = Field(index=True)  # funding, ipo, acquisition
    company_id: str | None = Field(default=None, index=True)
    company: str = long_text()
    round: str | None = None
    venue: str | None = long_text(default=None)
    stage: str = "done"  # talks, filed, done, listed, terminated
    kind: str = "venture"  # venture, strategic, fund, grant, debt
    amount_as_written: str | None = long_text(default=None)
    amount_low: Decimal | None = money()
    amount_high: Decimal | None = money()
    amount_currency: str | None = None
    amount_hedge: str | None = None
    cny_low: Decimal | None = money()
    cny_high: Decimal | None = money()
    usd_low: Decimal | None = money()
    usd_high: Decimal | None = money()
    rate_on: date | None = None
    rate_source: str | None = None
    valuation_as_written: str | None = long_text(default=None)
    valuation_low: Decimal | None = money()
    valuation_high: Decimal | None = money()
    valuation_currency: str | None = None
    valuation_hedge: str | None = None
    investors: list[dict[str, Any]] = json_value(list)  # [{id, name, lead}] in the order of the text


class InvestorRow(SQLModel, table=True):
    """One investor of one round (the buyer of an acquisition): `FundingFact.investors` for queries."""

    __tablename__ = "fact_investor"

    id: int | None = Field(default=None, primary_key=True)
    funding_id: int = owned_by("fact_funding.id")
    position: int
    organisation_id: str | None = Field(default=None, index=True)
    name: str = Field(sa_type=Text, index=True)
    lead: bool = False


class AdoptionFact(FactColumns, table=True):
    """An organisation takes a model into use."""

    __tablename__ = "fact_adoption"

    adopter_id: str | None = Field(default=None, index=True)
    adopter: str = long_text()
    model_id: str | None = Field(default=None, index=True)
    model_family: str | None = Field(default=None, index=True)
    model: str | None = long_text(default=None)
    model_version: str | None = None
    product: str | None = long_text(default=None)
    department: str | None = long_text(default=None)
    stage: str = "announced"  # planned, announced, pilot, live, expanded
    hosting: str | None = None  # local, hosted


class FactReview(SQLModel, table=True):
    """What a person said of a fact, and when: that it is right or wrong, or what should stand in one of its fields."""

    __tablename__ = "fact_review"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    fact_id: str = Field(index=True)  # as in v1_facts: funding:12
    verdict: str  # right, wrong, edited
    field: str | None = None
    before: str | None = long_text(default=None)
    after: str | None = long_text(default=None)
    who: str = long_text()
    said_at: datetime = moment()


class FactHistory(SQLModel, table=True):
    """What judging did to a fact, one row a field that changed: the past that the fact's own row does not keep."""

    __tablename__ = "fact_history"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    fact_id: str = Field(index=True)  # as in v1_facts: funding:12
    type: str
    change: str  # gained, lost, changed
    field: str | None = None  # that changed
    before: str | None = long_text(default=None)  # its value; of a lost fact all that it stated, as JSON
    after: str | None = long_text(default=None)
    changed_at: datetime = moment(index=True)
    judged_with: str = ""  # version of the rules


def _column(content: str) -> tuple[Any, Any]:
    """Type and field of a column by what it holds; what a text does not state is NULL."""
    return {
        "text": (str | None, long_text(default=None)),
        "key": (str | None, Field(default=None, index=True)),
        "word": (str | None, Field(default=None)),
        "money": (Decimal | None, money()),
        "day": (date | None, Field(default=None)),
        "list": (list[dict[str, Any]], json_value(list)),
    }[content]


def _made(table: str) -> type[FactColumns]:
    """The model of a table of facts whose columns follow the registry alone."""
    annotations: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__tablename__": table, "__module__": __name__, "__annotations__": annotations}
    for name, content in columns_of(table):
        annotations[name], namespace[name] = _column(content)
    name = f"{table.removeprefix('fact_').title().replace('_', '')}Fact"
    made: type[FactColumns] = types.new_class(name, (FactColumns,), {"table": True}, lambda body: body.update(namespace))
    return made


_WRITTEN: dict[str, type[FactColumns]] = {"fact_funding": FundingFact, "fact_adoption": AdoptionFact}
FACT_TABLES: dict[str, type[FactColumns]] = {table: _WRITTEN.get(table) or _made(table) for table in tables()}


def fact_table(kind: str) -> type[Any]:
    """The model of the table that keeps facts of a kind. Raises KeyError for a kind that the registry does not have."""
    return FACT_TABLES[BY_NAME[kind].table]


def kind_of(row: FactColumns) -> str:
    """The kind of a fact, by its row."""
    shared = getattr(row, "type", None)
    return shared or next(kind.name for kind in BY_NAME.values() if kind.table == row.__tablename__)


def fact_id(row: FactColumns) -> str:
    """What a fact is called in v1_facts and on the command line: `funding:12`."""
    return f"{str(row.__tablename__).removeprefix('fact_')}:{row.id}"
