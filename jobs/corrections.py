"""What a person types for a field of a fact → the columns that hold it, as judging would read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crawler.fetching.rows import role_columns
from crawler.judge.facts import Investor, ModelRef, Party
from crawler.judge.money import find_amounts
from crawler.judge.names import Names
from store.clock import SHANGHAI
from store.kinds import BY_NAME, StoredKind, StoredRole
from store.models import FactColumns, Item, kind_of
from store.text import fold

_FLAGS = ("background", "health")
_DIVIDERS = str.maketrans("；;、", "\n\n\n")


def fields_of(row: FactColumns) -> list[str]:
    """The fields of a fact that can be corrected."""
    kind = BY_NAME[kind_of(row)]
    leads = ["lead"] if any(role.type == "investors" for role in kind.kept) else []
    return [*(role.name for role in kind.kept), *leads, "announced_on", *_FLAGS]


def corrected(row: FactColumns, field: str, written: str, *, names: Names, item: Item) -> dict[str, Any]:
    """The columns that hold `field`, as they shall be; nothing written means that the text does not state it.

    Sums are read and converted as judging does it, organisations and models looked up in the catalogue. Raises ValueError, which says
    what was expected, for a field that the fact does not have and a value that does not fit it.
    """
    written = written.strip()
    kind = BY_NAME[kind_of(row)]
    if field not in fields_of(row):
        raise ValueError(f"a fact of kind {kind.name} has no field {field!r}, only {', '.join(fields_of(row))}")
    if field in _FLAGS:
        return {field: _flag(written)}
    if field == "announced_on":
        return {field: _day(written)}
    if field == "lead":
        return {"investors": _leads(getattr(row, "investors"), written)}  # noqa: B009 - only funding facts have them
    role = next(role for role in kind.kept if role.name == field)
    if not written and role == kind.subject:
        raise ValueError("a fact without it is none: `yixun facts wrong` says so")
    moment = item.published_at or item.first_seen_at
    day = row.announced_on or moment.astimezone(SHANGHAI).date()
    return role_columns(role, _value(kind, role, written, names, row), day)


def _value(kind: StoredKind, role: StoredRole, written: str, names: Names, row: FactColumns) -> Any:
    match role.type:
        case "party":
            return Party(_organisation(written, names), written) if written else None
        case "parties":
            return tuple(Party(_organisation(name, names), name) for name in _listed(written))
        case "investors":
            leads = {one["name"] for one in getattr(row, role.column) if one["lead"]}
            return tuple(Investor(_organisation(name, names), name, name in leads) for name in _listed(written))
        case "amount":
            return _amount(written)
        case "model":
            return _model(written, names)
        case "day":
            return _day(written)
        case "choice" if written and written not in kind.choices[role.name]:
            raise ValueError(f"expected one of {', '.join(kind.choices[role.name])}, got {written!r}")
    return written or None


def _listed(written: str) -> list[str]:
    return [name.strip() for name in written.translate(_DIVIDERS).split("\n") if name.strip()]


def _organisation(name: str, names: Names) -> str | None:
    found = names.find(name, fold(name))
    return next((m.id for m in found if m.target == "organisation" and m.as_written == name), None)


def _model(written: str, names: Names) -> ModelRef | None:
    if not written:
        return None
    found = next((m for m in names.find(written, fold(written)) if m.target == "model"), None)
    return ModelRef(found.id, found.kind, written, names.version(found)) if found else ModelRef(None, "other", written)


def _amount(written: str) -> Any:
    if not written:
        return None
    found = find_amounts(written)
    if len(found) != 1:
        raise ValueError(f"expected one sum of money as a text writes it, such as 近亿元 or $30 million, got {written!r}")
    return found[0]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise ValueError(f"expected a day as 2026-11-17, got {written!r}") from None


def _flag(written: str) -> bool:
    if written not in ("yes", "no"):
        raise ValueError(f"expected yes or no, got {written!r}")
    return written == "yes"


def _leads(investors: Sequence[dict[str, Any]], written: str) -> list[dict[str, Any]]:
    leads = _listed(written)
    unknown = [name for name in leads if name not in {one["name"] for one in investors}]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of the investors: {', '.join(one['name'] for one in investors) or 'there are none'}")
    return [{**one, "lead": one["name"] in leads} for one in investors]
