"""An edition → one mail a recipient, handed over once.

The ledger (table `delivery`) is written before the text of a mail leaves: queued → sending → sent. What fails before the
text was handed over, or is refused for now (4xx), is `failed` and tried again, by this send once the others are through and by the
next. What the server refuses for good is final for this issue. What breaks off after the text left is `unknown`: the server may
have taken the mail, so only a person decides (docs/digest.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from store.database import Session, session_scope, utc_now
from store.digests import claim_delivery, close_delivery, deliveries_of, find_delivery, sent_since
from store.errors import ConfigError, DeliveryError
from store.models import Delivery, DeliveryColumns, Recipient
from store.recipients import note_listed, refused_addresses, signing_key
from store.status import DeliveryState, RecipientState

from .addresses import reader_key, recipient_key, wire_address
from .edition import Edition
from .letter import Letters, message_id, write_note
from .links import Signer
from .pace import Pace
from .render import Rewrite
from .settings import MailSettings, ServeSettings
from .smtp import Link, Refused, linked

# A mail that another sender began this long ago, and neither finished nor failed, was cut off.
_CUT_OFF_AFTER = timedelta(minutes=15)
_DAY = timedelta(days=1)
_MOST_PUT_OFF = 8  # recipients in a row that the server puts off, before nobody else is tried
_LONGEST_WAIT = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery stands, with the error's one line.

    `state` is a state of the ledger, or: already (sent by an earlier run), suppressed (not tried, for the last issues were refused),
    unsubscribed, waiting (for the reader to confirm), left (not tried, for the sender was told to stop or the day is full).
    """

    recipient: str
    state: str
    error: str | None = None

    @property
    def fine(self) -> bool:
        """Whether the recipient has the issue."""
        return self.state in ("sent", "already")

    @property
    def is_left_out(self) -> bool:
        """Whether the recipient is not to get the issue."""
        return self.state in ("suppressed", RecipientState.unsubscribed, RecipientState.waiting)

    @property
    def is_final(self) -> bool:
        """Whether sending again would not try again."""
        return self.state not in ("failed", "left")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail to be sent: to whom, its row in the ledger, its reader's row, and what writes it."""

    recipient: str
    row: DeliveryColumns
    reader: Recipient
    write: Callable[[], bytes]


def send_note(settings: MailSettings, recipient: str, subject: str, body: str) -> str | None:
    """Send one plain mail that belongs to no issue; returns why it was not taken. It may arrive twice, never in silence not at all."""
    try:
        written = write_note(settings, recipient, subject, body, date=utc_now())
    except ConfigError as error:
        return str(error)
    with linked(settings) as link:
        if fault := link.fault():
            return fault
        try:
            link.name_both(wire_address(recipient))
        except Refused as error:
            return error.message
        return link.hand_over(written)[1]


def deliver(
    engine: Engine,
    issue_id: int,
    edition: Edition,
    recipients: Iterable[str],
    settings: MailSettings,
    *,
    serve: ServeSettings | None = None,
    insist: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    rewrite: Rewrite | None = None,
) -> list[Outcome]:
    """Send a frozen issue to each recipient who does not have it yet; one outcome a reader, in their order.

    `serve` says where the links lead that act for a reader; `insist` tries those again whom the server refused for good; `stopped` is
    asked before each mail; `rewrite` as in `render.html`.

    When the server cannot be reached or refuses the login, nobody else is tried: the rest fails with the same error.
    """
    readers: dict[str, str] = {}
    for recipient in recipients:
        readers.setdefault(reader_key(recipient), recipient)
    letters = Letters(edition, settings, rewrite=rewrite, serve=serve)
    enrolled = _enrol(engine, issue_id, edition, readers, settings, insist=insist)
    parcels: list[Parcel] = []
    outcomes: dict[str, Outcome] = {}
    for recipient, (row, reader, why_not) in zip(readers.values(), enrolled.rows, strict=True):
        if why_not is not None:
            outcomes[recipient] = Outcome(recipient, *why_not)
        elif row.state in (DeliveryState.queued, DeliveryState.failed):
            token = enrolled.signer.token("mail", reader.id or 0, issue_id)
            write = _writer(letters, recipient, reader.language, token)
            parcels.append(Parcel(recipient, row, reader, write))
        else:
            outcomes[recipient] = standing(engine, row, recipient)
    outcomes |= hand_out(engine, parcels, settings, stopped=stopped)
    return [outcomes[recipient] for recipient in readers.values()]


