"""The day that a sentence gives for what it tells, counted from the day the text was published.

A month without a day means its first day, a year without a month its first of January.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from store.clock import SHANGHAI

_NEWS = timedelta(days=62)
_MONTHS = {m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}
_CHINESE_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d) ?年|(?P<relative>今年|去年|前年|本月|上月|上个月))?"
    r" ?(?:(?P<month>\d{1,2}) ?月(?:份)?)?(?: ?(?P<day>\d{1,2}) ?[日号])?(?P<part>年初|初|年底|底|中旬|上旬|下旬)?"
)
_CHINESE_START = re.compile(
    r"(?:19|20)\d\d ?年|今年|去年|前年|本月|上月|上个月|\d{1,2} ?月|(?<![\d年月第\-])\d{1,2} ?日(?!元|本|均|前|内|活|报)"
)
_ISO_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_ENGLISH_DAY = re.compile(
    r"\b(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: (?P<day>\d{1,2})(?:st|nd|rd"
    r"|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?"
    r"|\b(?P<day2>\d{1,2}) (?P<month2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:,? (?P<year2>(?:19|20)\d\d))?"
)
_NEAR_DAYS = {"今日": 0, "今天": 0, "昨日": -1, "昨天": -1, "前天": -2, "today": 0, "yesterday": -1}
_WEEKDAYS = {name: i for i, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}
_PAST = re.compile(
    r"\blast (year|january|february|march|april|may|june|july|august|september|october|november|december)\b|\bin ((?:19|20)\d\d)\b"
)


def published_day(published: datetime | None) -> date | None:
    """The day of publication in China."""
    return published.astimezone(SHANGHAI).date() if published else None


def day_of_news(folded: str, published: datetime | None) -> date | None:
    """When what a sentence tells as news was announced: the day it names where that lies in the two months before publication, else
    the day of publication. Years of founding and years of aims are no days of news."""
    day, base = find_day(folded, published), published_day(published)
    return day if base is None or (day is not None and timedelta() <= base - day <= _NEWS) else base


def find_day(folded: str, published: datetime | None) -> date | None:
    """The first day that `folded` (one sentence or clause) names, or None. Days without a year need `published`."""
    base = published_day(published)
    iso = _ISO_DAY.search(folded)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    return _chinese(folded, base) or _english(folded, base) or _near(folded, base)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _chinese(folded: str, base: date | None) -> date | None:
    start = _CHINESE_START.search(folded)
    match = _CHINESE_DAY.match(folded, start.start()) if start else None
    if match is None:
        return None
    month = int(match["month"]) if match["month"] else None
    if match["year"]:
        return _day(int(match["year"]), month or 1, int(match["day"] or 1))
    if base is None:
        return None
    year = base.year
    relative = match["relative"]
    if relative in ("去年", "前年"):
        return _day(year - (1 if relative == "去年" else 2), month or 1, int(match["day"] or 1))
    if relative in ("上月", "上个月", "本月"):
        first = base.replace(day=1)
        first = first if relative == "本月" else (first - timedelta(days=1)).replace(day=1)
        return _day(first.year, first.month, int(match["day"] or 1))
    if month is None and relative is None and match["day"]:
        return _back(base.year, base.month, int(match["day"]), base)
    if month is None:
        return _day(year, 1, 1) if relative else None
    found = _day(year, month, int(match["day"] or 1))
    # A bare month later than the text was published is last year's.
    return _day(year - 1, month, int(match["day"] or 1)) if found and not relative and found > base + timedelta(days=45) else found


def _back(year: int, month: int, day: int, base: date) -> date | None:
    """`7日`: this month, or the month before when that day is still to come."""
    found = _day(year, month, day)
    if found is not None and found > base + timedelta(days=7):
        last = base.replace(day=1) - timedelta(days=1)
        return _day(last.year, last.month, day)
    return found


def _english(folded: str, base: date | None) -> date | None:
    past = _PAST.search(folded)
    if past and past[1] and base:
        if past[1] == "year":
            return _day(base.year - 1, 1, 1)
        month = _MONTHS[past[1][:3]]
        return _day(base.year if month < base.month else base.year - 1, month, 1)
    for match in _ENGLISH_DAY.finditer(folded):
        month = _MONTHS[match["month"] or match["month2"]]
        day, year = match["day"] or match["day2"], match["year"] or match["year2"]
        if match["month"] == "may" and not day and not year:
            continue
        if year:
            return _day(int(year), month, int(day or 1))
        if base:
            found = _day(base.year, month, int(day or 1))
            return _day(base.year - 1, month, int(day or 1)) if found and found > base + timedelta(days=45) else found
    if past and past[2]:
        return _day(int(past[2]), 1, 1)
    return None


def _near(folded: str, base: date | None) -> date | None:
    if base is None:
        return None
    for word, back in _NEAR_DAYS.items():
        if word in folded:
            return base + timedelta(days=back)
    weekday = re.search(r"\bon (" + "|".join(_WEEKDAYS) + r")\b", folded)
    return base - timedelta(days=(base.weekday() - _WEEKDAYS[weekday[1]]) % 7) if weekday else None
