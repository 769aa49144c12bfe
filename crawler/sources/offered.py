"""Ways to read an address that nobody has described yet, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from crawler.readers import read_listing
from crawler.readers.base import Page
from crawler.text.decode import decode
from crawler.text.language import detect_language
from store.errors import ParseError

from .discover import common_places, feed_links, propose_lists
from .source import Source, SourceUrl

_MAX_FEEDS = 4


def sources_at(url: str, fetch: Callable[[Sequence[str]], dict[str, Page]]) -> list[Source]:
    """The sources an address offers: itself when it is a feed or sitemap, else feeds it declares, feeds and news sitemaps in
    usual places, lists of headlines on the page. `fetch` fetches addresses once each and gives those that answered.

    Raises ValueError when `url` is no web address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected a web address, as https://example.org/news/")
    page = fetch([url]).get(url)
    if page is None:
        return []
    own = _as_machine_readable(url, page)
    if own:
        return [own]
    html, _ = decode(page.body, content_type=page.content_type)
    lists = [
        _source(url, "list_page", list=proposal.rules.model_dump(exclude_none=True), language=_language(proposal.rows[0].title))
        for proposal in propose_lists(html, page.url, now=page.fetched_at)
    ]
    declared = feed_links(html, page.url)[:_MAX_FEEDS]
    found = _readable(declared, fetch) if declared else []
    if not found and not lists:
        found = _readable(common_places(page.url), fetch)
    return [*found, *lists]


def _readable(urls: Sequence[str], fetch: Callable[[Sequence[str]], dict[str, Page]]) -> list[Source]:
    answered = fetch(urls)
    sources = (_as_machine_readable(url, answered[url]) for url in urls if url in answered)
    return [source for source in sources if source]


def _as_machine_readable(url: str, page: Page) -> Source | None:
    """The source an answer is, when it is a feed or a news sitemap with entries."""
    for kind in ("feed", "sitemap"):
        source = _source(url, kind)
        try:
            listing = read_listing(page, source)
        except ParseError:
            continue
        if listing.drafts:
            return source.model_copy(update={"language": _language(listing.drafts[0].title)})
    return None


def _language(title: str) -> str:
    found = detect_language(title)
    return found if found in ("zh", "zh-Hant", "en") else "zh"


def _source(url: str, kind: str, **fields: object) -> Source:
    parts = urlsplit(url)
    given = {"id": "offered", "name": parts.netloc, "homepage": f"{parts.scheme}://{parts.netloc}/", "category": "media", "kind": kind}
    return Source.model_validate(given | {"urls": [SourceUrl(url=url)]} | fields)
