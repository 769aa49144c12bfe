"""What a figure of money means: its bounds in units of the currency, and its hedge."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from crawler.judge.facts import Hedge

from .numerals import DIGITS, GLUED_SCALES, parse_chinese
from .patterns import BEFORE, MORE, SCALED


class Quantity(NamedTuple):
    """A figure read: its bounds, and the hedge that stands inside it."""

    low: Decimal
    high: Decimal
    hedge: Hedge
    bare: bool  # a scale alone: 亿, 千万


def read_quantity(match: re.Match[str]) -> Quantity | None:
    """Read one figure, or two with a dash between them."""
    one = _read_number(match["number1"], match["scale1"])
    if one is None or match["number2"] is None:
        return _with_small_change(one, match)
    two = _read_number(match["number2"], match["scale2"])
    if two is None:
        return None
    low = one.low
    if low < two.low and not match["scale1"] and not SCALED.search(match["number1"]):
        # `5000-10000万元`, `1-2亿`, `$1-2 million`: the scale of the second holds for both.
        scale = two.low / _plain(match["number2"])
        low = low * scale
    return Quantity(low, two.high, "range", bare=False) if low <= two.high else None


def _plain(number: str) -> Decimal:
    """The figure of `number` without its scale."""
    figure = re.match(r"[0-9.,]+", number)
    return Decimal(figure[0].replace(",", "")) if figure else parse_chinese(re.sub("[万亿兆]", "", number)) or Decimal(1)


def _with_small_change(quantity: Quantity | None, match: re.Match[str]) -> Quantity | None:
    """Add 角, 毛, 分 and cents."""
    if quantity is None or not (match["tenth"] or match["hundredth"]):
        return quantity
    tenth = parse_chinese(match["tenth"] or "0") or Decimal(0)
    hundredth = parse_chinese(match["hundredth"] or "0") or Decimal(0)
    value = quantity.low + tenth / 10 + hundredth / 100
    return quantity._replace(low=value, high=value)


_TWO_DIGITS = re.compile("([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]+)")


def _read_number(written: str, scale: str | None) -> Quantity | None:
    """Read a figure with the hedges that stand inside it: 数千万, 十几亿, 1亿多, 3000余万, 三四千万."""
    number = re.sub("[ ,个]", "", written)
    factor = GLUED_SCALES[scale] if scale else 1
    two = _TWO_DIGITS.fullmatch(number)
    if two and DIGITS[two[2]] == DIGITS[two[1]] + 1:
        unit = parse_chinese(two[3]) or Decimal(1)
        return Quantity(DIGITS[two[1]] * unit, DIGITS[two[2]] * unit, "range", bare=False)
    plain = re.sub("[数几多余]", "", number)
    value = parse_chinese(plain) if plain else None
    if value is None or (not value and scale):
        return None
    value *= factor
    if number[0] in "数几":
        return Quantity(value, value * 10, "range", bare=False) if re.fullmatch("[十百千万亿兆]+", plain) else None
    if "几" in number or "数" in number:
        step = parse_chinese("十" + re.sub("[^万亿兆]", "", plain)) or Decimal(10)
        return Quantity(value, value + step, "range", bare=False)
    bare = re.fullmatch("[十百千万亿兆]*[百千万亿兆]", plain) is not None
    return Quantity(value, value, "at_least" if plain != number else "exact", bare=bare)


def hedged(quantity: Quantity, match: re.Match[str], before: re.Match[str] | None, level: bool) -> Quantity:
    """Apply the hedges that stand around the figure."""
    if quantity.hedge == "range":
        return quantity
    if before is not None and before.lastgroup:
        return quantity._replace(hedge=hedge_name(before))
    if after := match["more"] or match["plus2"] or match["plus1"]:
        return quantity._replace(hedge=MORE[after])
    if level:
        return Quantity(quantity.low, quantity.low * 10, "range", bare=True) if quantity.bare else quantity._replace(hedge="about")
    return quantity


def hedge_name(match: re.Match[str]) -> Hedge:
    return next(hedge for hedge in BEFORE if match[hedge])
