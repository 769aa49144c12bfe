"""The short version of benchmarks/delivery.py: a sender killed again and again sends to nobody twice and leaves nobody out in silence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.delivery import trial


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands run in the test's folder, and leave nothing of it behind."""
    monkeypatch.setattr(sys, "argv", sys.argv)
    before = Path.cwd()
    yield
    os.chdir(before)


def test_a_sender_killed_again_and_again_sends_to_nobody_twice(tmp_path: Path) -> None:
    report = trial(tmp_path, recipients=40, kills=6, seed=3)
    assert report.wrong == [] and report.taken_twice == 0
    assert report.kills >= 4, report
    assert set(report.states) <= {"sent", "refused", "unknown", "sending"} and report.states["sent"] >= 100
