"""Which entry of a source is which item. Pure: entries of one answer and what is known of items come in, pairs go out.

An item is known by the source's guid where that is stable, else by its address (scheme aside), else by title and day. An address that
several entries of one answer share, each with a guid, fragment or title of its own, is a page that lists them and names none of them.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import chain
from urllib.parse import urlsplit

from .entries import Entry

_LONGEST = 900
_CUT = re.compile(r"(?:\.{2,}|…)+$")
# Two dates of one entry: a feed may round its times, or tell a day only.
_NEAR = timedelta(hours=12)
_SIMILAR = 0.5


@dataclass(slots=True)
class Told:
    """An entry as its answer tells it apart from the others."""

    entry: Entry
    guid: str | None  # key of the guid, None where it names nothing
    link: str | None  # key of the address
    fragment: str
    title: str  # as titles are compared
    shared: bool = False  # other entries of the answer stand on the same address


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an item that an entry may be."""

    id: int
    source_id: str
    found_at: str
    identity: str
    guid_key: str | None
    link_key: str | None
    fragment: str
    listed_title: str
    content_hash: str
    published_at: datetime | None
    title: str = field(init=False)  # the listed title as titles are compared

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", comparable(self.listed_title))


def link_key(link: str | None, fragment: str = "") -> str | None:
    """The key of a canonical address: scheme and fragment aside, unless the fragment is a path of its own (#/news/1).

    None for no address and for a site's front page, which names no article. At most 900 characters.
    """
    if not link:
        return None
    route = f"#{fragment}" if fragment.startswith(("/", "!")) else ""
    parts = urlsplit(link)
    if not (parts.path.strip("/") or parts.query or route):
        return None
    return _bounded(link.partition("://")[2].partition("#")[0] + route, _LONGEST)


def guid_key(source_id: str, guid: str | None) -> str | None:
    """The key of a guid, which holds within its source only; http and https are one. None for no guid."""
    return f"guid:{source_id}:{_bounded(re.sub('^https?://', '', guid), _LONGEST // 2)}" if guid else None


def comparable(title: str) -> str:
    """A title as titles of one entry are compared: blanks and case aside."""
    return "".join(title.split()).casefold()


def content_hash(entry: Entry) -> str:
    """A fingerprint of what an entry says beyond its title, white space aside."""
    return _digest("".join(f"{entry.summary}\n{entry.text}".split()))


def _bounded(text: str, longest: int) -> str:
    return text if len(text) <= longest else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _same_title(one: str, other: str) -> bool:
    """Whether two comparable titles are one, also where one is missing or cut off."""
    if one == other or not one or not other:
        return True
    short, long = sorted((_CUT.sub("", one), _CUT.sub("", other)), key=len)
    return (short not in (one, other) or long not in (one, other)) and len(short) > 5 and long.startswith(short)


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) < _NEAR


def _day(entry: Entry) -> str:
    return f"{entry.published_at:%Y-%m-%d}" if entry.published_at else ""


def tell_apart(source_id: str, entries: Iterable[Entry]) -> tuple[list[Told], int]:
    """The entries of one answer with what tells them apart, in their order, and how many repeat an earlier one."""
    told = [_told(source_id, entry) for entry in entries]
    _drop_shared_guids(told)
    kept: list[Told] = []
    on_link: dict[str | None, list[Told]] = defaultdict(list)
    # On a page that lists hundreds only equal titles are compared, and those that are cut or missing with all.
    titled: dict[tuple[str | None, str], list[Told]] = defaultdict(list)
    open_ended: dict[str | None, list[Told]] = defaultdict(list)
    guids: set[str] = set()
    for one in told:
        is_open = not one.title or _CUT.search(one.title) is not None
        others = on_link[one.link] if is_open else chain(titled[one.link, one.title], open_ended[one.link])
        if one.guid in guids or any(_repeats(one, other) for other in others):
            continue
        kept.append(one)
        on_link[one.link].append(one)
        titled[one.link, one.title].append(one)
        if is_open:
            open_ended[one.link].append(one)
        if one.guid:
            guids.add(one.guid)
    for link, group in on_link.items():
        for one in group:
            one.shared = link is not None and len(group) > 1
    return kept, len(told) - len(kept)


def _told(source_id: str, entry: Entry) -> Told:
    fragment = (entry.fetch_link or "").partition("#")[2]
    return Told(entry, guid_key(source_id, entry.guid), link_key(entry.link, fragment), fragment, comparable(entry.title))


