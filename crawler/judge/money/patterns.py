"""The patterns of sums of money, over folded text: figures with scale and unit, hedges around them, words that speak of money."""

from __future__ import annotations

import re

from crawler.judge.facts import Hedge

from .currencies import CHINESE, CODES, ENGLISH, LEADING, NOT_BEFORE, SIGNS, WORDS, pattern
from .numerals import DIGITS, ENGLISH_SCALES, ENGLISH_WORDS, FORMAL_DIGITS, FORMAL_SCALES

_FORMAL = "".join([*FORMAL_DIGITS, *FORMAL_SCALES])
_HAN_NUMBER = "零〇一二两三四五六七八九十百千万亿兆数几余多点" + _FORMAL.replace("参", "")
# 陆, 伍 and 参 end or open words too (大陆, 登陆, 队伍, 参投).
_NO_NUMERAL = r"(?<!大陆)(?<!登陆)(?<!着陆)(?<!内陆)(?<!上陆)(?<!队伍)(?<!入伍)(?<!退伍)(?:(?<!参)|(?=[拾佰仟]))"
_FIRST = rf"[0-9零〇一二两三四五六七八九十百千万亿兆数几{''.join(FORMAL_DIGITS)}]{_NO_NUMERAL}"
_NUMBER = rf"{_FIRST}(?:[0-9]|,(?=[0-9]{{3}})|\.(?=[0-9])| ?个?[{_HAN_NUMBER}])*+"
_SCALE = "|".join(sorted(ENGLISH_SCALES, key=len, reverse=True))
# A scale glued to what it scales: 50 MUSD, 3000w元.
_GLUED = rf"(?:mn|mm|m|bn|b|k)(?=(?:{pattern(CODES)})(?![a-z]))|w(?=(?:{pattern(CHINESE)}))"
_UNIT = (
    rf"(?:{pattern(CHINESE)})(?!{pattern(NOT_BEFORE)})|(?:-| )?(?:{pattern(ENGLISH)})(?![a-z])"
    rf"|(?<=[万亿兆千百])(?:{pattern(SIGNS)})(?! ?[0-9])"
)


def _figure(n: int) -> str:
    """The pattern of a figure, its scale and its unit, with groups numbered `n`."""
    scale = rf"(?:[ -]?(?P<scale{n}>(?:{_SCALE})(?![a-z0-9])|{_GLUED}))?"
    return rf"(?P<number{n}>{_NUMBER}){scale}(?P<plus{n}>\+|-plus)?(?P<level{n}>量?级别?)? ?(?P<unit{n}>{_UNIT})?"


_TO = r" ?(?:[-–—~至到]|(?<= )to ) ?"
FIGURE = re.compile(
    _figure(1)
    + rf"(?:{_TO}(?:{pattern(LEADING)})? ?{_figure(2)})?"
    + rf"(?:(?P<tenth>[0-9{''.join(DIGITS)}])[角毛])?"
    + rf"(?:又?(?P<hundredth>[0-9{''.join(DIGITS)}十]+)(?:美分|欧分|分(?!之|钟|析|别|布|[0-9])|(?:日本)?[銭钱]))?"
    + r"(?P<after>量?级别?)?(?P<more>\+|左右|上下|以上|以内|以下|余|多)?"
)
# MUSD 20, as Nordic companies write it, beside USD 20.
LEADS = re.compile(rf"(?<![a-z])(?:(?P<sign>{pattern(LEADING)})|(?P<millions>m)(?P<code>{pattern(CODES)})) *$")
LEADING_ENDS = frozenset(" ").union(sign[-1] for sign in LEADING)
SCALED = re.compile("[万亿兆]")
WIDE_GROUP = re.compile("，(?=[0-9０-９]{3})")

BEFORE: dict[Hedge, str] = {
    "about": r"(?<![节签预违条])约[为合]?|大约为?|大概|折合|≈|~|about|around|approximately|approx\.?|roughly|some|(?:an )?estimated(?: at)?"
    r"|circa|in the region of",
    "under": r"(?<![最附])将?近|接近|逼近|不到|不足|未到|至多|最多|最高(?:可?达)?|不超过?|不高于|低于|少于|小于|上限为?"
    r"|nearly|almost|close to|approaching|up to|as (?:much|many|high) as|(?:no|not) more than|at most|less than|under|below"
    r"|a maximum of|just shy of",
    "at_least": r"超过?|逾|(?<![通经不])过|突?破|至少为?|不低于|不少于|不小于|高于|多于|大于|≥|>"
    r"|more than|(?:well |just )?over|above|exceeding|exceeds|at least|in excess of|north of|upwards? of|surpassing|surpassed|topping"
    r"|(?:no|not) less than|a minimum of|greater than",
}
HEDGES = re.compile("(?:" + "|".join(rf"(?P<{hedge}>{words})" for hedge, words in BEFORE.items()) + r")(?:人民币)?(?: an?)? ?[“\"]?$")
MORE: dict[str, Hedge] = {
    "+": "at_least", "-plus": "at_least", "以上": "at_least", "余": "at_least", "多": "at_least",
    "左右": "about", "上下": "about", "以内": "under", "以下": "under",
}  # fmt: skip

