"""The log of `yixun run`: people's lines on a terminal, JSON elsewhere, in a file too; libraries' lines in the same form; no secret."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from .command import as_process

_WRITE = """
import logging, structlog
from jobs.config import load_settings
from jobs.logs import log_to

log_to(load_settings(None))
with structlog.contextvars.bound_contextvars(job="crawl"):
    structlog.get_logger().info("began", recipient="ann", url="http://ping.example/geheim-1")
    logging.getLogger("a.library").warning("cannot reach %s", "postgresql://u:geheim-2@h/n")
    logging.getLogger("a.library").debug("below the level")
    try:
        raise ValueError("geheim-3 is wrong")
    except ValueError:
        structlog.get_logger().exception("broke")
"""
SECRETS = {
    "YIXUN_ALERTS__PING_URL": "http://ping.example/geheim-1",
    "YIXUN_STORE__URL": "postgresql://u:geheim-2@h/n",
    "YIXUN_MAIL__USERNAME": "u",
    "YIXUN_MAIL__PASSWORD": "geheim-3",
}


def write(tmp_path: Path, stderr: int, **more: str) -> None:
    root = str(Path(__file__).parents[2])
    environ = {**os.environ, **SECRETS, "PYTHONPATH": root, "HOME": str(tmp_path), **more}
    subprocess.run([sys.executable, "-c", _WRITE], cwd=tmp_path, env=environ, stderr=stderr, check=True)


def test_lines_are_json_where_nobody_looks_and_hold_no_secret(tmp_path: Path) -> None:
    with (tmp_path / "err").open("w") as err:
        write(tmp_path, err.fileno(), YIXUN_LOG__FILE="log/yixun.log")
    text = (tmp_path / "err").read_text(encoding="utf-8")
    in_file = (tmp_path / "log" / "yixun.log").read_text(encoding="utf-8")
    assert [json.loads(line)["event"] for line in in_file.splitlines()] == [json.loads(line)["event"] for line in text.splitlines()]
    assert "geheim" not in text + in_file
    ours, library, broke = map(json.loads, text.splitlines())
    assert ours["event"] == "began" and ours["url"] == "***"
    assert library["event"] == "cannot reach postgresql://u:***@h/n" and library["level"] == "warning"
    assert {line["job"] for line in (ours, library, broke)} == {"crawl"} and all("timestamp" in line for line in (ours, library, broke))
    assert "ValueError: *** is wrong" in broke["exception"]


def test_lines_are_for_people_on_a_terminal_from_the_level_that_is_set(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    write(tmp_path, theirs, YIXUN_LOG__LEVEL="warning", NO_COLOR="1")
    text = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "cannot reach postgresql://u:***@h/n" in text and "began" not in text and not text.startswith("{")


def test_a_log_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    command = as_process("run", "--once")
    environ = {**os.environ, "HOME": str(tmp_path), "YIXUN_LOG__FILE": "/proc/none/yixun.log", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (
        done.returncode == 2
        and done.stderr.startswith("yixun: log.file: /proc/none/yixun.log cannot be written")
        and done.stderr.count("\n") == 1
    )
