"""Answers kept as they came: bytes in files of a folder, and beside them where they came from."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.readers.base import Ask, Page


def keep(page: Page, folder: Path, *, article: bool = False) -> None:
    """Put an answer that has just come into a folder, for `kept`."""
    number = sum(1 for _ in folder.glob("*.meta")) + 1
    stem = f"{'article' if article else 'answer'}-{number:03d}"
    meta = write_page(folder, stem, page) | {"fetched_at": page.fetched_at.isoformat()}
    (folder / f"{stem}.meta").write_text(json.dumps(meta), encoding="utf-8")


def kept(folder: Path) -> tuple[list[Page], Page | None]:
    """The answers that `keep` put into a folder, in their order, and the first article among them."""
    pages = {}
    for path in sorted(folder.glob("*.meta"), key=lambda path: path.stem.rpartition("-")[2]):
        meta = json.loads(path.read_text(encoding="utf-8"))
        pages[path.stem] = load_page(folder, meta, datetime.fromisoformat(meta["fetched_at"]))
    article = next((page for stem, page in pages.items() if stem.startswith("article")), None)
    return [page for stem, page in pages.items() if stem.startswith("answer")], article


def write_page(folder: Path, stem: str, page: Page) -> dict[str, Any]:
    """Write an answer into `folder`; returns what `load_page` needs to read it back, as plain values."""
    kind = page.content_type or ""
    name = f"{stem}.{'json' if 'json' in kind else 'xml' if 'xml' in kind else 'html'}"
    (folder / name).write_bytes(page.body)
    return {"file": name, "url": page.url, "content_type": page.content_type, "ask": asdict(page.ask)}


def load_page(folder: Path, answer: dict[str, Any], fetched_at: datetime) -> Page:
    """The answer that `write_page` wrote. Raises OSError, KeyError or TypeError when it is not whole."""
    body = (folder / answer["file"]).read_bytes()
    return Page(_ask(answer["ask"]), url=answer["url"], body=body, content_type=answer["content_type"], fetched_at=fetched_at)


def _ask(values: dict[str, Any]) -> Ask:
    pairs = {name: tuple((str(k), str(v)) for k, v in values[name]) for name in ("form", "tokens") if values.get(name)}
    return Ask(**{**values, "form": pairs.get("form"), "tokens": pairs.get("tokens", ())})
