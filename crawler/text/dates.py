"""Every form in which list pages, feeds, interfaces and article pages write a moment, read into aware UTC.

Nothing here guesses: a form that is not understood, a date before 1995 or one in the future is None, never now.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from .date_parts import HAN_DIGIT, MONTH, THEN_CLOCK, ParsedDate, Precision, folded, moment_of, month_of, number_of
from .told_dates import relative, without_year
from .zones import OFFSET, zone_in, zone_of

# Said of a day that was told with a time of day, which nobody can place without its zone.
NO_ZONE = "whose time names no zone"
_FIRST_YEAR = 1995
_LONGEST = 400

_M, _D = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12]\d|0?[1-9])"
_YMD = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d\d)\s*(?P<sep>[-/.年_\\])\s*{_M}\s*[-/.月_\\]\s*{_D}(?:(?!\d)|(?=\d\d:\d\d)){THEN_CLOCK}", re.I
)
_HAN_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[元一二三四五六七八九])"
_HAN_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9]|[一二三四五六七八九十]{1,3})"
_HAN_DATE = re.compile(rf"(?<!\d)(?P<y>[二一]{HAN_DIGIT}{{3}}|(?:19|20)\d\d)\s*年\s*{_HAN_MONTH}\s*月\s*{_HAN_DAY}(?!\d){THEN_CLOCK}", re.I)
# Years of the Republic: with its name in any form, without it only by their three digits.
_ROC_NAMED = re.compile(
    rf"(?:民国|R\.?O\.?C\.?)\s*(?P<y>\d{{2,3}}|[〇零一二三四五六七八九十百]{{2,6}})\s*(?:年|[-/.])\s*{_HAN_MONTH}\s*(?:月|[-/.])\s*{_HAN_DAY}(?!\d){THEN_CLOCK}",
    re.I,
)
_ROC = re.compile(
    rf"(?<![\d.])(?P<y>1\d\d)\s*(?:(?P<sep>[-/.])\s*{_M}\s*(?P=sep)\s*{_D}(?![\d.])|年\s*(?P<m2>1[0-2]|0?[1-9])\s*月\s*(?P<d2>3[01]|[12]\d|0?[1-9])(?!\d)){THEN_CLOCK}",
    re.I,
)
_ROC_COMPACT = re.compile(r"^(?P<y>1\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])$")
_SHORT = re.compile(
    rf"(?<![\w./-])(?P<a>\d\d?)(?P<sep>[-/.])(?P<b>\d\d?)(?P=sep)(?P<c>\d\d)(?:(?![\w./-])|(?=-?\d\d:\d\d)){THEN_CLOCK}", re.I
)
_HAN_SHORT = re.compile(rf"(?<![\d.])'?(?P<y>\d\d)年\s*{_M}\s*月\s*{_D}(?!\d){THEN_CLOCK}", re.I)
_DMY_SPLIT = re.compile(r"^\s*(?P<d>(?:3[01]|[12]\d|0[1-9])\s*|[1-9]\s+)(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>1[0-2]|0?[1-9])\s*月?\s*$")
# Never 26-11-20 glued to 18:57, but 23/11/2026:09:30:00.
_XXY = re.compile(
    rf"(?<!\d)(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d|:\d\d(?!:\d\d:)){THEN_CLOCK}", re.I
)
_YEAR = r"(?P<y>(?:19|20)\d\d(?!\d)|\d\d(?=\s\d\d:|\s*$))\s*年?"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|\.)?[\s/-]*(?:of\s+|de\s+)?{MONTH}\.?,?[\s/-]+(?:de\s+)?{_YEAR}{THEN_CLOCK}", re.I
)
# A month may be glued to a name that ends before it: "Jane DoeAug 14, 2023".
_MONTH_DAY = re.compile(
    rf"(?:\b|(?<=(?-i:[a-z]))(?=(?-i:[A-Z]))){MONTH}\.?\s*(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|[日号])?(?:,\s*|\s+)(?P<y>(?:19|20)\d\d)(?!\d){THEN_CLOCK}",
    re.I,
)
_CTIME = re.compile(
    rf"\b{MONTH}\s+(?P<d>\d{{1,2}})\s+(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)(?:\s+(?P<zone>{OFFSET}|[A-Z]{{3,4}}))?\s+(?P<y>(?:19|20)\d\d)",
    re.I,
)
_COMPACT_DAY = r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
_COMPACT_CLOCK = re.compile(_COMPACT_DAY + r"(?=[\sT,-]*\d\d:)" + THEN_CLOCK, re.I)
_COMPACT = re.compile(
    _COMPACT_DAY
    + rf"(?:[T\s-]?(?P<h>[01]\d|2[0-3])(?:(?P<mi>[0-5]\d)(?:(?P<s>[0-5]\d)(?:[.,]?\d{{3,9}})?)?)?\s?(?P<zone>Z|{OFFSET})?)?(?!\d)"
)
# A date in parts, as some interfaces write it: [2026, 11, 23, 10, 20, 30].
_PARTS = re.compile(rf"^(?P<y>(?:19|20)\d\d) {_M} {_D}(?: (?P<h>[01]?\d|2[0-3]) (?P<mi>[0-5]?\d)(?: (?P<s>[0-5]?\d)(?: \d+)?)?)?$")
_EPOCH = re.compile(r"^(?:\\?/Date\()?(\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d+)?(?:[+-]\d{4})?(?:\)\\?/)?$")


def _by_name(text: str, zone: tzinfo) -> ParsedDate | None:
    """Dates whose year has four digits and whose order nobody can mistake."""
    split = _DMY_SPLIT.match(text)
    if split:
        return moment_of(date(int(split["y"]), int(split["m"]), int(split["d"])), split, zone)
    for pattern in (_YMD, _DAY_MONTH, _MONTH_DAY, _CTIME, _COMPACT_CLOCK, _COMPACT, _PARTS, _HAN_DATE):
        match = pattern.search(text)
        if match:
            year = number_of(match["y"])
            return moment_of(date(year + 2000 if year < 100 else year, month_of(match), number_of(match["d"])), match, zone)
    return None


def _of_the_republic(text: str, now: datetime, zone: tzinfo) -> ParsedDate | None:
    """Dates that count years from 1912, as Taiwan's offices do."""
    match = _ROC_NAMED.search(text) or _ROC.search(text) or _ROC_COMPACT.match(text)
    if match is None:
        return None
    groups = match.groupdict()
    month, day = groups.get("m") or groups["m2"], groups.get("d") or groups["d2"]
    found = moment_of(date(number_of(match["y"]) + 1911, number_of(month), number_of(day)), match, zone)
    return trusted(found, now=now)


