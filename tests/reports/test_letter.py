"""What a mail says of its list, in whose language, signed by whom; who gets none; and how fast mails leave."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError
from sqlalchemy import Engine

from reports.edition import Edition
from reports.links import Signer
from reports.mail import deliver
from reports.presets import PRESETS
from reports.recipients import readers_of
from reports.settings import MailSettings, ServeSettings
from store.database import session_scope
from store.recipients import enlist, find_recipient, signing_key, unsubscribe
from tests.reports.mailbox import ANN, BEN, Mailbox

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SERVE = ServeSettings(url="https://letters.example.org/", doubts=True)


def body(mailbox: Mailbox, number: int, kind: str = "plain") -> str:
    part = mailbox.read()[number].get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_links_act_for_one_reader_and_name_none(engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox) -> None:
    deliver(engine, *issue, [ANN, BEN], server, serve=SERVE)
    with session_scope(engine) as session:
        signer = Signer(signing_key(session, now=NOW))
        readers = [find_recipient(session, "weekly", one) for one in (ANN, BEN)]
    for number, (mail, reader) in enumerate(zip(mailbox.read(), readers, strict=True)):
        page, post = mail["List-Unsubscribe"].split(", ")[0].strip("<>"), mail["List-Unsubscribe-Post"]
        assert post == "List-Unsubscribe=One-Click" and "@" not in page and "example.org/leave/" in page
        assert reader is not None
        assert signer.read("mail", page.rpartition("/")[2]) == (reader.id, issue[0])
        assert signer.read("confirm", page.rpartition("/")[2]) is None
        for kind in ("plain", "html"):
            text = body(mailbox, number, kind)
            assert page in text and "TOKEN" not in text
            assert re.search(rf"{re.escape(page.replace('/leave/', '/wrong/'))}/\d+", text)


def test_each_reader_gets_the_language_that_was_asked_for(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    with session_scope(engine) as session:
        enlist(session, "weekly", BEN, BEN, language="zh", now=NOW)
    deliver(engine, *issue, [ANN, BEN], server)
    assert "China healthcare AI, week 47" in body(mailbox, 0)
    assert "2026年第47周" in body(mailbox, 1)
    assert [mail["Subject"] for mail in mailbox.read()] == ["Yixun 医讯 2026-W47: 1 story", "Yixun 医讯 2026-W47: 1条新闻"]


def test_who_left_or_has_not_confirmed_gets_nothing(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    with session_scope(engine) as session:
        reader, _ = enlist(session, "weekly", ANN, "Ann <ann@example.org>", now=NOW)
        enlist(session, "weekly", BEN, BEN, waits=True, now=NOW)
        enlist(session, "weekly", "cao@example.org", "cao@example.org", now=NOW)
        assert readers_of(session, "weekly", ["ANN@example.org", "Dai <dai@example.org>"]) == [
            "ANN@example.org",
            "Dai <dai@example.org>",
            "cao@example.org",
        ]
        assert unsubscribe(session, reader, by="page", now=NOW) and not unsubscribe(session, reader, by="mail", now=NOW)
        assert readers_of(session, "weekly", ["ANN@example.org"]) == ["cao@example.org"]
    outcomes = deliver(engine, *issue, ["Ann@example.org", BEN, "cao@example.org"], server, insist=True)
    assert [(one.state, one.is_left_out) for one in outcomes] == [("unsubscribed", True), ("waiting", True), ("sent", False)]
    assert [to for to, _ in mailbox.mails] == [["cao@example.org"]]


def test_a_reader_who_leaves_while_mails_go_out_gets_none(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    def leaves() -> bool:
        if len(mailbox.mails) == 1:
            with session_scope(engine) as session:
                reader = find_recipient(session, "weekly", BEN)
                assert reader is not None
                unsubscribe(session, reader, by="page", now=NOW)
        return False

    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server, stopped=leaves)] == ["sent", "unsubscribed"]
    assert len(mailbox.mails) == 1


def test_a_signed_mail_is_verified_by_the_key_that_dns_would_give(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "dkim.pem"
    pem, raw = serialization.Encoding.PEM, serialization.Encoding.DER
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    public = key.public_key().public_bytes(raw, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings = server.model_copy(update={"dkim_key_file": path, "dkim_selector": "week"})
    assert deliver(engine, *issue, [ANN], settings, serve=SERVE)[0].state == "sent"
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        import base64

        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    sent = mailbox.mails[0][1]
    assert dkim.verify(sent, dnsfunc=dns) and asked == [b"week._domainkey.example.org."]
    signed = re.search(rb"h=([^;]+);", sent)
    assert signed is not None and {b"list-unsubscribe", b"list-unsubscribe-post"} <= {one.strip().lower() for one in signed[1].split(b":")}
    assert not dkim.verify(sent.replace(b"One-Click", b"One-Slick"), dnsfunc=dns)
    path.write_text("no key\n", encoding="utf-8")
    (outcome,) = deliver(engine, *issue, [BEN], settings)
    assert (outcome.state, "mail.dkim_key_file" in (outcome.error or "")) == ("failed", True)
    assert len(mailbox.mails) == 1


def test_a_day_that_is_full_leaves_the_rest_for_later(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    settings = server.model_copy(update={"per_day": 1})
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], settings)] == ["sent", "left"]
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], settings)] == ["already", "left"]
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server.model_copy(update={"per_day": 2}))] == ["already", "sent"]
    assert len(mailbox.mails) == 2


def test_mails_leave_at_the_pace_that_is_set_over_connections_of_a_batch(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    readers = [f"reader{number}@example.org" for number in range(5)]
    began = time.monotonic()
    deliver(engine, *issue, readers[:2], server.model_copy(update={"per_minute": 200}))
    assert time.monotonic() - began >= 0.3 and mailbox.sessions == 1
    deliver(engine, *issue, readers, server.model_copy(update={"batch": 2}))
    assert len(mailbox.mails) == 5 and mailbox.sessions == 3


def test_a_server_that_puts_everybody_off_is_left_alone(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    readers = [f"reader{number:02}@example.org" for number in range(30)]
    mailbox.refused = dict.fromkeys(readers, "451 too busy")
    outcomes = deliver(engine, *issue, readers, server)
    assert {one.state for one in outcomes} == {"failed"} and len(mailbox.heard) == 8
    assert "puts everybody off" in (outcomes[-1].error or "")
    mailbox.refused.clear()
    assert {one.state for one in deliver(engine, *issue, readers, server)} == {"sent"}


def test_one_who_is_put_off_is_tried_again_when_the_others_are_through(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.refused[ANN] = "450 greylisted"
    assert [(one.recipient, one.state) for one in deliver(engine, *issue, [ANN, BEN], server)] == [(ANN, "sent"), (BEN, "sent")]
    assert mailbox.heard == [ANN, BEN, ANN]


def test_presets_say_what_is_not_said_and_no_more() -> None:
    for name in PRESETS:
        settings = MailSettings(preset=name)  # type: ignore[arg-type]
        assert settings.host and settings.effective_port in (25, 465, 587)
    qq = MailSettings(preset="qq", username="12345@qq.com", per_minute=3)
    assert (qq.host, qq.security, qq.effective_port, qq.address, qq.per_minute) == ("smtp.qq.com", "ssl", 465, "12345@qq.com", 3)
    named = MailSettings(preset="gmail", username="news@gmail.com", sender="News <news@gmail.com>")
    assert (named.sender, MailSettings(preset="ses", username="AKIA", host="ses.example").host) == ("News <news@gmail.com>", "ses.example")
    with pytest.raises(ValidationError):
        MailSettings(preset="hotmail")  # type: ignore[arg-type]


def test_no_text_but_ours_is_a_token() -> None:
    signer, other = Signer(b"one"), Signer(b"two")
    token = signer.token("mail", 12, 345)
    assert signer.read("mail", token) == (12, 345) and other.read("mail", token) is None
    number, _, signature = token.partition(".")
    for wrong in ("", ".", number, f"13-345.{signature}", f"{number}.{signature[:-1]}", f"{number}.{signature}x", f"{number}.签", "１-2.x"):
        assert signer.read("mail", wrong) is None
