"""The analysts' role on PostgreSQL: it may read the views and what searching and looking at the store need, and no recipient."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from .database import failures_told, safe_url
from .errors import StoreError
from .models import FACT_TABLES
from .schema import SEARCH, view_names

# What the reading commands (search, why, status, stories, facts, runs, names) ask for; everything else is out of reach.
_READ = (
    *("alembic_version", "item", "item_version", "item_topic", "mention", "organisation", "model", "topic", "placed_name"),
    *("story", "story_fact", "story_change", "fact_review", "fact_history", "fact_investor", "judging", "judging_fault"),
    *("source", "source_state", "source_url_state", "run", "fetch", "host_day", "host_state", "ledger", "daemon", "store_lock"),
    *("digest_issue", "issue_entry", "issue_edit", "doubt"),
    *FACT_TABLES,
)
# Of mails their state alone, never to whom.
_READ_IN_PART = {"delivery": ("id", "issue_id", "state", "tried_at", "sent_at"), "watch_delivery": ("id", "state", "sent_at")}


def grant_analyst(engine: Engine, role: str, *, login: bool | None) -> bool:
    """Make a role if there is none of that name, and let it read what analysts may; returns whether it was made.

    `login` says whether the role may log in; None leaves an existing role as it is and makes one that may not. Raises StoreError on
    SQLite, for the store's owner and its members, for a superuser, and where the store's own role may not make roles.
    """
    if engine.dialect.name == "sqlite":
        raise StoreError("SQLite has no roles", subject=safe_url(engine.url), hint="`yixun query` reads the views alone there, too")
    quoted = engine.dialect.identifier_preparer.quote_identifier(role)
    try:
        with failures_told(engine.url), engine.begin() as connection:
            made = _make(connection, role, quoted, login)
            grant_reading(connection, [role])
            connection.execute(text(f"ALTER ROLE {quoted} SET default_transaction_read_only = on"))
    except DBAPIError as error:
        hint = "ask whoever runs the server for the right CREATEROLE"
        raise StoreError(" ".join(str(error.orig).split()), subject=f"role {role}", hint=hint) from error
    return made


def _make(connection: Connection, role: str, quoted: str, login: bool | None) -> bool:
    powers = "SELECT rolsuper OR rolname = current_user OR pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = :role"
    powerful = connection.execute(text(powers), {"role": role}).scalar()
    if powerful:
        raise StoreError("can do everything that the store's owner can", subject=f"role {role}", hint="name another one")
    may = {True: "LOGIN", False: "NOLOGIN", None: "NOLOGIN" if powerful is None else ""}[login]
    if powerful is None or may:
        connection.execute(text(f"{'CREATE' if powerful is None else 'ALTER'} ROLE {quoted} {may}"))
    return powerful is None


def grant_reading(connection: Connection, roles: Iterable[str]) -> None:
    """Let roles read the views and what the reading commands need."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    roles = list(roles)
    if not roles:
        return
    database, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    tables = ", ".join(map(quote, (*view_names(), SEARCH.name, *_READ)))
    for role in map(quote, roles):
        # A query is checked as a temporary view (`store.reading_only`).
        connection.execute(text(f"GRANT CONNECT, TEMPORARY ON DATABASE {quote(database)} TO {role}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {quote(schema)} TO {role}"))
        connection.execute(text(f"GRANT SELECT ON {tables} TO {role}"))
        for table, columns in _READ_IN_PART.items():
            connection.execute(text(f"GRANT SELECT ({', '.join(columns)}) ON {quote(table)} TO {role}"))


def analysts(connection: Connection) -> list[str]:
    """The roles that may read the views and do not own them; none on SQLite and in an empty database."""
    if connection.dialect.name == "sqlite":
        return []
    granted = (
        "SELECT DISTINCT r.rolname FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee"
        " WHERE c.oid = to_regclass('v1_items') AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner"
    )
    return list(connection.execute(text(granted)).scalars())


def may_read_recipients(session: Session) -> bool:
    """Whether whoever asks may see to whom mails went: not an analyst."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    asked = session.connection().execute(text("SELECT has_column_privilege('delivery', 'recipient', 'SELECT')"))
    return bool(asked.scalar_one())
