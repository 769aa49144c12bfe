"""An edition → one mail a recipient, handed over once.

The ledger (table `delivery`) is written before the text of a mail leaves: queued → sending → sent. What fails before the
text was handed over is `failed` and tried again by the next send. What breaks off afterwards is `unknown`: the server may
have taken the mail, so only a person decides (docs/digest.md).
"""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, make_msgid
from urllib.parse import quote

import stamina
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from store.database import session_scope, utc_now
from store.digests import claim_delivery, close_delivery, find_delivery
from store.errors import ConfigError, DeliveryError
from store.models import Delivery
from store.status import DeliveryState

from .edition import Edition
from .labels import subject_line
from .plain import text
from .render import Rewrite, html
from .settings import MailSettings

# A mail that another sender began this long ago, and neither finished nor failed, was cut off.
_CUT_OFF_AFTER = timedelta(minutes=15)


class _UnencodedHeader(UnstructuredHeader, BaseHeader):
    """A header of addresses in angle brackets. It is folded between them, and none is encoded, however long: an encoded one is dead."""

    def fold(self, *, policy: Policy) -> str:
        """The header with one address a line where they do not fit in one."""
        line = f"{self.name}: {self}"
        folded = line if len(line) <= (policy.max_line_length or 78) else line.replace(", ", f",{policy.linesep} ")
        return folded + policy.linesep


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "list-id", "message-id"):
    _HEADERS.map_to_type(_name, _UnencodedHeader)
_IN_ADDRESSES = "%/:=&?~#+!$,;'@()*[]"
_POLICY = SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery stands: sent, already (sent by an earlier run), failed, unknown; with the error's one line."""

    recipient: str
    state: str
    error: str | None = None

    @property
    def fine(self) -> bool:
        """Whether the recipient has the issue."""
        return self.state in ("sent", "already")


def message_id(edition: Edition, recipient: str, settings: MailSettings) -> str:
    """The Message-ID of an issue to a recipient: always the same, so that a repeated mail is recognised as such."""
    seed = f"{edition.digest}\n{edition.period}\n{recipient.casefold()}"
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:32]}.yixun@{_domain(settings)}>"


def _domain(settings: MailSettings) -> str:
    return settings.address.rpartition("@")[2]


def compose(edition: Edition, settings: MailSettings, *, recipient: str, date: datetime, rewrite: Rewrite | None = None) -> EmailMessage:
    """The mail of an issue to one recipient, plain text and HTML; the same arguments give the same bytes.

    `date` is aware; `rewrite` as in `render.html`.
    """
    message = EmailMessage(policy=_POLICY)
    identity = message_id(edition, recipient, settings)
    message["Subject"] = subject_line(edition)
    message["From"] = settings.sender
    message["To"] = recipient
    if settings.reply_to:
        message["Reply-To"] = settings.reply_to
    message["Date"] = format_datetime(date)
    message["Message-ID"] = identity
    leave = settings.unsubscribe_mailto or settings.reply_to or settings.address
    ways = [f"<mailto:{leave}?subject={quote('unsubscribe ' + edition.digest)}>"]
    if settings.unsubscribe_url:
        # Characters beyond ASCII are written as in an address; what is one already stays.
        ways.append(f"<{quote(settings.unsubscribe_url, safe=_IN_ADDRESSES)}>")
    message["List-Unsubscribe"] = ", ".join(ways)
    message["List-Id"] = f"<{quote(edition.digest, safe='')}.yixun.{_domain(settings)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(edition, rewrite=rewrite), cte="base64")
    message.add_alternative(html(edition, rewrite=rewrite), subtype="html", cte="base64")
    message.set_boundary(f"=_yixun_{hashlib.sha256(identity.encode()).hexdigest()[:24]}")
    return message


class _Refused(DeliveryError):
    """The server said no before the text of the mail; `code` is its reply code."""

    def __init__(self, code: int, reply: bytes, *, subject: str) -> None:
        super().__init__(f"the server answered {code} {reply.decode('utf-8', 'replace')}"[:300], subject=subject)
        self.code = code


