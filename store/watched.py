"""Watches: searches whose new stories are told at once. Since when each looks, and what was told to whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from .models import Item, Story, WatchDelivery, Watched


def looks_since(session: Session, watch: str, search: str, *, now: datetime) -> datetime:
    """Since when a watch looks for what its search says: since it was first seen with these words."""
    row = session.get(Watched, watch)
    if row is None or row.search != search:
        row = row or Watched(name=watch, search=search, since=now)
        row.search, row.since = search, now
        session.add(row)
    return row.since


def new_stories(session: Session, story_ids: Iterable[int], since: datetime) -> list[Story]:
    """Of these stories those that the store did not have before `since`, the oldest first. What went into another story is none."""
    rule = (col(Story.id).in_(list(story_ids)), col(Story.merged_into).is_(None), col(Story.first_seen_at) >= since)
    return list(session.exec(select(Story).where(*rule).order_by(col(Story.first_seen_at), col(Story.id))))


def was_merged_from(session: Session, story_id: int) -> set[int]:
    """The stories that went into this one."""
    return {one for one in session.exec(select(Story.id).where(Story.merged_into == story_id)) if one is not None}


def find_watch_delivery(session: Session, watch: str, story_ids: Iterable[int], recipient: str) -> WatchDelivery | None:
    """What was told to a recipient of a story, or of those that went into it."""
    rule = (WatchDelivery.watch == watch, col(WatchDelivery.story_id).in_(list(story_ids)), WatchDelivery.recipient == recipient)
    query = select(WatchDelivery).where(*rule).order_by(col(WatchDelivery.id)).limit(1)
    return session.exec(query.execution_options(populate_existing=True)).first()


def lead_of(session: Session, story: Story) -> Item | None:
    """The item that leads a story, unless it came with the first crawl of its source."""
    item = session.get(Item, story.lead_item_id) if story.lead_item_id is not None else None
    return item if item is not None and item.relevant and not item.backlog else None
