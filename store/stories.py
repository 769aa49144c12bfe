"""Stories as rows: what an item's relatives are found by, who belongs where, and what was merged or parted.

Deciding is not done here: `crawler.group` says what belongs together, a person may say otherwise, and a rule never undoes that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, bindparam, insert, text, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from .domains import registered_domain
from .errors import StoreConflictError, StoreError
from .models import Item, ItemProfile, Story, StoryChange, StoryFact
from .status import ItemStatus
from .story_facts import Member, Proof, members_of, refresh_facts
from .text import fold

PER_KEY = 40  # items looked up by one key, the newest
_CHUNK = 90
_FORTNIGHT = 14
_LASTING = "for ever"
# Of the newest items of each key those that have most of the keys, and all members of their stories: one statement, written out, because
# it is asked for every item and building it takes longer than asking it. `INDEXED BY`: the rows of items are long, and all that is asked
# of them stands in that index.
_SHARING = (
    "SELECT member.id, member.story_id, item_profile.packed, item_profile.pinned"
    " FROM item AS member JOIN item_profile ON item_profile.item_id = member.id WHERE member.story_id IN (SELECT item.story_id"
    " FROM (SELECT item_id FROM ({keys}) AS found WHERE item_id <> :of GROUP BY item_id ORDER BY count(*) DESC, item_id LIMIT :most)"
    " AS near JOIN item {by} ON item.id = near.item_id UNION SELECT CAST(:own AS integer)) ORDER BY member.first_seen_at, member.id"
)
_RELATIVES = {
    "sqlite": text(
        _SHARING.format(
            keys="SELECT found.value AS item_id FROM json_each(:keys) AS asked, json_each((SELECT json_group_array(item_id) FROM"
            " (SELECT item_id FROM item_key WHERE key = asked.value ORDER BY item_id DESC LIMIT :per_key))) AS found",
            by="INDEXED BY ix_item_hit",
        )
    ),
    "postgresql": text(
        _SHARING.format(
            keys="SELECT near.item_id FROM unnest(CAST(:keys AS bigint[])) AS asked(key) CROSS JOIN LATERAL"
            " (SELECT item_id FROM item_key WHERE item_key.key = asked.key ORDER BY item_id DESC LIMIT :per_key) AS near",
            by="",
        )
    ),
}
_ADD_KEYS = {
    "sqlite": text("INSERT INTO item_key (key, item_id) SELECT value, :of FROM json_each(:keys) WHERE true ON CONFLICT DO NOTHING"),
    "postgresql": text(
        "INSERT INTO item_key (key, item_id) SELECT CAST(value AS bigint), :of FROM json_array_elements_text(CAST(:keys AS json))"
        " ON CONFLICT DO NOTHING"
    ),
}


# Asked for every item: building them anew would take longer than asking them.
_SAVED: Any = columns(
    *(Item.id, Item.title, Item.text, Item.summary, Item.published_at, Item.first_seen_at, Item.story_id),  # type: ignore[call-overload]
    and_(col(Item.status) == ItemStatus.kept, col(Item.relevant).is_(True)),
).where(col(Item.id) == bindparam("of"))
_NEW: Any = insert(Story)
_BELONG = update(Item).where(col(Item.id) == bindparam("of")).values(story_id=bindparam("into"), relation=bindparam("how"))
_FOLLOW = update(ItemProfile).where(col(ItemProfile.item_id) == bindparam("of")).values(follows_item_id=bindparam("earlier"))
_TOLD = ("title", "lead_item_id", "first_seen_at", "last_seen_at", "published_at", "changed_at", "items", "sources", "languages", "topics")
_TELL = update(Story).where(col(Story.id) == bindparam("of")).values({name: bindparam(name) for name in _TOLD})
_KEEP = text(
    "INSERT INTO item_profile (item_id, made_with, packed, pinned) VALUES (:of, :by, :now, false)"
    " ON CONFLICT (item_id) DO UPDATE SET made_with = excluded.made_with, packed = excluded.packed, follows_item_id = NULL"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """An item as grouping asks for it; `is_news` where it is kept and relevant, so that it belongs to a story."""

    id: int
    title: str
    text: str
    summary: str
    published_at: datetime | None
    first_seen_at: datetime
    story_id: int | None
    is_news: bool

    @property
    def moment(self) -> datetime:
        """When it was published, else first seen."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an item for grouping: its profile as written, its story, whether a person put it there."""

    item_id: int
    story_id: int
    packed: bytes
    pinned: bool


