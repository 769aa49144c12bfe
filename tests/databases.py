"""The databases that tests run on: which of the two, where not both alike, and how they come to one on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Connection, NullPool, create_engine, inspect, make_url, text

from store.schema import WEEKS
from store.settings import StoreSettings

_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)]
# For what does nothing with the store that other tests do not do on both: on PostgreSQL only `make soak` runs it.
postgresql_in_soak = pytest.mark.parametrize("store_settings", _KINDS, indirect=True)
# The same where the store lasts as long as the tests of a module.
lasting_postgresql_in_soak = pytest.mark.parametrize("lasting_store", _KINDS, indirect=True, scope="module")

# What a database is made of; the same in a copy of it, for a copy keeps the numbers of what it holds.
_MADE_OF = text(
    r"""
    SELECT md5(string_agg(concat_ws('|', c.oid, c.relname, c.relkind, c.relacl, a.attname, a.atttypid, a.attnotnull, a.attacl), ','
                          ORDER BY c.oid, a.attnum)),
           (SELECT string_agg(version_num, ',') FROM alembic_version), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
           (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_namespace)
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\_%' OR nspname = 'information_schema')
    """
)
_OURS = 16384  # numbers of what a server does not bring along begin here
_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@contextmanager
def postgresql_database(server_url: str, *, template: str = "template1") -> Iterator[StoreSettings]:
    """A database that lasts as long as the block, a copy of another one."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    yield StoreSettings(url=admin.url.set(database=name).render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


class Databases:
    """Databases with a store without rows. Copying one takes half a second, so one is used again where a test only wrote rows into it."""

    def __init__(self, server_url: str, template: StoreSettings) -> None:
        self._server_url, self._template = server_url, str(make_url(template.url.get_secret_value()).database)
        with self._connected(template) as connection:
            self._made_of = connection.execute(_MADE_OF).one()
        self._spare: list[tuple[ExitStack, StoreSettings]] = []

    @contextmanager
    def one(self) -> Iterator[StoreSettings]:
        """A database without rows for as long as the block lasts."""
        if not self._spare:
            stack = ExitStack()
            self._spare.append((stack, stack.enter_context(postgresql_database(self._server_url, template=self._template))))
        stack, settings = self._spare.pop()
        yield settings
        if self._emptied(settings):
            self._spare.append((stack, settings))
        else:
            stack.close()

    def end(self) -> None:
        """Let the databases go."""
        for stack, _ in self._spare:
            stack.close()

    @contextmanager
    def _connected(self, settings: StoreSettings) -> Iterator[Connection]:
        engine = create_engine(settings.url.get_secret_value(), poolclass=NullPool)
        with engine.begin() as connection:
            yield connection

    def _emptied(self, settings: StoreSettings) -> bool:
        """Delete all rows and let numbers begin anew; False where more than rows has changed."""
        with self._connected(settings) as connection:
            connection.execute(text(_OTHERS))
            if connection.execute(_MADE_OF).one() != self._made_of:
                return False
            tables = [name for name in inspect(connection).get_table_names() if name not in ("alembic_version", WEEKS.name)]
            filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
            # Owners and what they own go in any order.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for name in connection.execute(text(filled)).scalars():
                connection.execute(text(f'DELETE FROM "{name}"'))
            # What `ANALYZE` learnt of them would choose the plans of the next test.
            connection.execute(text(f"DELETE FROM pg_statistic WHERE starelid >= {_OURS}"))
            connection.execute(text("DELETE FROM pg_statistic_ext_data"))
            connection.execute(text(f"UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid >= {_OURS} AND relkind IN ('r', 'i')"))
            connection.execute(text("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"))
        return True
