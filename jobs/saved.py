"""Saved queries: SQL files whose first comment says what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import reports

FOLDER = Path(reports.__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query by name, with one line on what it answers."""

    name: str
    about: str
    sql: str


def saved_queries() -> dict[str, SavedQuery]:
    """All saved queries by name, sorted."""
    found = {}
    for path in sorted(FOLDER.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        found[path.stem] = SavedQuery(path.stem, sql.partition("\n")[0].removeprefix("-- ").strip(), sql)
    return found
