"""What falls in a period, story by story: reports, topics, facts. Every statement goes by an index over days, items or stories, so that
it costs what the period holds, however much is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select as columns
from sqlmodel import Session, SQLModel, and_, col, func, select

from .models import (
    FACT_TABLES,
    AiModel,
    FactColumns,
    Item,
    ItemTopic,
    Mention,
    Organisation,
    SourceRow,
    Story,
    StoryFact,
    Topic,
    fact_id,
    kind_of,
)
from .second_readings import verdicts
from .status import ItemStatus
from .story_facts import Member

# An item first seen this long after its own day is old news (docs/digest.md).
LATE = timedelta(hours=48)
_BORNE_OUT = 0.5  # from here a fact is believed of which another report of its event is sure
_CHUNK = 1000  # ids a statement

Row = TypeVar("Row", bound=SQLModel)
Id = TypeVar("Id", int, str)
Name = tuple[str | None, str | None]  # English, Chinese
Names = Mapping[str, Name]


@dataclass(frozen=True, slots=True)
class Report(Member):
    """An item that tells a story of the period."""

    link: str | None
    score: float
    source_name: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event that a story states: the fact that tells it best among those of the period, and the report that states it."""

    kind: str
    row: Any  # of the kind's table
    report: Report
    proofs: tuple[str, ...]  # all facts that state it, as in v1_facts, the one in `row` first


@dataclass(slots=True)
class News:
    """A story of the period: its reports in it, the lead first (the first of an official source, else the first), topics with their best
    scores, events, and the story that it goes on from."""

    story_id: int
    reports: list[Report]
    topics: dict[str, float] = field(default_factory=dict)
    facts: list[Told] = field(default_factory=list)
    follows_id: int | None = None

    @property
    def lead(self) -> Report:
        """The report that stands for the story."""
        return self.reports[0]

    def stating(self, *kinds: str) -> list[Told]:
        """The events of these kinds."""
        return [told for told in self.facts if told.kind in kinds]


def items_between(session: Session, start: datetime, end: datetime, *, with_late: bool) -> dict[int, int]:
    """Kept items on topic of a period (aware UTC, `end` excluded) that belong to a story, each with it.

    An item belongs by its own date; without one by its first sight, unless it was backlog. `with_late` adds items dated before the period
    but first seen in it, no more than `LATE` after their date.
    """
    # Wrapped, so that no database walks all kept items by an index that begins with these columns.
    kept = and_(func.coalesce(Item.status, "") == ItemStatus.kept, func.coalesce(Item.relevant, False).is_(True))
    asked: Any = columns(col(Item.id), col(Item.story_id), col(Item.published_at), col(Item.first_seen_at))
    asked = asked.where(kept, col(Item.story_id).is_not(None))
    dated = and_(col(Item.published_at) >= start, col(Item.published_at) < end)
    seen = and_(col(Item.first_seen_at) >= start, col(Item.first_seen_at) < end, func.coalesce(Item.backlog, False).is_(False))
    undated = and_(col(Item.published_at).is_(None), seen)
    late = and_(col(Item.published_at) < start, col(Item.published_at) >= start - LATE, seen)
    found: dict[int, int] = {}
    for rule in (dated, undated, late) if with_late else (dated, undated):
        for item_id, story_id, published, first_seen in session.connection().execute(asked.where(rule)):
            # The exact 48 hours are held against each item here: date arithmetic differs between the databases.
            if rule is not late or first_seen - published <= LATE:
                found[item_id] = story_id
    return found


