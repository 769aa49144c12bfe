"""Writes docs/questions.md: the saved queries, each with its answer over the demo's store: `python -m tests.docs.questions STORE_URL`."""

from __future__ import annotations

import sys

from sqlalchemy import Engine

from jobs.formats import plain
from jobs.saved import SavedQuery, saved_queries
from store.migrate import open_store
from store.queries import run_query
from store.settings import StoreSettings

from .generate import DOCS

PAGE = DOCS / "questions.md"
_SHOWN = 8
_HEAD = """# Questions

What an analyst of this field asks, answered from the documented views ([data.md](data.md)). Each is a saved query: `yixun query NAME`,
as a table, CSV, JSON or Parquet; `yixun query --json` lists them. Their SQL is in `reports/queries/`, one file each, and is a beginning
for your own.

The answers below are those of the demo (`yixun demo --out DIR`, then `yixun query NAME --config DIR/yixun.toml`), invented organisations
and all: the first rows, without links. The week in which you run the demo, when its sources were asked and told nothing, is left out.
"""


def answer(engine: Engine, query: SavedQuery) -> list[list[str]]:
    """The first rows of a query's answer as the page shows them, the names of its columns first."""
    found = run_query(engine, query.sql, max_rows=1000, seconds=30)
    rows = [row for row in found.as_dicts() if row.get("entries") != 0]
    columns = [name for name in found.columns if name != "link"]
    return [columns, *([_cell(row[name]) for name in columns] for row in rows[:_SHOWN])]


def _cell(value: object) -> str:
    text = value if isinstance(value, str | int) else "" if value is None else plain(value)
    return str(text).replace("|", "\\|")


def section(engine: Engine, query: SavedQuery) -> str:
    """What the page says of a query."""
    columns, *rows = answer(engine, query)
    lines = [columns, ["---"] * len(columns), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n## {query.name}\n\n{query.about}.\n\n{table}\n"


def page(engine: Engine) -> str:
    """The whole page."""
    return _HEAD + "".join(section(engine, query) for query in saved_queries().values())


if __name__ == "__main__":
    PAGE.write_text(page(open_store(StoreSettings(url=sys.argv[1]))), encoding="utf-8")
