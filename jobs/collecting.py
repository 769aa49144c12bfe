"""Mails that came back, from a mailbox or a folder: bounces and wishes to leave are taken to heart, once each.

A hard bounce is the server's `refused`, only later: after two issues in a row nothing more is sent to the address. A wish to leave
or a complaint ends that digest for its reader at once.
"""

from __future__ import annotations

import imaplib
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from reports.addresses import reader_key
from reports.links import Signer
from reports.returned import Returned, read_returned
from reports.settings import MailboxSettings, MailSettings
from store.activity import last_of_job
from store.database import Engine, Session, session_scope, utc_now
from store.digests import close_delivery
from store.errors import ConfigError, DeliveryError, YixunError
from store.models import Ledger, Recipient, ReturnedMail
from store.recipients import note_listed, recipients_of, signing_key, unsubscribe
from store.returned import is_read, mailed_as, note_place, place_of
from store.status import DeliveryState, LedgerStatus, ReturnedKind

from .config import Settings
from .slots import Outcome, recorded
from .troubles import COLLECT_JOB

_MOST_BYTES = 1_000_000  # of one mail; what matters stands at its beginning
log = structlog.get_logger()


def collect(engine: Engine, settings: Settings, *, folder: Path | None = None) -> list[ReturnedMail]:
    """Read what is new in `folder`, else in the folder and the mailbox of the settings; returns a row a mail, or several a report.

    Raises ConfigError where neither is set, DeliveryError where the mailbox cannot be read; what was read before that counts.
    """
    box = settings.mailbox
    folders = [one for one in ([folder] if folder else [box.folder]) if one is not None]
    if not folders and (folder is None and box.host is None):
        raise ConfigError("neither folder nor host is set", subject="mailbox", hint="or name one with --folder")
    with session_scope(engine) as session:
        signer = Signer(signing_key(session, now=utc_now()))
    found: list[ReturnedMail] = []
    for place in folders:
        for raw in _files(place):
            found += _take(engine, settings, signer, raw)
    if folder is None and box.host is not None:
        found += _from_mailbox(engine, settings, signer)
    return found


def collect_due(engine: Engine, settings: Settings, *, now: datetime) -> Iterator[Ledger]:
    """Collect where a mailbox or a folder is set; yields a row of the ledger where something came back, or it failed."""
    if settings.mailbox.folder is None and settings.mailbox.host is None:
        return
    try:
        counts = Counter(str(row.kind) for row in collect(engine, settings) if row.kind != ReturnedKind.other)
        outcome = Outcome(LedgerStatus.done, ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    except YixunError as error:
        outcome = Outcome(LedgerStatus.failed, str(error))
    with session_scope(engine) as session:
        before = last_of_job(session, COLLECT_JOB)
    if outcome.note or (before is not None and before.status == LedgerStatus.failed):
        yield recorded(engine, COLLECT_JOB, now.replace(minute=0, second=0, microsecond=0), lambda: outcome)


def _files(folder: Path) -> Iterator[bytes]:
    try:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".eml")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", subject=f"mailbox.folder {folder}") from error
    for path in paths:
        try:
            with path.open("rb") as file:
                yield file.read(_MOST_BYTES)
        except OSError as error:
            log.warning("a mail cannot be read", file=str(path), error=error.strerror or str(error))


def _take(engine: Engine, settings: Settings, signer: Signer, raw: bytes) -> list[ReturnedMail]:
    """Read one mail and act on it, unless that was done before."""
    key = sha256(raw).hexdigest()
    with session_scope(engine) as session:
        if is_read(session, key):
            return []
        rows = [_act(session, settings, signer, one) for one in read_returned(raw)]
        for number, row in enumerate(rows):
            row.key = f"{key}-{number}" if number else key
            session.add(row)
    return rows


def _act(session: Session, settings: Settings, signer: Signer, one: Returned) -> ReturnedMail:
    row = ReturnedMail(key="", kind=one.kind, recipient=one.address, said=one.said, read_at=utc_now())
    if one.kind in (ReturnedKind.hard, ReturnedKind.soft):
        _bounced(session, one, row)
    elif one.kind in (ReturnedKind.unsubscribe, ReturnedKind.complaint):
        readers = _leaving(session, settings, signer, one)
        for reader in readers:
            unsubscribe(session, reader, by="complaint" if one.kind == ReturnedKind.complaint else "mail", now=utc_now())
        row.digest = ", ".join(reader.digest for reader in readers) or None
        row.recipient = readers[0].address if readers else one.address
        row.said = one.said if readers else f"{one.said}; it gets no digest"
    return row


