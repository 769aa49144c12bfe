"""The first pass: an answer of a source is saved whole or not at all, its entries, its validators and when to come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from crawler.schedule.due import after_fetch, notice_lie
from store.database import utc_now
from store.entries import Entry
from store.items import SavedEntries, save_entries
from store.models import Fetch
from store.runs import save_url_state, url_states


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
            fetch.note = "; ".join(filter(None, (fetch.note, f"{saved.repeated} entries are listed twice")))
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
