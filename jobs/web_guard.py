"""A plug-in of Datasette: each of its connections to the store reads the views alone."""

from __future__ import annotations

import sqlite3

from datasette import hookimpl

from store.reading_only import guard


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Guard a connection that Datasette has just opened; its own tables, in memory, are no store."""
    if not database.startswith("_"):
        guard(conn, schema=True)
