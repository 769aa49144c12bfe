"""The shared web (`../shared/web/serve.py`) started for a benchmark: real captured feeds and pages on loopback."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def arguments(description: str) -> argparse.ArgumentParser:
    """The options all benchmarks on the shared web have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with web/serve.py and data/ (default: beside the repository)")
    return parser


@contextmanager
def shared_web(shared: Path, *, hosts: int = 1) -> Iterator[str]:
    """Serve the shared web; yields its address without a slash at the end. Exits when the folder is not there."""
    script = shared / "web" / "serve.py"
    if not script.is_file():
        sys.exit(f"{script} is not there: this benchmark needs the shared data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(script), "--port", str(port), "--hosts", str(hosts), "--data", str(shared / "data")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                get(f"{address}/_snapshot")
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.kill()
        server.wait()


def get(url: str, *, post: bool = False) -> bytes:
    """The body at `url`."""
    with urllib.request.urlopen(urllib.request.Request(url, data=b"" if post else None), timeout=60) as answer:
        body: bytes = answer.read()
    return body
