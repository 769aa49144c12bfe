"""Source archives of libraries whose own test cases are held against ours. Fetched at test time, never copied."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def source_archive(name: str, folder: Path) -> Path:
    """The source archive of an installed version of `name`, in `folder`. Skips the test where no package index answers."""
    from importlib.metadata import version

    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "--dest", str(folder)]
    try:
        done = subprocess.run([*command, f"{name}=={version(name)}"], capture_output=True, timeout=180, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"source archive of {name} not obtainable: {error}")
    found = list(folder.glob(f"{name}-*.tar.gz"))
    if done.returncode or not found:
        pytest.skip(f"source archive of {name} not obtainable")
    return found[0]
