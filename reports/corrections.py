"""What earlier issues said and is not so any more: sums that changed, facts that a person called wrong, stories that were withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from store.digests import EntryKey, entries_in, issues_before, lines_of
from store.news import events_by_proof, facts_by_id, stories_now, withdrawn

from .edition import TABLES, Correction

_LOOKED_THROUGH = 8  # issues
_CHANGED = Decimal("0.05")  # sums that are nearer to each other than this share differ by the rate alone
_PRICED = (TABLES["funding"], TABLES["deals"])


def corrections(session: Session, digest: str, starts_on: date) -> tuple[Correction, ...]:
    """What is to be said of the last issues of a digest before a day, the latest issue first, and was not said in one of them yet."""
    issues = issues_before(session, digest, starts_on, limit=_LOOKED_THROUGH)
    periods = {issue.id or 0: issue.period for issue in issues}
    keys = entries_in(session, list(periods))
    rows = [key for key in keys if key.section in TABLES.values()]
    lines = lines_of(session, [key.id for key in rows])
    gone = withdrawn(session, {key.item_id: key.story_id for key in keys if key.item_id is not None and key.story_id is not None})
    lost = [key for key in keys if key.item_id in gone]
    lines |= lines_of(session, [key.id for key in lost if key.id not in lines])
    found = [_withdrawn(lines[key.id], periods[key.issue_id]) for key in lost]
    left = [key for key in rows if key.item_id not in gone]
    found += _of_facts(session, left, lines, periods)
    said = {_key(Correction(**one)) for issue in issues for one in issue.frozen["corrections"]}
    unsaid = {_key(one): one for one in found if _key(one) not in said}
    return tuple(sorted(unsaid.values(), key=lambda one: list(periods.values()).index(one.period)))


def _key(one: Correction) -> tuple[str | None, ...]:
    return one.what, one.period, one.subject, one.now


def _withdrawn(line: dict[str, Any], period: str) -> Correction:
    return Correction(what="withdrawn", period=period, subject=line["title"], was=None, now=None, link=line["link"])


def _of_facts(session: Session, rows: Sequence[EntryKey], lines: dict[int, dict[str, Any]], periods: dict[int, str]) -> list[Correction]:
    """Corrections of table rows: the event that a row told is found again by its proofs."""
    proofs = {proof for key in rows for proof in lines[key.id]["facts"]}
    stories = {key.story_id for key in rows if key.story_id is not None}
    events = events_by_proof(session, stories_now(session, stories))
    wrong = {name for name, row in facts_by_id(session, proofs).items() if row.reviewed == "wrong"}
    found = []
    for key in rows:
        line, period = lines[key.id], periods[key.issue_id]
        event = next((events[proof] for proof in line["facts"] if proof in events), None)
        if event is not None and key.section in _PRICED:
            found += _changed_sum(line, event, period)
        elif event is None and line["facts"] and line["facts"][0] in wrong:
            values = {"subject": _first(line, "company", "adopter", "holder", "issuer", "title"), "link": line["link"]}
            was = _first(line, "amount", "model", "product", "name", "value", "title")
            found.append(Correction(what="wrong", period=period, was=was, now=None, **values))
    return found


def _changed_sum(line: dict[str, Any], row: Any, period: str) -> list[Correction]:
    """The correction of a sum, when what is known now differs from what was told."""
    if row.cny_low is None or not (_differ(line["cny_low"], row.cny_low) or _differ(line["cny_high"], row.cny_high)):
        return []
    return [
        Correction(
            what="amount",
            period=period,
            subject=_first(line, "company", "title"),
            was=line["amount"] if line["cny_low"] is not None else None,
            now=row.amount_as_written,
            link=line["link"],
        )
    ]


def _differ(was: str | None, now: Decimal | None) -> bool:
    if was is None or now is None:
        return (was is None) != (now is None)
    return abs(Decimal(was) - now) > _CHANGED * max(Decimal(was), now)


def _first(line: dict[str, Any], *names: str) -> str:
    """The first of these parts of a line that says anything, as it was written."""
    found = next(line[name] for name in names if line.get(name))
    return str(found["written"] if isinstance(found, dict) else found)
