"""Items: which entry is which item, what a crawl adds or changes, and what it still has to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, func, select

from .entries import Entry, ToRead
from .fact_history import keep_history
from .facts import FactChange, replace_facts
from .identity import Known, KnownItems, Told, content_hash, identities, tell_apart
from .mentions import sum_names
from .models import FactColumns, Item, ItemTopic, ItemVersion, Mention
from .placed import place_names
from .search import index_items
from .status import ItemStatus

# An article that could not be read is tried again in this many crawls in all, then left as `unread`.
MAX_TRIES = 3
# So many earlier versions of an item are kept; what changes its text still more often is no news (a counter, a clock).
MAX_VERSIONS = 10
_CHUNK = 400


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


def save_entries(
    session: Session, source_id: str, entries: Iterable[Entry], *, found_at: str, now: datetime, backlog: bool
) -> SavedEntries:
    """Save all entries of one answer of a source; what is already there changes nothing.

    `found_at` is the address of the source that listed them; `backlog` marks the first look at it. A title, text or address edited
    where the item was found updates the item, keeps what was as a version and makes its article be read again. Of several entries
    that are one the first counts.
    """
    saved = SavedEntries()
    told, saved.repeated = tell_apart(source_id, entries)
    known = KnownItems(_known_rows(session, source_id, told))
    fresh: list[Item] = []
    edited: list[Item] = []
    for one in told:
        row = known.take(one, source_id)
        if row is None:
            identity = known.name(one, source_id)
            if identity is None:
                saved.repeated += 1
                continue
            fresh.append(_new_item(source_id, identity, one, found_at=found_at, now=now, backlog=backlog))
            saved.turned_away += one.entry.turned_away is not None
        elif _is_edited(row, one, source_id, found_at) and (item := _edited(session, row, one, now)):
            saved.changed += 1
            edited.append(item)
        else:
            saved.known += 1
            _learn(session, row, one, source_id, found_at)
    session.add_all(fresh)
    session.flush()
    index_items(session, [item.id for item in (*fresh, *edited) if item.id is not None])
    saved.new = len(fresh)
    saved.to_read = _all_to_read(session, [item for item in (*fresh, *edited) if item.status == ItemStatus.pending])
    return saved


_KNOWN = (
    Item.id,
    Item.source_id,
    Item.found_at,
    Item.identity,
    Item.guid_key,
    Item.link_key,
    Item.link,
    Item.fetch_link,
    Item.entry_title,
    Item.content_hash,
    Item.published_at,
)


def _known_rows(session: Session, source_id: str, told: Sequence[Told]) -> list[Known]:
    """What is known of the items these entries may be; texts are not loaded."""
    wanted = (
        (col(Item.guid_key), {one.guid for one in told if one.guid}),
        (col(Item.link_key), {one.link for one in told if one.link}),
        (col(Item.identity), {name for one in told for name in identities(source_id, one)}),
    )
    found: dict[int, Known] = {}
    for column, keys in wanted:
        listed = sorted(keys)
        for start in range(0, len(listed), _CHUNK):
            rows = session.connection().execute(select_columns(*_KNOWN).where(column.in_(listed[start : start + _CHUNK])))  # type: ignore[call-overload]
            for item_id, source, found_at, identity, guid, link, address, fetch_link, title, content, published in rows:
                fragment = (fetch_link or address or "").partition("#")[2]
                found[item_id] = Known(item_id, source, found_at, identity, guid, link, fragment, title, content, published)
    return list(found.values())


def _new_item(source_id: str, identity: str, one: Told, *, found_at: str, now: datetime, backlog: bool) -> Item:
    entry = one.entry
    return Item(
        source_id=source_id,
        identity=identity,
        guid_key=one.guid,
        link_key=one.link,
        link=_link_of(one),
        content_hash=content_hash(entry),
        found_at=found_at,
        entry_title=entry.title,
        first_seen_at=now,
        changed_at=now,
        backlog=backlog,
        status=ItemStatus.turned_away if entry.turned_away is not None else ItemStatus.pending,
        status_reason=entry.turned_away or "",
        authors=list(entry.authors),
        **{name: getattr(entry, name) for name in _COPIED},
    )


_COPIED = (
    "title",
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


def _link_of(one: Told) -> str | None:
    """The address of an item: with its fragment where only that leads to it."""
    link = one.entry.link
    return f"{link}#{one.fragment}" if link and one.fragment and (one.shared or one.fragment.startswith(("/", "!"))) else link


def _is_edited(row: Known, one: Told, source_id: str, found_at: str) -> bool:
    """Whether an entry says something else than when it was last seen at the same place."""
    if row.source_id != source_id or row.found_at != found_at:
        return False
    moved = row.link_key is not None and one.link is not None and row.link_key != one.link
    retold = bool(row.content_hash) and row.content_hash != content_hash(one.entry)
    return moved or retold or (bool(one.entry.title) and one.entry.title != row.listed_title)


def _edited(session: Session, row: Known, one: Told, now: datetime) -> Item | None:
    """The item of an entry after its edit; None when only its text changes once more after too many times."""
    item, entry = session.get_one(Item, row.id), one.entry
    retitled = bool(entry.title) and entry.title != row.listed_title
    if not _keep_version(session, item, now) and not retitled and row.link_key == one.link:
        return None
    if retitled:
        item.title = item.entry_title = entry.title
    if row.link_key != one.link:
        item.link, item.fetch_link, item.link_key = _link_of(one), entry.fetch_link, one.link
    item.guid, item.guid_key = entry.guid, one.guid or item.guid_key
    item.summary, item.changed_at, item.tries, item.content_hash = entry.summary, now, 0, content_hash(entry)
    if entry.text and (item.method in ("", "entry") or len(entry.text) > len(item.text)):
        item.text = entry.text
    if entry.turned_away is None:
        item.status, item.status_reason = ItemStatus.pending, ""
    elif item.status == ItemStatus.turned_away:
        item.status_reason = entry.turned_away
    return item


def _keep_version(session: Session, item: Item, now: datetime) -> bool:
    """Keep what an item says now; False, and nothing is kept, when it has been edited too often."""
    kept = session.exec(select(func.count()).select_from(ItemVersion).where(col(ItemVersion.item_id) == item.id)).one()
    if kept < MAX_VERSIONS:
        was = {name: getattr(item, name) for name in ("title", "link", "summary", "text")}
        session.add(ItemVersion(item_id=item.id or 0, replaced_at=now, **was))
    return kept < MAX_VERSIONS


def _learn(session: Session, row: Known, one: Told, source_id: str, found_at: str) -> None:
    """Remember what an earlier look could not know of an item: its guid, the fingerprint of its text."""
    if row.source_id != source_id or row.found_at != found_at:
        return
    values = {"content_hash": content_hash(one.entry)} if not row.content_hash else {}
    if one.guid and row.guid_key is None:
        values |= {"guid_key": one.guid}
    if values:
        session.connection().execute(update(Item).where(col(Item.id) == row.id).values(**values))


def _all_to_read(session: Session, items: Sequence[Item]) -> list[ToRead]:
    """Items as they are handed to reading. A page that several items stand on lists them: there is no article of theirs to fetch."""
    keys = sorted({item.link_key for item in items if item.link_key})
    shared: set[str | None] = set()
    for start in range(0, len(keys), _CHUNK):
        among = col(Item.link_key).in_(keys[start : start + _CHUNK])
        shared |= set(session.exec(select(Item.link_key).where(among).group_by(col(Item.link_key)).having(func.count() > 1)))
    return [_to_read(item, listed=item.link_key in shared) for item in items]


def _to_read(item: Item, *, listed: bool) -> ToRead:
    assert item.id is not None
    return ToRead(
        item_id=item.id,
        source_id=item.source_id,
        link=None if listed else item.fetch_link or item.link,
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
    query = select(Item).where(col(Item.status) == ItemStatus.pending, col(Item.source_id).in_(list(source_ids))).order_by(col(Item.id))
    return _all_to_read(session, session.exec(query).all())


def sources_with_pending(session: Session, source_ids: Iterable[str], *, besides: Set[int] = frozenset()) -> list[str]:
    """Those of these sources that have items whose article is still to be read, other items than `besides`."""
    query = select(Item.id, Item.source_id).where(col(Item.status) == ItemStatus.pending, col(Item.source_id).in_(list(source_ids)))
    return sorted({source_id for item_id, source_id in session.exec(query) if item_id not in besides})


def save_read(session: Session, items: Sequence[ReadItem], *, now: datetime) -> None:
    """Save items that were read and judged; an earlier judgement of theirs is replaced."""
    if not items:
        return
    for item in items:
        values = {**item.values, "changed_at": now, "text_removed_at": None}
        session.connection().execute(update(Item).where(col(Item.id) == item.item_id).values(**values))
    save_judgements(session, items, now=now)
    index_items(session, [item.item_id for item in items])


def save_judgements(session: Session, items: Sequence[ReadItem], *, now: datetime) -> dict[int, list[FactChange]]:
    """Put what judging found in place of what it found before, and say how the facts of each item changed.

    What a person said of a fact stands (`store.facts`), what changed is kept (`store.fact_history`), and so is where organisations
    outside the catalogue are (`store.placed`); columns of the items are left alone.
    """
    ids = [item.item_id for item in items]
    for table in (ItemTopic, Mention):
        session.exec(delete(table).where(col(table.item_id).in_(ids)))
    for item in items:
        session.add_all([*item.topics, *item.mentions])
    sum_names(session, col(Mention.item_id).in_(ids))
    place_names(session, {mention.as_written for item in items for mention in item.mentions if mention.target_id is None})
    changes = replace_facts(session, {item.item_id: item.facts for item in items})
    for item in items:
        keep_history(session, changes[item.item_id], judged_with=str(item.values.get("judged_with", "")), now=now)
    return changes


def note_broken(session: Session, item_id: int, reason: str, *, version: str) -> None:
    """Note that our own code, of this version, broke on an item: it stays pending, and is given up as unread after MAX_TRIES."""
    postpone(session, item_id, reason)
    item = session.get_one(Item, item_id)
    if item.tries >= MAX_TRIES:
        item.status, item.broke = ItemStatus.unread, version


def reopen_broken(session: Session, source_ids: Sequence[str], *, version: str) -> None:
    """Make items of these sources pending again that code of another version broke on and gave up."""
    given_up = (col(Item.status) == ItemStatus.unread, col(Item.broke).is_not(None), col(Item.broke) != version)
    rule = and_(col(Item.source_id).in_(list(source_ids)), *given_up)
    session.connection().execute(update(Item).where(rule).values(status=ItemStatus.pending, tries=0, broke=None))


def postpone(session: Session, item_id: int, reason: str) -> None:
    """Note that the article of an item could not be read this time; it stays pending."""
    item = session.get_one(Item, item_id)
    item.tries, item.status_reason = item.tries + 1, reason