def news_of(session: Session, items: Mapping[int, int], *, least_confidence: float, second_reader: bool = False) -> list[News]:
    """The stories of items (as `items_between` gives them) with what those items state, by story.

    Facts that a person called wrong are left out, and those below `least_confidence` unless a person called them right or a surer proof of
    one event bears them out; so is what is only recalled, and what is told of another industry. With `second_reader` its word on a fact
    stands before the confidence.
    """
    by_story: dict[int, list[Report]] = defaultdict(list)
    for report in _reports(session, items):
        by_story[report.story_id].append(report)
    found = {story_id: News(story_id, sorted(reports, key=_lead_first)) for story_id, reports in sorted(by_story.items())}
    for topic in _rows(session, ItemTopic, col(ItemTopic.item_id), items):
        scores = found[items[topic.item_id]].topics
        scores[topic.topic_id] = max(scores.get(topic.topic_id, 0.0), topic.score)
    news = [
        row
        for table in FACT_TABLES.values()
        for row in _rows(session, table, col(table.item_id), items)
        if row.health and not row.background
    ]
    checked = verdicts(session, news) if second_reader else {}
    facts = {fact_id(row): row for row in news}
    relied_on = {name for name, row in facts.items() if _relied_on(row, least_confidence, checked.get(name))}
    borne_out = {name for name, row in facts.items() if _relied_on(row, min(least_confidence, _BORNE_OUT), checked.get(name))}
    reports = {report.item_id: report for those in by_story.values() for report in those}
    for told in _rows(session, StoryFact, col(StoryFact.story_id), found):
        known = [proof for proof in told.proofs if proof in borne_out]
        if not relied_on.isdisjoint(known):
            best = facts[known[0]]
            proofs = (known[0], *(proof for proof in told.proofs if proof != known[0]))
            found[told.story_id].facts.append(Told(kind_of(best), best, reports[best.item_id], proofs))
    for story_id, follows in _pairs(session, columns(col(Story.id), col(Story.follows_id)), col(Story.id), found):
        found[story_id].follows_id = follows
    return list(found.values())


def _relied_on(fact: FactColumns, least_confidence: float, checked: bool | None) -> bool:
    """By a person's word, else the second reader's, else its confidence."""
    if fact.reviewed is not None:
        return fact.reviewed != "wrong"
    return fact.confidence >= least_confidence if checked is None else checked


def _lead_first(report: Report) -> tuple[bool, datetime, int]:
    return report.tier != "official", report.moment, report.item_id


def _reports(session: Session, items: Collection[int]) -> Iterator[Report]:
    sources = {
        row[0]: row[1:]
        for row in session.connection().execute(
            columns(col(SourceRow.id), col(SourceRow.tier), col(SourceRow.homepage), col(SourceRow.name), col(SourceRow.name_zh))
        )
    }
    asked = columns(
        *(Item.id, Item.story_id, Item.source_id, Item.title, Item.language, Item.outlet, Item.relation),  # type: ignore[call-overload]
        *(Item.published_at, Item.first_seen_at, Item.link, Item.score),
    )
    for row in _pairs(session, asked, col(Item.id), items):
        tier, homepage, name, name_zh = sources[row[2]]
        values: tuple[Any, ...] = (*row[:9], tier, homepage, row[9], row[10], name_zh or name)
        yield Report(*values)


