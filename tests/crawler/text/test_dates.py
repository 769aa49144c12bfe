"""Dates as list pages, feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.dates import parse_date

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # a Sunday, 16:00 in China


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2026年07月13日 16:58", "2026-07-13T16:58", "minute"),
        ("(2026-05-11)", "2026-05-11T00:00", "day"),
        ("[2026-05-11]", "2026-05-11T00:00", "day"),
        ("14 2026.07", "2026-07-14T00:00", "day"),
        ("142026.07", "2026-07-14T00:00", "day"),
        ("2026-09-10-17:05:00", "2026-09-10T17:05", "second"),
        ("2026/9/3", "2026-09-03T00:00", "day"),
        ("1784375308", "2026-07-18T19:48", "second"),
        ("1784375308000", "2026-07-18T19:48", "second"),
        ("3小时前", "2026-11-22T13:00", "minute"),
        ("3 小时前", "2026-11-22T13:00", "minute"),
        ("半小时前", "2026-11-22T15:30", "minute"),
        ("2 天前", "2026-11-20T00:00", "day"),
        ("昨日", "2026-11-21T00:00", "day"),
        ("昨天 18:20", "2026-11-21T18:20", "minute"),
        ("上周五", "2026-11-13T00:00", "day"),
        ("11月20日 08:30", "2026-11-20T08:30", "minute"),
        ("12月20日 08:30", "2025-12-20T08:30", "minute"),
        ("08:30", "2026-11-22T08:30", "minute"),
        ("23:30", "2026-11-21T23:30", "minute"),
        ("Sat, 3 Oct 2026 12:53:46", "2026-10-03T12:53", "second"),
        ("Sat, 03 Oct 2026 12:53:46 GMT", "2026-10-03T20:53", "second"),
        ("2026-10-03T12:53:46.123Z", "2026-10-03T20:53", "second"),
        ("Mon Oct 05 12:00:00 +0800 2026", "2026-10-05T12:00", "second"),
        ("2026年9月3日下午3点20分", "2026-09-03T15:20", "minute"),
        ("二〇二六年七月十三日", "2026-07-13T00:00", "day"),
        ("２０２６年７月３日", "2026-07-03T00:00", "day"),
        ("20260703121314", "2026-07-03T12:13", "second"),
        ("2026-07-0310:20", "2026-07-03T10:20", "minute"),
        ("18-03-0823:16", "2018-03-08T23:16", "minute"),
        ("发布时间：2026-07-15", "2026-07-15T00:00", "day"),
        ("October 3rd, 2026", "2026-10-03T00:00", "day"),
        ("3 October 2026 at 10:05 am EST", "2026-10-03T23:05", "minute"),
    ],
)
def test_forms(text: str, expected: str, precision: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is not None
    assert (found.moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"), found.precision) == (expected, precision)
    assert found.moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "n/a", "1994-01-01", "2027-01-01", "2026-02-30", "1.5亿元", "第20-30页", "明天见", "99:99", "32/13/2026"]
)
def test_what_nobody_can_trust_is_none(text: str) -> None:
    assert parse_date(text, now=NOW) is None


def test_options() -> None:
    day_first = parse_date("03/10/2026 16:30", now=NOW, day_first=True)
    assert day_first is not None and day_first.moment == datetime(2026, 10, 3, 8, 30, tzinfo=UTC)
    month_first = parse_date("03/10/2026 16:30", now=NOW)
    assert month_first is not None and month_first.moment == datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
    abroad = parse_date("2026-07-01 12:00", now=NOW, timezone="America/New_York")
    assert abroad is not None and abroad.moment == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
    formatted = parse_date("07.03.26", now=NOW, date_format="%d.%m.%y")
    assert formatted is not None and formatted.moment == datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert parse_date("2026-07-01", now=NOW, timezone="No/Where") is not None


@given(st.text(max_size=120), st.booleans())
def test_any_text(text: str, day_first: bool) -> None:
    found = parse_date(text, now=NOW, day_first=day_first)
    assert found is None or datetime(1994, 12, 31, tzinfo=UTC) < found.moment <= NOW + timedelta(days=1)


@given(st.datetimes(min_value=datetime(1995, 1, 2), max_value=datetime(2026, 11, 21)))  # noqa: DTZ001 written without zone on purpose
def test_written_moments_are_read_back(moment: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y年%m月%d日%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S"):
        found = parse_date(moment.strftime(form), now=NOW)
        assert found is not None and found.moment == moment.replace(microsecond=0, tzinfo=CHINA)
