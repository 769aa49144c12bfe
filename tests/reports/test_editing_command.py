"""An editor at work: a look in the browser, a word on an issue, and what no word can change any more."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from store.database import session_scope
from store.errors import DigestError, UsageError
from store.migrate import open_store
from store.settings import StoreSettings
from tests.store.rows import a_round, a_story, an_item, grouped

from .command import Picky, run

WEEK = ("--week", "2026-W47")
ISSUE = "weekly-2026-W47"


@pytest.fixture
def newsroom(config: Path, tmp_path: Path) -> Path:
    """The configuration, with a round that two outlets tell as one story."""
    engine = open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'store.db'}"))
    with session_scope(engine) as session:
        first = an_item(session, title="某影像公司完成近亿元B轮融资", link="https://hospital.example/round.html")
        story = a_story(session, first)
        an_item(session, title="某影像公司获得新一轮资金", story_id=story.id)
        a_round(session, first)
        grouped(session)
    engine.dispose()
    return config


def with_mail(config: Path, port: int, **digest: object) -> None:
    """Let issues be mailed to ann, by these settings of the digest."""
    lines = "".join(f"{name} = {value}\n" for name, value in digest.items())
    mail = f"mail.host = '127.0.0.1'\nmail.port = {port}\nmail.security = 'none'\n"
    config.write_text(mail + config.read_text(encoding="utf-8") + f"recipients = ['ann@example.org']\n{lines}", encoding="utf-8")


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets the address a browser was asked to show."""
    asked, program = tmp_path / "asked", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {asked}\n', encoding="utf-8")
    program.chmod(0o755)
    for name, value in (("BROWSER", f"{program} %s"), ("XDG_CACHE_HOME", str(tmp_path / "cache")), ("DISPLAY", ":99")):
        monkeypatch.setenv(name, value)
    return asked


def test_previewing_opens_the_page_where_there_is_a_screen(config: Path, browser: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(run(config, "preview", "weekly", *WEEK).stdout.strip())
    assert "示例医院部署大模型" in page.read_text(encoding="utf-8")
    ends_at = time.monotonic() + 20
    while not browser.exists() and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert browser.read_text(encoding="utf-8").splitlines() == [page.as_uri()]
    assert run(config, "preview", "weekly", *WEEK, "--no-open").stdout.strip() == str(page)
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run(config, "preview", "weekly", *WEEK).stdout.strip() == str(page)
    assert len(browser.read_text(encoding="utf-8").splitlines()) == 1
    assert "none built yet" in run(config, "list").stdout
    refused = run(config, "preview", "weekly", *WEEK, "--out", str(config / "page.html"))
    assert (refused.exit_code, "page.html" in refused.stderr) == (2, True)


def test_a_dropped_story_leaves_lines_and_figures_and_can_come_back(newsroom: Path, picky: tuple[Picky, int]) -> None:
    with_mail(newsroom, picky[1])
    before = run(newsroom, "build", "weekly", *WEEK)
    assert "1 funding round" in before.stderr
    # Whichever item of the story is named, by whichever name: the story goes.
    dropped = run(newsroom, "drop", ISSUE, "3", "--by", "ann")
    assert dropped.exit_code == 0 and "round" not in dropped.stdout
    run(newsroom, "build", "weekly", *WEEK, "--rebuild")
    run(newsroom, "note", "weekly", "  Two stories\nare checked.  ", "--by", "ben")
    shown = json.loads(run(newsroom, "show", ISSUE, "--json").stdout)
    assert (shown["lines"], shown["deliveries"], shown["waits"]) == (1, {}, None)
    assert [(edit["who"], edit["kind"], edit["item"]) for edit in shown["edits"]] == [("ann", "dropped", 3), ("ben", "noted", None)]
    assert run(newsroom, "drop", ISSUE, "https://hospital.example/round.html", "--undo").exit_code == 0
    assert "某影像公司" in run(newsroom, "preview", "weekly", *WEEK, "--text").stdout
    run(newsroom, "drop", ISSUE, "2")
    assert run(newsroom, "send", "weekly", *WEEK).exit_code == 0
    text = picky[0].text()
    assert "某影像公司" not in text and "示例医院部署大模型" in text
    assert "Editor's note: Two stories are checked." in text
    for words in (("drop", ISSUE, "1"), ("note", ISSUE, "late"), ("hold", ISSUE), ("approve", ISSUE)):
        late = run(newsroom, *words)
        assert isinstance(late.exception, DigestError), words
        assert str(late.exception) == f"{ISSUE}: was mailed to 1 recipients and stays as it is"
    assert "1 sent" in run(newsroom, "show", ISSUE).stdout


def test_hostile_notes_are_text(newsroom: Path) -> None:
    run(newsroom, "build", "weekly", *WEEK)
    run(newsroom, "note", ISSUE, "<script>alert(1)</script>{{7*7}}\u202e")
    page = Path(run(newsroom, "preview", "weekly", *WEEK, "--no-open", "--out", str(newsroom.parent / "p.html")).stdout.strip())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}</td>" in page.read_text(encoding="utf-8")
    run(newsroom, "note", ISSUE, "")
    assert "Editor" not in run(newsroom, "preview", "weekly", *WEEK, "--text").stdout


