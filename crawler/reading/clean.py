"""Clean: what readers and extraction found, made fit for the store. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawler.judge.facts import Judgement
from crawler.judge.relevance import CheapCheck
from crawler.readers.base import MAX_SUMMARY, MAX_TEXT, MAX_TITLE, clean_text
from crawler.sources.source import Source
from crawler.text.dates import NO_ZONE
from crawler.text.language import detect_language
from crawler.text.urls import canonical_url
from store.clock import SHANGHAI
from store.entries import Entry, ToRead
from store.status import ItemStatus

from .article import Article

_KEPT_OF_TURNED_AWAY = 500
_CUT = re.compile(r"(?:\.{2,}|…)\s*$")
_PATH = re.compile(r"^(?:https?:/)?/\S*$|^\S+\.(?:s?html?|aspx?|php|jsp)$", re.I)


def clean_entry(entry: Entry, source: Source, *, check: Callable[[str, str], CheapCheck]) -> Entry:
    """Make an entry as a reader found it fit for the store: canonical link, language, and whether its article is worth fetching.

    `check` decides that of title and summary, for sources that are not on topic throughout (`Judge.cheap_check`). Of an entry that has
    neither, as most in sitemaps, only its page can tell.
    """
    canonical = canonical_url(entry.link) if entry.link else None
    reason = None
    if source.scope != "on_topic" and (entry.title or entry.summary):
        checked = check(entry.title, entry.summary)
        reason = None if checked.passes else checked.reason
    away = reason is not None
    return replace(
        entry,
        title=entry.title[:MAX_TITLE],
        link=canonical,
        fetch_link=entry.link if entry.link != canonical else None,
        summary=entry.summary[: _KEPT_OF_TURNED_AWAY if away else MAX_SUMMARY],
        text="" if away else entry.text[:MAX_TEXT],
        language=detect_language(f"{entry.title} {entry.summary[:300]}"),
        turned_away=reason,
    )


def clean_article(item: ToRead, article: Article, *, fetched_at: datetime) -> dict[str, Any]:
    """The columns of an item after its article was read: what the entry said, completed and, where it was cut, replaced by the page."""
    text = article.text[:MAX_TEXT] or item.text
    title = best_title(item.title, article.title)
    values: dict[str, Any] = {
        "title": title[:MAX_TITLE],
        "text": text,
        "language": article.language if article.text else item.language,
        "authors": list(article.authors or item.authors)[:20],
        "editors": list(article.editors)[:20],
        "outlet": article.source or item.outlet,
        "fetched_at": fetched_at,
        "status": ItemStatus.kept,
        "status_reason": "",
        "method": article.method if article.text else "entry",
        "quality": round(article.quality, 3),
    }
    return values | _best_date(item, article)


def clean_unread(item: ToRead, *, status: ItemStatus, reason: str) -> dict[str, Any]:
    """The columns of an item whose article is not there to read: its entry has to do."""
    return {
        "title": item.title[:MAX_TITLE],
        "text": item.text,
        "language": item.language,
        "status": status,
        "status_reason": reason,
        "method": "entry",
    }


def verdict_values(judgement: Judgement, judged_with: str) -> dict[str, Any]:
    """What judging says of an item as a whole, as columns of Item."""
    reasons = [{"rule": r.rule, "matched": r.matched, "place": r.place, "weight": r.weight} for r in judgement.reasons]
    return {"relevant": judgement.relevant, "score": round(judgement.score, 4), "reasons": reasons, "judged_with": judged_with}


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
    apart = abs((item.published_at.astimezone(SHANGHAI).date() - article.published.astimezone(SHANGHAI).date()).days)
    # A day told with a time of no zone may be the day before or after it here.
    near = apart <= (1 if item.date_trust.endswith(NO_ZONE) else 0)
    finer = item.published_precision == "day" and article.precision in ("minute", "second")
    return found if finer and near else {}
