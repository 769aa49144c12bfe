"""What the store knows about one item, for whoever asks why it is there: topics, facts, names, issues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, or_, select

from .facts import facts_of_items
from .identity import link_key
from .models import DigestIssue, FactColumns, FundingFact, IssueEntry, Item, ItemTopic, Mention, kind_of


def find_item(session: Session, wanted: Sequence[str]) -> Item | None:
    """The item with this id or one of these addresses; None when there is none."""
    if len(wanted) == 1 and wanted[0].isdecimal():
        return session.get(Item, int(wanted[0]))
    addresses = list(wanted)
    keys = [key for address in wanted if (key := link_key(address))]
    exact = or_(col(Item.link).in_(addresses), col(Item.fetch_link).in_(addresses))
    found = session.exec(select(Item).where(exact).order_by(col(Item.id))).first()
    return found or session.exec(select(Item).where(col(Item.link_key).in_(keys)).order_by(col(Item.id))).first()


def topics_of(session: Session, item_id: int) -> list[ItemTopic]:
    """The topics of an item, strongest first."""
    query = select(ItemTopic).where(col(ItemTopic.item_id) == item_id)
    return list(session.exec(query.order_by(col(ItemTopic.score).desc(), col(ItemTopic.topic_id))))


def mentions_of(session: Session, item_id: int) -> list[Mention]:
    """Whom and what an item names, in the order of the text."""
    return list(session.exec(select(Mention).where(col(Mention.item_id) == item_id).order_by(col(Mention.start))))


def facts_of(session: Session, item_id: int) -> list[tuple[str, FactColumns]]:
    """The facts of an item with their types, in the order of the text."""
    return [(kind_of(row), row) for row in facts_of_items(session, [item_id])[item_id]]


def issues_of(session: Session, item_id: int) -> list[tuple[str, str, str]]:
    """Where an item stood in issues: digest, period and section."""
    query = select(DigestIssue.digest, DigestIssue.period, IssueEntry.section).where(
        col(IssueEntry.issue_id) == col(DigestIssue.id), col(IssueEntry.item_id) == item_id
    )
    return sorted({(digest, period, section) for digest, period, section in session.exec(query)})


def relevant_items(session: Session) -> Iterator[Item]:
    """All relevant items, oldest first, a few at a time."""
    last = 0
    while rows := session.exec(select(Item).where(col(Item.id) > last, col(Item.relevant)).order_by(col(Item.id)).limit(200)).all():
        yield from rows
        last = rows[-1].id or 0


def announced_types(session: Session, item_id: int) -> frozenset[str]:
    """Types of the facts that an item announces: not what it recalls, and no debt."""
    kept = (
        kind for kind, row in facts_of(session, item_id) if not row.background and not (isinstance(row, FundingFact) and row.kind == "debt")
    )
    return frozenset(kept)