def test_what_does_not_stand_in_an_issue_or_is_none_is_named(newsroom: Path) -> None:
    for words, message in (
        (("show", ISSUE), "there is no such issue"),
        (("drop", "weekly-2026-W46", "1"), "there is no such issue"),
    ):
        refused = run(newsroom, *words)
        assert isinstance(refused.exception, UsageError) and message in str(refused.exception)
    run(newsroom, "build", "weekly", "--from", "2026-11-10", "--to", "2026-11-11")
    refused = run(newsroom, "drop", "weekly-2026-11-10..2026-11-11", "1")
    assert isinstance(refused.exception, UsageError) and "item 1 does not stand in it" in str(refused.exception)
    refused = run(newsroom, "drop", "weekly", "1", "--undo")
    assert isinstance(refused.exception, UsageError) and "item 1 was not dropped from it" in str(refused.exception)
    refused = run(newsroom, "drop", "weekly", "https://elsewhere.example/")
    assert isinstance(refused.exception, UsageError) and "no source has listed it" in str(refused.exception)


def test_what_an_editor_holds_or_has_to_approve_is_not_sent_by_hand(newsroom: Path, picky: tuple[Picky, int]) -> None:
    with_mail(newsroom, picky[1], hold_hours=4)
    with time_machine.travel(datetime(2026, 11, 23, 0, 0, tzinfo=UTC), tick=False) as clock:
        waits = run(newsroom, "send", "weekly", *WEEK)
        assert isinstance(waits.exception, DigestError) and "waits until 2026-11-23 12:00" in str(waits.exception)
        clock.shift(timedelta(hours=1))
        assert "may be sent" in run(newsroom, "approve", "weekly", "--by", "ann").stdout
        clock.shift(timedelta(minutes=1))
        # What is built anew is another issue than the one that was approved.
        assert "waits until 2026-11-23 12:00" in run(newsroom, "drop", "weekly", "2").stdout
        clock.shift(timedelta(minutes=1))
        assert "is held by ben since 2026-11-23 09:02" in run(newsroom, "hold", "weekly", "--by", "ben").stdout
        clock.shift(timedelta(hours=24))
        held = run(newsroom, "send", "weekly", *WEEK)
        assert isinstance(held.exception, DigestError) and "is held by ben" in str(held.exception)
        assert run(newsroom, "send", "weekly", *WEEK, "--test", "ann@example.org").exit_code == 0
        run(newsroom, "approve", "weekly")
        assert run(newsroom, "send", "weekly", *WEEK).stdout == "ann@example.org: sent\n"
        said = run(newsroom, "show", "weekly").stdout
    assert "2026-11-23 08:00 schedule: waits for an editor's word" in said and "ben: held" in said and "dropped item 2" in said
