"""How what people and analysts do grows with the store: `python -m benchmarks.scale STORE_URL …`, stores of `benchmarks.million`, the
smallest first.

Prints a table a kind of database: CPU seconds and peak memory of each command, its process and its children; seconds of SQL, the
database's own work included, the best of three; and bytes an item. The last column says how much the largest store costs beside the
smallest. "Plain" is the same question put to a bare index: what a database cannot do less for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text
from sqlmodel import Session, func, select

from benchmarks.group import attaching
from benchmarks.search import milliseconds, queries
from store.activity import store_bytes
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings

_COMMANDS = (["status"], ["doctor"], ["sources", "list", "--json"], ["search", "医院"], ["stories", "list"])
_SQL = {
    "newest ten items, v1_items": "SELECT item_id, title, topics FROM v1_items WHERE status = 'kept' AND relevant = 1"
    " ORDER BY published_at DESC LIMIT 10",
    "a week of items, plain": "SELECT COUNT(*) FROM item WHERE published_at >= '2026-11-01' AND published_at < '2026-11-08'",
    "a week of v1_items": "SELECT COUNT(*) FROM v1_items WHERE week = '2026-W45'",
    "a week of v1_stories": "SELECT COUNT(*) FROM v1_stories WHERE week = '2026-W45'",
    "a week of v1_facts": "SELECT COUNT(*) FROM v1_facts WHERE week = '2026-W45'",
    "newest ten facts": "SELECT * FROM v1_facts ORDER BY announced_on DESC LIMIT 10",
    "newest ten mentions": "SELECT * FROM v1_mentions ORDER BY published_at DESC LIMIT 10",
    "source health": "SELECT COUNT(*) FROM v1_source_health WHERE status = 'ok'",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost: seconds, or milliseconds or bytes an item, and megabytes of memory where it was a process."""

    amount: float
    unit: str
    megabytes: float = 0.0

    def __str__(self) -> str:
        memory = f" {self.megabytes:.0f} MB" if self.megabytes else ""
        return f"{self.amount:.3g} {self.unit}{memory}"


# A process of its own: what is started is said to have had the memory of whoever started it.
_MEASURE = """
import json, os, sys
away = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_WRONLY, 0) for number in (1, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=away)
_, status, used = os.wait4(child, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def of_command(words: list[str], url: str) -> Cost:
    """CPU seconds and peak memory of a command."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _MEASURE, sys.executable, "-m", "jobs.cli.app", *words]
        environ = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": os.environ["PATH"], "HOME": folder, "YIXUN_STORE__URL": url}
        done = subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.PIPE, check=True)
    status, seconds, megabytes = json.loads(done.stdout)
    if status not in (0, 3):
        raise SystemExit(f"`yixun {' '.join(words)}` ended with {status}")
    return Cost(seconds, "s CPU", megabytes)


def of_sql(engine: Engine, sql: str) -> Cost:
    """Seconds of a statement, the best of three."""
    if engine.dialect.name == "postgresql":
        sql = sql.replace("'2026-11-01'", "'2026-11-01Z'::timestamptz")
    best = min(_seconds(lambda: _asked(engine, sql)) for _ in range(3))
    return Cost(best, "s")


def _asked(engine: Engine, sql: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(sql)).all()


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def room(engine: Engine) -> int:
    """The bytes that the store takes; of a SQLite file only the pages that hold something."""
    if engine.dialect.name == "postgresql":
        return store_bytes(engine)
    with engine.connect() as connection:
        pages, free, size = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def of_store(url: str) -> tuple[str, int, dict[str, Cost]]:
    """The kind of database, how many items there are, and all costs by name."""
    engine = open_store(StoreSettings(url=url), create=False)
    with Session(engine) as session:
        count = session.exec(select(func.count()).select_from(Item)).one()
    costs = {"room": Cost(room(engine) / count, "bytes an item")}
    costs |= {f"yixun {' '.join(words)}": of_command(words, url) for words in _COMMANDS}
    costs |= {name: of_sql(engine, sql) for name, sql in _SQL.items()}
    with Session(engine) as session:
        for name, asked in queries().items():
            for unit, times in zip(("ms", "ms CPU"), map(sorted, milliseconds(session, asked)), strict=True):
                costs[f"search, {name}, p95, {unit}"] = Cost(times[int(0.95 * (len(times) - 1))], unit)
    _, _, worked = attaching(url, 100)
    costs["grouping one item, median"] = Cost(sorted(worked)[len(worked) // 2], "ms CPU")
    engine.dispose()
    return engine.dialect.name, count, costs


def main() -> None:
    """Measure each store and print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("urls", nargs="+")
    tables: dict[str, list[tuple[int, dict[str, Cost]]]] = {}
    for url in asked.parse_args().urls:
        kind, count, costs = of_store(url)
        tables.setdefault(kind, []).append((count, costs))
    for kind, measured in tables.items():
        print(" | ".join([f"{kind:32}", *(f"{count:>18,} items" for count, _ in measured), "grows"]))
        for name in measured[0][1]:
            row = [costs[name] for _, costs in measured]
            grows = row[-1].amount / row[0].amount if row[0].amount else 0.0
            print(" | ".join([f"{name:32}", *(f"{cost!s:>24}" for cost in row), f"{grows:.1f}x"]))


if __name__ == "__main__":
    main()
