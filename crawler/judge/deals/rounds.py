"""Names of funding rounds, as written: Pre-A轮, C轮及C+轮, 天使, 战略, Series C1 and C2, pre-IPO, seed."""

from __future__ import annotations

import re
from typing import NamedTuple

_LETTER = r"[a-h] ?[0-9]?(?:\+|＋| ?plus)*"
_CHINESE = (
    r"(?:(?<![a-z0-9])pre-? ?ipo ?轮?"
    rf"|(?<![a-z0-9])(?:pre-? ?)?{_LETTER}(?:-[0-9])? ?轮?(?: ?(?:及|和|与|、|/|,|&|以及|至"
    rf"|到) ?(?:pre-? ?)?{_LETTER}(?:-[0-9])?){{0,3}} ?(?<=[a-z0-9+ s])轮"
    r"|(?:pre-? ?)?(?:种子天使|天使|种子)\+*轮?(?=[^。,;]{0,14}(?:融资|投资|注资)|轮|[,。;]|$)(?:(?<=轮)"
    r"|(?!投资人|投资者|投资机构|用户|期|基金|客户))"
    r"|首轮(?=[^。,;]{0,16}(?:融资|投资))|战略轮|战略(?:融资|投资)(?!者|人|机构|方)|战略(?=入股|增资))"
)
_ENGLISH = (
    r"(?:\b(?:pre-?)?series[ -][a-h](?![a-z])[0-9]?\+*(?:[ -](?:plus|extension))?"
    r"(?:,? (?:and|&) (?:series )?(?:[a-h][0-9]?\+*|[0-9])(?![a-z0-9+]))?"
    r"|\bpre-seed\b|\bseed(?:\+|[ -]plus)?(?=[ -](?:round|stage|fund|financ|invest|capital|extension))"
    r"|\bangel(?=[ -](?:round|funding|financ|invest))|\bpre-?[a-d]\+*(?=[ -](?:round|financ|funding))|(?<![a-z’'])[a-h]\+*(?=[ -]round\b)"
    r"|\bround [a-h]\+*(?![a-z])|\bpre-ipo\b|\bstrategic(?= (?:round|financ|funding|investment)))"
)
_ROUND = re.compile(f"{_CHINESE}|{_ENGLISH}")

_ORDER = {"种子": 1, "seed": 1, "pre-seed": 0, "天使": 2, "angel": 2, "种子天使": 1, "首": 2, "ipo": 20}


class Round(NamedTuple):
    """A round named in the text; offsets count in the whole text."""

    written: str
    start: int
    end: int

    @property
    def strategic(self) -> bool:
        """Whether it is a strategic investment rather than a lettered round."""
        return self.written.startswith(("战略", "戰略")) or self.written.lower().startswith("strategic")


def find_rounds(full: str, folded: str, start: int, end: int) -> list[Round]:
    """Rounds named between two offsets, by start."""
    out = []
    for match in _ROUND.finditer(folded, start, end):
        written = full[match.start() : match.end()].strip()
        out.append(Round(written, match.start(), match.start() + len(written)))
    return out


def same_round(one: str | None, other: str | None) -> bool:
    """Whether two spellings name the same round."""
    return one is not None and other is not None and _key(one) == _key(other)


def rank(written: str | None) -> float:
    """How late a round comes in a company's life: seed 1, angel 2, A 4, A+ 4.5, B 6 …; unnamed rounds last."""
    if written is None:
        return 30.0
    key = _key(written)
    if key in _ORDER:
        return float(_ORDER[key])
    letter = re.search(r"(pre)?([a-h])([0-9]?)(\+*)", key)
    if letter is None:
        return 30.0
    return 4 + 2 * (ord(letter[2]) - ord("a")) - (0.6 if letter[1] else 0) + 0.1 * int(letter[3] or 0) + 0.5 * len(letter[4])


def _key(written: str) -> str:
    return re.sub(r"series|轮|輪|融资|投资|round|[\s-]", "", written.lower()).replace("＋", "+").replace("plus", "+")