class _Link:
    """A connection to the mail server, opened when first needed and again after it broke."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def ready(self) -> smtplib.SMTP:
        """The open connection, secured and logged in."""
        if self._smtp is None:
            self._smtp = self._open()
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        host, port, name = settings.host or "", settings.effective_port, socket.gethostname()
        context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        smtp: smtplib.SMTP
        if settings.security == "ssl":
            smtp = smtplib.SMTP_SSL(host, port, name, timeout=settings.timeout, context=context)
        else:
            smtp = smtplib.SMTP(host, port, name, timeout=settings.timeout)
        try:
            if settings.security == "starttls":
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            password = settings.read_password()
            if settings.username and password is not None:
                smtp.login(settings.username, password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def drop(self) -> None:
        """Close without a word; the next `ready` opens anew."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def quit(self) -> None:
        """Take leave of the server."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self.drop()


@contextmanager
def _link(settings: MailSettings) -> Iterator[_Link]:
    link = _Link(settings)
    try:
        yield link
    finally:
        link.quit()


def login_fault(settings: MailSettings) -> str | None:
    """Connect to the mail server, secure the connection, log in, and take leave without sending; returns why that is impossible."""
    with _link(settings) as link:
        return _open_link(link, settings)


def send_note(settings: MailSettings, recipient: str, subject: str, body: str) -> str | None:
    """Send one plain mail that belongs to no issue; returns why it was not taken. It may arrive twice, never in silence not at all."""
    message = EmailMessage(policy=_POLICY)
    for name, value in (("Subject", subject), ("From", settings.sender), ("To", recipient), ("Date", format_datetime(utc_now()))):
        message[name] = value
    message["Message-ID"] = make_msgid(domain=_domain(settings))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="base64")
    with _link(settings) as link:
        if fault := _open_link(link, settings):
            return fault
        try:
            _envelope(link, settings.address, recipient)
        except _Refused as error:
            return error.message
        return _hand_over(link, message)[1]


def deliver(
    engine: Engine, issue_id: int, edition: Edition, recipients: Iterable[str], settings: MailSettings, *, rewrite: Rewrite | None = None
) -> list[Outcome]:
    """Send a frozen issue to each recipient who does not have it yet; one outcome a recipient, in their order.

    `rewrite` as in `render.html`.

    When the server cannot be reached or refuses the login, nobody else is tried: the rest fails with the same error.
    """
    outcomes: list[Outcome] = []
    useless: str | None = None
    with _link(settings) as link:
        for recipient in dict.fromkeys(recipients):
            row = _enrol(engine, issue_id, edition, recipient, settings)
            if row.state not in (DeliveryState.queued, DeliveryState.failed):
                outcomes.append(_standing(engine, row))
                continue
            if settings.pause and any(outcome.state == "sent" for outcome in outcomes):
                time.sleep(settings.pause)
            useless = useless or _open_link(link, settings)
            if useless:
                outcomes.append(_fail(engine, row, useless))
                continue
            message = compose(edition, settings, recipient=recipient, date=utc_now(), rewrite=rewrite)
            outcomes.append(_send(engine, row, link, message, settings))
    return outcomes


def _enrol(engine: Engine, issue_id: int, edition: Edition, recipient: str, settings: MailSettings) -> Delivery:
    """The ledger's row for this issue and recipient, made if it is not there."""
    row = Delivery(issue_id=issue_id, recipient=recipient, message_id=message_id(edition, recipient, settings))
    try:
        with session_scope(engine) as session:
            known = find_delivery(session, issue_id, recipient)
            if known is not None:
                return known
            session.add(row)
    except IntegrityError:
        # Another sender made the row in the meantime; it is as good as ours.
        return _enrol(engine, issue_id, edition, recipient, settings)
    return row


def _standing(engine: Engine, row: Delivery) -> Outcome:
    """The outcome of a delivery that is not ours to send: sent before, cut off, or under way elsewhere."""
    if row.state == DeliveryState.sent:
        return Outcome(row.recipient, "already")
    if row.state == DeliveryState.sending:
        if row.tried_at is not None and utc_now() - row.tried_at < _CUT_OFF_AFTER:
            return Outcome(row.recipient, "unknown", "another sender began with it and has not reported yet")
        error = "the sender stopped while handing the mail over"
        with session_scope(engine) as session:
            close_delivery(session, row.id or 0, DeliveryState.unknown, now=utc_now(), error=error)
        return Outcome(row.recipient, "unknown", error)
    return Outcome(row.recipient, "unknown", row.error)


