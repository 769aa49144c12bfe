"""A store with one week of news, and what is asked of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
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

from reports.digest import build_issue, make_edition
from reports.edition import Edition
from reports.period import week
from reports.select import Order, select_edition
from reports.settings import DigestSettings, MailSettings
from store.database import session_scope
from store.migrate import open_store
from store.models import DigestIssue, Topic
from store.settings import StoreSettings
from tests.reports.mailbox import Mailbox, free_port, make_certificate
from tests.store.rows import a_source, an_item, grouped

from .command import Picky, picky_server

TOPICS = ("model_adoption", "deepseek", "funding", "approvals", "regulation", "imaging", "market")
BUILT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def furnished(session: Session) -> Session:
    """A session on a store that gets topics and two sources, no items."""
    session.add_all(
        Topic(id=name, position=position, name_en=name.replace("_", " ").capitalize(), name_zh=f"栏目{position}")
        for position, name in enumerate(TOPICS)
    )
    a_source(session)
    a_source(session, id="wire", name="The Wire", name_zh=None, language="en", tier="media")
    return session


@pytest.fixture
def newsroom(session: Session) -> Session:
    """A session on a store with topics and two sources, no items."""
    return furnished(session)


@pytest.fixture
def order() -> Order:
    """The weekly digest for 2026-W47, built on the Monday after."""
    return an_order()


def edition_of(session: Session, order: Order) -> Edition:
    """What is selected of all that stands in the store, each item without a story being one."""
    grouped(session)
    return select_edition(session, order)


def made(session: Session, order: Order) -> Edition:
    """The same, bounded to what a mail may weigh."""
    grouped(session)
    return make_edition(session, order)


def built(session: Session, order: Order, *, rebuild: bool = False) -> tuple[DigestIssue, Edition]:
    """The same, frozen."""
    grouped(session)
    return build_issue(session, order, rebuild=rebuild)


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
        grouped(session)
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


@pytest.fixture
def picky() -> Iterator[tuple[Picky, int]]:
    """A mail server that knows one reader only, and its port."""
    with picky_server() as served:
        yield served


@pytest.fixture
def config(tmp_path: Path, new_store: Callable[[Path], StoreSettings]) -> Path:
    """A configuration with a store that holds one item of 2026-W47."""
    store = new_store(tmp_path / "store.db")
    engine = open_store(store)
    with session_scope(engine) as session:
        a_source(session)
        an_item(session, title="示例医院部署大模型")
        grouped(session)
    engine.dispose()
    path, url = tmp_path / "yixun.toml", store.url.get_secret_value()
    path.write_text(f"store.url = '{url}'\nmail.out = '{tmp_path / 'out'}'\n[digest.weekly]\n", encoding="utf-8")
    return path