def key_of(kind: str, value: str | int) -> int:
    """A key as a number of 48 bits: enough to tell a hundred million apart."""
    return int.from_bytes(blake2b(f"{kind}\x00{value}".encode("utf-8", "surrogatepass"), digest_size=8).digest()[:6], "big", signed=True)


def _fortnight(moment: datetime) -> int:
    return moment.toordinal() // _FORTNIGHT


def _around(moment: datetime, now: datetime) -> list[int]:
    """The fortnight of a moment and those beside it, except one that has not begun: nothing is dated in it."""
    number = _fortnight(moment)
    return [number, number - 1, number + 1][: 3 if number < _fortnight(now) else 2]


def profile_keys(moment: datetime, lasting: Iterable[int | str], passing: Iterable[str]) -> list[int]:
    """The keys of an item as they are kept: `passing` ones hold for the fortnights around `moment`, `lasting` ones for ever."""
    fortnight = str(_fortnight(moment))
    return sorted({key_of(_LASTING, value) for value in lasting} | {key_of(fortnight, value) for value in passing})


def keep_profile(
    session: Session, item_id: int, packed: bytes, *, made_with: int, moment: datetime, lasting: Iterable[int | str], passing: Iterable[str]
) -> None:
    """Keep an item's profile and its keys; `passing` keys hold for the fortnights around `moment`, `lasting` ones for ever."""
    connection = session.connection()
    connection.execute(_KEEP, {"of": item_id, "by": made_with, "now": packed})
    connection.execute(_ADD_KEYS[connection.dialect.name], {"keys": json.dumps(profile_keys(moment, lasting, passing)), "of": item_id})


def relatives(
    session: Session, item: Saved, *, lasting: Iterable[int | str], passing: Iterable[str], limit: int, now: datetime
) -> dict[int, list[Kept]]:
    """What is kept of an item's story and of those of the `limit` other items that share most keys with it, by story, members in the order
    in which they were first seen."""
    asked = [key_of(_LASTING, value) for value in lasting]
    asked += [key_of(fortnight, value) for value in passing for fortnight in map(str, _around(item.moment, now))]
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    values = {"keys": json.dumps(asked) if sqlite else asked, "of": item.id, "own": item.story_id, "most": limit, "per_key": PER_KEY}
    found: dict[int, list[Kept]] = defaultdict(list)
    for item_id, story_id, packed, pinned in connection.execute(_RELATIVES[connection.dialect.name], values):
        found[story_id].append(Kept(item_id, story_id, packed, bool(pinned)))
    return found


def new_story(session: Session, item: Item | Saved, *, now: datetime) -> int:
    """A story of one item."""
    row = {"title": item.title, "lead_item_id": item.id, "first_seen_at": item.first_seen_at, "published_at": item.published_at}
    made: Any = session.connection().execute(_NEW, {**row, "changed_at": now}).inserted_primary_key
    return int(made[0])


def put(session: Session, item_ids: Sequence[int], story_id: int | None) -> None:
    """Make items members of a story; None takes them out of any."""
    session.flush()
    connection = session.connection()
    for start in range(0, len(item_ids), _CHUNK):
        chunk = list(item_ids[start : start + _CHUNK])
        connection.execute(update(Item).where(col(Item.id).in_(chunk)).values(story_id=story_id))
    session.expire_all()


def forget(session: Session, item_ids: Sequence[int]) -> set[int]:
    """Take items that are no news any more out of their stories; returns the stories that they were in."""
    was_in = set(session.exec(select(Item.story_id).where(col(Item.id).in_(list(item_ids)), col(Item.story_id).is_not(None))))
    put(session, item_ids, None)
    session.connection().execute(update(Item).where(col(Item.id).in_(list(item_ids))).values(relation=None))
    session.exec(delete(ItemProfile).where(col(ItemProfile.item_id).in_(list(item_ids))))
    return {story_id for story_id in was_in if story_id is not None}


def saved(session: Session, item_id: int) -> Saved | None:
    """An item as the store has it now, if it does; what the session holds must be flushed."""
    row = session.connection().execute(_SAVED, {"of": item_id}).first()
    return None if row is None else Saved(*row)


def items_of(session: Session, story_id: int) -> list[Item]:
    """The items of a story, in the order in which they were first seen."""
    return list(session.exec(select(Item).where(Item.story_id == story_id).order_by(col(Item.first_seen_at), col(Item.id))))


