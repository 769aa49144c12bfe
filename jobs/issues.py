"""One slot of a digest: wait until enough was looked at, then build the issue, write its files, and send it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from reports.archive import write_issue
from reports.channels import tell
from reports.consult import before_building
from reports.coverage import Coverage
from reports.digest import build_issue, mailed
from reports.editing import name_of, why_it_waits
from reports.edition import Edition
from reports.mail import Outcome as Delivered
from reports.mail import deliver
from reports.recipients import readers_of
from reports.render import issue_page
from reports.select import Order, measure
from reports.site.publish import publish
from store.clock import SHANGHAI
from store.database import Engine, Session, session_scope, utc_now
from store.digests import find_issue
from store.errors import DigestError
from store.issue_edits import edits_of
from store.ledger import find_slot
from store.models import DigestIssue
from store.status import LedgerStatus

from .config import Settings
from .hours import due_period
from .slots import Outcome


def send_digest(engine: Engine, settings: Settings, name: str, slot: datetime, *, stopped: Callable[[], bool]) -> Outcome:
    """Build the issue that is due at `slot` and send it to whoever does not have it; to files alone without mail.host.

    The slot waits while less was looked at than `least_coverage` asks for, `wait_hours` at most. An issue that was built before
    and went to nobody is built anew when more is known, until an editor looks at it; what an editor holds, or has yet to approve, waits.
    One without a story is not sent where `when_empty` says so. `stopped` is asked before each mail.
    """
    digest = settings.digest[name]
    order = Order(name=name, settings=digest, period=due_period(digest, slot), now=utc_now(), second_reader=settings.second_reader.enabled)
    with session_scope(engine) as session:
        readers = readers_of(session, name, order.settings.recipients)
        if settings.mail.host is not None and not readers and not order.settings.channels:
            return Outcome(LedgerStatus.failed, f"[digest.{name}] has no recipients")
        seen = measure(session, order)
        row = find_slot(session, f"digest {name}", slot)
    until = ((row and row.started_at) or order.now) + timedelta(hours=digest.wait_hours)
    if not seen.is_enough and order.now < until:
        return Outcome(LedgerStatus.waiting, f"{order.period.label} waits until {_local(until)} for more than {_read(seen)}")
    if seen.is_nothing:
        return Outcome(LedgerStatus.failed, f"{order.period.label} is not sent: {_read(seen)}")
    issue, edition, waits = _built(engine, order, seen, settings)
    if digest.when_empty == "skip" and not edition.totals.stories:
        return Outcome(LedgerStatus.done, f"{issue.period} has no story and is not sent: {_read(seen)}")
    if waits:
        return Outcome(LedgerStatus.waiting, f"{name_of(issue)} {waits}")
    written = _write(engine, issue, edition, settings)
    outcomes = tell(engine, issue.id or 0, edition, order.settings.channels, settings.channel, stopped=stopped)
    if settings.mail.host is None and not outcomes:
        return Outcome(LedgerStatus.done, f"{issue.period} {written}")
    if settings.mail.host is not None:
        outcomes += deliver(engine, issue.id or 0, edition, readers, settings.mail, serve=settings.serve, stopped=stopped)
    return _outcome(issue, outcomes)


def _built(engine: Engine, order: Order, seen: Coverage, settings: Settings) -> tuple[DigestIssue, Edition, str | None]:
    """The issue as it is to be sent, with what keeps it back, if anything. Nothing is built anew under the eyes of an editor."""
    with session_scope(engine) as session:
        frozen = find_issue(session, order.name, order.period.label)
        is_free = frozen is not None and not mailed(session, frozen) and not edits_of(session, frozen.id or 0)
        anew = frozen is not None and is_free and frozen.coverage < seen.share
    for line in before_building(engine, order, settings.second_reader, rebuild=anew):
        structlog.get_logger().info(line)
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order, rebuild=anew)
    with session_scope(engine) as session:
        return issue, edition, why_it_waits(session, issue, hold_hours=order.settings.hold_hours, now=order.now)


def _read(seen: Coverage) -> str:
    pages = f", {seen.pages_waiting} pages unread" if seen.pages_waiting else ""
    return f"{seen.read} of {seen.enabled} sources read since its end{pages}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def write_files(
    session: Session, issue: DigestIssue, edition: Edition, settings: Settings, *, folder: Path | None = None, recipient: str | None = None
) -> list[Path]:
    """Write the files of a frozen issue into `folder` (default mail.out), and the archive where its mail leads there; returns the files.

    Raises DigestError when a folder cannot be written to.
    """
    written = write_issue(edition, folder or settings.mail.out, settings.mail, date=issue.built_at, recipient=recipient)
    if edition.archive_url is not None:
        publish(session, archive_folder(settings), settings.digest, now=utc_now())
        page = archive_folder(settings) / issue_page(edition)
        written += [page] if page.is_file() else []
    return written


def archive_folder(settings: Settings) -> Path:
    """Where the archive is written."""
    return settings.mail.out / "archive"


def _write(engine: Engine, issue: DigestIssue, edition: Edition, settings: Settings) -> str:
    """Write the files of an issue. What cannot be written stops a mail only where the mail would link to it."""
    try:
        with session_scope(engine) as session:
            paths = write_files(session, issue, edition, settings)
        return f"written to {', '.join(map(str, paths))}"
    except DigestError as error:
        if settings.mail.host is None or edition.archive_url is not None:
            raise
        return f"not written: {error}"


def _outcome(issue: DigestIssue, outcomes: list[Delivered]) -> Outcome:
    """How the slot stands: open while sending again would reach somebody; what is final needs a person, not another try."""
    asked = [outcome for outcome in outcomes if not outcome.is_left_out]
    wrong = [f"{outcome.recipient}: {outcome.error or outcome.state}" for outcome in asked if not outcome.fine]
    left_out = Counter(outcome.state for outcome in outcomes if outcome.is_left_out)
    counted = [f"{count} {state}" for state, count in sorted(left_out.items())]
    note = "; ".join([f"{issue.period} sent to {sum(outcome.fine for outcome in asked)} of {len(asked)}", *counted, *wrong[:10]])
    if any(outcome.state == "left" for outcome in asked):
        return Outcome(LedgerStatus.waiting, note)
    if not all(outcome.is_final for outcome in asked):
        return Outcome(LedgerStatus.failed, note)
    return Outcome(LedgerStatus.partly if wrong else LedgerStatus.done, note)
