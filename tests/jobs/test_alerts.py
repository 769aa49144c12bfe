"""Trouble is told once, grouped, by every way there is, and its end too; real receivers hear it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event
from sqlmodel import select

from jobs.alerts import Bell
from jobs.config import Settings, load_settings
from jobs.health import login_check
from jobs.hours import next_slots
from jobs.ping import ping
from jobs.standing import standing
from jobs.troubles import find_troubles
from store.alerts import Found
from store.check import unindexed
from store.daemon import note_started, note_stopped
from store.database import session_scope, utc_now
from store.models import Alert, DaemonRow, Delivery, DigestIssue, Ledger, Run, SourceState
from store.settings import StoreSettings
from store.status import AlertKind
from tests.store.rows import a_source

from .watching import a_mail_server, an_ear

WEEK = timedelta(weeks=1)


def settings_with(store: StoreSettings, tmp_path: Path, **more: str) -> Settings:
    fixed = {"YIXUN_STORE__URL": store.url.get_secret_value(), "YIXUN_MAIL__OUT": str(tmp_path / "out")}
    return load_settings(None, environ={**fixed, **more})


def trouble(subject: str = "hospital-daily", kind: AlertKind = AlertKind.source) -> Found:
    return Found(kind, subject, "failing: http 500, three times", utc_now(), "`yixun sources test`")


def test_trouble_is_told_once_in_one_message_by_every_way_and_so_is_its_end(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path
) -> None:
    with an_ear() as ear, a_mail_server() as (letters, port):
        mail = {"YIXUN_MAIL__HOST": "127.0.0.1", "YIXUN_MAIL__PORT": str(port), "YIXUN_MAIL__SECURITY": "none"}
        ways = {"YIXUN_ALERTS__TO": "ops@example.org", "YIXUN_ALERTS__URLS": f"json://{ear.place}/hook"}
        settings, bell = settings_with(store_settings, tmp_path, **mail, **ways), Bell(engine)
        for _ in range(3):
            bell.ring(settings, [trouble("first"), trouble("second")])
        assert len(ear.titles()) == len(letters.taken) == 1 and "2 in trouble" in ear.titles()[0]
        recipient, told = letters.taken[0]
        text = told.get_content()
        assert recipient == "ops@example.org" and told["Auto-Submitted"] == "auto-generated"
        assert "source second: failing: http 500" in text and "since 20" in text and "to do: `yixun sources test`" in text
        bell.ring(settings, [trouble("second")])
        bell.ring(settings, [trouble("second")])
        assert len(letters.taken) == 2 and "well again: source first" in letters.taken[1][1].get_content()
        with session_scope(engine) as session:
            assert [(row.subject, row.closed_at is None) for row in session.exec(select(Alert).order_by(Alert.subject))] == [
                ("first", False),
                ("second", True),
            ]


def test_what_comes_back_within_a_day_is_not_told_again_but_later_it_is(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path
) -> None:
    with an_ear() as ear, time_machine.travel(utc_now(), tick=True) as clock:
        settings, bell = settings_with(store_settings, tmp_path, YIXUN_ALERTS__URLS=f"json://{ear.place}/hook"), Bell(engine)
        for found in ([trouble()], [], [trouble()], [], [trouble()], []):
            bell.ring(settings, found)
        assert len(ear.titles()) == 2
        clock.shift(timedelta(days=1, minutes=1))
        bell.ring(settings, [trouble()])
        assert len(ear.titles()) == 3
    with session_scope(engine) as session:
        assert len(session.exec(select(Alert)).all()) == 2


def test_an_alert_goes_by_a_way_that_does_not_depend_on_the_mail_server_that_fails(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path
) -> None:
    dead = {"YIXUN_MAIL__HOST": "127.0.0.1", "YIXUN_MAIL__PORT": "1", "YIXUN_MAIL__SECURITY": "none", "YIXUN_MAIL__TRIES": "1"}
    with an_ear() as ear:
        ways = {"YIXUN_ALERTS__TO": "ops@example.org", "YIXUN_ALERTS__URLS": f"json://{ear.place}/hook"}
        settings = settings_with(store_settings, tmp_path, **dead, **ways)
        Bell(engine).ring(settings, [Found(AlertKind.digest, "weekly", "the issue failed: 127.0.0.1:1 cannot be used", utc_now())])
        assert "digest weekly" in ear.titles()[0]
    only_mail = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"urls": []})})
    Bell(engine).ring(only_mail, [trouble("another")])
    with session_scope(engine) as session:
        assert {row.subject: row.told_at is not None for row in session.exec(select(Alert))} == {"weekly": True, "another": False}


def test_the_dead_mans_switch_hears_of_start_success_and_failure(store_settings: StoreSettings, tmp_path: Path) -> None:
    with an_ear() as ear:
        alerts = settings_with(store_settings, tmp_path, YIXUN_ALERTS__PING_URL=f"http://{ear.place}/ping/abc?rid=1").alerts
        assert ping(alerts, "start") and ping(alerts, "success") and ping(alerts, "fail", "crawl: 医")
        assert ear.heard == [("/ping/abc/start?rid=1", ""), ("/ping/abc?rid=1", ""), ("/ping/abc/fail?rid=1", "crawl: 医")]
        ear.status = 500
        assert not ping(alerts, "success")
    assert not ping(alerts, "success")


NOW = datetime.fromisoformat("2026-11-25T12:00:00+08:00")


def kinds(engine: Engine, settings: Settings, *rows: Any) -> list[tuple[str, str]]:
    with session_scope(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()
    return [(str(one.kind), one.subject) for one in find_troubles(engine, settings, now=NOW)]


def slot(settings: Settings, status: str, *, back: int = 1, job: str = "digest weekly") -> Ledger:
    at = next_slots(settings, now=NOW)[job] - back * WEEK
    return Ledger(job=job, slot=at, status=status, finished_at=at, note="why")


@pytest.mark.parametrize(
    ("status", "back", "found"),
    [
        ("done", 1, []),
        ("failed", 1, [("digest", "weekly")]),
        ("missed", 1, [("digest", "weekly")]),
        ("partly", 1, [("digest", "weekly")]),
        ("waiting", 1, [("digest", "weekly")]),
        ("running", 1, []),
        ("done", 2, [("digest", "weekly")]),  # nothing ran for the last slot
    ],
)
def test_an_issue_that_did_not_go_out_needs_a_person(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path, status: str, back: int, found: list[tuple[str, str]]
) -> None:
    settings = settings_with(store_settings, tmp_path)
    assert kinds(engine, settings, slot(settings, status, back=back)) == found


def test_everything_else_that_needs_a_person(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    settings = settings_with(store_settings, tmp_path, YIXUN_ALERTS__DISK_MEGABYTES="999999999")
    with session_scope(engine) as session:
        for number in range(3):
            a_source(session, id=f"s{number}", tier="official")
            session.get_one(SourceState, f"s{number}").status = "failing" if number else "stale"
        a_source(session, id="quiet")
        session.get_one(SourceState, "quiet").status = "quiet"
        a_source(session, id="off", enabled=False)
        session.get_one(SourceState, "off").status = "failing"
        note_started(session, listens="", now=NOW - timedelta(hours=1))
        session.get_one(DaemonRow, "run").refused = "yixun.toml: no"
    day = NOW.date()
    issue = DigestIssue(digest="weekly", period="2026-W47", starts_on=day, ends_on=day, built_at=NOW, language="en", subject="s")
    found = kinds(
        engine,
        settings,
        issue,
        Delivery(issue_id=1, recipient="ann@example.org", state="unknown", message_id="m", tried_at=NOW),
        Ledger(job="crawl", slot=NOW - timedelta(days=3), status="done"),
        Ledger(job="backup", slot=NOW - timedelta(days=9), finished_at=NOW - timedelta(days=9), status="done"),
        Run(started_at=NOW - timedelta(hours=2), status="partly", totals={"articles": 50, "lost_by_us": 12}),
    )
    disks = [("disk", name) for name in (["mail.out", "store.url"] if engine.dialect.name == "sqlite" else ["mail.out"])]
    assert found == [
        ("crawl", "crawl"),
        *disks,
        ("daemon", "run"),
        ("recipients", "weekly"),
        ("source", "s0"),
        ("source", "s1"),
        ("source", "s2"),
        ("tier", "official"),
        ("reading", "reading"),
        ("settings", "configuration"),
        ("backup", "backup"),
    ]


def test_a_daemon_that_was_told_to_stop_is_no_trouble_and_one_that_lost_its_hold_is(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path
) -> None:
    settings = settings_with(store_settings, tmp_path)
    with session_scope(engine) as session:
        note_started(session, listens="", now=NOW)
        session.flush()
        note_stopped(session, ended="", now=NOW)
    assert kinds(engine, settings) == []
    with session_scope(engine) as session:
        note_stopped(session, ended="another process took it over", now=NOW)
    assert kinds(engine, settings) == [("daemon", "run")]


def test_status_and_doctor_read_no_items(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    if engine.dialect.name == "postgresql":
        pytest.skip("an empty PostgreSQL store is read in whatever way is shortest")
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, parameters, *_: asked.append((statement, parameters)))
    standing(engine, settings_with(store_settings, tmp_path), now=utc_now())
    unindexed(engine)
    about_items = [one for one in asked if re.search(r"FROM (item|story)\b", one[0])]
    assert len(about_items) > 10
    with engine.connect() as connection:
        for statement, parameters in about_items:
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all():
                assert "SCAN item" not in row[3] or "COVERING INDEX" in row[3], (statement, row[3])


def test_doctor_logs_in_to_the_mail_server_and_sends_nothing(store_settings: StoreSettings, tmp_path: Path) -> None:
    with a_mail_server() as (letters, port):
        mail = {"YIXUN_MAIL__HOST": "127.0.0.1", "YIXUN_MAIL__PORT": str(port), "YIXUN_MAIL__SECURITY": "none", "YIXUN_MAIL__TRIES": "1"}
        well = login_check(settings_with(store_settings, tmp_path, **mail))
        refused = login_check(settings_with(store_settings, tmp_path, **mail, YIXUN_MAIL__USERNAME="u", YIXUN_MAIL__PASSWORD="p"))
    gone = login_check(settings_with(store_settings, tmp_path, **mail))
    assert letters.taken == [] and [well.state, refused.state, gone.state] == ["ok", "wrong", "wrong"]