def merge(session: Session, into: int, other: int, *, by: str, reason: str, now: datetime) -> None:
    """Put one story into another, on record. Raises StoreError for stories that are not there or are one;
    StoreConflictError where a rule finds them gone."""
    if into == other:
        raise StoreError("is one story already", subject=f"story {into}")
    for story_id in (into, other):
        if not items_of(session, story_id):
            raise _refused(by)("there is no such story", subject=f"story {story_id}", hint="`yixun stories list` shows those there are")
    moved = [item.id for item in items_of(session, other) if item.id is not None]
    put(session, moved, into)
    session.get_one(Story, other).merged_into = into
    session.add(StoryChange(at=now, what="merge", by=by, story_id=into, other_id=other, item_ids=moved, reason=reason))
    if by == "person":
        _pin(session, [item.id for item in items_of(session, into)])
    refresh(session, [into, other], now=now)


def split(session: Session, story_id: int, item_ids: Sequence[int], *, by: str, reason: str, now: datetime) -> int:
    """Take items out of a story into one of their own, on record; returns it. Items that came by a merger get back the story that they
    were. Raises StoreError unless some but not all of the story's items are named, StoreConflictError where a rule named them."""
    members = [item.id for item in items_of(session, story_id) if item.id is not None]
    moved = [item_id for item_id in members if item_id in set(item_ids)]
    if len(moved) != len(set(item_ids)) or not 0 < len(moved) < len(members):
        raise _refused(by)(
            f"expected some of its items, but not all: {', '.join(map(str, members)) or 'there is no such story'}",
            subject=f"story {story_id}",
        )
    mergers = session.exec(
        select(StoryChange)
        .where(StoryChange.story_id == story_id, StoryChange.what == "merge", col(StoryChange.undone).is_(False))
        .order_by(col(StoryChange.id).desc())
    )
    undone = next((one for one in mergers if set(one.item_ids) == set(moved)), None)
    if undone is not None:
        undone.undone, other = True, undone.other_id
        session.get_one(Story, other).merged_into = None
    else:
        other = new_story(session, session.get_one(Item, moved[0]), now=now)
    put(session, moved, other)
    session.add(StoryChange(at=now, what="split", by=by, story_id=story_id, other_id=other, item_ids=moved, reason=reason))
    if by == "person":
        _pin(session, members)
    refresh(session, [story_id, other], now=now)
    return other


def _refused(by: str) -> type[StoreError]:
    """A rule goes by stories as it found them: where they are others now, another crawl's transaction came in between."""
    return StoreError if by == "person" else StoreConflictError


def _pin(session: Session, item_ids: Iterable[int | None]) -> None:
    session.flush()
    session.connection().execute(update(ItemProfile).where(col(ItemProfile.item_id).in_(list(item_ids))).values(pinned=True))
    session.expire_all()


def refresh(session: Session, story_ids: Iterable[int], *, now: datetime) -> None:
    """Write what stories' items say together: lead, days, sources, languages, topics, facts. One that lost its items keeps its row."""
    session.flush()
    asked = sorted(set(story_ids))
    for start in range(0, len(asked), _CHUNK):
        chunk = asked[start : start + _CHUNK]
        members = _tell_first(session, members_of(session, chunk))
        _describe(session, chunk, members, now=now)
        refresh_facts(session, chunk, members)
    session.expire_all()


def _tell_first(session: Session, members: Mapping[int, list[Proof]]) -> dict[int, list[Proof]]:
    """Give the first item of a story that its relation was to another one now gone."""
    found = dict(members)
    for story_id, those in members.items():
        if not any(member.relation in ("first", "follow_up") for member in those):
            session.connection().execute(update(Item).where(col(Item.id) == those[0].item_id).values(relation="first"))
            found[story_id] = [replace(those[0], relation="first"), *those[1:]]
    return found


def _describe(session: Session, story_ids: Sequence[int], members: Mapping[int, list[Proof]], *, now: datetime) -> None:
    connection = session.connection()
    told = [
        {"of": story_id, "items": len(those), "changed_at": now, "topics": _topics(those), **_described(those)}
        for story_id, those in members.items()
    ]
    if told:
        connection.execute(_TELL, told)
    if empty := [story_id for story_id in story_ids if story_id not in members]:
        connection.execute(update(Story).where(col(Story.id).in_(empty)).values(items=0, changed_at=now))


def _topics(members: Sequence[Proof]) -> list[str]:
    """The topics of a story's members, those first that one of them is surest to belong to."""
    best: dict[str, float] = {}
    for told in (one.split() for member in members if member.topics for one in member.topics.split(",")):
        best[told[0]] = max(float(told[1]), best.get(told[0], 0.0))
    return sorted(best, key=lambda topic: (-best[topic], topic))


