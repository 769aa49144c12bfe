"""When sources are due, and what their polls say of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from crawler.schedule.due import DAY, FLOOR, after_fetch, ask_in_full, notice_lie, review
from store.models import Fetch, HostState, Run, SourceRow, SourceState, SourceUrlState
from store.sources import due_sources, set_enabled
from tests.store.rows import a_source, an_item

NOW = datetime(2026, 3, 30, 4, 0, tzinfo=UTC)
ID = "hospital-daily"
URL = "https://hospital.example/feed"
SIX_HOURS = timedelta(hours=6)


@pytest.fixture
def source(session: Session) -> Iterator[SourceState]:
    a_source(session, definition={"enabled": True, "access": "ok", "urls": [{"url": URL}]})
    yield session.get_one(SourceState, ID)


def polled(session: Session, *, at: datetime = NOW, error_kind: str | None = None, new: int = 0, status: int = 200) -> Fetch:
    run = Run(started_at=at)
    session.add(run)
    session.flush()
    fetch = Fetch(
        run_id=run.id,
        source_id=ID,
        url=URL,
        started_at=at,
        status="failed" if error_kind else "ok",
        error_kind=error_kind,
        new=new,
        http_status=status,
    )
    session.add(fetch)
    session.flush()
    after_fetch(session, ID, fetch, now=at, interval=SIX_HOURS)
    return fetch


def wait(source: SourceState, since: datetime = NOW) -> timedelta:
    assert source.next_due_at
    return source.next_due_at - since


def publish(session: Session, *, every: timedelta, days: int) -> None:
    moment, number = NOW - timedelta(days=days), 0
    while moment < NOW:
        an_item(session, identity=f"i{number}", title=f"t{number}", published_at=moment, first_seen_at=moment)
        moment, number = moment + every, number + 1


def test_a_new_source_is_due_at_once(session: Session, source: SourceState) -> None:
    assert due_sources(session, [ID, "unknown"], now=NOW) == [ID]


def test_what_is_unknown_waits_as_its_definition_says(session: Session, source: SourceState) -> None:
    polled(session)
    assert SIX_HOURS <= wait(source) <= SIX_HOURS * 1.1
    assert due_sources(session, [ID], now=NOW + timedelta(hours=5)) == []
    assert due_sources(session, [ID], now=NOW + timedelta(hours=7)) == [ID]


def test_the_rhythm_takes_over(session: Session, source: SourceState) -> None:
    publish(session, every=timedelta(hours=2), days=20)
    polled(session)
    assert FLOOR <= wait(source) < timedelta(hours=3)


def test_a_busy_source_is_not_polled_below_the_floor(session: Session, source: SourceState) -> None:
    publish(session, every=timedelta(minutes=20), days=4)
    polled(session)
    assert wait(source) >= FLOOR


def test_a_slow_source_is_polled_daily(session: Session, source: SourceState) -> None:
    publish(session, every=timedelta(days=14), days=60)
    polled(session)
    assert DAY <= wait(source) <= 1.1 * DAY


def test_what_the_source_asks_for_is_kept_up_to_a_day(session: Session, source: SourceState) -> None:
    publish(session, every=timedelta(hours=1), days=10)
    session.add(SourceUrlState(source_id=ID, url=URL, ttl_seconds=8 * 3600))
    session.flush()
    polled(session)
    assert wait(source) >= timedelta(hours=8)
    session.add(SourceUrlState(source_id=ID, url=f"{URL}2", ttl_seconds=90 * 86400))
    session.flush()
    polled(session)
    assert wait(source) <= 1.1 * DAY


def test_a_host_that_wants_peace_gets_it(session: Session, source: SourceState) -> None:
    session.add(HostState(host="hospital.example", wait_until=NOW + timedelta(hours=11)))
    session.flush()
    polled(session, error_kind="http_429", status=429)
    assert wait(source) == timedelta(hours=11)


def test_hosts_are_told_apart_however_their_address_is_written(session: Session, source: SourceState) -> None:
    session.get_one(SourceRow, ID).definition = {"urls": [{"url": "https://Hospital.example:443/feed"}]}
    session.add(HostState(host="hospital.example", wait_until=NOW + timedelta(hours=11)))
    session.flush()
    polled(session, error_kind="host_waits")
    assert (wait(source), source.failures) == (timedelta(hours=11), 0)


def test_failures_back_off_to_daily_and_never_stop(session: Session, source: SourceState) -> None:
    waits = []
    at = NOW
    for _ in range(60):
        polled(session, at=at, error_kind="http_503", status=503)
        waits.append(wait(source, at))
        assert source.next_due_at
        at = source.next_due_at
    assert waits[0] < timedelta(hours=1)
    assert waits[5] > waits[0]
    assert DAY <= waits[-1] <= 1.1 * DAY
    assert source.status == "failing"
    polled(session, at=at)
    assert (source.failures, source.status) == (0, "ok")


def test_failures_weigh_by_kind(session: Session, source: SourceState) -> None:
    polled(session, error_kind="dns")
    assert source.failures == 0.25
    polled(session, error_kind="parse")
    assert source.failures == 1.25


def test_our_own_network_counts_for_nothing(session: Session, source: SourceState) -> None:
    polled(session)
    polled(session, error_kind="own_network")
    assert (source.failures, source.status) == (0, "ok")
    assert wait(source) <= 1.1 * FLOOR


def test_one_of_several_columns_may_fail(session: Session, source: SourceState) -> None:
    fetch = polled(session)
    session.add(Fetch(run_id=fetch.run_id, source_id=ID, url=f"{URL}2", started_at=NOW, status="failed", error_kind="http_404"))
    session.flush()
    review(session, ID, now=NOW)
    assert (source.failures, source.status) == (0, "ok")


def test_a_review_repeated_changes_nothing(session: Session, source: SourceState) -> None:
    polled(session, error_kind="parse")
    polled(session, error_kind="parse")
    first = source.model_dump()
    review(session, ID, now=NOW, interval=SIX_HOURS)
    assert source.model_dump() == first
    assert source.status == "failing"


def test_disabled_by_the_operator(session: Session, source: SourceState) -> None:
    set_enabled(session, ID, False, now=NOW)
    polled(session)
    assert source.status == "disabled"


def test_when_an_address_is_asked_in_full() -> None:
    state = SourceUrlState(source_id=ID, url=URL, full_at=NOW, polls_since_full=2)
    assert ask_in_full(None, full_every=24, now=NOW)
    assert not ask_in_full(state, full_every=24, now=NOW)
    assert not ask_in_full(state, full_every=24, now=NOW + 2 * DAY)  # few polls a day
    state.polls_since_full = 5
    assert ask_in_full(state, full_every=24, now=NOW + 2 * DAY)
    assert ask_in_full(state, full_every=5, now=NOW)
    state = SourceUrlState(source_id=ID, url=URL, full_at=NOW, distrusted=True)
    assert ask_in_full(state, full_every=24, now=NOW)


def test_a_304_is_proven_wrong_by_an_older_entry(session: Session, source: SourceState) -> None:
    state = SourceUrlState(source_id=ID, url=URL)
    polled(session, at=NOW - timedelta(hours=6), status=304)
    an_item(session, identity="late", published_at=NOW - timedelta(hours=7), first_seen_at=NOW)
    assert not notice_lie(session, ID, URL, state, now=NOW)  # it may have been written before it was shown
    an_item(session, identity="older", published_at=NOW - timedelta(hours=12), first_seen_at=NOW)
    assert notice_lie(session, ID, URL, state, now=NOW)
    assert not notice_lie(session, ID, f"{URL}2", state, now=NOW)
