"""A lock of the store: renewed in spite of a database that fails for a while, given up before another may begin."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from jobs.holding import holding
from store import locks
from store.advisory import AdvisoryLock
from store.database import session_scope, utc_now
from store.errors import StoreBusyError, StoreError
from store.migrate import open_store
from store.models import StoreLock
from store.settings import StoreSettings
from tests.locking import locked


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done every few seconds is done at once."""
    for name, seconds in (("RENEW", 0.2), ("RETRY", 0.1)):
        monkeypatch.setattr(locks, name, timedelta(seconds=seconds))


def _wait(rule: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not rule():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


@pytest.mark.usefixtures("hasty")
def test_a_lock_outlives_a_database_that_fails_within_the_lease(engine: Engine, store_settings: StoreSettings) -> None:
    other = open_store(store_settings.model_copy(update={"lock_seconds": 0.1}))
    lost = threading.Event()

    def seen() -> datetime:
        with session_scope(engine) as session:
            return session.exec(select(StoreLock.seen_at)).one()

    with holding(other, "run", "yixun run", on_loss=lost.set) as loss:
        with locked(store_settings):
            time.sleep(0.8)
        before = seen()
        _wait(lambda: seen() != before)
        loss.check()
        assert not lost.is_set()
    other.dispose()
    with session_scope(engine) as session:
        assert session.exec(select(StoreLock.name)).all() == []


@pytest.mark.usefixtures("hasty")
def test_the_work_stops_before_another_may_begin(engine: Engine, store_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LEASE", timedelta(seconds=2))
    other = open_store(store_settings.model_copy(update={"lock_seconds": 0.1}))
    lost = threading.Event()
    with holding(other, "run", "yixun run", on_loss=lost.set) as loss, locked(store_settings):
        began = time.monotonic()
        assert lost.wait(120)
        assert time.monotonic() - began < locks.STALE.total_seconds()
        with pytest.raises(StoreError, match=r"could not be renewed in time.*locked by another process"):
            loss.check()
    other.dispose()


def test_a_restart_of_the_server_loses_no_lock(engine: Engine, store_settings: StoreSettings, hasty: None) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    other = open_store(store_settings)
    with holding(other, "run", "yixun run") as loss:
        for _ in range(5):
            with engine.begin() as connection:
                others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
            time.sleep(0.2)
        loss.check()
    other.dispose()


@pytest.mark.usefixtures("hasty")
def test_a_lock_that_another_took_over_stops_the_work(engine: Engine) -> None:
    lost = threading.Event()
    with holding(engine, "run", "yixun run", on_loss=lost.set) as loss:
        with session_scope(engine) as session:
            session.execute(text("UPDATE store_lock SET pid = pid + 1"))
        assert lost.wait(120)
        with pytest.raises(StoreError, match="another process took it over"):
            loss.check()


def test_a_connection_known_to_be_cut_is_not_asked_once_more(engine: Engine, store_settings: StoreSettings) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    other = open_store(store_settings)
    lock = AdvisoryLock(other, "run")
    assert lock.take()
    assert lock._connection is not None
    with engine.begin() as connection:
        holder = lock._connection.execute(text("SELECT pg_backend_pid()")).scalar()
        connection.execute(text("SELECT pg_terminate_backend(:holder, 10000)"), {"holder": holder})
    with pytest.raises(DBAPIError):
        lock._connection.execute(text("SELECT 1"))
    assert lock.keep()
    assert not AdvisoryLock(other, "run").take()
    lock.let_go()
    other.dispose()


def test_a_clock_that_runs_ahead_takes_no_lock_over_on_a_server(engine: Engine, store_settings: StoreSettings) -> None:
    other = open_store(store_settings)
    with holding(engine, "run", "yixun run"):
        with time_machine.travel(utc_now() + timedelta(hours=5)):
            if engine.dialect.name == "postgresql":
                with pytest.raises(StoreBusyError, match="held by yixun run"), holding(other, "run", "another"):
                    pass
            # A lock of another name is another lock.
            with holding(other, "crawl", "another"):
                pass
        with session_scope(engine) as session:
            assert session.get_one(StoreLock, "run").holder == "yixun run"
    with holding(other, "run", "the next one"):
        pass
    other.dispose()


def test_a_lock_is_free_before_its_connection_closes(
    engine: Engine, store_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    first, second = AdvisoryLock(engine, "run"), AdvisoryLock(open_store(store_settings), "run")
    assert first.take()
    close, free = Connection.close, []

    def look_and_close(connection: Connection) -> None:
        monkeypatch.undo()
        free.append(second.take())
        close(connection)

    monkeypatch.setattr(Connection, "close", look_and_close)
    first.let_go()
    assert free == [True]
    second.let_go()


def test_the_lock_of_a_server_is_taken_again_or_lost_with_its_connection(engine: Engine, store_settings: StoreSettings) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    first, second = AdvisoryLock(engine, "run"), AdvisoryLock(open_store(store_settings), "run")
    assert first.take() and first.keep() and not second.take()
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with engine.begin() as connection:
        connection.execute(cut)
    _wait(first.keep)
    assert not second.keep()
    with engine.begin() as connection:
        connection.execute(cut)
    _wait(second.keep)
    assert not first.keep()
    second.let_go()
    assert first.keep()
    first.let_go()
