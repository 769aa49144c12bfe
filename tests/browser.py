"""A real browser for tests: headless Chromium, spoken to over the pipes of its debugging protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
WHY_NOT = "there is no Chromium on this machine"
_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--no-first-run")


class Page:
    """One tab. Widths and heights are CSS pixels."""

    def __init__(self, chrome: _Chrome) -> None:
        self._chrome = chrome
        target = chrome.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = chrome.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.asked: list[str] = []
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Ask the tab for something; returns its answer."""
        return self._chrome.call(method, session=self._session, **values)

    def open(self, address: str, *, width: int = 1200, dark: bool = False) -> None:
        """Load a page in a window of a width, in a light or a dark room; returns when it has loaded. `asked` names what it asked for."""
        self.asked.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=address)
        while (event := self._chrome.read())["method"] != "Page.loadEventFired":
            if event["method"] == "Network.requestWillBeSent":
                self.asked.append(event["params"]["request"]["url"])

    def run(self, script: str) -> Any:
        """What an expression gives, a promise awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, *, tallest: int = 20_000) -> bytes:
        """The whole page as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], tallest), "scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])


class _Chrome:
    """The running program: messages out and in, each ended by a zero byte."""

    def __init__(self, profile: Path) -> None:
        assert PROGRAM is not None
        there, self._write = os.pipe()
        self._read, here = os.pipe()
        command = [PROGRAM, *_OPTIONS, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        moved = f'exec "$@" 3<&{there} 4>&{here}'
        self._program = subprocess.Popen(
            ["bash", "-c", moved, "bash", *command], pass_fds=(there, here), stderr=subprocess.DEVNULL, start_new_session=True
        )
        os.close(there)
        os.close(here)
        self._number = 0
        self._left = b""
        self._events: list[dict[str, Any]] = []

    def call(self, method: str, *, session: str | None = None, **values: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": values} | ({"sessionId": session} if session else {})
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._events.append(answer)
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def read(self) -> dict[str, Any]:
        """The next event."""
        return self._events.pop(0) if self._events else self._next()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            received = os.read(self._read, 1 << 20)
            assert received, "the browser ended"
            self._left += received
        message, _, self._left = self._left.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def end(self) -> None:
        os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()
        os.close(self._read)
        os.close(self._write)


@contextmanager
def browser() -> Iterator[Page]:
    """A tab of a browser of its own, which ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        chrome = _Chrome(Path(profile))
        try:
            yield Page(chrome)
        finally:
            chrome.end()
