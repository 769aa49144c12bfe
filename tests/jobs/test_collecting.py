"""Mails that came back, from a folder of files and from a real IMAP server: what they change, and that each does so once."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.collecting import collect
from jobs.config import load_settings
from reports.digest import build_issue
from reports.links import Signer
from reports.returned import read_returned
from store.database import session_scope
from store.digests import deliveries_of
from store.errors import ConfigError, DeliveryError
from store.models import Delivery
from store.recipients import enlist, find_recipient, refused_addresses, signing_key
from store.status import DeliveryState, ReturnedKind
from tests.reports.conftest import an_order
from tests.reports.mailbox import ANN, BEN, free_port, make_certificate
from tests.store.rows import a_source

CAO, DAI, EVA = "cao@example.org", "dai@example.org", "eva@example.org"
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def bounce(message_id: str, address: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A report as mail servers write it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example.net
To: yixun@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Sorry. unsubscribe

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822; somebody-else@example.net
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such mailbox

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {address}

--b--
""".replace("\n", "\r\n").encode()


def wish(subject: str, sender: str, body: str = "", **headers: str) -> bytes:
    """A mail of a reader."""
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"From: {sender}\r\nSubject: {subject}\r\n{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def mailed(engine: Engine) -> dict[str, int]:
    """Two issues that went to four readers: period → its id."""
    with session_scope(engine) as session:
        a_source(session)
        for reader in (ANN, BEN, CAO, DAI):
            enlist(session, "weekly", reader, reader, now=NOW)
        ids = {}
        for week in ("2026-W46", "2026-W47"):
            issue, _ = build_issue(session, an_order(week))
            ids[week] = issue.id or 0
            for reader in (ANN, BEN, CAO, DAI):
                name = f"<{week}.{reader}>"
                session.add(
                    Delivery(issue_id=ids[week], recipient=reader, message_id=name, state=DeliveryState.sent, tried_at=NOW, sent_at=NOW)
                )
    return ids


def states(engine: Engine, digest: str = "weekly") -> dict[str, str]:
    with session_scope(engine) as session:
        return {one: row.state for one in (ANN, BEN, CAO, DAI, EVA) if (row := find_recipient(session, digest, one))}


def test_mails_that_came_back_are_taken_to_heart_once(engine: Engine, mailed: dict[str, int], tmp_path: Path) -> None:
    with session_scope(engine) as session:
        reader = find_recipient(session, "weekly", CAO)
        assert reader is not None
        token = Signer(signing_key(session, now=NOW)).token("mail", reader.id or 0, mailed["2026-W47"])
    complaint = bounce("<2026-W47.dai@example.org>", DAI).replace(b"delivery-status", b"feedback-report")
    mails = {
        "hard-1": bounce("<2026-W46.ann@example.org>", ANN),
        "hard-2": bounce("<2026-W47.ann@example.org>", "Ann@Example.ORG"),
        "soft": bounce("<2026-W47.ben@example.org>", BEN, "4.2.2"),
        "full": bounce("<2026-W46.ben@example.org>", BEN, "5.2.2"),
        "late": bounce("<2026-W46.cao@example.org>", CAO, "4.4.1", "delayed"),
        "of another": bounce("<2026-W47.ben@example.org>", CAO),
        "not ours": bounce("<x@nowhere>", BEN),
        "token": wish(f"unsubscribe weekly {token}", "somebody@else.example"),
        "forged": wish(f"unsubscribe weekly {token[:-1]}A", "nobody@else.example"),
        "complaint": complaint.replace(b"Original-Recipient: rfc822;", b"Original-Rcpt-To: "),
        "absent": wish("unsubscribe", BEN, Auto_Submitted="auto-replied"),
        "talk": wish("Thanks", BEN, "How do I unsubscribe from this, please, and may a colleague have it instead of me?"),
        "junk": bytes(range(256)) * 20,
        "empty": b"",
    }
    for name, raw in mails.items():
        (tmp_path / f"{name}.eml").write_bytes(raw)
    settings = load_settings(None, environ={"YIXUN_MAILBOX__FOLDER": str(tmp_path)})
    found = collect(engine, settings)
    assert len(found) == len(mails)
    assert [one.kind for one in found].count(ReturnedKind.other) == 5
    assert collect(engine, settings) == [], "each is read once"
    assert states(engine) == {ANN: "active", BEN: "active", CAO: "unsubscribed", DAI: "unsubscribed"}
    with session_scope(engine) as session:
        assert refused_addresses(session) == {ANN}
        last = {row.recipient: row for row in deliveries_of(session, mailed["2026-W47"])}
    assert last[ANN].state == "refused" and "no such mailbox" in (last[ANN].error or "")
    assert last[BEN].state == "sent" and (last[BEN].error or "").startswith("bounced: smtp; 550 4.2.2")
    assert last[CAO].error is None


