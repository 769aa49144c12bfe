"""`yixun digest show | approve | hold | drop | note`: an editor's word on an issue, until it is sent."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.status import EditKind

from .catalogue import named_item
from .common import AsJson, ConfigFile, as_cell, out, out_json, settings_of, store_session
from .digest_options import order_of

if TYPE_CHECKING:
    from jobs.config import Settings
    from reports.editing import Edit
    from store.database import Session
    from store.models import DigestIssue, IssueEdit

Issue = Annotated[str, typer.Argument(help="An issue, as weekly-2026-W47; a digest alone means its newest one.", metavar="ISSUE")]
ItemId = Annotated[str, typer.Argument(help="Id of an item, or its address.", metavar="ITEM")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; by default the name of the user on this machine.")]
_SAID = {
    EditKind.presented: "waits for an editor's word",
    EditKind.approved: "approved",
    EditKind.held: "held",
    EditKind.dropped: "dropped item {item}",
    EditKind.restored: "took back item {item}",
    EditKind.noted: "noted: {said}",
}


def register(noun: typer.Typer) -> None:
    """Add the commands to `yixun digest`."""
    for command in (show, approve, hold, drop, note):
        noun.command(command.__name__)(command)


def show(issue: Issue, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show how an issue stands: its figures, to how many it went, whether it waits, and who did what to it."""
    from store.issue_edits import named_issue

    settings = settings_of(config)
    with store_session(settings) as session:
        report = _report(session, named_issue(session, issue), settings)
    if as_json:
        out_json(report)
        return
    for line in _told(report):
        out(line)


def approve(issue: Issue, by: By = None, config: ConfigFile = None) -> None:
    """Let an issue go that waits for a word or is held: the schedule sends it at its next look."""
    _say(issue, EditKind.approved, by, settings_of(config))


def hold(issue: Issue, by: By = None, config: ConfigFile = None) -> None:
    """Keep an issue from being sent, by the schedule or by hand, until it is approved."""
    _say(issue, EditKind.held, by, settings_of(config))


def drop(
    issue: Issue,
    item: ItemId,
    undo: Annotated[bool, typer.Option("--undo", help="Take a story back that was dropped.")] = False,
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Take the story of an item out of an issue that was not sent yet; tables and figures are made anew without it."""
    from store.errors import UsageError
    from store.issue_edits import named_issue

    settings = settings_of(config)
    with store_session(settings) as session:
        found = named_item(session, item)
        if found is None:
            raise UsageError("no source has listed it", subject=item, hint="`yixun search` finds items by words of their title")
        edit = _edit(EditKind.restored if undo else EditKind.dropped, by, item_id=found.id)
        out(_change(session, named_issue(session, issue), edit, settings))


def note(
    issue: Issue,
    words: Annotated[str, typer.Argument(help='What to say; "" takes the note away.', metavar="TEXT")],
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Put a note of the editor at the head of an issue that was not sent yet."""
    from store.issue_edits import named_issue

    settings = settings_of(config)
    with store_session(settings) as session:
        out(_change(session, named_issue(session, issue), _edit(EditKind.noted, by, said=words.strip()), settings))


def _edit(kind: EditKind, by: str | None, *, item_id: int | None = None, said: str = "") -> Edit:
    from reports.editing import Edit
    from store.database import utc_now

    return Edit(kind=kind, who=by or getpass.getuser(), at=utc_now(), item_id=item_id, said=said)


def _say(name: str, kind: EditKind, by: str | None, settings: Settings) -> None:
    from reports.editing import say_of
    from store.issue_edits import named_issue

    with store_session(settings) as session:
        issue = named_issue(session, name)
        say_of(session, issue, _edit(kind, by))
        out(_standing(session, issue, settings))


def _change(session: Session, issue: DigestIssue, edit: Edit, settings: Settings) -> str:
    """Do it, and say how the issue stands then."""
    from reports.editing import change

    changed = change(session, issue, edit, order_of(settings, issue.digest, issue.period))
    return _standing(session, changed, settings)


def _standing(session: Session, issue: DigestIssue, settings: Settings) -> str:
    """One line on an issue: what it tells, and whether it may go."""
    from reports.editing import name_of, waiting
    from store.database import utc_now

    waits = waiting(session, issue, hold_hours=_hold_hours(issue, settings), now=utc_now())
    return f"{name_of(issue)} {waits or 'may be sent'}: {issue.subject}"


def _hold_hours(issue: DigestIssue, settings: Settings) -> float:
    """The hours of the issue's digest; none where the configuration knows it no more."""
    digest = settings.digest.get(issue.digest)
    return digest.hold_hours if digest else 0


def _report(session: Session, issue: DigestIssue, settings: Settings) -> dict[str, Any]:
    from collections import Counter

    from reports.editing import name_of, waiting
    from store.database import utc_now
    from store.digests import deliveries_of, entries_of
    from store.issue_edits import edits_of

    assert issue.id is not None
    return {
        "issue": name_of(issue),
        "subject": issue.subject,
        "built_at": issue.built_at,
        "coverage": issue.coverage,
        "lines": len(entries_of(session, issue)),
        "deliveries": dict(Counter(row.state for row in deliveries_of(session, issue.id))),
        "waits": waiting(session, issue, hold_hours=_hold_hours(issue, settings), now=utc_now()),
        "edits": [_of_edit(edit) for edit in edits_of(session, issue.id)],
    }


def _of_edit(edit: IssueEdit) -> dict[str, Any]:
    return {"at": edit.at, "who": edit.who, "kind": edit.kind, "item": edit.item_id, "said": edit.said}


def _told(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['issue']}: {report['subject']}"
    yield f"  built {as_cell(report['built_at'])}, {report['lines']} lines, {report['coverage']:.0%} of the sources read"
    sent = ", ".join(f"{count} {state}" for state, count in sorted(report["deliveries"].items()))
    yield f"  {sent or 'sent to nobody'}{'; ' + report['waits'] if report['waits'] else ''}"
    for edit in report["edits"]:
        yield f"{as_cell(edit['at'])} {edit['who']}: {_SAID[edit['kind']].format(item=edit['item'], said=edit['said'] or 'nothing')}"
