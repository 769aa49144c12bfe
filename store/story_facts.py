"""What a story's items state, once each: facts of one event reconciled, with all their proofs and what they say differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, delete

from .kinds import BY_NAME
from .models import Item, SourceRow, StoryFact
from .text import fold

TIERS = ("official", "primary", "trade", "media", "aggregator")
# How sure a sum is, the surest first; a sum that is not told comes last.
_HEDGES = ("exact", "about", "at_least", "under", "range", "undisclosed")
_COMPARED = ("stage", "round", "amount_as_written", "others", "product", "department", "hosting", "number", "detail", "value")
_ROUND = re.compile(r"series|round|轮|融资|[\s_-]", re.I)
_FACTS = text(
    "SELECT fact_id, type, item_id, subject_id, subject, product, model_family, stage, round, amount_as_written, amount_low,"
    " amount_high, amount_currency, amount_hedge, others, department, hosting, number, detail, value, period, announced_on, confidence,"
    " reviewed FROM v1_facts"
    " WHERE background = 0 AND COALESCE(reviewed, '') <> 'wrong' AND item_id IN :items ORDER BY item_id, fact_id"
).bindparams(bindparam("items", expanding=True))

Row = Mapping[str, Any]


def refresh_facts(session: Session, story_id: int, members: list[Item], sources: Mapping[str, SourceRow]) -> None:
    """Write the events that a story's items state anew."""
    session.flush()
    session.exec(delete(StoryFact).where(col(StoryFact.story_id) == story_id))
    by_id = {item.id: item for item in members}
    rows = [dict(row) for row in session.execute(_FACTS, {"items": list(by_id)}).mappings()] if by_id else []
    for proofs in same_events(rows):
        ordered = sorted(proofs, key=lambda row: _rank(row, sources[by_id[row["item_id"]].source_id]))
        told = sorted((by_id[row["item_id"]] for row in proofs), key=lambda item: (item.published_at or item.first_seen_at, item.id or 0))
        official = [item for item in told if sources[item.source_id].tier == "official"]
        session.add(
            StoryFact(
                story_id=story_id,
                fact_id=ordered[0]["fact_id"],
                type=ordered[0]["type"],
                proofs=[row["fact_id"] for row in ordered],
                sources=len({item.outlet or item.source_id for item in told if item.relation != "reprint"}) or 1,
                first_source_id=told[0].source_id,
                first_reported_at=told[0].published_at or told[0].first_seen_at,
                official_at=(official[0].published_at or official[0].first_seen_at) if official else None,
                announced_on=next((_day(row["announced_on"]) for row in ordered if row["announced_on"]), None),
                differences=differences(ordered),
            )
        )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def same_events(rows: Iterable[Row]) -> list[list[Row]]:
    """Facts of one story that tell one event, together. Rows are those of v1_facts."""
    found: list[list[Row]] = []
    for row in rows:
        home = next((proofs for proofs in found if all(_one_event(row, other) for other in proofs)), None)
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return found


def _one_event(one: Row, other: Row) -> bool:
    if one["type"] != other["type"] or not _one_subject(one, other):
        return False
    return all(_agree(one, other, column, how) for column, how in BY_NAME[one["type"]].told_apart)


def _agree(one: Row, other: Row, column: str, how: str) -> bool:
    """Whether two facts may say the same in a column; what one of them leaves open is no difference."""
    if how == "alike":
        return _alike(one[column], other[column])
    plain = _plain_round if column == "round" else _plain
    mine, theirs = plain(one[column]), plain(other[column])
    return not mine or not theirs or mine == theirs


def _one_subject(one: Row, other: Row) -> bool:
    if one["subject_id"] and other["subject_id"]:
        return bool(one["subject_id"] == other["subject_id"])
    mine, theirs = fold(one["subject"] or ""), fold(other["subject"] or "")
    # In two scripts one story's names of one kind of fact are each other's translation.
    return mine in theirs or theirs in mine or mine.isascii() != theirs.isascii()


def _alike(one: str | None, other: str | None) -> bool:
    mine, theirs = _plain(one), _plain(other)
    return not mine or not theirs or mine in theirs or theirs in mine or mine.isascii() != theirs.isascii()


def _plain(value: Any) -> str:
    return re.sub(r"[\W_]+", "", fold(str(value or "")))


def _plain_round(value: str | None) -> str:
    return _ROUND.sub("", fold(value or ""))


def _rank(row: Row, source: SourceRow) -> tuple[Any, ...]:
    """What a person looked at first, then the more official and the more precise."""
    tier = TIERS.index(source.tier) if source.tier in TIERS else len(TIERS)
    hedge = _HEDGES.index(row["amount_hedge"]) if row["amount_low"] is not None and row["amount_hedge"] in _HEDGES else len(_HEDGES)
    others = len((row["others"] or "").split(", ")) if row["others"] else 0
    return row["reviewed"] is None, tier != 0, hedge, -others, row["round"] is None, tier, -row["confidence"], row["fact_id"]


def differences(ordered: list[Row]) -> list[dict[str, Any]]:
    """What proofs say otherwise than the best of them: field, value, fact_id. A sum in other words is no difference."""
    best = ordered[0]
    return [
        {"field": name.removesuffix("_as_written"), "value": str(row[name]), "fact_id": row["fact_id"]}
        for row in ordered[1:]
        for name in _COMPARED
        if row[name] and best[name] and _plain(row[name]) != _plain(best[name]) and not (name == "amount_as_written" and _equal(row, best))
    ]


def _equal(one: Row, other: Row) -> bool:
    return _sum(one) == _sum(other)


def _sum(row: Row) -> tuple[Any, ...]:
    bounds = (None if row[name] is None else Decimal(str(row[name])) for name in ("amount_low", "amount_high"))
    return (*bounds, row["amount_currency"])
