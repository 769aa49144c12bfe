"""What people say of facts: that one is right or wrong, or what it should say. Kept with who and when, never undone by judging again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, column, or_, table
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from .doubts import doubted_items, doubts_about, doubts_of
from .errors import StoreError
from .fact_history import plain
from .facts import facts_of_items, keep_investors
from .kinds import COLUMNS
from .models import FACT_TABLES, Doubt, FactColumns, FactReview, FundingFact, Item, fact_id
from .stories import refresh

_NAMES = ("fact_id", "type", "item_id", *COLUMNS, "background", "health", "evidence", "confidence", "found_by", "reviewed", "title")
_VIEW = table("v1_facts", *map(column, _NAMES))


def find_fact(session: Session, wanted: str) -> FactColumns:
    """The fact with this id (`funding:12`). Raises StoreError when there is none."""
    name, _, number = wanted.partition(":")
    kept_in = FACT_TABLES.get(f"fact_{name}")
    row = session.get(kept_in, int(number)) if kept_in is not None and number.isdecimal() and len(number) < 10 else None
    if row is None:
        raise StoreError("there is no such fact", subject=wanted, hint="`yixun facts list` shows their ids")
    return row


def list_facts(
    session: Session,
    *,
    type: str | None = None,
    item_id: int | None = None,
    reviewed: bool | None = None,
    below: float | None = None,
    doubted: bool = False,
    limit: int,
) -> list[dict[str, Any]]:
    """Facts as v1_facts has them, newest first: of a type, of an item, reviewed or not, less sure than `below`, doubted by readers.

    Each row says in `doubts` how many readers doubt it.
    """
    query: Select[*tuple[Any, ...]] = select_columns(_VIEW)
    if type is not None:
        query = query.where(_VIEW.c["type"] == type)
    if item_id is not None:
        query = query.where(_VIEW.c["item_id"] == item_id)
    if reviewed is not None:
        query = query.where(_VIEW.c["reviewed"].is_not(None) if reviewed else _VIEW.c["reviewed"].is_(None))
    if below is not None:
        query = query.where(_VIEW.c["confidence"] < below)
    if doubted:
        about = or_(col(Doubt.about) == "", _VIEW.c["fact_id"].like(col(Doubt.about) + ":%"))
        query = query.where(select_columns(col(Doubt.id)).where(col(Doubt.item_id) == _VIEW.c["item_id"], about).exists())
    found = session.connection().execute(query.order_by(_VIEW.c["item_id"].desc(), _VIEW.c["fact_id"]).limit(limit))
    rows = [dict(row) for row in found.mappings()]
    doubts = doubts_of(session, {row["item_id"] for row in rows})
    return [row | {"doubts": len(doubts_about(doubts.get(row["item_id"], ()), row["fact_id"]))} for row in rows]


def review(session: Session, fact: FactColumns, verdict: Literal["right", "wrong"], *, who: str, now: datetime) -> None:
    """Keep that somebody called a fact right or wrong."""
    session.add(FactReview(item_id=fact.item_id, fact_id=fact_id(fact), verdict=verdict, before=fact.reviewed, who=who, said_at=now))
    fact.reviewed = verdict
    session.add(fact)
    _tell_story(session, fact, now)


def correct(session: Session, fact: FactColumns, field: str, written: str, columns: Mapping[str, Any], *, who: str, now: datetime) -> None:
    """Keep what somebody wrote for a field of a fact; `columns` are the columns that hold the field, as they shall be."""
    before = {name: getattr(fact, name) for name in columns}
    fact.as_read = {**{name: plain(value) for name, value in before.items()}, **(fact.as_read or {})}
    for name, value in columns.items():
        setattr(fact, name, value)
    fact.reviewed = "edited"
    session.add(fact)
    if isinstance(fact, FundingFact) and "investors" in columns:
        keep_investors(session, fact)
    was = json.dumps({name: plain(value) for name, value in before.items()}, ensure_ascii=False)
    said = FactReview(item_id=fact.item_id, fact_id=fact_id(fact), verdict="edited", who=who, said_at=now)
    said.field, said.before, said.after = field, was, written
    session.add(said)
    _tell_story(session, fact, now)


def _tell_story(session: Session, fact: FactColumns, now: datetime) -> None:
    """Have the story of a fact say what its items state now."""
    story_id = session.get_one(Item, fact.item_id).story_id
    if story_id is not None:
        refresh(session, [story_id], now=now)


def reviews_of(session: Session, fact: FactColumns) -> list[FactReview]:
    """What people said of a fact, oldest first."""
    return list(session.exec(select(FactReview).where(FactReview.fact_id == fact_id(fact)).order_by(col(FactReview.id))))


def reviewed_items(session: Session) -> list[tuple[Item, list[FactColumns]]]:
    """The items of whose facts a person or a reader said something, by id, each with all its facts."""
    ids = sorted({*session.exec(select(FactReview.item_id)), *doubted_items(session)})
    items: Sequence[Item] = session.exec(select(Item).where(col(Item.id).in_(ids)).order_by(col(Item.id))).all()
    facts = facts_of_items(session, ids)
    return [(item, facts[item.id or 0]) for item in items]
