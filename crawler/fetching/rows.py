"""What judging says, as rows of the store."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crawler.judge import facts
from crawler.judge.money.rates import convert
from store.clock import SHANGHAI
from store.kinds import BY_NAME, CONVERTED, StoredRole, kept_in, tables
from store.models import FactColumns, ItemTopic, Mention, fact_table


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


def fact_rows(item_id: int, judgement: facts.Judgement, *, published: datetime | None, now: datetime) -> list[FactColumns]:
    """One row a fact; sums are converted at the rate of the day of announcement, else of publication."""
    return [_fact_row(item_id, fact, published, now) for fact in judgement.events]


def _fact_row(item_id: int, fact: facts.Fact, published: datetime | None, now: datetime) -> FactColumns:
    kind = BY_NAME[fact.type]
    day = fact.announced_on or (published or now).astimezone(SHANGHAI).date()
    columns: dict[str, Any] = {"type": fact.type} if len(tables()[kind.table]) > 1 else {}
    for role in kept_in(kind.table).values():
        columns |= role_columns(role, getattr(fact, role.column, None), day)
    return fact_table(fact.type)(  # type: ignore[no-any-return]
        item_id=item_id,
        evidence=fact.evidence.text,
        evidence_start=fact.evidence.start,
        evidence_end=fact.evidence.end,
        confidence=fact.confidence,
        found_by=fact.found_by,
        background=fact.background,
        health=fact.health,
        announced_on=fact.announced_on,
        recorded_at=now,
        **columns,
    )


def role_columns(role: StoredRole, value: Any, day: date) -> dict[str, Any]:
    """The columns that keep a role's value, as `StoredRole.columns` names them; `day` is that of the rate for a sum."""
    at = role.column
    match role.type:
        case "party":
            return {f"{at}_id": value.id if value else None, at: value.as_written if value else None}
        case "parties":
            return {at: [{"id": party.id, "as_written": party.as_written} for party in value or ()]}
        case "investors":
            return {at: [{"id": one.id, "name": one.name, "lead": one.lead} for one in value or ()]}
        case "amount":
            return _amount(role, value, day)
        case "model":
            parts = {f"{at}_id": "id", f"{at}_family": "family", at: "as_written", f"{at}_version": "version"}
            return {column: getattr(value, part) if value else None for column, part in parts.items()}
    return {at: value}


def _amount(role: StoredRole, amount: facts.Amount | None, day: date) -> dict[str, Any]:
    own = {f"{role.column}_{part}": getattr(amount, part, None) for part in ("as_written", "low", "high", "currency", "hedge")}
    if not CONVERTED.keys() & role.columns().keys():
        return own
    converted = convert(amount, day) if amount else None
    return own | {column: getattr(converted, column, None) for column in CONVERTED}
