"""A week of a daemon that has little to do, on a moved clock: its memory, its descriptors and its processes, day by day.

    .venv/bin/python benchmarks/idle.py [--days 7] [--minutes 1]

One small site is read, an issue is built and mailed on Monday, the store is pruned on Sunday; in between the daemon looks at the plan and
at itself once a minute, as it does in life (the plan every ten minutes there). It starts cold, as `yixun run` does; only its crawls start
warm. Exits with 1 where memory grows by over a tenth between the first day and the last, where anything is left over, or where the idle
daemon takes 120 MB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from store.migrate import open_store  # noqa: E402
from store.settings import StoreSettings  # noqa: E402
from tests.jobs.quarter import DAY, START, Life, a_quarter  # noqa: E402
from tests.warm import warm_python  # noqa: E402

MOST_MEGABYTES = 120
MOST_GROWTH = 1.1


def _megabytes(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024


def _left_over(pid: int) -> tuple[int, int]:
    """Open descriptors, and child processes."""
    children = sum(len(path.read_text().split()) for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), children


def main() -> int:
    """Live the week and print a row a day."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--days", type=int, default=7)
    arguments.add_argument("--minutes", type=int, default=1, help="between two looks")
    chosen = arguments.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "warm").mkdir()
        with warm_python(folder / "warm") as python:
            sys.executable = python
            settings = StoreSettings(url=f"sqlite:///{folder / 'store.db'}")
            open_store(settings).dispose()
            with a_quarter(folder, settings, seed=1, step=timedelta(minutes=chosen.minutes)) as world:
                world.publish()
                life = world.take(Life(world, cold=True))
                print(f"just begun: {_megabytes(life.pid):.0f} MB")
                print("  day   MB  descriptors  children  seconds")
                for day in range(1, chosen.days + 1):
                    began = time.monotonic()
                    world.until(START + day * DAY)
                    rows.append((_megabytes(life.pid), *_left_over(life.pid)))
                    print(f"{day:5} {rows[-1][0]:4.0f} {rows[-1][1]:12} {rows[-1][2]:9} {time.monotonic() - began:8.0f}", flush=True)
                mails = len(world.letters.taken)
    first, last = rows[0], rows[-1]
    fine = last[0] < MOST_MEGABYTES and last[0] <= first[0] * MOST_GROWTH and last[1:] == first[1:] and last[2] == 0
    print(f"{mails} mails; {'flat' if fine else 'NOT flat'}: {first[0]:.0f} → {last[0]:.0f} MB, at most {MOST_MEGABYTES}")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
