"""Mail against a real SMTP server: what is sent, to whom, how often, and what the ledger says when it goes wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlmodel import Session as StoreSession

from reports.archive import write_issue
from reports.digest import build_issue
from reports.edition import Edition
from reports.letter import Letters, message_id
from reports.mail import Outcome, deliver, send_test, settle
from reports.settings import MailSettings, ServeSettings
from store.database import session_scope
from store.digests import deliveries_of, find_delivery
from tests.reports.conftest import an_order
from tests.reports.mailbox import ANN, BEN, Mailbox, free_port
from tests.store.rows import a_source


def states(engine: Engine, issue_id: int) -> dict[str, str]:
    """State of each delivery by recipient."""
    with session_scope(engine) as session:
        return {row.recipient: row.state for row in deliveries_of(session, issue_id)}


def test_addresses_in_headers_are_folded_and_never_encoded(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    serve = ServeSettings(url=f"https://letters.example.org/{'7' * 130}/für")
    settings = server.model_copy(update={"reply_to": "leave@letters.example.org"})
    edition = replace(issue[1], digest="影像与药物每周要闻摘编第一辑")
    deliver(engine, issue[0], edition, [ANN], settings, serve=serve)
    (_, raw), (mail,) = mailbox.mails[0], mailbox.read()
    head = raw.partition(b"\r\n\r\n")[0]
    lines = head.decode("ascii").split("\r\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("List-Unsubscribe: "))
    assert re.fullmatch(
        rf"List-Unsubscribe: <https://letters.example.org/7{{130}}/f%C3%BCr/leave/1-{issue[0]}\.[\w-]{{22}}>,", lines[start]
    )
    assert lines[start + 1].startswith(" <mailto:leave@letters.example.org?subject=unsubscribe%20%E5%BD%B1")
    assert mail["List-Id"] == f"<{quote(edition.digest)}.yixun.example.org>"
    assert [line for line in lines if line.startswith(("List-", "Message-ID")) and "=?" in line] == []
    assert max(map(len, lines)) < 998


def test_each_recipient_gets_a_mail_of_its_own(engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox) -> None:
    outcomes = deliver(engine, *issue, [ANN, BEN, ANN], server)
    assert outcomes == [Outcome(ANN, "sent"), Outcome(BEN, "sent")]
    assert [to for to, _ in mailbox.mails] == [[ANN], [BEN]]
    first, second = mailbox.read()
    assert (first["To"], BEN in str(first)) == (ANN, False)
    assert first["Message-ID"] == message_id(issue[1], ANN, server) != second["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}\.yixun@example\.org>", first["Message-ID"])
    assert first["Subject"] == "Yixun 医讯 2026-W47: 1 story"
    assert first["From"] == "医讯 <yixun@example.org>"
    wish = rf"<mailto:yixun@example.org\?subject=unsubscribe%20weekly%201-{issue[0]}\.[\w-]{{22}}>"
    assert re.fullmatch(wish, first["List-Unsubscribe"]) and first["List-Unsubscribe-Post"] is None
    assert [part.get_content_type() for part in first.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for kind in ("plain", "html"):
        body = first.get_body((kind,))
        assert body is not None
        assert "示例医院部署大模型" in body.get_content()


def test_sending_twice_sends_once(engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox) -> None:
    deliver(engine, *issue, [ANN], server)
    assert deliver(engine, *issue, [ANN, BEN], server) == [Outcome(ANN, "already"), Outcome(BEN, "sent")]
    assert [to for to, _ in mailbox.mails] == [[ANN], [BEN]]


def test_a_refused_recipient_fails_alone_and_is_tried_again_next_time(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.refused[ANN] = "450 come back later"
    failed, sent = deliver(engine, *issue, [ANN, BEN], server.model_copy(update={"tries": 1}))
    assert (failed.state, failed.error, sent.state) == ("failed", "the server answered 450 come back later", "sent")
    assert states(engine, issue[0]) == {ANN: "failed", BEN: "sent"}
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server)] == ["sent", "already"]


@pytest.mark.parametrize("reply", ["550 5.7.1 relaying denied", "530 5.7.0 log in first"])
def test_a_refusal_that_is_about_us_is_no_word_on_the_recipient(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox, reply: str
) -> None:
    mailbox.refused[ANN] = reply
    (outcome,) = deliver(engine, *issue, [ANN], server)
    assert (outcome.state, outcome.is_final) == ("failed", False)


def test_a_refusal_for_good_is_final_and_after_two_issues_the_reader_is_left_out(
    engine: Engine, server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.refused[ANN] = "550 5.1.1 no such user"
    with session_scope(engine) as session:
        a_source(session)
        issues = [build_issue(session, an_order(week)) for week in ("2026-W45", "2026-W46", "2026-W47")]
        numbered = [(built.id or 0, edition) for built, edition in issues]
    for number, (one, said) in enumerate(zip(numbered, ("refused", "refused", "suppressed"), strict=True), 1):
        for _ in range(2):
            (outcome,) = deliver(engine, *one, [ANN], server)
            assert (outcome.state, outcome.is_final) == (said, True)
        assert len(mailbox.heard) == min(number, 2)
    # A person may insist, and a reader who is back gets the next issue again.
    mailbox.refused.clear()
    assert deliver(engine, *numbered[0], [ANN], server, insist=True) == [Outcome(ANN, "sent")]
    assert deliver(engine, *numbered[2], [ANN], server) == [Outcome(ANN, "sent")]


def test_one_reader_is_one_however_the_address_is_written(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    assert deliver(engine, *issue, ["Ann Lee <Ann@Example.org>", ANN], server) == [Outcome("Ann Lee <Ann@Example.org>", "sent")]
    assert deliver(engine, *issue, ["ANN@example.org"], server) == [Outcome("ANN@example.org", "already")]
    (mail,) = mailbox.read()
    assert (mail["To"], mailbox.mails[0][0]) == ("Ann Lee <Ann@Example.org>", ["Ann@Example.org"])


def test_addresses_beyond_ascii_where_the_server_takes_them(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    idn, wide = "王芳 <fang@医院.example>", "王芳@example.org"
    old = Controller(mailbox, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    old.start()
    try:
        first, second = deliver(engine, *issue, [idn, wide], server.model_copy(update={"port": old.port}))
    finally:
        old.stop()
    assert (first.state, second.state) == ("sent", "refused")
    assert "no addresses beyond ASCII" in (second.error or "")
    assert mailbox.mails[0][0] == ["fang@xn--ekrs67m.example"]
    assert str(mailbox.read()[0]["To"]) == "王芳 <fang@xn--ekrs67m.example>"
    assert deliver(engine, *issue, [wide, BEN], server, insist=True) == [Outcome(wide, "sent"), Outcome(BEN, "sent")]
    assert [to for to, _ in mailbox.mails[1:]] == [[wide], [BEN]]
    assert f"To: {wide}".encode() in mailbox.mails[1][1]


def test_a_test_mail_is_marked_repeatable_and_no_ledger_knows_of_it(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    for _ in range(2):
        assert send_test(issue[1], [ANN, BEN], server) == [Outcome(ANN, "sent"), Outcome(BEN, "sent")]
    assert states(engine, issue[0]) == {}
    mails = mailbox.read()
    assert len({mail["Message-ID"] for mail in mails}) == 4
    assert {str(mail["Subject"]) for mail in mails} == {"[TEST] Yixun 医讯 2026-W47: 1 story"}
    plain = mails[0].get_body(("plain",))
    assert plain is not None and plain.get_content().startswith("TEST: this mail went to this address alone.")
    assert deliver(engine, *issue, [ANN], server) == [Outcome(ANN, "sent")]
    mailbox.refused[ANN] = "550 no such user"
    assert [one.state for one in send_test(issue[1], [ANN, BEN], server)] == ["failed", "sent"]


def test_a_sender_told_to_stop_finishes_its_mail_and_leaves_the_rest(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    outcomes = deliver(engine, *issue, [ANN, BEN], server, stopped=lambda: bool(mailbox.mails))
    assert [(one.state, one.is_final) for one in outcomes] == [("sent", True), ("left", False)]
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server)] == ["already", "sent"]


def test_a_passing_refusal_is_overcome_before_the_text_leaves(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.refused[ANN] = "450 come back later"
    assert deliver(engine, *issue, [ANN], server) == [Outcome(ANN, "sent")]
    assert len(mailbox.mails) == 1


def test_a_connection_lost_after_data_is_unknown_and_waits_for_a_person(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.drop_after_data = True
    (outcome,) = deliver(engine, *issue, [ANN], server)
    assert outcome.state == "unknown"
    assert "after DATA" in (outcome.error or "")
    mailbox.drop_after_data = False
    assert deliver(engine, *issue, [ANN], server)[0].state == "unknown"
    assert len(mailbox.mails) == 1
    settle(engine, issue[0], ANN, arrived=False)
    assert deliver(engine, *issue, [ANN], server) == [Outcome(ANN, "sent")]
    first, second = mailbox.read()
    assert first["Message-ID"] == second["Message-ID"]


def test_a_person_may_say_that_an_unknown_mail_arrived(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.drop_after_data = True
    deliver(engine, *issue, [ANN], server)
    settle(engine, issue[0], ANN, arrived=True)
    assert deliver(engine, *issue, [ANN], server) == [Outcome(ANN, "already")]


def test_a_text_the_server_turns_down_is_final_and_one_it_cannot_take_now_is_sent_again(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.answers = ["554 looks like spam", "451 disk trouble"]
    outcomes = deliver(engine, *issue, [ANN, BEN], server.model_copy(update={"tries": 1}))
    assert [(one.state, one.is_final) for one in outcomes] == [("rejected", True), ("failed", False)]
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server)] == ["rejected", "sent"]
    assert len(mailbox.mails) == 3


def test_a_sender_that_died_leaves_its_mail_to_a_person(
    engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox
) -> None:
    deliver(engine, *issue, [ANN], server)
    with session_scope(engine) as session:
        row = find_delivery(session, issue[0], ANN)
        assert row is not None
        row.state, row.tried_at = "sending", datetime.now(UTC) - timedelta(hours=1)
        session.add(row)
    assert deliver(engine, *issue, [ANN], server)[0].state == "unknown"
    assert states(engine, issue[0]) == {ANN: "unknown"}
    assert len(mailbox.mails) == 1


def test_an_unreachable_server_fails_all_and_loses_none(engine: Engine, issue: tuple[int, Edition], server: MailSettings) -> None:
    nowhere = server.model_copy(update={"port": 9, "tries": 2})
    outcomes = deliver(engine, *issue, [ANN, BEN], nowhere)
    assert [one.state for one in outcomes] == ["failed", "failed"]
    assert "127.0.0.1:9 cannot be used" in (outcomes[0].error or "")
    assert [one.state for one in deliver(engine, *issue, [ANN, BEN], server)] == ["sent", "sent"]


def test_starttls_and_login(engine: Engine, issue: tuple[int, Edition], guarded: MailSettings, mailbox: Mailbox, tmp_path: Path) -> None:
    assert deliver(engine, *issue, [ANN], guarded) == [Outcome(ANN, "sent")]
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n", encoding="utf-8")
    from_file = guarded.model_copy(update={"password": None, "password_file": secret})
    assert deliver(engine, *issue, [BEN], from_file) == [Outcome(BEN, "sent")]
    assert len(mailbox.mails) == 2


def test_a_wrong_password_is_tried_once_for_all(
    engine: Engine, issue: tuple[int, Edition], guarded: MailSettings, mailbox: Mailbox
) -> None:
    wrong = guarded.model_copy(update={"password": SecretStr("shut")})
    outcomes = deliver(engine, *issue, [ANN, BEN], wrong)
    assert [one.state for one in outcomes] == ["failed", "failed"]
    assert "refused the login with 535" in (outcomes[1].error or "")
    assert "shut" not in str(outcomes)
    assert mailbox.sessions <= 2  # one EHLO before and one after STARTTLS


def test_an_untrusted_certificate_stops_the_mail(
    engine: Engine, issue: tuple[int, Edition], guarded: MailSettings, mailbox: Mailbox
) -> None:
    (outcome,) = deliver(engine, *issue, [ANN], guarded.model_copy(update={"ca_file": None}))
    assert outcome.state == "failed"
    assert "certificate" in (outcome.error or "").lower()
    assert mailbox.mails == []


def test_files_of_an_issue_are_the_same_each_time(engine: Engine, issue: tuple[int, Edition], tmp_path: Path) -> None:
    settings = MailSettings()
    date = datetime(2026, 11, 23, tzinfo=UTC)
    written = write_issue(issue[1], tmp_path / "a", settings, date=date)
    assert [path.name for path in written] == ["weekly-2026-W47.html", "weekly-2026-W47.txt", "weekly-2026-W47.md", "weekly-2026-W47.eml"]
    again = write_issue(issue[1], tmp_path / "b", settings, date=date)
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in again]
    mail = message_from_bytes(written[2].read_bytes(), policy=policy.default)
    assert mail["To"] == "yixun@localhost"


def test_composing_again_gives_the_same_bytes(engine: Engine, issue: tuple[int, Edition]) -> None:
    date = datetime(2026, 11, 23, tzinfo=UTC)
    first, second = (Letters(issue[1], MailSettings()).write(ANN, date=date) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("address", ["no address", "a@b\nBcc: c@d", "a b@c.org", "<a@b.org>"])
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        MailSettings(reply_to=address)
    with pytest.raises(ValidationError):
        an_order(recipients=[address])


def test_two_senders_at_once_send_once(engine: Engine, issue: tuple[int, Edition], server: MailSettings, mailbox: Mailbox) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: deliver(engine, *issue, [ANN], server), range(2)))
    assert len(mailbox.mails) == 1
    assert states(engine, issue[0]) == {ANN: "sent"}
    with StoreSession(engine) as session:
        assert len(deliveries_of(session, issue[0])) == 1
