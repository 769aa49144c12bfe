"""Facts as rows: those of an item, and what becomes of them when the item is judged again.

A fact that is found again keeps its row and its number. What a person said of one stands: judging again neither removes nor changes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlmodel import Session, col, delete, select

from .kinds import BY_NAME, columns_of
from .models import FACT_TABLES, FactColumns, FundingFact, InvestorRow, kind_of
from .text import fold

# The columns of every fact that say what it states, beside those of its kind.
_STATED = ("background", "health", "announced_on")
_CENT = Decimal("0.01")
_READ = ("evidence", "evidence_start", "evidence_end", "confidence", "found_by")


@dataclass(frozen=True, slots=True)
class FactChange:
    """What judging an item again did to one of its facts; `before` has the columns that changed as they were."""

    change: Literal["gained", "lost", "changed"]
    row: FactColumns
    before: Mapping[str, Any]


def facts_of_items(session: Session, item_ids: Sequence[int]) -> dict[int, list[FactColumns]]:
    """The facts of these items, in the order of the text."""
    found: dict[int, list[FactColumns]] = {item_id: [] for item_id in item_ids}
    for table in FACT_TABLES.values():
        for row in session.exec(select(table).where(col(table.item_id).in_(list(item_ids))).order_by(col(table.id))):
            found[row.item_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.evidence_start)
    return found


def replace_facts(session: Session, found: Mapping[int, Sequence[FactColumns]]) -> dict[int, list[FactChange]]:
    """Make the facts of these items those that were found now; says what that changed, item by item."""
    there = facts_of_items(session, list(found))
    changes: dict[int, list[FactChange]] = {}
    for item_id, rows in found.items():
        pairs, lost, gained = _paired(there[item_id], rows)
        changes[item_id] = [change for old, new in pairs if (change := _renewed(session, old, new))]
        for row in lost:
            session.delete(row)
        for row in gained:
            session.add(row)
        changes[item_id] += [FactChange("lost", row, {}) for row in lost] + [FactChange("gained", row, {}) for row in gained]
    session.flush()
    for row in (change.row for made in changes.values() for change in made if change.change == "gained"):
        if isinstance(row, FundingFact):
            keep_investors(session, row)
    return changes


def compare_facts(there: Sequence[FactColumns], found: Sequence[FactColumns]) -> list[FactChange]:
    """What `replace_facts` would do to the facts of one item; changes nothing."""
    pairs, lost, gained = _paired(there, found)
    changed = [FactChange("changed", new, before) for old, new in pairs if old.reviewed is None and (before := _difference(old, new))]
    return changed + [FactChange("lost", row, {}) for row in lost] + [FactChange("gained", row, {}) for row in gained]


def keep_investors(session: Session, fact: FundingFact) -> None:
    """Make a funding fact's investors rows of their own, in place of those that were."""
    session.exec(delete(InvestorRow).where(col(InvestorRow.funding_id) == fact.id))
    session.add_all(
        InvestorRow(funding_id=fact.id or 0, position=position, organisation_id=one["id"], name=one["name"], lead=one["lead"])
        for position, one in enumerate(fact.investors)
    )


def stated(row: FactColumns) -> dict[str, Any]:
    """What a fact states: the columns of its kind, whether it is background or of health, and its day."""
    names = [name for name, _ in columns_of(str(row.__tablename__)) if name != "type"]
    return {name: _as_kept(getattr(row, name)) for name in (*names, *_STATED)}


def _as_kept(value: Any) -> Any:
    """A value as it comes back from the store: sums to 1/100."""
    return value.quantize(_CENT) if isinstance(value, Decimal) else value


def _renewed(session: Session, old: FactColumns, new: FactColumns) -> FactChange | None:
    if old.reviewed is not None:
        return None
    before = _difference(old, new)
    for name in (*before, *_READ):
        setattr(old, name, getattr(new, name))
    if not before:
        return None
    old.recorded_at = new.recorded_at
    if isinstance(old, FundingFact) and "investors" in before:
        keep_investors(session, old)
    return FactChange("changed", old, before)


def _difference(old: FactColumns, new: FactColumns) -> dict[str, Any]:
    now = stated(new)
    return {name: value for name, value in stated(old).items() if value != now[name]}


def _paired(
    there: Sequence[FactColumns], found: Sequence[FactColumns]
) -> tuple[list[tuple[FactColumns, FactColumns]], list[FactColumns], list[FactColumns]]:
    """Which fact found now is which that is there; what is there no more, unless a person looked at it; and what is new."""
    likeness = [(_likeness(old, new), i, j) for i, old in enumerate(there) for j, new in enumerate(found) if _may_be(old, new)]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(likeness, key=lambda one: (there[one[1]].reviewed is None, -one[0])):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    lost = [old for i, old in enumerate(there) if i not in pairs and old.reviewed is None]
    gained = [new for j, new in enumerate(found) if j not in taken]
    return [(there[i], found[j]) for i, j in sorted(pairs.items())], lost, gained


def _may_be(old: FactColumns, new: FactColumns) -> bool:
    if kind_of(old) != kind_of(new) or not set(_subjects(old)) & set(_subjects(new)):
        return False
    return old.reviewed != "wrong" or fold(old.evidence) == fold(new.evidence) or not _difference(old, new)


def _likeness(old: FactColumns, new: FactColumns) -> int:
    now = stated(new)
    was = stated(old) | dict(old.as_read or {})
    alike = [name for name, value in was.items() if value is not None and value == now[name]]
    return 2 * (fold(old.evidence) == fold(new.evidence)) + len(alike)


def _subjects(row: FactColumns) -> Iterator[str]:
    """What a fact is about, as ids and folded names; as it was read too, where a person corrected it."""
    role = BY_NAME[kind_of(row)].subject
    corrected = [row.as_read[role.column]] if row.as_read and role.column in row.as_read else []
    for value in (getattr(row, role.column), *corrected):
        for one in value if isinstance(value, list) else [{"as_written": value}]:
            yield fold(str(one["as_written"] or ""))
    if role.type == "party" and getattr(row, f"{role.column}_id"):
        yield f"id: {getattr(row, f'{role.column}_id')}"
