# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Dates that are told from now, and dates that leave the year out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from .date_parts import CLOCK, MONTH, THEN_CLOCK, ParsedDate, moment_of, month_of, number_of

_MONTH_AND_DAY = re.compile(
    r"(?<![\d.年])(?<!\d[-/])(?P<m>1[0-2]|0?[1-9])\s*(?:月|[-/])\s*(?P<d>3[01]|[12]\d|0?[1-9])(?:(?![\d/-])|(?=\d\d:\d\d))" + THEN_CLOCK,
    re.I,
)
_HAN_MONTH_AND_DAY = re.compile(
    r"(?<![年一二三四五六七八九十])(?P<m>十[一二]?|[一二三四五六七八九])月(?P<d>[一二三四五六七八九十]{1,3})[日号]" + THEN_CLOCK
)
_EN_MONTH_AND_DAY = re.compile(r"^\W*" + MONTH + r"\.?\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?" + THEN_CLOCK + r"\W*$", re.I)
_ONLY_CLOCK = re.compile(r"^\W*" + CLOCK + r"\W*$", re.I)
_NUMBER = r"\d{1,4}(?:\.\d)?|半|[一二两三四五六七八九十]{1,3}|[几数](?!十)|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten)\b"
_UNIT = r"秒钟?|分钟?|刻钟|小时|钟头|天|日|周|星期|礼拜|月|年|sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|wks?|months?|years?|yrs?|[smhdwy](?![a-z])"
_PIECE = rf"(?:{_NUMBER})\s*(?:个半|个)?\s*(?:{_UNIT})"
_AGO = re.compile(rf"(?:{_PIECE}(?:[\s,零又]|and\b)*){{1,3}}(?:之?以?前|ago\b)", re.I)
_PIECES = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<half>个半)?个?\s*(?P<unit>{_UNIT})", re.I)
_EN_NUMBERS = {word: i for i, word in enumerate(["a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])} | {
    "a": 1,
    "an": 1,
}
_DAY_WORD = re.compile(
    r"(?P<word>大前天|前天|前日|昨天|昨日|昨|今天|今日|今|yesterday|today)(?P<rest>(?:\s*[,，]?\s*(?:at\s+)?" + CLOCK + r")?)", re.I
)
_WEEKDAY = re.compile(r"(?P<which>上上个?|上个?|本|这个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?:\s*" + CLOCK + ")?", re.I)
_JUST_NOW = re.compile(r"刚刚|刚才|方才|just now|(?:a )?moments? ago|a few seconds ago", re.I)
_SEVERAL = frozenset("几数")
_BACK = {"大前天": 3, "前天": 2, "前日": 2, "昨天": 1, "昨日": 1, "昨": 1, "yesterday": 1}
_SECONDS = {
    "秒": 1, "s": 1, "分": 60, "m": 60, "刻": 900, "小": 3600, "钟": 3600, "h": 3600, "天": 86400, "日": 86400, "d": 86400, "周": 604800, "星": 604800,
    "礼": 604800, "w": 604800, "月": 2592000, "mo": 2592000, "年": 31536000, "y": 31536000,
}  # fmt: skip


def relative(text: str, now: datetime, zone: tzinfo) -> ParsedDate | None:
    """Dates told from now: minutes and hours keep their moment, days and longer are days."""
    local = now.astimezone(zone)
    match = _AGO.search(text)
    if match:
        seconds = sum(_span(piece) for piece in _PIECES.finditer(match.group()))
        moment = local - timedelta(seconds=seconds)
        if seconds < 86400:
            return ParsedDate(moment.astimezone(UTC).replace(microsecond=0), "minute", zoned=True)
        return ParsedDate(datetime(moment.year, moment.month, moment.day, tzinfo=zone).astimezone(UTC), "day")
    if _JUST_NOW.search(text):
        return ParsedDate(now.astimezone(UTC).replace(microsecond=0), "minute", zoned=True)
    match = _DAY_WORD.search(text)
    if match and (len(match["word"]) > 1 or match["h"]):
        return moment_of((local - timedelta(days=_BACK.get(match["word"].lower(), 0))).date(), match, zone)
    match = _WEEKDAY.search(text)
    return moment_of(_day_of_week(match, local.date()), match, zone) if match else None


def _span(piece: re.Match[str]) -> float:
    """Seconds of one piece of a span: 3 小时, 半天, 两个半小时."""
    written, unit = piece["n"].lower(), piece["unit"].lower()
    if written == "半":
        number = 0.5
    elif written in _SEVERAL:
        number = 3.0
    elif written in _EN_NUMBERS:
        number = _EN_NUMBERS[written]
    else:
        number = float(written) if written[0].isdigit() and written.isascii() else number_of(written)
    number += 0.5 if piece["half"] else 0
    return number * (_SECONDS["mo"] if unit.startswith("mo") else _SECONDS[unit[0]])


def _day_of_week(match: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    wanted = "一二三四五六日".index(match["day"].replace("天", "日"))
    which = match["which"] or ""
    weeks = 2 if which.startswith("上上") else 1 if which.startswith("上") else 0
    day = monday + timedelta(days=wanted - 7 * weeks)
    # 周五 said on a Monday is last week's.
    return day - timedelta(days=7) if not weeks and day > today else day


def without_year(text: str, now: datetime, zone: tzinfo) -> ParsedDate | None:
    """Month and day, or a time alone: the latest such moment that is not in the future."""
    local = now.astimezone(zone)
    match = _MONTH_AND_DAY.search(text) or _HAN_MONTH_AND_DAY.search(text) or _EN_MONTH_AND_DAY.match(text)
    if match:
        for year in (local.year, local.year - 1):
            try:
                found = moment_of(date(year, month_of(match), number_of(match["d"])), match, zone)
            except ValueError:
                continue
            if found.moment <= now + timedelta(hours=1):
                return found
        return None
    match = _ONLY_CLOCK.match(text)
    if match:
        found = moment_of(local.date(), match, zone)
        return found if found.moment <= now + timedelta(hours=1) else moment_of(local.date() - timedelta(days=1), match, zone)
    return None
