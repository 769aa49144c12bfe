"""Hostile text made fit for print: safe links, clean headlines, and the sentences that sum up an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from urllib.parse import urlsplit

from wcwidth import wcwidth

from store.text import SENTENCE_END

# Controls, zero-width characters and direction overrides: they can hide or reorder what a reader sees.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_BREAKS = re.compile(r"[\s\u3000\x85]+")
# What agencies put before the first word: 【…】, 本报讯, 新华社北京12月9日电（记者…）.
_DATELINE = re.compile(
    r"^\s*(?:(?:【[^】]{1,30}】|本[报网刊站]讯|[^\s，。]{1,18}\d{1,2}月\d{1,2}日(?:电|讯|消息))\s*(?:[（(][^）)]{0,30}[）)])?[\s:：]*)+"
)
_LOOKED_AT = 12  # sentences from the beginning; what sums an item up stands early
_WHOLE = ("。", "！", "？", ".", "!", "?", "”", "’", "」", '"', ")", "）")
# What feeds put beside the text: journals their imprint, WordPress its credit line.
_FEED_NOISE = re.compile(r"Published online|doi:\s*10\.|appeared first on|阅读全文|点击查看|^Read more", re.IGNORECASE)
_NO_WORDS = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """One line without control, zero-width and direction characters, white space folded."""
    return _BREAKS.sub(" ", _UNSEEN.sub("", text)).strip()


def safe_link(link: str | None) -> str | None:
    """The link if it is an ordinary http(s) address, else None."""
    if not link or _UNSEEN.search(link) or any(char in link for char in " \t\r\n\"'<>\\`"):
        return None
    try:
        parts = urlsplit(link)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return link if usable else None


def width(text: str) -> int:
    """Columns the text takes in a terminal: two for wide characters, none for combining and control ones."""
    return sum(max(0, wcwidth(char)) for char in text)


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits `columns`, ended by an ellipsis at a word's end where there are words."""
    if width(text) <= columns:
        return text
    taken, used = 0, 0
    for taken, char in enumerate(text):  # noqa: B007
        used += width(char)
        if used > columns - 1:
            break
    kept = text[:taken]
    if taken < len(text) and text[taken].isascii() and text[taken].isalnum() and " " in kept[-24:]:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(" ,;:，；：、") + "…"


def sentences(text: str) -> Iterator[str]:
    """The sentences of a Chinese or English text, clean, datelines taken off; cut as they are asked for."""
    start = 0
    for end in chain((match.end() for match in SENTENCE_END.finditer(text)), (len(text),)):
        sentence = clean(_DATELINE.sub("", text[start:end]))
        start = end
        if sentence:
            yield sentence


@lru_cache(maxsize=8192)
def bare(text: str) -> str:
    """Letters, digits and characters alone, for telling whether two texts say the same."""
    return _NO_WORDS.sub("", text).casefold()


def telling(title: str, evidence: Iterable[str], summary: str, text: str, *, columns: int = 230) -> str:
    """The one or two sentences that best say what the headline leaves open, "" when there is none.

    Sentences that prove a fact come first, then those of the feed's summary, then those of the article. A sentence that
    repeats the headline is passed over; one that is very short, or a piece of one, is taken only when there is no other. A second one
    is taken where both fit whole into `columns`.
    """
    said = bare(title)
    spare, found = "", ""
    for sentence in chain((clean(s) for s in evidence), islice(sentences(summary), _LOOKED_AT), islice(sentences(text), _LOOKED_AT)):
        core = bare(sentence)
        repeats = core in said or (bool(said) and core.startswith(said) and len(core) < 1.3 * len(said))
        if not core or repeats or core in bare(found) or _FEED_NOISE.search(sentence):
            continue
        if width(sentence) < 30 or sentence[0].islower() or not sentence.endswith(_WHOLE) or sentence.endswith("..."):
            spare = spare or sentence
        elif not found:
            found = sentence
        else:
            both = f"{found}{'' if width(found[-1]) == 2 else ' '}{sentence}"
            return both if width(both) <= columns else cut(found, columns)
    return cut(found or spare, columns)
