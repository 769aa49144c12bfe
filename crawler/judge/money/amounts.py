"""Sums of money in Chinese and English text: 近亿元, 1.5亿-2亿元, 3,541.07万元, US$110m, “tens of millions of yuan”, 金额未披露.

One pattern finds a figure with what follows it; what precedes (a sign, a code, a hedge) is read backwards from there. `数千万` and
`千万级` run from the scale to ten times the scale; `近亿元` and `过亿元` are one value with a hedge.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from crawler.judge.facts import Amount
from store.text import fold

from .currencies import CHINESE, ENGLISH, LEADING, PLAIN, SIGNS
from .numerals import ENGLISH_SCALES, ENGLISH_WORDS, FORMAL_DIGITS
from .patterns import (
    BARE_NUMERAL,
    COUNTED,
    COUNTING,
    CUE_AFTER,
    CUE_BEFORE,
    ENGLISH_TRIGGER,
    FIGURE,
    HEDGES,
    IN_WORDS,
    LEADING_ENDS,
    LEADS,
    NAME_WORD,
    ORDINAL,
    PRICE,
    SCALED,
    UNDISCLOSED,
    VAGUE,
    WIDE_GROUP,
)
from .quantity import Quantity, hedge_name, hedged, read_quantity

_IN_A_CODE = re.compile("[a-z]-?$")


def find_amounts(text: str, folded: str | None = None) -> list[Amount]:
    """Find sums of money in `text`, by start, never overlapping.

    `folded` is `store.text.fold(text)` where the caller has it already. A sum in two currencies, `¥700 million (US$104 million)`,
    is two amounts. Percentages, counts, years and codes are none.
    """
    folded = _keep_wide_commas(text, fold(text) if folded is None else folded)
    found = [amount for match in FIGURE.finditer(folded) if (amount := _read_figure(text, folded, match)) is not None]
    if ENGLISH_TRIGGER.search(folded):
        found += [amount for match in VAGUE.finditer(folded) if (amount := _read_vague(text, folded, match)) is not None]
        found += [_read_words(text, folded, match) for match in IN_WORDS.finditer(folded)]
    if "披露" in folded or "透露" in folded or "公开" in folded or "公布" in folded or "disclos" in folded:
        found += [
            Amount(text[m.start() : m.end()], m.start(), m.end(), None, None, None, "undisclosed") for m in UNDISCLOSED.finditer(folded)
        ]
    return _join_between(_without_overlap(found), text, folded)


def _join_between(amounts: list[Amount], text: str, folded: str) -> list[Amount]:
    """Make one range of `between $100 million and $150 million`."""
    out: list[Amount] = []
    for amount in amounts:
        last = out[-1] if out else None
        if last and last.low and amount.high and folded[last.end : amount.start] == " and " and folded[: last.start].endswith("between "):
            whole = text[last.start : amount.end]
            out[-1] = Amount(whole, last.start, amount.end, last.low, amount.high, amount.currency or last.currency, "range")
        else:
            out.append(amount)
    return out


def _keep_wide_commas(text: str, folded: str) -> str:
    """Give back the full-width commas, which part figures (`$20，300美元`) where ASCII commas group digits."""
    if not WIDE_GROUP.search(text):
        return folded
    out, start = [], 0
    for piece in text.split("，"):
        out.append(folded[start : start + len(piece)])
        start += len(piece) + 1
    return "，".join(out)


def _without_overlap(found: list[Amount]) -> list[Amount]:
    out: list[Amount] = []
    for amount in sorted(found, key=lambda a: (a.start, -a.end)):
        if not out or amount.start >= out[-1].end:
            out.append(amount)
    return out


def _read_figure(text: str, folded: str, match: re.Match[str]) -> Amount | None:
    """Make an amount of what `FIGURE` matched, or None when it is not money."""
    start, end = match.start(), match.end()
    before = folded[max(0, start - 16) : start]
    sign = LEADS.search(before) if before and before[-1] in LEADING_ENDS else None
    unit = match["unit2"] or match["unit1"]
    if not (unit or sign or match["scale1"] or match["scale2"] or SCALED.search(match[0])):
        return None
    if sign is None and _IN_A_CODE.search(before) and folded[start].isdigit():
        return None
    if _in_a_name(folded, match, sign):
        return None
    lead = (sign["sign"] or sign["code"]) if sign else None
    currency = _currency(unit, lead)
    quantity = read_quantity(match)
    if quantity is None:
        return None
    if sign and sign["millions"]:
        quantity = quantity._replace(low=quantity.low * 10**6, high=quantity.high * 10**6)
    if lead and unit and LEADING[lead] != currency:
        sign = None
    first = start - (len(before) - sign.start()) if sign else start
    hedge = HEDGES.search(folded[max(0, first - 24) : first])
    reached = quantity.bare and folded[first - 1 : first] == "上"
    level = bool(match["level1"] or match["level2"] or match["after"])
    if not _is_money(folded, match, currency=currency, bare=quantity.bare and not (hedge or level or reached), spoken=bool(hedge)):
        return None
    if hedge and hedge[0]:
        first -= len(folded[max(0, first - 24) : first]) - hedge.start()
    elif reached:
        first -= 1
        quantity = quantity._replace(hedge="at_least")
    return _amount(text, (first, _end_of(match, end)), hedged(quantity, match, hedge, level), currency)


def _in_a_name(folded: str, match: re.Match[str], sign: re.Match[str] | None) -> bool:
    """Whether what looks like a figure beside the word of a currency belongs to a name or another word."""
    unit = (match["unit1"] or "").strip(" -")
    if match["scale1"] or match["number2"] or match["tenth"]:
        return False
    if sign and NAME_WORD.search(sign["sign"] or sign["code"]) and not unit:
        return BARE_NUMERAL.fullmatch(match["number1"]) is not None or (
            not SCALED.search(match[0]) and ORDINAL.match(folded, match.end("number1")) is not None
        )
    if CHINESE.get(unit) == "CNY" and unit not in PLAIN and BARE_NUMERAL.fullmatch(match["number1"]):
        return len(match["number1"]) > 1 or COUNTING.search(folded, max(0, match.start() - 8), match.start()) is None
    return len(match["number1"]) == 1 and match["number1"] in FORMAL_DIGITS and unit in PLAIN and sign is None


def _end_of(match: re.Match[str], end: int) -> int:
    """Leave out a space that the pattern took in while looking for a unit."""
    return end - (len(match[0]) - len(match[0].rstrip()))


def _amount(text: str, span: tuple[int, int], quantity: Quantity, currency: str | None) -> Amount:
    return Amount(text[span[0] : span[1]], span[0], span[1], quantity.low, quantity.high, currency, quantity.hedge)


def _currency(unit: str | None, sign: str | None) -> str | None:
    """The currency of a figure: what follows counts, but 元 and 块 leave it to what precedes (港币5亿元)."""
    lead = LEADING[sign] if sign else None
    if unit is None:
        return lead
    unit = unit.strip(" -")
    own = CHINESE.get(unit) or ENGLISH.get(unit) or SIGNS.get(unit)
    return lead if lead and _is_plain(unit) else own


def _is_plain(unit: str) -> bool:
    """Whether `unit` leaves it to a sign before the figure which currency it is."""
    return unit.strip(" -") in PLAIN


def _is_money(folded: str, match: re.Match[str], *, currency: str | None, bare: bool, spoken: bool) -> bool:
    """Whether a figure is money: by its unit, or by the words beside it. `bare`: a scale alone without hedge."""
    start, end = match.start(), match.end()
    before = folded[max(0, start - 14) : start]
    unit = match["unit2"] or match["unit1"]
    if currency is not None and not bare:
        if unit == "块" and not match["tenth"]:
            return bool(PRICE.search(before))
        return True
    if match["scale1"] or match["scale2"]:
        return False
    if not SCALED.search(match[0]) or COUNTED.match(folded, end):
        return False
    if spoken and (hedge := HEDGES.search(before)):
        before = before[: hedge.start()]
    return bool(CUE_AFTER.match(folded, end) or CUE_BEFORE.search(before.rstrip("约近超逾过 ")))


_MANY = {"tens": 10, "dozens": 10, "hundreds": 100, "thousands": 1000}


def _read_vague(text: str, folded: str, match: re.Match[str]) -> Amount | None:
    """`hundreds of millions of yuan`, `several million dollars`: from the scale to ten times the scale."""
    iso = LEADING.get(match["sign"] or "") or ENGLISH.get(match["unit"] or "")
    if iso is None and match["many"] not in _MANY:
        return None
    if iso is None and not re.search(r"rais|fund|financ|invest|round", folded[max(0, match.start() - 60) : match.end() + 40]):
        return None
    low = Decimal(_MANY.get(match["many"], 1) * ENGLISH_SCALES[match["scale"].rstrip("s")])
    if match["hundred"]:
        low *= 10 if match["hundred"].startswith("ten") else 100
    end = _end_of(match, match.end())
    return _amount(text, (match.start(), end), Quantity(low, low * 10, "range", bare=False), iso)


def _read_words(text: str, folded: str, match: re.Match[str]) -> Amount:
    """`one hundred million yuan`, `half a billion dollars`."""
    value = ENGLISH_WORDS[match["word"]] * (100 if match["hundred"] else 1) * ENGLISH_SCALES[match["scale"]]
    amount = _amount(text, match.span(), Quantity(value, value, "exact", bare=False), ENGLISH[match["unit"]])
    hedge = HEDGES.search(folded[max(0, match.start() - 24) : match.start()])
    if hedge is None:
        return amount
    start = match.start() - (len(folded[max(0, match.start() - 24) : match.start()]) - hedge.start())
    return replace(amount, hedge=hedge_name(hedge), start=start, as_written=text[start : amount.end])
