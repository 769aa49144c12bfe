"""`yixun read`: saved pages in, one JSON line each out."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

from tests.jobs.command import as_process

from .families import FAMILIES, samples


def _run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        as_process("read", *arguments),
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_many_pages_at_once(tmp_path: Path) -> None:
    pages = samples()[:: len(samples()) // len(FAMILIES)]
    paths = []
    for i, sample in enumerate(pages):
        path = tmp_path / (f"{i}.html.gz" if i % 2 else f"{i}.html")
        path.write_bytes(gzip.compress(sample.body) if i % 2 else sample.body)
        paths.append(str(path))
    (tmp_path / "broken.html.gz").write_bytes(b"\x1f\x8bnot gzip")
    done = _run(paths[0], str(tmp_path / "broken.html.gz"), str(tmp_path / "absent.html"), *paths[1:])
    assert done.returncode == 3
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["file"] for row in rows] == paths
    assert [row["title"] for row in rows] == [sample.title for sample in pages]
    assert {"title", "published", "authors", "editors", "source", "language", "text", "canonical_url", "method", "quality"} <= set(rows[0])
    errors = done.stderr.decode()
    assert "broken.html.gz" in errors and "absent.html" in errors and "Traceback" not in errors


def test_standard_input_and_explanation() -> None:
    sample = samples()[0]
    done = _run("-", "--explain", "--url", sample.url, stdin=sample.body)
    row = json.loads(done.stdout)
    assert done.returncode == 0 and row["canonical_url"] == sample.url and row["explain"]["titles"] and row["trust"]["title"]
