"""Second opinions on a page whose text the scored pass doubts: data inside scripts, then the page without the names of its elements.

None of them is asked on a page that reads well.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

from .body import Body, read_body
from .flatten import MAX_CHARS, lay_out, read_markup
from .head import Head
from .page import Page, clean_text

DOUBT = 0.3
_MAX_SOURCE = 500_000
_LONG_STRING = re.compile(
    r'"(?:content|contenthtml|content_html|body|bodyhtml|html|text|detail|details|article|articlecontent|article_content|articlebody|maintext|main_text|news_content|newscontent|contents|richtext|data|txt|desc_html)"'
    r'\s*:\s*"((?:[^"\\]++|\\.)*+)"',
    re.I,
)
_SENTENCES = re.compile(r"[。！？；，.!?;,]")
_NAMES = re.compile(r"""\s(?:class|id|itemprop|role)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+)""", re.I)
_TAG = re.compile(r"<\s{0,3}/?\s{0,3}(?:p|br|div|span|section|strong|h[1-6]|img)\b", re.I)


def second_opinion(page: Page, head: Head, body: Body) -> Body:
    """The best reading of a page: `body`, or what a second reader finds when `body` is doubtful and the other clearly more."""
    best = body
    for candidate in (_linked(head), _scripts(page), _unnamed(page)):
        if candidate is not None and _worth(candidate) > 1.25 * _worth(best) + 20:
            best = candidate
            if best.quality > DOUBT and best.method in {"json-ld", "script"}:
                break
    return best


def _worth(body: Body) -> float:
    """Text in sentences, in units of Chinese characters."""
    return sum(len(line.encode("utf-8", "ignore")) / 3 for line in body.paragraphs if _SENTENCES.search(line))


def _from_text(text: str, method: str, like: Body | None = None) -> Body | None:
    paragraphs = [line for part in text.splitlines() if (line := clean_text(part))]
    if not paragraphs:
        return None
    body = replace(like, paragraphs=paragraphs, method=method) if like else Body(paragraphs, method=method)
    body.quality = round(min(1.0, _worth(body) / 150) * 0.7, 3)
    return body


def _linked(head: Head) -> Body | None:
    text = head.linked.body
    if len(text) < 80:
        return None
    return _fragment(text, "json-ld") if _TAG.search(text) else _from_text(text, "json-ld")


def _fragment(source: str, method: str) -> Body | None:
    body = read_body(read_markup(f"<div>{source}</div>"), whole=True)
    if not body.paragraphs:
        return None
    return replace(body, method=method, first=-1, last=-1, box=-1, dropped=[])


def _scripts(page: Page) -> Body | None:
    """The longest article-like string in the page's scripts, as pages have it that are drawn by the browser."""
    best = ""
    for _, text in page.scripts:
        if not 120 < len(text) < MAX_CHARS:
            continue
        for match in _LONG_STRING.finditer(text):
            if len(match.group(1)) > max(len(best), 80):
                best = match.group(1)
    if not best:
        return None
    try:
        text = json.loads(f'"{best}"', strict=False)
    except ValueError:
        return None
    text = html.unescape(text) if "&lt;" in text else text
    if _TAG.search(text):
        return _fragment(text, "script")
    return _from_text(text, "script") if len(_SENTENCES.findall(text)) > 5 and "<" not in text else None


def _unnamed(page: Page) -> Body | None:
    """What the page gives when no element has a name: they mislead where even the text's own element is called a surrounding."""
    if len(page.markup) > _MAX_SOURCE:
        return None
    body = read_body(lay_out(_NAMES.sub("", page.markup)))
    return replace(body, method="unnamed", first=-1, last=-1, box=-1, kept=[], dropped=[]) if body.paragraphs else None
