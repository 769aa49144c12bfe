"""Channels and watches against a real web server that plays a chat: told once, tried again only where nothing was taken."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine
from werkzeug import Request, Response

from jobs.config import Settings, load_settings
from jobs.stopping import Stopping
from jobs.watches import tell_watches
from reports.channels import Service, short, tell
from reports.digest import build_issue
from reports.edition import Edition
from reports.settings import ChannelSettings
from store.database import Session, session_scope
from store.digests import deliveries_of
from store.errors import ConfigError
from store.search import index_items
from store.stories import merge, refresh
from tests.reports.conftest import an_order
from tests.reports.mailbox import ANN, Mailbox, free_port
from tests.store.rows import NOON, a_source, a_story, an_item, grouped


class Chat:
    """A chat's memory and its mood."""

    def __init__(self, server: HTTPServer) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 200
        self.url = f"json://127.0.0.1:{server.port}/hook"
        server.expect_request("/hook").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        if self.status == 200:
            self.told.append(request.get_json())
        return Response("", self.status)

    def channel(self, **settings: Any) -> dict[str, ChannelSettings]:
        return {"team": ChannelSettings(url=SecretStr(self.url), **settings)}


@pytest.fixture
def chat(httpserver: HTTPServer) -> Chat:
    return Chat(httpserver)


@pytest.fixture
def issue(engine: Engine) -> tuple[int, Edition]:
    with session_scope(engine) as session:
        a_source(session)
        for number in range(30):
            an_item(session, title=f"第{number}家示例医院部署大模型", identity=f"n{number:03}")
        grouped(session)
        built, edition = build_issue(session, an_order())
    return built.id or 0, edition


def state(engine: Engine, issue_id: int) -> tuple[str, str | None]:
    with session_scope(engine) as session:
        (row,) = deliveries_of(session, issue_id)
    return str(row.state), row.error


def test_a_channel_is_told_once(engine: Engine, issue: tuple[int, Edition], chat: Chat) -> None:
    assert [one.state for one in tell(engine, *issue, ["team", "team"], chat.channel(language="zh", stories=3))] == ["sent"]
    assert [one.state for one in tell(engine, *issue, ["team"], chat.channel())] == ["already"]
    (message,) = chat.told
    assert message["title"] == "Yixun 医讯 2026-W47: 30条新闻"
    assert message["message"].count("https://hospital.example/") == 3 and "另有27条" in message["message"]


