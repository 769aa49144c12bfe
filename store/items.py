"""Items: which entry is which item, what a crawl adds or changes, and what it still has to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlmodel import Session, col, delete, func, select

from .entries import Entry, ToRead
from .facts import FactChange, replace_facts
from .models import FactColumns, Item, ItemTitle, ItemTopic, Mention
from .search import index_items

# An article that could not be read is tried again in this many crawls in all, then left as `unread`.
MAX_TRIES = 3
_CHUNK = 400
_LONGEST_IDENTITY = 900


@dataclass(slots=True)
class SavedEntries:
    """What one look at a source brought."""

    new: int = 0
    changed: int = 0
    known: int = 0
    turned_away: int = 0
    repeated: int = 0
    to_read: list[ToRead] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item after reading and judging: columns of Item to set, and the rows of its judgement."""

    item_id: int
    values: dict[str, Any]
    topics: Sequence[ItemTopic] = ()
    mentions: Sequence[Mention] = ()
    facts: Sequence[FactColumns] = ()


def identity_of(source_id: str, *, link: str | None, guid: str | None, title: str, published_at: datetime | None) -> str:
    """The identity of an entry: its canonical link, else the source's guid, else a hash of title and day (UTC).

    A link to a site's front page names no article and is passed over. Identities have at most 900 characters.
    """
    if link and (urlsplit(link).path.strip("/") or urlsplit(link).query):
        return link if len(link) <= _LONGEST_IDENTITY else f"link:{_digest(link)}"
    if guid:
        return f"guid:{source_id}:{guid}" if len(guid) <= _LONGEST_IDENTITY // 2 else f"guid:{source_id}:{_digest(guid)}"
    day = f"{published_at:%Y-%m-%d}" if published_at else ""
    return f"title:{source_id}:{_digest(f'{title} {day}')}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def save_entries(
    session: Session, source_id: str, entries: Iterable[Entry], *, found_at: str, now: datetime, backlog: bool
) -> SavedEntries:
    """Save all entries of one answer of a source; what is already there changes nothing.

    `found_at` is the address of the source that listed them; `backlog` marks the first look at it. A title edited where the item
    was found updates the item, keeps the earlier title in its history and makes its article be read again. Of several entries
    with one identity the first counts.
    """
    saved = SavedEntries()
    by_identity: dict[str, Entry] = {}
    for entry in entries:
        identity = identity_of(source_id, link=entry.link, guid=entry.guid, title=entry.title, published_at=entry.published_at)
        if identity in by_identity:
            saved.repeated += 1
        else:
            by_identity[identity] = entry
    known = _by_identity(session, list(by_identity))
    fresh: list[Item] = []
    edited: list[Item] = []
    for identity, entry in by_identity.items():
        item = known.get(identity)
        if item is None:
            fresh.append(_new_item(source_id, identity, entry, found_at=found_at, now=now, backlog=backlog))
            saved.turned_away += entry.turned_away is not None
        elif _is_edited(item, entry, source_id, found_at):
            saved.changed += 1
            _edit(session, item, entry, now)
            edited.append(item)
        else:
            saved.known += 1
    session.add_all(fresh)
    session.flush()
    index_items(session, [item.id for item in (*fresh, *edited) if item.id is not None])
    saved.new = len(fresh)
    saved.to_read = [_to_read(item) for item in (*fresh, *edited) if item.status == "pending"]
    return saved


def _by_identity(session: Session, identities: list[str]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for start in range(0, len(identities), _CHUNK):
        rows = session.exec(select(Item).where(col(Item.identity).in_(identities[start : start + _CHUNK])))
        found.update({row.identity: row for row in rows})
    return found


def _new_item(source_id: str, identity: str, entry: Entry, *, found_at: str, now: datetime, backlog: bool) -> Item:
    return Item(
        source_id=source_id,
        identity=identity,
        found_at=found_at,
        entry_title=entry.title,
        first_seen_at=now,
        changed_at=now,
        backlog=backlog,
        status="turned_away" if entry.turned_away is not None else "pending",
        status_reason=entry.turned_away or "",
        authors=list(entry.authors),
        **{name: getattr(entry, name) for name in _COPIED},
    )


_COPIED = (
    "title",
    "link",
    "fetch_link",
    "guid",
    "summary",
    "text",
    "published_at",
    "published_precision",
    "date_trust",
    "language",
    "outlet",
    "media_type",
)


def _is_edited(item: Item, entry: Entry, source_id: str, found_at: str) -> bool:
    same_place = item.source_id == source_id and item.found_at == found_at
    return same_place and bool(entry.title) and entry.title != item.entry_title


def _edit(session: Session, item: Item, entry: Entry, now: datetime) -> None:
    session.add(ItemTitle(item_id=item.id or 0, title=item.title, replaced_at=now))
    item.title = item.entry_title = entry.title
    item.summary, item.changed_at, item.tries = entry.summary, now, 0
    item.text = entry.text or item.text
    if entry.turned_away is None:
        item.status, item.status_reason = "pending", ""
    elif item.status == "turned_away":
        item.status_reason = entry.turned_away


def _to_read(item: Item) -> ToRead:
    assert item.id is not None
    return ToRead(
        item_id=item.id,
        source_id=item.source_id,
        link=item.fetch_link or item.link,
        title=item.title,
        summary=item.summary,
        text=item.text,
        published_at=item.published_at,
        published_precision=item.published_precision,
        date_trust=item.date_trust,
        language=item.language,
        authors=tuple(item.authors),
        outlet=item.outlet,
        media_type=item.media_type,
        tries=item.tries,
    )


def pending_items(session: Session, source_ids: Sequence[str]) -> list[ToRead]:
    """Items of these sources whose article an earlier crawl left unread, oldest first."""
    query = select(Item).where(col(Item.status) == "pending", col(Item.source_id).in_(list(source_ids))).order_by(col(Item.id))
    return [_to_read(item) for item in session.exec(query)]


def sources_with_pending(session: Session) -> list[str]:
    """Ids of the sources that have items whose article is still to be read."""
    return sorted(session.exec(select(Item.source_id).where(col(Item.status) == "pending").distinct()))


def save_read(session: Session, items: Sequence[ReadItem], *, now: datetime) -> None:
    """Save items that were read and judged; an earlier judgement of theirs is replaced."""
    if not items:
        return
    for item in items:
        session.connection().execute(update(Item).where(col(Item.id) == item.item_id).values(**item.values, changed_at=now))
    save_judgements(session, items)
    index_items(session, [item.item_id for item in items])


def save_judgements(session: Session, items: Sequence[ReadItem]) -> dict[int, list[FactChange]]:
    """Put what judging found in place of what it found before, and say how the facts of each item changed.

    What a person said of a fact stands (`store.facts`); columns of the items are left alone.
    """
    ids = [item.item_id for item in items]
    for table in (ItemTopic, Mention):
        session.exec(delete(table).where(col(table.item_id).in_(ids)))
    for item in items:
        session.add_all([*item.topics, *item.mentions])
    return replace_facts(session, {item.item_id: item.facts for item in items})


def postpone(session: Session, item_id: int, reason: str) -> None:
    """Note that the article of an item could not be read this time; it stays pending."""
    item = session.get_one(Item, item_id)
    item.tries, item.status_reason = item.tries + 1, reason


def count_items(session: Session, source_id: str | None = None) -> dict[str, int]:
    """How many items there are by status, of one source or of all."""
    query = select(Item.status, func.count()).group_by(Item.status)
    if source_id is not None:
        query = query.where(col(Item.source_id) == source_id)
    return dict(session.exec(query).all())
