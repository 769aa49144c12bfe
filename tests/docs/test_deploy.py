"""What deploy/ offers to copy is well formed and calls commands that are there."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from jobs.config import field_at, load_settings
from store.backup import write_backup
from store.database import session_scope
from tests.store.rows import a_round, a_source, an_item
from tests.warm import REAL_PYTHON

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


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_and_finds_them_shut_off(tmp_path: Path) -> None:
    for path in UNITS:
        # Verified without what is installed later.
        text = path.read_text(encoding="utf-8").replace("/opt/yixun/.venv/bin/yixun", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for path in UNITS:
        if path.suffix == ".service":
            words = ["systemd-analyze", "security", "--offline=true", "--threshold=35", "--no-pager", str(path)]
            subprocess.run(words, check=True, capture_output=True)


def test_cron_lines_have_five_fields() -> None:
    lines = [line for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines() if re.match(r"[\d*]", line)]
    assert lines
    for line in lines:
        assert all(re.fullmatch(r"[\d*/,-]+", field) for field in line.split()[:5]), line
        assert "%" not in line


def test_the_configuration_to_copy_is_one_and_gives_no_secret_away() -> None:
    settings = load_settings(DEPLOY / "yixun.toml", environ={})
    assert settings.backup.folder and settings.alerts.to and settings.crawl.contact
    for line in (DEPLOY / "yixun.env").read_text(encoding="utf-8").splitlines():
        name = line.lstrip("#").partition("=")[0]
        if name.startswith("YIXUN_"):
            assert field_at(tuple(name.removeprefix("YIXUN_").lower().split("__"))), name


def test_containers_run_as_nobody_special_with_a_read_only_root() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    ours = compose["services"]["yixun"]
    assert (
        ours["read_only"] is True
        and ours["cap_drop"] == ["ALL"]
        and (DEPLOY / ours["build"]["context"] / ours["build"]["dockerfile"]).is_file()
    )
    assert set(ours["secrets"]) <= set(compose["secrets"]) and compose["services"]["db"]["healthcheck"]
    steps = re.findall(r"^(FROM|RUN|COPY|USER|HEALTHCHECK|CMD) (.*)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    by_word = {word: [rest for found, rest in steps if found == word] for word, _ in steps}
    assert by_word["USER"] == ["8086"] and "/healthz" in by_word["HEALTHCHECK"][0]
    copied = [word for rest in by_word["COPY"] if not rest.startswith("--from") for word in rest.split()[:-1]]
    assert all((DEPLOY.parent / word).exists() for word in copied)
    command = json.loads(by_word["CMD"][0])
    assert command[0] == "yixun" and set(command) & set(options()[command[1]])
    if shutil.which("hadolint"):
        subprocess.run(["hadolint", str(DEPLOY / "Dockerfile")], check=True)


def test_the_browser_of_the_compose_file_serves_the_last_backup(engine: Engine, tmp_path: Path) -> None:
    with session_scope(engine) as session:
        a_source(session)
        a_round(session, an_item(session))
    home, snapshot, port = tmp_path / "home", tmp_path / "snapshot", free_port()
    (home / "backups").mkdir(parents=True), snapshot.mkdir()
    write_backup(engine, home / "backups" / "today.zip")
    web = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["web"]
    command = web["command"][2].replace("$$", "$") + f" --port {port}"
    environ = {name: value.replace("/snapshot", str(snapshot)) for name, value in web["environment"].items()}
    path = f"{Path(REAL_PYTHON).parent}:{os.environ['PATH']}"
    served = subprocess.Popen([*web["command"][:2], command], cwd=home, env=os.environ | environ | {"PATH": path})
    try:
        assert "某医院" in answer(f"http://127.0.0.1:{port}/yixun/v1_facts", served)
    finally:
        served.terminate()
        served.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def answer(url: str, server: subprocess.Popen[bytes]) -> str:
    """What the server says as soon as it says anything; it may not end before."""
    while server.poll() is None:
        with suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=60) as response:
            return str(response.read().decode())
        time.sleep(0.1)
    raise AssertionError(f"it ended with {server.returncode}")
