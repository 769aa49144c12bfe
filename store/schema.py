"""What the schema has beyond tables: the search index and the analysts' views, made anew after every migration.

Both are derived from the tables, so a migration never edits them: `store.migrate` drops and makes them again.
A view is written once, in `views/NAME.sql`, in the words of `store.view_language`; what follows the registry of kinds of fact is made
by `store.fact_view`. A view is a plain selection of rows, so that both databases push what narrows it down to the indexes made here.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, Text, column, table, text

from .fact_view import fact_number, with_kinds
from .models import FACT_TABLES
from .view_language import spelled_out

VIEWS = Path(__file__).parent / "views"
# What PostgreSQL finds words by. Its own parsers split Chinese and names nowhere, so the tokens are ours: those of `simple` would be.
SEARCH_VECTOR = "array_to_tsvector(array_remove(string_to_array(title || ' ' || body, ' '), ''))"
SEARCH = table("item_search", column("rowid", Integer), column("title", Text), column("body", Text))

_SEARCH_DDL = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS item_search USING fts5(title, body, tokenize='ascii')",
        # A table that a migration made anew has lost its triggers.
        "CREATE TRIGGER IF NOT EXISTS item_search_forget AFTER DELETE ON item BEGIN DELETE FROM item_search WHERE rowid = old.id; END",
    ),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS item_search"
        " (rowid integer PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE, title text NOT NULL, body text NOT NULL)",
        "DROP INDEX IF EXISTS ix_item_search_tokens",
        f"CREATE INDEX IF NOT EXISTS ix_item_search_words ON item_search USING gin (({SEARCH_VECTOR}))",
    ),
}


def belongs_to_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Whether Alembic should compare this object with the models: the search index and the indexes of the views have none."""
    return not (name or "").startswith((SEARCH.name, f"ix_{SEARCH.name}", "ix_view_")) or kind not in ("table", "index")


# What the views are narrowed and sorted by: name of the index, table, and columns or what the views make of them.
_MOMENT = "COALESCE(published_at, first_seen_at)"
_NARROWED = {
    **{f"ix_view_{table}_week": (table, f"WEEK({_MOMENT})") for table in ("item", "story")},
    **{f"ix_view_{table}_day": (table, f"DAY({_MOMENT})") for table in ("item", "story")},
    **{f"ix_view_{table}_{name}": (table, f"UTC({name})") for table in ("item", "story") for name in ("published_at", "first_seen_at")},
    # What is counted of a source and week is read from these alone.
    "ix_view_item_source_id": ("item", f"source_id, WEEK({_MOMENT}), status, relevant, published_at, first_seen_at"),
    "ix_view_fetch_source_id": ('"fetch"', "source_id, WEEK(started_at), status, started_at"),
    "ix_view_fetch_week": ('"fetch"', "WEEK(started_at)"),
    "ix_view_story_last_seen_at": ("story", "UTC(last_seen_at)"),
    **{f"ix_view_{table}_week": (table, "WEEK_OF_DATE(announced_on)") for table in FACT_TABLES},
    **{f"ix_view_{table}_fact_id": (table, fact_number(table)) for table in FACT_TABLES},
    **{f"ix_view_fact_history_{name}": ("fact_history", f"{word}(changed_at)") for name, word in (("week", "WEEK"), ("changed_at", "UTC"))},
    **{f"ix_view_fact_review_{name}": ("fact_review", f"{word}(said_at)") for name, word in (("week", "WEEK"), ("changed_at", "UTC"))},
}
# SQLAlchemy says so of each index whenever it looks at tables of SQLite; nothing needs them there.
warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index ix_view_")


def view_names() -> list[str]:
    """The views, in the order in which they are made."""
    return sorted(path.stem for path in VIEWS.glob("*.sql"))


def view_sql(name: str, dialect: str) -> str:
    """The statement that makes a view on `sqlite` or `postgresql`."""
    return spelled_out(with_kinds((VIEWS / f"{name}.sql").read_text(encoding="utf-8")), dialect)


def drop_derived(connection: Connection) -> None:
    """Drop the views and their indexes, so that the tables beneath them can change."""
    for name in reversed(view_names()):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
    for name in _NARROWED:
        connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


def make_derived(connection: Connection) -> None:
    """Make the search index, the views, and the indexes that let them be narrowed."""
    for statement in _SEARCH_DDL[connection.dialect.name]:
        connection.execute(text(statement))
    for name in view_names():
        connection.exec_driver_sql(view_sql(name, connection.dialect.name))
    for name, (indexed, columns) in _NARROWED.items():
        connection.exec_driver_sql(f"CREATE INDEX {name} ON {indexed} ({spelled_out(columns, connection.dialect.name)})")
