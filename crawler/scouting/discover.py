"""What a page offers as a source: feeds it links to, places where feeds usually are, and lists of headlines in it. Pure.

A list of headlines shows as a structure that repeats: siblings of one shape, each with one main link of headline length.
`propose_lists` finds such groups, writes CSS selectors for them and shows the rows those selectors give, so that what is
proposed is what the listing reader will read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawler.readers import listing, read_listing
from crawler.readers.base import Ask, Page
from crawler.sources.source import ListRules, Source, SourceUrl
from crawler.text.dates import parse_date
from crawler.text.decode import decode
from crawler.text.language import detect_language
from store.errors import ParseError, SelectorMissingError

FEED_PATHS = ("/feed", "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss/feed.xml")
SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
# A class with digits or a long mixed tail is made by a build tool and changes with it; only its stem is worth matching.
_HASHED = re.compile(r"(?:__|--?)[A-Za-z0-9_-]*[0-9A-Z][A-Za-z0-9_-]*$|\d{2,}")
_MAX_FEEDS = 4
_ROW_TAGS = {"li", "div", "article", "tr", "dl", "section", "p", "dd", "a"}


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row that proposed selectors give."""

    title: str
    link: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors for one list on the page, the rows they give, and how much it looks like news (0..1)."""

    rules: ListRules
    rows: tuple[ListedRow, ...]
    score: float


def feed_links(html: str, base: str) -> list[str]:
    """Addresses of feeds that a page declares by link tags or links to by name, absolute, best first, none twice."""
    page = Selector(text=html)
    found = [
        link.attrib["href"]
        for link in page.css("link[rel~=alternate][href]")
        if link.attrib.get("type", "").split(";")[0].strip().lower() in _FEED_TYPES
    ]
    found += [h for h in page.css("a::attr(href)").getall() if re.search(r"(?:^|[/._-])(?:rss|feed|atom)(?:[/._-]|$)", h, re.I)]
    return list(dict.fromkeys(url for url in (urljoin(base, h.strip()) for h in found) if url.startswith(("http://", "https://"))))


def common_places(base: str) -> list[str]:
    """Addresses on the host of `base` where feeds and news sitemaps usually are."""
    parts = urlsplit(base)
    root = f"{parts.scheme}://{parts.netloc}"
    return [root + path for path in FEED_PATHS + SITEMAP_PATHS]


def propose_lists(html: str, base: str, *, now: datetime, limit: int = 3) -> list[Proposal]:
    """Propose list selectors for a page, best first; an empty list when nothing in it repeats like headlines."""
    page = Selector(text=html)
    groups: dict[str, list[Any]] = defaultdict(list)
    for node in page.xpath("//body//*[self::a[@href] or .//a[@href]]"):
        if node.root.tag in _ROW_TAGS:
            groups[_path_of(node)].append(node)
    proposals = []
    for path, nodes in groups.items():
        if len(nodes) >= 3:
            proposal = _propose(html, path, nodes, base=base, now=now)
            if proposal:
                proposals.append(proposal)
    proposals.sort(key=lambda p: -p.score)
    return _without_repeats(proposals)[:limit]


def _without_repeats(proposals: Iterable[Proposal]) -> list[Proposal]:
    seen: set[frozenset[str]] = set()
    kept = []
    for proposal in proposals:
        links = frozenset(row.link for row in proposal.rows)
        if links not in seen:
            seen.add(links)
            kept.append(proposal)
    return kept


def _step(node: Any) -> str:
    """One step of a CSS path: the tag with its id or its lasting classes."""
    root = node.root
    name: str = root.tag
    identity = root.get("id")
    if identity and re.fullmatch(r"[A-Za-z][\w-]*", identity) and not re.search(r"\d{2,}", identity):
        return f"{name}#{identity}"
    for klass in (root.get("class") or "").split():
        if re.fullmatch(r"[A-Za-z][\w-]*", klass) and not re.fullmatch(r"(?:first|last|odd|even|active|cur|current|on)", klass):
            stem = _HASHED.sub("", klass)
            return f"{name}.{klass}" if stem == klass else f"{name}[class^='{stem}']" if len(stem) > 2 else name
    return name


def _path_of(node: Any) -> str:
    """The CSS path of a node through its nearest two ancestors that can be told by id or class."""
    steps = [_step(node)]
    for ancestor in node.xpath("ancestor::*[not(self::html or self::body)]")[::-1]:
        step = _step(ancestor)
        if "#" in step or "." in step or "[" in step:
            steps.insert(0, step)
            if len(steps) == 3 or "#" in step:
                break
    return " ".join(steps)


def _propose(html: str, path: str, nodes: list[Any], *, base: str, now: datetime) -> Proposal | None:
    link = _common_link(nodes)
    if link is None:
        return None
    date = _common_date(nodes, now)
    rules = ListRules(item=path, link=link, title=_common_title(nodes, link), date=date)
    rows = _read_rows(html, rules, base=base, now=now)
    if len(rows) < 3:
        return None
    lengths = sorted(len(row.title) for row in rows)
    headline = sum(10 <= n <= 120 for n in lengths) / len(lengths)
    dated = sum(row.date is not None for row in rows) / len(rows)
    alike = Counter(re.sub(r"\d+|[0-9a-f]{8,}", "#", urlsplit(row.link).path) for row in rows).most_common(1)[0][1] / len(rows)
    distinct = len({row.link for row in rows}) / len(nodes)
    score = (0.4 * headline + 0.3 * dated + 0.2 * alike + 0.1 * min(1.0, len(rows) / 10)) * distinct
    return Proposal(rules, tuple(rows), round(score, 3)) if score > 0.45 else None


def _common_link(nodes: list[Any]) -> str | None:
    """The selector of the link that carries the headline in most of the nodes."""
    votes: Counter[str] = Counter()
    for node in nodes:
        if node.root.tag == "a":
            votes["::attr(href)"] += 1
            continue
        links = node.xpath(".//a[@href]")
        longest = max(links, key=lambda a: len("".join(a.css("::text").getall()).strip()))
        step = _step(longest)
        parent = longest.xpath("..")[0]
        votes[step if "." in step or parent.root is node.root else f"{_step(parent)} {step}"] += 1
    selector, count = votes.most_common(1)[0]
    return selector if count >= 0.6 * len(nodes) else None


def _common_title(nodes: list[Any], link: str) -> str:
    """The selector of the headline: the link's title or text, or a heading or the longest text inside where the row is the link."""
    if link != "::attr(href)":
        return f"{link}::attr(title), {link}::text"
    votes: Counter[str] = Counter()
    for node in nodes:
        inside = node.xpath(".//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::strong]") or node.xpath(
            ".//*[normalize-space(text())]"
        )
        if inside:
            votes[_step(max(inside, key=lambda part: len("".join(part.xpath("text()").getall()).strip())))] += 1
    if votes and votes.most_common(1)[0][1] >= 0.6 * len(nodes):
        return f"{votes.most_common(1)[0][0]}::text"
    return "::attr(title), ::text"


