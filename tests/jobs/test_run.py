"""The scheduler at work: what is due is done once, by one at a time, and the daemon starts and stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine, text, update
from sqlmodel import select

from crawler.sources.source import load_sources
from jobs.config import Settings, load_settings
from jobs.daemon import Daemon
from jobs.holding import holding
from jobs.hours import weekly_slot
from jobs.plan import carry_out
from jobs.stopping import Stopping
from jobs.tasks import choose_due, enabled_sources
from store import locks
from store.catalogue import sync_catalogue
from store.database import session_scope, utc_now
from store.errors import StoreBusyError, StoreError
from store.models import DigestIssue, Ledger, SourceState
from store.overview import overview
from store.settings import StoreSettings
from store.sources import conditions, set_enabled
from tests.store.rows import a_round, a_source, an_item, grouped, source_row, with_topics

from .command import as_process


@pytest.fixture
def settings(store_settings: StoreSettings, tmp_path: Path) -> Settings:
    url = store_settings.url.get_secret_value()
    return load_settings(
        None, environ={"YIXUN_STORE__URL": url, "YIXUN_MAIL__OUT": str(tmp_path / "out"), "YIXUN_DIGEST__WEEKLY__DAY": "mon"}
    )


def work(engine: Engine, settings: Settings) -> list[tuple[str, str]]:
    """Do what is due; the jobs and how they ended."""
    return [(row.job, row.status) for row in carry_out(engine, settings, Stopping())]


def test_a_digest_is_built_for_the_week_before_its_slot_and_only_once(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    topic = {"id": "funding", "position": 0, "name_en": "Funding", "name_zh": "融资"}
    with time_machine.travel(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), tick=False) as clock:
        everything_fetched(engine)
        with session_scope(engine) as session:
            sync_catalogue(session, organisations=[], models=[], topics=[topic])
            a_source(session, enabled=False)
            item = an_item(session, title="某影像公司完成近亿元融资")
            with_topics(session, item, "funding")
            a_round(session, item)
            grouped(session)
        assert work(engine, settings) == [("digest weekly", "done"), ("prune", "done")]
        clock.shift(timedelta(hours=1))
        assert work(engine, settings) == []
    with session_scope(engine) as session:
        assert session.exec(select(DigestIssue.period)).all() == ["2026-W47"]
    assert "某影像公司" in next((tmp_path / "out").rglob("*.txt")).read_text(encoding="utf-8")


def test_each_digest_has_a_schedule_of_its_own(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    more = {"YIXUN_DIGEST__WEEKLY__DAY": "mon", "YIXUN_DIGEST__FUNDING__DAY": "wed", "YIXUN_DIGEST__FUNDING__TIME": "17:30:00"}
    settings = load_settings(None, environ={**location(store_settings, tmp_path), **more})
    with time_machine.travel(datetime(2026, 11, 23, 0, 30, tzinfo=UTC), tick=False) as clock:
        everything_fetched(engine)
        # Both owe an issue on a new store; from then on each comes at its hour.
        assert work(engine, settings) == [("digest funding", "done"), ("digest weekly", "done"), ("prune", "done")]
        for moment, due in (
            ((25, 9, 29), []),
            ((25, 9, 30), [("digest funding", "done")]),
            ((29, 23, 59), [("prune", "done")]),
            ((30, 0, 0), [("digest weekly", "done")]),
        ):
            day, hour, minute = moment
            clock.move_to(datetime(2026, 11, day, hour, minute, tzinfo=UTC))
            everything_fetched(engine)
            assert work(engine, settings) == due


def test_a_digest_without_recipients_fails_in_the_open(engine: Engine, settings: Settings) -> None:
    mailed = settings.model_copy(update={"mail": settings.mail.model_copy(update={"host": "127.0.0.1"})})
    everything_fetched(engine)
    row = next(carry_out(engine, mailed, Stopping()))
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
        assert [source.id for source, _ in conditions(session)] == ["on", "wanted"]
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
    assert set(jobs) == {"plan", "watch"}
    defaults = Daemon(engine, settings).scheduler()._job_defaults
    assert (defaults["misfire_grace_time"], defaults["coalesce"], defaults["max_instances"]) == (3600, True, 1)
    before = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert jobs["plan"].trigger.get_next_fire_time(None, before).astimezone(UTC) <= before + timedelta(minutes=10)
    hour = jobs["plan"].trigger.triggers[1].get_next_fire_time(None, before)
    assert hour == weekly_slot("mon", settings.digest["weekly"].time, before + timedelta(minutes=1))


def location(store_settings: StoreSettings, tmp_path: Path) -> dict[str, str]:
    return {
        "YIXUN_STORE__URL": store_settings.url.get_secret_value(),
        "YIXUN_MAIL__OUT": str(tmp_path / "out"),
        "YIXUN_DIGEST__WEEKLY__DAY": "mon",
    }


def environment(store_settings: StoreSettings, tmp_path: Path, **more: str) -> dict[str, str]:
    return {**os.environ, **location(store_settings, tmp_path), "HOME": str(tmp_path), **more}


def everything_fetched(engine: Engine) -> None:
    """Every source was just read and none is due, so that nothing goes out to the network."""
    now = utc_now()
    with session_scope(engine) as session:
        there = set(session.exec(select(SourceState.source_id)))
        new = [source.id for source in load_sources()[0] if source.id not in there]
        session.add_all(source_row(id=name) for name in new)
        session.flush()
        session.add_all(SourceState(source_id=name, status="ok", status_since=now) for name in new)
        session.flush()
        values: dict[str, object] = {"next_due_at": now + timedelta(days=1), "last_fetch_at": now, "last_success_at": now}
        session.connection().execute(update(SourceState).values(**values))


def test_run_once_does_what_is_due_then_nothing(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    late = environment(store_settings, tmp_path)
    first = subprocess.run(as_process("run", "--once", "--json"), env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [json.loads(line)["job"] for line in first.stdout.splitlines()] == ["digest weekly", "prune"]
    second = subprocess.run(as_process("run", "--once"), env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (second.stdout, second.stderr) == ("nothing was due\n", "")


def test_the_daemon_works_and_stops_when_told(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    late = environment(store_settings, tmp_path)
    daemon = subprocess.Popen(as_process("run"), env=late, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        ends_at = time.monotonic() + 180
        done: set[str] = set()
        while done != {"digest weekly", "prune"} and time.monotonic() < ends_at and daemon.poll() is None:
            time.sleep(0.2)
            with session_scope(engine) as session:
                done = set(session.exec(select(Ledger.job).where(Ledger.status == "done")))
        assert done == {"digest weekly", "prune"}
        busy = subprocess.run(as_process("run", "--once"), env=late, cwd=tmp_path, capture_output=True, text=True, check=False)
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
    after = subprocess.run(as_process("run", "--once"), env=late, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert after.stdout == "nothing was due\n"


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
    before = set(threading.enumerate())
    with pytest.raises(StoreError, match="store lock 'run': lost: another process took it over"):
        Daemon(engine, settings).run()
    # The process ends with the daemon; here what it began still works on the store, which the next test wants empty.
    for begun in set(threading.enumerate()) - before:
        if not begun.daemon:
            begun.join()
    taking.join()