def test_what_was_not_taken_is_tried_again_and_what_nobody_knows_is_not(
    engine: Engine, issue: tuple[int, Edition], chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.status = 403
    tell(engine, *issue, ["team"], chat.channel())
    assert state(engine, issue[0]) == ("failed", "the service answered 403")
    nowhere = {"team": ChannelSettings(url=SecretStr(f"json://127.0.0.1:{free_port()}/geheim"))}
    tell(engine, *issue, ["team"], nowhere)
    assert state(engine, issue[0]) == ("failed", "the service cannot be reached")
    tell(engine, *issue, ["team"], {"team": ChannelSettings(url=SecretStr("nonsense://x"))})
    assert state(engine, issue[0]) == ("failed", "channel.team.url is no address that Apprise knows")
    chat.status = 502
    tell(engine, *issue, ["team"], chat.channel())
    assert state(engine, issue[0])[0] == "unknown"
    chat.status = 200
    assert tell(engine, *issue, ["team"], chat.channel())[0].state == "unknown"
    assert chat.told == []
    assert "geheim" not in caplog.text and logging.getLogger("apprise").propagate


SERVICES = (
    "feishu://0123456789abcdef0123456789abcdef",
    "wecombot://01234567-89ab-cdef-0123-456789abcdef",
    "dingtalk://0123456789abcdef",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "workflows://prod-00.example.org:443/a0123456789/b0123456789",
    "tgram://123456789:abcdefghijklmnopqrstuvwxyz0123456789/12345/",
    "jsons://hook.example.org/x",
)


def test_a_message_fits_every_service(issue: tuple[int, Edition]) -> None:
    for url in SERVICES:
        service = Service(SecretStr(url))
        assert service.fault == ""
        title, body = short(issue[1], stories=50, room=service.room)
        told = body.count("•")
        assert len(title) + len(body) < service.room and told >= 3, url
        assert told == 30 or body.endswith(f"and {30 - told} more")


def test_a_channel_that_is_nowhere_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected names of channels, got 'teem'"):
        load_settings(None, environ={"YIXUN_DIGEST__WEEKLY__CHANNELS": "teem", "YIXUN_CHANNEL__TEAM__URL": "json://x"})


@pytest.fixture
def mailed() -> Iterator[tuple[Mailbox, int]]:
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield mailbox, controller.port
    controller.stop()


def watching(tmp_path: Path, chat: Chat, port: int, search: str) -> Settings:
    path = tmp_path / "yixun.toml"
    lines = ["[watch.desk]", f"search = {json.dumps(search)}", f'recipients = ["{ANN}"]', 'channels = ["team"]']
    lines += ["[mail]", 'host = "127.0.0.1"', f"port = {port}", 'security = "none"', "retry_wait = 0"]
    lines += ["[serve]", 'url = "https://letters.example.org"']
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(path, environ={"YIXUN_CHANNEL__TEAM__URL": chat.url})


def a_new_story(session: Session, title: str, seen: datetime, **values: Any) -> int:
    """A story of one item, found by search."""
    item = an_item(session, title=title, identity=title, first_seen_at=seen, published_at=seen, **values)
    story = a_story(session, item)
    story.first_seen_at = seen
    story_id = story.id or 0
    refresh(session, [story_id], now=seen)
    index_items(session, [item.id or 0])
    return story_id


def test_a_watch_tells_each_new_story_once(engine: Engine, chat: Chat, mailed: tuple[Mailbox, int], tmp_path: Path) -> None:
    mailbox, port = mailed
    settings, begins = watching(tmp_path, chat, port, "示例 OR 影像"), NOON + timedelta(hours=1)

    def look(hours: float, wanted: Settings = settings) -> list[str]:
        return [row.note for row in tell_watches(engine, wanted, Stopping(), now=begins + timedelta(hours=hours))]

    with session_scope(engine) as session:
        a_source(session)
        a_new_story(session, "示例医院的旧闻", NOON)
    assert look(0) == [], "what was there before is no news"
    with session_scope(engine) as session:
        first = a_new_story(session, "示例医院上线大模型", begins + timedelta(minutes=5), summary="门诊可用。")
        other = a_new_story(session, "示例影像获批", begins + timedelta(minutes=6))
        a_new_story(session, "无关的事", begins + timedelta(minutes=7))
        a_new_story(session, "示例旧稿", begins + timedelta(minutes=8), backlog=True)
    chat.status = 500
    assert look(1) == ["2 failed, 2 sent; channel:team: the service answered 500; channel:team: the service answered 500"]
    chat.status = 200
    assert look(2) == ["2 sent"] and look(3) == []
    assert [one["title"] for one in chat.told] == ["Yixun desk: 示例医院上线大模型", "Yixun desk: 示例影像获批"]
    assert "门诊可用" in chat.told[0]["message"]
    assert [mail["Subject"] for mail in mailbox.read()] == [one["title"] for one in chat.told]
    assert mailbox.read()[0]["List-Unsubscribe"].startswith("<https://letters.example.org/leave/")
    with session_scope(engine) as session:
        merge(session, other, first, by="person", reason="one story", now=begins)
    assert look(4) == [], "a story that went into another was told"
    narrower = watching(tmp_path, chat, port, "无关")
    assert look(5, narrower) == [], "a search that was changed begins anew"
    with session_scope(engine) as session:
        a_new_story(session, "无关的又一件事", begins + timedelta(hours=5, minutes=1))
    assert look(6, narrower) == ["2 sent"] and len(chat.told) == 3


def test_a_watch_whose_search_cannot_be_meant_is_told(engine: Engine, chat: Chat, tmp_path: Path) -> None:
    settings = watching(tmp_path, chat, 1, "(示例")
    (row,) = tell_watches(engine, settings, Stopping(), now=datetime(2026, 11, 17, tzinfo=UTC))
    assert row.status == "failed" and row.note
