"""The stories of the whole store from scratch: how a better rule reaches old items. What a person decided stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlmodel import Session

from crawler.judge.document import Document
from crawler.judge.judging import Judge
from store import stories
from store.models import Item, ItemProfile, Story, StoryChange

from .attach import keep, make_profile
from .grouping import Grouped, group_texts
from .profile import VERSION, Profile, unpacked


@dataclass(frozen=True, slots=True)
class Move:
    """An item that changes its story; `after` is None for a story that does not exist yet."""

    item_id: int
    title: str
    before: int | None
    after: int | None


def rebuild(session: Session, judge: Judge, *, now: datetime, dry_run: bool) -> list[Move]:
    """Group all kept relevant items anew and return those that change their story.

    They are grouped in the order of their days, those without one last, and of one moment in an order that their texts alone give: whatever
    the order they arrived in, the stories are the same. Stories keep their ids where most of their items stay. Items kept by another
    version of the profiles are judged again.
    """
    rows = sorted(stories.to_group(session), key=lambda row: _order(row[0]))
    items = {str(item.id): item for item, _ in rows}
    fixed = {str(item.id): str(item.story_id) for item, kept in rows if kept is not None and kept.pinned and item.story_id is not None}
    profiles = [_profile(item, kept, judge) for item, kept in rows]
    grouped = group_texts(profiles, fixed=fixed)
    names = _ids(grouped, items, fixed)
    moves = [
        Move(int(one.text.id), items[one.text.id].title, items[one.text.id].story_id, names[one.story])
        for one in grouped
        if items[one.text.id].story_id != names[one.story] or names[one.story] is None
    ]
    if not dry_run:
        _write(session, grouped, names, rows, now=now)
    return moves


def _order(item: Item) -> tuple[bool, float, bytes, str]:
    moment = item.published_at
    text = f"{item.title}\n{item.text or item.summary}".encode("utf-8", "surrogatepass")
    return moment is None, moment.timestamp() if moment else 0.0, blake2b(text, digest_size=8).digest(), item.identity


def _profile(item: Item, kept: ItemProfile | None, judge: Judge) -> Profile:
    if kept is not None and kept.made_with == VERSION:
        return unpacked(str(item.id), kept.packed)
    document = Document(str(item.id), item.title, item.text or item.summary, url=item.link, published=item.published_at)
    return make_profile(item, judge.judge(document))


def _ids(grouped: Sequence[Grouped], items: Mapping[str, Item], fixed: Mapping[str, str]) -> dict[str, int | None]:
    """The id that each new story keeps: that of the old one it has most items of; None for a new one."""
    shared: Counter[tuple[str, int]] = Counter()
    for one in grouped:
        before = items[one.text.id].story_id
        if before is not None:
            shared[one.story, before] += 1_000_000 if one.text.id in fixed else 1
    names: dict[str, int | None] = {one.story: None for one in grouped}
    taken: set[int] = set()
    for (story, before), _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0][1], pair[0][0])):
        if names[story] is None and before not in taken:
            names[story] = before
            taken.add(before)
    return names


def _write(
    session: Session,
    grouped: Sequence[Grouped],
    names: Mapping[str, int | None],
    rows: Sequence[tuple[Item, ItemProfile | None]],
    *,
    now: datetime,
) -> None:
    items = {str(item.id): item for item, _ in rows}
    before = {name: item.story_id for name, item in items.items()}
    outdated = {str(item.id) for item, kept in rows if kept is None or kept.made_with != VERSION}
    members: dict[str, list[Grouped]] = defaultdict(list)
    for one in grouped:
        members[one.story].append(one)
        if one.text.id in outdated:
            keep(session, items[one.text.id], one.text)
    ids = {story: names[story] or stories.new_story(session, items[those[0].text.id], now=now) for story, those in members.items()}
    stories.unmerge(session, list(ids.values()))
    for one in grouped:
        follows = int(one.of) if one.relation == "follow_up" and one.of is not None else None
        stories.relate(session, int(one.text.id), ids[one.story], one.relation)
        stories.note_earlier(session, int(one.text.id), follows)
        if follows is not None:
            stories.follow(session, ids[one.story], follows)
    touched = {story_id for story_id in before.values() if story_id is not None} | set(ids.values())
    stories.refresh(session, touched, now=now)
    _note_emptied(session, grouped, before, ids, now=now)


def _note_emptied(
    session: Session, grouped: Sequence[Grouped], before: Mapping[str, int | None], ids: Mapping[str, int], *, now: datetime
) -> None:
    """Say of each story that has no items left where most of them went."""
    went: dict[int, Counter[int]] = defaultdict(Counter)
    for one in grouped:
        old = before[one.text.id]
        if old is not None:
            went[old][ids[one.story]] += 1
    for old, into in went.items():
        target = into.most_common(1)[0][0]
        if old in ids.values() or target == old:
            continue
        session.get_one(Story, old).merged_into = target
        moved = [int(one.text.id) for one in grouped if before[one.text.id] == old]
        session.add(StoryChange(at=now, what="merge", by="rule", story_id=target, other_id=old, item_ids=moved, reason="built anew"))
