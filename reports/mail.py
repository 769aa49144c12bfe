"""An edition → one mail a recipient, handed over once.

The ledger (table `delivery`) is written before the text of a mail leaves: queued → sending → sent. What fails before the
text was handed over, or is refused for now (4xx), is `failed` and tried again by the next send. What the server refuses for good
is final for this issue. What breaks off after the text left is `unknown`: the server may have taken the mail, so only a person
decides (docs/digest.md).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import stamina
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from store.database import session_scope, utc_now
from store.digests import claim_delivery, close_delivery, find_delivery, is_suppressed
from store.errors import ConfigError, DeliveryError
from store.models import Delivery
from store.status import DeliveryState

from .addresses import reader_key, wire_address
from .edition import Edition
from .letter import compose, compose_note, message_id
from .render import Rewrite
from .settings import MailSettings

# A mail that another sender began this long ago, and neither finished nor failed, was cut off.
_CUT_OFF_AFTER = timedelta(minutes=15)
# Replies to RCPT that are about us and not about the recipient: no login, or a policy against this sender (RFC 3463, x.7.x).
_ABOUT_US = re.compile(r"^(?:53\d|5\d\d[ -]5\.7\.)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery stands, with the error's one line.

    `state` is a state of the ledger, or: already (sent by an earlier run), suppressed (not tried, for the last issues were refused),
    left (not tried, for the sender was told to stop).
    """

    recipient: str
    state: str
    error: str | None = None

    @property
    def fine(self) -> bool:
        """Whether the recipient has the issue."""
        return self.state in ("sent", "already")

    @property
    def is_final(self) -> bool:
        """Whether sending again would not try again."""
        return self.state not in ("failed", "left")


class _Refused(DeliveryError):
    """The server said no before the text of the mail; `code` is its reply code, `for_good` whether it will never take this recipient."""

    def __init__(self, code: int, reply: bytes, *, subject: str, to_recipient: bool = False) -> None:
        said = f"{code} {reply.decode('utf-8', 'replace')}"
        super().__init__(f"the server answered {said}"[:300], subject=subject)
        self.code = code
        self.for_good = to_recipient and code >= 500 and not _ABOUT_US.match(said)


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
    message = compose_note(settings, recipient, subject, body, date=utc_now())
    with _link(settings) as link:
        if fault := _open_link(link, settings):
            return fault
        try:
            _envelope(link, settings.address, wire_address(recipient))
        except _Refused as error:
            return error.message
        return _hand_over(link, message)[1]


def deliver(
    engine: Engine,
    issue_id: int,
    edition: Edition,
    recipients: Iterable[str],
    settings: MailSettings,
    *,
    insist: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    rewrite: Rewrite | None = None,
) -> list[Outcome]:
    """Send a frozen issue to each recipient who does not have it yet; one outcome a reader, in their order.

    `insist` tries those again whom the server refused for good; `stopped` is asked before each mail; `rewrite` as in `render.html`.

    When the server cannot be reached or refuses the login, nobody else is tried: the rest fails with the same error.
    """
    outcomes: list[Outcome] = []
    useless: str | None = None
    readers: dict[str, str] = {}
    for recipient in recipients:
        readers.setdefault(reader_key(recipient), recipient)
    with _link(settings) as link:
        for recipient in readers.values():
            if stopped():
                outcomes.append(Outcome(recipient, "left", "not tried: the sender was told to stop"))
                continue
            row = _enrol(engine, issue_id, edition, recipient, settings, insist=insist)
            if row is None:
                outcomes.append(Outcome(recipient, "suppressed", "not tried: the server refused the last issues for good"))
                continue
            if row.state not in (DeliveryState.queued, DeliveryState.failed):
                outcomes.append(_standing(engine, row, recipient))
                continue
            if settings.pause and any(outcome.state == "sent" for outcome in outcomes):
                time.sleep(settings.pause)
            useless = useless or _open_link(link, settings)
            if useless:
                outcomes.append(_close(engine, row, recipient, DeliveryState.failed, useless))
                continue
            message = compose(edition, settings, recipient=recipient, date=utc_now(), rewrite=rewrite)
            outcomes.append(_send(engine, row, recipient, link, message, settings))
    return outcomes


def send_test(edition: Edition, recipients: Iterable[str], settings: MailSettings) -> list[Outcome]:
    """Send an edition, marked as a test, to these addresses, as often as it is asked for. No ledger knows of it."""
    outcomes = []
    with _link(settings) as link:
        for recipient in recipients:
            error = _open_link(link, settings)
            state: str = DeliveryState.failed
            if error is None:
                message = compose(edition, settings, recipient=recipient, date=utc_now(), test=True)
                try:
                    _name_both(link, recipient, settings)
                    state, error = _hand_over(link, message)
                except _Refused as refused:
                    error = refused.message
            outcomes.append(Outcome(recipient, state, error))
    return outcomes


