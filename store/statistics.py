"""What the planner of the database knows of the tables: it chooses indexes by it."""

from __future__ import annotations

from sqlalchemy import Engine

from .database import failures_told

# Rows that SQLite looks at for each index: enough to choose by, and over in well under a second whatever the size of the store.
_SAMPLE = 1000
_EMPTY = (
    "INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT name, NULL, '1' FROM sqlite_schema"
    " WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_%' AND name NOT IN (SELECT tbl FROM sqlite_stat1)"
)


def refresh_statistics(engine: Engine) -> None:
    """Let the database look at its tables anew, after many rows came or went. Raises StoreError."""
    with failures_told(engine.url), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA analysis_limit={_SAMPLE}")
        connection.exec_driver_sql("ANALYZE")
        if engine.dialect.name == "sqlite":
            # Of a table without rows SQLite notes nothing, and takes it for a large one: it would rather read all items than that.
            connection.exec_driver_sql(_EMPTY)
            connection.exec_driver_sql("ANALYZE sqlite_schema")
