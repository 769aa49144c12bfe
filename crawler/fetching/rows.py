"""What judging says, as rows of the store."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crawler.judge import facts
from crawler.judge.rates import convert
from store.clock import SHANGHAI
from store.facts import FactRow
from store.models import (
    AdoptionFact,
    ApprovalFact,
    FundingFact,
    ItemTopic,
    LaunchFact,
    Mention,
    PartnershipFact,
    PolicyFact,
    ResultsFact,
)


def topic_rows(item_id: int, judgement: facts.Judgement) -> list[ItemTopic]:
    """One row a topic."""
    return [ItemTopic(item_id=item_id, topic_id=t.id, score=round(t.score, 4), matched=list(t.matched)) for t in judgement.topics]


def mention_rows(item_id: int, judgement: facts.Judgement) -> list[Mention]:
    """One row a name: mentions of the same organisation, model or unknown name are counted together at the first of them."""
    found: dict[tuple[str, str], Mention] = {}
    for m in judgement.mentions:
        key = (m.target, m.id or f"as written: {m.as_written}")
        if key in found:
            found[key].times += 1
            continue
        found[key] = Mention(
            item_id=item_id,
            target=m.target,
            target_id=m.id,
            as_written=m.as_written,
            kind=m.kind,
            found_by=m.found_by,
            start=m.start,
            end=m.end,
        )
    return list(found.values())


def fact_rows(item_id: int, judgement: facts.Judgement, *, published: datetime | None, now: datetime) -> list[FactRow]:
    """One row a fact; sums are converted at the rate of the day of announcement, else of publication."""
    return [_fact_row(item_id, fact, published, now) for fact in judgement.events]


def _fact_row(item_id: int, fact: facts.Fact, published: datetime | None, now: datetime) -> FactRow:
    shared: dict[str, Any] = {
        "item_id": item_id,
        "evidence": fact.evidence.text,
        "evidence_start": fact.evidence.start,
        "evidence_end": fact.evidence.end,
        "confidence": fact.confidence,
        "found_by": fact.found_by,
        "background": fact.background,
        "announced_on": fact.announced_on,
        "recorded_at": now,
    }
    day = fact.announced_on or (published or now).astimezone(SHANGHAI).date()
    match fact:
        case facts.Funding():
            return FundingFact(**shared, **_funding(fact), **_amount(fact.amount, day))
        case facts.Adoption():
            return AdoptionFact(**shared, **_adoption(fact))
        case facts.Approval(holder=holder):
            own = {name: getattr(fact, name) for name in ("product", "authority", "device_class", "number", "decision")}
            return ApprovalFact(**shared, holder_id=holder.id, holder=holder.as_written, **own)
        case facts.Partnership(parties=parties):
            named = [{"id": party.id, "as_written": party.as_written} for party in parties]
            return PartnershipFact(**shared, parties=named, subject=fact.subject, **_amount(fact.amount, day))
        case facts.Policy(issuer=issuer):
            own = {name: getattr(fact, name) for name in ("title", "number", "effect_on")}
            return PolicyFact(**shared, issuer_id=issuer.id, issuer=issuer.as_written, **own)
        case facts.Launch():
            return LaunchFact(**shared, **_launch(fact))
        case facts.Results(organisation=organisation):
            own = {"measure": fact.measure, "period": fact.period, **_amount(fact.amount, day)}
            return ResultsFact(**shared, organisation_id=organisation.id, organisation=organisation.as_written, **own)
    raise TypeError(f"no table for facts of type {fact.type!r}")


def _amount(amount: facts.Amount | None, day: date) -> dict[str, Any]:
    if amount is None:
        return {}
    columns = {
        "amount_as_written": amount.as_written,
        "amount_low": amount.low,
        "amount_high": amount.high,
        "amount_currency": amount.currency,
        "amount_hedge": amount.hedge,
    }
    converted = convert(amount, day)
    if converted is None:
        return columns
    names = ("cny_low", "cny_high", "usd_low", "usd_high", "rate_on", "rate_source")
    return columns | {name: getattr(converted, name) for name in names}


def _funding(fact: facts.Funding) -> dict[str, Any]:
    valuation = fact.valuation
    return {
        "type": fact.type,
        "company_id": fact.company.id,
        "company": fact.company.as_written,
        "round": fact.round,
        "stage": fact.stage,
        "kind": fact.kind,
        "investors": [{"id": i.id, "name": i.name, "lead": i.lead} for i in fact.investors],
        "valuation_as_written": valuation.as_written if valuation else None,
        "valuation_low": valuation.low if valuation else None,
        "valuation_high": valuation.high if valuation else None,
        "valuation_currency": valuation.currency if valuation else None,
        "valuation_hedge": valuation.hedge if valuation else None,
    }


def _adoption(fact: facts.Adoption) -> dict[str, Any]:
    return {
        "adopter_id": fact.adopter.id,
        "adopter": fact.adopter.as_written,
        "model_id": fact.model.id,
        "model_family": fact.model.family,
        "model": fact.model.as_written,
        "model_version": fact.model.version,
        "product": fact.product,
        "department": fact.department,
        "stage": fact.stage,
        "hosting": fact.hosting,
    }


def _launch(fact: facts.Launch) -> dict[str, Any]:
    model = fact.model
    return {
        "organisation_id": fact.organisation.id,
        "organisation": fact.organisation.as_written,
        "product": fact.product,
        "model_id": model.id if model else None,
        "model_family": model.family if model else None,
        "model": model.as_written if model else None,
        "model_version": model.version if model else None,
    }
