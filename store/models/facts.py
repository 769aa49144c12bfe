"""Fact tables, one a kind of fact. Every row carries its evidence; see docs/data.md."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field, SQLModel

from .base import json_value, long_text, moment, money, owned_by


class FactColumns(SQLModel):
    """What all facts share: where they were read, the sentence that proves them, who found them and when."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False)
    evidence: str = long_text()
    evidence_start: int
    evidence_end: int
    confidence: float
    found_by: str = long_text()
    background: bool = False  # recalled by the text, not announced in it
    announced_on: date | None = Field(default=None, index=True)
    recorded_at: datetime = moment()


class AmountColumns(SQLModel):
    """A sum of money as written and as figures, with its value in CNY and USD by the reference rate of `rate_on`."""

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


class FundingFact(AmountColumns, FactColumns, table=True):
    """A funding round, an IPO step or an acquisition."""

    __tablename__ = "fact_funding"

    type: str = Field(index=True)  # funding, ipo, acquisition
    company_id: str | None = Field(default=None, index=True)
    company: str = long_text()
    round: str | None = None
    stage: str = "done"  # talks, filed, done, listed, terminated
    kind: str = "venture"  # venture, strategic, fund, grant, debt
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
    name: str = long_text()
    lead: bool = False


class AdoptionFact(FactColumns, table=True):
    """An organisation takes a model into use."""

    __tablename__ = "fact_adoption"

    adopter_id: str | None = Field(default=None, index=True)
    adopter: str = long_text()
    model_id: str | None = Field(default=None, index=True)
    model_family: str = Field(index=True)
    model: str = long_text()
    model_version: str | None = None
    product: str | None = long_text(default=None)
    department: str | None = long_text(default=None)
    stage: str = "announced"  # planned, announced, pilot, live, expanded
    hosting: str | None = None  # local, hosted


class ApprovalFact(FactColumns, table=True):
    """A regulator decides on a device or a drug."""

    __tablename__ = "fact_approval"

    holder_id: str | None = Field(default=None, index=True)
    holder: str = long_text()
    product: str | None = long_text(default=None)
    authority: str | None = Field(default=None, index=True)
    device_class: str | None = None
    number: str | None = long_text(default=None)
    decision: str = "approved"


class PartnershipFact(AmountColumns, FactColumns, table=True):
    """Two or more organisations agree to work together, or license."""

    __tablename__ = "fact_partnership"

    parties: list[dict[str, Any]] = json_value(list)  # [{id, as_written}] in the order of the text
    subject: str | None = long_text(default=None)


class PolicyFact(FactColumns, table=True):
    """A public body issues a rule, a plan or a guideline."""

    __tablename__ = "fact_policy"

    issuer_id: str | None = Field(default=None, index=True)
    issuer: str = long_text()
    title: str = long_text()
    number: str | None = long_text(default=None)
    effect_on: date | None = None


class LaunchFact(FactColumns, table=True):
    """An organisation brings out a product or a model."""

    __tablename__ = "fact_launch"

    organisation_id: str | None = Field(default=None, index=True)
    organisation: str = long_text()
    product: str | None = long_text(default=None)
    model_id: str | None = Field(default=None, index=True)
    model_family: str | None = Field(default=None, index=True)
    model: str | None = long_text(default=None)
    model_version: str | None = None


class ResultsFact(AmountColumns, FactColumns, table=True):
    """A company reports a figure."""

    __tablename__ = "fact_results"

    organisation_id: str | None = Field(default=None, index=True)
    organisation: str = long_text()
    measure: str = long_text()
    period: str | None = None
