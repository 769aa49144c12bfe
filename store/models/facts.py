"""Fact tables, one a kind of fact. Every row carries its evidence; see docs/data.md."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field, SQLModel

from .base import json_value, long_text, moment, money, owned_by


class FundingFact(SQLModel, table=True):
    """A funding round, an IPO step or an acquisition."""

    __tablename__ = "fact_funding"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False)
    type: str = Field(index=True)  # funding, ipo, acquisition
    evidence: str = long_text()
    evidence_start: int
    evidence_end: int
    confidence: float
    found_by: str = long_text()
    background: bool = False
    announced_on: date | None = Field(default=None, index=True)
    recorded_at: datetime = moment()
    company_id: str | None = Field(default=None, index=True)
    company: str = long_text()
    round: str | None = None
    stage: str = "done"
    kind: str = "venture"
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
    investors: list[dict[str, Any]] = json_value(list)  # [{id, name, lead}] in the order of the text


class AdoptionFact(SQLModel, table=True):
    """An organisation takes a model into use."""

    __tablename__ = "fact_adoption"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False)
    evidence: str = long_text()
    evidence_start: int
    evidence_end: int
    confidence: float
    found_by: str = long_text()
    background: bool = False
    announced_on: date | None = Field(default=None, index=True)
    recorded_at: datetime = moment()
    adopter_id: str | None = Field(default=None, index=True)
    adopter: str = long_text()
    model_id: str | None = Field(default=None, index=True)
    model_family: str = Field(index=True)
    model: str = long_text()
    model_version: str | None = None
    product: str | None = long_text(default=None)
    department: str | None = long_text(default=None)
    stage: str = "announced"
    hosting: str | None = None


class OtherFact(SQLModel, table=True):
    """Approvals, partnerships, policies, launches and results: shared columns, the rest in `details` (docs/facts.md)."""

    __tablename__ = "fact_other"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False)
    type: str = Field(index=True)  # approval, partnership, policy, launch, results
    evidence: str = long_text()
    evidence_start: int
    evidence_end: int
    confidence: float
    found_by: str = long_text()
    background: bool = False
    announced_on: date | None = Field(default=None, index=True)
    recorded_at: datetime = moment()
    organisation_id: str | None = Field(default=None, index=True)  # holder, first party, issuer, organisation
    organisation: str = long_text()
    subject: str | None = long_text(default=None)  # product, subject, title, measure
    number: str | None = long_text(default=None)
    details: dict[str, Any] = json_value(dict)