def _bounced(session: Session, one: Returned, row: ReturnedMail) -> None:
    """Note a bounce with the delivery it tells of. A report on a mail that we did not send, or on another's, changes nothing."""
    for delivery, digest in mailed_as(session, one.references):
        if one.address is not None and _key(one.address) not in (delivery.recipient, None):
            continue
        row.recipient, row.digest = delivery.recipient, digest
        state = DeliveryState.refused if one.kind == ReturnedKind.hard else delivery.state
        if delivery.state in (DeliveryState.sent, DeliveryState.unknown, DeliveryState.sending):
            close_delivery(session, delivery, state, now=delivery.tried_at or utc_now(), error=f"bounced: {one.said}"[:300])
        return
    row.said = f"{row.said}; no mail of ours is known by its Message-ID"


def _leaving(session: Session, settings: Settings, signer: Signer, one: Returned) -> list[Recipient]:
    """Whom a wish to leave or a complaint is of: by the signed token, by the mail that it answers, else by its sender."""
    numbers = signer.read("mail", one.token) if one.token else None
    if numbers:
        reader = session.get(Recipient, numbers[0])
        return [reader] if reader else []
    answered = mailed_as(session, one.references)
    if answered:
        return [note_listed(session, digest, row.recipient, row.recipient, now=utc_now()) for row, digest in answered[:1]]
    key = _key(one.address) if one.address else None
    if key is None:
        return []
    named = [name for name in settings.digest if name in one.rest.split()]
    listed = {name for name, digest in settings.digest.items() if key in map(reader_key, digest.recipients)}
    known = {row.digest for row in recipients_of(session, address=key)}
    # A wish that names no digest is meant of all.
    leaving = (listed | known) & set(named) if named else listed | known
    return [note_listed(session, name, key, key, now=utc_now()) for name in sorted(leaving)]


def _key(address: str) -> str | None:
    with suppress(ValueError):
        return reader_key(address)
    return None


def _from_mailbox(engine: Engine, settings: Settings, signer: Signer) -> list[ReturnedMail]:
    box = settings.mailbox
    name = f"{box.username or settings.mail.username}@{box.host}:{box.effective_port}/{box.name}"
    found: list[ReturnedMail] = []
    try:
        with _opened(box, settings.mail) as imap:
            validity = (imap.response("UIDVALIDITY")[1] or [b"0"])[0].decode("ascii", "replace")
            with session_scope(engine) as session:
                place = place_of(session, name)
            last = place.last_uid if place is not None and place.validity == validity else 0
            for uid in _uids(imap, last):
                found += _take(engine, settings, signer, _fetched(imap, uid))
                with session_scope(engine) as session:
                    note_place(session, name, validity, uid, now=utc_now())
    except (imaplib.IMAP4.error, OSError) as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeliveryError(f"cannot be read: {why}", subject=f"mailbox {box.host}:{box.effective_port}", hint="see [mailbox]") from error
    return found


@contextmanager
def _opened(box: MailboxSettings, mail: MailSettings) -> Iterator[imaplib.IMAP4]:
    """A mailbox, open for reading alone: nothing in it is marked or moved."""
    context = ssl.create_default_context(cafile=str(box.ca_file) if box.ca_file else None)
    host, port = box.host or "", box.effective_port
    imap: imaplib.IMAP4
    if box.security == "ssl":
        imap = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=box.timeout)
    else:
        imap = imaplib.IMAP4(host, port, timeout=box.timeout)
    try:
        if box.security == "starttls":
            imap.starttls(context)
        password = box.password.get_secret_value() if box.password else mail.read_password()
        imap.login(box.username or mail.username or "", password or "")
        status, said = imap.select(f'"{box.name}"', readonly=True)
        if status != "OK":
            raise imaplib.IMAP4.error(f"there is no mailbox {box.name}: {said!r}")
        yield imap
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            imap.logout()


def _uids(imap: imaplib.IMAP4, last: int) -> list[int]:
    """The numbers of mails that came after the one numbered `last`, in their order."""
    _, answer = imap.uid("SEARCH", f"UID {last + 1}:*")
    # A range that ends in * has the last mail in it, however it begins.
    return sorted(number for number in map(int, (answer[0] or b"").split()) if number > last)


def _fetched(imap: imaplib.IMAP4, uid: int) -> bytes:
    _, answer = imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
    return next((part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")
