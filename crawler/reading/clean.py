"""Clean: what readers and extraction found, made fit for the store. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from crawler.judge.facts import Judgement
from crawler.judge.relevance import CheapCheck
from crawler.readers.base import MAX_SUMMARY, MAX_TEXT, MAX_TITLE, clean_text
from crawler.readers.draft import Draft
from crawler.sources.source import Source
from crawler.text.language import detect_language
from crawler.text.urls import canonical_url
from store.clock import SHANGHAI
from store.entries import Entry, ToRead

from .article import Article

_KEPT_OF_TURNED_AWAY = 500
_CUT = re.compile(r"(?:\.{2,}|…)\s*$")
_PATH = re.compile(r"^(?:https?:/)?/\S*$|^\S+\.(?:s?html?|aspx?|php|jsp)$", re.I)


def clean_entry(draft: Draft, source: Source, *, check: Callable[[str, str], CheapCheck]) -> Entry:
    """Turn a draft into the entry that is stored: canonical link, language, and whether its article is worth fetching.

    `check` decides that of title and summary, for sources that are not on topic throughout (`Judge.cheap_check`).
    """
    canonical = canonical_url(draft.link) if draft.link else None
    reason = None
    if source.scope != "on_topic":
        checked = check(draft.title, draft.summary)
        reason = None if checked.passes else checked.reason
    away = reason is not None
    return Entry(
        title=draft.title[:MAX_TITLE],
        link=canonical,
        fetch_link=draft.link if draft.link != canonical else None,
        guid=draft.guid,
        summary=draft.summary[: _KEPT_OF_TURNED_AWAY if away else MAX_SUMMARY],
        text="" if away else draft.text[:MAX_TEXT],
        published_at=draft.published,
        published_precision=draft.precision,
        date_trust=draft.date_trust,
        language=draft.language or detect_language(f"{draft.title} {draft.summary[:300]}"),
        authors=draft.authors,
        outlet=draft.outlet,
        media_type=draft.media_type,
        turned_away=reason,
    )


def clean_article(item: ToRead, article: Article, *, fetched_at: datetime) -> dict[str, Any]:
    """The columns of an item after its article was read: what the entry said, completed and, where it was cut, replaced by the page."""
    text = article.text[:MAX_TEXT] or item.text
    title = best_title(item.title, article.title)
    values: dict[str, Any] = {
        "title": title[:MAX_TITLE],
        "text": text,
        "text_hash": text_hash(text),
        "language": article.language if article.text else item.language,
        "authors": list(article.authors or item.authors)[:20],
        "editors": list(article.editors)[:20],
        "outlet": article.source or item.outlet,
        "fetched_at": fetched_at,
        "status": "kept",
        "status_reason": "",
        "method": article.method if article.text else "entry",
        "quality": round(article.quality, 3),
    }
    return values | _best_date(item, article)


def clean_unread(item: ToRead, *, status: str, reason: str) -> dict[str, Any]:
    """The columns of an item whose article is not there to read: its entry has to do."""
    return {
        "title": item.title[:MAX_TITLE],
        "text": item.text,
        "text_hash": text_hash(item.text),
        "language": item.language,
        "status": status,
        "status_reason": reason,
        "method": "entry",
    }


def verdict_values(judgement: Judgement, judged_with: str) -> dict[str, Any]:
    """What judging says of an item as a whole, as columns of Item."""
    reasons = [{"rule": r.rule, "matched": r.matched, "place": r.place, "weight": r.weight} for r in judgement.reasons]
    return {"relevant": judgement.relevant, "score": round(judgement.score, 4), "reasons": reasons, "judged_with": judged_with}


def text_hash(text: str) -> str | None:
    """A fingerprint of a text, white space aside; None for no text."""
    folded = "".join(text.split())
    return hashlib.sha256(folded.encode()).hexdigest() if folded else None


def best_title(listed: str, page: str | None) -> str:
    """The listed title, unless it is missing, cut off or a mere path: then the page's own."""
    page = clean_text(page or "")
    if not page:
        return listed
    if not listed or _PATH.match(listed):
        return page
    start = _CUT.sub("", listed)
    return page if start != listed and page.startswith(start) else listed


def _best_date(item: ToRead, article: Article) -> dict[str, Any]:
    """The entry's date, unless it has none or names only the day on which the page gives the time."""
    if article.published is None:
        return {}
    found = {
        "published_at": article.published,
        "published_precision": article.precision,
        "date_trust": article.trust.get("published", "page"),
    }
    if item.published_at is None:
        return found
    same_day = item.published_at.astimezone(SHANGHAI).date() == article.published.astimezone(SHANGHAI).date()
    finer = item.published_precision == "day" and article.precision in ("minute", "second")
    return found if finer and same_day else {}
