"""What editors did to issues before they were sent: kept with who and when, read back as what stands now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from .digests import list_issues
from .errors import UsageError
from .models import DigestIssue, IssueEdit, IssueEntry, Item
from .status import EditKind


def edits_of(session: Session, issue_id: int) -> list[IssueEdit]:
    """What was done to an issue, in order."""
    return list(session.exec(select(IssueEdit).where(IssueEdit.issue_id == issue_id).order_by(col(IssueEdit.id))))


def dropped_of(edits: Sequence[IssueEdit]) -> frozenset[int]:
    """The items whose stories shall not stand in the issue: what was said last of each counts."""
    last = {edit.item_id: edit.kind for edit in edits if edit.kind in (EditKind.dropped, EditKind.restored)}
    return frozenset(item_id for item_id, kind in last.items() if item_id is not None and kind == EditKind.dropped)


def note_of(edits: Sequence[IssueEdit]) -> str:
    """The note that shall stand at the head of the issue, "" for none."""
    return next((edit.said for edit in reversed(edits) if edit.kind == EditKind.noted), "")


def named_issue(session: Session, name: str) -> DigestIssue:
    """The issue called `name`: DIGEST-PERIOD as its files are called (weekly-2026-W47), or a digest alone for its newest one.

    Raises UsageError when there is none.
    """
    issues = list_issues(session)
    exact = [issue for issue in issues if f"{issue.digest}-{issue.period}" == name]
    found = exact or [issue for issue in issues if issue.digest == name]
    if not found:
        raise UsageError("there is no such issue", subject=name, hint="`yixun digest list` shows them; one is called weekly-2026-W47")
    return found[0]


def stands_in(session: Session, issue: DigestIssue, item: Item) -> bool:
    """Whether a line of the issue is of this item or of its story."""
    own = col(IssueEntry.item_id) == item.id
    rule = own if item.story_id is None else or_(own, col(IssueEntry.story_id) == item.story_id)
    return session.exec(select(IssueEntry.id).where(IssueEntry.issue_id == issue.id, rule).limit(1)).first() is not None


def stories_of(session: Session, item_ids: frozenset[int]) -> set[int]:
    """The stories that these items tell now."""
    found = session.exec(select(Item.story_id).where(col(Item.id).in_(item_ids)))
    return {story_id for story_id in found if story_id is not None}
