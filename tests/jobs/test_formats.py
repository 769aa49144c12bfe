"""Rows as files: the types that are declared, whole or not at all, whatever a query gives."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from jobs.cli.common import as_cell, out_rows
from jobs.formats import Cut, Format
from jobs.parquet import write_views_parquet
from store.database import session_scope
from store.errors import YixunError
from store.schema import view_names
from store.settings import StoreSettings
from store.view_columns import Content, content_of
from tests.conftest import unwatched
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item
from tests.warm import REAL_PYTHON

from .command import Yixun

_ON_POSTGRESQL = {
    Content.integer: {"integer", "bigint"},
    Content.number: {"double precision", "numeric"},
    Content.money: {"numeric"},
    Content.day: {"date"},
    Content.moment: {"timestamp with time zone"},
    Content.text: {"text", "character varying"},
}


@pytest.fixture
def filled(engine: Engine, store_settings: StoreSettings) -> dict[str, str]:
    """The environment that points to a store with an item, two facts and a story."""
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session, text="一二三")
        a_story(session, item)
        a_round(session, item)
        an_adoption(session, item)
    return {"YIXUN_STORE__URL": store_settings.url.get_secret_value()}


def test_columns_hold_what_is_declared(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite's views have no types")
    with engine.connect() as connection:
        sql = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name LIKE 'v1\\_%'"
        for view, column, kind in connection.execute(text(sql)):
            assert kind in _ON_POSTGRESQL[content_of(column)], f"{view}.{column} is {kind}, declared {content_of(column)}"


def test_parquet_of_views_has_one_schema_and_duckdb_reads_it(yixun: Yixun, filled: dict[str, str], tmp_path: Path) -> None:
    yixun("export", "full", "--format", "parquet", **filled)
    yixun("init")
    yixun("export", "empty", "--format", "parquet")
    for view in view_names():
        full, empty = (pq.read_schema(tmp_path / folder / f"{view}.parquet") for folder in ("full", "empty"))
        assert full.equals(empty), view
    asked = f"SELECT f.cny_low, f.announced_on, i.published_at, i.characters FROM '{tmp_path}/full/v1_facts.parquet' AS f"
    [row] = duckdb.sql(f"{asked} JOIN '{tmp_path}/full/v1_items.parquet' AS i USING (item_id) WHERE f.type = 'funding'").fetchall()
    assert (str(row[0]), str(row[1]), row[2].timestamp(), row[3]) == ("100000000.00", "2026-11-17", NOON.timestamp(), 3)
    yixun("export", "csv", **filled)
    told = duckdb.sql(f"SELECT title, score FROM read_csv('{tmp_path}/csv/v1_items.csv')").fetchall()
    assert told == [("某医院部署DeepSeek", 0.9)]


def test_a_query_gives_what_its_values_are(yixun: Yixun, engine: Engine, filled: dict[str, str], tmp_path: Path) -> None:
    on_sqlite = engine.dialect.name == "sqlite"
    infinity, blob = ("9e999", "x'00ff'") if on_sqlite else ("'infinity'::float8", "'\\x00ff'::bytea")
    sql = f"SELECT published_at, {infinity} AS much, -{infinity} AS little, {blob} AS bytes, COUNT(*) AS n FROM v1_items GROUP BY 1"
    row = json.loads(yixun("query", "--sql", sql, "--format", "json", **filled).stdout)[0]
    assert row == {"published_at": "2026-11-17T04:00:00Z", "much": "Infinity", "little": "-Infinity", "bytes": "\\x00ff", "n": 1}
    assert json.loads(yixun("query", "--sql", sql, "--json", **filled).stdout) == row
    assert "Infinity,-Infinity,\\x00ff,1" in yixun("query", "--sql", sql, "--format", "csv", **filled).stdout
    assert "\\x00ff" in yixun("query", "--sql", sql, **filled).stdout
    yixun("query", "--sql", sql, "--out", "rows.parquet", "--format", "parquet", **filled)
    table = pq.read_table(tmp_path / "rows.parquet")
    assert [str(field.type) for field in table.schema] == ["timestamp[us, tz=UTC]", "double", "double", "binary", "int64"]
    assert table.to_pylist()[0]["bytes"] == b"\x00\xff"


def test_a_column_of_many_kinds_is_text(yixun: Yixun, tmp_path: Path) -> None:
    yixun("init")
    sql = "WITH t AS (SELECT 1 AS day, 2 AS whole, 1 AS n, 1 AS big UNION ALL SELECT 'x', 2.5, NULL, 9223372036854775807) SELECT * FROM t"
    yixun("query", "--sql", sql, "--format", "parquet", "--out", "rows.parquet")
    table = pq.read_table(tmp_path / "rows.parquet")
    assert [str(field.type) for field in table.schema] == ["string", "double", "int64", "int64"]
    assert table.to_pylist()[1] == {"day": "x", "whole": 2.5, "n": None, "big": 9223372036854775807}


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_file_is_whole_or_as_it_was(yixun: Yixun, filled: dict[str, str], tmp_path: Path, form: str) -> None:
    file = tmp_path / f"rows.{form}"
    file.write_text("as it was", encoding="utf-8")
    before = set(tmp_path.iterdir())
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    words = ("query", "--sql", endless, "--seconds", "0.4", "--limit", "100000000", "--out", str(file), "--format", form)
    assert "stopped after 0.4 seconds" in yixun(*words, check=1, **filled).stderr
    assert file.read_text(encoding="utf-8") == "as it was"
    assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"store.db-shm", "store.db-wal"}
    assert (
        "no/such" in yixun("query", "--sql", "SELECT 1 AS a", "--out", f"no/such/file.{form}", "--format", form, check=2, **filled).stderr
    )


def test_a_value_that_is_not_as_declared_is_named(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as stream, pytest.raises(YixunError, match="column day: holds a value that is no day"):
        write_views_parquet(["day"], Cut(iter([[("yesterday",)]])), stream)


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("0", 100), ("many", 100), ("", 100), ("200", 170)])
def test_tables_are_as_wide_as_columns_says(yixun: Yixun, filled: dict[str, str], columns: str, width: int) -> None:
    sql = f"SELECT '{'x' * 80}' AS a, '{'y' * 80}' AS b"
    lines = yixun("query", "--sql", sql, COLUMNS=columns, **filled).stdout.splitlines()
    assert width - 15 <= max(map(len, lines)) <= width


@pytest.mark.parametrize(
    "rows",
    [
        [{"a": "某医院", "b": 1}, {"a": None, "b": "x[bold]y"}],
        [{"a": "  lead", "b": "trail  "}, {"a": "é🏥a", "b": ""}],
        [{"a": "x" * 29, "b": "y" * 29}],
        [{"a": "x" * 29, "b": "y" * 30}],
        [{"a": "two\nlines", "b": "a\tb"}],
    ],
    ids=["Chinese", "spaces", "fits", "too wide", "lines"],
)
def test_what_fits_is_drawn_like_what_is_laid_out(
    rows: list[dict[str, object]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    table = Table("a", "乙", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(as_cell, row.values()))
    with (laid_out := Console(width=60, highlight=False, markup=False, emoji=False)).capture() as expected:
        laid_out.print(table)
    out_rows(rows, as_json=False, columns={"a": "a", "b": "乙"})
    assert capsys.readouterr().out == expected.get()


_PEAK = """
import re, sys
from pathlib import Path
from jobs.cli.app import build_app
try:
    build_app()(sys.argv[1:])
