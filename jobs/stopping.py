"""Being told to stop: at once, but for what must not be cut off in the middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stopping:
    """Whether work was told to stop (`asked`), and whether it is at something that must be finished first (`whole`)."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._whole = threading.Lock()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """During the block something is done that is not to be cut off; it looks at `asked` by itself."""
        with self._whole:
            yield

    def wait_until_whole(self, seconds: float) -> None:
        """Wait until nothing of the kind is under way; at most so many seconds."""
        if self._whole.acquire(timeout=seconds):
            self._whole.release()

    def on_signal(self, *, interrupt: bool) -> None:
        """Be told by SIGTERM and SIGINT. With `interrupt` they end at once, by SystemExit(0), what may be cut off."""

        def told(*_: object) -> None:
            self.asked.set()
            if interrupt and not self._whole.locked():
                raise SystemExit(0)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, told)
