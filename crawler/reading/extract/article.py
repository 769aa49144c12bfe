"""One page, read: the pieces put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.reading.article import Article
from crawler.sources.source import ArticleRules
from crawler.text.decode import decode
from crawler.text.language import detect_language

from .body import Body, drop_title, read_body
from .bylines import Credits, read_credits
from .flatten import lay_out, read_markup
from .head import Head, read_head
from .links import next_pages, own_address
from .moments import Clock, Witness, read_published
from .noise import clean_paragraphs
from .opinion import DOUBT, second_opinion
from .page import Block, Page, squash
from .parse import serialised, tree
from .people import english_names, is_name, leading_names
from .selectors import select, select_text
from .titles import Title, read_title

# A headline repeated above the text is one of so many lines.
_HEAD_LINES = 3
_NO_RULES = ArticleRules()


@dataclass(slots=True)
class _Reading:
    """All that was found on the way to an article, for `explain_page`."""

    page: Page
    head: Head
    body: Body
    title: Title
    when: Witness | None
    witnesses: list[Witness]
    credits: Credits
    language: str
    encoding: str


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
    """Read the article on a page.

    `body` are the bytes as fetched; `url` and `content_type` as the server gave them; `fetched_at` (aware) is what relative dates and dates
    without a year count from: without it they are not believed. `rules`, `encoding`, `timezone` and `language` are what the source is
    known to use. Never raises: from bytes that are no page comes an article without text.
    """
    clock = Clock(fetched_at=fetched_at, timezone=timezone)
    reading = _read(body, url=url, content_type=content_type, clock=clock, rules=rules or _NO_RULES, encoding=encoding)
    return _article(reading, url=url, language=language)


def explain_page(body: bytes, *, url: str | None = None, fetched_at: datetime | None = None) -> tuple[Article, dict[str, Any]]:
    """Read a page as `read_page` does and say what was weighed: candidates for title and date with their weights, lines left out."""
    reading = _read(body, url=url, content_type=None, clock=Clock(fetched_at=fetched_at, timezone=None), rules=_NO_RULES, encoding=None)
    blocks = reading.page.blocks
    reasons = {
        "encoding": reading.encoding,
        "titles": [{"text": text, "support": support, "origin": origin} for text, support, origin in reading.title.candidates],
        "dates": [
            {"moment": w.parsed.moment.isoformat(), "precision": w.parsed.precision, "weight": round(w.weight, 2), "origin": w.origin}
            for w in reading.witnesses
        ],
        "body": _describe(reading.page, reading.body),
        "left_out": [{"text": blocks[i].text[:80], "reason": reason} for i, reason in reading.body.dropped if i < len(blocks)],
    }
    return _article(reading, url=url, language=None), reasons


def join_pages(first: Article, rest: Sequence[Article]) -> Article:
    """One article from the pages of a multi-page one: the first page's facts, all texts in order, repeated paragraphs once."""
    paragraphs = first.text.split("\n")
    seen = set(paragraphs)
    for article in rest:
        paragraphs += [line for line in article.text.split("\n") if line not in seen]
        seen.update(paragraphs)
    return replace(first, text="\n".join(line for line in paragraphs if line), next_pages=())


def _describe(page: Page, body: Body) -> str:
    if body.box < 0 or body.box >= len(page.boxes):
        return body.method
    box = page.boxes[body.box]
    return f"{box.tag} {box.names}".strip()


def _read(body: bytes, *, url: str | None, content_type: str | None, clock: Clock, rules: ArticleRules, encoding: str | None) -> _Reading:
    text, used = decode(body, content_type=content_type, declared=encoding)
    page = read_markup(text)
    head = read_head(page)
    found = read_body(page)
    title = read_title(page, head, found)
    root = tree(page.markup) if page.markup and rules != _NO_RULES else None
    if own := select_text(root, rules.title):
        title = Title(own, "rule", title.block, title.candidates)
    if title.text:
        drop_title(page, found, title.text)
    found = _ruled_body(page, root, rules) or found
    if found.quality < DOUBT and page.markup:
        found = second_opinion(page, head, found)
        mark = squash(title.text)
        found.paragraphs = [line for i, line in enumerate(found.paragraphs) if i > _HEAD_LINES or squash(line) != mark]
    found.paragraphs = clean_paragraphs(found.paragraphs)
    language = detect_language(f"{title.text}\n{found.text}")
    when, witnesses = read_published(page, head, found, clock=clock, url=url, title_block=title.block, chinese=language.startswith("zh"))
    if (ruled := select_text(root, rules.date)) and (parsed := clock.read(ruled)):
        when = Witness(parsed, 9.0, "rule")
        witnesses.append(when)
    credits = _ruled_credits(root, rules, read_credits(page, head, found, title_block=title.block))
    return _Reading(page, head, found, title, when, witnesses, credits, language, used)


def _ruled_body(page: Page, root: Any, rules: ArticleRules) -> Body | None:
    """The text of the elements that the source's own selector names; None when they hold no text."""
    elements = [element for element in select(root, rules.body) if not isinstance(element, str)]
    outer = [element for element in elements if not any(other in elements for other in element.iterancestors())]
    paragraphs: list[str] = []
    for element in outer[:50]:
        part = read_body(lay_out(serialised(element)), whole=True)
        paragraphs += part.paragraphs
    if not paragraphs:
        return None
    found = Body(paragraphs, method="rule", quality=1.0)
    marks = set(paragraphs)
    inside = [i for i, block in enumerate(page.blocks) if block.text in marks]
    if inside:
        found.first, found.last = inside[0], inside[-1]
        found.box = page.blocks[inside[0]].box
    return found


def _ruled_credits(root: Any, rules: ArticleRules, credits: Credits) -> Credits:
    if author := select_text(root, rules.author):
        names = _names(author)
        if names:
            credits.authors, credits.trust["authors"] = names, "rule"
    if source := select_text(root, rules.source):
        named = Page("", blocks=[Block(source if ":" in source or "：" in source else f"来源：{source}", "p", -1)])
        outlet = read_credits(named, Head(), Body(), title_block=-1).source
        if outlet:
            credits.source, credits.trust["source"] = outlet, "rule"
    return credits


def _names(text: str) -> list[str]:
    text = text.removeprefix("作者").removeprefix("记者").lstrip(" ：:|")
    return [text] if is_name(text) else leading_names(text, labelled=True) or english_names(text)


def _article(reading: _Reading, *, url: str | None, language: str | None) -> Article:
    text = reading.body.text
    trust = dict(reading.credits.trust)
    if reading.title.text:
        trust["title"] = reading.title.origin
    if reading.when:
        trust["published"] = reading.when.origin
    return Article(
        title=reading.title.text or None,
        published=reading.when.parsed.moment if reading.when else None,
        precision=reading.when.parsed.precision if reading.when else None,
        authors=tuple(reading.credits.authors),
        editors=tuple(reading.credits.editors),
        source=reading.credits.source or None,
        language=language if reading.language == "other" and language else reading.language,
        text=text,
        canonical_url=own_address(reading.head, url),
        method=reading.body.method,
        quality=reading.body.quality if text else 0.0,
        next_pages=next_pages(reading.page, url),
        trust=trust,
    )
