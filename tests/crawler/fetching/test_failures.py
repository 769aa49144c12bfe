"""What fails on our side during a crawl: saving, reading, the store, its lock. Counted, recorded as it was, tried again, never lost."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from crawler.fetching import clock, reading_client
from crawler.fetching.clock import Clock
from crawler.fetching.hosts import Hosts
from crawler.fetching.reading_client import ReadingClient, ReadingStartError
from crawler.fetching.run import crawl
from crawler.fetching.store_thread import StoreThread
from crawler.judge.knowledge import KnowledgeExtra
from crawler.settings import CODE_VERSION, CrawlSettings
from crawler.sources.source import Source
from store import locks
from store.database import session_scope, utc_now
from store.errors import YixunError
from store.locks import take_lock
from store.migrate import open_store
from store.models import Item, Run
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, Site
from tests.jobs.command import Yixun
from tests.locking import locked
from tests.warm import fault_in

TITLE = "医院上线人工智能辅助诊断系统"
BROKEN = "某医院上线人工智能分诊系统"


@pytest.fixture
def opened(store_file: StoreSettings) -> Iterator[Engine]:
    engine = open_store(store_file)
    yield engine
    engine.dispose()


def _fill(site: Site, number: int = 6) -> Source:
    """A feed of articles, the third with a title of its own."""
    titles = [BROKEN if n == 2 else f"{TITLE}{n}" for n in range(number)]
    site.put_feed("/feed.xml", [(f"/a/{n}.html", title) for n, title in enumerate(titles)])
    for n, title in enumerate(titles):
        site.put_article(f"/a/{n}.html", title)
    return site.source()


def _items(engine: Engine) -> dict[str, Item]:
    with Session(engine) as session:
        return {item.title: item for item in session.exec(select(Item))}


def _runs(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(run.status, run.note) for run in session.exec(select(Run).order_by(Run.id))]  # type: ignore[arg-type]


def _again(source: Source, store: StoreSettings) -> str:
    return crawl([], LOCAL, store, resume=[source]).status


def test_an_item_that_cannot_be_saved_takes_no_other_with_it(site: Site, store_file: StoreSettings, opened: Engine) -> None:
    source = _fill(site)
    with opened.begin() as connection:
        refuse = f"WHEN new.title = '{BROKEN}' BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        connection.execute(text(f"CREATE TRIGGER refuse BEFORE UPDATE OF text ON item {refuse}"))
    report = crawl([source], LOCAL, store_file)
    assert (report.status, report.sources[0].articles, report.sources[0].articles_failed) == ("partly", 5, 1)
    assert "1 items could not be saved" in report.sources[0].note and "not this one" in report.sources[0].note
    items = _items(opened)
    assert {title: item.status for title, item in items.items()} == {title: "pending" if title == BROKEN else "kept" for title in items}
    assert (items[BROKEN].tries, "not this one" in items[BROKEN].status_reason) == (1, True)
    assert [_again(source, store_file) for _ in range(2)] == ["partly", "partly"]
    given_up = _items(opened)[BROKEN]
    assert (given_up.status, given_up.tries, given_up.broke, site.asked("/a/2.html")) == ("unread", 3, CODE_VERSION, 3)
    assert _again(source, store_file) == "done" and site.asked("/a/2.html") == 3
    with opened.begin() as connection:
        connection.execute(text("DROP TRIGGER refuse"))
        connection.execute(text("UPDATE item SET broke = '0.0.1' WHERE broke IS NOT NULL"))
    assert _again(source, store_file) == "done"
    healed = _items(opened)[BROKEN]
    assert (healed.status, healed.broke, site.asked("/a/2.html")) == ("kept", None, 4)


# A fault of our own: nothing that is known breaks judging, and what will is not known.
_FAULT = f"""
from crawler.judge.judging import Judge
judge = Judge.judge
def breaks(self, document, **options):
    if document.title == "{BROKEN}":
        raise KeyError("no such rule")
    return judge(self, document, **options)
