"""`yixun read`: what extraction makes of saved pages, one JSON line each."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.clock import SHANGHAI
from store.errors import ParseError

from .common import EXIT_PARTLY, out_json, say

if TYPE_CHECKING:
    from crawler.reading.article import Article

# A saved page beyond this size is refused rather than unpacked: a gzip bomb, not news.
_MAX_BYTES = 60_000_000


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("read")(read)


def read(
    pages: Annotated[list[str], typer.Argument(help="Saved pages, plain or .gz; - for standard input.", metavar="PAGE.html …")],
    url: Annotated[
        str | None, typer.Option("--url", help="Address the page was saved from: resolves links, gives the date in the address.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add the candidates for title and date and the lines that were left out.")
    ] = False,
) -> None:
    """Print what extraction makes of saved pages, one JSON line each."""
    failed = 0
    for path in pages:
        try:
            body = _load(path)
        except ParseError as error:
            say(f"yixun: {error}")
            failed += 1
            continue
        out_json(_row(path, body, url=url, explain=explain))
    if failed:
        raise typer.Exit(EXIT_PARTLY)


def _load(path: str) -> bytes:
    """The bytes of a saved page. Raises ParseError, naming the file, when it cannot be read or unpacked."""
    try:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        if body[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
                body = file.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ParseError(f"cannot be read: {getattr(error, 'strerror', None) or error}", subject=path) from error
    if not body.strip():
        raise ParseError("is empty, expected a saved page", subject=path)
    if len(body) > _MAX_BYTES:
        raise ParseError(f"is larger than {_MAX_BYTES // 1_000_000} MB", subject=path)
    return body


def _row(path: str, body: bytes, *, url: str | None, explain: bool) -> dict[str, Any]:
    from crawler.reading.extract import explain_page, read_page

    if not explain:
        return _printed(path, read_page(body, url=url))
    article, reasons = explain_page(body, url=url)
    return _printed(path, article) | {"trust": article.trust, "next_pages": list(article.next_pages), "explain": reasons}


def _printed(path: str, article: Article) -> dict[str, Any]:
    return {
        "file": path,
        "title": article.title,
        "published": _published(article),
        "precision": article.precision,
        "authors": list(article.authors),
        "editors": list(article.editors),
        "source": article.source,
        "language": article.language,
        "text": article.text,
        "canonical_url": article.canonical_url,
        "method": article.method,
        "quality": article.quality,
    }


def _published(article: Article) -> str | None:
    """The moment with its zone, or the day where no more is known."""
    if article.published is None:
        return None
    local = article.published.astimezone(SHANGHAI)
    return local.date().isoformat() if article.precision == "day" else local.isoformat()