# A figure without a unit is money only where the words beside it speak of money.
CUE_BEFORE = re.compile(
    r"(?:融资|募资|筹资|集资|募集|融了?|募得|筹得|筹集|投资|投入|投|注资|出资|斥资|耗资|砸下?|拿下|拿到|获得?|估值|市值|金额|资金|营收|收入|利润|亏损|成交额|总价|作价|售价"
    r"|价值|奖金|花费?了?|卖|赚|付|补贴|罚款?|赔偿?|经费|预算|额度?|价格?)(?:规模|总额|额|金额)?[了出下共计总达到高至为:]{0,3}$"
)
CUE_AFTER = re.compile(
    r" ?的?(?:人民币|左右)?[“「]?(?:新一轮|首轮|融资|投资(?!者|人|机构)|注资|天使|种子|战略|收购|贷款|补贴|罚|罚款|奖金|赔偿|pre-?|股权融"
    r"|[a-h][0-9]?\+?\+? ?轮|[a-h]\+? ?系列)"
)
# A numeral without scale or unit beside the word of a currency is part of a name (三一人民币基金, 唯一人民币, 人民币二期): so is
# one before 人民币, but after what counts or pays.
BARE_NUMERAL = re.compile("[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]+")
NAME_WORD = re.compile(f"(?:{pattern(WORDS)})$")
COUNTING = re.compile(r"(?:^|[^\u4e00-\u9fffa-z0-9-]|[付花收值用每赚要赔卖价只共给费约])$")
ORDINAL = re.compile(r" ?(?:级|期|季|号|大|连|国|年|月|日|基金)")
PRICE = re.compile(r"(?:花费?|卖|价|费|付|赚|贵|便宜|只要|元|钱|收|给|你|我|他|她)了?$")
COUNTED = re.compile(
    r" ?(?:人|名|位|户|用户|家|个|台|套|件|份|股|次|条|篇|例|本|册|张|辆|部|字|行|吨|斤|公|平|亩|粉|会员|注册|下载|点|米|颗|片|剂|支|盒|只"
    r"|头|年|月|日|%|种(?!子)|项(?!目)|参数|tokens?)"
)

_CURRENCY_WORDS = pattern(ENGLISH)
VAGUE = re.compile(
    rf"(?:(?P<sign>{pattern(LEADING)}) ?)?[“\"]?\b(?P<many>tens|dozens|hundreds|thousands|several|multi|multiple|a few|few)(?: of)?"
    rf"(?: |-)?(?P<hundred>(?:tens|hundreds?|ten)(?: of)? )?(?P<scale>millions?|billions?|thousands?)"
    rf"[”\"]?(?:(?: of| in)?(?: |-)?(?P<unit>{_CURRENCY_WORDS}))?(?![a-z])"
)
IN_WORDS = re.compile(
    rf"\b(?P<word>half a|{'|'.join(w for w in sorted(ENGLISH_WORDS, key=len, reverse=True) if ' ' not in w)})(?: |-)(?P<hundred>hundred )?"
    rf"(?P<scale>thousand|million|billion|trillion)(?: |-)(?P<unit>{_CURRENCY_WORDS})(?![a-z])"
)
UNDISCLOSED = re.compile(
    r"(?:(?:具体)?(?:融资|投资|交易|收购|筹资)?(?:金额|额度|数额|规模|条款)(?:均|暂|尚|并)?(?:未|不)(?:予|作|被)?(?:对外)?(?:具体)?"
    r"(?:披露|透露|公开|公布|详)"
    r"|(?:未|没有)(?:对外)?(?:披露|透露|公开|公布)(?:具体|其|本次|本轮|此次|的)*(?:融资|投资|交易|收购)?(?:的)?(?:具体)?(?:金额|额度|数额)"
    r"|\b(?:an? )?undisclosed (?:amount|sum|size|figure)"
    r"|\b(?:amount|terms|size|sum|figure|value)(?: of the (?:round|deal|investment|financing))?(?: was| were| has| have| is)?"
    r"(?: not| un)(?: been)? ?disclosed)"
)
ENGLISH_TRIGGER = re.compile(r"illion|thousand|disclos")
