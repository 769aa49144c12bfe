"""The `yixun` command as a test calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


Yixun = Callable[..., Done]


def as_process(*words: str) -> list[str]:
    """How `yixun` is started as a process of its own."""
    return [sys.executable, "-m", "jobs.cli.app", *words]
