"""SQL from analysts reads and never writes, and is stopped when it takes too much."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from store.database import session_scope
from store.errors import StoreError
from store.queries import run_query
from store.search import index_items
from tests.store.rows import a_source, an_item


@pytest.fixture(autouse=True)
def three_items(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        index_items(session, [an_item(session, title=f"医院{n}").id or 0 for n in range(3)])


def ask(engine: Engine, sql: str, *, max_rows: int = 100, seconds: float = 20) -> list[dict[str, object]]:
    return run_query(engine, sql, max_rows=max_rows, seconds=seconds).as_dicts()


def test_rows_come_with_their_columns(engine: Engine) -> None:
    assert ask(engine, "SELECT title, score FROM v1_items ORDER BY title;") == [{"title": f"医院{n}", "score": 0.9} for n in range(3)]


def test_more_rows_than_asked_for_are_cut_and_said(engine: Engine) -> None:
    answer = run_query(engine, "SELECT item_id FROM v1_items", max_rows=2, seconds=20)
    assert (len(answer.rows), answer.cut) == (2, True)
    assert not run_query(engine, "SELECT item_id FROM v1_items", max_rows=3, seconds=20).cut


def test_columns_of_one_name_are_told_apart(engine: Engine) -> None:
    assert ask(engine, "SELECT 1 AS a, 2 AS b, 3 AS a") == [{"a_1": 1, "b": 2, "a_3": 3}]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM item",
        "UPDATE item SET title = 'x'",
        "INSERT INTO topic (id, position, name_en, name_zh) VALUES ('x', 1, 'x', 'x')",
        "DROP TABLE item",
        "CREATE TABLE mine (a integer)",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "SELECT 1; DELETE FROM item",
        "COMMIT",
        "ROLLBACK; DELETE FROM item",
        "SET TRANSACTION READ WRITE",
        "WITH gone AS (DELETE FROM item RETURNING id) SELECT * FROM gone",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "VACUUM",
        "SELECT load_extension('x')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT lo_from_bytea(0, 'x')",
        "COPY item TO PROGRAM 'cat'",
        "SELECT nothing_like_it FROM item",
    ],
)
def test_nothing_but_reading_is_allowed(engine: Engine, sql: str) -> None:
    with pytest.raises(StoreError) as caught:
        ask(engine, sql)
    assert "\n" not in str(caught.value)
    assert len(ask(engine, "SELECT 1 AS one FROM item")) == 3
    with session_scope(engine) as session:
        an_item(session, title="still writable")


def test_a_query_that_takes_too_long_is_stopped(engine: Engine) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS c FROM n"
    with pytest.raises(StoreError, match=r"stopped after 0\.3 seconds"):
        ask(engine, endless, seconds=0.3)


def test_a_value_beyond_all_measure_is_refused_on_sqlite(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with pytest.raises(StoreError, match="too big"):
            ask(engine, "SELECT zeroblob(900000000) AS b")


def test_the_search_index_can_be_queried(engine: Engine) -> None:
    rule = {
        "sqlite": "JOIN item_words ON item_words.rowid = place WHERE item_words MATCH '医院'",
        "postgresql": "WHERE string_to_array(words, ' ') @> ARRAY['医院']",
    }[engine.dialect.name]
    assert len(ask(engine, f"SELECT item_id FROM item_search {rule}")) == 3


def test_a_per_cent_sign_is_no_parameter(engine: Engine) -> None:
    assert len(ask(engine, "SELECT title FROM v1_items WHERE title LIKE '医%'")) == 3