def _writer(letters: Letters, recipient: str, language: str | None, token: str) -> Callable[[], bytes]:
    return lambda: letters.write(recipient, date=utc_now(), language=language, token=token)


def send_test(edition: Edition, recipients: Iterable[str], settings: MailSettings) -> list[Outcome]:
    """Send an edition, marked as a test, to these addresses, as often as it is asked for. No ledger knows of it."""
    outcomes = []
    letters = Letters(edition, settings, test=True)
    with linked(settings) as link:
        for recipient in recipients:
            state, error = DeliveryState.failed, link.fault()
            if error is None:
                try:
                    written = letters.write(recipient, date=utc_now())
                    link.name_both(wire_address(recipient))
                    state, error = link.hand_over(written)
                except (Refused, ConfigError) as refused:
                    error = refused.message
            outcomes.append(Outcome(recipient, state, error))
    return outcomes


@dataclass(slots=True)
class _Enrolled:
    """The rows of an issue's readers, in their order: delivery, reader, and why nothing is sent."""

    signer: Signer
    rows: list[tuple[Delivery, Recipient, tuple[str, str] | None]] = field(default_factory=list)


def _enrol(
    engine: Engine, issue_id: int, edition: Edition, readers: Mapping[str, str], settings: MailSettings, *, insist: bool
) -> _Enrolled:
    """Make sure that each reader has a row, and the issue a row in the ledger for each who is to get it."""
    try:
        with session_scope(engine) as session:
            return _enrolled(session, issue_id, edition, readers, settings, insist=insist)
    except IntegrityError:
        # Another sender made a row in the meantime; it is as good as ours.
        return _enrol(engine, issue_id, edition, readers, settings, insist=insist)


def _enrolled(
    session: Session, issue_id: int, edition: Edition, readers: Mapping[str, str], settings: MailSettings, *, insist: bool
) -> _Enrolled:
    now = utc_now()
    found = _Enrolled(Signer(signing_key(session, now=now)))
    known = {row.recipient: row for row in deliveries_of(session, issue_id)}
    refused = set() if insist else refused_addresses(session, readers, but_for=issue_id)
    for key, recipient in readers.items():
        reader = note_listed(session, edition.digest, key, recipient, now=now)
        row = known.get(key) or Delivery(issue_id=issue_id, recipient=key, message_id=message_id(edition, recipient, settings))
        why_not = _why_not(reader, suppressed=key in refused and key not in known)
        if row.id is None and why_not is None:
            session.add(row)
        if insist and row.state in (DeliveryState.refused, DeliveryState.rejected):
            row.state = DeliveryState.failed
        found.rows.append((row, reader, why_not if row.state != DeliveryState.sent else None))
    return found


def _why_not(reader: Recipient, *, suppressed: bool = False) -> tuple[str, str] | None:
    """Why a reader is not to get an issue, as a state and a line."""
    if reader.state == RecipientState.unsubscribed:
        return reader.state, "not tried: unsubscribed"
    if reader.state == RecipientState.waiting:
        return reader.state, "not tried: not confirmed yet"
    return ("suppressed", "not tried: the server refused the last issues for good") if suppressed else None


def standing(engine: Engine, row: DeliveryColumns, recipient: str) -> Outcome:
    """The outcome of a delivery that is not ours to send: sent before, refused for good, cut off, or under way elsewhere."""
    if row.state == DeliveryState.sent:
        return Outcome(recipient, "already")
    if row.state != DeliveryState.sending:
        return Outcome(recipient, row.state, row.error)
    if row.tried_at is not None and utc_now() - row.tried_at < _CUT_OFF_AFTER:
        return Outcome(recipient, "unknown", "another sender began with it and has not reported yet")
    return close(engine, row, recipient, DeliveryState.unknown, "the sender stopped while handing the mail over")


def close(engine: Engine, row: DeliveryColumns, recipient: str, state: DeliveryState, error: str | None) -> Outcome:
    """Write into the ledger how a delivery ended."""
    with session_scope(engine) as session:
        close_delivery(session, row, state, now=utc_now(), error=error)
    return Outcome(recipient, state, error)


def claim(engine: Engine, row: DeliveryColumns, reader: Recipient | None = None) -> Outcome | None:
    """Take a delivery for sending; the outcome where that is not ours any more, or the reader left meanwhile."""
    with session_scope(engine) as session:
        now_is = session.get(Recipient, reader.id) if reader else None
        if now_is is not None and (why_not := _why_not(now_is)):
            return Outcome(row.recipient, *why_not)
        if not claim_delivery(session, row, now=utc_now()):
            return Outcome(row.recipient, "unknown", "another sender has taken it")
    return None


