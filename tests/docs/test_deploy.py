"""What deploy/ offers to copy is well formed and calls commands that are there."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .generate import DOCS, every_command

DEPLOY = DOCS.parent / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


def options() -> dict[str, set[str]]:
    return {name: {text for parameter in command.params for text in parameter.opts} for name, command in every_command()}


def called(text: str) -> list[list[str]]:
    return [words.split() for words in re.findall(r"bin/yixun ([^>\n]+)", text)]


@pytest.mark.parametrize("path", [*UNITS, DEPLOY / "crontab"], ids=lambda path: path.name)
def test_commands_and_options_are_there(path: Path) -> None:
    known = options()
    calls = called(path.read_text(encoding="utf-8"))
    assert calls or path.suffix == ".timer"
    for words in calls:
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert {word for word in words if word.startswith("--")} <= known[name], words


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_well_formed(path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(path, encoding="utf-8")
    kind = "Service" if path.suffix == ".service" else "Timer"
    assert {"Unit", kind} <= set(unit.sections()) <= {"Unit", kind, "Install"}
    assert unit["Unit"]["Description"]
    if kind == "Timer":
        assert (DEPLOY / f"{path.stem}.service").is_file() and unit["Timer"]["OnCalendar"]
    else:
        assert unit["Service"]["ExecStart"].startswith("/") and unit["Service"]["User"] != "root"
    if shutil.which("systemd-analyze") and kind == "Timer":
        subprocess.run(["systemd-analyze", "calendar", unit["Timer"]["OnCalendar"]], check=True, capture_output=True)


def test_cron_lines_have_five_fields() -> None:
    lines = [line for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines:
        assert all(re.fullmatch(r"[\d*/,-]+", field) for field in line.split()[:5]), line
        assert "%" not in line
