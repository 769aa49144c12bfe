"""Development checks that the npm registry has: fetched at test time into a cache outside the repository, never shipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

# Exact versions: a check that changes its mind is no check.
VERSIONS = {"axe-core": "4.14.1", "caniemail": "1.0.5", "html-validate": "10.17.0"}
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yixun-tests" / "npm"


def npm_folder(name: str) -> Path:
    """The folder in which the package `name` and what it needs are installed. Skips the test where that is impossible."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine")
    folder = _CACHE / f"{name}-{VERSIONS[name]}"
    if not (folder / "node_modules" / name).is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), f"{name}@{VERSIONS[name]}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{name} is not to be had: npm did not answer in time")
        if done.returncode:
            pytest.skip(f"{name} is not to be had: {done.stderr.strip()[-200:]}")
    return folder


def node(folder: Path, script: str, *arguments: str) -> Any:
    """What a module script prints as JSON, run where the packages of `folder` are found."""
    file = folder / "check.mjs"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(["node", file.name, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
