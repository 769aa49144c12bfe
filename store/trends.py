"""What happened over weeks: stories with their topics, events with their moments, and when this store began to look. Each asks an index
over the days of stories, so that it costs what those weeks hold and not what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select as columns
from sqlmodel import Session, and_, col, func, select

from .models import FACT_TABLES, FactColumns, Item, Organisation, Run, SourceRow, Story, StoryFact, fact_id, kind_of

_CHUNK = 1000  # ids a statement

Id = TypeVar("Id", int, str)


@dataclass(frozen=True, slots=True)
class Event:
    """One event that a story states: the story's aware moment, the kind, the fact that tells it best, and where that stands."""

    at: datetime
    kind: str
    row: Any  # of the kind's table
    story_id: int
    title: str
    link: str | None
    outlet: str


def _span(start: datetime, end: datetime) -> Iterator[Any]:
    """Stories of a period: by their own moment, else by first sight. Two rules, for each has an index of its own."""
    alone = col(Story.merged_into).is_(None)
    yield and_(alone, col(Story.published_at) >= start, col(Story.published_at) < end)
    yield and_(alone, col(Story.published_at).is_(None), col(Story.first_seen_at) >= start, col(Story.first_seen_at) < end)


def story_topics(session: Session, start: datetime, end: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """The stories under a topic from `start` to before `end` (aware UTC): moment and topic ids of each."""
    moment = func.coalesce(Story.published_at, Story.first_seen_at, type_=Story.first_seen_at.type)  # type: ignore[attr-defined]
    found = []
    for rule in _span(start, end):
        rows = session.connection().execute(columns(moment, col(Story.topics)).where(rule))
        found += [(at, tuple(topics)) for at, topics in rows if topics]
    return found


def events(
    session: Session, start: datetime, end: datetime, *, least_confidence: float, kinds: Collection[str] | None = None
) -> list[Event]:
    """The events of these kinds (default all) that stories of a period state, each once a story, the earliest first.

    What is only recalled, told of another industry, or called wrong by a person is left out; so is what is less sure than
    `least_confidence`, unless a person called it right.
    """
    told: list[tuple[datetime, int, list[str]]] = []
    for rule in _span(start, end):
        asked: Any = columns(col(Story.published_at), col(Story.first_seen_at), col(Story.id), col(StoryFact.proofs))
        query = asked.join(StoryFact, col(StoryFact.story_id) == col(Story.id)).where(rule)
        if kinds is not None:
            query = query.where(col(StoryFact.type).in_(sorted(kinds)))
        told += [(published or seen, story, proofs) for published, seen, story, proofs in session.connection().execute(query)]
    facts = _relied_on(session, {proof for _, _, proofs in told for proof in proofs}, least_confidence)
    best = [(at, story, next((facts[proof] for proof in proofs if proof in facts), None)) for at, story, proofs in told]
    places = _places(session, {row.item_id for _, _, row in best if row is not None})
    found = [Event(at, kind_of(row), row, story, *places[row.item_id]) for at, story, row in best if row is not None]
    return sorted(found, key=lambda event: (event.at, event.story_id, event.kind, event.row.id))


def _relied_on(session: Session, fact_ids: Iterable[str], least_confidence: float) -> dict[str, FactColumns]:
    by_table: dict[str, list[int]] = defaultdict(list)
    for one in fact_ids:
        prefix, _, number = one.partition(":")
        by_table[f"fact_{prefix}"].append(int(number))
    found: dict[str, FactColumns] = {}
    for name, ids in by_table.items():
        table = FACT_TABLES[name]
        for chunk in _chunks(ids):
            for row in session.exec(select(table).where(col(table.id).in_(chunk))):
                if row.health and not row.background and _is_sure(row, least_confidence):
                    found[fact_id(row)] = row
    return found


def _is_sure(fact: FactColumns, least_confidence: float) -> bool:
    return fact.confidence >= least_confidence if fact.reviewed is None else fact.reviewed != "wrong"


def _places(session: Session, item_ids: Iterable[int]) -> dict[int, tuple[str, str | None, str]]:
    """Title, link and outlet of items."""
    outlet = func.coalesce(Item.outlet, SourceRow.name_zh, SourceRow.name)
    asked: Any = columns(col(Item.id), col(Item.title), col(Item.link), outlet).join(SourceRow, col(SourceRow.id) == col(Item.source_id))
    found: dict[int, tuple[str, str | None, str]] = {}
    for chunk in _chunks(item_ids):
        found |= {row[0]: (row[1], row[2], row[3]) for row in session.connection().execute(asked.where(col(Item.id).in_(chunk)))}
    return found


def _chunks(ids: Iterable[Id]) -> Iterator[list[Id]]:
    ordered = sorted(set(ids))
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def homes(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The province of those organisations of the catalogue that have one, by id."""
    found: dict[str, str] = {}
    for chunk in _chunks(ids):
        query: Any = columns(col(Organisation.id), col(Organisation.province)).where(col(Organisation.id).in_(chunk))
        found |= {row[0]: row[1] for row in session.connection().execute(query.where(col(Organisation.province).is_not(None)))}
    return found


def watched_since(session: Session) -> datetime | None:
    """When the first crawl began; None before it."""
    return session.exec(select(Run.started_at).order_by(col(Run.started_at)).limit(1)).first()
