"""What the crawl does to the store when other crawls do the same at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, select, text, update
from sqlmodel import Session, col

from crawler.fetching.store_thread import StoreThread
from store.database import session_scope, utc_now
from store.errors import StoreConflictError
from store.hosts import add_host_counts, save_host_state
from store.migrate import open_store
from store.models import HostDay, HostState
from store.settings import StoreSettings


@pytest.fixture
def shared(fresh_store: dict[str, StoreSettings]) -> Iterator[Engine]:
    """A store on PostgreSQL that knows two hosts."""
    engine = open_store(fresh_store["postgresql"])
    with session_scope(engine) as session:
        session.add_all([HostState(host=host, robots_text="") for host in ("a.example", "b.example")])
    yield engine
    engine.dispose()


def both_ways(shared: Engine, work_of: list[list[str]]) -> list[BaseException | None]:
    """Let two threads note themselves at the same hosts in these orders; each waits after its first until the other has its first, once."""
    threads, first = [StoreThread(shared) for _ in work_of], threading.Barrier(len(work_of))
    waited: set[str] = set()

    def note(session: Session, name: str, hosts: list[str]) -> None:
        for host in hosts:
            noted = col(HostState.robots_text) + name
            session.connection().execute(update(HostState).where(col(HostState.host) == host).values(robots_text=noted))
            if name not in waited:
                waited.add(name)
                first.wait(60)

    async def all_at_once() -> list[BaseException | None]:
        told = zip(threads, ("x", "y"), work_of, strict=True)
        return list(await asyncio.gather(*(one.attempt(note, name, hosts) for one, name, hosts in told)))

    faults = asyncio.run(all_at_once())
    for one in threads:
        one.close()
    return faults


def test_a_transaction_given_up_for_that_of_another_crawl_begins_anew(shared: Engine) -> None:
    assert both_ways(shared, [["a.example", "b.example"], ["b.example", "a.example"]]) == [None, None]
    with session_scope(shared) as session:
        noted = session.execute(select(HostState.host, HostState.robots_text)).all()  # type: ignore[call-overload]
    assert {host: sorted(text_) for host, text_ in noted} == {"a.example": ["x", "y"], "b.example": ["x", "y"]}, "each once at each"


def test_what_two_crawls_find_missing_and_add_at_once_is_there_once_with_both_counts(shared: Engine) -> None:
    threads, looked, waited = [StoreThread(shared) for _ in range(2)], threading.Barrier(2), set[str]()
    key, day = ("c.example", date(2026, 11, 28)), date(2026, 11, 28)

    def count(session: Session, name: str) -> None:
        if name not in waited:
            assert session.get(HostDay, key) is None
            session.expire_all()
            waited.add(name)
            looked.wait(60)
        add_host_counts(session, {("c.example", day): {"requests": 2}})
        save_host_state(session, "c.example", {"robots_text": name})

    async def all_at_once() -> list[BaseException | None]:
        return list(await asyncio.gather(*(one.attempt(count, name) for one, name in zip(threads, "xy", strict=True))))

    assert asyncio.run(all_at_once()) == [None, None]
    for one in threads:
        one.close()
    with session_scope(shared) as session:
        assert session.get_one(HostDay, key).requests == 4


def test_what_is_given_up_again_and_again_is_told(shared: Engine) -> None:
    tries = []

    def fail(session: Session) -> None:
        tries.append(utc_now())
        session.connection().execute(text("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"))

    store = StoreThread(shared)
    with pytest.raises(StoreConflictError, match="given up for another transaction: deadlock detected"):
        store.now(fail)
    store.close()
    assert 1 < len(tries) < 10
