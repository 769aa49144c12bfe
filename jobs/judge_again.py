"""Judging stored items anew, by the weights, rules and code of today: batch by batch, from where an earlier run was stopped.

What judging said of an item before is replaced; what a person said of its facts stands, and so do the issues that were built.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.fetching.rows import fact_rows, mention_rows, topic_rows
from crawler.group.attach import Fresh, attach
from crawler.judge.document import Document
from crawler.judge.facts import Judgement
from crawler.judge.judging import Judge
from crawler.reading.clean import verdict_values
from store.database import Engine, session_scope, utc_now
from store.explain import topics_of
from store.facts import FactChange, compare_facts, facts_of_items, stated
from store.items import ReadItem
from store.judgings import Asked, begin, count, save_batch, some_to_judge
from store.kinds import BY_NAME
from store.models import FactColumns, Item, Judging, fact_id, kind_of

_BATCH = 40
_TRIES = 2  # of one item in one run


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What judging an item again changed: relevance as [before, after] where it differs, topics, facts."""

    item: int
    title: str
    relevant: list[bool]
    topics_gained: list[str]
    topics_lost: list[str]
    facts: list[dict[str, Any]]

    def __bool__(self) -> bool:
        return bool(self.relevant or self.topics_gained or self.topics_lost or self.facts)


@dataclass(frozen=True, slots=True)
class Broken:
    """An item that our own code broke on, and where; it keeps what was judged before, and is tried again in the next run."""

    item: int
    title: str
    trace: str

    @property
    def reason(self) -> str:
        """The last line of the trace."""
        return self.trace.strip().rpartition("\n")[2]


def document_of(item: Item) -> Document:
    """The document that judging sees of an item."""
    return Document(str(item.id), item.title, item.text or item.summary, item.link, item.published_at, item.language)


def judge_again(engine: Engine, judge: Judge, asked: Asked, *, dry_run: bool) -> Iterator[ItemChange | Broken | Judging]:
    """Judge the items that `asked` names; yields what changed or broke, item by item, and the run with its figures at the end.

    Every batch is saved in a transaction of its own, together with how far the run is: one that was killed goes on from there when the
    same is asked of the same version. With `dry_run` nothing is written.
    """
    version = judge.version
    with session_scope(engine) as session:
        run = begin(session, asked, version, now=utc_now(), resume=not dry_run)
    while True:
        with session_scope(engine) as session:
            items = some_to_judge(session, asked, version, after=run.last_item_id, limit=_BATCH)
            topics = {_id(item): {topic.topic_id for topic in topics_of(session, _id(item))} for item in items}
            facts = facts_of_items(session, [_id(item) for item in items])
        if not items:
            break
        read, judgements, broken = _judged(judge, version, items)
        run.last_item_id = _id(items[-1])
        if dry_run:
            changes = {item.item_id: compare_facts(facts[item.item_id], item.facts) for item in read}
            count(run, [change for made in changes.values() for change in made], judged=len(read), failed=len(broken))
            told = _told(items, read, topics, changes)
        else:
            traces = {one.item: one.trace for one in broken}
            seen = {_id(item): item.changed_at for item in items}
            with session_scope(engine) as session:
                run = session.merge(run)
                changes = save_batch(session, run, read, traces, seen=seen, now=utc_now())
                told = _told(items, read, topics, changes)
                # From here on stories are read anew: nothing of what was saved is looked at after it.
                attach(session, [Fresh(item_id, judgements[item_id]) for item_id in changes], now=utc_now())
                session.refresh(run)
        yield from told
        yield from broken
    run.finished_at = utc_now()
    if not dry_run:
        with session_scope(engine) as session:
            run = session.merge(run)
    yield run


def _judged(judge: Judge, version: str, items: Sequence[Item]) -> tuple[list[ReadItem], dict[int, Judgement], list[Broken]]:
    read: list[ReadItem] = []
    judgements: dict[int, Judgement] = {}
    broken: list[Broken] = []
    for item in items:
        for tries_left in reversed(range(_TRIES)):
            try:
                judgements[_id(item)] = judgement = judge.judge(document_of(item))
                read.append(_read(judgement, version, item))
                break
            except Exception:  # noqa: BLE001 - whatever our own code may raise costs one item, is kept whole, and ends no run
                if not tries_left:
                    broken.append(Broken(_id(item), item.title, traceback.format_exc()))
    return read, judgements, broken


def _read(judgement: Judgement, version: str, item: Item) -> ReadItem:
    facts = fact_rows(_id(item), judgement, published=item.published_at, now=utc_now())
    values = verdict_values(judgement, version)
    return ReadItem(_id(item), values, topic_rows(_id(item), judgement), mention_rows(_id(item), judgement), facts)


def _told(
    items: Sequence[Item], read: Sequence[ReadItem], topics: Mapping[int, set[str]], changes: Mapping[int, Sequence[FactChange]]
) -> list[ItemChange]:
    """What changed, item by item; nothing of items that stayed as they were."""
    known = {_id(item): item for item in items}
    told = [_change(known[one.item_id], one, topics[one.item_id], changes.get(one.item_id, ())) for one in read]
    return [change for change in told if change]


def _change(item: Item, read: ReadItem, topics: set[str], facts: Sequence[FactChange]) -> ItemChange:
    now = {topic.topic_id for topic in read.topics}
    relevant = bool(read.values["relevant"])
    return ItemChange(
        item=_id(item),
        title=item.title,
        relevant=[item.relevant, relevant] if relevant != item.relevant else [],
        topics_gained=sorted(now - topics),
        topics_lost=sorted(topics - now),
        facts=[_fact(change) for change in facts],
    )


def _fact(change: FactChange) -> dict[str, Any]:
    row = change.row
    now = stated(row)
    said: dict[str, Any] = {
        "change": change.change,
        "fact": fact_id(row) if row.id is not None else None,
        "type": kind_of(row),
        "subject": subject_of(row),
        "evidence": row.evidence,
    }
    if change.change == "changed":
        said |= {"before": dict(change.before), "after": {name: now[name] for name in change.before}}
    return said


def subject_of(row: FactColumns) -> str | None:
    """Whom or what a fact is about, as written; of several parties the first."""
    value: Any = getattr(row, BY_NAME[kind_of(row)].subject.column)
    if isinstance(value, list):
        return value[0]["as_written"] if value else None
    return value  # type: ignore[no-any-return]


def _id(item: Item) -> int:
    assert item.id is not None
    return item.id
