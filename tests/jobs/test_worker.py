"""Workers: several processes crawl one store; no host is asked twice at once, and whoever dies, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
import yaml
from sqlalchemy import Engine
from sqlmodel import select

from crawler.sources.source import Source
from jobs.config import Settings, load_settings
from jobs.queue import SCHEMA, defer, make_queue, take_over_jobs, worker_app
from jobs.tasks import crawl_due
from store.database import postgresql_address, session_scope, utc_now
from store.errors import StoreBusyError
from store.locks import parts_held, release_lock, renew_lock, take_crawl_locks
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings
from store.status import ItemStatus
from store.turns import give_turn_back, take_turn
from tests.crawler.site import Answer, Asked, Site, serve_site
from tests.jobs.command import Yixun, as_process
from tests.warm import fault_in

_PAUSE = 0.3
# What makes a worker one who looks about more often, and who is taken for dead when nothing was heard of it for so many seconds.
HASTY = """
import jobs.queue
jobs.queue.GONE, jobs.queue.HEARTBEAT, jobs.queue._WAIT_SECONDS = {gone}, 0.5, 1
"""


@pytest.fixture
def shared(fresh_store: dict[str, StoreSettings]) -> Iterator[Engine]:
    """An empty store on PostgreSQL."""
    engine = open_store(fresh_store["postgresql"])
    yield engine
    engine.dispose()


class Web:
    """Three sites: two with two sources each, whose articles stand on the third as well; all say when they were asked."""

    def __init__(self, stack: ExitStack, folder: Path, *, articles: int) -> None:
        self.sites = [stack.enter_context(serve_site(f"127.0.0.{number}")) for number in (2, 3, 4)]
        self.asked: list[tuple[str, float, float]] = []
        self.sources: list[Source] = []
        shared_host = self.sites[2]
        for number in range(4):
            site, name = self.sites[number % 2], f"made{number}"
            links = [(f"{where.base}/{name}/{place}.html", where) for place in range(articles) for where in (site, shared_host)]
            for link, where in links:
                where.put_article(link.removeprefix(where.base), f"某医院部署人工智能影像系统 {link[-20:]}")
            site.put_feed(f"/{name}.xml", [(link, f"某医院部署人工智能影像系统 {link[-20:]}") for link, _ in links])
            self.sources.append(site.source(path=f"/{name}.xml", id=name, name=name, language="zh"))
        for site in self.sites:
            for path, page in site.pages.items():
                site.pages[path] = self._slow(site, page)  # type: ignore[arg-type]
        self.file = folder / "sources.yaml"
        self.file.write_text(yaml.safe_dump([one.model_dump(mode="json", exclude_defaults=True) for one in self.sources]))

    def _slow(self, site: Site, page: Answer) -> object:
        def answer(_: Asked) -> Answer:
            began = time.monotonic()
            time.sleep(0.1)
            self.asked.append((site.base, began, time.monotonic()))
            return page

        return answer


def settings_for(engine: Engine, web: Web, folder: Path) -> tuple[Settings, dict[str, str]]:
    environ = {
        "YIXUN_STORE__URL": engine.url.render_as_string(hide_password=False),
        "YIXUN_CRAWL__SOURCES": f'["{web.file}"]',
        "YIXUN_CRAWL__MIN_DELAY": str(_PAUSE),
        "YIXUN_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "YIXUN_SCHEDULE__WORKERS": "true",
        "YIXUN_MAIL__OUT": str(folder / "out"),
    }
    return load_settings(None, environ=environ), environ


def a_worker(environ: dict[str, str], folder: Path, *, gone: float = 3.0) -> subprocess.Popen[str]:
    hasty = folder / "hasty.py"
    hasty.write_text(HASTY.format(gone=gone), encoding="utf-8")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), fault_in("jobs.cli.app"): str(hasty)} | environ
    words = as_process("worker", "--once", "--concurrency", "1")
    return subprocess.Popen(words, env=env, cwd=folder, stderr=subprocess.PIPE, text=True)


def open_jobs(settings: Settings) -> Counter[str]:
    with psycopg.connect(postgresql_address(settings.store)) as connection:
        rows = connection.execute(f"SELECT status::text FROM {SCHEMA}.procrastinate_jobs WHERE task_name = 'crawl_source'")
        return Counter(row[0] for row in rows)


def all_read_once(engine: Engine, expected: int) -> None:
    with session_scope(engine) as session:
        items = session.exec(select(Item)).all()
    assert Counter(item.status for item in items) == {ItemStatus.kept: expected}
    assert len({item.link for item in items}) == expected


def test_two_workers_share_the_sources_and_ask_no_host_twice_at_once(shared: Engine, tmp_path: Path) -> None:
    with ExitStack() as stack:
        web = Web(stack, tmp_path, articles=2)
        settings, environ = settings_for(shared, web, tmp_path)
        assert defer(settings, web.sources, since=None) == 4
        assert defer(settings, web.sources, since=None) == 0
        # On a busy machine a worker may not be heard of for seconds, and what it has in hand would be done twice.
        workers = [a_worker(environ, tmp_path, gone=120) for _ in range(2)]
        said = [worker.communicate(timeout=240)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    assert not open_jobs(settings), said
    crawled = [event["sources"] for event in map(json.loads, "".join(said).splitlines()) if event["event"] == "crawled"]
    assert sorted(", ".join(crawled).split(", ")) == [one.id for one in web.sources], said
    all_read_once(shared, 16)
    for site in web.sites:
        turns = sorted((began, ended) for base, began, ended in web.asked if base == site.base)
        for (_, ended), (following, _) in pairwise(turns):
            assert following - ended >= _PAUSE, site.base


def test_what_a_killed_worker_had_in_hand_is_done_by_another_and_nothing_twice(shared: Engine, tmp_path: Path) -> None:
    with ExitStack() as stack:
        web = Web(stack, tmp_path, articles=3)
        settings, environ = settings_for(shared, web, tmp_path)
        defer(settings, web.sources, since=None)
        first = a_worker(environ, tmp_path)
        until = time.monotonic() + 120
        while not any(base == web.sites[2].base for base, *_ in web.asked) and time.monotonic() < until:
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=30)
        assert open_jobs(settings)["doing"], "it was killed with work in hand"
        said = []
        while open_jobs(settings) and time.monotonic() < until + 120:
            said.append(a_worker(environ, tmp_path).communicate(timeout=120)[1])
    assert not open_jobs(settings), said
    all_read_once(shared, 24)


# Judging breaks on each article the first time it is asked.
_BREAKS_ONCE = """
import hashlib, pathlib
from crawler.judge.judging import Judge
judge = Judge.judge
def breaks_once(self, document, **options):
    known = pathlib.Path({folder!r}) / hashlib.md5(document.title.encode()).hexdigest()
    if not known.exists():
        known.touch()
        raise KeyError("no such rule")
    return judge(self, document, **options)
