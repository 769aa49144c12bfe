"""The kinds of fact as the store keeps and shows them: tables, columns, what is told of them.

Read from `kinds.json`, which the registry of kinds writes (`make kinds`): the store imports nothing of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_FILE = Path(__file__).parent / "kinds.json"
# What a role of each type is kept in: suffix of the column's name → what the column holds.
_PARTS: Mapping[str, Mapping[str, str]] = {
    "party": {"_id": "key", "": "text"},
    "parties": {"": "list"},
    "investors": {"": "list"},
    "amount": {"_as_written": "text", "_low": "money", "_high": "money", "_currency": "word", "_hedge": "word"},
    "model": {"_id": "key", "_family": "key", "": "text", "_version": "word"},
    "day": {"": "day"},
    "text": {"": "text"},
    "choice": {"": "word"},
}
# The sum of a fact, unlike its valuation, is worked out in two currencies at the rate of a day.
CONVERTED: Mapping[str, str] = {
    "cny_low": "money",
    "cny_high": "money",
    "usd_low": "money",
    "usd_high": "money",
    "rate_on": "day",
    "rate_source": "word",
}


@dataclass(frozen=True, slots=True)
class StoredRole:
    """A role or a choice of a kind: its type (`choice` for a choice) and the column, or the beginning of the columns, that keep it."""

    name: str
    type: str
    column: str

    def columns(self) -> dict[str, str]:
        """The columns that keep it, each with what it holds: key, text, word, money, day or list."""
        own = {f"{self.column}{suffix}": content for suffix, content in _PARTS[self.type].items()}
        return {**own, **CONVERTED} if self.column == "amount" else own


@dataclass(frozen=True)
class StoredKind:
    """A kind of fact; the fields mean what they mean in the registry."""

    name: str
    table: str
    roles: tuple[StoredRole, ...]
    choices: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str]
    apart: tuple[str, ...]
    home: tuple[str, ...]
    rank: int | None
    summed_up: bool

    @cached_property
    def kept(self) -> tuple[StoredRole, ...]:
        """Roles and choices, all that a row of the kind keeps beyond what every fact has."""
        return (*self.roles, *(StoredRole(name, "choice", name) for name in self.choices))

    @cached_property
    def subject(self) -> StoredRole:
        """The role that says whom or what a fact is about."""
        return next(role for role in self.kept if self.shown.get(role.name, role.name) == "subject")


def read_kinds(path: Path = _FILE) -> tuple[tuple[StoredKind, ...], dict[str, str]]:
    """The kinds, and the columns of v1_facts that roles fill with their SQL types."""
    told = json.loads(path.read_text(encoding="utf-8"))
    kinds = tuple(
        StoredKind(
            **{
                **entry,
                "roles": tuple(StoredRole(**role) for role in entry["roles"]),
                "choices": {name: tuple(values) for name, values in entry["choices"].items()},
                "apart": tuple(entry["apart"]),
                "home": tuple(entry["home"]),
            }
        )
        for entry in told["kinds"]
    )
    return kinds, {column["name"]: column["type"] for column in told["columns"]}


KINDS, COLUMNS = read_kinds()
BY_NAME: Mapping[str, StoredKind] = {kind.name: kind for kind in KINDS}


def tables() -> dict[str, tuple[StoredKind, ...]]:
    """The tables of facts, each with the kinds that it keeps."""
    return {table: tuple(kind for kind in KINDS if kind.table == table) for table in dict.fromkeys(kind.table for kind in KINDS)}


def kept_in(table: str) -> dict[str, StoredRole]:
    """Roles and choices of all kinds that a table keeps, by name."""
    return {role.name: role for kind in tables()[table] for role in kind.kept}


def columns_of(table: str) -> Iterator[tuple[str, str]]:
    """The columns of a table beyond what every fact has, each with what it holds."""
    if len(tables()[table]) > 1:
        yield "type", "key"
    for role in kept_in(table).values():
        yield from role.columns().items()
