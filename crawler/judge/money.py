"""Sums of money in Chinese and English text: 近亿元, 1.5亿-2亿元, 3,541.07万元, US$110m, “tens of millions of yuan”, 金额未披露.

One pattern finds a figure with what follows it; what precedes (a sign, a code, a hedge) is read backwards from there. `数千万` and
`千万级` run from the scale to ten times the scale; `近亿元` and `过亿元` are one value with a hedge.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from store.text import fold

from .currencies import CHINESE, ENGLISH, LEADING, pattern
from .facts import Amount, Hedge
from .numerals import DIGITS, ENGLISH_SCALES, ENGLISH_WORDS, parse_chinese

_HAN_NUMBER = "零〇一二两三四五六七八九十百千万亿兆数几余多点"
_NUMBER = rf"[0-9零〇一二两三四五六七八九十百千万亿兆数几](?:[0-9]|,(?=[0-9]{{3}})|\.(?=[0-9])| ?个?[{_HAN_NUMBER}])*+"
_SCALE = "|".join(sorted(ENGLISH_SCALES, key=len, reverse=True))
# 元 opens many words (元宇宙, 元素, 元旦): it is no unit before these.
_NOT_UNIT = r"(?!宇宙|素|旦|件|组|老|首|宵|年|气|器|勋|曲|方程|化|论|生|代码|数据|认知|学习|次|复|正极|锂|桥|里屯|股份|食品|催化)"
_UNIT = rf"(?:{pattern(CHINESE)}){_NOT_UNIT}|(?:-| )?(?:{pattern(ENGLISH)})(?![a-z])"


def _figure(n: int) -> str:
    """The pattern of a figure, its scale and its unit, with groups numbered `n`."""
    scale = rf"(?:[ -]?(?P<scale{n}>{_SCALE})(?![a-z0-9]))?"
    return rf"(?P<number{n}>{_NUMBER}){scale}(?P<plus{n}>\+|-plus)?(?P<level{n}>量?级别?)? ?(?P<unit{n}>{_UNIT})?"


_TO = r" ?(?:[-–—~至到]|(?<= )to ) ?"
_FIGURE = re.compile(
    _figure(1)
    + rf"(?:{_TO}(?:{pattern(LEADING)})? ?{_figure(2)})?"
    + rf"(?:(?P<tenth>[0-9{''.join(DIGITS)}])[角毛])?"
    + rf"(?:又?(?P<hundredth>[0-9{''.join(DIGITS)}十]+)(?:美分|欧分|分(?!之|钟|析|别|布|[0-9])|(?:日本)?[銭钱]))?"
    + r"(?P<after>量?级别?)?(?P<more>\+|左右|上下|以上|以内|以下|余|多)?"
)
_LEADING = re.compile(rf"(?<![a-z])(?P<sign>{pattern(LEADING)}) *$")
_LEADING_ENDS = frozenset(" ").union(sign[-1] for sign in LEADING)
_SCALED = re.compile("[万亿兆]")
_WIDE_GROUP = re.compile("，(?=[0-9０-９]{3})")

_BEFORE: dict[Hedge, str] = {
    "about": r"(?<![节签预违条])约[为合]?|大约为?|大概|折合|≈|~|about|around|approximately|approx\.?|roughly|some|(?:an )?estimated(?: at)?"
    r"|circa|in the region of",
    "under": r"(?<![最附])将?近|接近|逼近|不到|不足|未到|至多|最多|最高(?:可?达)?|不超过?|不高于|低于|少于|小于|上限为?"
    r"|nearly|almost|close to|approaching|up to|as (?:much|many|high) as|(?:no|not) more than|at most|less than|under|below"
    r"|a maximum of|just shy of",
    "at_least": r"超过?|逾|(?<![通经不])过|突?破|至少为?|不低于|不少于|不小于|高于|多于|大于|≥|>"
    r"|more than|(?:well |just )?over|above|exceeding|exceeds|at least|in excess of|north of|upwards? of|surpassing|surpassed|topping"
    r"|(?:no|not) less than|a minimum of|greater than",
}
_HEDGES = re.compile("(?:" + "|".join(rf"(?P<{hedge}>{words})" for hedge, words in _BEFORE.items()) + r")(?:人民币)?(?: an?)? ?[“\"]?$")
_MORE: dict[str, Hedge] = {
    "+": "at_least", "-plus": "at_least", "以上": "at_least", "余": "at_least", "多": "at_least",
    "左右": "about", "上下": "about", "以内": "under", "以下": "under",
}  # fmt: skip

# A figure without a unit is money only where the words beside it speak of money.
_CUE_BEFORE = re.compile(
    r"(?:融资|募资|筹资|集资|募集|融了?|募得|筹得|筹集|投资|投入|投|注资|出资|斥资|耗资|砸下?|拿下|拿到|获得?|估值|市值|金额|资金|营收|收入|利润|亏损|成交额|总价|作价|售价"
    r"|价值|奖金|花费?了?|卖|赚|付|补贴|罚款?|赔偿?|经费|预算|额度?|价格?)(?:规模|总额|额|金额)?[了出下共计总达到高至为:]{0,3}$"
)
_CUE_AFTER = re.compile(
    r" ?的?(?:人民币|左右)?[“「]?(?:新一轮|首轮|融资|投资(?!者|人|机构)|注资|天使|种子|战略|收购|贷款|补贴|罚|罚款|奖金|赔偿|pre-?|股权融"
    r"|[a-h][0-9]?\+?\+? ?轮|[a-h]\+? ?系列)"
)
_PRICE = re.compile(r"(?:花费?|卖|价|费|付|赚|贵|便宜|只要|元|钱|收|给|你|我|他|她)了?$")
_COUNTED = re.compile(
    r" ?(?:人|名|位|户|用户|家|个|台|套|件|份|股|次|条|篇|例|本|册|张|辆|部|字|行|吨|斤|公|平|亩|粉|会员|注册|下载|点|米|颗|片|剂|支|盒|只"
    r"|头|年|月|日|%|种(?!子)|项(?!目)|参数|tokens?)"
)

_CURRENCY_WORDS = pattern(ENGLISH)
_VAGUE = re.compile(
    rf"(?:(?P<sign>{pattern(LEADING)}) ?)?[“\"]?\b(?P<many>tens|dozens|hundreds|thousands|several|multi|multiple|a few|few)(?: of)?"
    rf"(?: |-)?(?P<hundred>(?:tens|hundreds?|ten)(?: of)? )?(?P<scale>millions?|billions?|thousands?)"
    rf"[”\"]?(?: of| in)?(?: |-)?(?P<unit>{_CURRENCY_WORDS})?(?![a-z])"
)
_WORDS = re.compile(
    rf"\b(?P<word>half a|{'|'.join(w for w in sorted(ENGLISH_WORDS, key=len, reverse=True) if ' ' not in w)})(?: |-)(?P<hundred>hundred )?"
    rf"(?P<scale>thousand|million|billion|trillion)(?: |-)(?P<unit>{_CURRENCY_WORDS})(?![a-z])"
)
_UNDISCLOSED = re.compile(
    r"(?:(?:具体)?(?:融资|投资|交易|收购|筹资)?(?:金额|额度|数额|规模|条款)(?:均|暂|尚|并)?(?:未|不)(?:予|作|被)?(?:对外)?(?:具体)?"
    r"(?:披露|透露|公开|公布|详)"
    r"|(?:未|没有)(?:对外)?(?:披露|透露|公开|公布)(?:具体|其|本次|本轮|此次|的)*(?:融资|投资|交易|收购)?(?:的)?(?:具体)?(?:金额|额度|数额)"
    r"|\b(?:an? )?undisclosed (?:amount|sum|size|figure)"
    r"|\b(?:amount|terms|size|sum|figure|value)(?: of the (?:round|deal|investment|financing))?(?: was| were| has| have| is)?"
    r"(?: not| un)(?: been)? ?disclosed)"
)
_ENGLISH_TRIGGER = re.compile(r"illion|thousand|disclos")


class _Quantity(NamedTuple):
    """A figure read: its bounds, and the hedge that stands inside it."""

    low: Decimal
    high: Decimal
    hedge: Hedge
    bare: bool  # a scale alone: 亿, 千万


def find_amounts(text: str, folded: str | None = None) -> list[Amount]:
    """Find sums of money in `text`, by start, never overlapping.

    `folded` is `store.text.fold(text)` where the caller has it already. A sum in two currencies, `¥700 million (US$104 million)`,
    is two amounts. Percentages, counts, years and codes are none.
    """
    folded = _keep_wide_commas(text, fold(text) if folded is None else folded)
    found = [amount for match in _FIGURE.finditer(folded) if (amount := _read_figure(text, folded, match)) is not None]
    if _ENGLISH_TRIGGER.search(folded):
        found += [amount for match in _VAGUE.finditer(folded) if (amount := _read_vague(text, folded, match)) is not None]
        found += [_read_words(text, folded, match) for match in _WORDS.finditer(folded)]
    if "披露" in folded or "透露" in folded or "公开" in folded or "公布" in folded or "disclos" in folded:
        found += [
            Amount(text[m.start() : m.end()], m.start(), m.end(), None, None, None, "undisclosed") for m in _UNDISCLOSED.finditer(folded)
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
    if not _WIDE_GROUP.search(text):
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
    """Make an amount of what `_FIGURE` matched, or None when it is not money."""
    start, end = match.start(), match.end()
    before = folded[max(0, start - 16) : start]
    sign = _LEADING.search(before) if before and before[-1] in _LEADING_ENDS else None
    unit = match["unit2"] or match["unit1"]
    if not (unit or sign or match["scale1"] or match["scale2"] or _SCALED.search(match[0])):
        return None
    if sign is None and before and "a" <= before[-1] <= "z" and folded[start].isdigit():
        return None
    currency = _currency(unit, sign["sign"] if sign else None)
    quantity = _read_quantity(match)
    if quantity is None:
        return None
    if sign and unit and LEADING[sign["sign"]] != currency:
        sign = None
    first = start - (len(before) - sign.start()) if sign else start
    hedge = _HEDGES.search(folded[max(0, first - 24) : first])
    reached = quantity.bare and folded[first - 1 : first] == "上"
    level = bool(match["level1"] or match["level2"] or match["after"])
    if not _is_money(folded, match, currency=currency, bare=quantity.bare and not (hedge or level or reached), spoken=bool(hedge)):
        return None
    if hedge and hedge[0]:
        first -= len(folded[max(0, first - 24) : first]) - hedge.start()
    elif reached:
        first -= 1
        quantity = quantity._replace(hedge="at_least")
    return _amount(text, (first, _end_of(match, end)), _hedged(quantity, match, hedge, level), currency)


def _end_of(match: re.Match[str], end: int) -> int:
    """Leave out a space that the pattern took in while looking for a unit."""
    return end - (len(match[0]) - len(match[0].rstrip()))


def _amount(text: str, span: tuple[int, int], quantity: _Quantity, currency: str | None) -> Amount:
    return Amount(text[span[0] : span[1]], span[0], span[1], quantity.low, quantity.high, currency, quantity.hedge)


def _currency(unit: str | None, sign: str | None) -> str | None:
    """The currency of a figure: what follows counts, but 元 and 块 leave it to what precedes (港币5亿元)."""
    lead = LEADING[sign] if sign else None
    if unit is None:
        return lead
    unit = unit.strip(" -")
    own = CHINESE.get(unit) or ENGLISH.get(unit)
    return lead if lead and _is_plain(unit) else own


def _is_plain(unit: str) -> bool:
    """Whether `unit` leaves it to a sign before the figure which currency it is."""
    return unit.strip(" -") in ("元", "圆", "块", "块钱", "dollars", "dollar")


def _is_money(folded: str, match: re.Match[str], *, currency: str | None, bare: bool, spoken: bool) -> bool:
    """Whether a figure is money: by its unit, or by the words beside it. `bare`: a scale alone without hedge."""
    start, end = match.start(), match.end()
    before = folded[max(0, start - 14) : start]
    unit = match["unit2"] or match["unit1"]
    if currency is not None and not bare:
        if unit == "块" and not match["tenth"]:
            return bool(_PRICE.search(before))
        return True
    if match["scale1"] or match["scale2"]:
        return False
    if not _SCALED.search(match[0]) or _COUNTED.match(folded, end):
        return False
    if spoken and (hedge := _HEDGES.search(before)):
        before = before[: hedge.start()]
    return bool(_CUE_AFTER.match(folded, end) or _CUE_BEFORE.search(before.rstrip("约近超逾过 ")))


def _read_quantity(match: re.Match[str]) -> _Quantity | None:
    """Read one figure, or two with a dash between them."""
    one = _read_number(match["number1"], match["scale1"])
    if one is None or match["number2"] is None:
        return _with_small_change(one, match)
    two = _read_number(match["number2"], match["scale2"])
    if two is None:
        return None
    low = one.low
    if low < two.low and not match["scale1"] and not _SCALED.search(match["number1"]):
        # `5000-10000万元`, `1-2亿`, `$1-2 million`: the scale of the second holds for both.
        scale = two.low / _plain(match["number2"])
        low = low * scale
    return _Quantity(low, two.high, "range", bare=False) if low <= two.high else None


def _plain(number: str) -> Decimal:
    """The figure of `number` without its scale."""
    figure = re.match(r"[0-9.,]+", number)
    return Decimal(figure[0].replace(",", "")) if figure else parse_chinese(re.sub("[万亿兆]", "", number)) or Decimal(1)


def _with_small_change(quantity: _Quantity | None, match: re.Match[str]) -> _Quantity | None:
    """Add 角, 毛, 分 and cents."""
    if quantity is None or not (match["tenth"] or match["hundredth"]):
        return quantity
    tenth = parse_chinese(match["tenth"] or "0") or Decimal(0)
    hundredth = parse_chinese(match["hundredth"] or "0") or Decimal(0)
    value = quantity.low + tenth / 10 + hundredth / 100
    return quantity._replace(low=value, high=value)


_TWO_DIGITS = re.compile("([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]+)")


def _read_number(written: str, scale: str | None) -> _Quantity | None:
    """Read a figure with the hedges that stand inside it: 数千万, 十几亿, 1亿多, 3000余万, 三四千万."""
    number = re.sub("[ ,个]", "", written)
    factor = ENGLISH_SCALES[scale] if scale else 1
    two = _TWO_DIGITS.fullmatch(number)
    if two and DIGITS[two[2]] == DIGITS[two[1]] + 1:
        unit = parse_chinese(two[3]) or Decimal(1)
        return _Quantity(DIGITS[two[1]] * unit, DIGITS[two[2]] * unit, "range", bare=False)
    plain = re.sub("[数几多余]", "", number)
    value = parse_chinese(plain) if plain else None
    if value is None or (not value and scale):
        return None
    value *= factor
    if number[0] in "数几":
        return _Quantity(value, value * 10, "range", bare=False) if re.fullmatch("[十百千万亿兆]+", plain) else None
    if "几" in number or "数" in number:
        step = parse_chinese("十" + re.sub("[^万亿兆]", "", plain)) or Decimal(10)
        return _Quantity(value, value + step, "range", bare=False)
    bare = re.fullmatch("[十百千万亿兆]*[百千万亿兆]", plain) is not None
    return _Quantity(value, value, "at_least" if plain != number else "exact", bare=bare)


def _hedged(quantity: _Quantity, match: re.Match[str], before: re.Match[str] | None, level: bool) -> _Quantity:
    """Apply the hedges that stand around the figure."""
    if quantity.hedge == "range":
        return quantity
    if before is not None and before.lastgroup:
        return quantity._replace(hedge=_hedge_name(before))
    if after := match["more"] or match["plus2"] or match["plus1"]:
        return quantity._replace(hedge=_MORE[after])
    if level:
        return _Quantity(quantity.low, quantity.low * 10, "range", bare=True) if quantity.bare else quantity._replace(hedge="about")
    return quantity


def _hedge_name(match: re.Match[str]) -> Hedge:
    return next(hedge for hedge in _BEFORE if match[hedge])


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
    return _amount(text, (match.start(), end), _Quantity(low, low * 10, "range", bare=False), iso)


def _read_words(text: str, folded: str, match: re.Match[str]) -> Amount:
    """`one hundred million yuan`, `half a billion dollars`."""
    value = ENGLISH_WORDS[match["word"]] * (100 if match["hundred"] else 1) * ENGLISH_SCALES[match["scale"]]
    amount = _amount(text, match.span(), _Quantity(value, value, "exact", bare=False), ENGLISH[match["unit"]])
    hedge = _HEDGES.search(folded[max(0, match.start() - 24) : match.start()])
    if hedge is None:
        return amount
    start = match.start() - (len(folded[max(0, match.start() - 24) : match.start()]) - hedge.start())
    return replace(amount, hedge=_hedge_name(hedge), start=start, as_written=text[start : amount.end])
