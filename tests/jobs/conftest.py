"""Fixtures for tests of the command line and the daemon."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jobs.cli.app import main

from .command import Done, Yixun


@pytest.fixture
def yixun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Yixun:
    """Run `yixun` in an empty folder, as a user without a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*words: str, check: int | None = 0, **environ: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["yixun", *words])
            for name, value in environ.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
                sys.exit(0)
        done = Done(int(ended.value.code or 0), *capsys.readouterr())
        assert check is None or done.returncode == check, done
        return done

    return run
