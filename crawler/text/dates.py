# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Every form in which list pages, feeds and article pages write a moment, read into aware UTC.

Nothing here guesses: a form that is not understood, a date before 1995 or one in the future is None, never now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from typing import Literal
from zoneinfo import ZoneInfo

Precision = Literal["second", "minute", "day"]

CHINA = fixed_zone(timedelta(hours=8), "CST")
_FIRST_YEAR = 1995
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A moment (aware UTC) and how finely it was written. Of "day" precision the moment is local midnight."""

    moment: datetime
    precision: Precision


_FULL_WIDTH = str.maketrans("０１２３４５６７８９：／．－，～　\xa0", "0123456789:/.-,~  ")
_MONTHS = {name: i for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
_MONTH = r"(?P<mon>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_ZONE_TEXT = r"(?P<zone>Z\b|(?:UTC|GMT)?\s?[+-]\d{1,2}:?\d{2}\b|(?:UTC|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|BST|CET|CEST|HKT|JST|SGT|ET|PT|CT|北京时间)(?![A-Za-z]))"
_CLOCK = (
    r"(?:(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚|am|pm)\s*)?"
    r"(?P<h>[01]?\d|2[0-3])\s*[:时点]\s*(?P<mi>[0-5]?\d)(?:\s*[:分]\s*(?P<s>[0-5]?\d)(?:[.,]\d+)?)?\s*[分秒]?"
    r"(?:\s*(?P<half2>a\.?m\b\.?|p\.?m\b\.?))?(?:\s*\(?" + _ZONE_TEXT + r")?"
)
_THEN_CLOCK = (
    r"(?:(?P<gap>\s*日?[\sT,|·-]*(?:\([^)\d]{1,8}\)|（[^）\d]{1,8}）|星期[一二三四五六日天]|周[一二三四五六日天])?[\s,]*(?:at|@|\|)?\s*)"
    + _CLOCK
    + ")?"
)

_YMD = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s*(?P<sep>[-/.年_\\])\s*(?P<m>1[0-2]|0?[1-9])\s*[-/.月_\\]\s*(?P<d>3[01]|[12]\d|0?[1-9])"
    + r"(?:(?!\d)|(?=\d\d:\d\d))"
    + _THEN_CLOCK,
    re.I,
)
_YMD_SHORT = re.compile(r"(?<![\d.])(?P<y>\d\d)-(?P<m>1[0-2]|0[1-9])-(?P<d>3[01]|[12]\d|0[1-9])" + _THEN_CLOCK, re.I)
_DMY_SPLIT = re.compile(r"^\s*(?P<d>(?:3[01]|[12]\d|0[1-9])\s*|[1-9]\s+)(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>1[0-2]|0?[1-9])\s*月?\s*$")
_XXY = re.compile(r"(?<!\d)(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d)" + _THEN_CLOCK, re.I)
_DAY_MONTH = re.compile(
    r"(?<![\d])(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[\s-]+(?:of\s+)?"
    + _MONTH
    + r"\.?,?[\s-]+(?P<y>(?:19|20)\d\d|\d\d(?=\s\d\d:))"
    + _THEN_CLOCK,
    re.I,
)
# A month may be glued to a name that ends before it: "Jane DoeAug 14, 2023".
_MONTH_DAY = re.compile(
    r"(?:\b|(?<=(?-i:[a-z]))(?=(?-i:[A-Z])))"
    + _MONTH
    + r"\.?\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)"
    + _THEN_CLOCK,
    re.I,
)
_CTIME = re.compile(
    r"\b" + _MONTH + r"\s+(?P<d>\d{1,2})\s+(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)(?:\s+" + _ZONE_TEXT + r")?\s+(?P<y>(?:19|20)\d\d)", re.I
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:[T\s]?(?P<h>[01]\d|2[0-3])(?P<mi>[0-5]\d)(?P<s>[0-5]\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?!\d)"
)
_CLOCK_MD = re.compile(
    r"(?<![\d.年])(?P<m>1[0-2]|0?[1-9])\s*(?:月|[-/])\s*(?P<d>3[01]|[12]\d|0?[1-9])(?:(?![\d/-])|(?=\d\d:\d\d))" + _THEN_CLOCK, re.I
)
_EN_MD = re.compile(r"^\W*" + _MONTH + r"\.?\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?" + _THEN_CLOCK + r"\W*$", re.I)
_ONLY_CLOCK = re.compile(r"^\W*" + _CLOCK + r"\W*$", re.I)
_EPOCH = re.compile(r"^\s*(\d{10}|\d{13}|\d{16})(?:\.\d+)?\s*$")
_AGO = re.compile(
    r"(?P<n>\d{1,4}|半|an?|one)\s*(?:个)?\s*(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|月|年|sec(?:ond)?s?|min(?:ute)?s?|m(?=\s+ago)|h(?:ou)?rs?|h(?=\s+ago)|days?|d(?=\s+ago)|weeks?|months?|years?)\s*(?:之?以?前|ago\b)",
    re.I,
)
_DAY_WORD = re.compile(
    r"(?P<word>大前天|前天|前日|昨天|昨日|昨|今天|今日|今|yesterday|today)(?P<rest>(?:\s*[,，]?\s*(?:at\s+)?" + _CLOCK + r")?)", re.I
)
_WEEKDAY = re.compile(r"(?P<which>上上|上个?|本|这|这个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?:\s*" + _CLOCK + ")?")
_JUST_NOW = re.compile(r"刚刚|刚才|just now", re.I)
_HAN_DATE = re.compile(
    r"(?P<y>[二一][〇零○O一二三四五六七八九]{3})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})日"
)
_BACK = {"大前天": 3, "前天": 2, "前日": 2, "昨天": 1, "昨日": 1, "昨": 1, "yesterday": 1}
_SECONDS = {
    "秒": 1,
    "s": 1,
    "分": 60,
    "m": 60,
    "小": 3600,
    "钟": 3600,
    "h": 3600,
    "天": 86400,
    "日": 86400,
    "d": 86400,
    "周": 604800,
    "星": 604800,
    "w": 604800,
    "月": 2592000,
    "年": 31536000,
    "y": 31536000,
}
_NAMED_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "BST": 1, "CET": 1, "CEST": 2, "HKT": 8,
    "JST": 9, "SGT": 8, "北京时间": 8,
}  # fmt: skip
_NAMED_REGIONS = {"ET": "America/New_York", "PT": "America/Los_Angeles", "CT": "America/Chicago"}
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "O": 0}


def zone_of(name: str | None) -> tzinfo:
    """The zone `name` means ("Asia/Shanghai", "+08:00", "UTC"); China's for None and for names nobody knows."""
    if not name:
        return CHINA
    offset = re.match(r"^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$", name)
    if offset:
        span = timedelta(hours=int(offset.group(2)), minutes=int(offset.group(3) or 0))
        return fixed_zone(-span if offset.group(1) == "-" else span) if span < timedelta(hours=24) else CHINA
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return CHINA