def _fail(engine: Engine, row: Delivery, error: str) -> Outcome:
    with session_scope(engine) as session:
        close_delivery(session, row.id or 0, DeliveryState.failed, now=utc_now(), error=error)
    return Outcome(row.recipient, "failed", error)


def _send(engine: Engine, row: Delivery, link: _Link, message: EmailMessage, settings: MailSettings) -> Outcome:
    """Hand one mail over: tries again before its text leaves, never after."""
    try:
        for attempt in _attempts(settings):
            with attempt:
                _envelope(link, settings.address, row.recipient)
    except _Refused as error:
        return _fail(engine, row, error.message)
    with session_scope(engine) as session:
        mine = claim_delivery(session, row.id or 0, now=utc_now())
    if not mine:
        link.drop()
        return Outcome(row.recipient, "unknown", "another sender has taken it")
    state, error_line = _hand_over(link, message)
    with session_scope(engine) as session:
        close_delivery(session, row.id or 0, state, now=utc_now(), error=error_line)
    return Outcome(row.recipient, state, error_line)


def _open_link(link: _Link, settings: MailSettings) -> str | None:
    """Make sure there is a connection; returns why there is none."""
    place = f"{settings.host}:{settings.effective_port}"
    try:
        for attempt in _attempts(settings):
            with attempt:
                link.ready()
    except smtplib.SMTPAuthenticationError as error:
        return f"{place} refused the login with {error.smtp_code}; see mail.username and its password"
    except (smtplib.SMTPException, OSError) as error:
        return f"{place} cannot be used: {_one_line(error)}; see [mail] in yixun.toml"
    except ConfigError as error:
        return str(error)
    return None


def _attempts(settings: MailSettings) -> Iterable[stamina.Attempt]:
    return stamina.retry_context(on=_passing, attempts=settings.tries, timeout=None, wait_initial=settings.retry_wait, wait_max=30)


def _passing(error: Exception) -> bool:
    """Whether trying again may help: a broken connection or a 4xx reply, not a refusal or a wrong certificate."""
    if isinstance(error, _Refused):
        return 400 <= error.code < 500
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError | socket.gaierror | FileNotFoundError | PermissionError):
        return False
    return isinstance(error, smtplib.SMTPException | OSError)


def _envelope(link: _Link, sender: str, recipient: str) -> None:
    """Name sender and recipient to the server; the text is not handed over yet."""
    try:
        smtp = link.ready()
        smtp.rset()
        for code, reply in (smtp.mail(sender), smtp.rcpt(recipient)):
            if code not in (250, 251):
                raise _Refused(code, reply, subject=recipient)
    except (smtplib.SMTPException, OSError, ConfigError) as error:
        link.drop()
        raise _Refused(421, f"connection lost: {_one_line(error)}".encode(), subject=recipient) from error


def _hand_over(link: _Link, message: EmailMessage) -> tuple[DeliveryState, str | None]:
    """Send the text. From here on only a clear answer of the server tells; anything else is unknown."""
    try:
        code, reply = link.ready().data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        # Raised when the server refuses the DATA command itself: no text has left.
        return DeliveryState.failed, f"the server answered {error.smtp_code} to DATA"
    except (smtplib.SMTPException, OSError) as error:
        link.drop()
        return DeliveryState.unknown, f"the connection broke after DATA: {_one_line(error)}"
    if code == 250:
        return DeliveryState.sent, None
    answer = f"the server answered {code} {reply.decode('utf-8', 'replace')}"[:300]
    return (DeliveryState.failed if 500 <= code < 600 else DeliveryState.unknown), answer


def _one_line(error: Exception) -> str:
    return " ".join(f"{error}".split())[:200] or type(error).__name__


def settle(engine: Engine, issue_id: int, recipient: str, *, arrived: bool) -> None:
    """Close an unknown delivery by a person's word: it arrived, or it did not and may be sent again.

    Raises DeliveryError when there is no unknown delivery to this recipient.
    """
    with session_scope(engine) as session:
        row = find_delivery(session, issue_id, recipient)
        if row is None or row.state not in (DeliveryState.unknown, DeliveryState.sending):
            raise DeliveryError(f"nothing to settle, its state is {row.state if row else 'never sent'}", subject=recipient)
        close_delivery(session, row.id or 0, DeliveryState.sent if arrived else DeliveryState.failed, now=utc_now(), error=None)
