"""The scheduler at work: what is due is done once, by one at a time, and the daemon starts and stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from jobs.config import Settings, load_settings
from jobs.daemon import Daemon
from jobs.holding import holding
from jobs.slots import weekly_slot
from jobs.tasks import choose_due, enabled_sources, weekly_tasks
from store import locks
from store.catalogue import sync_catalogue
from store.database import session_scope, utc_now
from store.digests import source_health
from store.errors import StoreBusyError, StoreError
from store.models import DigestIssue, Ledger, SourceState
from store.overview import overview
from store.settings import StoreSettings
from store.sources import set_enabled
from tests.store.rows import a_round, a_source, an_item, with_topics

YIXUN = [sys.executable, "-m", "jobs.cli.app"]


@pytest.fixture
def settings(store_settings: StoreSettings, tmp_path: Path) -> Settings:
    url = store_settings.url.get_secret_value()
    return load_settings(None, environ={"YIXUN_STORE__URL": url, "YIXUN_MAIL__OUT": str(tmp_path / "out")})


def test_a_digest_is_built_for_the_week_before_its_slot_and_only_once(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    topic = {"id": "funding", "position": 0, "name_en": "Funding", "name_zh": "融资"}
    with session_scope(engine) as session:
        sync_catalogue(session, organisations=[], models=[], topics=[topic])
        a_source(session)
        item = an_item(session, title="某影像公司完成近亿元融资")
        with_topics(session, item, "funding")
        a_round(session, item)
    rows = list(weekly_tasks(engine, settings, now=now))
    assert [(row.job, row.status) for row in rows] == [("digest weekly", "done"), ("prune", "done")]
    assert list(weekly_tasks(engine, settings, now=now + timedelta(hours=1))) == []
    with session_scope(engine) as session:
        assert session.exec(select(DigestIssue.period)).all() == ["2026-W47"]
    assert "某影像公司" in next((tmp_path / "out").rglob("*.txt")).read_text(encoding="utf-8")


def test_a_digest_without_recipients_fails_in_the_open(engine: Engine, settings: Settings) -> None:
    mailed = settings.model_copy(update={"mail": settings.mail.model_copy(update={"host": "127.0.0.1"})})
    row = next(weekly_tasks(engine, mailed, now=datetime(2026, 11, 24, tzinfo=UTC)))
    assert (row.status, row.note) == ("failed", "[digest.weekly] has no recipients")


def test_the_operator_goes_before_the_catalogue_but_skip_stays_skip(engine: Engine) -> None:
    from crawler.sources.source import Source

    def source(name: str, **values: object) -> Source:
        fixed = {"id": name, "name": name, "homepage": "https://a.example/", "category": "media", "kind": "feed"}
        return Source.model_validate({**fixed, "urls": [{"url": "https://a.example/feed"}], **values})

    known = [
        source("on"),
        source("off", enabled=False),
        source("wanted", enabled=False),
        source("never", enabled=False, access="skip: terms"),
    ]
    with session_scope(engine) as session:
        enabled_sources(session, known, now=utc_now())
        for name in ("wanted", "never"):
            set_enabled(session, name, True, now=utc_now())
        session.get_one(SourceState, "wanted").next_due_at = utc_now() + timedelta(hours=1)
        session.flush()
        assert [one.id for one in enabled_sources(session, known, now=utc_now())] == ["on", "wanted"]
        # Digest, status and view tell the same.
        assert [one.source.id for one in source_health(session)] == ["on", "wanted"]
        assert overview(session).sources["disabled"] == 2
        rows = session.connection().exec_driver_sql("SELECT source_id FROM v1_source_health WHERE enabled = 1 ORDER BY 1")
        assert [row[0] for row in rows] == ["on", "wanted"]
        assert [[one.id for one in part] for part in choose_due(session, known, now=utc_now())] == [["on"], []]


def test_one_scheduler_at_a_time(engine: Engine) -> None:
    with (
        holding(engine, "run", "yixun run"),
        pytest.raises(StoreBusyError, match=r"held by yixun run \(process \d+"),
        holding(engine, "run", "another"),
    ):
        pass
    with holding(engine, "run", "a third"):
        pass


def test_the_daemon_never_drops_a_late_job_and_sends_at_the_hour(engine: Engine, settings: Settings) -> None:
    jobs = {job.id: job for job in Daemon(engine, settings).scheduler().get_jobs()}
    assert set(jobs) == {"crawl", "weekly"}
    defaults = Daemon(engine, settings).scheduler()._job_defaults
    assert (defaults["misfire_grace_time"], defaults["coalesce"], defaults["max_instances"]) == (3600, True, 1)
    before = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    times = []
    for _ in range(3):
        before = jobs["weekly"].trigger.get_next_fire_time(None, before + timedelta(seconds=1))
        times.append(before.astimezone(UTC))
    assert weekly_slot("mon", settings.schedule, times[-1]) in times


def environment(store_settings: StoreSettings, tmp_path: Path, **more: str) -> dict[str, str]:
    fixed = {"YIXUN_STORE__URL": store_settings.url.get_secret_value(), "YIXUN_MAIL__OUT": str(tmp_path / "out"), "HOME": str(tmp_path)}
    return {**os.environ, **fixed, **more}


def everything_fetched(engine: Engine) -> None:
    """No source is due, so that nothing goes out to the network."""
    from crawler.sources.source import load_sources

    with session_scope(engine) as session:
        for source in load_sources()[0]:
            a_source(session, id=source.id)
            session.get_one(SourceState, source.id).next_due_at = utc_now() + timedelta(days=1)


def test_run_once_does_what_is_due_then_nothing(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    late = environment(store_settings, tmp_path, YIXUN_SCHEDULE__CATCH_UP_DAYS="7")
    first = subprocess.run([*YIXUN, "run", "--once", "--json"], env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [json.loads(line)["job"] for line in first.stdout.splitlines()] == ["digest weekly", "prune"]
    second = subprocess.run([*YIXUN, "run", "--once"], env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (second.stdout, second.stderr) == ("", "nothing was due\n")


def test_the_daemon_works_and_stops_when_told(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    late = environment(store_settings, tmp_path, YIXUN_SCHEDULE__CATCH_UP_DAYS="7")
    daemon = subprocess.Popen([*YIXUN, "run"], env=late, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        ends_at = time.monotonic() + 180
        done: set[str] = set()
        while done != {"digest weekly", "prune"} and time.monotonic() < ends_at and daemon.poll() is None:
            time.sleep(0.2)
            with session_scope(engine) as session:
                done = set(session.exec(select(Ledger.job).where(Ledger.status == "done")))
        assert done == {"digest weekly", "prune"}
        busy = subprocess.run([*YIXUN, "run", "--once"], env=late, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert busy.returncode == 1
        assert "held by yixun run" in busy.stderr
        daemon.send_signal(signal.SIGTERM)
        _, log = daemon.communicate(timeout=120)
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.communicate()
    assert daemon.returncode == 0
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "started" and events[-1] == "stopped"
    after = subprocess.run([*YIXUN, "run", "--once"], env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert after.stderr == "nothing was due\n"


def test_the_daemon_stops_itself_when_its_hold_is_lost(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        request.addfinalizer(partial(signal.signal, number, signal.getsignal(number)))
    monkeypatch.setattr(locks, "RENEW", timedelta(seconds=0.2))
    everything_fetched(engine)

    def take_over() -> None:
        taken = 0
        while not taken:
            time.sleep(0.1)
            with session_scope(engine) as session:
                taken = session.connection().execute(text("UPDATE store_lock SET pid = pid + 1")).rowcount

    taking = threading.Thread(target=take_over, daemon=True)
    taking.start()
    with pytest.raises(StoreError, match="store lock 'run': lost: another process took it over"):
        Daemon(engine, settings).run()
    taking.join()
