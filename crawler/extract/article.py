"""One page, read: the pieces put together."""

from __future__ import annotations

from datetime import datetime

from crawler.draft import Article
from crawler.sources import ArticleRules

from .body import read_body
from .decode import decode
from .language import detect_language
from .page import parse
from .urls import canonical_url


def read_page(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
    rules: ArticleRules | None = None,
    encoding: str | None = None,
    timezone: str | None = None,
    language: str | None = None,
) -> Article:
    """Read a page."""
    text, _ = decode(body, content_type=content_type, declared=encoding)
    page = parse(text)
    found = read_body(page)
    return Article(
        text=found.text,
        quality=found.quality,
        method=found.method,
        language=detect_language(found.text),
        canonical_url=canonical_url(url) if url else None,
    )
