"""A view that is narrowed, to a week or an item or its newest rows, is not computed whole: the plans read rows by index alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from store.schema import view_names

# What may be read whole: as many rows as there are sources, or as one item or story has.
_SMALL = {"s", "o", "p", "source", "organisation", "placed_name", "json_each", "jsonb_array_elements", "jsonb_array_elements_text"}
NARROWED = {
    "v1_items": ("week", "day", "item_id"),
    "v1_facts": ("week", "announced_on", "item_id", "fact_id"),
    "v1_story_facts": ("week", "story_id", "fact_id"),
    "v1_stories": ("week", "day", "story_id"),
    "v1_mentions": ("week", "item_id", "organisation_id", "as_written"),
    "v1_investors": ("week", "investor_id", "as_written", "item_id"),
    "v1_fact_changes": ("week", "fact_id", "item_id"),
    "v1_sources_by_week": ("week", "source_id"),
    "v1_source_health": ("source_id",),
    "v1_organisations": ("organisation_id",),
}
NEWEST = {
    "v1_items": ("item_id", "published_at", "first_seen_at", "day"),
    "v1_stories": ("story_id", "published_at", "first_seen_at", "last_seen_at", "day"),
}
# PostgreSQL sorts what a view puts together of several tables; there its newest rows are asked for with a week or a day.
NEWEST_ON_SQLITE = {"v1_facts": ("announced_on",), "v1_fact_changes": ("changed_at",)}
_VALUES = {"week": "'2026-W47'", "day": "'2026-11-17'", "announced_on": "'2026-11-17'", "item_id": "7", "story_id": "7"}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Reading a small table whole is cheaper than its index: what is asked is whether the index could be used.
            connection.exec_driver_sql("SET enable_seqscan = off")
        yield connection


def read_whole(connection: Connection, sql: str) -> set[str]:
    """The tables, or what a statement calls them, that it reads from end to end."""
    if connection.dialect.name == "sqlite":
        # Of a subquery's rows there are as many as it gave.
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        inner = {step.split()[1] for step in steps if step.startswith(("CO-ROUTINE", "MATERIALIZE"))}
        return {step.split()[1] for step in steps if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"} - inner - _SMALL
    plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}"))
    return set(re.findall(r"Seq Scan on (\w+)", plan)) - _SMALL


def test_every_view_can_be_narrowed() -> None:
    assert set(NARROWED) == set(view_names())


@pytest.mark.parametrize("view", NARROWED)
def test_what_is_asked_of_a_view_is_all_that_is_computed(connection: Connection, view: str) -> None:
    for column in NARROWED[view]:
        value = _VALUES.get(column, "'x'")
        for asked in (f"SELECT * FROM {view}", f"SELECT COUNT(*) FROM {view}"):
            assert read_whole(connection, f"{asked} WHERE {column} = {value}") == set(), f"{asked} by {column}"


@pytest.mark.parametrize("view", NEWEST | NEWEST_ON_SQLITE)
def test_the_newest_rows_come_from_an_index_in_its_order(connection: Connection, view: str) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    if not on_sqlite and view in NEWEST_ON_SQLITE:
        pytest.skip("PostgreSQL sorts what it puts together of several tables")
    for column in (NEWEST | NEWEST_ON_SQLITE)[view]:
        sql = f"SELECT * FROM {view} ORDER BY {column} DESC LIMIT 10"
        if on_sqlite:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}") if row[1] == 0]
            assert "USE TEMP B-TREE FOR ORDER BY" not in plan, column
        else:
            plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}")]
            assert "Index Scan" in plan[1], plan[:3]


def test_the_items_of_each_source_are_counted_from_an_index(connection: Connection) -> None:
    sql = "SELECT h.source_id, COUNT(i.item_id) FROM v1_source_health AS h LEFT JOIN v1_items AS i ON i.source_id = h.source_id GROUP BY 1"
    assert read_whole(connection, sql) == set()
