"""What the second reader was asked and said: receipts, the cache that they are, and what of it is used."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from .models import FACT_TABLES, FactColumns, Item, SecondReading, fact_id
from .status import ReadingOutcome

FACT, HEADLINE, OPENING = "fact", "headline", "opening"
_CHUNK = 500


def is_answered(session: Session, key: str) -> bool:
    """Whether the same was asked of the same model before and answered, whatever became of it."""
    query = select(SecondReading.id).where(SecondReading.key == key, SecondReading.outcome != ReadingOutcome.failed)
    return session.exec(query.limit(1)).first() is not None


def spent_since(session: Session, moment: datetime) -> tuple[int, float]:
    """Tokens, sent and received, and money that requests since a moment took, the failed ones included."""
    tokens = func.coalesce(func.sum(SecondReading.tokens_in + SecondReading.tokens_out), 0)
    asked = select(tokens, func.coalesce(func.sum(SecondReading.cost), 0.0)).where(col(SecondReading.asked_at) >= moment)
    total, cost = session.exec(asked).one()
    return int(total), float(cost)


def answers(session: Session, task: str, subjects: Collection[str]) -> dict[str, tuple[dict[str, Any], datetime]]:
    """The last used answer to a task about each of these subjects, with when it was given."""
    found: dict[str, tuple[dict[str, Any], datetime]] = {}
    for chunk in _chunks(subjects):
        rule = (SecondReading.task == task, SecondReading.outcome == ReadingOutcome.used, col(SecondReading.subject).in_(chunk))
        for row in session.exec(select(SecondReading).where(*rule).order_by(col(SecondReading.id))):
            found[row.subject] = row.answer, row.asked_at
    return found


def verdicts(session: Session, facts: Collection[FactColumns]) -> dict[str, bool]:
    """By fact id, whether the second reader found a fact stated; not of facts that were read anew since."""
    by_id = {fact_id(fact): fact for fact in facts}
    found = answers(session, FACT, by_id)
    return {name: answer["verdict"] == "stated" for name, (answer, at) in found.items() if at >= by_id[name].recorded_at}


def doubtful_facts(session: Session, item_ids: Collection[int], *, low: float, high: float) -> list[tuple[FactColumns, Item]]:
    """Facts of these items that nobody reviewed and whose confidence is at least `low` and below `high`, the least sure first."""
    found: list[tuple[FactColumns, Item]] = []
    for chunk in _chunks(item_ids):
        for table in FACT_TABLES.values():
            doubted = (col(table.confidence) >= low, col(table.confidence) < high, col(table.reviewed).is_(None))
            news = (col(table.item_id).in_(chunk), col(table.background).is_(False), col(table.health))
            query = select(table, Item).join(Item, col(Item.id) == table.item_id).where(*doubted, *news)
            found += [(fact, item) for fact, item in session.exec(query)]
    return sorted(found, key=lambda pair: (pair[0].confidence, fact_id(pair[0])))


def _chunks(ids: Collection[Any]) -> Iterator[list[Any]]:
    ordered = sorted(ids)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