def hand_out(engine: Engine, parcels: list[Parcel], settings: MailSettings, *, stopped: Callable[[], bool]) -> dict[str, Outcome]:
    """Send mails at the pace that is set, those that were put off once more when the others are through; outcomes by recipient."""
    if not parcels:
        return {}
    sent_today = 0
    if settings.per_day is not None:
        with session_scope(engine) as session:
            sent_today = sent_since(session, utc_now() - _DAY)
    with linked(settings) as link:
        run = _Run(engine, settings, link, Pace(settings, sent_today, stopped), stopped)
        for number in range(settings.tries):
            if number:
                run.rest(settings.retry_wait * 2 ** (number - 1))
            parcels = [parcel for parcel in parcels if run.send(parcel)]
            if not parcels or run.useless:
                break
    return run.outcomes


@dataclass(slots=True)
class _Run:
    """One sender at work: what became of each mail, and whether going on makes sense."""

    engine: Engine
    settings: MailSettings
    link: Link
    pace: Pace
    stopped: Callable[[], bool]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    useless: str | None = None
    put_off: int = 0  # recipients in a row

    def rest(self, seconds: float) -> None:
        """Wait, unless told to stop."""
        until = time.monotonic() + min(seconds, _LONGEST_WAIT)
        while time.monotonic() < until and not self.stopped():
            time.sleep(min(0.2, max(0.0, until - time.monotonic())))

    def send(self, parcel: Parcel) -> bool:
        """Send one mail; True where the server put it off and it may be tried again."""
        recipient = parcel.recipient
        if not self.stopped() and not self.pace.is_spent:
            self.pace.wait()
        if self.stopped() or self.pace.is_spent:
            why = "the sender was told to stop" if self.stopped() else "mail.per_day is reached"
            self.outcomes.setdefault(recipient, Outcome(recipient, "left", f"not tried: {why}"))
            return False
        self.useless = self.useless or self.link.fault()
        if self.useless:
            self.outcomes[recipient] = close(self.engine, parcel.row, recipient, DeliveryState.failed, self.useless)
            return False
        outcome, passing = self._hand_over(parcel)
        self.outcomes[recipient] = outcome
        if outcome.state == DeliveryState.sent and self.pace.count():
            self.link.quit()
        self._heed(outcome, passing)
        return passing

    def _hand_over(self, parcel: Parcel) -> tuple[Outcome, bool]:
        row, recipient = parcel.row, parcel.recipient
        try:
            written = parcel.write()
            self.link.name_both(wire_address(recipient))
        except Refused as error:
            state = DeliveryState.refused if error.for_good else DeliveryState.failed
            return close(self.engine, row, recipient, state, error.message), error.is_passing
        except ConfigError as error:
            self.useless = str(error)
            return close(self.engine, row, recipient, DeliveryState.failed, self.useless), False
        if not_ours := claim(self.engine, row, parcel.reader):
            self.link.drop()
            return Outcome(recipient, not_ours.state, not_ours.error), False
        state, why = self.link.hand_over(written)
        return close(self.engine, row, recipient, state, why), state == DeliveryState.failed

    def _heed(self, outcome: Outcome, passing: bool) -> None:
        """Go slower while the server puts one after another off, and leave off when it does not stop."""
        self.put_off = self.put_off + 1 if passing else 0
        if self.put_off >= _MOST_PUT_OFF:
            self.useless = f"nobody else is tried, the server puts everybody off: {outcome.error}"
        elif self.put_off > 1:
            self.rest(self.settings.retry_wait * 2 ** (self.put_off - 2))


def settle(engine: Engine, issue_id: int, recipient: str, *, arrived: bool) -> None:
    """Close an unknown delivery by a person's word: it arrived, or it did not and may be sent again.

    Raises DeliveryError when there is no unknown delivery to this recipient.
    """
    with session_scope(engine) as session:
        row = find_delivery(session, issue_id, recipient_key(recipient))
        if row is None or row.state not in (DeliveryState.unknown, DeliveryState.sending):
            raise DeliveryError(f"nothing to settle, its state is {row.state if row else 'never sent'}", subject=recipient)
        close_delivery(session, row, DeliveryState.sent if arrived else DeliveryState.failed, now=utc_now(), error=None)
