"""What the planner of the database knows of the tables: it chooses indexes by it."""

from __future__ import annotations

from sqlalchemy import Engine

from .database import failures_told

# Rows that SQLite looks at for each index: enough to choose by, and over in well under a second whatever the size of the store.
_SAMPLE = 1000


def refresh_statistics(engine: Engine) -> None:
    """Let the database look at its tables anew, after many rows came or went. Raises StoreError."""
    with failures_told(engine.url), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA analysis_limit={_SAMPLE}")
        connection.exec_driver_sql("ANALYZE")
