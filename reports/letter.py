"""An edition → the mail of one recipient, as bytes that are always the same."""

from __future__ import annotations

import hashlib
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
from .plain import text
from .render import Rewrite, attached, html
from .settings import MailSettings


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


def message_id(edition: Edition, recipient: str, settings: MailSettings) -> str:
    """The Message-ID of an issue to a recipient: always the same, so that a repeated mail is recognised as such."""
    seed = f"{edition.digest}\n{edition.period}\n{reader_key(recipient)}"
    return _identity(seed, settings)


def _identity(seed: str, settings: MailSettings) -> str:
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:32]}.yixun@{_domain(settings)}>"


def _domain(settings: MailSettings) -> str:
    return settings.address.rpartition("@")[2]


def compose(
    edition: Edition, settings: MailSettings, *, recipient: str, date: datetime, test: bool = False, rewrite: Rewrite | None = None
) -> EmailMessage:
    """The mail of an issue to one recipient, plain text and HTML; the same arguments give the same bytes.

    `date` is aware; `test` marks the mail as a test, which no mail program takes for the issue; `rewrite` as in `render.html`.
    """
    ascii_only = wire_address(recipient).isascii()
    message = EmailMessage(policy=_POLICY if ascii_only else _POLICY.clone(utf8=True))
    identity = _identity(f"test\n{edition.name}\n{recipient}\n{date}", settings) if test else message_id(edition, recipient, settings)
    mark = f"[{Labels(edition.language)('subject_test')}] " if test else ""
    message["Subject"] = mark + subject_line(edition)
    message["From"] = settings.sender
    message["To"] = header_address(recipient)
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
    message.set_content(text(edition, test=test, rewrite=rewrite), cte="base64")
    message.add_alternative(html(edition, test=test, rewrite=rewrite), subtype="html", cte="base64")
    attach(message, edition)
    message.set_boundary(f"=_yixun_{hashlib.sha256(identity.encode()).hexdigest()[:24]}")
    return message


def attach(message: EmailMessage, edition: Edition) -> None:
    """Put the pictures of an issue beside the HTML of its mail, where it points to them by their names."""
    page = message.get_body(("html",))
    if page is None:
        return
    for name, png in pictures(edition.trends, edition.language).items():
        page.add_related(png, "image", "png", cid=f"<{attached(name).removeprefix('cid:')}>", filename=name, disposition="inline")
    if page.is_multipart():
        page.set_boundary(f"=_yixun_{hashlib.sha256(edition.name.encode()).hexdigest()[:24]}")


def compose_note(settings: MailSettings, recipient: str, subject: str, body: str, *, date: datetime) -> EmailMessage:
    """A plain mail to one recipient that belongs to no issue; `date` is aware."""
    message = EmailMessage(policy=_POLICY if wire_address(recipient).isascii() else _POLICY.clone(utf8=True))
    message["Subject"], message["From"], message["To"] = subject, settings.sender, header_address(recipient)
    message["Date"], message["Message-ID"] = format_datetime(date), make_msgid(domain=_domain(settings))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="base64")
    return message