def _by_order(text: str, now: datetime, zone: tzinfo, day_first: bool) -> ParsedDate | None:
    """Dates in which only the order says what is day, month and year."""
    match = _XXY.search(text)
    if match:
        a, b = int(match["a"]), int(match["b"])
        if (day_first and b <= 12) or a > 12:
            a, b = b, a
        return moment_of(date(int(match["y"]), a, b), match, zone)
    match = _HAN_SHORT.search(text)
    if match:
        return moment_of(date(2000 + int(match["y"]), int(match["m"]), int(match["d"])), match, zone)
    match = _SHORT.search(text)
    if match is None:
        return None
    a, b, c = (int(match[name]) for name in "abc")
    orders = [(a, b, c), *([(c, b, a), (c, a, b)] if day_first else [(c, a, b), (c, b, a)])]
    # The order that makes it news; a year first and hyphens between are a date of any year.
    recent = [(y, m, d) for y, m, d in orders if now.year - 2000 - y in (0, 1, -1) and 1 <= m <= 12]
    for year, month, day in [*recent, *(orders[:1] if match["sep"] == "-" else ())]:
        try:
            found = moment_of(date(2000 + year, month, day), match, zone)
        except ValueError:
            continue
        if trusted(found, now=now):
            return found
    return None


def _formatted(text: str, date_format: str, zone: tzinfo) -> ParsedDate | None:
    try:
        moment = datetime.strptime(text.strip(), date_format)  # noqa: DTZ007 the zone is added in the next line
    except ValueError:
        return None
    zoned = moment.tzinfo is not None
    moment = moment if zoned else moment.replace(tzinfo=zone)
    fine: Precision = "second" if re.search(r"%[STsc]", date_format) else "minute" if re.search(r"%[MR]", date_format) else "day"
    return ParsedDate(moment.astimezone(UTC), fine, zoned)


def _epoch(text: str) -> ParsedDate | None:
    """Seconds since 1970, or the thousandth, millionth or billionth parts of them."""
    match = _EPOCH.match(text)
    if match is None:
        return None
    number = int(match[1])
    while number > 10**11:
        number //= 1000
    return ParsedDate(datetime.fromtimestamp(number, UTC), "second", zoned=True)


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
    text = folded(text[:_LONGEST]).strip()
    if not text:
        return None
    zone = zone_of(timezone)
    named = zone_in(text)
    try:
        if date_format and (found := _formatted(text, folded(date_format), zone)):
            return trusted(found, now=now)
        if found := trusted(_epoch(text), now=now):
            return found
        told = named or zone
        found = (
            _by_name(text, told)
            or _of_the_republic(text, now, told)
            or _by_order(text, now, told, day_first)
            or relative(text, now, told)
            or without_year(text, now, told)
        )
    except (ValueError, OverflowError):
        return None
    if found and named:
        found = ParsedDate(found.moment, found.precision, zoned=True)
    return trusted(found, now=now)