def _written_zone(text: str | None, default: tzinfo) -> tzinfo:
    if not text:
        return default
    text = text.strip()
    if text.upper() in _NAMED_REGIONS:
        return zone_of(_NAMED_REGIONS[text.upper()])
    if text.upper() == "CST":
        # China or Chicago: the source's own zone decides which.
        return zone_of("America/Chicago") if str(default).startswith("America/") else CHINA
    if text.upper() in _NAMED_ZONES:
        return fixed_zone(timedelta(hours=_NAMED_ZONES[text.upper()]))
    return zone_of(re.sub(r"\s", "", text.upper()))


def _hour(hour: int, half: str) -> int:
    half = half.lower().replace(".", "")
    if half in {"pm", "下午", "傍晚", "晚上", "晚间", "晚"} and hour < 12:
        return hour + 12
    if half == "中午" and hour < 11:
        return hour + 12
    if half in {"am", "凌晨"} and hour == 12:
        return 0
    return hour


def _moment(day: date, match: re.Match[str], zone: tzinfo) -> ParsedDate:
    groups = match.groupdict()
    if groups.get("h") is None:
        return ParsedDate(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC), "day")
    hour = _hour(int(groups["h"]), groups.get("half") or groups.get("half2") or "")
    second = groups.get("s")
    local = datetime(
        day.year, day.month, day.day, hour, int(groups["mi"]), int(second or 0), tzinfo=_written_zone(groups.get("zone"), zone)
    )
    return ParsedDate(local.astimezone(UTC), "second" if second else "minute")


