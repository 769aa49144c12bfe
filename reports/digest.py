"""Building issues: select once, freeze, and show the frozen edition ever after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from store.digests import delivery_states, entries_of, find_issue, save_issue
from store.errors import DigestError, UsageError
from store.issue_edits import dropped_of, edits_of, note_of
from store.models import DigestIssue, IssueEntry
from store.status import DeliveryState

from .edition import TABLES, Edition, Section, freeze, thaw
from .labels import subject_line
from .render import html
from .seconded import with_second_reading
from .select import Order, select_edition

# Gmail clips a mail whose HTML passes 102 kB; the rest of a mail's HTML is ours to bound.
MAX_HTML_BYTES = 90_000


def make_edition(session: Session, order: Order) -> Edition:
    """Select an edition and bound it to what a mail may weigh. Nothing is stored."""
    edition = select_edition(session, order)
    if order.second_reader:
        edition = with_second_reading(session, edition)
    most = max((min(section.shown, len(section.stories)) for section in edition.sections), default=1)
    rows = min(order.settings.rows_per_table, max(1, *(len(edition.rows(table)) for table in TABLES)))
    while (size := len(html(edition).encode())) > MAX_HTML_BYTES and (most > 1 or rows > 3):
        # All shrink in proportion to what is too much, by one at least.
        most = max(1, min(most - 1, most * MAX_HTML_BYTES // size))
        rows = max(3, min(rows - 1, rows * MAX_HTML_BYTES // size))
        edition = replace(edition, sections=tuple(_at_most(section, most) for section in edition.sections), rows_shown=rows)
    return edition


def draft_edition(session: Session, order: Order) -> Edition:
    """An edition as it would be now. Nothing is stored, so that no archive has it and nothing in it leads to one."""
    return replace(make_edition(session, order), archive_url=None)


def build_issue(session: Session, order: Order, *, rebuild: bool = False) -> tuple[DigestIssue, Edition]:
    """The issue of a period with its edition: the frozen one if it was built before, else built and frozen now.

    The session should hold nothing else unsaved. `rebuild` selects anew and replaces the frozen issue; what an editor dropped or noted
    stands. Raises DigestError when that issue was mailed already, UsageError when the period is not over: no issue is frozen of what
    may still happen.
    """
    if not order.is_over:
        raise UsageError(f"{order.period.label} is not over yet", subject=order.name, hint="--partial shows what there is so far")
    frozen = find_issue(session, order.name, order.period.label)
    if frozen is not None and not rebuild:
        return frozen, load_edition(session, frozen)
    if frozen is not None and (gone := mailed(session, frozen)):
        raise DigestError(
            f"was mailed to {gone} recipients and stays as it is",
            subject=f"{order.name} {order.period.label}",
            hint="build other days with --from and --to",
        )
    if frozen is not None:
        edits = edits_of(session, frozen.id or 0)
        order = replace(order, dropped=dropped_of(edits), note=note_of(edits))
    edition = make_edition(session, order)
    head, lines = freeze(edition)
    issue = DigestIssue(
        digest=order.name,
        period=order.period.label,
        starts_on=order.period.starts_on,
        ends_on=order.period.ends_on,
        built_at=order.now,
        language=edition.language,
        subject=subject_line(edition),
        coverage=edition.coverage.share,
        frozen=head,
    )
    entries = [_entry(number, section, line) for number, (section, line) in enumerate(lines)]
    try:
        return save_issue(session, issue, entries), edition
    except IntegrityError:
        # Somebody else built the same issue at the same moment: theirs is the frozen one.
        session.rollback()
        return build_issue(session, order)


def _at_most(section: Section, stories: int) -> Section:
    return replace(section, shown=min(section.shown, stories))


def mailed(session: Session, issue: DigestIssue) -> int:
    """To how many recipients an issue went, or may have gone."""
    on_their_way = (DeliveryState.sending, DeliveryState.sent, DeliveryState.unknown)
    return sum(state in on_their_way for state in delivery_states(session, issue.id or 0))


def _entry(number: int, section: str, line: dict[str, Any]) -> IssueEntry:
    return IssueEntry(issue_id=0, section=section, position=number, item_id=line["item_id"], story_id=line["story_id"], frozen=line)


def load_edition(session: Session, issue: DigestIssue) -> Edition:
    """The edition of a frozen issue, from its own rows alone."""
    return thaw(issue.frozen, [(entry.section, entry.frozen) for entry in entries_of(session, issue)])
