"""What an editor may do to an issue until it is sent: let it go, hold it, drop a story, say something at its head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from store.clock import SHANGHAI
from store.errors import DigestError, UsageError
from store.issue_edits import dropped_of, edits_of, stands_in
from store.models import DigestIssue, IssueEdit, Item
from store.status import EditKind

from .digest import build_issue, mailed
from .select import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One act of an editor: what, by whom, at which aware moment; of which item, in which words."""

    kind: EditKind
    who: str
    at: datetime
    item_id: int | None = None
    said: str = ""


def name_of(issue: DigestIssue) -> str:
    """What an issue is called on the command line and in the names of its files: weekly-2026-W47."""
    return f"{issue.digest}-{issue.period}"


def say_of(session: Session, issue: DigestIssue, edit: Edit) -> None:
    """Keep that an editor let an issue go, or holds it. Raises DigestError when it was sent."""
    _must_be_unsent(session, issue)
    _keep(session, issue, edit)


def change(session: Session, issue: DigestIssue, edit: Edit, order: Order) -> DigestIssue:
    """Drop the story of an item, take it back, or set the note, and build the issue anew by `order`.

    Raises DigestError when the issue was sent, UsageError when no line of it is of that item, or was taken out of it.
    """
    _must_be_unsent(session, issue)
    edits = [edit]
    if edit.item_id is not None:
        item = session.get_one(Item, edit.item_id)
        if edit.kind == EditKind.dropped and not stands_in(session, issue, item):
            raise UsageError(f"item {item.id} does not stand in it", subject=name_of(issue))
        if edit.kind == EditKind.restored:
            edits = [replace(edit, item_id=item_id) for item_id in _dropped_with(session, issue, item)]
    for one in edits:
        _keep(session, issue, one)
    return build_issue(session, order, rebuild=True)[0]


def _dropped_with(session: Session, issue: DigestIssue, item: Item) -> list[int]:
    """The items by which the story of this one was taken out of an issue. Raises UsageError when it was not."""
    dropped = filter(None, (session.get(Item, item_id) for item_id in sorted(dropped_of(edits_of(session, issue.id or 0)))))
    found = [one.id for one in dropped if one.id and (one.id == item.id or (one.story_id is not None and one.story_id == item.story_id))]
    if not found:
        raise UsageError(f"item {item.id} was not dropped from it", subject=name_of(issue))
    return found


def why_it_waits(session: Session, issue: DigestIssue, *, hold_hours: float, now: datetime) -> str | None:
    """As `waiting`; an issue whose editor has yet to look at it is shown to them from `now` on, and that is kept."""
    edits = edits_of(session, issue.id or 0)
    if hold_hours and not mailed(session, issue) and all(edit.kind != EditKind.presented for edit in edits):
        _keep(session, issue, Edit(kind=EditKind.presented, who="schedule", at=now))
    return waiting(session, issue, hold_hours=hold_hours, now=now)


def waiting(session: Session, issue: DigestIssue, *, hold_hours: float, now: datetime) -> str | None:
    """Why an issue may not be sent at `now`; None when it may. Reads only.

    One that was sent, in part at least, waits for nobody. An issue that somebody holds waits for a word of theirs; one that nobody
    spoke of waits `hold_hours` from when it was shown. A word counts for the issue as it stands: built anew, it needs another.
    """
    edits = edits_of(session, issue.id or 0)
    last = next((edit for edit in reversed(edits) if edit.kind in (EditKind.approved, EditKind.held)), None)
    if mailed(session, issue):
        return None
    if last is not None and last.kind == EditKind.held:
        return f"is held by {last.who} since {_local(last.at)} (`yixun digest approve {name_of(issue)}` lets it go)"
    if not hold_hours or (last is not None and last.at >= issue.built_at):
        return None
    until = next((edit.at for edit in edits if edit.kind == EditKind.presented), now) + timedelta(hours=hold_hours)
    return None if now >= until else f"waits until {_local(until)} for `yixun digest approve {name_of(issue)}`"


def _must_be_unsent(session: Session, issue: DigestIssue) -> None:
    if gone := mailed(session, issue):
        raise DigestError(f"was mailed to {gone} recipients and stays as it is", subject=name_of(issue))


def _keep(session: Session, issue: DigestIssue, edit: Edit) -> None:
    session.add(IssueEdit(issue_id=issue.id or 0, kind=edit.kind, item_id=edit.item_id, said=edit.said, who=edit.who, at=edit.at))
    session.flush()


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
