"""Time zones as they are written behind, before or beside a time: offsets, abbreviations, regions, words in two languages."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, tzinfo
from datetime import timezone as fixed_zone
from zoneinfo import ZoneInfo

from store.clock import SHANGHAI

_HOURS: dict[str, float] = {
    "Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "ICT": 7,
    "WIB": 7, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "PT": "America/Los_Angeles",
    "EASTERN": "America/New_York",
    "CENTRAL": "America/Chicago",
    "MOUNTAIN": "America/Denver",
    "PACIFIC": "America/Los_Angeles",
    "CHINA": "Asia/Shanghai",
    "BEIJING": "Asia/Shanghai",
    "TAIPEI": "Asia/Taipei",
    "HONG KONG": "Asia/Hong_Kong",
    "SINGAPORE": "Asia/Singapore",
    "JAPAN": "Asia/Tokyo",
    "KOREA": "Asia/Seoul",
    "INDIA": "Asia/Kolkata",
    "COORDINATED UNIVERSAL": "UTC",
    "GREENWICH MEAN": "UTC",
}
# In simplified characters, as `crawler.text.date_parts` folds what it reads.
_WORDS = {
    "北京": "Asia/Shanghai",
    "中国标准": "Asia/Shanghai",
    "台北标准": "Asia/Taipei",
    "台北": "Asia/Taipei",
    "台湾": "Asia/Taipei",
    "香港": "Asia/Hong_Kong",
    "新加坡": "Asia/Singapore",
    "东京": "Asia/Tokyo",
    "日本": "Asia/Tokyo",
    "首尔": "Asia/Seoul",
    "韩国": "Asia/Seoul",
    "美东": "America/New_York",
    "美国东部": "America/New_York",
    "纽约": "America/New_York",
    "美西": "America/Los_Angeles",
    "美国太平洋": "America/Los_Angeles",
    "伦敦": "Europe/London",
    "格林威治": "UTC",
    "格林尼治": "UTC",
    "协调世界": "UTC",
}
_LONG = "|".join(sorted((name for name in _REGIONS if len(name) > 2), key=len, reverse=True))
_SHORT = "|".join(sorted([*_HOURS, "CST", "ET", "CT", "PT"], key=len, reverse=True))
OFFSET = r"(?:(?:UTC|GMT|UT)\s?)?[+-]\s?(?:1[0-4]|0?\d)(?::?[0-5]\d)?(?![\d:])"
# A zone behind a time of day.
ZONE = (
    rf"(?:{OFFSET}|(?:{_LONG})\s+(?:standard\s+|daylight\s+|summer\s+)?time\b|(?:{_SHORT})(?![A-Za-z/])"
    rf"|[A-Z][A-Za-z]{{2,12}}/[A-Z][A-Za-z_]{{2,20}}|(?:{'|'.join(_WORDS)})时间)"
)
_OFFSET = re.compile(r"^(?:UTC|GMT|UT)?([+-])(\d{1,2}?):?(\d{2})?$")
_NAMED = re.compile(rf"({'|'.join(_WORDS)})时间|\b({_LONG})\s+(?:standard\s+|daylight\s+|summer\s+)?time\b", re.I)


def zone_of(name: str | None) -> tzinfo:
    """The zone `name` means ("Asia/Shanghai", "+08:00", "UTC"); China's for None and for names nobody knows."""
    return _zone(name) or SHANGHAI


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    offset = _OFFSET.match(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return fixed_zone(-span if offset[1] == "-" else span) if span < timedelta(hours=24) else None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def written_zone(text: str | None, default: tzinfo) -> tzinfo | None:
    """The zone a time is written with, `text` being what `ZONE` found; None when it names none that is known.

    CST is China's, or Chicago's where `default`, the source's own zone, is American.
    """
    name = " ".join((text or "").split())
    upper = name.upper()
    if not name:
        return None
    if upper == "CST":
        return _zone("America/Chicago") if str(default).startswith("America/") else SHANGHAI
    if upper in _HOURS:
        return fixed_zone(timedelta(hours=_HOURS[upper])) if _HOURS[upper] else UTC
    if upper in _REGIONS:
        return _zone(_REGIONS[upper])
    return _zone(upper.replace(" ", "")) if re.search(r"[+-]\s?\d", upper) else (zone_in(name) or _zone(name))


def zone_in(text: str) -> tzinfo | None:
    """The zone that words somewhere in a text name, as in "北京时间2026年3月1日 10:00"."""
    match = _NAMED.search(text)
    if match is None:
        return None
    return _zone(_WORDS[match[1]] if match[1] else _REGIONS[" ".join(match[2].upper().split())])
