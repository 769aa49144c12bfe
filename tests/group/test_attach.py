"""Items of a real store, on both databases, put to their stories as a crawl does it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text as sql
from sqlmodel import Session, col, select

from crawler.fetching.rows import fact_rows, mention_rows, topic_rows
from crawler.group.attach import Fresh, attach
from crawler.group.rebuild import rebuild
from crawler.judge.document import Document
from crawler.judge.facts import Judgement
from crawler.judge.judging import Judge
from store import stories
from store.errors import StoreConflictError, StoreError
from store.items import ReadItem, save_read
from store.models import Item, Story, StoryChange, StoryFact
from tests.store.rows import a_source, an_item

from .events import Text, read_events, reprint

JUDGE = Judge()
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
TEXTS = {text.id: text for text in read_events()}
Save = Callable[..., int]


def judged(text: Text) -> Judgement:
    # Kept and relevant is what the store groups; whether the judge thinks so of invented places is not what is tested here.
    return replace(JUDGE.judge(Document(text.id, text.title, text.text), deep=True), relevant=True)


@pytest.fixture
def save(session: Session) -> Save:
    """Saves a text as an item, with all that a crawl writes, and puts it to its story; returns the item's id."""
    for source, tier in (("hospital-daily", "trade"), ("wire", "media"), ("bureau", "official")):
        a_source(session, id=source, tier=tier, homepage=f"https://{source}.example")

    def one(text: Text, source: str = "hospital-daily", item_id: int | None = None) -> int:
        moment = datetime.fromisoformat(text.day).replace(tzinfo=UTC)
        judgement = judged(text)
        if item_id is None:
            item_id = an_item(session, source_id=source, identity=f"{source}:{text.id}", title=text.title, first_seen_at=moment).id or 0
        values = {"title": text.title, "text": text.text, "language": judgement.language, "published_at": moment, "relevant": True}
        facts = fact_rows(item_id, judgement, published=moment, now=NOW)
        save_read(session, [ReadItem(item_id, values, topic_rows(item_id, judgement), mention_rows(item_id, judgement), facts)], now=NOW)
        attach(session, [Fresh(item_id, judgement)], now=NOW)
        return item_id

    return one


def story_of(session: Session, item_id: int) -> int:
    story_id = session.exec(select(Item.story_id).where(Item.id == item_id)).one()
    assert story_id is not None
    return story_id


def test_an_event_told_four_times_is_one_story_with_one_round(session: Session, save: Save) -> None:
    told = [TEXTS["17-first"], TEXTS["17-rewrite"], TEXTS["17-translation"]]
    ids = [save(told[0]), save(reprint(told[0]), "wire"), save(told[1], "wire"), save(told[2], "bureau")]
    assert len({story_of(session, item_id) for item_id in ids}) == 1
    story = session.get_one(Story, story_of(session, ids[0]))
    assert (story.items, story.languages, story.lead_item_id) == (4, ["en", "zh"], ids[3])
    assert story.sources == 3
    (fact,) = session.exec(select(StoryFact).where(StoryFact.type == "funding"))
    assert len(fact.proofs) == 4
    assert fact.official_at is not None
    counted = session.execute(sql("SELECT SUM(counted), COUNT(*) FROM v1_facts WHERE type = 'funding' AND background = 0")).one()
    assert tuple(counted) == (1, 4)
    (row,) = session.execute(sql("SELECT proofs, hours_to_official, first_source_id FROM v1_story_facts WHERE type = 'funding'")).all()
    assert (row[0], float(row[1]), row[2]) == (4, 0.0, "hospital-daily")
    (listed,) = session.execute(sql("SELECT items, independent_sources, languages, heat FROM v1_stories")).all()
    assert tuple(listed[:3]) == (4, 3, "en, zh")


def test_a_next_step_points_back(session: Session, save: Save) -> None:
    first, later = save(TEXTS["17-first"]), save(TEXTS["17-follow_up"])
    assert story_of(session, first) != story_of(session, later)
    assert session.get_one(Item, later).relation == "follow_up"
    assert session.get_one(Story, story_of(session, later)).follows_id == story_of(session, first)


def test_an_item_edited_into_other_news_leaves_its_story(session: Session, save: Save) -> None:
    first, second = save(TEXTS["01-first"]), save(TEXTS["01-rewrite"], "wire")
    before = story_of(session, first)
    assert story_of(session, second) == before
    save(TEXTS["40-first"], "wire", second)
    assert story_of(session, second) != before
    assert session.get_one(Story, before).items == 1
    assert session.get_one(Item, second).relation == "first"


def test_an_item_that_is_no_news_any_more_leaves_its_story(session: Session, save: Save) -> None:
    first, second = save(TEXTS["01-first"]), save(TEXTS["01-rewrite"], "wire")
    item = session.get_one(Item, second)
    item.relevant = False
    session.add(item)
    attach(session, [Fresh(second, judged(TEXTS["01-rewrite"]))], now=NOW)
    session.expire_all()
    assert session.get_one(Item, second).story_id is None
    assert session.get_one(Story, story_of(session, first)).items == 1


