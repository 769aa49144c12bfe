"""A server of the protocol of OpenAI, as far as it is asked for: it answers what a test wants it to, well or ill."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[[str, dict[str, Any]], Any]


@dataclass
class Endpoint:
    """What a model says: `say` gets the task and the material of a request, and gives the object to write, or a `Raw` answer."""

    url: str
    say: Say = lambda task, material: {}
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    usage: dict[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20})


@dataclass
class Raw:
    """An answer as it goes over the wire; `drip` repeats a piece for ever, so many seconds apart."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: tuple[bytes, float] | None = None


class _Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        """Answer a request for a completion."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        system, user = (message["content"] for message in asked["messages"])
        material = json.loads(user)
        task = "fact" if "`fact`" in system else "headline" if "`headline`" in system else "opening"
        self.endpoint.asked.append((task, material, dict(self.headers)))
        said = self.endpoint.say(task, material)
        raw = said if isinstance(said, Raw) else Raw(self._completion(said))
        with suppress(ConnectionError):
            self._write(raw)

    def _completion(self, said: Any) -> bytes:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        answer: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": text}}]}
        return json.dumps(answer | ({"usage": self.endpoint.usage} if self.endpoint.usage is not None else {})).encode()

    def _write(self, raw: Raw) -> None:
        self.send_response(raw.status)
        for name, value in raw.headers.items():
            self.send_header(name, value)
        if raw.drip is None:
            self.send_header("Content-Length", str(len(raw.body)))
        self.end_headers()
        self.wfile.write(raw.body)
        ends_at = time.monotonic() + 30
        while raw.drip is not None and time.monotonic() < ends_at:
            self.wfile.write(raw.drip[0])
            self.wfile.flush()
            time.sleep(raw.drip[1])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """The server, while the block runs."""

    class Handler(_Handler):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    Handler.endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Handler.endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
