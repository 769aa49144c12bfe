"""What judging found in an item, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, SQLModel, col, delete

from .models import (
    AdoptionFact,
    ApprovalFact,
    FundingFact,
    InvestorRow,
    ItemTopic,
    LaunchFact,
    Mention,
    PartnershipFact,
    PolicyFact,
    ResultsFact,
)

FactRow = FundingFact | AdoptionFact | ApprovalFact | PartnershipFact | PolicyFact | LaunchFact | ResultsFact
OF_AN_ITEM: tuple[type[SQLModel], ...] = (
    ItemTopic,
    Mention,
    FundingFact,
    AdoptionFact,
    ApprovalFact,
    PartnershipFact,
    PolicyFact,
    LaunchFact,
    ResultsFact,
)


def forget_judgement(session: Session, item_ids: Sequence[int]) -> None:
    """Delete the topics, mentions and facts of these items."""
    for table in OF_AN_ITEM:
        session.exec(delete(table).where(col(table.item_id).in_(list(item_ids))))  # type: ignore[attr-defined]


def add_judgement(session: Session, topics: Sequence[ItemTopic], mentions: Sequence[Mention], facts: Sequence[FactRow]) -> None:
    """Add what judging found; a funding fact's investors become rows of their own."""
    session.add_all([*topics, *mentions, *facts])
    rounds = [fact for fact in facts if isinstance(fact, FundingFact) and fact.investors]
    if not rounds:
        return
    session.flush()
    for fact in rounds:
        for position, investor in enumerate(fact.investors):
            session.add(
                InvestorRow(
                    funding_id=fact.id or 0,
                    position=position,
                    organisation_id=investor["id"],
                    name=investor["name"],
                    lead=investor["lead"],
                )
            )
