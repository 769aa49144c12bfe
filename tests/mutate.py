"""Break the code in many small ways and print which of them no test notices: `python -m tests.mutate [SAMPLE] [FILE …]`.

SAMPLE bounds how many ways of breaking a file are tried (0: all; 40 unless told), always the same ones. What is broken is named in
pyproject.toml (`tool.mutate`) beside its tests. It is a copy that is broken.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGETS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutate"]
_LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "out", "data", "build", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")
_CONFIG = """[cosmic-ray]
module-path = {module}
timeout = 300.0
excluded-modules = []
test-command = {command}
[cosmic-ray.distributor]
name = "local"
"""


def _thin(session: Path, sample: int) -> int:
    """Keep `sample` of the mutations of a session; how many there were."""
    with closing(sqlite3.connect(session)) as connection:
        # `A | B` is a type, which nothing evaluates.
        types = [row[:1] for row in connection.execute("SELECT job_id FROM mutation_specs WHERE operator_name LIKE '%BitOr%'")]
        _leave_out(connection, types)
        jobs = [row[0] for row in connection.execute("SELECT job_id FROM mutation_specs ORDER BY start_pos_row, start_pos_col, job_id")]
        order = list(range(len(jobs)))
        random.Random(7).shuffle(order)
        gone = [(jobs[number],) for number in order[sample:]] if sample else []
        _leave_out(connection, gone)
    return len(jobs)


def _leave_out(connection: sqlite3.Connection, jobs: list[tuple[str]]) -> None:
    connection.executemany("DELETE FROM mutation_specs WHERE job_id = ?", jobs)
    connection.executemany("DELETE FROM work_items WHERE job_id = ?", jobs)
    connection.commit()


def _break(copy: Path, module: str, sample: int) -> str:
    """Try to break `module` in the copy, and say how that went: survivors with what was changed."""
    session, config = copy / "session.sqlite", copy / "mutate.toml"
    command = f"{sys.executable} -m pytest -x -q -p no:randomly -p no:cacheprovider -k 'not postgresql' {TARGETS[module]}"
    config.write_text(_CONFIG.format(module=json.dumps(module), command=json.dumps(command)), encoding="utf-8")
    ray = str(Path(sys.executable).with_name("cosmic-ray"))
    session.unlink(missing_ok=True)
    subprocess.run([ray, "init", str(config), str(session)], cwd=copy, check=True)
    number = _thin(session, sample)
    subprocess.run([ray, "exec", str(config), str(session)], cwd=copy, check=True)
    with closing(sqlite3.connect(session)) as connection:
        outcomes = [(outcome or "", diff or "") for outcome, diff in connection.execute("SELECT test_outcome, diff FROM work_results")]
    survivors = [diff for outcome, diff in outcomes if "SURVIVED" in outcome.upper()]
    return "\n".join([f"== {module}: {len(outcomes)} of {number} tried, {len(survivors)} unnoticed", *survivors])


def main() -> None:
    """Break each target in a copy of the repository."""
    words = sys.argv[1:]
    sample = int(words[0]) if words else 40
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        for module in words[1:] or TARGETS:
            sys.stdout.write(_break(copy, module, sample) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
