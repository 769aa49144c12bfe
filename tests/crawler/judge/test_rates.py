"""Yuan and dollars at the European Central Bank's reference rate of the day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crawler.fetching.rows import fact_rows
from crawler.judge.facts import Amount, Evidence, Funding, Judgement, Party
from crawler.judge.money import find_amounts
from crawler.judge.money.rates import convert
from store.models import FundingFact


def _amount(text: str) -> Amount:
    (amount,) = find_amounts(text)
    return amount


def test_yuan_to_dollars_by_the_cross_rate_of_the_day() -> None:
    converted = convert(_amount("1亿元"), date(2025, 3, 20))
    assert converted is not None
    assert converted.cny_low == converted.cny_high == Decimal("100000000.00")
    assert abs(converted.usd_low - Decimal("13803340.94")) < 1
    assert converted.rate_on == date(2025, 3, 20)
    assert "European Central Bank" in converted.rate_source


def test_a_weekend_takes_the_nearest_earlier_day() -> None:
    converted = convert(_amount("1亿美元"), date(2025, 3, 22))
    assert converted is not None
    assert converted.rate_on == date(2025, 3, 21)
    assert converted.usd_low == Decimal("100000000.00")


def test_both_bounds_of_a_range() -> None:
    converted = convert(_amount("1亿-2亿港元"), date(2025, 3, 20))
    assert converted is not None
    assert abs(converted.cny_high - 2 * converted.cny_low) <= Decimal("0.01")


def test_euros_need_no_rate_of_their_own() -> None:
    converted = convert(_amount("€1,000"), date(2025, 3, 20))
    assert converted is not None and Decimal(1000) < converted.usd_low < Decimal(1200)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("金额未披露", date(2025, 3, 20)),
        ("融资2000万", date(2025, 3, 20)),
        ("新台币3亿元", date(2025, 3, 20)),
        ("1亿元", date(1990, 1, 1)),
        ("2亿卢布", date(2025, 3, 20)),
    ],
    ids=["undisclosed", "no currency", "not listed", "before the euro", "no longer listed"],
)
def test_no_rate_no_figure(text: str, day: date) -> None:
    assert convert(_amount(text), day) is None


def test_the_day_of_the_rate_is_that_of_shanghai() -> None:
    text = "某影像公司完成1亿美元B轮融资。"
    round_ = Funding(type="funding", evidence=Evidence(text, 0, len(text)), company=Party(None, "某影像公司"), amount=_amount("1亿美元"))
    # Half past seven on Friday morning in Shanghai is still Thursday in UTC.
    published = datetime(2025, 3, 20, 23, 30, tzinfo=UTC)
    [row] = fact_rows(1, Judgement(id="1", language="zh", relevant=True, score=1.0, events=(round_,)), published=published, now=published)
    assert isinstance(row, FundingFact) and row.rate_on == date(2025, 3, 21)
