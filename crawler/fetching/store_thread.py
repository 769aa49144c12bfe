"""The store as the crawl sees it: one thread, short transactions, never the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from crawler.schedule.due import after_fetch, notice_lie
from store.database import session_scope, utc_now
from store.entries import Entry
from store.hosts import add_host_counts, save_host_state
from store.items import SavedEntries, save_entries
from store.locks import Hold, renew_lock
from store.models import Fetch
from store.runs import save_url_state, url_states

P = ParamSpec("P")
T = TypeVar("T")


class StoreThread:
    """Runs functions of the store, each in a transaction of its own, one after the other in one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    def now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` at once, in this thread."""
        with session_scope(self._engine) as session:
            return work(session, *args, **kwargs)

    async def do(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in the store's thread and wait for its result."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self.now(work, *args, **kwargs))

    def close(self) -> None:
        """Wait for what is under way."""
        self._thread.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What one answer of a source was to the crawl, apart from its entries."""

    found_at: str  # the address of the source
    interval: timedelta
    backlog: bool = False
    url_state: dict[str, Any] | None = None
    further: bool = False  # older pages could be asked for
    follow_always: bool = False  # further answers belong to this one, whatever is known


def save_answer(session: Session, fetch: Fetch, entries: list[Entry] | None, context: AnswerContext) -> tuple[SavedEntries, bool]:
    """Save all that one answer of a source brought, whole or not at all: entries, validators, the fetch and when to come again.

    `entries` None means that nothing was read. The counts of `fetch` are filled in. Returns what was saved and whether to read
    the further pages: always at the first answer, later only while every entry is new. Until they are read the validators are not
    kept, so that a crawl cut off between pages is made up for by the next.
    """
    now = utc_now()
    saved, follow = SavedEntries(), False
    if entries is not None:
        saved = save_entries(session, fetch.source_id, entries, found_at=context.found_at, now=now, backlog=context.backlog)
        fetch.new, fetch.changed, fetch.turned_away = saved.new, saved.changed, saved.turned_away
        if saved.repeated:
            fetch.note = "; ".join(filter(None, (fetch.note, f"{saved.repeated} entries repeat another one's link")))
        follow = context.further and (context.follow_always or context.backlog or bool(saved.new and not saved.known))
    if context.url_state is not None and not follow:
        values = dict(context.url_state)
        if entries is not None:
            known = url_states(session, [fetch.source_id]).get((fetch.source_id, context.found_at))
            values |= {"full_at": now, "distrusted": notice_lie(session, fetch.source_id, fetch.url, known, now=now)}
        save_url_state(session, fetch.source_id, context.found_at, values)
    newest = max((entry.published_at for entry in entries or () if entry.published_at and entry.published_at <= now), default=None)
    session.add(fetch)
    session.flush()
    after_fetch(session, fetch.source_id, fetch, now=now, interval=context.interval, newest_entry_at=newest)
    return saved, follow


def save_hosts_and_renew(
    session: Session, hold: Hold, states: dict[str, dict[str, Any]], counts: dict[tuple[str, date], dict[str, int]], *, now: datetime
) -> bool:
    """Write what is new about hosts and renew the lock; False when the lock is lost."""
    for host, values in states.items():
        save_host_state(session, host, values)
    add_host_counts(session, counts)
    return renew_lock(session, hold, now=now)
