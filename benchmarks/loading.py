"""How `benchmarks.million` puts many rows into an empty store, past the ORM: SQLite takes them without a journal, PostgreSQL by COPY
into tables that have no indexes yet and check no keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Integer, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import AddConstraint, DropConstraint

from store.models import FACT_TABLES, InvestorRow, Item, ItemKey, ItemProfile, ItemTopic, Mention, SourceRow, SourceState, Story, StoryFact
from store.schema import SEARCH, WORDS, drop_derived, make_derived
from store.statistics import refresh_statistics

Rows = dict[str, list[tuple[Any, ...]]]

_DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.psycopg.dialect()}  # type: ignore[no-untyped-call]
_OF_SEARCH = {
    ("sqlite", WORDS.name): ["rowid", "words"],
    ("sqlite", SEARCH.name): ["place", "item_id", "title"],
    ("postgresql", SEARCH.name): ["place", "item_id", "title", "runs"],
}
# In the order in which they can be written: what others point to comes first.
_MODELS: tuple[Any, ...] = (
    *(SourceRow, SourceState, Story, Item, ItemTopic, Mention, ItemProfile, ItemKey, *FACT_TABLES.values(), InvestorRow, StoryFact),
)
_TABLES: tuple[Table, ...] = tuple(model.__table__ for model in _MODELS)
# PostgreSQL makes room by up to 64 pages at once, and what a COPY does not fill stays empty: half of the pages of a table of short rows,
# had each COPY two thousand of them.
_AT_ONCE = 20_000
# The one key that rows do not come in the order of: written row by row it would be read and written all over.
_SCATTERED = _TABLES[_MODELS.index(ItemKey)].primary_key


class _Shape:
    """How rows of a table are handed to a driver: in the order of its columns, each as its type wants it."""

    def __init__(self, model: Any, dialect: Dialect) -> None:
        table: Table = model.__table__
        self.name = table.name
        self.columns = [column.name for column in table.columns]
        made = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
        self._ways = [(place, way) for place, way in enumerate(made) if way]
        fields = {name: model.model_fields[name] for name in self.columns}
        self._default = {n: one.get_default(call_default_factory=True) for n, one in fields.items() if not one.is_required()}

    def row(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """A row of the values given and the defaults of the model."""
        whole = self._default | values
        row = [whole[name] for name in self.columns]
        for place, way in self._ways:
            if row[place] is not None:
                row[place] = way(row[place])
        return tuple(row)


@cache
def shape_of(model: Any, kind: str) -> _Shape:
    """How rows of a model are written on `sqlite` or `postgresql`."""
    return _Shape(model, _DIALECTS[kind])


@contextmanager
def loading(engine: Engine) -> Iterator[Callable[[Rows], None]]:
    """Yields what writes rows, by table, into an empty store. When the block ends, indexes and statistics are made; when it fails, nothing
    was written on PostgreSQL."""
    kind = engine.dialect.name
    begin, write, finish = (_bare, _copy, _index) if kind == "postgresql" else (_fast, _insert, _merge)
    columns = {model.__tablename__: shape_of(model, kind).columns for model in _MODELS}
    columns |= {name: listed for (of, name), listed in _OF_SEARCH.items() if of == kind}
    with closing(engine.connect()) as connection:
        begin(connection)
        driver: Any = connection.connection.driver_connection
        waiting: Rows = {}

        def take(rows: Rows) -> None:
            for name, more in rows.items():
                waiting.setdefault(name, []).extend(more)
            write(driver, {name: waiting.pop(name) for name in [*waiting] if len(waiting[name]) >= _AT_ONCE}, columns)

        yield take
        write(driver, waiting, columns)
        driver.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        finish(connection)
    refresh_statistics(engine)


# ------------------------------------------------------------------ SQLite


def _fast(connection: Connection) -> None:
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-500000", "temp_store=MEMORY"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    # A few large parts, merged once at the end.
    _of_words(connection, hashsize=1 << 28, automerge=0)


def _of_words(connection: Connection, **options: int) -> None:
    for option, value in options.items():
        connection.exec_driver_sql(f"INSERT INTO {WORDS.name} ({WORDS.name}, rank) VALUES ('{option}', {value})")


def _insert(driver: Any, rows: Rows, columns: dict[str, list[str]]) -> None:
    for name, listed in columns.items():
        marks = ", ".join("?" * len(listed))
        driver.executemany(f'INSERT INTO "{name}" ({_quoted(listed)}) VALUES ({marks})', rows.get(name, ()))


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _merge(connection: Connection) -> None:
    _of_words(connection, hashsize=1 << 20, automerge=4)
    connection.exec_driver_sql(f"INSERT INTO {WORDS.name} ({WORDS.name}) VALUES ('optimize')")


# ------------------------------------------------------------------ PostgreSQL


def _bare(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    # Keys that point elsewhere are right as they are made; checking them would cost as much as writing.
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    drop_derived(connection)
    connection.exec_driver_sql("DROP INDEX ix_item_search_words")
    for table in _TABLES:
        for index in table.indexes:
            index.drop(connection)
    connection.execute(DropConstraint(_SCATTERED))
    # Rows that come into a table which the same transaction has emptied need no second look.
    connection.exec_driver_sql(f"TRUNCATE {', '.join([SEARCH.name, *(table.name for table in _TABLES)])} CASCADE")


def _copy(driver: Any, rows: Rows, columns: dict[str, list[str]]) -> None:
    for name, listed in columns.items():
        if name in rows:
            with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" ({_quoted(listed)}) FROM STDIN WITH (FREEZE)') as copy:
                for row in rows[name]:
                    copy.write_row(row)


def _index(connection: Connection) -> None:
    connection.exec_driver_sql("SET maintenance_work_mem = '256MB'")
    connection.execute(AddConstraint(_SCATTERED))
    for table in _TABLES:
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            index.create(connection)
        if isinstance(getattr(table.columns.get("id"), "type", None), Integer):
            # The next id must follow those that came along.
            last = f"(SELECT max(id) FROM {table.name})"
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})")
    make_derived(connection)
    connection.exec_driver_sql("VACUUM")