def _common_date(nodes: list[Any], now: datetime) -> str | None:
    """The selector of the element that holds a date in most of the nodes, or None."""
    votes: Counter[str] = Counter()
    for node in nodes:
        for part in node.xpath(".//*[not(self::a)]"):
            text = "".join(part.xpath("text()").getall()).strip()
            if 4 <= len(text) <= 30 and re.search(r"\d|前|昨|今", text) and parse_date(text, now=now):
                votes[_step(part) + "::text"] += 1
                break
    if not votes:
        return None
    selector, count = votes.most_common(1)[0]
    return selector if count >= 0.6 * len(nodes) else None


def _read_rows(html: str, rules: ListRules, *, base: str, now: datetime) -> list[ListedRow]:
    """The rows that `rules` give on a page, read by the reader that will read them; none twice."""
    root = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}/"
    source = Source(
        id="proposed", name="proposed", homepage=root, category="media", kind="list_page", urls=(SourceUrl(url=base),), list=rules
    )
    page = Page(
        Ask(base, root=base), url=base, body=html.encode("utf-8", "replace"), content_type="text/html; charset=utf-8", fetched_at=now
    )
    try:
        entries = listing.read(page, source).entries
    except SelectorMissingError:
        return []
    rows: dict[str, ListedRow] = {}
    for entry in entries:
        if entry.link:
            rows.setdefault(entry.link, ListedRow(entry.title, entry.link, entry.published_at))
    return list(rows.values())


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
        if listing.entries:
            return source.model_copy(update={"language": _language(listing.entries[0].title)})
    return None


def _language(title: str) -> str:
    found = detect_language(title)
    return found if found in ("zh", "zh-Hant", "en") else "zh"


def _source(url: str, kind: str, **fields: object) -> Source:
    parts = urlsplit(url)
    given = {"id": "offered", "name": parts.netloc, "homepage": f"{parts.scheme}://{parts.netloc}/", "category": "media", "kind": kind}
    return Source.model_validate(given | {"urls": [SourceUrl(url=url)]} | fields)