Judge.judge = breaks
"""


def test_an_article_that_our_judging_breaks_on_is_tried_three_times_and_told_with_its_trace(
    site: Site, store_file: StoreSettings, opened: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _fill(site)
    (tmp_path / "fault.py").write_text(_FAULT, encoding="utf-8")
    events: list[dict[str, Any]] = []
    with monkeypatch.context() as patch:
        patch.setenv(fault_in("crawler.reading.process"), str(tmp_path / "fault.py"))
        report = crawl([source], LOCAL, store_file, on_event=events.append)
        assert (report.status, report.sources[0].articles, report.sources[0].articles_failed) == ("partly", 5, 1)
        assert "KeyError" in report.sources[0].note
        [told] = [event for event in events if event["event"] == "our reading broke"]
        assert told["level"] == "error" and "KeyError: 'no such rule'" in told["trace"] and "Traceback" in told["trace"]
        item = _items(opened)[BROKEN]
        assert (item.status, item.tries) == ("pending", 1) and "KeyError" in item.status_reason
        for _ in range(3):
            _again(source, store_file)
    item = _items(opened)[BROKEN]
    assert (item.status, item.tries, item.broke, site.asked("/a/2.html")) == ("unread", 3, CODE_VERSION, 3)
    with opened.begin() as connection:
        connection.execute(text("UPDATE item SET broke = '0.0.1' WHERE broke IS NOT NULL"))
    _again(source, store_file)
    assert _items(opened)[BROKEN].status == "kept"


# A disk that is full as soon as the store has so many pages.
_FULL = """
import os
from sqlalchemy import event
from sqlalchemy.engine import Engine
@event.listens_for(Engine, "checkout")
def bound(raw, *_):
    raw.execute("PRAGMA max_page_count = " + os.environ["MOST_PAGES"])