def _enrol(engine: Engine, issue_id: int, edition: Edition, recipient: str, settings: MailSettings, *, insist: bool) -> Delivery | None:
    """The ledger's row for this issue and reader, made if it is not there; None for a reader who is suppressed."""
    key = reader_key(recipient)
    row = Delivery(issue_id=issue_id, recipient=key, message_id=message_id(edition, recipient, settings))
    try:
        with session_scope(engine) as session:
            known = find_delivery(session, issue_id, key)
            if known is None and not insist and is_suppressed(session, key, issue_id=issue_id):
                return None
            if known is not None:
                if insist and known.state in (DeliveryState.refused, DeliveryState.rejected):
                    known.state = DeliveryState.failed
                return known
            session.add(row)
    except IntegrityError:
        # Another sender made the row in the meantime; it is as good as ours.
        return _enrol(engine, issue_id, edition, recipient, settings, insist=insist)
    return row


def _standing(engine: Engine, row: Delivery, recipient: str) -> Outcome:
    """The outcome of a delivery that is not ours to send: sent before, refused for good, cut off, or under way elsewhere."""
    if row.state == DeliveryState.sent:
        return Outcome(recipient, "already")
    if row.state != DeliveryState.sending:
        return Outcome(recipient, row.state, row.error)
    if row.tried_at is not None and utc_now() - row.tried_at < _CUT_OFF_AFTER:
        return Outcome(recipient, "unknown", "another sender began with it and has not reported yet")
    return _close(engine, row, recipient, DeliveryState.unknown, "the sender stopped while handing the mail over")


def _close(engine: Engine, row: Delivery, recipient: str, state: DeliveryState, error: str | None) -> Outcome:
    with session_scope(engine) as session:
        close_delivery(session, row.id or 0, state, now=utc_now(), error=error)
    return Outcome(recipient, state, error)


def _send(engine: Engine, row: Delivery, recipient: str, link: _Link, message: EmailMessage, settings: MailSettings) -> Outcome:
    """Hand one mail over: tries again before its text leaves, never after."""
    try:
        _name_both(link, recipient, settings)
    except _Refused as error:
        return _close(engine, row, recipient, DeliveryState.refused if error.for_good else DeliveryState.failed, error.message)
    with session_scope(engine) as session:
        mine = claim_delivery(session, row.id or 0, now=utc_now())
    if not mine:
        link.drop()
        return Outcome(recipient, "unknown", "another sender has taken it")
    return _close(engine, row, recipient, *_hand_over(link, message))


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


def _name_both(link: _Link, recipient: str, settings: MailSettings) -> None:
    """Name sender and recipient to the server, and again where it may help. Raises _Refused when the server says no in the end."""
    for attempt in _attempts(settings):
        with attempt:
            _envelope(link, settings.address, wire_address(recipient))


def _envelope(link: _Link, sender: str, recipient: str) -> None:
    """Name sender and recipient to the server; the text is not handed over yet."""
    try:
        smtp = link.ready()
        smtp.rset()
        wide = not recipient.isascii()
        if wide and not smtp.has_extn("smtputf8"):
            raise _Refused(553, b"(not asked: it takes no addresses beyond ASCII)", subject=recipient, to_recipient=True)
        code, reply = smtp.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else [])
        if code not in (250, 251):
            raise _Refused(code, reply, subject=recipient)
        code, reply = smtp.rcpt(recipient)
        if code not in (250, 251):
            raise _Refused(code, reply, subject=recipient, to_recipient=True)
    except (smtplib.SMTPException, OSError, ConfigError) as error:
        link.drop()
        raise _Refused(421, f"connection lost: {_one_line(error)}".encode(), subject=recipient) from error


def _hand_over(link: _Link, message: EmailMessage) -> tuple[DeliveryState, str | None]:
    """Send the text. From here on only a clear answer of the server tells; anything else is unknown."""
    try:
        code, reply = link.ready().data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        # Raised when the server refuses the DATA command itself: no text has left.
        return _answered(error.smtp_code), f"the server answered {error.smtp_code} to DATA"
    except (smtplib.SMTPException, OSError) as error:
        link.drop()
        return DeliveryState.unknown, f"the connection broke after DATA: {_one_line(error)}"
    if code == 250:
        return DeliveryState.sent, None
    return _answered(code), f"the server answered {code} {reply.decode('utf-8', 'replace')}"[:300]


def _answered(code: int) -> DeliveryState:
    """What a clear answer to the text means: 4xx is tried again, 5xx is final; any other leaves it open whether the server has it."""
    return {4: DeliveryState.failed, 5: DeliveryState.rejected}.get(code // 100, DeliveryState.unknown)


def _one_line(error: Exception) -> str:
    return " ".join(f"{error}".split())[:200] or type(error).__name__


def settle(engine: Engine, issue_id: int, recipient: str, *, arrived: bool) -> None:
    """Close an unknown delivery by a person's word: it arrived, or it did not and may be sent again.

    Raises DeliveryError when there is no unknown delivery to this recipient.
    """
    with session_scope(engine) as session:
        row = find_delivery(session, issue_id, reader_key(recipient))
        if row is None or row.state not in (DeliveryState.unknown, DeliveryState.sending):
            raise DeliveryError(f"nothing to settle, its state is {row.state if row else 'never sent'}", subject=recipient)
        close_delivery(session, row.id or 0, DeliveryState.sent if arrived else DeliveryState.failed, now=utc_now(), error=None)