def test_a_merger_by_hand_holds_and_can_be_undone(session: Session, save: Save) -> None:
    one, other = save(TEXTS["03-first"]), save(TEXTS["04-first"])
    kept, gone = story_of(session, one), story_of(session, other)
    stories.merge(session, kept, gone, by="person", reason="", now=NOW)
    assert stories.find_story(session, gone).id == kept
    # A rule that sees the item again does not take it out.
    save(TEXTS["04-first"], item_id=other)
    assert story_of(session, other) == kept
    assert stories.split(session, kept, [other], by="person", reason="", now=NOW) == gone
    save(TEXTS["04-first"], item_id=other)
    assert (story_of(session, one), story_of(session, other)) == (kept, gone)
    assert [change.undone for change in session.exec(select(StoryChange).where(StoryChange.what == "merge"))] == [True]


def test_parted_by_hand_stays_parted(session: Session, save: Save) -> None:
    first, second = save(TEXTS["01-first"]), save(TEXTS["01-rewrite"], "wire")
    story_id = story_of(session, first)
    other = stories.split(session, story_id, [second], by="person", reason="", now=NOW)
    third = save(TEXTS["01-translation"], "bureau")
    assert {story_of(session, first), story_of(session, second)} == {story_id, other}
    assert story_of(session, third) in (story_id, other)
    with pytest.raises(StoreError, match="expected some of its items"):
        stories.split(session, other, [first], by="person", reason="", now=NOW)


def test_a_rule_that_finds_a_story_other_than_it_was_asks_to_begin_anew(session: Session, save: Save) -> None:
    first, second = save(TEXTS["03-first"]), save(TEXTS["04-first"])
    one, other = story_of(session, first), story_of(session, second)
    with pytest.raises(StoreConflictError, match="expected some of its items"):
        stories.split(session, one, [second], by="rule", reason="", now=NOW)
    stories.merge(session, one, other, by="rule", reason="", now=NOW)
    with pytest.raises(StoreConflictError, match="there is no such story"):
        stories.merge(session, one, other, by="rule", reason="", now=NOW)


def test_what_proofs_say_otherwise_is_kept(session: Session, save: Save) -> None:
    text = TEXTS["01-first"]
    first = save(text)
    other = replace(text, text=text.text.replace("1.2亿元", "超1亿元"), title=text.title.replace("1.2亿元", "超1亿元"))
    save(replace(other, kind="variant"), "bureau")
    story_id = story_of(session, first)
    (fact,) = session.exec(select(StoryFact).where(StoryFact.story_id == story_id, StoryFact.type == "funding"))
    assert len(fact.proofs) == 2
    assert [(d["field"], d["value"]) for d in fact.differences if d["field"] == "amount"] == [("amount", "1.2亿元")]


def test_a_month_of_news_in_any_order_gives_the_same_stories(session: Session, save: Save) -> None:
    texts = [TEXTS[f"{event:02}-{kind}"] for event in (1, 3, 5, 8, 11, 13, 40) for kind in ("first", "rewrite", "look_alike")]
    random.Random(7).shuffle(texts)
    ids = {text.id: save(text) for text in texts}
    for event in (1, 3, 5, 8, 13, 40):
        assert story_of(session, ids[f"{event:02}-first"]) == story_of(session, ids[f"{event:02}-rewrite"])
        assert story_of(session, ids[f"{event:02}-first"]) != story_of(session, ids[f"{event:02}-look_alike"])
    assert session.exec(select(Item).where(col(Item.story_id).is_(None))).first() is None
    rows = stories.list_stories(session, now=NOW, since=NOW - timedelta(days=400), limit=50)
    assert {row.story.id for row in rows} == {story_of(session, item_id) for item_id in ids.values()}


def test_stories_built_anew_are_the_same(session: Session, save: Save) -> None:
    texts = [TEXTS[f"{event:02}-{kind}"] for event in (1, 3, 5, 17, 40) for kind in ("first", "rewrite", "look_alike", "follow_up")]
    ids = [save(text) for text in texts]
    before = {item_id: story_of(session, item_id) for item_id in ids}
    assert rebuild(session, JUDGE, now=NOW, dry_run=False) == []
    assert {item_id: story_of(session, item_id) for item_id in ids} == before


def test_built_anew_finds_what_was_wrong_and_shows_it_first(session: Session, save: Save) -> None:
    first, second, other = save(TEXTS["01-first"]), save(TEXTS["01-rewrite"], "wire"), save(TEXTS["40-first"])
    stories.put(session, [second], story_of(session, other))
    moves = rebuild(session, JUDGE, now=NOW, dry_run=True)
    assert [(move.item_id, move.before, move.after) for move in moves] == [(second, story_of(session, other), story_of(session, first))]
    assert story_of(session, second) == story_of(session, other)
    rebuild(session, JUDGE, now=NOW, dry_run=False)
    assert story_of(session, second) == story_of(session, first)
    # What a person says is not built anew.
    stories.merge(session, story_of(session, first), story_of(session, other), by="person", reason="", now=NOW)
    assert rebuild(session, JUDGE, now=NOW, dry_run=False) == []
    assert story_of(session, other) == story_of(session, first)
