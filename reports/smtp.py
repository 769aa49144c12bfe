"""A connection to the mail server: opened, secured, kept for many mails, and what its answers mean."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import stamina

from store.errors import ConfigError, DeliveryError
from store.status import DeliveryState

from .settings import MailSettings

# Replies that are about us and not about the recipient: no login, a policy against this sender, our quota of the day (RFC 3463).
_ABOUT_US = re.compile(r"^(?:53\d|5\d\d[ -]5\.(?:7\.\d+|4\.5))")

# The server closes the connection after this answer.
_CLOSING = 421


class Refused(DeliveryError):
    """The server said no before the text of the mail; `code` is its reply code.

    `for_good` says that it will never take this recipient, `is_passing` that another try later may help.
    """

    def __init__(self, code: int, reply: bytes, *, subject: str, to_recipient: bool = False) -> None:
        said = f"{code} {reply.decode('utf-8', 'replace')}"
        super().__init__(f"the server answered {said}"[:300], subject=subject)
        self.code = code
        self.is_passing = 400 <= code < 500
        self.for_good = to_recipient and code >= 500 and not _ABOUT_US.match(said)


class Link:
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

    def fault(self) -> str | None:
        """Make sure there is a connection; returns why there is none."""
        settings = self._settings
        place = f"{settings.host}:{settings.effective_port}"
        try:
            for attempt in _attempts(settings):
                with attempt:
                    self.ready()
        except smtplib.SMTPAuthenticationError as error:
            return f"{place} refused the login with {error.smtp_code}; see mail.username and its password"
        except (smtplib.SMTPException, OSError) as error:
            return f"{place} cannot be used: {_one_line(error)}; see [mail] in yixun.toml"
        except ConfigError as error:
            return str(error)
        return None

    def name_both(self, recipient: str) -> None:
        """Name sender and recipient to the server, and again where it may help. Raises Refused when the server says no in the end."""
        for attempt in _attempts(self._settings):
            with attempt:
                self._envelope(recipient)

    def _envelope(self, recipient: str) -> None:
        try:
            smtp = self.ready()
            smtp.rset()
            wide = not recipient.isascii()
            if wide and not smtp.has_extn("smtputf8"):
                raise Refused(553, b"(not asked: it takes no addresses beyond ASCII)", subject=recipient, to_recipient=True)
            code, reply = smtp.mail(self._settings.address, ["SMTPUTF8", "BODY=8BITMIME"] if wide else [])
            if code not in (250, 251):
                raise Refused(code, reply, subject=recipient)
            code, reply = smtp.rcpt(recipient)
            if code not in (250, 251):
                raise Refused(code, reply, subject=recipient, to_recipient=True)
        except Refused as error:
            if error.code == _CLOSING:
                self.drop()
            raise
        except (smtplib.SMTPException, OSError, ConfigError) as error:
            self.drop()
            raise Refused(_CLOSING, f"connection lost: {_one_line(error)}".encode(), subject=recipient) from error

    def hand_over(self, written: bytes) -> tuple[DeliveryState, str | None]:
        """Send the text. From here on only a clear answer of the server tells; anything else is unknown."""
        try:
            code, reply = self.ready().data(written)
        except smtplib.SMTPDataError as error:
            # Raised when the server refuses the DATA command itself: no text has left.
            return _answered(error.smtp_code), f"the server answered {error.smtp_code} to DATA"
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            return DeliveryState.unknown, f"the connection broke after DATA: {_one_line(error)}"
        if code == 250:
            return DeliveryState.sent, None
        return _answered(code), f"the server answered {code} {reply.decode('utf-8', 'replace')}"[:300]


@contextmanager
def linked(settings: MailSettings) -> Iterator[Link]:
    """A connection during the block."""
    link = Link(settings)
    try:
        yield link
    finally:
        link.quit()


def login_fault(settings: MailSettings) -> str | None:
    """Connect to the mail server, secure the connection, log in, and take leave without sending; returns why that is impossible."""
    with linked(settings) as link:
        return link.fault()


def _attempts(settings: MailSettings) -> Iterable[stamina.Attempt]:
    return stamina.retry_context(on=_passing, attempts=settings.tries, timeout=None, wait_initial=settings.retry_wait, wait_max=30)


def _passing(error: Exception) -> bool:
    """Whether trying again at once may help: a broken connection or a busy server, not a word on one recipient or a wrong certificate."""
    if isinstance(error, Refused):
        return error.code == _CLOSING
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError | socket.gaierror | FileNotFoundError | PermissionError):
        return False
    return isinstance(error, smtplib.SMTPException | OSError)


def _answered(code: int) -> DeliveryState:
    """What a clear answer to the text means: 4xx is tried again, 5xx is final; any other leaves it open whether the server has it."""
    return {4: DeliveryState.failed, 5: DeliveryState.rejected}.get(code // 100, DeliveryState.unknown)


def _one_line(error: Exception) -> str:
    return " ".join(f"{error}".split())[:200] or type(error).__name__
