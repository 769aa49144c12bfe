"""Memory of a process: how much there is in use, and how what large answers leave behind is given back."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024
# What is larger than this, in bytes, is worth care.
LARGE = MEGABYTE
# A process that grew by less is left in peace: giving back takes tens of milliseconds.
_GROWTH = 12


def resident_megabytes() -> int:
    """Memory of this process that is in use, in megabytes; its peak where the system does not tell the present."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // MEGABYTE if sys.platform == "darwin" else peak // 1024
    return pages * resource.getpagesize() // MEGABYTE


def cap_memory(pid: int, megabytes: int) -> None:
    """Let a process of ours, and those that it starts from now on, take no more than `megabytes` of memory of their own.

    An allocation beyond fails in that process. Only Linux can do so from outside; elsewhere nothing is capped.
    """
    if sys.platform == "linux":
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (megabytes * MEGABYTE, megabytes * MEGABYTE))


class MemoryTrimmer:
    """Keeps a process small. Made when all is loaded: what lives until the end is never looked at again by the collector."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()
        self._least = resident_megabytes()

    def trim(self) -> int:
        """Megabytes in use, after giving back what can be when the process has grown since it last was."""
        now = resident_megabytes()
        if now > self._least + _GROWTH:
            # Answers hang in cycles with their requests: the collector first, then the C library.
            gc.collect()
            trim = _trim()
            if trim is not None:
                trim(0)
            now = self._least = resident_megabytes()
        self._least = min(self._least, now)
        return now


@cache
def _trim() -> Any:
    """glibc's malloc_trim; None where the C library has none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