def _described(members: Sequence[Member]) -> dict[str, Any]:
    in_time = sorted(members, key=lambda member: (member.moment, member.item_id))
    lead = next((member for member in in_time if member.tier == "official"), in_time[0])
    return {
        "title": lead.title,
        "lead_item_id": lead.item_id,
        "first_seen_at": min(member.first_seen_at for member in members),
        "last_seen_at": max(member.first_seen_at for member in members),
        "published_at": min((member.published_at for member in members if member.published_at), default=None),
        "sources": len(independent(members)),
        "languages": sorted({member.language for member in members}),
    }


def independent(members: Iterable[Member]) -> set[str]:
    """Who reported by themselves: outlets of one house once, and none that only copied word for word."""
    members = list(members)
    return {_house(member) for member in members if member.relation != "reprint"} or {_house(member) for member in members}


def _house(member: Member) -> str:
    if member.outlet:
        return fold(member.outlet).strip()
    return registered_domain(urlsplit(member.homepage).hostname or member.source_id)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story with how hot it is: its independent sources, half as much every three days."""

    story: Story
    heat: float


_HALF_LIFE = timedelta(days=3)


def list_stories(session: Session, *, now: datetime, since: datetime | None = None, limit: int = 20) -> list[StoryRow]:
    """Stories seen since a moment, the hottest first, `limit` at most."""
    query = select(Story).where(col(Story.merged_into).is_(None), col(Story.items) > 0)
    if since is not None:
        query = query.where(col(Story.last_seen_at) >= since)
    rows = [StoryRow(story, heat(story, now)) for story in session.exec(query.order_by(col(Story.last_seen_at).desc()).limit(50 * limit))]
    return sorted(rows, key=lambda row: (-row.heat, -(row.story.id or 0)))[:limit]


def heat(story: Story, now: datetime) -> float:
    """The independent sources of a story, half as much for every three days since it was last reported."""
    age = now - (story.last_seen_at or story.first_seen_at)
    decayed: float = story.sources * 0.5 ** max(0.0, age / _HALF_LIFE)
    return round(decayed, 2)


def find_story(session: Session, story_id: int) -> Story:
    """A story by its id, or the one that it went into. Raises StoreError when there is none."""
    story = session.get(Story, story_id)
    while story is not None and story.merged_into is not None:
        story = session.get(Story, story.merged_into)
    if story is None or not story.items:
        raise StoreError("there is no such story", subject=f"story {story_id}", hint="`yixun stories list` shows those there are")
    return story


def changes_of(session: Session, story_id: int) -> list[StoryChange]:
    """What was merged into a story or parted from it, the latest first."""
    query = select(StoryChange).where((StoryChange.story_id == story_id) | (StoryChange.other_id == story_id))
    return list(session.exec(query.order_by(col(StoryChange.id).desc())))


def facts_of(session: Session, story_id: int) -> list[StoryFact]:
    """What a story's items state, once each."""
    return list(session.exec(select(StoryFact).where(StoryFact.story_id == story_id).order_by(col(StoryFact.id))))


def to_group(session: Session) -> list[tuple[Item, ItemProfile | None]]:
    """All items that belong to stories, with their profiles where they have one."""
    query: Any = (
        select(Item, ItemProfile)
        .outerjoin(ItemProfile, col(ItemProfile.item_id) == col(Item.id))
        .where(col(Item.status) == ItemStatus.kept, col(Item.relevant).is_(True))
    )
    return [(item, kept) for item, kept in session.execute(query)]


def relate(session: Session, item_id: int, story_id: int, relation: str) -> None:
    """Make an item a member of a story, and write how it is related to it."""
    session.connection().execute(_BELONG, {"of": item_id, "into": story_id, "how": relation})


def note_earlier(session: Session, item_id: int, follows_item: int | None) -> None:
    """Write which item an item is a next step of."""
    session.connection().execute(_FOLLOW, {"of": item_id, "earlier": follows_item})


def unmerge(session: Session, story_ids: Iterable[int]) -> None:
    """Let stories stand for themselves again, whatever they went into."""
    merged = col(Story.merged_into).is_not(None)
    for story_id in story_ids:
        session.connection().execute(update(Story).where(col(Story.id) == story_id, merged).values(merged_into=None))


def follow(session: Session, story_id: int, item_id: int) -> None:
    """Note that a story is a next step of the story that an item is in."""
    connection = session.connection()
    earlier = connection.execute(columns(col(Item.story_id)).where(col(Item.id) == item_id)).scalar()
    if earlier is not None and earlier != story_id:
        connection.execute(update(Story).where(col(Story.id) == story_id).values(follows_id=earlier))
