"""Stories that are built anew, whatever the order in which their items arrived."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from crawler.group.rebuild import rebuild
from crawler.judge.judging import Judge
from crawler.judge.knowledge import load_knowledge
from store.models import Item
from tests.store.rows import a_source, an_item

from .outlets import Told, read_known, read_told

JUDGE = Judge(load_knowledge(read_known("excerpts.txt")))
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
# Thin texts, most of them undated: near enough to several stories that which came first may decide.
TEXTS = [text for text in read_told("excerpts.txt") if text.event <= 13]


def arrive(session: Session, texts: list[Told]) -> None:
    """Save the texts one an hour, without putting them to stories."""
    a_source(session, id="wire")
    for hour, text in enumerate(texts):
        published = datetime.fromisoformat(text.day).replace(tzinfo=UTC) if text.day else None
        an_item(
            session, source_id="wire", identity=text.id, title=text.title, text=text.text, published_at=published, relevant=True,
            first_seen_at=NOW + timedelta(hours=hour),
        )  # fmt: skip


def built_anew(session: Session) -> set[frozenset[str]]:
    """The stories of the store, each as the texts that tell it."""
    rebuild(session, JUDGE, now=NOW, dry_run=False)
    stories: dict[int | None, set[str]] = defaultdict(set)
    for item in session.exec(select(Item).where(col(Item.relevant).is_(True))):
        stories[item.story_id].add(item.identity)
    return {frozenset(members) for members in stories.values()}


def test_the_order_of_arrival_makes_no_difference(session: Session) -> None:
    found = []
    for seed in range(4):
        arrival = session.begin_nested()
        arrive(session, random.Random(seed).sample(TEXTS, len(TEXTS)))
        found.append(built_anew(session))
        arrival.rollback()
        session.expire_all()
    assert len(found[0]) < len(TEXTS)
    assert found[1:] == found[:1] * 3
