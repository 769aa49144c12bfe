"""Rows for tests of the store: short to write, complete enough to be saved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from store.models import AdoptionFact, FundingFact, InvestorRow, Item, ItemTopic, SourceRow, SourceState, Story, fact_table
from store.stories import refresh

NOON = datetime(2026, 11, 17, 4, 0, tzinfo=UTC)
READ = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # in the morning after that week


def source_row(**values: Any) -> SourceRow:
    """A source that is in no store yet."""
    return SourceRow(
        **{
            "id": "hospital-daily",
            "name": "Hospital Daily",
            "name_zh": "医院日报",
            "homepage": "https://hospital.example/",
            "language": "zh",
            "category": "media",
            "kind": "feed",
            "scope": "general",
            "tier": "trade",
            "access": "ok",
            "enabled": True,
            "definition": {"enabled": True, "access": "ok"},
            "first_seen_at": NOON,
            "changed_at": NOON,
            **values,
        }
    )


def a_source(session: Session, **values: Any) -> SourceRow:
    """A source, with what is remembered of it."""
    row = source_row(**values)
    session.add(row)
    session.flush()
    session.add(SourceState(source_id=row.id, status="ok", status_since=NOON, last_fetch_at=READ, last_success_at=READ))
    session.flush()
    return row


def an_item(session: Session, **values: Any) -> Item:
    """An item of the source `hospital-daily`, with an id."""
    identity = values.get("identity", f"link:{values.get('title')}")
    row = Item(
        **{
            "source_id": "hospital-daily",
            "identity": identity,
            "link": f"https://hospital.example/{len(identity)}",
            "title": "某医院部署DeepSeek",
            "language": "zh",
            "published_at": NOON,
            "published_precision": "minute",
            "date_trust": "page",
            "first_seen_at": NOON,
            "changed_at": NOON,
            "relevant": True,
            "score": 0.9,
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row


def a_story(session: Session, item: Item) -> Story:
    """The story of one item."""
    story = Story(title=item.title, first_seen_at=NOON, published_at=NOON, changed_at=NOON)
    session.add(story)
    session.flush()
    item.story_id = story.id
    item.relation = "first"
    session.add(item)
    session.flush()
    return story


def grouped(session: Session) -> None:
    """Give every kept item on topic that has no story one of its own, and let all stories say what their items say."""
    rule = (Item.status == "kept", col(Item.relevant), col(Item.story_id).is_(None))
    for item in session.exec(select(Item).where(*rule).order_by(col(Item.id))):
        a_story(session, item)
    refresh(session, [story_id for story_id in session.exec(select(Story.id)) if story_id is not None], now=NOON)


def with_topics(session: Session, item: Item, *topics: str) -> None:
    """Put an item under topics."""
    assert item.id is not None
    session.add_all(ItemTopic(item_id=item.id, topic_id=topic, score=1.0, matched=[topic]) for topic in topics)
    session.flush()


def a_round(session: Session, item: Item, **values: Any) -> FundingFact:
    """A funding round told by an item, its lead investor first."""
    assert item.id is not None
    row = FundingFact(
        **{
            "item_id": item.id,
            "type": "funding",
            "evidence": "某影像公司完成近亿元B轮融资。",
            "evidence_start": 0,
            "evidence_end": 16,
            "confidence": 0.9,
            "found_by": "rule",
            "announced_on": date(2026, 11, 17),
            "recorded_at": NOON,
            "company": "某影像公司",
            "round": "B",
            "amount_as_written": "近亿元",
            "amount_low": Decimal("100000000"),
            "amount_high": Decimal("100000000"),
            "amount_currency": "CNY",
            "amount_hedge": "under",
            "cny_low": Decimal("100000000"),
            "cny_high": Decimal("100000000"),
            "usd_low": Decimal("14084507.04"),
            "usd_high": Decimal("14084507.04"),
            "investors": [{"id": None, "name": "江河资本", "lead": True}],
            **values,
        }
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    session.add_all(
        InvestorRow(funding_id=row.id, position=position, organisation_id=one["id"], name=one["name"], lead=one["lead"])
        for position, one in enumerate(row.investors)
    )
    session.flush()
    return row


def an_adoption(session: Session, item: Item, **values: Any) -> AdoptionFact:
    """An adoption told by an item."""
    assert item.id is not None
    row = AdoptionFact(
        **{
            "item_id": item.id,
            "evidence": "某医院本地部署DeepSeek-R1。",
            "evidence_start": 0,
            "evidence_end": 18,
            "confidence": 0.8,
            "found_by": "rule",
            "announced_on": date(2026, 11, 17),
            "recorded_at": NOON,
            "adopter": "某医院",
            "model_id": "deepseek-r1",
            "model_family": "deepseek",
            "model": "DeepSeek-R1",
            "stage": "live",
            "hosting": "local",
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row


def a_fact(session: Session, item: Item, kind: str, **values: Any) -> Any:
    """A fact of any kind told by an item."""
    shared = {"evidence": item.title, "evidence_start": 0, "evidence_end": 9, "confidence": 0.9, "found_by": "reader", "recorded_at": NOON}
    row = fact_table(kind)(**{"item_id": item.id, **shared, **values})
    session.add(row)
    session.flush()
    return row
