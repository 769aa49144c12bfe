"""An edition → the mails of its recipients, as bytes that are always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, make_msgid
from urllib.parse import quote

from .addresses import header_address, reader_key, wire_address
from .charts import pictures
from .edition import Edition
from .labels import Labels, subject_line
from .links import OF_THIS_READER, Ways
from .plain import text
from .render import Rewrite, attached, html
from .settings import MailSettings, ServeSettings
from .signature import Signature


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
Headers = Callable[[EmailMessage], None] | None


def message_id(edition: Edition, recipient: str, settings: MailSettings) -> str:
    """The Message-ID of an issue to a recipient: always the same, so that a repeated mail is recognised as such."""
    seed = f"{edition.digest}\n{edition.period}\n{reader_key(recipient)}"
    return _identity(seed, settings)


def _identity(seed: str, settings: MailSettings) -> str:
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:32]}.yixun@{_domain(settings)}>"


def _domain(settings: MailSettings) -> str:
    return settings.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class _Bodies:
    """Both parts of a mail, rendered once for all readers of a language; `OF_THIS_READER` stands where their tokens go."""

    text: str
    html: str
    pictures: Mapping[str, bytes]


class Letters:
    """The mails of one issue: rendered once a language, then written for one reader after another.

    `test` marks them as a test, which no mail program takes for the issue; `rewrite` as in `render.html`; `serve` says where links
    lead that act for a reader.
    """

    def __init__(
        self,
        edition: Edition,
        settings: MailSettings,
        *,
        test: bool = False,
        rewrite: Rewrite | None = None,
        serve: ServeSettings | None = None,
    ) -> None:
        self._edition, self._settings, self._test, self._rewrite, self._serve = edition, settings, test, rewrite, serve or ServeSettings()
        self._bodies: dict[str, _Bodies] = {}
        self._signature = Signature(settings)

    def write(self, recipient: str, *, date: datetime, language: str | None = None, token: str | None = None) -> bytes:
        """The mail for one reader as it is handed over, signed where a key is set. Raises ConfigError for a key that is none."""
        written = self.compose(recipient, date=date, language=language, token=token).as_bytes()
        return self._signature.of(written) + written

    def compose(self, recipient: str, *, date: datetime, language: str | None = None, token: str | None = None) -> EmailMessage:
        """The mail for one reader; the same arguments give the same bytes.

        `date` is aware; `language` that of the reader, by default the issue's; `token` signs the reader's links, without one there are
        none.
        """
        settings = self._settings
        edition = replace(self._edition, language=language) if language else self._edition
        message = EmailMessage(policy=_policy(recipient))
        seed = f"test\n{edition.name}\n{recipient}\n{date}"
        identity = _identity(seed, settings) if self._test else message_id(edition, recipient, settings)
        mark = f"[{Labels(edition.language)('subject_test')}] " if self._test else ""
        message["Subject"] = mark + subject_line(edition)
        message["From"] = settings.sender
        message["To"] = header_address(recipient)
        if settings.reply_to:
            message["Reply-To"] = settings.reply_to
        message["Date"] = format_datetime(date)
        message["Message-ID"] = identity
        list_headers(message, settings, self._serve, edition.digest, token)
        message["Auto-Submitted"] = "auto-generated"
        bodies = self._rendered(edition, links=token is not None)
        message.set_content(bodies.text.replace(OF_THIS_READER, token or ""), cte="base64")
        message.add_alternative(bodies.html.replace(OF_THIS_READER, token or ""), subtype="html", cte="base64")
        _attach(message, bodies.pictures, edition.name)
        message.set_boundary(f"=_yixun_{hashlib.sha256(identity.encode()).hexdigest()[:24]}")
        return message

    def _rendered(self, edition: Edition, *, links: bool) -> _Bodies:
        key = f"{edition.language} {links}"
        if key not in self._bodies:
            ways = Ways(self._serve) if links else None
            self._bodies[key] = _Bodies(
                text(edition, test=self._test, rewrite=self._rewrite, ways=ways),
                html(edition, test=self._test, rewrite=self._rewrite, ways=ways),
                pictures(edition.trends, edition.language),
            )
        return self._bodies[key]


def _attach(message: EmailMessage, pictures: Mapping[str, bytes], seed: str) -> None:
    """Put pictures beside the HTML of a mail, where it points to them by their names; the same seed gives the same bytes."""
    page = message.get_body(("html",))
    if not isinstance(page, EmailMessage):
        return
    for name, png in pictures.items():
        page.add_related(png, "image", "png", cid=f"<{attached(name).removeprefix('cid:')}>", filename=name, disposition="inline")
    if page.is_multipart():
        page.set_boundary(f"=_yixun_{hashlib.sha256(seed.encode()).hexdigest()[:24]}")


def list_headers(message: EmailMessage, settings: MailSettings, serve: ServeSettings, digest: str, token: str | None) -> None:
    """Name the list that a mail belongs to, and how to leave it: by mail, and by one click (RFC 8058) where `serve.url` is set."""
    leave = settings.unsubscribe_mailto or settings.reply_to or settings.address
    wish = " ".join(filter(None, ["unsubscribe", digest, token]))
    ways = [f"<mailto:{leave}?subject={quote(wish)}>"]
    page = serve.link("leave", token) if token else None
    if page:
        # Characters beyond ASCII are written as in an address; what is one already stays.
        ways.insert(0, f"<{quote(page, safe=_IN_ADDRESSES)}>")
    message["List-Unsubscribe"] = ", ".join(ways)
    if page and page.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Id"] = f"<{quote(digest, safe='')}.yixun.{_domain(settings)}>"


def _policy(recipient: str) -> Policy:
    return _POLICY if wire_address(recipient).isascii() else _POLICY.clone(utf8=True)


def write_note(
    settings: MailSettings, recipient: str, subject: str, body: str, *, date: datetime, identity: str | None = None, headers: Headers = None
) -> bytes:
    """A plain mail to one recipient that belongs to no issue, signed where a key is set; `date` is aware.

    `identity` is its Message-ID, by default a new one; `headers` adds some. Raises ConfigError for a key that is none.
    """
    message = EmailMessage(policy=_policy(recipient))
    message["Subject"], message["From"], message["To"] = subject, settings.sender, header_address(recipient)
    message["Date"], message["Message-ID"] = format_datetime(date), identity or make_msgid(domain=_domain(settings))
    message["Auto-Submitted"] = "auto-generated"
    if headers:
        headers(message)
    message.set_content(body, cte="base64")
    written = message.as_bytes()
    return Signature(settings).of(written) + written


def identity_of(settings: MailSettings, *seed: object) -> str:
    """A Message-ID that is always the same for the same things."""
    return _identity("\n".join(map(str, seed)), settings)
