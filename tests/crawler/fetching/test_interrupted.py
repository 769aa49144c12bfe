"""Crawls that are cut off, crawls that meet, and the pause between two requests."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from crawler.fetching.report import CrawlOrder
from crawler.fetching.run import crawl
from crawler.sources.source import Source
from store.database import utc_now
from store.errors import StoreBusyError
from store.locks import STALE, is_alive, release_lock, renew_lock, take_lock
from store.migrate import open_store
from store.models import Item, Run, StoreLock
from store.settings import StoreSettings
from tests.crawler.moved_clock import MovedClock
from tests.crawler.site import LOCAL, TEXT, Answer, Asked, Site
from tests.locking import kill_holder

TITLE = "医院上线人工智能辅助诊断系统"
ARTICLES = 30


def _fill(site: Site, seconds: float) -> Source:
    """A feed of thirty articles, each of which takes its time."""

    def slow(asked: Asked) -> Answer:
        time.sleep(seconds)
        return Answer(f"<html><h1>{TITLE}{asked.path}</h1><div class='content'><p>{TEXT}</p></div></html>".encode())

    site.put_feed("/feed.xml", [(f"/a/{n}.html", f"{TITLE}{n}") for n in range(ARTICLES)], ETag='"one"')
    for number in range(ARTICLES):
        site.pages[f"/a/{number}.html"] = slow
    return site.source()


def _start(source: Source, store: StoreSettings) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.fetching.run"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert child.stdin
    child.stdin.write(CrawlOrder(sources=[source], crawl=LOCAL, store=store).as_line())
    child.stdin.flush()
    return child


def _wait_for_articles(site: Site, number: int) -> None:
    end = time.monotonic() + 300
    while sum(1 for one in site.log if one.path.startswith("/a/")) < number:
        assert time.monotonic() < end, "the crawl does not come to its articles"
        time.sleep(0.02)


def _contents(store: StoreSettings) -> list[tuple[str | None, str, str, str]]:
    engine = open_store(store)
    with Session(engine) as session:
        if engine.dialect.name == "sqlite":
            assert session.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok"
        found = sorted((i.link, i.title, i.status, i.text) for i in session.exec(select(Item)))
    engine.dispose()
    return found


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.soak)])
def test_killed_again_and_again_a_crawl_ends_like_an_undisturbed_one(
    site: Site, empty_database: StoreSettings, fresh_store: dict[str, StoreSettings], kills: int
) -> None:
    source = _fill(site, 0.05)
    engine = open_store(empty_database)
    for attempt in range(kills):
        asked = len(site.log)
        child = _start(source, empty_database)
        _wait_for_articles(site, sum(1 for one in site.log[:asked] if one.path.startswith("/a/")) + 2)
        kill_holder(engine, "crawl")
        child.wait()
        if child.stdin:
            child.stdin.close()
        assert len(_contents(empty_database)) == ARTICLES, attempt
    report = crawl([source], LOCAL, empty_database)
    assert report.status == "done"
    undisturbed = fresh_store["sqlite"]
    crawl([source], LOCAL, undisturbed)
    assert _contents(empty_database) == _contents(undisturbed)
    assert {row[2] for row in _contents(empty_database)} == {"kept"}
    with Session(engine) as session:
        runs = session.exec(select(Run.status).order_by(Run.id)).all()  # type: ignore[arg-type]
        assert runs == ["killed"] * kills + ["done"]
    engine.dispose()


def test_a_crawl_ends_when_whoever_started_it_is_gone(site: Site, store_file: StoreSettings) -> None:
    source = _fill(site, 0.2)
    child = _start(source, store_file)
    _wait_for_articles(site, 1)
    assert child.stdin
    child.stdin.close()
    child.wait(120)
    assert sum(1 for one in site.log if one.path.startswith("/a/")) < ARTICLES


def test_two_crawls_of_one_store_do_not_meet(site: Site, store_file: StoreSettings) -> None:
    source = _fill(site, 0.2)
    child = _start(source, store_file)
    _wait_for_articles(site, 1)
    engine = open_store(store_file)
    with Session(engine) as session:
        holder = session.get_one(StoreLock, "crawl").pid
    with pytest.raises(StoreBusyError, match=rf"process {holder} "):
        crawl([source], LOCAL, store_file)
    kill_holder(engine, "crawl")
    child.wait()
    engine.dispose()
    if child.stdin:
        child.stdin.close()


def test_the_pause_between_two_requests_is_kept(site: Site, store_file: StoreSettings) -> None:
    times: list[float] = []

    def note(_: Asked) -> Answer:
        times.append(time.monotonic())
        return Answer(f"<html><h1>{TITLE}</h1><p>{TEXT}</p></html>".encode())

    site.put_feed("/feed.xml", [(f"/a/{n}.html", f"{TITLE}{n}") for n in range(3)])
    for number in range(3):
        site.pages[f"/a/{number}.html"] = note
    crawl([site.source()], LOCAL.model_copy(update={"min_delay": 1.4}), store_file)
    assert len(times) == 3
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.7  # a busy machine may note the earlier one late


def test_a_host_gets_one_request_at_a_time_even_without_a_pause(site: Site, store_file: StoreSettings) -> None:
    spans: list[tuple[float, float]] = []

    def slow(_: Asked) -> Answer:
        began = time.monotonic()
        time.sleep(0.1)
        spans.append((began, time.monotonic()))
        return Answer(f"<html><h1>{TITLE}</h1><p>{TEXT}</p></html>".encode())

    site.put_feed("/feed.xml", [(f"/a/{n}.html", f"{TITLE}{n}") for n in range(8)])
    for number in range(8):
        site.pages[f"/a/{number}.html"] = slow
    crawl([site.source()], LOCAL, store_file)
    assert len(spans) == 8
    assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(sorted(spans)))


def test_addresses_inside_are_refused_unless_allowed(site: Site, store_file: StoreSettings) -> None:
    site.put_feed("/feed.xml", [("/a/1.html", TITLE)])
    report = crawl([site.source()], LOCAL.model_copy(update={"allow_networks": []}), store_file)
    assert (report.sources[0].status, report.sources[0].error_kind) == ("refused", "private_address")
    assert not site.log


def test_a_crawl_is_ended_in_time(site: Site, store_file: StoreSettings, moved: MovedClock) -> None:
    source = _fill(site, 0)
    for number in range(ARTICLES):
        site.put_article(f"/a/{number}.html", f"{TITLE}{number}")
    moved.at(site, asked=3, seconds=1000, hold=True)
    report = crawl([source], LOCAL.model_copy(update={"max_seconds": 900.0, "timeout": 600.0}), store_file)
    assert "crawl.max_seconds" in report.note
    assert (report.status, report.unread) == ("partly", [source.id])
    assert sorted(row[2] for row in _contents(store_file)) == ["kept"] * 2 + ["pending"] * (ARTICLES - 2)


def test_a_lock_is_taken_over_from_the_dead_and_the_silent(session: Session) -> None:
    now = utc_now()
    hold = take_lock(session, "crawl", purpose="a crawl", now=now)
    with pytest.raises(StoreBusyError, match="held by a crawl"):
        take_lock(session, "crawl", purpose="another", now=now)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert not is_alive(dead.pid)
    row = session.get_one(StoreLock, "crawl")
    row.pid = dead.pid
    session.add(row)
    session.commit()
    second = take_lock(session, "crawl", purpose="another", now=now + timedelta(seconds=1))
    assert second.pid == os.getpid()
    assert not renew_lock(session, hold, now=now)
    third = take_lock(session, "crawl", purpose="a third", now=now + STALE * 2)
    assert not renew_lock(session, second, now=now)
    assert renew_lock(session, third, now=now)
    release_lock(session, third)
    session.commit()
    assert session.get(StoreLock, "crawl", populate_existing=True) is None


def test_the_child_answers_a_wrong_order_in_one_line() -> None:
    done = subprocess.run([sys.executable, "-m", "crawler.fetching.run"], input=b"{}\n", capture_output=True, timeout=60, check=False)
    assert json.loads(done.stdout)["error"]["type"] == "ConfigError"
