"""What the schema has beyond tables: the search index and the analysts' views, made anew after every migration.

Both are derived from the tables, so a migration never edits them: `store.migrate` drops and makes them again.
A view is written once, in `views/NAME.sql`; the few words SQLite and PostgreSQL say differently are capitals with
arguments, spelled out by `view_sql`. What follows the registry of kinds of fact is made by `store.fact_view`.
"""

from __future__ import annotations

from pathlib import Path
from re import sub
from typing import Any

from sqlalchemy import Connection, Integer, Text, column, table, text

from .fact_view import with_kinds

VIEWS = Path(__file__).parent / "views"
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
        "CREATE INDEX IF NOT EXISTS ix_item_search_tokens ON item_search USING gin (string_to_array(title || ' ' || body, ' '))",
    ),
}


def belongs_to_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Whether Alembic should compare this object with the models: the search index has none."""
    return not (name or "").startswith((SEARCH.name, f"ix_{SEARCH.name}")) or kind not in ("table", "index")


# Shanghai keeps +08:00 all year; SQLite knows no ISO weeks before 3.46, so the week is that of its Thursday.
_WORDS = {
    "sqlite": {
        r"UTC\(([\w.]+)\)": r"strftime('%Y-%m-%dT%H:%M:%SZ', \1)",
        r"\bDAY\((.+)\) AS": r"date(\1, '+8 hours') AS",
        r"WEEK\((.+)\) AS": r"printf('%s-W%02d', strftime('%Y', date(\1, '+8 hours', '-3 days', 'weekday 4')),"
        r" (strftime('%j', date(\1, '+8 hours', '-3 days', 'weekday 4')) - 1) / 7 + 1) AS",
        r"WEEK_OF_DATE\(([\w.]+)\)": r"CASE WHEN \1 IS NOT NULL THEN printf('%s-W%02d', strftime('%Y', date(\1, '-3 days', 'weekday 4')),"
        r" (strftime('%j', date(\1, '-3 days', 'weekday 4')) - 1) / 7 + 1) END",
        r"LIST\(([\w.]+)\)": r"group_concat(\1, ', ')",
        r"FLAG\(([\w.]+)\)": r"\1",
        r"DAYS_AGO\((\d+)\)": r"strftime('%Y-%m-%d %H:%M:%f', 'now', '-\1 days')",
        r"FIRST_PARTY\(([\w.]+), (\w+)\)": r"json_extract(\1, '$[0].\2')",
        r"PARTIES\(([\w.]+)\)": r"(SELECT group_concat(json_extract(value, '$.as_written'), ', ') FROM json_each(\1))",
    },
    "postgresql": {
        r"UTC\(([\w.]+)\)": r"date_trunc('second', \1)",
        r"\bDAY\((.+)\) AS": r"(\1 AT TIME ZONE 'Asia/Shanghai')::date AS",
        r"WEEK\((.+)\) AS": r"""to_char(\1 AT TIME ZONE 'Asia/Shanghai', 'IYYY-"W"IW') AS""",
        r"WEEK_OF_DATE\(([\w.]+)\)": r"""to_char(\1, 'IYYY-"W"IW')""",
        r"LIST\(([\w.]+)\)": r"string_agg(\1, ', ')",
        r"FLAG\(([\w.]+)\)": r"\1::integer",
        r"DAYS_AGO\((\d+)\)": r"now() - interval '\1 days'",
        r"FIRST_PARTY\(([\w.]+), (\w+)\)": r"\1 -> 0 ->> '\2'",
        r"PARTIES\(([\w.]+)\)": r"(SELECT string_agg(value ->> 'as_written', ', ') FROM jsonb_array_elements(\1))",
    },
}


def view_names() -> list[str]:
    """The views, in the order in which they are made."""
    return sorted(path.stem for path in VIEWS.glob("*.sql"))


def view_sql(name: str, dialect: str) -> str:
    """The statement that makes a view on `sqlite` or `postgresql`."""
    sql = with_kinds((VIEWS / f"{name}.sql").read_text(encoding="utf-8"))
    for word, meaning in _WORDS[dialect].items():
        sql = sub(word, meaning, sql)
    return sql


def drop_derived(connection: Connection) -> None:
    """Drop the views, so that the tables beneath them can change."""
    for name in reversed(view_names()):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def make_derived(connection: Connection) -> None:
    """Make the search index and the views."""
    for statement in _SEARCH_DDL[connection.dialect.name]:
        connection.execute(text(statement))
    for name in view_names():
        connection.exec_driver_sql(view_sql(name, connection.dialect.name))
