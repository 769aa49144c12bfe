"""The part of the analysts' views that follows the registry of kinds of fact."""

from __future__ import annotations

from collections.abc import Mapping

from .kinds import COLUMNS, StoredKind, StoredRole, kept_in, tables
from .models import FACT_TABLES, FactColumns

_SHARED = tuple(name for name in FactColumns.model_fields if name not in ("id", "as_read"))
_UNSHOWN = ("valuation_hedge",)
_INVESTORS = "(SELECT LIST(v.name) FROM (SELECT name FROM fact_investor WHERE funding_id = f.id{only} ORDER BY position) AS v)"


def with_kinds(sql: str) -> str:
    """Spell out `ROLES(a)`, the columns that roles fill, and `EVERY_FACT`, one row a fact of every table with all columns."""
    roles = ",\n    ".join(f"a.{column} AS {column}" for column in COLUMNS)
    every = "\n    UNION ALL\n".join(_rows_of(table) for table in FACT_TABLES)
    return sql.replace("ROLES(a)", roles).replace("EVERY_FACT", every)


def _rows_of(table: str) -> str:
    """SELECT of all facts of a table, in the columns of the view."""
    kinds = tables()[table]
    shown = {"fact_id": f"'{table.removeprefix('fact_')}:' || f.id", "type": "f.type" if len(kinds) > 1 else f"'{kinds[0].name}'"}
    shown |= {name: f"f.{name}" for name in _SHARED} | {"apart": _apart(kinds[0])}
    filled = _filled(table, kinds)
    shown |= {column: filled.get(column, f"CAST(NULL AS {kind})") for column, kind in COLUMNS.items()}
    columns = ",\n        ".join(f"{expression} AS {name}" for name, expression in shown.items())
    return f"    SELECT\n        {columns}\n    FROM {table} AS f"


def _filled(table: str, kinds: tuple[StoredKind, ...]) -> Mapping[str, str]:
    """The columns that this table fills, with their expressions. Raises KeyError for a column that the view does not have."""
    names = {role: column for kind in kinds for role, column in kind.shown.items()}
    filled: dict[str, str] = {}
    for role in kept_in(table).values():
        filled |= _shown(role, names.get(role.name, role.name))
    for column in filled:
        COLUMNS[column]
    return filled


def _shown(role: StoredRole, column: str) -> dict[str, str]:
    """How a role is shown under the name `column`."""
    match role.type:
        case "investors":
            return {column: _INVESTORS.format(only=""), "leads": _INVESTORS.format(only=" AND lead")}
        case "parties":
            first = {f"{column}_id": f"FIRST_PARTY(f.{role.column}, id)", column: f"FIRST_PARTY(f.{role.column}, as_written)"}
            return first | {"others": f"PARTIES(f.{role.column})"}
    columns = [name for name in role.columns() if name not in _UNSHOWN]
    return {column + name[len(role.column) :] if name.startswith(role.column) else name: f"f.{name}" for name in columns}


def _apart(kind: StoredKind) -> str:
    """What tells facts of one story about one subject apart, as one text."""
    columns = [f"{role.column}_family" if role.type == "model" else role.column for role in kind.kept if role.name in kind.apart]
    return " || '|' || ".join(f"COALESCE(f.{column}, '')" for column in columns) or "CAST(NULL AS TEXT)"
