"""What readers doubt: lines of issues that somebody called wrong. An editor sees them beside the facts (`yixun facts list`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from .models import FACT_TABLES, Doubt, FactColumns, IssueEntry, fact_id

_ALL = ""


def line_of(session: Session, issue_id: int, item_id: int) -> IssueEntry | None:
    """A line of an issue that tells this item."""
    rule = (IssueEntry.issue_id == issue_id, IssueEntry.item_id == item_id)
    return session.exec(select(IssueEntry).where(*rule).order_by(col(IssueEntry.id)).limit(1)).first()


def is_about(word: str) -> bool:
    """Whether a doubt may be about this: the facts of one table (`funding`, `adoption`, …), or all of the item."""
    return word == _ALL or f"fact_{word}" in FACT_TABLES


def doubt(session: Session, *, item_id: int, about: str, issue_id: int, recipient_id: int, words: str, now: datetime) -> None:
    """Keep that a reader called a line wrong; said again, the last words stand."""
    rule = (Doubt.item_id == item_id, Doubt.about == about, Doubt.issue_id == issue_id, Doubt.recipient_id == recipient_id)
    row = session.exec(select(Doubt).where(*rule)).first()
    if row is None:
        row = Doubt(item_id=item_id, about=about, issue_id=issue_id, recipient_id=recipient_id, said_at=now)
    row.words = words or row.words
    session.add(row)


def doubts_of(session: Session, item_ids: Iterable[int]) -> dict[int, list[Doubt]]:
    """What readers doubt of items, by item, the latest first."""
    found: dict[int, list[Doubt]] = {}
    for row in session.exec(select(Doubt).where(col(Doubt.item_id).in_(list(item_ids))).order_by(col(Doubt.id).desc())):
        found.setdefault(row.item_id, []).append(row)
    return found


def doubts_about(doubts: Iterable[Doubt], fact: FactColumns | str) -> list[Doubt]:
    """Those of an item's doubts that a fact of it, or a fact's id, may be meant by."""
    named = (fact if isinstance(fact, str) else fact_id(fact)).partition(":")[0]
    return [one for one in doubts if one.about in (_ALL, named)]


def doubted_items(session: Session) -> list[int]:
    """The items that readers doubt, by id."""
    return sorted(set(session.exec(select(Doubt.item_id))))