def _month(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return _MONTHS[groups["mon"][:3].lower()] if groups.get("mon") else int(groups["m"])


def _year(match: re.Match[str]) -> int:
    year = int(match["y"])
    return year + 2000 if year < 100 else year


def _absolute(text: str, zone: tzinfo, day_first: bool) -> ParsedDate | None:
    """Dates that name day, month and year."""
    split = _DMY_SPLIT.match(text)
    if split:
        return _moment(date(int(split["y"]), int(split["m"]), int(split["d"])), split, zone)
    for pattern in (_YMD, _DAY_MONTH, _MONTH_DAY, _CTIME, _COMPACT):
        match = pattern.search(text)
        if match:
            return _moment(date(_year(match), _month(match), int(match["d"])), match, zone)
    match = _XXY.search(text)
    if match:
        a, b = int(match["a"]), int(match["b"])
        if (day_first and b <= 12) or a > 12:
            a, b = b, a
        return _moment(date(int(match["y"]), a, b), match, zone)
    match = _YMD_SHORT.search(text)
    if match:
        return _moment(date(_year(match), _month(match), int(match["d"])), match, zone)
    match = _HAN_DATE.search(text)
    if match:
        year = int("".join(str(_HAN_DIGITS[c]) for c in match["y"]))
        return _moment(date(year, _han_number(match["m"]), _han_number(match["d"])), match, zone)
    return None


def _han_number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _HAN_DIGITS[text] if len(text) == 1 else 0
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


def _relative(text: str, now: datetime, zone: tzinfo) -> ParsedDate | None:
    """Dates told from now: minutes and hours keep their moment, days and longer are days."""
    local = now.astimezone(zone)
    match = _AGO.search(text)
    if match:
        number = {"半": 0.5, "a": 1, "an": 1, "one": 1}.get(match["n"].lower()) or float(match["n"])
        unit = match["unit"].lower()
        seconds = _SECONDS["月"] if unit.startswith("mon") else _SECONDS[unit[0]]
        moment = local - timedelta(seconds=number * seconds)
        if seconds < 86400:
            return ParsedDate(moment.astimezone(UTC).replace(microsecond=0), "minute")
        return ParsedDate(datetime(moment.year, moment.month, moment.day, tzinfo=zone).astimezone(UTC), "day")
    if _JUST_NOW.search(text):
        return ParsedDate(now.astimezone(UTC).replace(microsecond=0), "minute")
    match = _DAY_WORD.search(text)
    if match and (len(match["word"]) > 1 or match["h"]):
        return _moment((local - timedelta(days=_BACK.get(match["word"].lower(), 0))).date(), match, zone)
    match = _WEEKDAY.search(text)
    if match:
        return _moment(_weekday(match, local.date()), match, zone)
    return None


def _weekday(match: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    wanted = "一二三四五六日".index(match["day"].replace("天", "日"))
    which = match["which"] or ""
    weeks = 2 if which == "上上" else 1 if which.startswith("上") else 0
    day = monday + timedelta(days=wanted - 7 * weeks)
    # 周五 said on a Monday is last week's.
    return day - timedelta(days=7) if not weeks and day > today else day


def _without_year(text: str, now: datetime, zone: tzinfo) -> ParsedDate | None:
    """Month and day, or a time alone: the latest such moment that is not in the future."""
    local = now.astimezone(zone)
    match = _CLOCK_MD.search(text) or _EN_MD.match(text)
    if match:
        for year in (local.year, local.year - 1):
            try:
                found = _moment(date(year, _month(match), int(match["d"])), match, zone)
            except ValueError:
                continue
            if found.moment <= now + timedelta(hours=1):
                return found
        return None
    match = _ONLY_CLOCK.match(text)
    if match:
        found = _moment(local.date(), match, zone)
        return found if found.moment <= now + timedelta(hours=1) else _moment(local.date() - timedelta(days=1), match, zone)
    return None


def _formatted(text: str, date_format: str, zone: tzinfo) -> ParsedDate | None:
    try:
        moment = datetime.strptime(text.strip(), date_format)  # noqa: DTZ007 the zone is added in the next line
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    fine: Precision = "second" if re.search(r"%[STsc]", date_format) else "minute" if re.search(r"%[MR]", date_format) else "day"
    return ParsedDate(moment.astimezone(UTC), fine)


def trusted(parsed: ParsedDate | None, *, now: datetime) -> ParsedDate | None:
    """`parsed` unless it lies before 1995 or more than a day after `now`."""
    if parsed is None or parsed.moment.year < _FIRST_YEAR or parsed.moment > now + timedelta(days=1):
        return None
    return parsed


def parse_date(
    text: str, *, now: datetime, timezone: str | None = None, date_format: str | None = None, day_first: bool = False
) -> ParsedDate | None:
    """Read a date as it is written on list pages, in feeds and on article pages.

    `now` (aware) is when the text was fetched: relative forms count from it. `timezone` is the zone of a date that names none, +08:00
    by default. `date_format` (strptime) is tried first. `day_first` reads 03/10/2026 as 3 October. Returns None for what cannot be
    read or trusted.
    """
    text = text[:_LONGEST].translate(_FULL_WIDTH).strip()
    if not text:
        return None
    zone = zone_of(timezone)
    try:
        epoch = _EPOCH.match(text)
        if date_format and (found := _formatted(text, date_format, zone)):
            return trusted(found, now=now)
        if epoch:
            number = int(epoch.group(1))
            while number > 10**11:
                number //= 1000
            return trusted(ParsedDate(datetime.fromtimestamp(number, UTC), "second"), now=now)
        found = _absolute(text, zone, day_first) or _relative(text, now, zone) or _without_year(text, now, zone)
    except (ValueError, OverflowError):
        return None
    return trusted(found, now=now)
