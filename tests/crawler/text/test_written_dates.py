"""The forms in which feeds, interfaces and lists of three scripts write a moment; each row: as written, aware UTC, precision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.text.dates import parse_date

NOW = datetime(2026, 9, 18, 4, 0, tzinfo=UTC)  # a Friday, noon in China

ZONES = """
Mon, 14 Sep 2026 06:07:08 GMT+8 | 2026-09-13T22:07 | second
2026-09-14 06:07:08 UTC+8 | 2026-09-13T22:07 | second
2026-09-14 06:07 (UTC+08:00) | 2026-09-13T22:07 | minute
2026-09-14 06:07:08+00 | 2026-09-14T06:07 | second
2026-09-14T06:07:08.25-05 | 2026-09-14T11:07 | second
2026-09-14T06:07-05 | 2026-09-14T11:07 | minute
2026-09-14 06:07:08 +8 | 2026-09-13T22:07 | second
2026-09-14 06:07:08+05:30 | 2026-09-14T00:37 | second
2026-09-14 09:00-11:00 | 2026-09-14T01:00 | minute
Mon Sep 14 2026 06:07:08 GMT+0800 (中国标准时间) | 2026-09-13T22:07 | second
Mon Sep 14 06:07:08 CST 2026 | 2026-09-13T22:07 | second
Mon Sep 14 06:07:08 +0800 2026 | 2026-09-13T22:07 | second
2026-09-14T06:07:08+08:00[Asia/Shanghai] | 2026-09-13T22:07 | second
2026-09-14 06:07 Asia/Tokyo | 2026-09-13T21:07 | minute
北京时间2026年9月14日 06:07 | 2026-09-13T22:07 | minute
2026年9月14日 06:07（美东时间） | 2026-09-14T10:07 | minute
2026-09-14 06:07 Beijing time | 2026-09-13T22:07 | minute
September 14, 2026 6:07 AM Eastern Daylight Time | 2026-09-14T10:07 | minute
Mon, 14 Sep 2026 06:07:08 JST | 2026-09-13T21:07 | second
2026-09-14 06:07:08 -0700 PDT | 2026-09-14T13:07 | second
"""
NAMES = """
周一, 14 9月 2026 16:07:08 +0800 | 2026-09-14T08:07 | second
星期一, 14 九月 2026 16:07:08 +0800 | 2026-09-14T08:07 | second
一, 14 9月 2026 16:07:08 +0800 | 2026-09-14T08:07 | second
週五, 28 十一月 2025 08:05:00 GMT | 2025-11-28T08:05 | second
九月 14, 2026 16:07 | 2026-09-14T08:07 | minute
lun., 14 sept. 2026 16:07:08 +0200 | 2026-09-14T14:07 | second
23 août 2026 16:07 | 2026-08-23T08:07 | minute
14 de septiembre de 2026 | 2026-09-13T16:00 | day
二〇二六年九月十四日 16:07 | 2026-09-14T08:07 | minute
2026年九月14日 | 2026-09-13T16:00 | day
九月十四日 | 2026-09-13T16:00 | day
2026-09-14（週一）16:07 | 2026-09-14T08:07 | minute
9月14號 16點07分 | 2026-09-14T08:07 | minute
2026-09-14 16時07分 | 2026-09-14T08:07 | minute
2026年元月14日 | 2026-01-13T16:00 | day
14 元月 2026 16:07 | 2026-01-14T08:07 | minute
"""
REPUBLIC = """
民國115年9月14日 | 2026-09-13T16:00 | day
中華民國 115 年 9 月 14 日 上午 10:20 | 2026-09-14T02:20 | minute
民國115/09/14 | 2026-09-13T16:00 | day
民國一百一十五年九月十四日 | 2026-09-13T16:00 | day
民國99年1月2日 | 2010-01-01T16:00 | day
115.09.14 | 2026-09-13T16:00 | day
115年9月14日 | 2026-09-13T16:00 | day
發布日期：115/09/14 | 2026-09-13T16:00 | day
115-09-14 16:07 | 2026-09-14T08:07 | minute
112/09/14 | 2023-09-13T16:00 | day
1150914 | 2026-09-13T16:00 | day
"""
HALVES = """
2026/9/14 上午 12:31:02 | 2026-09-13T16:31 | second
2026年9月14日 上午12:31 | 2026-09-13T16:31 | minute
2026/9/14 凌晨12:31 | 2026-09-13T16:31 | minute
2026/9/14 AM 12:31 | 2026-09-13T16:31 | minute
2026/9/14 下午 12:31 | 2026-09-14T04:31 | minute
2026/9/14 中午12:31 | 2026-09-14T04:31 | minute
2026/9/14 晚上12:31 | 2026-09-14T16:31 | minute
2026/9/14 深夜1:31 | 2026-09-13T17:31 | minute
2026/9/14 8:31:00 下午 | 2026-09-14T12:31 | second
9/14/2026, 8:31:00\u202fPM | 2026-09-14T12:31 | second
2026-09-14 24:00 | 2026-09-14T16:00 | minute
"""
TOLD = """
7 分鐘前 | 2026-09-18T03:53 | minute
4 小時前 | 2026-09-18T00:00 | minute
剛剛 | 2026-09-18T04:00 | minute
剛才 | 2026-09-18T04:00 | minute
週三 10:00 | 2026-09-16T02:00 | minute
禮拜三 | 2026-09-15T16:00 | day
上週五 | 2026-09-10T16:00 | day
三天前 | 2026-09-14T16:00 | day
兩小時前 | 2026-09-18T02:00 | minute
兩個月前 | 2026-07-19T16:00 | day
十五分钟前 | 2026-09-18T03:45 | minute
1小时30分钟前 | 2026-09-18T02:30 | minute
1个半小时前 | 2026-09-18T02:30 | minute
一刻钟前 | 2026-09-18T03:45 | minute
2 hours and 30 minutes ago | 2026-09-18T01:30 | minute
two hours ago | 2026-09-18T02:00 | minute
7m ago | 2026-09-18T03:53 | minute
昨晚 8:30 | 2026-09-17T12:30 | minute
今早 8:30 | 2026-09-18T00:30 | minute
數分鐘前 | 2026-09-18T03:57 | minute
几小时前 | 2026-09-18T01:00 | minute
"""
INTERFACES = """
1789344428 | 2026-09-14T00:07 | second
1789344428.25 | 2026-09-14T00:07 | second
1789344428123.0 | 2026-09-14T00:07 | second
1789344428123456 | 2026-09-14T00:07 | second
/Date(1789344428123+0800)/ | 2026-09-14T00:07 | second
2026 9 14 16 7 8 | 2026-09-14T08:07 | second
2026 9 14 16 7 | 2026-09-14T08:07 | minute
20260914160708 | 2026-09-14T08:07 | second
20260914160708123 | 2026-09-14T08:07 | second
202609141607 | 2026-09-14T08:07 | minute
2026091416 | 2026-09-14T08:00 | minute
20260914 16:07:08 | 2026-09-14T08:07 | second
20260914T160708+0800 | 2026-09-14T08:07 | second
2026-09-14T16:07:08,5+08:00 | 2026-09-14T08:07 | second
Mon, 14 Sep 26 16:07:08 +0800 | 2026-09-14T08:07 | second
Monday, 14-Sep-26 16:07:08 GMT | 2026-09-14T16:07 | second
14 Sep 26 | 2026-09-13T16:00 | day
26-09-14 16:07 | 2026-09-14T08:07 | minute
26-08-2016:07 | 2026-08-20T08:07 | minute
26-08-2016:07:09 | 2026-08-20T08:07 | second
26/09/14 | 2026-09-13T16:00 | day
9/14/26 16:07 | 2026-09-14T08:07 | minute
14.09.26 | 2026-09-13T16:00 | day
26年9月14日 | 2026-09-13T16:00 | day
"""


@pytest.mark.parametrize("row", [row for table in (ZONES, NAMES, REPUBLIC, HALVES, TOLD, INTERFACES) for row in table.strip().splitlines()])
def test_every_form_is_read(row: str) -> None:
    written, moment, precision = row.split(" | ")
    found = parse_date(written, now=NOW)
    assert found is not None
    assert (f"{found.moment:%Y-%m-%dT%H:%M}", found.precision) == (moment, precision)


@pytest.mark.parametrize(
    "written", ["115.9.14.7", "v1.2.26", "999年9月14日", "民國〇年九月十四日", "Sat, 30 Feb 2026 10:00:00 GMT", "12/34/26"]
)
def test_what_only_looks_like_a_date_is_none(written: str) -> None:
    assert parse_date(written, now=NOW) is None


@pytest.mark.parametrize(
    ("written", "zoned"),
    [
        ("2026-09-14 16:07", False),
        ("2026-09-14 16:07 GMT+8", True),
        ("1789344428", True),
        ("3小时前", True),
        ("昨天 10:00", False),
        ("北京时间 9月14日 16:07", True),
        ("2026-09-14 09:00-11:00", False),
    ],
)
def test_whether_a_moment_hangs_on_the_readers_zone(written: str, zoned: bool) -> None:
    found = parse_date(written, now=NOW)
    assert found is not None and found.zoned is zoned
