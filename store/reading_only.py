"""What a query may touch: the analysts' views and the search index, and no other table, on either database.

SQLite asks before it prepares a statement; PostgreSQL says what it understood a statement to mean, as a view that is made of it and
taken back at once. Recipients, the ledger and all else that no view shows are out of reach for whoever runs the query.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from .errors import StoreError
from .schema import SEARCH, WORDS, view_names, view_sql

_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FUNCTIONS_OUT = {"load_extension", "fts3_tokenizer"}
# What says which columns and keys there are, and changes nothing.
_DESCRIBING = {
    "table_info",
    "table_xinfo",
    "foreign_key_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "schema_version",
    "database_list",
}
_TABLE = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)')
_HINT = "only reading is allowed, of the views that docs/data.md lists"
# Functions of PostgreSQL that change from call to call and do nothing else.
_HARMLESS = ("random", "clock_timestamp", "gen_random_uuid", "timeofday", "pg_typeof", "pg_column_size")
_CHECK = "yixun_check"
_TOUCHED = f"""
SELECT 'the table ' || c.relname FROM pg_class AS c
WHERE c.oid IN (
    SELECT m[1]::oid FROM pg_rewrite, regexp_matches(ev_action::text, ':relid (\\d+)', 'g') AS m WHERE ev_class = '{_CHECK}'::regclass
) AND c.oid <> '{_CHECK}'::regclass AND NOT c.oid = ANY (%(views)s::regclass[])
UNION ALL
SELECT 'the function ' || p.proname FROM pg_proc AS p
WHERE p.oid IN (
    SELECT m[1]::oid FROM pg_rewrite, regexp_matches(ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid|tsmhandler) (\\d+)', 'g') AS m
    WHERE ev_class = '{_CHECK}'::regclass
) AND NOT (p.proname = ANY (%(harmless)s) AND p.pronamespace = 'pg_catalog'::regnamespace) AND (
    p.pronamespace <> 'pg_catalog'::regnamespace OR p.provolatile = 'v' OR p.proname ~ '^(pg_|lo_)|_to_xml|xmlschema|^current_setting$'
)
LIMIT 1
"""  # noqa: S608 - nothing in it is from outside


def tables_beneath(dialect: str) -> set[str]:
    """The tables that the views read."""
    return {name for view in view_names() for name in _TABLE.findall(view_sql(view, dialect))}


def guard(connection: sqlite3.Connection, *, schema: bool = False) -> None:
    """Let a connection read the views and the search index alone; with `schema`, also what is in the database and of which columns."""
    own = {row[0].casefold() for row in connection.execute("SELECT name FROM sqlite_master")}
    # Opening the full-text index for the first time takes rights that a query must not have.
    connection.execute(f"SELECT rowid FROM {WORDS.name} LIMIT 0")  # noqa: S608
    connection.set_authorizer(_decide(own, schema=schema))


def _decide(own: set[str], *, schema: bool) -> Callable[..., int]:
    views = set(view_names())
    open_tables = views | {name for name in own if name.startswith((SEARCH.name, WORDS.name))} | {"json_each", "json_tree"}
    beneath = tables_beneath("sqlite")
    described = {"sqlite_master", "sqlite_schema"} if schema else set()

    def may_read(table: str, column: str | None, context: str | None) -> bool:
        # Looked through, a view of which no column is asked for leaves its table, and no column of that either.
        if table in open_tables | described or (table in beneath and (context in views or not column)):
            return True
        # Whatever is left is a subquery's name, unless it is a table of ours or one that SQLite makes up.
        return table not in own and not table.startswith(("sqlite_", "dbstat", "pragma_", "fts"))

    def decide(action: int, first: str | None, second: str | None, _database: str | None, context: str | None) -> int:
        if action == sqlite3.SQLITE_PRAGMA:
            # The full-text index asks for the version by itself.
            allowed = first == "data_version" or (schema and first in _DESCRIBING)
        elif action == sqlite3.SQLITE_READ:
            allowed = may_read((first or "").casefold(), second, context)
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").casefold() not in _FUNCTIONS_OUT
        else:
            allowed = action in _ACTIONS
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return decide


def refused(reason: str) -> StoreError:
    """The error for a statement that is wrong or not allowed; only of the latter the hint says what is."""
    forbidden = re.search(r"not authorized|prohibited|read-only|out of reach|permission denied|not allowed", reason)
    return StoreError(" ".join(reason.split()), subject="query", hint=_HINT if forbidden else None)


def check(driver: Any, sql: str) -> None:
    """Raise StoreError for a statement that PostgreSQL understands to touch more than views, or that it does not understand.

    `driver` is psycopg's connection at the beginning of a transaction, which only reads from then on.
    """
    import psycopg

    driver.execute("SET TRANSACTION READ WRITE")
    driver.execute(f"SAVEPOINT {_CHECK}")
    try:
        # Prepared, it can be one statement only; the line feed ends a comment.
        driver.execute(f"CREATE TEMPORARY VIEW {_CHECK} AS SELECT 1 AS one FROM (\n{sql}\n) AS asked", prepare=True)  # noqa: S608
        views = [*view_names(), SEARCH.name]
        found = driver.execute(_TOUCHED, {"views": views, "harmless": list(_HARMLESS)}).fetchone()
    except psycopg.errors.QueryCanceled:
        raise
    except psycopg.Error as error:
        raise refused(error.diag.message_primary or str(error)) from error
    finally:
        if driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE and not driver.closed:
            driver.execute(f"ROLLBACK TO SAVEPOINT {_CHECK}")
    if found is not None:
        raise refused(f"{found[0]} is out of reach")
    driver.execute("SET TRANSACTION READ ONLY")
