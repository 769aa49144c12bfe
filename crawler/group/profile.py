"""What grouping keeps of a text: enough to hold it against another without either text."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from crawler.judge.facts import Judgement
from store.text import SENTENCE_END, is_han

from .bag import Bag, bag, bag_of, numbered, rarest
from .clues import Clues, Event, clues_of, names_of
from .marks import document_numbers, quoted
from .sketch import Hashes, sketch
from .sounds import spellings
from .terms import term_rarity, terms
from .words import plain, words

VERSION = 6  # of what a profile holds; items kept with another one are read again when stories are built anew
_HEAD, _HEAD_LATIN = 360, 900  # characters of a text that say what it is about
_TITLE = 60  # characters of the first sentence that stand for a missing title
_SCALES = {
    "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12, "thousand": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12,
}  # fmt: skip
_TICKER = re.compile(r"(?<!\d)\d{4,6}\.(?:hk|sz|sh|ss|bj|tw)(?![a-z])")
_QUANTITY = re.compile(
    r"(\d+(?:,\d{3})+|\d+)(\.\d+)?[ -]?(万亿|百万|千万|[万亿千]|(?:thousand|million|mn|m|billion|bn|b|trillion)(?=s?\b))?"
)
_NUMERALS = "一二三四五六七八九"
_TENTHS = re.compile(r"(?<![一二三四五六七八九分变])([一二三四五六七八九])成([一二三四五六七八九])?(?![立为长本功员果分])")
_DAY_ZH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])日")
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_DAY_EN = re.compile(
    r"\b(?:(3[01]|[12]?\d)(?:st|nd|rd|th)? )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: (3[01]|[12]?\d)(?![\d,.]*\d))?"
)
_SMALLEST = 13  # smaller whole figures are counts that many texts have
_ROUND_UP = re.compile(
    r"早报|晚报|日报|周报|月报|早参|晚间公告|一周|要闻|盘点|速览|快报合集|氪星|8点1氪|(?:daily|weekly|morning|evening) "
    r"(?:brief|briefing|digest|round-?up|recap|news)|round-?up|week in review|news in brief|newsletter"
)
_PARTS_OF_A_TITLE = 3
_PLACE_OF_A_PAGE = re.compile(r"^\s*(?:(?:您|你)?(?:现在|当前)的?位置|(?:您|你)的位置|首页\s*[>»/-])|>>|»")  # in a site, not a title


@dataclass(frozen=True, slots=True)
class Profile:
    """A text as grouping sees it: its words, figures and named days (month, day), its signature and what judging knows of it.

    `rare_words` are those that it is found by, the ones of its title first; `quoted` are names that stand in quotes, `numbers` those of
    documents.

    `day` is the day of publication (UTC) or None. A `round_up` tells many events and so stands for none.
    """

    id: str
    language: str
    day: date | None
    words: Bag
    rare_words: tuple[str, ...]
    terms: frozenset[str]
    spellings: frozenset[str]
    quantities: frozenset[float]
    days: frozenset[tuple[int, int]]
    quoted: frozenset[str]
    numbers: frozenset[str]
    hashes: Hashes
    runs: int
    round_up: bool
    clues: Clues

    @property
    def chinese(self) -> bool:
        """Whether the text is Chinese, in either script."""
        return self.language.startswith("zh")


def profile(item_id: str, title: str, text: str, judgement: Judgement, *, day: date | None) -> Profile:
    """What grouping keeps of a text and of its judgement."""
    title = "" if _PLACE_OF_A_PAGE.search(title) else title
    size = _HEAD if sum(map(is_han, text[:200])) > 40 else _HEAD_LATIN
    head = plain(f"{title}\n{text[:size]}")
    own_title = plain(title) if title.strip() else plain(_first_sentence(text))
    hashes, runs = sketch(plain(f"{title}\n{text}"))
    reach = len(title) + 1 + size
    clues = clues_of(judgement, head=reach)
    of_title, of_head = words(own_title), words(head)
    numbers = numbered(of_title, of_head)
    return Profile(
        id=item_id,
        language=judgement.language,
        day=day,
        words=bag(numbers),
        rare_words=rarest(numbers, _KEYS_OF_WORDS),
        terms=terms(head),
        spellings=spellings(of_title, of_head, names_of(judgement, head=reach)),
        quantities=quantities(head) | {low for _, low in clues.amounts},
        days=_days(head),
        quoted=quoted(head),
        numbers=document_numbers(head),
        hashes=hashes,
        runs=runs,
        round_up=clues.part or _is_round_up(plain(title)),
        clues=clues,
    )


def _is_round_up(plain_title: str) -> bool:
    parts = [part for part in re.split(r"[;；|｜]", plain_title) if len(part.strip()) >= 6]
    return bool(_ROUND_UP.search(plain_title)) or len(parts) >= _PARTS_OF_A_TITLE


def _first_sentence(text: str) -> str:
    found = SENTENCE_END.search(text)
    return text[: min(found.start() if found else len(text), _TITLE if any(map(is_han, text[:20])) else 3 * _TITLE)]


def quantities(plain_text: str) -> frozenset[float]:
    """The figures of a text as numbers (1.2亿 and 120 million are one), without years, days and small counts."""
    found = set()
    for whole, rest, scale in _QUANTITY.findall(_TICKER.sub(" ", _DAY_EN.sub(" ", _DAY_ZH.sub(" ", plain_text)))):
        if len(whole) > 15:
            continue
        value = float(whole.replace(",", "") + rest) * _SCALES.get(scale, 1)
        if rest or (value >= _SMALLEST and not 1990 <= value <= 2040):
            found.add(round(value, 4))
    for tens, ones in _TENTHS.findall(plain_text):
        found.add(10.0 * (_NUMERALS.index(tens) + 1) + (_NUMERALS.index(ones) + 1 if ones else 0))
    return frozenset(found)


def _days(plain_text: str) -> frozenset[tuple[int, int]]:
    found = {(int(month), int(day)) for month, day in _DAY_ZH.findall(plain_text)}
    for before, month, after in _DAY_EN.findall(plain_text):
        if before or after:
            found.add((_MONTHS[month], int(after or before)))
    return frozenset(found)


_KEYS_OF_SIGNATURE, _KEYS_OF_WORDS, _KEYS_OF_FIGURES, _KEYS_OF_DAYS, _KEYS_OF_TERMS, _KEYS_OF_SPELLINGS = 16, 12, 6, 3, 4, 4


def keys(one: Profile) -> tuple[list[int | str], list[str]]:
    """What to find a text's relatives by: its signature and its names, which hold for ever, and figures, days and rare words, which
    hold for some days around it."""
    signature: list[int | str] = [int(value) for value in one.hashes[:_KEYS_OF_SIGNATURE]]
    if one.round_up:
        return signature, []
    names = sorted(one.clues.organisations | {event.party for event in one.clues.events})
    figures = sorted((q for q in one.quantities if q >= 100 or q != int(q)), reverse=True)
    passing = [
        *(f"name {name}" for name in names),
        *(f"word {word}" for word in one.rare_words),
        *(f"figure {figure:.2g}" for figure in figures[:_KEYS_OF_FIGURES]),
        *(f"told {month}-{day}" for month, day in sorted(one.days)[:_KEYS_OF_DAYS]),
        *(f"term {term}" for term in sorted(one.terms, key=lambda term: (-term_rarity(term), term))[:_KEYS_OF_TERMS]),
        *(f"spelt {name}" for name in sorted(one.spellings)[:_KEYS_OF_SPELLINGS]),
    ]
    return [*signature, *(f"name {name}" for name in names)], passing


def packed(one: Profile) -> bytes:
    """A profile as bytes: its version, how many hashes and words it has, these, and the rest as JSON, made small."""
    clues = one.clues
    row: dict[str, Any] = {
        "language": one.language,
        "day": one.day.isoformat() if one.day else None,
        "rare_words": " ".join(one.rare_words),
        "terms": sorted(one.terms),
        "spellings": " ".join(sorted(one.spellings)),
        "quantities": sorted(one.quantities),
        "days": sorted(one.days),
        "quoted": sorted(one.quoted),
        "numbers": sorted(one.numbers),
        "runs": one.runs,
        "round_up": one.round_up,
        "relevant": clues.relevant,
        "organisations": sorted(clues.organisations),
        "everywhere": sorted(clues.everywhere),
        "models": sorted(clues.models),
        "amounts": sorted(clues.amounts),
        "events": [[event.type, event.party, event.step, event.thing] for event in clues.events],
    }
    rest = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
    sizes = bytes([VERSION]) + len(one.hashes).to_bytes(2, "big") + len(one.words.codes).to_bytes(2, "big")
    numbers = one.hashes.astype("<u4").tobytes() + one.words.codes.astype("<u4").tobytes() + one.words.marks.tobytes()
    return sizes + numbers + zlib.compress(rest, 1)


# Items of one day are held against the same others.
@lru_cache(maxsize=1024)
def unpacked(item_id: str, kept: bytes) -> Profile:
    """The profile that `packed` made, of this version or of one before."""
    hashes, codes, marks, rest = _parts(kept)
    row = json.loads(zlib.decompress(rest))
    if "rare_words" in row:
        kept_words, rare_words = bag_of(np.frombuffer(codes, dtype="<u4"), np.frombuffer(marks, dtype="u1")), row["rare_words"].split()
    else:
        numbers = numbered(row["title"].split(), row["head"].split())
        kept_words, rare_words = bag(numbers), list(rarest(numbers, _KEYS_OF_WORDS))
    return Profile(
        id=item_id,
        language=row["language"],
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        words=kept_words,
        rare_words=tuple(rare_words),
        # Profiles of version 3 know of neither.
        terms=frozenset(row.get("terms", ())),
        spellings=frozenset(row.get("spellings", "").split()),
        quantities=frozenset(row["quantities"]),
        days=frozenset((month, day) for month, day in row["days"]),
        # Nor those of version 5 of these.
        quoted=frozenset(row.get("quoted", ())),
        numbers=frozenset(row.get("numbers", ())),
        hashes=np.frombuffer(hashes, dtype="<u4"),
        runs=row["runs"],
        round_up=row["round_up"],
        clues=Clues(
            organisations=frozenset(row["organisations"]),
            everywhere=frozenset(row["everywhere"]),
            models=frozenset(row["models"]),
            amounts=frozenset((currency, low) for currency, low in row["amounts"]),
            events=tuple(Event(*event) for event in row["events"]),
            relevant=row["relevant"],
        ),
    )


def _parts(kept: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The hashes of a packed profile, the codes and the marks of its words, and the rest. Before version 5 words were in the rest, and no
    version told that; the first byte is 0 then."""
    start, words = (5, int.from_bytes(kept[3:5], "big")) if kept[0] else (2, 0)
    codes = start + 4 * int.from_bytes(kept[start - 4 : start - 2] if kept[0] else kept[:2], "big")
    marks = codes + 4 * words
    return kept[start:codes], kept[codes:marks], kept[marks : marks + words], kept[marks + words :]