finally:
    print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024, file=sys.stderr)
"""


def test_an_export_holds_no_more_than_a_part_in_memory(yixun: Yixun, tmp_path: Path) -> None:
    yixun("init")
    with sqlite3.connect(tmp_path / "data" / "yixun.db") as store:
        source = {"id": "made", "name": "Made", "homepage": "https://made.example", "kind": "feed", "scope": "general", "definition": "{}"}
        source |= {"language": "zh", "category": "media", "tier": "media", "access": "ok", "enabled": 1, "listed": 1}
        insert(store, "source", source | {"first_seen_at": "2026-11-17", "changed_at": "2026-11-17"}, rows=1)
        texts = dict.fromkeys(("found_at", "entry_title", "summary", "content_hash", "status_reason", "method", "judged_with"), "")
        numbers = {"backlog": 0, "tries": 0, "quality": 0, "relevant": 1, "score": 0.5, "authors": "[]", "editors": "[]", "reasons": "[]"}
        item = texts | numbers | {"source_id": "made", "language": "zh", "media_type": "text/html", "date_trust": "page", "status": "kept"}
        item |= {"title": "t" * 400, "text": "x" * 600, "changed_at": "2026-11-17", "first_seen_at": "2026-11-17 04:00:00"}
        insert(store, "item", item | {"published_at": "2026-11-17 04:00:00"}, rows=40_000)
    for form, most in ((Format.csv, 100), (Format.parquet, 145)):
        command = [REAL_PYTHON, "-c", _PEAK, "export", "files", "--format", form]
        done = subprocess.run(command, cwd=tmp_path, env=unwatched(), capture_output=True, text=True, check=True)
        # Python and pyarrow alone take most of it; all rows at once would take twice as much.
        assert int(done.stderr.split()[-1]) < most, form
    assert pq.read_metadata(tmp_path / "files" / "v1_items.parquet").num_rows == 40_000


def insert(store: sqlite3.Connection, table: str, values: dict[str, Any], *, rows: int) -> None:
    """Put the same row into a table many times, each item with an identity of its own."""
    own = {"item": ", identity"}.get(table, "")
    sql = f"INSERT INTO {table} ({', '.join(values)}{own}) SELECT {', '.join('?' for _ in values)}{', x' if own else ''} FROM n"
    store.execute(f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {rows}) {sql}", list(values.values()))
