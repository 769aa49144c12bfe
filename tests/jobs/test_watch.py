"""The daemon as an operator and a supervisor see it: its health over HTTP, systemd's socket, SIGHUP, what it tells, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlmodel import select

from jobs.endpoints import answering, as_json
from store.database import session_scope, utc_now
from store.models import Alert, DaemonRow, Ledger
from store.settings import StoreSettings
from tests.databases import postgresql_in_soak
from tests.warm import fault_in

from .command import Yixun, as_process
from .test_run import everything_fetched
from .watching import Ear, an_ear, systemd_socket, wait_for


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def alerts(engine: Engine) -> dict[str, bool]:
    """Which alerts there are, and whether they are open."""
    with session_scope(engine) as session:
        return {row.subject: row.closed_at is None for row in session.exec(select(Alert))}


# A daemon that watches over itself every second.
_WATCHFUL = """
from datetime import timedelta
import jobs.daemon
jobs.daemon.EVERY = timedelta(seconds=1)
"""


def start(store_settings: StoreSettings, tmp_path: Path, ear: Ear, config: str, **more: str) -> subprocess.Popen[str]:
    (tmp_path / "yixun.toml").write_text(config, encoding="utf-8")
    (tmp_path / "watchful.py").write_text(_WATCHFUL, encoding="utf-8")
    environ = {
        **os.environ,
        "HOME": str(tmp_path),
        fault_in("jobs.cli.app"): str(tmp_path / "watchful.py"),
        "YIXUN_STORE__URL": store_settings.url.get_secret_value(),
        "YIXUN_DIGEST__WEEKLY__DAY": "mon",
        "YIXUN_ALERTS__URLS": f"json://{ear.place}/hook",
        "YIXUN_ALERTS__PING_URL": f"http://{ear.place}/ping/geheim",
        **more,
    }
    return subprocess.Popen(as_process("run"), env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@postgresql_in_soak
def test_the_daemon_tells_of_itself_from_its_start_to_its_end(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path, yixun: Yixun
) -> None:
    everything_fetched(engine)
    url = {"YIXUN_STORE__URL": store_settings.url.get_secret_value()}
    with an_ear() as ear, systemd_socket(tmp_path / "notify") as systemd, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        whole = f'[health]\nlisten = "127.0.0.1:{port}"\n[log]\nfile = "log/yixun.log"\n'
        supervised = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        daemon = start(store_settings, tmp_path, ear, whole, **supervised)
        try:
            wait_for(lambda: any(line.startswith("READY=1") for line in systemd) or daemon.poll() is not None)
            with session_scope(engine) as session:
                row = session.exec(select(DaemonRow)).one()
            # The port that was asked for is taken.
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", row.listens) and not row.listens.endswith(f":{port}")
            wait_for(lambda: "/ping/geheim" in [path for path, _ in ear.heard])
            assert [path for path, _ in ear.heard][:2] == ["/ping/geheim/start", "/ping/geheim"]
            assert get(f"{row.listens}/healthz")[0] == get(f"{row.listens}/readyz")[0] == 200
            assert get(f"{row.listens}/else")[0] == 404
            status, text = get(f"{row.listens}/metrics")
            names = {family.name for family in text_string_to_metric_families(text)}
            assert status == 200 and {"yixun_items", "yixun_sources", "yixun_job_next_timestamp_seconds"} <= names
            assert all(name.startswith("yixun_") for name in names)
            seen = json.loads(yixun("status", "--json", **url).stdout)
            assert seen["daemon"]["alive"] and seen["attention"] == [] and seen["zone"] == "Asia/Shanghai"
            digests = {f"digest {name}" for name in ("weekly", "deepseek", "funding")}
            assert {job["job"] for job in seen["jobs"] if job["next"]} == digests | {"crawl", "prune"}
            assert f"alive since {seen['daemon']['started_at'][:2]}" in yixun("status", **url).stdout

            (tmp_path / "yixun.toml").write_text("[schedule]\ncrawl_minute = 5\n", encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: alerts(engine) == {"configuration": True})
            (tmp_path / "yixun.toml").write_text(whole, encoding="utf-8")
            assert "settings configuration" in yixun("status", check=3, **url).stdout
            wait_for(lambda: len(ear.titles()) == 1)
            (tmp_path / "yixun.toml").write_text(whole + "[schedule]\ncrawl_minutes = 5\n", encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: alerts(engine) == {"configuration": False})
            wait_for(lambda: len(ear.titles()) == 2)
            assert daemon.poll() is None
            daemon.send_signal(signal.SIGTERM)
            _, log = daemon.communicate(timeout=120)
        finally:
            if daemon.poll() is None:
                daemon.kill()
                daemon.communicate()
        assert daemon.returncode == 0
        assert "WATCHDOG=1" in systemd and systemd[-1] == "STOPPING=1" and sum("RELOADING=1" in line for line in systemd) == 2
    assert [title.partition(": ")[2] for title in ear.titles()] == [
        "1 in trouble: settings configuration",
        "1 well again: settings configuration",
    ]
    assert "not running; stopped" in yixun("status", **url).stdout
    events = [json.loads(line) for line in log.splitlines()]
    started = next(event for event in events if event["event"] == "started")
    assert started["health"] == row.listens
    written = (tmp_path / "log" / "yixun.log").read_text(encoding="utf-8")
    assert '"event": "the configuration was read anew"' in written and "geheim" not in written + log


@postgresql_in_soak
def test_a_digest_that_fails_makes_the_daemon_not_ready_and_the_switch_hears_failure(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path
) -> None:
    everything_fetched(engine)
    with an_ear() as ear:
        config = '[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\ntries = 1\n[digest.weekly]\nrecipients = ["ann@example.org"]\n'
        late = {"YIXUN_SCHEDULE__CATCH_UP_DAYS": "7", "YIXUN_HEALTH__LISTEN": "127.0.0.1:0"}
        daemon = start(store_settings, tmp_path, ear, config, **late)
        try:
            wait_for(lambda: any("digest weekly" in title for title in ear.titles()) or daemon.poll() is not None)
            wait_for(lambda: ear.said("/ping/geheim/fail"))
            with session_scope(engine) as session:
                listens = session.exec(select(DaemonRow.listens)).one()
            status, text = get(f"{listens}/readyz")
            assert status == 503 and "digest weekly" in json.loads(text)["in_the_way"][0]
            assert get(f"{listens}/healthz")[0] == 200
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=120)
    assert daemon.returncode == 0


def test_a_port_that_cannot_be_had_stops_nothing() -> None:
    with answering(("203.0.113.1", 1), {"/": lambda: as_json(200, {})}) as address:
        assert address == ""
    with answering(None, {}) as address:
        assert address == ""


@pytest.mark.parametrize("words", [["status"], ["doctor"]])
def test_status_and_doctor_end_with_3_when_something_needs_a_person(
    engine: Engine, store_settings: StoreSettings, yixun: Yixun, words: list[str]
) -> None:
    with session_scope(engine) as session:
        session.add(Ledger(job="crawl", slot=utc_now() - timedelta(hours=1), status="failed", note="the process was killed"))
    assert "the process was killed" in yixun(*words, check=3, YIXUN_STORE__URL=store_settings.url.get_secret_value()).stdout
