"""Numbers as written in Chinese and English, folded, to `Decimal`: 1亿2000万, 四十九兆九千亿, 壹仟贰佰万, 一点五, half a billion."""

from __future__ import annotations

import re
from decimal import Decimal

# As contracts and bank forms write them, so that no stroke turns one into another; 参 is what folding leaves of the traditional 參.
FORMAL_DIGITS = {c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)} | {"参": 3}
FORMAL_SCALES = {"拾": 10, "佰": 100, "仟": 1_000}
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2} | FORMAL_DIGITS
_SMALL = {"十": 10, "百": 100, "千": 1_000} | FORMAL_SCALES
_LARGE = {"兆": 10**12, "亿": 10**8, "万": 10**4}
_ARABIC = re.compile(r"\d+(?:\.\d+)?")

_SCALE_NAMES = {
    10**3: "thousand k",
    10**5: "lakh",
    10**6: "million millions m mm mn mln mil",
    10**7: "crore",
    10**9: "billion billions b bn bln",
    10**12: "trillion trillions t tn trn",
}
ENGLISH_SCALES: dict[str, int] = {name: scale for scale, names in _SCALE_NAMES.items() for name in names.split()}
GLUED_SCALES: dict[str, int] = ENGLISH_SCALES | {"w": 10**4}  # w only before a unit: 3000w元
_COUNTING = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
ENGLISH_WORDS: dict[str, Decimal] = {
    **{word: Decimal(i) for i, word in enumerate(_COUNTING.split(), start=1)},
    "a": Decimal(1),
    "an": Decimal(1),
    "half a": Decimal("0.5"),
    "twenty": Decimal(20),
    "thirty": Decimal(30),
    "forty": Decimal(40),
    "fifty": Decimal(50),
}


def parse_chinese(written: str) -> Decimal | None:
    """Read a number of Arabic or Chinese digits and 十百千万亿兆, without spaces or commas; None when it is no number.

    A scale without a figure counts once (`千万` is 10,000,000) and a single digit after a large scale is colloquial for the next
    place (`两万五` is 25,000).
    """
    for name, scale in _LARGE.items():
        left, found, right = written.rpartition(name)
        if found:
            head = parse_chinese(left) if left else Decimal(1)
            if head is None:
                return None
            if not right:
                return head * scale
            tail = Decimal(DIGITS[right]) * scale / 10 if right in DIGITS else parse_chinese(right)
            return None if tail is None or tail >= scale else head * scale + tail
    return _parse_section(written)


def _parse_section(written: str) -> Decimal | None:
    """Read what stands below 万."""
    if _ARABIC.fullmatch(written):
        return Decimal(written)
    if "点" in written:
        return _parse_point(written)
    total, digit, position = Decimal(0), None, 0
    while position < len(written):
        char = written[position]
        arabic = _ARABIC.match(written, position)
        if arabic and digit is None:
            digit, position = Decimal(arabic[0]), arabic.end()
            continue
        if char in DIGITS:
            if digit:
                return _parse_digits(written)
            digit = Decimal(DIGITS[char])
        elif char in _SMALL:
            total += (Decimal(1) if digit is None else digit) * _SMALL[char]
            digit = None
        else:
            return None
        position += 1
    return total + (digit or 0) if written else None


def _parse_digits(written: str) -> Decimal | None:
    """Read figures said one by one: 二零二五."""
    return Decimal("".join(str(DIGITS[c]) for c in written)) if all(c in DIGITS for c in written) else None


def _parse_point(written: str) -> Decimal | None:
    whole, _, fraction = written.partition("点")
    value = _parse_section(whole)
    if value is None or not fraction or any(c not in DIGITS for c in fraction):
        return None
    return value + Decimal("0." + "".join(str(DIGITS[c]) for c in fraction))
