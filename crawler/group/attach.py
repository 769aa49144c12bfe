"""Items of the store → their stories, as they come.

Candidates come from the store by index, `grouping` decides, and everything happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crawler.judge.facts import Judgement
from store import stories
from store.models import Item

from .grouping import CANDIDATES, Placement, asked, place
from .profile import VERSION, Profile, keys, packed, profile, unpacked


@dataclass(frozen=True, slots=True)
class Fresh:
    """An item that was just saved, with what judging says of it."""

    item_id: int
    judgement: Judgement


def attach(session: Session, items: Iterable[Fresh], *, now: datetime) -> set[int]:
    """Give every kept relevant item a story and take the others out of theirs; returns the stories that changed, already described."""
    touched: set[int] = set()
    gone: list[int] = []
    session.flush()
    for item_id, judgement in {fresh.item_id: fresh.judgement for fresh in items}.items():
        item = stories.saved(session, item_id)
        if item is not None and item.is_news:
            touched |= _attach(session, item, make_profile(item, judgement), now=now)
        elif item is not None and item.story_id is not None:
            gone.append(item.id)
    if gone:
        touched |= stories.forget(session, gone)
    stories.refresh(session, touched, now=now)
    return touched


def make_profile(item: Item | stories.Saved, judgement: Judgement) -> Profile:
    """What grouping keeps of an item."""
    day = item.published_at.date() if item.published_at else None
    return profile(str(item.id), item.title, item.text or item.summary, judgement, day=day)


def keep(session: Session, item: Item, made: Profile) -> None:
    """Keep an item's profile, so that later items find it."""
    _keep(session, item.id or 0, item.published_at or item.first_seen_at, made, *keys(made))


def _keep(session: Session, item_id: int, moment: datetime, made: Profile, lasting: Sequence[int | str], passing: Sequence[str]) -> None:
    stories.keep_profile(session, item_id, packed(made), made_with=VERSION, moment=moment, lasting=lasting, passing=passing)


def _attach(session: Session, item: stories.Saved, made: Profile, *, now: datetime) -> set[int]:
    item_id = item.id
    lasting, passing = keys(made)
    kept = stories.relatives(session, item, lasting=lasting, passing=passing, limit=CANDIDATES, now=now)
    pinned = {one.item_id: story_id for story_id, members in kept.items() for one in members if one.pinned}
    _keep(session, item_id, item.moment, made, lasting, passing)
    if item_id in pinned:
        return {pinned[item_id]}
    found = _place(made, {story_id: [one for one in members if one.item_id != item_id] for story_id, members in kept.items()})
    return _write(session, item, found, pinned, now=now)


def _place(made: Profile, kept: Mapping[int, Sequence[stories.Kept]]) -> Placement:
    profiles = {
        str(story_id): [unpacked(str(one.item_id), one.packed) for one in asked(members)] for story_id, members in kept.items() if members
    }
    return place(made, profiles)


def _write(session: Session, item: stories.Saved, found: Placement, pinned: Mapping[int, int], *, now: datetime) -> set[int]:
    item_id, before = item.id, item.story_id
    if found.story is not None:
        story_id = int(found.story)
    elif before is not None and len(stories.items_of(session, before)) == 1:
        story_id = before
    else:
        story_id = stories.new_story(session, item, now=now)
    touched = {story_id}
    if before is not None:
        touched.add(before)
    repeats = found.relation == "follow_up" and found.of is not None
    stories.relate(session, item_id, story_id, found.relation)
    if repeats:
        stories.note_earlier(session, item_id, int(found.of or 0))
        stories.follow(session, story_id, int(found.of or 0))
    reason = _reason(found)
    apart = [int(name) for name in found.apart if int(name) not in pinned]
    if apart:
        touched.add(stories.split(session, story_id, apart, by="rule", reason=reason, now=now))
    for other in map(int, found.merge):
        if other not in pinned.values() or story_id not in pinned.values():
            stories.merge(session, min(story_id, other), max(story_id, other), by="rule", reason=reason, now=now)
            story_id = min(story_id, other)
            touched |= {story_id, other}
    return touched


def _reason(found: Placement) -> str:
    reasons = found.likeness.reasons if found.likeness else ()
    return f"item {found.of}: " + ", ".join(f"{name} {weight:+.1f}" for name, weight in reasons)