def texts_of(session: Session, item_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Summary and text of items."""
    asked = columns(col(Item.id), col(Item.summary), col(Item.text))
    return {row[0]: (row[1], row[2]) for row in _pairs(session, asked, col(Item.id), item_ids)}


def names_in(session: Session, item_ids: Collection[int]) -> dict[int, list[Name]]:
    """English and Chinese names of what items name of the catalogue, organisations and AI models, the most often named first."""
    asked = columns(col(Mention.item_id), col(Mention.times), col(Mention.target), col(Mention.target_id), col(Mention.id))
    rows = [row for row in _pairs(session, asked, col(Mention.item_id), item_ids) if row[3] is not None]
    models = model_names(session, {row[3] for row in rows})
    names: dict[tuple[str, str], Name] = {("model", known): (name, name) for known, name in models.items()}
    names |= {("organisation", known): name for known, name in catalogue_names(session, {row[3] for row in rows}).items()}
    found: dict[int, list[Name]] = defaultdict(list)
    for item_id, _, target, known, _ in sorted(rows, key=lambda row: (row[0], -row[1], row[4])):
        if (target, known) in names and names[target, known] not in found[item_id]:
            found[item_id].append(names[target, known])
    return found


def model_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of AI models of the catalogue, by id."""
    return dict(map(tuple, _pairs(session, columns(col(AiModel.id), col(AiModel.name)), col(AiModel.id), ids)))


def source_names(session: Session) -> dict[str, Name]:
    """English and Chinese names of all sources, by id."""
    rows = session.connection().execute(columns(col(SourceRow.id), col(SourceRow.name), col(SourceRow.name_zh)))
    return {row[0]: (row[1], row[2]) for row in rows}


def catalogue_names(session: Session, ids: Collection[str]) -> dict[str, Name]:
    """English and Chinese name of organisations of the catalogue, by id."""
    asked = columns(col(Organisation.id), col(Organisation.name_en), col(Organisation.name_zh))
    return {row[0]: (row[1], row[2]) for row in _pairs(session, asked, col(Organisation.id), ids)}


def story_titles(session: Session, story_ids: Collection[int]) -> dict[int, str]:
    """Headlines of stories, by id."""
    return {row[0]: row[1] for row in _pairs(session, columns(col(Story.id), col(Story.title)), col(Story.id), story_ids)}


def topic_rows(session: Session) -> list[Topic]:
    """All topics, in the order of digest sections."""
    return list(session.exec(select(Topic).order_by(col(Topic.position), col(Topic.id))))


def stories_now(session: Session, story_ids: Iterable[int]) -> dict[int, int]:
    """What stories are now: themselves, or the story that they went into."""
    found = {story_id: story_id for story_id in story_ids}
    asked = set(found)
    into = columns(col(Story.id), col(Story.merged_into)).where(col(Story.merged_into).is_not(None))
    while asked:
        merged = {row[0]: row[1] for row in _pairs(session, into, col(Story.id), asked)}
        found = {story_id: merged.get(now, now) for story_id, now in found.items()}
        asked = set(merged.values())
    return found


def ids_before_mergers(session: Session, story_ids: Iterable[int]) -> dict[int, int]:
    """The ids that stories had, their own and those of the stories that went into them, each with what it is now."""
    found = {story_id: story_id for story_id in story_ids}
    asked = list(found)
    while asked:
        rows = list(_pairs(session, columns(col(Story.id), col(Story.merged_into)), col(Story.merged_into), asked))
        asked = [row[0] for row in rows if row[0] not in found]
        found |= {row[0]: found[row[1]] for row in rows}
    return found


def withdrawn(session: Session, items: Mapping[int, int]) -> set[int]:
    """Those of the items that are still stored, but no news on topic any more, and whose stories (given by item) nothing else tells."""
    asked = columns(col(Item.id), col(Item.status), col(Item.relevant))
    lost = {row[0] for row in _pairs(session, asked, col(Item.id), items) if row[1] != ItemStatus.kept or not row[2]}
    alone = columns(col(Story.id), col(Story.items), col(Story.merged_into))
    told = {row[0] for row in _pairs(session, alone, col(Story.id), {items[item_id] for item_id in lost}) if row[1] or row[2]}
    return {item_id for item_id in lost if items[item_id] not in told}


def events_by_proof(session: Session, now: Mapping[int, int]) -> dict[str, Any]:
    """The events of stories (as `stories_now` gives them), each as the fact that tells it best, by the id of each of its proofs."""
    events = list(_rows(session, StoryFact, col(StoryFact.story_id), set(now.values())))
    rows = facts_by_id(session, {event.fact_id for event in events})
    return {proof: rows[event.fact_id] for event in events for proof in event.proofs if event.fact_id in rows}


def facts_by_id(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """Facts by their ids in v1_facts; those that are gone are left out."""
    found: dict[str, Any] = {}
    for name, table in FACT_TABLES.items():
        prefix = f"{name.removeprefix('fact_')}:"
        numbers = [int(one.removeprefix(prefix)) for one in ids if one.startswith(prefix)]
        found |= {fact_id(row): row for row in _rows(session, table, col(table.id), numbers)}
    return found


def _chunks(ids: Iterable[Id]) -> Iterator[list[Id]]:
    rest = iter(sorted(ids))
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _pairs(session: Session, asked: Any, key: Any, ids: Collection[Any]) -> Iterator[Any]:
    """Rows of plain columns whose `key` is among `ids`."""
    for chunk in _chunks(ids):
        yield from session.connection().execute(asked.where(key.in_(chunk)))


def _rows(session: Session, table: type[Row], key: Any, ids: Collection[Any]) -> Iterator[Row]:
    """Rows of a table whose `key` is among `ids`, by id within each statement."""
    number: Any = table.id  # type: ignore[attr-defined]
    for chunk in _chunks(ids):
        yield from session.exec(select(table).where(key.in_(chunk)).order_by(number))
