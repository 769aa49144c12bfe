"""A view that is narrowed, to a week or an item or its newest rows, is not computed whole: the plans read rows by index alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from jobs.saved import saved_queries
from store.database import session_scope
from store.schema import view_names
from store.statistics import refresh_statistics
from tests.store.rows import NOON, a_source, an_item
from tests.store.test_wider_views import named

# What may be read whole: as many rows as there are sources, or as one item or story has.
_SMALL = {"s", "o", "p", "source", "organisation", "placed_name", "json_each", "jsonb_array_elements", "jsonb_array_elements_text"}
NARROWED = {
    "v1_items": ("week", "day", "item_id"),
    "v1_facts": ("week", "announced_on", "item_id", "fact_id"),
    "v1_story_facts": ("week", "announced_on", "story_id", "fact_id"),
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
    "v1_facts": ("announced_on",),
    "v1_story_facts": ("announced_on",),
    "v1_investors": ("announced_on",),
    "v1_mentions": ("published_at", "day"),
    "v1_fact_changes": ("changed_at",),
    "v1_sources_by_week": ("week",),
}
# What SQLite is to believe of the tables: rows, and rows of one value.
_SIZES = {
    "ix_view_item_published_at": ("item", "10000 1"),
    "ix_view_item_day": ("item", "10000 10"),
    "ix_item_hit": ("item", "10000 1 1 1 1 1 1"),
    "ix_mention_item_id": ("mention", "20000 2"),
    "ix_mention_target_id": ("mention", "20000 20"),
    "ix_mention_as_written": ("mention", "20000 50"),
    "ix_fact_investor_funding_id": ("fact_investor", "2000 1"),
    "ix_fact_investor_name": ("fact_investor", "2000 13"),
    "ix_fact_funding_announced_on": ("fact_funding", "2000 10"),
    "ix_view_fact_funding_fact_id": ("fact_funding", "2000 1"),
    "ix_story_fact_fact_id": ("story_fact", "1000 1"),
    "ix_view_story_fact_kept_in": ("story_fact", "1000 500 3"),
}
_VALUES = {"week": "'2026-W47'", "day": "'2026-11-17'", "announced_on": "'2026-11-17'", "item_id": "7", "story_id": "7"}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Reading a small table whole is cheaper than its index: what is asked is whether the index could be used.
            connection.exec_driver_sql("SET enable_seqscan = off")
        else:
            refresh_statistics(engine)
            for index, (table, rows) in _SIZES.items():
                connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ? AND idx IS NULL", (table,))
                connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, rows))
            connection.exec_driver_sql("ANALYZE sqlite_schema")
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


def sorts(connection: Connection, sql: str) -> bool:
    """Whether a statement sorts its rows, lists in a row aside."""
    if connection.dialect.name == "sqlite":
        aside: set[int] = set()
        for number, parent, _, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"):
            if parent in aside or "SCALAR SUBQUERY" in step:
                aside.add(number)
            elif "TEMP B-TREE" in step:
                return True
        return False

    def in_plan(node: dict[str, Any]) -> bool:
        inner = [part for part in node.get("Plans", ()) if part["Parent Relationship"] not in ("SubPlan", "InitPlan")]
        return "Sort" in node["Node Type"] or any(map(in_plan, inner))

    # It costs nothing to sort no rows: what is asked is whether that could be done without.
    connection.exec_driver_sql("SET enable_sort = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}").scalar_one()
    return in_plan(plan[0]["Plan"])


@pytest.mark.parametrize("view", NEWEST)
def test_the_newest_rows_come_from_an_index_in_its_order(connection: Connection, view: str) -> None:
    for column in NEWEST[view]:
        assert not sorts(connection, f"SELECT * FROM {view} ORDER BY {column} DESC LIMIT 10"), column


def test_the_newest_items_of_digests_come_from_an_index_in_its_order(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES ('item', 'ix_item_status_relevant_published_at', '4232 1001 1001 1')")
        connection.exec_driver_sql("ANALYZE sqlite_schema")
    kept = "status = 'kept' AND relevant = 1"
    assert not sorts(connection, f"SELECT * FROM v1_items WHERE {kept} ORDER BY published_at DESC LIMIT 10")


@pytest.mark.parametrize("name", ["mentions_over_time", "together"])
def test_who_is_named_is_counted_without_the_rows_of_mentions(connection: Connection, name: str) -> None:
    """They lie all over the store; so do those of items on SQLite. PostgreSQL may prefer these to their index."""
    asked = saved_queries()[name].sql
    if connection.dialect.name == "sqlite":
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
        read = [step for step in steps if re.match(r"(SCAN|SEARCH) [im]\b", step)]
        assert read and all(" COVERING INDEX " in step for step in read), read
    else:
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked}"))
        assert set(re.findall(r"(\S+(?: Only)? Scan)(?: using \w+)? on mention", plan)) == {"Index Only Scan"}, plan


@pytest.mark.parametrize("store_settings", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", ["mentions_over_time", "together"])
def test_who_is_named_is_not_sorted_before_it_is_counted(engine: Engine, name: str) -> None:
    """PostgreSQL sorts rows where it expects hardly fewer groups than rows, and joins them row by row where it expects few rows."""
    with session_scope(engine) as session:
        a_source(session)
        for number in range(500):
            item = an_item(session, title=str(number), published_at=NOON - timedelta(hours=3 * number))
            for written in ("甲医院", "乙公司"):
                session.add(named(item.id, written))
    refresh_statistics(engine)
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {saved_queries()[name].sql}").scalar_one()[0]["Plan"]
        mentions = connection.exec_driver_sql("EXPLAIN (FORMAT JSON) SELECT * FROM v1_mentions").scalar_one()[0]["Plan"]
    while plan["Node Type"] != "Aggregate":
        plan = plan["Plans"][0]
    assert plan["Strategy"] == "Hashed" and plan["Plan Rows"] < 20, plan
    assert mentions["Plan Rows"] > 900


def test_what_no_index_orders_is_sorted(connection: Connection) -> None:
    assert sorts(connection, "SELECT * FROM v1_facts ORDER BY evidence DESC LIMIT 10")


def test_the_items_of_each_source_are_counted_from_an_index(connection: Connection) -> None:
    sql = "SELECT h.source_id, COUNT(i.item_id) FROM v1_source_health AS h LEFT JOIN v1_items AS i ON i.source_id = h.source_id GROUP BY 1"
    assert read_whole(connection, sql) == set()
