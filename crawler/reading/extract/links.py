"""What a page says about its own address, and where the article goes on."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.text.urls import canonical_url
from store.domains import registered_domain

from .head import Head
from .page import Page, clean_text
from .parse import attributes

_NUMBER = re.compile(r"^[\s\[【(（第]*(\d{1,2})[\s\]】)）页頁]*$")
_NEXT = re.compile(r"^[\s\[【>»]*(?:下一页|下一頁|下页|后一页|next(?: page)?)[\s\]】>»]*$", re.I)
# Bounded: where a link is not what it seems, what follows it is not read again for every link.
_LINK = re.compile(r"<a\s([^<>]*+)>(?:\s|<(?!/a)[^<>]*+>){0,8}+([^<]{1,30})<")
_STEM = re.compile(r"^(?P<stem>.*?)(?:[_-](?P<page>\d{1,2}))?(?P<end>\.(?:s?html?|php|aspx?|jsp)|/)?$", re.I)
_PAGE_PARAMETER = re.compile(r"(?:^|&)(?:page|p|pn|pageno|curpage|paged)=\d{1,2}(?=&|$)", re.I)
_MAX_PAGES = 20


def own_address(head: Head, url: str | None) -> str | None:
    """The canonical address of a page: what it declares, if that can be true of `url`, else `url` itself.

    A declared address of another site, or of the front page for an article, is a template's mistake and not believed.
    """
    own = canonical_url(url) if url else None
    base = (canonical_url(head.base, url if own else None) if head.base else None) or (url if own else None)
    for declared in (head.canonical, head.first("og:url"), head.linked.url):
        address = canonical_url(declared, base) if declared else None
        if address is None:
            continue
        if own is None or (_one_site(address, own) and not (_is_front(address) and not _is_front(own))):
            return address
    return own


def _one_site(url: str, other: str) -> bool:
    host, its = urlsplit(url).hostname or "", urlsplit(other).hostname or ""
    return host == its or registered_domain(host) == registered_domain(its)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/", "/index.html", "/index.htm"} and not parts.query


def next_pages(page: Page, url: str | None) -> tuple[str, ...]:
    """Further pages of the same article in their order, absolute; only addresses that differ from this one by a page number."""
    if not url or canonical_url(url) is None:
        return ()
    own = _STEM.match(urlsplit(url).path)
    found: dict[str, int] = {}
    for link in _LINK.finditer(page.markup):
        text = clean_text(link[2])
        number = _NUMBER.match(text)
        if not number and not _NEXT.match(text):
            continue
        href = attributes(link[1]).get("href", "")
        address = canonical_url(href, url) if 0 < len(href) < 600 else None
        if address and own and (position := _position(address, url, own)) > 1:
            found.setdefault(address, position)
    return tuple(sorted(found, key=found.__getitem__)[:_MAX_PAGES])


def _position(address: str, url: str, own: re.Match[str]) -> int:
    """Which page of the article at `url` the `address` is, counting from 1; 0 when it is another article."""
    there, here = urlsplit(address), urlsplit(canonical_url(url) or url)
    if there.hostname != here.hostname:
        return 0
    if there.path == here.path:
        found = _PAGE_PARAMETER.search(there.query)
        same = _PAGE_PARAMETER.sub("", there.query).strip("&") == _PAGE_PARAMETER.sub("", here.query).strip("&")
        number = int(re.sub(r"\D", "", found.group().split("=")[1])) if found and same else 0
        current = _PAGE_PARAMETER.search(here.query)
        return number if number > (int(current.group().split("=")[1]) if current else 1) else 0
    other = _STEM.match(there.path)
    if other is None or other["end"] != own["end"]:
        return 0
    # a_2.html after a.html or a_1.html; a_0.html is the first of systems that count from nought.
    if other["page"] and (other["stem"] == own["stem"] or other["stem"] == f"{own['stem']}{_tail(own)}"):
        number, current_page = int(other["page"]), int(own["page"]) if own["page"] and other["stem"] == own["stem"] else 0
        return number + 1 if number > current_page else 0
    return 0


def _tail(own: re.Match[str]) -> str:
    return own.group()[len(own["stem"]) : len(own.group()) - len(own["end"] or "")]
