"""What the head of a page says about itself: meta tags and linked data, read once."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from .page import Page, clean_text
from .parse import attributes

_ARTICLE_TYPES = re.compile(r"article|posting|report(?!er)|blog|webpage|medicalscholarly|creativework|newsitem", re.I)
_SURE_TYPES = re.compile(r"article|posting|report(?!er)", re.I)
_MAX_SCRIPT = 400_000
_MAX_NODES = 4000
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_LOOSE = re.compile(r'"(headline|title|datePublished|pubDate|articleBody)"\s*:\s*"((?:[^"\\]|\\.){1,400})"')
_LOOSE_AUTHOR = re.compile(r'"author"\s*:\s*[\[{][^\]}]{0,200}?"name"\s*:\s*"((?:[^"\\]|\\.){1,80})"')


@dataclass(slots=True)
class LinkedData:
    """What JSON-LD says of the article; empty where it says nothing."""

    headline: str = ""
    published: str = ""
    modified: str = ""
    weak_published: str = ""  # pubDate of the search engines' vocabularies, often the time of the last change
    authors: list[str] = field(default_factory=list)
    publisher: str = ""
    url: str = ""
    body: str = ""


@dataclass(slots=True)
class Head:
    """Meta tags by lower-case name, linked data, the title tag and link relations."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    linked: LinkedData = field(default_factory=LinkedData)
    title: str = ""
    canonical: str = ""
    base: str = ""

    def first(self, *names: str) -> str:
        """The first content of the first of these metas that has one."""
        for name in names:
            for content in self.metas.get(name, ()):
                if content:
                    return content
        return ""


def read_head(page: Page) -> Head:
    """Collect metas and linked data of a page; what is broken is left out."""
    head = Head(title=page.title)
    for tag, written in page.head:
        found = attributes(written)
        if tag == "meta":
            _add_meta(head, found)
        elif tag == "base":
            head.base = head.base or found.get("href", "").strip()
        elif "canonical" in found.get("rel", "").lower().split():
            head.canonical = head.canonical or found.get("href", "").strip()
    for written, text in page.scripts:
        if "ld+json" in written:
            _read_linked(head.linked, text)
    return head


def _add_meta(head: Head, meta: dict[str, str]) -> None:
    content = meta.get("content")
    name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
    if content and name:
        head.metas.setdefault(name.strip().lower(), []).append(
            clean_text(html.unescape(content)) if "&" in content else clean_text(content)
        )


def _read_linked(linked: LinkedData, text: str) -> None:
    """Add what one JSON-LD script says; of a broken one what patterns can find."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if not text or len(text) > _MAX_SCRIPT:
        return
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            loaded = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(loaded):
            _read_node(linked, node)
        return
    for key, value in _LOOSE.findall(text):
        _read_node(linked, {"@type": "Article", key: value.replace("\\/", "/").replace('\\"', '"')})
    linked.authors += [clean_text(name) for name in _LOOSE_AUTHOR.findall(text) if not linked.authors]


def _nodes(loaded: Any) -> list[dict[str, Any]]:
    """All objects of a document that may describe the article, surest types first."""
    queue: list[Any] = [loaded]
    found: list[dict[str, Any]] = []
    for value in queue:
        if len(queue) > _MAX_NODES:
            break
        if isinstance(value, list):
            queue += value
        elif isinstance(value, dict):
            found.append(value)
            queue += [
                value[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
                if isinstance(value.get(key), (list, dict))
            ]
    kinds = [(node, _kind(node)) for node in found]
    sure = [node for node, kind in kinds if _SURE_TYPES.search(kind)]
    return sure + [
        node
        for node, kind in kinds
        if not _SURE_TYPES.search(kind) and (_ARTICLE_TYPES.search(kind) or (not kind and ("pubDate" in node or "datePublished" in node)))
    ]


def _kind(node: dict[str, Any]) -> str:
    kind = node.get("@type", "")
    return " ".join(str(part) for part in kind) if isinstance(kind, list) else str(kind)


def _text(value: Any) -> str:
    return clean_text(html.unescape(value))[:2000] if isinstance(value, str) else ""


def _read_node(linked: LinkedData, node: dict[str, Any]) -> None:
    linked.headline = linked.headline or _text(node.get("headline") or node.get("title") or "")
    linked.published = linked.published or _text(node.get("datePublished") or "")
    linked.modified = linked.modified or _text(node.get("dateModified") or "")
    linked.weak_published = linked.weak_published or _text(node.get("pubDate") or "")
    linked.publisher = linked.publisher or next(iter(_names(node.get("publisher"))), "")
    linked.url = linked.url or _text(node.get("url") or "")
    linked.authors = linked.authors or _names(node.get("author") or node.get("creator"), people=True)
    body = node.get("articleBody")
    if isinstance(body, str) and len(body) > len(linked.body):
        linked.body = html.unescape(body)


def _names(value: Any, *, people: bool = False) -> list[str]:
    values = value if isinstance(value, list) else [value]
    out = []
    for one in values[:20]:
        if isinstance(one, dict) and not (people and "organization" in _kind(one).lower()):
            one = one.get("name")
            one = one[0] if isinstance(one, list) and one else one
        if isinstance(one, str) and clean_text(one):
            out.append(clean_text(html.unescape(one)))
    return out
