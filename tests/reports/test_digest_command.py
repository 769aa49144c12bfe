"""`yixun digest` as somebody types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from store.database import session_scope
from store.errors import UsageError
from store.migrate import open_store
from store.settings import StoreSettings
from tests.store.rows import an_item, grouped

from .command import Picky, run


def test_building_writes_files_and_building_again_shows_the_frozen_issue(config: Path, tmp_path: Path) -> None:
    first = run(config, "build", "weekly", "--week", "2026-W47")
    assert first.exit_code == 0
    paths = [Path(line) for line in first.stdout.splitlines()]
    assert [path.name for path in paths] == [f"weekly-2026-W47.{ending}" for ending in ("html", "txt", "md", "eml")]
    before = [path.read_bytes() for path in paths]
    engine = open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'store.db'}"))
    with session_scope(engine) as session:
        an_item(session, title="后来才发现的一条相关新闻")
        grouped(session)
    engine.dispose()
    run(config, "build", "weekly", "--week", "2026-W47")
    assert [path.read_bytes() for path in paths] == before
    run(config, "build", "weekly", "--week", "2026-W47", "--rebuild")
    assert "后来才发现的一条相关新闻" in paths[0].read_text(encoding="utf-8")


def test_previewing_stores_nothing(config: Path, tmp_path: Path) -> None:
    shown = run(config, "preview", "weekly", "--from", "2026-11-17", "--to", "2026-11-17", "--text")
    assert "示例医院部署大模型" in shown.stdout
    page = tmp_path / "page.html"
    run(config, "preview", "weekly", "--week", "2026-W47", "--out", str(page), "--no-open")
    assert "示例医院部署大模型" in page.read_text(encoding="utf-8")
    assert "none built yet" in run(config, "list").stdout


def test_without_a_server_sending_writes_files(config: Path, tmp_path: Path) -> None:
    for _ in range(2):
        sent = run(config, "send", "weekly", "--week", "2026-W47", "--to", "ann@example.org")
        assert sent.exit_code == 0
        assert "mail.host is not set" in sent.stderr
    assert b"To: ann@example.org" in (tmp_path / "out" / "weekly-2026-W47.eml").read_bytes()


def test_exit_status_3_when_some_recipients_failed_and_1_when_all_did(config: Path, picky: tuple[Picky, int]) -> None:
    server, port = picky
    text = config.read_text(encoding="utf-8")
    mail = f"mail.host = '127.0.0.1'\nmail.port = {port}\nmail.security = 'none'\n"
    config.write_text(mail + text + "recipients = ['ann@example.org', 'ben@example.org']\n", encoding="utf-8")
    partly = run(config, "send", "weekly", "--week", "2026-W47")
    assert (partly.exit_code, server.mails) == (3, 1)
    assert partly.stdout.splitlines() == ["ann@example.org: sent", "ben@example.org: refused: the server answered 550 no such user"]
    again = run(config, "send", "weekly", "--week", "2026-W47")
    assert (again.exit_code, server.mails) == (3, 1)
    assert "ann@example.org: already" in again.stdout
    assert run(config, "send", "weekly", "--week", "2026-W47", "--to", "ben@example.org").exit_code == 1
    (row,) = [json.loads(line) for line in run(config, "list", "--json").stdout.splitlines()]
    assert (row["period"], row["sent"], row["failed"]) == ("2026-W47", 1, 1)


@pytest.mark.parametrize(
    "words",
    [
        ("build", "weekly", "--week", "2026-W47", "--from", "2026-11-16"),
        ("build", "weekly", "--from", "2026-11-16"),
        ("send", "weekly", "--to", "nobody"),
        ("send", "weekly", "--settle", "lost"),
    ],
)
def test_wrong_usage_is_status_2(config: Path, words: tuple[str, ...]) -> None:
    assert run(config, *words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("build", "monthly"), "monthly"),
        (("build", "weekly", "--week", "2026-W60"), "2026-W60"),
        (("preview", "weekly", "--week", "soon"), "soon"),
    ],
)
def test_unknown_digests_and_weeks_are_named(config: Path, words: tuple[str, ...], named: str) -> None:
    result = run(config, *words)
    assert isinstance(result.exception, UsageError)
    assert named in str(result.exception)


def test_a_test_mail_freezes_nothing_and_can_be_repeated(config: Path, picky: tuple[Picky, int]) -> None:
    server, port = picky
    text = config.read_text(encoding="utf-8")
    mail = f"mail.host = '127.0.0.1'\nmail.port = {port}\nmail.security = 'none'\n"
    config.write_text(mail + text + "recipients = ['ann@example.org']\n", encoding="utf-8")
    for _ in range(2):
        sent = run(config, "send", "weekly", "--week", "2026-W47", "--test", "ann@example.org")
        assert (sent.exit_code, sent.stdout) == (0, "ann@example.org: sent\n")
    both = run(config, "send", "weekly", "--week", "2026-W47", "--test", "ann@example.org", "--test", "ben@example.org")
    assert (both.exit_code, server.mails) == (3, 3)
    assert "none built yet" in run(config, "list").stdout
    assert run(config, "build", "weekly", "--week", "2026-W47").exit_code == 0
    assert run(config, "send", "weekly", "--week", "2026-W47", "--test", "ann@example.org").exit_code == 0
    assert run(config, "build", "weekly", "--week", "2026-W47", "--rebuild").exit_code == 0
    assert run(config, "send", "weekly", "--week", "2026-W47").stdout == "ann@example.org: sent\n"
    for words in (["--to", "ann@example.org"], ["--to", "ann@example.org", "--settle", "lost"]):
        assert run(config, "send", "weekly", "--test", "ann@example.org", *words).exit_code == 2


def test_a_running_week_is_shown_marked_and_never_frozen(config: Path, tmp_path: Path, picky: tuple[Picky, int]) -> None:
    with time_machine.travel(datetime(2026, 11, 19, 3, 0, tzinfo=UTC), tick=False):
        refused = run(config, "build", "weekly", "--week", "2026-W47")
        assert isinstance(refused.exception, UsageError) and "is not over yet" in str(refused.exception)
        built = run(config, "build", "weekly", "--week", "2026-W47", "--partial")
        assert [Path(line).name for line in built.stdout.splitlines()] == [
            f"weekly-2026-W47-partial.{end}" for end in ("html", "txt", "md", "eml")
        ]
        assert (tmp_path / "out" / "weekly-2026-W47-partial.txt").read_text(encoding="utf-8").startswith("PARTIAL: ")
        assert "none built yet" in run(config, "list").stdout
        assert run(config, "preview", "weekly", "--week", "2026-W47", "--text").stdout.startswith("PARTIAL: ")
        assert isinstance(run(config, "send", "weekly", "--week", "2026-W47").exception, UsageError)
        assert run(config, "send", "weekly", "--week", "2026-W47", "--partial").exit_code == 2
        config.write_text(
            f"mail.host = '127.0.0.1'\nmail.port = {picky[1]}\nmail.security = 'none'\n" + config.read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        words = ("send", "weekly", "--week", "2026-W47", "--test", "ann@example.org")
        assert isinstance(run(config, *words).exception, UsageError)
        assert run(config, *words, "--partial").stdout == "ann@example.org: sent\n"


def test_mailing_writes_the_files_that_mails_may_link_to(config: Path, tmp_path: Path, picky: tuple[Picky, int]) -> None:
    text = config.read_text(encoding="utf-8")
    mail = f"mail.host = '127.0.0.1'\nmail.port = {picky[1]}\nmail.security = 'none'\n"
    config.write_text(mail + text + "recipients = ['ann@example.org']\n", encoding="utf-8")
    run(config, "send", "weekly", "--week", "2026-W47")
    assert (tmp_path / "out" / "weekly-2026-W47.html").exists()
