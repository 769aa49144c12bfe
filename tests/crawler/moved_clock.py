"""The clock of a crawl, moved by what its sites are asked for: time is up when the test says so, however busy the machine is."""

from __future__ import annotations

import threading
from pathlib import Path

from .site import Answer, Asked, Site

_CLOCK = """
import time
from pathlib import Path
from types import SimpleNamespace
from crawler.fetching import clock
real, moved = time.monotonic, Path({file!r})
clock.time = SimpleNamespace(monotonic=lambda: real() + float(moved.read_text() or 0))
"""


class MovedClock:
    """Stands still with the real one until it is moved. `fault` is the file that puts it into a crawl."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "seconds"
        self._file.write_text("0")
        self.fault = folder / "moved.py"
        self.fault.write_text(_CLOCK.format(file=str(self._file)), encoding="utf-8")
        self._over = threading.Event()

    def move(self, seconds: float) -> None:
        """Let the crawl's clock go forward, once for all."""
        moved = self._file.with_suffix(".new")
        moved.write_text(str(seconds))
        moved.replace(self._file)

    def at(self, site: Site, *, asked: int, seconds: float, hold: bool = False) -> None:
        """Move the clock when so many pages of `site` other than feeds were asked for; `hold` that one's answer until the end."""
        count = 0

        def watched(page: Answer) -> object:
            def answer(_: Asked) -> Answer:
                nonlocal count
                count += 1
                if count == asked:
                    self.move(seconds)
                    if hold:
                        self._over.wait(300)
                return page

            return answer

        for path, page in site.pages.items():
            if path.endswith(".html"):
                assert isinstance(page, Answer)
                site.pages[path] = watched(page)  # type: ignore[assignment]

    def end(self) -> None:
        """Let go what is held."""
        self._over.set()
