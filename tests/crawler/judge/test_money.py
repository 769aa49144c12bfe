"""Sums of money: own labelled sentences, and the published specification of Chinese currency expressions where it is at hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge.facts import Amount
from crawler.judge.money import find_amounts
from crawler.judge.money.numerals import parse_chinese

ROWS = [json.loads(line) for line in Path(__file__).with_name("money.jsonl").read_text(encoding="utf-8").splitlines()]
SPECIFICATION = Path(__file__).parents[4] / "shared" / "data" / "text" / "recognizers_zh_currency.json"


def _plain(amount: Amount) -> list[object]:
    bounds = [None if value is None else float(value) for value in (amount.low, amount.high)]
    return [amount.as_written, *bounds, amount.currency, amount.hedge]


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_labelled_sentence(row: dict[str, object]) -> None:
    assert [_plain(amount) for amount in find_amounts(str(row["text"]))] == row["amounts"]


def test_offsets_give_back_what_was_written() -> None:
    text = "Ａ公司完成近２亿元（约合US$28m）B轮融资，金额未披露。"
    for amount in find_amounts(text):
        assert text[amount.start : amount.end] == amount.as_written


def test_a_sum_in_words_has_the_hedge_before_it_wherever_it_stands() -> None:
    text = "In Shanghai last Friday the firm said it had raised nearly half a billion dollars for trials."
    (amount,) = find_amounts(text)
    assert _plain(amount) == ["nearly half a billion dollars", 5e8, 5e8, "USD", "under"]
    assert text[amount.start : amount.end] == amount.as_written


def test_many_without_a_currency_are_money_only_near_a_word_of_raising() -> None:
    far = "They raised a child in Wuhan. " + "The company they founded ten years later is at home in many towns. "
    assert find_amounts(f"{far}It serves tens of millions of people.") == []
    (amount,) = find_amounts(f"{far}It has raised tens of millions in a round.")
    assert _plain(amount) == ["tens of millions", 1e7, 1e8, None, "range"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("四十九兆九千亿", 49_900_000_000_000),
        ("1万亿", 10**12),
        ("两万五", 25_000),
        ("一点五亿", 150_000_000),
        ("二零二五", 2025),
        ("千万", 10**7),
    ],
)
def test_numerals(written: str, value: int) -> None:
    assert parse_chinese(written) == value


@pytest.mark.parametrize("written", ["", "点", "亿亿万点", "一点", "甲"])
def test_what_is_no_number(written: str) -> None:
    assert parse_chinese(written) is None or isinstance(parse_chinese(written), Decimal)


@given(st.text(alphabet="0123456789.,亿万千百十数几近约超余多元块毛分角美港币$¥RMB mbn-到+级 ", max_size=40))
def test_any_text_is_survived(text: str) -> None:
    previous = 0
    for amount in find_amounts(text):
        assert amount.start >= previous
        assert text[amount.start : amount.end] == amount.as_written
        assert amount.low is None or (amount.high is not None and amount.low <= amount.high)
        previous = amount.end


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the published specification is not at hand")
def test_published_currency_specification() -> None:
    right = total = 0
    for case in json.loads(SPECIFICATION.read_text(encoding="utf-8-sig")):
        expected = [r for r in case["Results"] if r["Resolution"].get("isoCurrency") and r["Resolution"].get("value")]
        if case["Results"] and not expected:
            continue
        found = find_amounts(case["Input"])
        total += 1
        right += all(any(_agrees(result, amount) for amount in found) for result in expected) if expected else not found
    assert right / total >= 0.95


def _agrees(result: dict[str, object], amount: Amount) -> bool:
    resolution = result["Resolution"]
    assert isinstance(resolution, dict)
    value = float(resolution["value"])
    near = amount.low is not None and abs(float(amount.low) - value) <= 1e-6 * value
    return near and amount.currency == resolution["isoCurrency"] and str(result["Text"]).strip()[-1] in amount.as_written
