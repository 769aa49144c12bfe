"""What goes wrong is said in one line with the exit status that the documents promise, and stops nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from jobs.config import Settings, load_settings
from jobs.health import examine
from jobs.plan import carry_out
from jobs.slots import Outcome, recorded
from jobs.stopping import Stopping
from store.database import session_scope
from store.errors import ConfigError
from store.migrate import open_store
from store.models import Ledger
from store.settings import StoreSettings
from tests.locking import locked

from .command import Yixun
from .test_run import everything_fetched, location

SOURCES = """sources:
- id: some-feed
  name: Some feed
  homepage: https://news.example/
  category: media
  kind: feed
  urls: [{url: "https://news.example/feed"}]
"""


@pytest.mark.parametrize(
    "words",
    [
        ["crawl"],
        ["crawl", "--all"],
        ["digest", "build", "weekly"],
        ["digest", "send", "weekly"],
        ["run", "--once"],
        ["db", "prune"],
        ["db", "upgrade"],
        ["sources", "disable", "some-feed"],
    ],
    ids=" ".join,
)
def test_a_locked_store_is_one_line_in_every_command(
    yixun: Yixun, engine: Engine, store_settings: StoreSettings, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    environ = {
        "YIXUN_STORE__URL": store_settings.url.get_secret_value(),
        "YIXUN_STORE__LOCK_SECONDS": "0.2",
        "YIXUN_CRAWL__SOURCES": str(tmp_path / "sources.yaml"),
    }
    with locked(store_settings):
        done = yixun(*words, check=1, **environ)
    assert done.stdout == ""
    assert done.stderr.startswith("yixun: ") and len(done.stderr.splitlines()) == 1
    assert "locked by another process" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["digest", "build", "weekly", "--week", "2026-W60"],
        ["digest", "build", "weekly", "--week", "soon"],
        ["digest", "build", "weekly", "--from", "2026-11-09", "--to", "2026-11-01"],
        ["digest", "send", "weekly", "--week", "2026-11-09..2026-11-01"],
        ["digest", "preview", "monthly"],
        ["digest", "send", "monthly"],
        ["sources", "add", "news.example"],
        ["sources", "add", "https://[news.example/"],
        ["sources", "test", "htp://news.example/"],
        ["sources", "test", "https://news.example:99999/"],
        ["search", "···"],
        ["query", "--sql", " "],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_wrong_usage(
    yixun: Yixun, tmp_path: Path, new_store: Callable[[Path], StoreSettings], words: list[str]
) -> None:
    new_store(tmp_path / "data" / "yixun.db")
    done = yixun(*words, check=2)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("yixun: ")


def test_an_unknown_topic_of_a_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "yixun.toml"
    path.write_text("[digest.weekly]\ntopics = ['funding', 'imagin']\n", encoding="utf-8")
    expected = r"yixun\.toml: digest\.weekly\.topics: expected ids of topics, got 'imagin' \(did you mean imaging\?\)"
    with pytest.raises(ConfigError, match=expected):
        load_settings(path, environ={})
    with pytest.raises(ConfigError, match=r"YIXUN_DIGEST__WEEKLY__TOPICS: expected ids of topics, got 'x' \(there are: .*tcm"):
        load_settings(None, environ={"YIXUN_DIGEST__WEEKLY__TOPICS": "x"})
    path.write_text("[digest.weekly]\ntopics = ['funding', 'imaging']\n", encoding="utf-8")
    assert load_settings(path, environ={}).digest["weekly"].topics == ["funding", "imaging"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "mail.username: is set without a password"),
        ("", "is empty: expected the password in its first line"),
        ("\n\n", "is empty: expected the password in its first line"),
        ("none", "cannot be read"),
    ],
)
def test_a_missing_password_stops_only_mail(
    yixun: Yixun, tmp_path: Path, new_store: Callable[[Path], StoreSettings], written: str | None, said: str
) -> None:
    environ = {"YIXUN_MAIL__HOST": "127.0.0.1", "YIXUN_MAIL__PORT": "9", "YIXUN_MAIL__USERNAME": "yixun"}
    if written is not None:
        path = tmp_path / ("none" if written == "none" else "password")
        if written != "none":
            path.write_text(written, encoding="utf-8")
        environ["YIXUN_MAIL__PASSWORD_FILE"] = str(path)
    with pytest.raises(ConfigError, match=said):
        load_settings(None, environ=environ).mail.read_password()
    new_store(tmp_path / "data" / "yixun.db")
    assert "Items     none" in yixun("status", **environ).stdout
    assert json.loads(yixun("query", "--sql", "SELECT 1 AS one", "--format", "json", **environ).stdout) == [{"one": 1}]
    checks = {row["name"]: row for row in map(json.loads, yixun("doctor", "--json", check=3, **environ).stdout.splitlines())}
    assert checks["mail"]["state"] == "wrong" and said in checks["mail"]["found"]


def test_an_empty_file_of_a_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"YIXUN_STORE__URL_FILE: expected the value in the first line of .*url, which is empty"):
        load_settings(None, environ={"YIXUN_STORE__URL_FILE": str(tmp_path / "url")})


def test_doctor_measures_the_disk_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yixun.toml").write_text("[store]\nurl = 'sqlite:////dev/shm/yixun-no-such/store.db'\n", encoding="utf-8")
    found = [check.found for check in examine(tmp_path / "yixun.toml") if check.name == "space"]
    assert [text.rpartition(" at ")[2] for text in found] == ["/dev/shm (store.url)", f"{tmp_path} (mail.out)"]


def test_doctor_goes_on_when_the_store_is_locked(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a SQLite store can be read while somebody writes")
    config = tmp_path / "yixun.toml"
    config.write_text("[store]\nlock_seconds = 0.2\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, locked(store_settings):
        patch.setenv("YIXUN_STORE__URL", store_settings.url.get_secret_value())
        checks = {check.name: check for check in examine(config)}
    assert checks["store"].state == "wrong" and "locked by another process" in checks["store"].found
    assert {"python", "settings", "knowledge", "sources", "mail", "space"} <= set(checks)


def _settings(store_settings: StoreSettings, tmp_path: Path, **more: str) -> Settings:
    return load_settings(None, environ={**location(store_settings, tmp_path), "YIXUN_SCHEDULE__CATCH_UP_DAYS": "7", **more})


def test_a_broken_file_of_sources_is_recorded_and_stops_no_digest(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("sources: {not: a list}\n", encoding="utf-8")
    everything_fetched(engine)
    settings = _settings(store_settings, tmp_path, YIXUN_CRAWL__SOURCES=str(tmp_path / "mine.yaml"))
    rows = list(carry_out(engine, settings, Stopping()))
    assert [(row.job, row.status) for row in rows] == [("crawl", "partly"), ("digest weekly", "done"), ("prune", "done")]
    with session_scope(engine) as session:
        [row] = session.exec(select(Ledger).where(Ledger.job == "crawl")).all()
        assert "mine.yaml: expected a list of sources" in row.note and row.finished_at is not None


def test_a_digest_that_fails_stops_no_other(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("where the folder of issues should be", encoding="utf-8")
    everything_fetched(engine)
    settings = _settings(store_settings, tmp_path, YIXUN_DIGEST__WEEKLY__TITLE="One", YIXUN_DIGEST__SECOND__TITLE="Two")
    rows = list(carry_out(engine, settings, Stopping()))
    assert sorted((row.job, row.status) for row in rows) == [("digest second", "failed"), ("digest weekly", "failed"), ("prune", "done")]
    assert all("cannot be written" in row.note for row in rows if row.status == "failed")


def test_a_locked_store_fails_each_job_in_the_open_and_leaves_it_due(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    settings = _settings(store_settings, tmp_path, YIXUN_STORE__LOCK_SECONDS="0.2")
    hurried = open_store(settings.store)
    with locked(store_settings):
        rows = list(carry_out(hurried, settings, Stopping()))
    hurried.dispose()
    assert {row.status for row in rows} == {"failed"} and {"crawl", "digest weekly", "prune"} <= {row.job for row in rows}
    assert all("locked by another process" in row.note for row in rows)
    again = [(row.job, row.status) for row in carry_out(engine, settings, Stopping())]
    assert again == [("digest weekly", "done"), ("prune", "done")]


def test_an_end_that_cannot_be_recorded_at_once_is_recorded_later(engine: Engine, store_settings: StoreSettings) -> None:
    other = open_store(store_settings.model_copy(update={"lock_seconds": 0.2}))
    slot = datetime(2026, 11, 16, tzinfo=UTC)
    with ExitStack() as stack:

        def work() -> Outcome:
            stack.enter_context(locked(store_settings, seconds=1.5))
            return Outcome("done", "three mails")

        assert recorded(other, "digest weekly", slot, work).status == "done"
    other.dispose()
    with session_scope(engine) as session:
        assert [(row.status, row.note) for row in session.exec(select(Ledger))] == [("done", "three mails")]


def test_work_that_is_interrupted_is_not_left_running(engine: Engine) -> None:
    def work() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recorded(engine, "digest weekly", datetime(2026, 11, 16, tzinfo=UTC), work)
    with session_scope(engine) as session:
        assert [(row.status, row.note) for row in session.exec(select(Ledger))] == [("failed", "stopped in the middle")]