def test_an_answer_that_says_so_leaves_what_it_answers(engine: Engine, mailed: dict[str, int], tmp_path: Path) -> None:
    answer = wish("Re: Yixun 2026-W47", "ann@home.example", "退订\r\n\r\n> ...", In_Reply_To="<2026-W47.ann@example.org>")
    (tmp_path / "answer.EML").write_bytes(answer)
    by_sender = "=?utf-8?b?6YCA6K6i?="  # 退订, as mail programs write it
    (tmp_path / "sender.eml").write_bytes(wish(by_sender, "Ben <BEN@example.org>"))
    (tmp_path / "other.eml").write_bytes(wish("unsubscribe monthly", CAO))
    environ = {"YIXUN_DIGEST__WEEKLY__RECIPIENTS": EVA, "YIXUN_DIGEST__MONTHLY__RECIPIENTS": f"{EVA},{CAO}"}
    (tmp_path / "eva.eml").write_bytes(wish("Unsubscribe", EVA))
    settings = load_settings(None, environ=environ)
    found = collect(engine, settings, folder=tmp_path)
    assert {one.kind for one in found} == {ReturnedKind.unsubscribe}
    assert states(engine) == {ANN: "unsubscribed", BEN: "unsubscribed", CAO: "active", DAI: "active", EVA: "unsubscribed"}
    assert states(engine, "monthly") == {CAO: "unsubscribed", EVA: "unsubscribed"}


def test_hostile_mails_are_none_of_these() -> None:
    parts = b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\r\n\r\n" + b"--a\r\n" * 5000
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number) for number in range(5000))
    bare = b"Content-Type: message/delivery-status\r\n\r\nAction: failed"
    for raw in (parts, deep, b"Subject: =?utf-8?b?!!!?=\r\n\r\n", bare):
        assert {one.kind for one in read_returned(raw)} == {ReturnedKind.other}
    unknown = b"Subject: =?x-none?b?6YCA6K6i?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xff\xfe"
    assert {one.kind for one in read_returned(unknown)} == {ReturnedKind.unsubscribe}


def test_without_a_place_to_look_that_is_said(engine: Engine) -> None:
    with pytest.raises(ConfigError, match="neither folder nor host"):
        collect(engine, load_settings(None, environ={}))


@contextmanager
def dovecot() -> Iterator[tuple[Path, int, Path]]:
    """A real IMAP server over TLS; yields its folder of new mail, its port and its certificate."""
    root = os.geteuid() == 0
    user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    inner = "" if root else f"default_internal_user = {getpass.getuser()}\ndefault_login_user = {getpass.getuser()}\n"
    folder, port = Path(tempfile.mkdtemp(prefix="yixun-dovecot-")), free_port()
    folder.chmod(0o755)
    certificate = make_certificate(folder)
    for part in ("new", "cur", "tmp"):
        (folder / "mail" / part).mkdir(parents=True)
    (folder / "conf").write_text(
        f"""base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{inner}ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password=sesame
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
""",
        encoding="utf-8",
    )
    for path in (folder, *folder.rglob("*")):
        if root and (path.name == "mail" or folder / "mail" in path.parents):
            os.chown(path, user.pw_uid, user.pw_gid)
    with subprocess.Popen(["dovecot", "-F", "-c", str(folder / "conf")], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield folder / "mail" / "new", port, certificate
        finally:
            process.terminate()
            process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(shutil.which("dovecot") is None, reason="dovecot is not installed")
def test_a_mailbox_is_read_as_far_as_it_is_new_and_left_as_it_was(engine: Engine, mailed: dict[str, int], tmp_path: Path) -> None:
    with dovecot() as (new, port, certificate):
        environ = {
            "YIXUN_MAILBOX__HOST": "127.0.0.1",
            "YIXUN_MAILBOX__PORT": str(port),
            "YIXUN_MAILBOX__CA_FILE": str(certificate),
            "YIXUN_MAILBOX__USERNAME": "yixun",
            "YIXUN_MAILBOX__PASSWORD": "sesame",
        }
        settings = load_settings(None, environ=environ)
        assert collect(engine, settings) == []
        put(new, "1", wish("unsubscribe weekly", ANN))
        put(new, "2", wish("Hello", BEN))
        assert [row.kind for row in collect(engine, settings)] == ["unsubscribe", "other"]
        assert collect(engine, settings) == []
        put(new, "3", bounce("<2026-W47.cao@example.org>", CAO))
        assert [(row.kind, row.recipient) for row in collect(engine, settings)] == [("hard", CAO)]
        seen = {path.name.rpartition(",")[2] for path in new.parent.rglob("*") if path.name[:1].isdigit()}
        assert seen <= {"", "1", "2", "3"}, "nothing is marked as read"
        with pytest.raises(DeliveryError, match="mailbox"):
            collect(engine, load_settings(None, environ={**environ, "YIXUN_MAILBOX__PASSWORD": "shut"}))
        with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
            collect(engine, load_settings(None, environ={name: value for name, value in environ.items() if "CA_FILE" not in name}))
    assert states(engine)[ANN] == "unsubscribed"


def put(new: Path, name: str, raw: bytes) -> None:
    """Deliver a mail as a mail server does."""
    (new / name).write_bytes(raw)
    if os.geteuid() == 0:
        os.chown(new / name, pwd.getpwnam("nobody").pw_uid, -1)
