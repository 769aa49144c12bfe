"""A store with one week of news, and what is asked of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session

from reports.digest import build_issue
from reports.edition import Edition
from reports.period import week
from reports.select import Order
from reports.settings import DigestSettings, MailSettings
from store.database import session_scope
from store.models import Topic
from tests.reports.mailbox import Mailbox, free_port, make_certificate
from tests.store.rows import a_source, an_item

TOPICS = ("model_adoption", "deepseek", "funding", "approvals", "regulation", "imaging", "market")
BUILT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.fixture
def newsroom(session: Session) -> Session:
    """A session on a store with topics and two sources, no items."""
    session.add_all(
        Topic(id=name, position=position, name_en=name.replace("_", " ").capitalize(), name_zh=f"栏目{position}")
        for position, name in enumerate(TOPICS)
    )
    a_source(session)
    a_source(session, id="wire", name="The Wire", name_zh=None, language="en", tier="media")
    return session


@pytest.fixture
def order() -> Order:
    """The weekly digest for 2026-W47, built on the Monday after."""
    return an_order()


def an_order(period: str = "2026-W47", **settings: Any) -> Order:
    """An order for a week of the weekly digest."""
    return Order(name="weekly", settings=DigestSettings(**settings), period=week(period), now=BUILT)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[MailSettings]:
    """An open mail server, as settings that reach it."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailSettings(host="127.0.0.1", port=controller.port, security="none", sender="医讯 <yixun@example.org>", retry_wait=0, timeout=60)
    controller.stop()


@pytest.fixture
def issue(engine: Engine) -> tuple[int, Edition]:
    """A frozen issue with one story."""
    with session_scope(engine) as session:
        a_source(session)
        an_item(session, title="示例医院部署大模型")
        built, edition = build_issue(session, an_order())
    return built.id or 0, edition


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    return make_certificate(tmp_path)


@pytest.fixture
def guarded(mailbox: Mailbox, certificate: Path) -> Iterator[MailSettings]:
    """A mail server that wants STARTTLS and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def check(server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
        return AuthResult(success=login == LoginPassword(b"yixun", b"open sesame"), handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True, authenticator=check
    )
    controller.start()
    yield MailSettings(
        host="127.0.0.1",
        port=controller.port,
        ca_file=certificate,
        username="yixun",
        password=SecretStr("open sesame"),
        retry_wait=0,
        timeout=5,
    )
    controller.stop()
