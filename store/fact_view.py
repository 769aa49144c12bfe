"""The part of the analysts' views that follows the registry of kinds of fact.

In `EACH_TABLE(…)`, `FACTS` is a table of facts, called f, and `FACT_ID`, `TYPE`, `SUBJECT`, `SUBJECT_ID` and `ROLES` are a fact's number,
kind, main party and all columns that roles fill; `SAME_FACT` says that a story's event, called e, is told by it. On SQLite it stands for
the text in it once for each table, all of them together. On PostgreSQL `FACTS` is all tables together: there only rows of one table each,
not of joins, come from several indexes in one order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .kinds import COLUMNS, StoredKind, StoredRole, kept_in, tables
from .models import FACT_TABLES

_UNSHOWN = ("valuation_hedge",)
_INVESTORS = "(SELECT LIST(v.name) FROM (SELECT name FROM fact_investor WHERE funding_id = f.id{only} ORDER BY position) AS v)"


def with_kinds(sql: str, dialect: str) -> str:
    """Spell out what is said of each table of facts, on `sqlite` or `postgresql`."""
    before, found, rest = sql.partition("EACH_TABLE(")
    if not found:
        return sql
    each, _, after = rest.rpartition(")")
    if dialect == "sqlite":
        return before + "UNION ALL".join(_spelled(each, _of_table(table)) for table in FACT_TABLES) + after
    return before + _spelled(each, _of_all(sorted(set(re.findall(r"\bf\.(\w+)", each))))) + after


def fact_number(table: str, alias: str = "") -> str:
    """The expression that gives a fact's number, as `funding:12`."""
    return f"CAST('{table.removeprefix('fact_')}:' || CAST({alias}id AS TEXT) AS TEXT)"


def _spelled(sql: str, words: Mapping[str, str]) -> str:
    return re.sub(rf"\b({'|'.join(words)})\b", lambda word: words[word[0]], sql)


def _of_table(table: str) -> Mapping[str, str]:
    """What the words mean for one table."""
    kinds = tables()[table]
    filled = _filled(table, kinds)
    return {
        "FACTS": table,
        "FACT_ID": fact_number(table, "f."),
        "TYPE": "f.type" if len(kinds) > 1 else f"CAST('{kinds[0].name}' AS TEXT)",
        # The name of the table is what an index over all events begins with.
        "SAME_FACT": f"{fact_number(table, 'f.')} = e.fact_id AND KEPT_IN(e.fact_id) = '{table.removeprefix('fact_')}'",
        "SUBJECT": filled["subject"],
        "SUBJECT_ID": filled.get("subject_id", "CAST(NULL AS TEXT)"),
        "ROLES": ",\n    ".join(f"{_as(filled.get(name, 'NULL'), kind)} AS {name}" for name, kind in COLUMNS.items()),
    }


def _of_all(columns: list[str]) -> Mapping[str, str]:
    """What the words mean for all tables together, of which these columns are named."""
    named = "".join(f", f.{name}" for name in columns)
    parts = []
    for table, kinds in tables().items():
        filled = _filled(table, kinds)
        kind = "f.type" if len(kinds) > 1 else f"'{kinds[0].name}'"
        # PostgreSQL takes tables together as they are only where all types agree: VARCHAR is not TEXT.
        roles = "".join(f", CAST({filled.get(name, 'NULL')} AS {kept}) AS {name}" for name, kept in COLUMNS.items())
        every = f"{fact_number(table, 'f.')} AS fact_id, CAST({kind} AS TEXT) AS type{named}{roles}"
        parts.append(f"SELECT {every} FROM {table} AS f")  # noqa: S608 - nothing in it is from outside
    roles = ",\n    ".join(f"f.{name} AS {name}" for name in COLUMNS)
    own = {
        "FACT_ID": "f.fact_id",
        "SAME_FACT": "f.fact_id = e.fact_id",
        "TYPE": "f.type",
        "SUBJECT": "f.subject",
        "SUBJECT_ID": "f.subject_id",
        "ROLES": roles,
    }
    union = "\n    UNION ALL ".join(parts)
    return {"FACTS": f"(\n    {union}\n)"} | own


def _as(expression: str, kind: str) -> str:
    """An expression as a column of this type: SQLite looks through a view only where all its parts agree on it."""
    return expression if re.fullmatch(r"f\.\w+", expression) else f"CAST({expression} AS {kind})"


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
