"""A crawl's process that hangs is ended at its deadline: for tests the deadline comes as soon as it hangs, however busy the machine is."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from crawler.fetching import run

# What a process does to hang; it says so by the file that `HANGS` names.
HANG = "open(os.environ['HANGS'], 'w').close(); time.sleep(10_000)"


def end_what_hangs(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """While `patch` holds, let the deadline of a crawl's process come a moment after it began to hang."""
    hangs, wait = folder / "hangs", run._wait

    def wait_until_it_hangs(child: subprocess.Popen[bytes], seconds: float) -> bool:
        while not hangs.exists() and child.poll() is None:
            time.sleep(0.05)
        return wait(child, 0.5 if hangs.exists() else seconds)

    patch.setattr(run, "_wait", wait_until_it_hangs)
    patch.setenv("HANGS", str(hangs))
