"""One page, read: the pieces put together."""

from __future__ import annotations

from datetime import datetime

from crawler.draft import Article
from crawler.sources import ArticleRules

from .body import read_body
from .bylines import read_credits
from .decode import decode
from .head import read_head
from .language import detect_language
from .moments import Clock, read_published
from .page import parse
from .titles import read_title
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
    head = read_head(page)
    found = read_body(page)
    title = read_title(page, head, found)
    if title.text:
        found = read_body(page, title=title.text)
    lang = detect_language(found.text)
    clock = Clock(fetched_at=fetched_at, timezone=timezone)
    when, _ = read_published(page, head, found, clock=clock, url=url, title_block=title.block, visible_first=lang != "en")
    credits = read_credits(page, head, found, title_block=title.block)
    return Article(
        title=title.text or None,
        published=when.parsed.moment if when else None,
        precision=when.parsed.precision if when else None,
        authors=tuple(credits.authors),
        editors=tuple(credits.editors),
        source=credits.source or None,
        text=found.text,
        quality=found.quality,
        method=found.method,
        language=lang,
        canonical_url=canonical_url(url) if url else None,
    )
