"""Names as items give them: those outside the catalogue, and what promoting one changes in the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, case, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from .kinds import kept_in
from .models import FACT_TABLES, InvestorRow, Item, Mention
from .status import ItemStatus


def _named() -> Iterator[tuple[Any, Any, Any]]:
    """Where facts hold a name as written beside the id of its organisation."""
    yield InvestorRow, InvestorRow.name, InvestorRow.organisation_id
    for name, table in FACT_TABLES.items():
        for role in kept_in(name).values():
            if role.type == "party":
                yield table, getattr(table, role.column), getattr(table, f"{role.column}_id")


def unknown_names(session: Session, *, kind: str | None = None, since: datetime | None = None) -> list[dict[str, Any]]:
    """Organisations outside the catalogue, those in most kept items first: name, kind, items, times, first_seen, example.

    `kind` is the kind the name's end speaks for; `since` leaves out items first seen before it. `example` is the title of
    the latest item that names it.
    """
    named: Select[*tuple[Any, ...]] = (
        select(
            col(Mention.as_written).label("name"),
            func.min(Mention.kind).label("kind"),
            func.count(col(Mention.item_id).distinct()).label("items"),
            func.sum(Mention.times).label("times"),
            func.min(Item.first_seen_at).label("first_seen"),
            func.max(Item.id).label("last"),
        )
        .join(Item, col(Item.id) == col(Mention.item_id))
        .where(col(Mention.target_id).is_(None), col(Mention.target) == "organisation", col(Item.status) == ItemStatus.kept)
        .group_by(col(Mention.as_written))
    )
    if kind is not None:
        named = named.where(col(Mention.kind) == kind)
    if since is not None:
        named = named.where(col(Item.first_seen_at) >= since)
    names = named.subquery()
    query = select(names, col(Item.title)).join(Item, col(Item.id) == names.c.last)
    rows = session.execute(query.order_by(names.c["items"].desc(), names.c["times"].desc(), names.c["name"]))
    return [
        {"name": name, "kind": kind, "items": items, "times": int(times), "first_seen": first, "example": title}
        for name, kind, items, times, first, _, title in rows
    ]


def sum_names(session: Session, among: ColumnElement[bool]) -> None:
    """Where an item gives one organisation several names, let the first of its rows say how often all of them; `among` says which rows."""
    session.flush()
    other = aliased(Mention)
    same = [getattr(other, name) == getattr(Mention, name) for name in ("item_id", "target", "target_id")]
    again = select(col(other.id)).where(*same, col(other.id) != col(Mention.id)).exists()
    first = select(func.min(col(other.id))).where(*same).scalar_subquery()
    times = select(func.sum(col(other.times))).where(*same).scalar_subquery()
    summed = update(Mention).where(among, col(Mention.target) == "organisation", again)
    summed = summed.values(all_times=case((col(Mention.id) == first, times), else_=0))
    session.execute(summed.execution_options(synchronize_session=False))


def link_name(session: Session, organisation_id: str, names: Sequence[str], kind: str) -> int:
    """Point mentions and facts that write one of `names` and have no id yet at an organisation; returns the number of mentions."""
    linked = session.execute(
        update(Mention)
        .where(col(Mention.as_written).in_(names), col(Mention.target_id).is_(None), col(Mention.target) == "organisation")
        .values(target_id=organisation_id, kind=kind)
    )
    for table, written, target in _named():
        session.execute(update(table).where(written.in_(names), target.is_(None)).values({target.key: organisation_id}))
    sum_names(session, col(Mention.target_id) == organisation_id)
    return linked.rowcount if isinstance(linked, CursorResult) else 0