def _drop_shared_guids(told: Sequence[Told]) -> None:
    """Forget guids that stand for several entries: they name the source, or nothing."""
    first: dict[str, Told] = {}
    bad: set[str] = set()
    for one in told:
        if one.guid:
            other = first.setdefault(one.guid, one)
            if one.link != other.link or one.fragment != other.fragment or not _same_title(one.title, other.title):
                bad.add(one.guid)
    for one in told:
        if one.guid in bad:
            one.guid = None


def _repeats(one: Told, other: Told) -> bool:
    """Whether an entry says again what another with the same address says."""
    if one.fragment != other.fragment and ((one.fragment and other.fragment) or one.link is None):
        return False
    if one.guid and other.guid:
        return one.title == other.title and one.entry.published_at == other.entry.published_at
    if one.link is None:
        return one.title == other.title and _day(one.entry) == _day(other.entry)
    return _same_title(one.title, other.title) and _near(one.entry.published_at, other.entry.published_at)


class KnownItems:
    """Items that entries of one answer may be, each given to one entry at most."""

    def __init__(self, rows: Iterable[Known]) -> None:
        self._by_guid: dict[str, list[Known]] = defaultdict(list)
        self._by_link: dict[str, list[Known]] = defaultdict(list)
        self._by_identity: dict[str, Known] = {}
        self._taken: set[int] = set()
        self._names: set[str] = set()
        for row in rows:
            self._names.add(row.identity)
            self._by_identity[row.identity] = row
            if row.guid_key:
                self._by_guid[row.guid_key].append(row)
            if row.link_key:
                self._by_link[row.link_key].append(row)

    def take(self, told: Told, source_id: str) -> Known | None:
        """The item an entry is; None when it is new."""
        found = self._of_guid(told) or self._of_link(told, source_id)
        if found is None and told.link is None:
            known = (self._by_identity[name] for name in identities(source_id, told) if name in self._by_identity)
            found = next((row for row in known if row.id not in self._taken), None)
        if found is None or found.id in self._taken:
            return None
        self._taken.add(found.id)
        return found

    def name(self, told: Told, source_id: str) -> str | None:
        """The identity of the item that an entry begins, given once; None when an item has each that it could have."""
        name = next((name for name in identities(source_id, told) if name not in self._names), None)
        if name:
            self._names.add(name)
        return name

    def _of_guid(self, told: Told) -> Known | None:
        rows = self._by_guid[told.guid] if told.guid else []
        same = [row for row in rows if row.link_key == told.link]
        if len(rows) == 1 and (same or _is_moved(told, rows[0])):
            return rows[0]
        return next((row for row in same if _same_title(row.title, told.title)), None)

    def _of_link(self, told: Told, source_id: str) -> Known | None:
        rows = (row for row in self._by_link[told.link or ""] if row.id not in self._taken and _may_be(row, told, source_id))
        if not told.shared:
            every = list(rows)
            if len(every) == 1:
                return every[0]
            return _of_title(told, every)
        return _of_title(told, rows)


def _of_title(told: Told, rows: Iterable[Known]) -> Known | None:
    published = told.entry.published_at
    return next((row for row in rows if _same_title(row.title, told.title) and _near(row.published_at, published)), None)


def _is_moved(told: Told, row: Known) -> bool:
    """Whether a guid that stands on another address now is still the same entry, and not one that its source uses again."""
    if _near(row.published_at, told.entry.published_at) or _same_title(row.title, told.title):
        return True
    return SequenceMatcher(None, row.title, told.title, autojunk=False).ratio() >= _SIMILAR


def _may_be(row: Known, told: Told, source_id: str) -> bool:
    """Whether an entry on the address of an item can be that item: fragments agree, and guids, or all but the guid does."""
    if row.fragment and told.fragment and row.fragment != told.fragment:
        return False
    if told.guid and row.guid_key and row.source_id == source_id and row.guid_key != told.guid:
        return row.title == told.title and _near(row.published_at, told.entry.published_at)
    return True


def identities(source_id: str, told: Told) -> Iterator[str]:
    """What an item may be called that an entry begins, the best name first."""
    if told.guid:
        yield told.guid
    if told.link and not told.shared:
        yield told.link
    place = f"{told.link} {told.fragment} " if told.link else ""
    yield f"title:{source_id}:{_digest(f'{place}{told.title} {_day(told.entry)}')}"
    yield f"entry:{source_id}:{_digest(f'{place}{told.title} {told.guid} {told.entry.published_at}')}"
