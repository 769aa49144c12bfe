"""The command line as a stranger meets it: help, statuses, one line for an error, rows in every form."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import time_machine
from sqlalchemy import Engine

from store.database import session_scope
from store.schema import view_names
from store.search import index_items
from store.settings import StoreSettings
from tests.conftest import unwatched
from tests.store.rows import a_round, a_source, an_adoption, an_item

from .command import Yixun, as_process


@pytest.fixture
def filled(engine: Engine, store_settings: StoreSettings) -> dict[str, str]:
    """The environment that points to a store with two items."""
    with session_scope(engine) as session:
        a_source(session)
        first = an_item(session, text="该院本地部署DeepSeek-R1，用于影像诊断。")
        second = an_item(session, title="无关的旧闻", status="turned_away", relevant=False)
        a_round(session, first)
        an_adoption(session, first)
        index_items(session, [first.id or 0, second.id or 0])
    return {"YIXUN_STORE__URL": store_settings.url.get_secret_value()}


def test_help_loads_little_and_nothing_heavy() -> None:
    """Half a second, where each module costs a millisecond or less."""
    code = "import sys; from jobs.cli.app import build_app; build_app(); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unwatched()).stdout.split())
    assert len(loaded) < 300
    assert not loaded & {"sqlalchemy", "pydantic", "scrapy", "lxml", "jinja2", "numpy", "structlog"}


def test_help_shows_a_stranger_where_to_begin(yixun: Yixun) -> None:
    shown = yixun("--help").stdout
    assert "yixun demo" in shown and "yixun init" in shown
    assert max(map(len, shown.splitlines())) <= 100
    assert re.fullmatch(r"yixun \d+\.\d+\.\d+\n", yixun("--version").stdout)


@pytest.mark.parametrize(
    "words",
    [["nope"], ["query", "--nope"], ["query", "no_such_query"], ["search"], ["search", "x", "--limit", "0"], ["query", "a", "--sql", "b"]],
)
def test_wrong_usage_is_status_2(yixun: Yixun, words: list[str]) -> None:
    done = yixun(*words, check=2)
    assert done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "environ", "status", "said"),
    [
        (["status"], {}, 1, "there is no store yet"),
        (["status"], {"YIXUN_STORE__URL": "nonsense"}, 2, "store.url: is no URL of a database"),
        (["status"], {"YIXUN_STORE__URK": "x"}, 2, "did you mean store.url?"),
        (["status", "--config", "none.toml"], {}, 2, "none.toml: cannot be read"),
        (["db", "restore", "none.zip"], {}, 1, "none.zip: cannot be read"),
        (["status"], {"YIXUN_STORE__URL": "postgresql://nobody:geheim@127.0.0.1:1/x"}, 1, "cannot be used"),
    ],
)
def test_an_error_is_one_line(yixun: Yixun, words: list[str], environ: dict[str, str], status: int, said: str) -> None:
    done = yixun(*words, check=status, **environ)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("yixun: ")
    assert said in done.stderr and "geheim" not in done.stderr


def test_init_writes_settings_and_store_and_may_be_repeated(yixun: Yixun, tmp_path: Path) -> None:
    assert "written" in yixun("init").stdout
    assert (tmp_path / "data" / "yixun.db").is_file()
    (tmp_path / "yixun.toml").write_text('[crawl]\ncontact = "https://team.example/"\n', encoding="utf-8")
    again = yixun("init").stdout
    assert "left as it is" in again and "is up to date" in again
    assert "team.example" in (tmp_path / "yixun.toml").read_text(encoding="utf-8")
    assert "Items     none" in yixun("status").stdout


def test_search_finds_and_prints_rows(yixun: Yixun, filled: dict[str, str]) -> None:
    shown = yixun("search", "部署deepseek", **filled).stdout
    assert "某医院部署DeepSeek" in shown and "2026-11-17 12:00" in shown and "本地【部署】DeepSeek-R1" in shown
    rows = [json.loads(line) for line in yixun("search", "医院", "--json", **filled).stdout.splitlines()]
    assert [(row["title"], row["published_at"], row["relevant"]) for row in rows] == [("某医院部署DeepSeek", "2026-11-17T04:00:00Z", True)]
    assert yixun("search", "无关", "--json", **filled).stdout == ""
    assert json.loads(yixun("search", "无关", "--json", "--all", **filled).stdout)["status"] == "turned_away"


def test_query_in_all_forms(yixun: Yixun, filled: dict[str, str], tmp_path: Path) -> None:
    sql = "SELECT title, published_at, score, outlet FROM v1_items ORDER BY item_id"
    table = yixun("query", "--sql", sql, **filled).stdout
    assert "某医院部署DeepSeek" in table and max(map(len, table.splitlines())) <= 100
    array = json.loads(yixun("query", "--sql", sql, "--format", "json", **filled).stdout)
    assert array[0] == {"title": "某医院部署DeepSeek", "published_at": "2026-11-17T04:00:00Z", "score": 0.9, "outlet": None}
    lines = [json.loads(line) for line in yixun("query", "--sql", sql, "--json", **filled).stdout.splitlines()]
    assert lines == array
    rows = list(csv.DictReader(io.StringIO(yixun("query", "--sql", sql, "--format", "csv", **filled).stdout)))
    assert rows[0] == {"title": "某医院部署DeepSeek", "published_at": "2026-11-17T04:00:00Z", "score": "0.9", "outlet": ""}
    yixun("query", "--sql", sql, "--format", "parquet", "--out", "items.parquet", **filled)
    stored = pq.read_table(tmp_path / "items.parquet").to_pylist()
    assert (stored[0]["title"], stored[0]["published_at"].isoformat()) == ("某医院部署DeepSeek", "2026-11-17T04:00:00+00:00")
    assert json.loads(yixun("query", "--sql", "SELECT 1 AS a WHERE 1 = 0", "--format", "json", **filled).stdout) == []


def test_query_is_limited_and_read_only(yixun: Yixun, filled: dict[str, str]) -> None:
    cut = yixun("query", "--sql", "SELECT item_id FROM v1_items", "--limit", "1", "--format", "json", check=3, **filled)
    assert len(json.loads(cut.stdout)) == 1 and "cut off after 1 rows" in cut.stderr
    assert "yixun: query" in yixun("query", "--sql", "DELETE FROM item", check=1, **filled).stderr
    assert "saved query" in yixun("query").stdout
    assert "2026-Q4" in yixun("query", "venture_by_quarter", **filled).stdout


def test_export_writes_every_view(yixun: Yixun, filled: dict[str, str], tmp_path: Path) -> None:
    for form in ("csv", "json", "parquet"):
        yixun("export", "files", "--format", form, **filled)
    assert {path.name for path in (tmp_path / "files").iterdir()} == {
        f"{view}.{form}" for view in view_names() for form in ("csv", "json", "parquet")
    }
    assert {row["type"] for row in json.loads((tmp_path / "files" / "v1_facts.json").read_text(encoding="utf-8"))} == {
        "funding",
        "adoption",
    }
    assert pq.read_table(tmp_path / "files" / "v1_facts.parquet")["cny_low"].to_pylist().count(None) == 1


def test_status_and_doctor_tell_of_the_store(yixun: Yixun, filled: dict[str, str]) -> None:
    seen = json.loads(yixun("status", "--json", **filled).stdout)
    assert (seen["items"], seen["facts"]["funding"], seen["sources"]) == ({"kept": 1, "turned_away": 1}, 1, {"ok": 1})
    assert "kept 1 · turned away 1" in yixun("status", **filled).stdout
    checks = {row["name"]: row for row in map(json.loads, yixun("doctor", "--json", **filled).stdout.splitlines())}
    assert checks["store"]["state"] == checks["rows"]["state"] == checks["settings"]["state"] == "ok"
    assert checks["contact"]["state"] == "warning"
    assert "wrong    settings" in yixun("doctor", check=3, YIXUN_STORE__URK="x").stdout


def test_backup_and_restore_from_the_command_line(yixun: Yixun, filled: dict[str, str]) -> None:
    assert "2 of them items" in yixun("db", "backup", "store.zip", **filled).stdout
    assert "not empty" in yixun("db", "restore", "store.zip", check=1, **filled).stderr
    other = {"YIXUN_STORE__URL": "sqlite:///other.db"}
    assert "2 of them items" in yixun("db", "restore", "store.zip", **other).stdout
    assert yixun("search", "部署", "--json", **other).stdout == yixun("search", "部署", "--json", **filled).stdout
    assert "is up to date" in yixun("db", "upgrade", **other).stdout
    assert json.loads(yixun("db", "prune", "--json", **other).stdout)["fetches"] == 0
    assert yixun("db", "copy", "other.db", "third.db").stdout.endswith("2 of them items, the same in both\n")
    assert yixun("db", "check", YIXUN_STORE__URL="sqlite:///third.db").stdout == "whole\n"


def test_backups_of_a_folder_are_kept_by_day_week_and_month(yixun: Yixun, filled: dict[str, str], tmp_path: Path) -> None:
    assert "backup.folder: names no folder" in yixun("db", "backup", check=1, **filled).stderr
    (tmp_path / "more.yaml").write_text("sources: []\n", encoding="utf-8")
    (tmp_path / "yixun.toml").write_text('[crawl]\nsources = ["more.yaml"]\n[backup]\nfolder = "safe"\n', encoding="utf-8")
    (tmp_path / "safe").mkdir()
    (tmp_path / "safe" / "notes.txt").touch()
    with time_machine.travel(datetime(2026, 11, 27, 2, tzinfo=UTC), tick=False):
        old = [datetime(2026, 11, 26, 19, tzinfo=UTC) - timedelta(days=days) for days in range(400)]
        for moment in old:
            (tmp_path / "safe" / f"yixun-{moment:%Y%m%dT%H%M%SZ}.zip").touch()
        assert "2 of them items, read back; 387 older removed" in yixun("db", "backup", **filled).stdout
    kept = sorted(path.name[6:14] for path in (tmp_path / "safe").glob("yixun-*.zip"))
    # 03:00 in Shanghai is the evening before in UTC: days, then Sundays, then the ends of months.
    days = ["20261120", "20261121", "20261122", "20261123", "20261124", "20261125", "20261127"]
    assert kept == ["20260629", "20260730", "20260830", "20260929", "20261030", "20261107", "20261114", *days]
    assert (tmp_path / "safe" / "notes.txt").exists()
    newest = max((tmp_path / "safe").glob("yixun-*.zip"))
    told = yixun("db", "restore", str(newest), "--files", "found", YIXUN_STORE__URL="sqlite:///fourth.db").stdout
    assert told.splitlines()[1:] == ["found/more.yaml: written", "found/yixun.toml: written", "whole"]


def test_a_reader_that_goes_away_is_no_error(filled: dict[str, str], tmp_path: Path) -> None:
    sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9000) SELECT x FROM n"
    command = as_process("query", "--sql", sql, "--format", "json")
    process = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **filled}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    process.stdout.read(1)
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    process.wait(60)
    assert "Traceback" not in said
