"""Is the store whole: what the databases say themselves, and what the search index must agree with."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlmodel import func, select

from .database import session_scope
from .models import Item
from .schema import SEARCH
from .search import unknown


def unindexed(engine: Engine) -> int:
    """How many items more there are than the search index knows: two counts, whatever the size of the store."""
    with session_scope(engine) as session:
        there = session.exec(select(func.count()).select_from(Item)).one()
        return max(0, there - int(session.connection().execute(select(func.count()).select_from(SEARCH)).scalar_one()))


def damage(engine: Engine) -> list[str]:
    """What is wrong with the store, one line each; nothing for a whole one. Reads everything on SQLite: seconds a gigabyte."""
    found: list[str] = []
    with session_scope(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "sqlite":
            found += [f"SQLite says: {row[0]}" for row in connection.execute(text("PRAGMA quick_check(5)")) if row[0] != "ok"]
            keys = connection.execute(text("PRAGMA foreign_key_check")).all()
            found += [f"{len(keys)} rows point to rows that are gone, the first in table {keys[0][0]}"] if keys else []
        # One statement, for between two of them somebody may save.
        missing = session.exec(select(func.count()).select_from(Item).where(unknown())).one()
        found += [f"{missing} items are missing from the search index"] if missing else []
    return found