"""


def _fill_up(site: Site, store: StoreSettings, opened: Engine, fault: Path) -> tuple[Source, dict[str, str]]:
    """A source of long articles, and the environment in which the store has room for its entries but not for them."""
    crawl([_fill(site, 0)], LOCAL, store)
    source = _fill(site, 15)
    for number in range(15):
        # Long for the store, short for the reader of facts, to which a run of characters that it does not know is one.
        site.put_article(f"/a/{number}.html", f"{TITLE}{number}", "放射科用上了新的软件。" * 20 + "龘" * 30_000)
    fault.write_text(_FULL, encoding="utf-8")
    with opened.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    return source, {fault_in("crawler.fetching.run"): str(fault), "MOST_PAGES": str(pages + 60)}


def test_a_disk_that_fills_up_ends_the_crawl_and_is_recorded(
    site: Site, store_file: StoreSettings, opened: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, environ = _fill_up(site, store_file, opened, tmp_path / "full.py")
    with monkeypatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            told = crawl([source], LOCAL, store_file)
            said = (told.status, told.note)
        except YixunError as error:
            said = ("failed", str(error))
    assert said[0] == "failed" and "the disk is full" in said[1]
    before = {title: item.status for title, item in _items(opened).items()}
    assert set(before.values()) <= {"kept", "pending"} and "pending" in before.values()
    assert crawl([source], LOCAL, store_file).status == "done"
    assert [status for status, _ in _runs(opened)] == ["done", "failed", "done"]
    assert "the disk is full" in _runs(opened)[1][1]
    assert {item.status for item in _items(opened).values()} == {"kept"}


def test_a_crawl_says_that_the_disk_is_full_in_one_line(
    site: Site, store_file: StoreSettings, opened: Engine, tmp_path: Path, yixun: Yixun
) -> None:
    source, environ = _fill_up(site, store_file, opened, tmp_path / "full.py")
    (tmp_path / "sources.yaml").write_text(json.dumps({"sources": [source.model_dump(mode="json")]}), encoding="utf-8")
    settings = {
        "YIXUN_STORE__URL": store_file.url.get_secret_value(),
        "YIXUN_CRAWL__ALLOW_NETWORKS": "127.0.0.0/8",
        "YIXUN_CRAWL__MIN_DELAY": "0",
        **environ,
    }
    done = yixun("crawl", "--all", "--sources", str(tmp_path / "sources.yaml"), check=1, **settings)
    assert "the disk is full" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_reading_process_that_does_not_start_leaves_no_orphan_and_fails_the_crawl(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper = tmp_path / "python"
    sleeper.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n", encoding="utf-8")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    monkeypatch.setattr(reading_client, "_START_SECONDS", 2)
    client = ReadingClient([site.source()], KnowledgeExtra(), LOCAL)
    with pytest.raises(ReadingStartError, match="nothing was heard of it in 2 s"):
        asyncio.run(client.catalogue())
    assert not locks.is_alive(int((tmp_path / "pid").read_text()))
    client.close()


def test_a_crawl_that_can_read_nothing_fails_and_says_why(
    site: Site, store_file: StoreSettings, opened: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _fill(site)
    (tmp_path / "fault.py").write_text("import os; os._exit(3)  # before it has read its orders", encoding="utf-8")
    monkeypatch.setenv(fault_in("crawler.reading.process"), str(tmp_path / "fault.py"))
    report = crawl([source], LOCAL, store_file)
    assert report.status == "failed" and "the reading process: does not start" in report.note
    assert _runs(opened) == [("failed", report.note)]


class _Engine:
    """What a clock needs of Scrapy's engine to end a crawl."""

    def __init__(self) -> None:
        self.downloader = SimpleNamespace(slots={})
        self.closed = threading.Event()

    async def close_spider_async(self, reason: str) -> None:
        """Note that the crawl is ended."""
        self.closed.set()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done every few seconds is done at once."""
    monkeypatch.setattr(clock, "_SAVE_SECONDS", 0.2)
    monkeypatch.setattr(clock, "_LOOK_SECONDS", 0.05)


def _kept(settings: StoreSettings, *, locked_for: float | None) -> tuple[str, int]:
    """Why a clock stopped a crawl, and how many requests the ledger of hosts has when it did or when it could write them again."""
    engine = open_store(settings)
    with session_scope(engine) as session:
        hold = take_lock(session, "crawl", purpose="a crawl", now=utc_now())
    store = StoreThread(engine)
    hosts = Hosts(0.0, store, now=utc_now())
    keeper = Clock(CrawlSettings(), store, hold, hosts)

    def counted() -> int:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT coalesce(sum(requests), 0) FROM host_day")).scalar_one())

    async def watch() -> None:
        with locked(settings, seconds=locked_for):
            keeper.start(_Engine(), lambda: None)  # type: ignore[arg-type]
            hosts.count("hospital.example", requests=7)
            if locked_for is not None:
                await asyncio.sleep(locked_for)
            end = time.monotonic() + 120
            while not (keeper.stopped_because or (locked_for is not None and counted())):
                assert time.monotonic() < end, "neither stopped nor written"
                await asyncio.sleep(0.05)
        keeper.cancel()

    asyncio.run(watch())
    store.close()
    requests = counted()
    engine.dispose()
    return keeper.stopped_because, requests


@pytest.mark.usefixtures("hasty")
def test_the_clock_of_a_crawl_outlives_a_locked_store_and_loses_no_count(store_settings: StoreSettings) -> None:
    assert _kept(store_settings.model_copy(update={"lock_seconds": 0.1}), locked_for=0.8) == ("", 7)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("lock_seconds", [0.1, 5.0])
def test_the_clock_ends_the_crawl_before_another_may_begin(
    store_settings: StoreSettings, lock_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LEASE", timedelta(seconds=2.5))
    because, _ = _kept(store_settings.model_copy(update={"lock_seconds": lock_seconds}), locked_for=None)
    assert because == "the store could not be written for so long that another crawl may begin"