Judge.judge = breaks_once
"""


def test_a_worker_goes_on_with_a_source_until_what_was_lost_to_us_is_read(shared: Engine, tmp_path: Path) -> None:
    (tmp_path / "known").mkdir()
    (tmp_path / "fault.py").write_text(_BREAKS_ONCE.format(folder=str(tmp_path / "known")), encoding="utf-8")
    with ExitStack() as stack:
        web = Web(stack, tmp_path, articles=1)
        settings, environ = settings_for(shared, web, tmp_path)
        defer(settings, web.sources[:1], since=None)
        environ[fault_in("crawler.reading.process")] = str(tmp_path / "fault.py")
        said = a_worker(environ, tmp_path, gone=120).communicate(timeout=240)[1]
    assert "has articles that could not be read or saved this time" in said
    assert not open_jobs(settings), said
    all_read_once(shared, 2)


def test_the_scheduler_leaves_what_is_due_in_the_queue(shared: Engine, tmp_path: Path) -> None:
    with ExitStack() as stack:
        settings, _ = settings_for(shared, Web(stack, tmp_path, articles=1), tmp_path)
        row = crawl_due(shared, settings, now=utc_now())
        assert row is not None and row.status == "done" and "left to the workers, 0 wait" in row.note
        waiting = open_jobs(settings)["todo"]
        assert waiting > 4, "the catalogue's sources are due as well"
        again = crawl_due(shared, settings, now=utc_now())
    assert again is not None and again.note == f"0 sources left to the workers, {waiting} wait with them already"


def test_a_turn_is_one_holder_s_until_it_is_given_back_or_lapses_and_pauses_are_kept(shared: Engine) -> None:
    with session_scope(shared) as session:
        assert take_turn(session, "a.example", "one", lease=60, pause=0).taken
        assert not take_turn(session, "a.example", "two", lease=60, pause=0).taken
        assert take_turn(session, "b.example", "two", lease=60, pause=0).taken
        give_turn_back(session, "a.example", "two", pause=0)
        assert not take_turn(session, "a.example", "two", lease=60, pause=0).taken
        give_turn_back(session, "a.example", "one", pause=0)
        assert take_turn(session, "a.example", "two", lease=0, pause=30).taken
        refused = take_turn(session, "a.example", "one", lease=60, pause=0)
        assert not refused.taken and 25 < refused.wait <= 30
        # The pause counts from the end of a turn.
        give_turn_back(session, "a.example", "two", pause=60)
        assert 55 < take_turn(session, "a.example", "one", lease=60, pause=0).wait <= 60


def test_parts_are_crawled_side_by_side_and_the_whole_alone(shared: Engine) -> None:
    with session_scope(shared) as session:
        some = take_crawl_locks(session, ["one", "two"], now=utc_now())
        other = take_crawl_locks(session, ["two", "three"], now=utc_now())
        assert parts_held(some) == {"one", "two"} and parts_held(other) == {"three"}, "what another crawl is at is left to it"
        assert renew_lock(session, some, now=utc_now()) and renew_lock(session, other, now=utc_now())
        with pytest.raises(StoreBusyError):
            take_crawl_locks(session, ["one", "three"], now=utc_now())
        with pytest.raises(StoreBusyError):
            take_crawl_locks(session, [], now=utc_now())
        release_lock(session, some)
        assert not renew_lock(session, some, now=utc_now())
        release_lock(session, other)
        whole = take_crawl_locks(session, [], now=utc_now())
        assert not parts_held(whole)
        with pytest.raises(StoreBusyError):
            take_crawl_locks(session, ["one"], now=utc_now())


def test_many_at_once_make_the_queue_once(shared: Engine, tmp_path: Path) -> None:
    settings = load_settings(None, environ={"YIXUN_STORE__URL": shared.url.render_as_string(hide_password=False)})
    faults: list[Exception] = []

    def make() -> None:
        try:
            make_queue(settings)
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is looked at below
            faults.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and not open_jobs(settings)


def test_two_that_take_over_the_same_jobs_at_once_both_go_on(shared: Engine, tmp_path: Path) -> None:
    with ExitStack() as stack:
        web = Web(stack, tmp_path, articles=1)
        settings, _ = settings_for(shared, web, tmp_path)
        defer(settings, web.sources[:2], since=None)
        with psycopg.connect(postgresql_address(settings.store), options=f"-c search_path={SCHEMA}") as connection:
            connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'crawl_source'")

    async def unused(source_id: str, since: datetime | None, tries: int) -> None:
        raise AssertionError(source_id)

    async def take_over() -> list[int]:
        apps = [worker_app(settings, unused) for _ in range(2)]
        async with apps[0].open_async(), apps[1].open_async():
            return await asyncio.gather(*map(take_over_jobs, apps))

    assert sum(asyncio.run(take_over())) >= 2
    assert open_jobs(settings) == {"todo": 2}


def test_a_store_on_sqlite_needs_no_workers_and_says_so(yixun: Yixun) -> None:
    done = yixun("worker", check=2)
    assert "store.url: workers share a store on PostgreSQL" in done.stderr and len(done.stderr.splitlines()) == 1
