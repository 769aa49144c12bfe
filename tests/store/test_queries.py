"""SQL from analysts reads and never writes, and is stopped when it takes too much."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from store.database import session_scope
from store.errors import StoreError, UsageError
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


EITHER = [
    "DELETE FROM item",
    "UPDATE item SET title = 'x'",
    "INSERT INTO topic (id, position, name_en, name_zh) VALUES ('x', 1, 'x', 'x')",
    "DROP TABLE item",
    "CREATE TABLE mine (a integer)",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "SELECT 1; DELETE FROM item",
    "SELECT 1) AS a; DELETE FROM item; SELECT 1 FROM (SELECT 2",
    "COMMIT",
    "ROLLBACK; DELETE FROM item",
    "SELECT title FROM item",
    "SELECT recipient FROM delivery",
    "SELECT count(*) FROM DELIVERY",
    "SELECT * FROM (SELECT recipient AS title FROM delivery) AS v1_items",
    "WITH v1_items AS (SELECT recipient FROM delivery) SELECT * FROM v1_items",
    "WITH v1_items AS (SELECT count(*) AS n FROM delivery) SELECT n FROM v1_items",
    "SELECT title FROM v1_items WHERE EXISTS (SELECT 1 FROM delivery WHERE recipient LIKE 'a%')",
    "SELECT title FROM v1_items UNION ALL SELECT recipient FROM delivery",
    "SELECT job FROM ledger",
    "SELECT version_num FROM alembic_version",
    "SELECT nothing_like_it FROM v1_items",
]
ON_SQLITE = [
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA table_info(delivery)",
    "ATTACH DATABASE '/tmp/other.db' AS other",
    "VACUUM",
    "VACUUM INTO '/tmp/other.db'",
    "SELECT load_extension('x')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT sql FROM sqlite_master",
    "SELECT sql FROM SQLITE_SCHEMA",
    "SELECT name FROM pragma_table_info('delivery')",
    "SELECT * FROM sqlite_dbpage",
    "SELECT * FROM dbstat",
    "REINDEX",
    "ANALYZE",
    "EXPLAIN DELETE FROM item",
]
ON_POSTGRESQL = [
    "SELECT 1 AS one FROM item",
    "SET TRANSACTION READ WRITE",
    "WITH gone AS (DELETE FROM item RETURNING id) SELECT * FROM gone",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT set_config('role', 'none', true)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "COPY item TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    "SELECT pg_cancel_backend(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(7194265)",
    "SELECT title FROM v1_items WHERE pg_advisory_lock(1) IS NULL",
    "SELECT pg_sleep(60)",
    "SELECT pg_notify('a', 'b')",
    "SELECT pg_reload_conf()",
    "SELECT nextval('item_id_seq')",
    "SELECT setval('item_id_seq', 1)",
    "SELECT query_to_xml('SELECT recipient FROM delivery', true, true, '')",
    "SELECT table_to_xml('delivery', true, true, '')",
    "SELECT database_to_xml(true, true, '')",
    "SELECT * FROM ts_stat('SELECT to_tsvector(recipient) FROM delivery')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT query FROM pg_stat_activity",
    "SELECT table_name FROM information_schema.tables",
    "SELECT dblink('dbname=postgres', 'SELECT 1')",
    "SELECT current_setting('data_directory')",
    "SELECT title FROM v1_items FOR UPDATE",
    "EXPLAIN ANALYZE SELECT 1",
    "DO $$ BEGIN PERFORM 1; END $$",
    "PREPARE p AS SELECT 1",
    "LISTEN a",
]


def test_nothing_but_reading_the_views_is_allowed(engine: Engine) -> None:
    on_sqlite = engine.dialect.name == "sqlite"
    for sql in EITHER + (ON_SQLITE if on_sqlite else ON_POSTGRESQL):
        with pytest.raises(StoreError) as caught:
            ask(engine, sql)
        assert "\n" not in str(caught.value), sql
        assert len(ask(engine, "SELECT 1 AS one FROM v1_items")) == 3, sql
    with session_scope(engine) as session:
        an_item(session, title="still writable")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH n AS (SELECT 3 AS x) SELECT count(*) AS c FROM n",
        "SELECT count(*) AS c FROM (SELECT 1 AS a UNION ALL SELECT 2) AS t",
        "SELECT upper(title) AS c, round(score) FROM v1_items ORDER BY 1 LIMIT 1 -- the first",
        "VALUES (1)",
        "SELECT s.title FROM v1_items AS s JOIN v1_items AS i USING (item_id) WHERE item_id IN (SELECT item_id FROM v1_items) LIMIT 1",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT max(x) AS c FROM n",
        "SELECT title, row_number() OVER (ORDER BY item_id) AS c FROM v1_items LIMIT 1;",
    ],
)
def test_whatever_reads_views_may_be_asked(engine: Engine, sql: str) -> None:
    assert len(ask(engine, sql)) == 1


@pytest.mark.parametrize("sql", ["", " ;", "-- nothing", "/* nothing */ ;"])
def test_no_statement_is_wrong_usage(engine: Engine, sql: str) -> None:
    with pytest.raises((UsageError, StoreError)) as caught:
        ask(engine, sql)
    assert "\n" not in str(caught.value)


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
        "postgresql": "WHERE strpos(convert_from(runs, 'gb18030'), '医院') > 0",
    }[engine.dialect.name]
    assert len(ask(engine, f"SELECT item_id FROM item_search {rule}")) == 3


def test_a_per_cent_sign_is_no_parameter(engine: Engine) -> None:
    assert len(ask(engine, "SELECT title FROM v1_items WHERE title LIKE '医%'")) == 3
