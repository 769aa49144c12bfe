"""The store as it was at an earlier moment, as far as it can be known: a small store of its own, filled with what a digest asks for.

What came later is left out; edits, reviews, mergers and partings since are taken back. The store itself is only read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Date, insert
from sqlalchemy import select as columns
from sqlmodel import Session, SQLModel, and_, col, func, or_, select

from .database import Money, session_scope
from .facts import keep_investors
from .migrate import open_store
from .models import (
    FACT_TABLES,
    AiModel,
    DigestIssue,
    FactReview,
    Fetch,
    FundingFact,
    IssueEntry,
    Item,
    ItemTopic,
    ItemVersion,
    Judging,
    Mention,
    Organisation,
    SourceRow,
    SourceState,
    Story,
    StoryChange,
    Topic,
)
from .search import index_items
from .settings import StoreSettings
from .status import ItemStatus, SourceStatus
from .stories import refresh

_CHUNK = 500
_LATE = timedelta(hours=48)
_EARLIER = timedelta(days=400)  # issues further back are neither compared with nor corrected
_Row = dict[str, Any]


@contextmanager
def past_of(session: Session, digest: str, *, start: datetime, end: datetime, then: datetime) -> Iterator[tuple[Session, dict[str, int]]]:
    """A session on a store that knows of the period from `start` until before `end` what was known at `then` (aware UTC).

    It holds the items of the period with their stories, and the issues of `digest` that were built by then. The mapping counts what
    cannot be known, by kind: `facts` that were read anew since, items `judged` again since, `pages` read again since, `sources` whose
    health changed since, and sources of which no `polls` are kept so far back (they are taken for read).
    """
    with TemporaryDirectory(prefix="yixun-past-") as folder:
        engine = open_store(StoreSettings(url=f"sqlite:///{Path(folder) / 'past.db'}"))
        try:
            with session_scope(engine) as past:
                yield past, _Copying(session, past, then).fill(digest, start, end)
        finally:
            engine.dispose()


class _Copying:
    """What is copied from a store into its past, and what of it is lost."""

    def __init__(self, session: Session, past: Session, then: datetime) -> None:
        self._session, self._past, self._then = session, past, then
        self._unknown: Counter[str] = Counter()
        self._moved, self._merged = self._story_changes()

    def fill(self, digest: str, start: datetime, end: datetime) -> dict[str, int]:
        """Copy all; says how much cannot be known, by kind."""
        for table in (Topic, Organisation, AiModel):
            self._copy(table, self._rows(table))
        self._sources()
        issues = self._issues(digest, start)
        entries = self._rows(IssueEntry, col(IssueEntry.issue_id), [issue["id"] for issue in issues])
        ids = self._items_of(start, end) | {entry["item_id"] for entry in entries if entry["item_id"] is not None}
        items = self._items(ids)
        stories = {item["story_id"] for item in items if item["story_id"] is not None}
        self._stories(stories | {entry["story_id"] for entry in entries if entry["story_id"] is not None})
        self._copy(Item, items)
        read = [item["id"] for item in items if item["status"] != ItemStatus.pending]
        self._copy(ItemTopic, self._rows(ItemTopic, col(ItemTopic.item_id), read))
        self._copy(Mention, self._rows(Mention, col(Mention.item_id), read))
        self._facts(read)
        self._copy(DigestIssue, issues)
        self._copy(IssueEntry, entries)
        refresh(self._past, stories, now=self._then)
        index_items(self._past, [item["id"] for item in items])
        return {kind: count for kind, count in self._unknown.items() if count}

    # ------------------------------------------------------------------ rows

    def _rows(self, table: type[SQLModel], key: Any = None, among: Collection[Any] = (), rule: Any = None) -> list[_Row]:
        """Rows of a table as plain values: all, or those whose `key` is `among` some, that follow a further `rule`."""
        asked = columns(SQLModel.metadata.tables[str(table.__tablename__)])
        asked = asked if rule is None else asked.where(rule)
        if key is None:
            return [dict(row) for row in self._session.connection().execute(asked).mappings()]
        ordered = sorted(set(among))
        chunks = (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
        found = (self._session.connection().execute(asked.where(key.in_(chunk))).mappings() for chunk in chunks)
        return [dict(row) for rows in found for row in rows]

    def _copy(self, table: type[SQLModel], rows: list[_Row]) -> None:
        if rows:
            self._past.connection().execute(insert(SQLModel.metadata.tables[str(table.__tablename__)]), rows)

    # ------------------------------------------------------------------ sources, issues

    def _sources(self) -> None:
        """The sources known then, with their last answer until then."""
        sources = self._rows(SourceRow, rule=col(SourceRow.first_seen_at) <= self._then)
        answered = and_(col(Fetch.error_kind).is_(None), col(Fetch.started_at) <= self._then)
        asked = columns(col(Fetch.source_id), func.max(Fetch.started_at)).where(answered).group_by(col(Fetch.source_id))
        last = {row[0]: row[1] for row in self._session.connection().execute(asked)}
        states = self._rows(SourceState, col(SourceState.source_id), [row["id"] for row in sources])
        polled = {row["id"] for row in sources if row["enabled"]}
        for state in states:
            if not last:
                self._unknown["polls"] += state["source_id"] in polled
            state["last_success_at"] = state["last_fetch_at"] = last.get(state["source_id"]) if last else self._then
            if state["status_since"] > self._then:
                self._unknown["sources"] += state["source_id"] in polled
                state["status"] = SourceStatus.ok if state["last_success_at"] else SourceStatus.new
                state["status_since"], state["status_reason"] = self._then, ""
        self._copy(SourceRow, sources)
        self._copy(SourceState, states)

    def _issues(self, digest: str, start: datetime) -> list[_Row]:
        known = (DigestIssue.digest == digest, col(DigestIssue.built_at) <= self._then)
        return self._rows(DigestIssue, rule=and_(*known, col(DigestIssue.ends_on) >= (start - _EARLIER).date()))

    # ------------------------------------------------------------------ items

    def _items_of(self, start: datetime, end: datetime) -> set[int]:
        """Items that may belong to the period, and all that told the same stories then."""
        dated = and_(col(Item.published_at) >= start - _LATE, col(Item.published_at) < end)
        undated = and_(col(Item.published_at).is_(None), col(Item.first_seen_at) >= start, col(Item.first_seen_at) < end)
        known = and_(col(Item.first_seen_at) <= self._then, col(Item.status) != ItemStatus.turned_away)
        rows = self._session.exec(select(Item.id, Item.story_id).where(known, or_(dated, undated))).all()
        stories = {self._moved.get(item_id or 0, story_id) for item_id, story_id in rows} - {None}
        found = {item_id or 0 for item_id, _ in rows} | {item_id for item_id, story_id in self._moved.items() if story_id in stories}
        return found | {item["id"] for item in self._rows(Item, col(Item.story_id), {one for one in stories if one is not None})}

    def _items(self, ids: Collection[int]) -> list[_Row]:
        """Items as they were: what was said before later edits, in the stories they were in; pending where they were not read yet."""
        items = self._rows(Item, col(Item.id), ids, rule=col(Item.first_seen_at) <= self._then)
        versions: dict[int, _Row] = {}
        edited = self._rows(ItemVersion, col(ItemVersion.item_id), ids, rule=col(ItemVersion.replaced_at) > self._then)
        for version in sorted(edited, key=lambda row: (row["replaced_at"], row["id"])):
            versions.setdefault(version["item_id"], version)
        judged_again = self._session.exec(select(Judging.id).where(col(Judging.finished_at) > self._then, Judging.judged > 0)).first()
        for item in items:
            edited_since = versions.get(item["id"])
            if edited_since is not None:
                item |= {name: edited_since[name] for name in ("title", "link", "summary", "text")}
            item["story_id"] = self._moved.get(item["id"], item["story_id"])
            if item["fetched_at"] is not None and item["fetched_at"] > self._then:
                self._unknown["pages"] += edited_since is not None
                if edited_since is None:
                    item |= {"status": ItemStatus.pending, "relevant": False, "story_id": None, "relation": None}
            if judged_again and item["status"] == ItemStatus.kept:
                self._unknown["judged"] += 1
        return items

    # ------------------------------------------------------------------ stories

    def _story_changes(self) -> tuple[dict[int, int], dict[int, int | None]]:
        """Where items were, and what stories had gone into, before the changes that were made since."""
        moved: dict[int, int] = {}
        merged: dict[int, int | None] = {}
        changes = select(StoryChange).where(col(StoryChange.at) > self._then).order_by(col(StoryChange.id).desc())
        for change in self._session.exec(changes):
            came_from = change.other_id if change.what == "merge" else change.story_id
            moved |= dict.fromkeys(change.item_ids, came_from)
            merged[change.other_id] = None if change.what == "merge" else change.story_id
        return moved, merged

    def _stories(self, ids: Collection[int]) -> None:
        stories = self._rows(Story, col(Story.id), ids)
        for story in stories:
            # Without its items a story that was parted since was another one's part.
            story["merged_into"] = self._merged.get(story["id"], story["merged_into"])
        self._copy(Story, stories)

    # ------------------------------------------------------------------ facts

    def _facts(self, item_ids: list[int]) -> None:
        """Facts that were known, with what people had said of them."""
        reviews: dict[str, list[FactReview]] = {}
        ordered = sorted(item_ids)
        for at in range(0, len(ordered), _CHUNK):
            query = select(FactReview).where(col(FactReview.item_id).in_(ordered[at : at + _CHUNK])).order_by(col(FactReview.id))
            for one in self._session.exec(query):
                reviews.setdefault(one.fact_id, []).append(one)
        for name, table in FACT_TABLES.items():
            rows = self._rows(table, col(table.item_id), item_ids)
            known = [row for row in rows if row["recorded_at"] <= self._then]
            self._unknown["facts"] += len(rows) - len(known)
            for row in known:
                self._unreview(row, table, reviews.get(f"{name.removeprefix('fact_')}:{row['id']}", []))
            self._copy(table, known)
        for fact in self._past.exec(select(FundingFact)):
            keep_investors(self._past, fact)

    def _unreview(self, row: _Row, table: type[SQLModel], reviews: list[FactReview]) -> None:
        """Take back what people said of a fact since."""
        row["reviewed"] = next((one.verdict for one in reversed(reviews) if one.said_at <= self._then), None)
        types = {column.name: column.type for column in SQLModel.metadata.tables[str(table.__tablename__)].columns}
        for one in reversed(reviews):
            if one.verdict == "edited" and one.said_at > self._then and one.before is not None:
                row |= {name: _as_kept(value, types[name]) for name, value in _columns(one.before).items() if name in types}


def _columns(before: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(before)
    return found


def _as_kept(value: Any, kind: Any) -> Any:
    """A value of a column as the store keeps it, from how a review wrote it down."""
    if isinstance(value, str) and isinstance(kind, Money):
        return Decimal(value)
    return date.fromisoformat(value) if isinstance(value, str) and isinstance(kind, Date) else value
