"""The parts dates are made of, shared by all forms: folding, months, numbers in characters, the time of day with its zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

from .zones import ZONE, written_zone

Precision = Literal["second", "minute", "day"]


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A moment (aware UTC) and how finely it was written; of "day" precision the moment is local midnight.

    `zoned` says that the moment does not hang on the reader's zone: the zone was written, or the time was told from now or from 1970.
    """

    moment: datetime
    precision: Precision
    zoned: bool = False


# Full width → ASCII, the marks of typesetting → plain ones, traditional → simplified as far as dates need it.
_FOLDED = str.maketrans(
    "０１２３４５６７８９：／．－，～＋（）　\xa0\u202f\u2009\u2212\u2010\u2011"
    "鐘時點剛週禮個這後國間華號兩幾標準臺東韓灣紐約倫協調貳參陸數",
    "0123456789:/.-,~+()    ---钟时点刚周礼个这后国间华号两几标准台东韩湾纽约伦协调二三六数",
    "\u200b\u200e\u200f\ufeff",
)
_MONTH_NAMES: dict[str, int] = {}
for _names in (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janv févr mrz avr mai juin juil ago sept okt nov dez",
    "ene fév mär abr mai giu lug aoû set out nov dic",
    "元月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "01月 02月 03月 04月 05月 06月 07月 08月 09月 10月 11月 12月",
):
    _MONTH_NAMES |= {name: number for number, name in enumerate(_names.split(), 1)}
MONTH = rf"(?P<mon>{'|'.join(sorted(_MONTH_NAMES, key=len, reverse=True))})"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"元": 1, "〇": 0, "○": 0, "O": 0, "两": 2}
HAN_DIGIT = "[〇零○O一二三四五六七八九]"

CLOCK = (
    r"(?:(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|午后|傍晚|晚上|晚间|深夜|半夜|夜里|夜间|今晚|晚|早|晨|a\.?m\.?|p\.?m\.?)\s*)?"
    r"(?P<h>[01]?\d|2[0-4])\s*[:时点]\s*(?P<mi>[0-5]?\d)(?:\s*[:分]\s*(?P<s>[0-5]?\d)(?:[.,]\d+)?)?\s*[分秒]?"
    rf"(?:\s*(?P<half2>a\.?m\b\.?|p\.?m\b\.?|上午|下午))?(?:\s*[(\[]?(?P<zone>{ZONE}))?"
)
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b\.?"
# What stands between a day and its time of day: 日, blanks, a comma, a T, a weekday.
THEN_CLOCK = rf"(?:\s*[日号]?(?P<gap>[\sT,|·-]*(?:\([^)\d]{{1,8}}\)|{_WEEKDAY})?[\s,]*(?:at|@|\||um|à)?\s*){CLOCK})?"
_EVENING = {"pm", "下午", "午后", "傍晚", "晚上", "晚间", "今晚", "晚", "深夜", "半夜", "夜里", "夜间"}
_NIGHT = {"晚上", "晚间", "晚", "今晚", "深夜", "半夜", "夜里", "夜间"}


def folded(text: str) -> str:
    """The text with its digits, marks and characters in the one form that the patterns know."""
    return text.translate(_FOLDED)


def month_of(match: re.Match[str]) -> int:
    """The month a match names, by number or by name. Raises ValueError for a number that is none."""
    groups = match.groupdict()
    return _MONTH_NAMES[groups["mon"].lower()] if groups.get("mon") else number_of(groups["m"])


def number_of(text: str) -> int:
    """A number in digits or in characters, up to 999: 11, 十一, 一百一十五, 一一五. Raises ValueError for what is none."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not re.search("[十百]", text):
        return int("".join(str(_DIGITS[c]) if c in _DIGITS else "?" for c in text))
    found = re.fullmatch(r"(?:(.)?百)?零?(?:(.)?(十))?(.)?", text)
    if found is None:
        raise ValueError(text)
    hundreds = _DIGITS.get(found[1] or "一", 0) if "百" in text else 0
    tens = _DIGITS.get(found[2] or "一", 0) if found[3] else 0
    return 100 * hundreds + 10 * tens + (_DIGITS[found[4]] if found[4] else 0)


def _hour(hour: int, half: str) -> int:
    half = half.lower().replace(".", "")
    if hour == 12:
        # Twelve at night ends the day; the twelve of the forenoon begins it.
        return 24 if half in _NIGHT else 0 if half in {"am", "凌晨", "清晨", "早上", "早晨", "早", "晨", "上午"} else 12
    if half in _EVENING and hour < 12:
        # Past midnight: 深夜 1:20.
        return hour if half in {"深夜", "半夜", "夜里"} and hour < 6 else hour + 12
    return hour + 12 if half == "中午" and hour < 11 else hour


def _is_span(groups: dict[str, str | None]) -> bool:
    """Whether what looks like an offset is the end of a span of time: 09:00-11:00."""
    zone = groups.get("zone") or ""
    return re.match(r"-\s?\d\d?(?::\d\d)?$", zone) is not None and not groups.get("s") and "T" not in (groups.get("gap") or "").upper()


def moment_of(day: date, match: re.Match[str], zone: tzinfo) -> ParsedDate:
    """The moment of a match on a day: its time of day in the zone it names, else in `zone`; a day without time is local midnight."""
    groups = match.groupdict()
    if groups.get("h") is None:
        return ParsedDate(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC), "day")
    hour = _hour(int(groups["h"]), groups.get("half") or groups.get("half2") or "")
    own = None if _is_span(groups) else written_zone(groups.get("zone"), zone)
    second = groups.get("s")
    local = datetime(day.year, day.month, day.day, hour % 24, int(groups.get("mi") or 0), int(second or 0), tzinfo=own or zone)
    return ParsedDate((local + timedelta(days=hour // 24)).astimezone(UTC), "second" if second else "minute", own is not None)
