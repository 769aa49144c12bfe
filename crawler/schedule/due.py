"""When a source is due, and what its last polls say of its health. The one place that decides either.

The next fetch is when the source's own rhythm lets expect most of a new entry (`_EXPECTED`), so that the delay stays under
half the usual gap and nights, weekends and holidays cost few requests. It is never before the floor or what the source asks
for (RSS ttl, Cache-Control, Retry-After), never later than a day. A source that fails is tried less and less, daily in
the end, and never given up.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from store.hosts import host_of
from store.models import Fetch, SourceRow, SourceState, SourceUrlState
from store.polls import appearances, asked_pause, fetches_by_run, has_older_entry, last_unchanged, latest_wait
from store.status import FetchStatus

from .health import SAY_NOTHING, Poll, assess, failure_weight
from .rhythm import Rhythm, learn

FLOOR = timedelta(minutes=15)
DAY = timedelta(days=1)
# Entries worth one fetch. Below 1, or the median delay would pass half the gap; much below, and most fetches bring nothing.
_EXPECTED = 0.7
_RETRY = timedelta(minutes=30)
_SILENT = timedelta(hours=6)
_ITEMS_REMEMBERED = 300
_FETCHES_REMEMBERED = 60
_TRUSTED_AFTER = 3
_CONDITIONAL_POLLS = 3
# Some entries carry the time of writing and appear hours later; only what is older than this proves a 304 wrong.
_LATE = timedelta(hours=3)


def ask_in_full(state: SourceUrlState | None, *, full_every: int, now: datetime) -> bool:
    """Whether an address is to be asked without validators: the first time, every so many polls, once a day (but not at each of
    few polls), and always when its 304 were proven wrong (Media Cloud found many feeds that answer 304 though they changed)."""
    if state is None or state.distrusted or state.polls_since_full >= full_every:
        return True
    return state.full_at is None or (now - state.full_at >= DAY and state.polls_since_full >= _CONDITIONAL_POLLS)


def notice_lie(session: Session, source_id: str, url: str, state: SourceUrlState | None, *, now: datetime) -> bool:
    """Whether what was just saved (at `now`) proves an earlier 304 wrong: an entry that is new here, but clearly older than it."""
    if state is None or state.distrusted:
        return bool(state and state.distrusted)
    previous = last_unchanged(session, source_id, url)
    return previous is not None and has_older_entry(session, source_id, seen_at=now, after=previous - 2 * DAY, before=previous - _LATE)


def after_fetch(
    session: Session, source_id: str, fetch: Fetch, *, now: datetime, interval: timedelta, newest_entry_at: datetime | None = None
) -> None:
    """Learn from one fetch of a source: its health, and when it is due next.

    `fetch` is saved already; `interval` is what the source's definition asks for until its rhythm is known;
    `newest_entry_at` is the latest date among the entries that were found.
    """
    state = session.get_one(SourceState, source_id)
    state.last_fetch_at = now
    if fetch.error_kind is None:
        state.last_success_at = now
        if fetch.new:
            state.last_new_at = now
        if newest_entry_at and (state.newest_entry_at is None or newest_entry_at > state.newest_entry_at):
            state.newest_entry_at = newest_entry_at
    review(session, source_id, now=now, interval=interval)


def review(session: Session, source_id: str, *, now: datetime, interval: timedelta | None = None) -> None:
    """Tell anew, from what is stored, how a source is doing and when it is due next. Saying it twice changes nothing.

    `interval` as in `after_fetch`; without it the one used last is kept.
    """
    state = session.get_one(SourceState, source_id)
    definition = session.get_one(SourceRow, source_id)
    polls = _polls(session, source_id)
    moments = _moments(session, source_id)
    rhythm = learn(moments, now)
    # A silence is measured against the rhythm before it began, or a dead source would become the usual thing.
    last = max(moments, default=now)
    before = rhythm if now - last < _SILENT else learn(moments, last)
    state.failures = _failures(polls)
    health = assess(
        polls,
        now=now,
        enabled=definition.enabled,
        rhythm=before,
        last_new_at=state.last_new_at,
        newest_entry_at=state.newest_entry_at,
    )
    if health.status != state.status:
        state.status, state.status_since = health.status, health.since
    state.status_reason = health.reason
    usual = interval or timedelta(seconds=state.interval_seconds)
    state.next_due_at = _next_due(session, state, polls=polls, rhythm=rhythm, usual=usual, now=now)
    state.interval_seconds = int((state.next_due_at - now).total_seconds())


def _next_due(session: Session, state: SourceState, *, polls: Sequence[Poll], rhythm: Rhythm, usual: timedelta, now: datetime) -> datetime:
    wait = rhythm.when_expected(now, _EXPECTED, latest=now + DAY) - now if rhythm.entries >= _TRUSTED_AFTER else usual
    floor = max(FLOOR, min(DAY, asked_pause(session, state.source_id)), _own_floor(session, state.source_id))
    wait = max(wait, floor)
    if polls and polls[0].error_kind in SAY_NOTHING:
        wait = FLOOR
    elif state.failures:
        # A passing error is looked at again soon; each further one waits longer, whatever the rhythm.
        wait = max(floor, min(wait, _RETRY) if state.failures < 1 else wait, _RETRY * state.failures * 2)
    due = now + min(DAY, wait) * (1 + _jitter(state.source_id, now))
    return max(due, _host_waits(session, state.source_id) or due)


def _jitter(source_id: str, now: datetime) -> float:
    """Between 0 and .1, so that sources that once met do not stay together; the same for the same source and moment."""
    return zlib.crc32(f"{source_id} {now.isoformat()}".encode()) % 1000 / 10_000


def _own_floor(session: Session, source_id: str) -> timedelta:
    hours = session.get_one(SourceRow, source_id).definition.get("floor_hours")
    return min(DAY, timedelta(hours=float(hours))) if hours else FLOOR


def _host_waits(session: Session, source_id: str) -> datetime | None:
    """Until when a host of the source asked to be left alone (429, 503 with Retry-After); at most a day is honoured at once."""
    hosts = {host_of(entry["url"]) for entry in session.get_one(SourceRow, source_id).definition.get("urls", [])}
    return latest_wait(session, hosts)


def _polls(session: Session, source_id: str) -> list[Poll]:
    """The last looks at a source, newest first: all fetches of one run are one look, which answered if any of them did."""
    polls = []
    for fetches in fetches_by_run(session, source_id, limit=_FETCHES_REMEMBERED):
        answered = [f for f in fetches if f.error_kind is None]
        worst = max(fetches, key=lambda f: failure_weight(f.error_kind) if f.error_kind else 0.0)
        polls.append(
            Poll(
                at=fetches[-1].started_at,
                error_kind=None if answered else worst.error_kind,
                note="" if answered else worst.note,
                empty=bool(answered) and all(f.status == FetchStatus.empty for f in answered),
            )
        )
    return polls


def _failures(polls: Sequence[Poll]) -> float:
    """The weights of the failed polls since the last answer, added up."""
    total = 0.0
    for poll in polls:
        if poll.error_kind is None:
            break
        total += failure_weight(poll.error_kind)
    return total


def _moments(session: Session, source_id: str) -> list[datetime]:
    """When the source's last entries appeared, as well as it is known."""
    moments = []
    for number, published, precision, seen, backlog in appearances(session, source_id, limit=_ITEMS_REMEMBERED):
        if published and precision != "day":
            moments.append(published)
        elif published and (backlog or seen - published > 2 * DAY):
            # Only the day is known: somewhere in Shanghai's office hours, spread so that no hour is made up to be busy.
            moments.append(published.astimezone(UTC).replace(hour=1) + timedelta(minutes=number * 37 % 540))
        elif not backlog:
            moments.append(seen)
    return moments
