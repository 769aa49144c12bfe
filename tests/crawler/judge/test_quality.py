"""Floors under every number of judging, over the shared gold. Skipped where the shared folder is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.judge import amount_lines, analyse_rows, by_id, load_scorer, read_rows, shared_folder
from crawler.judge.judging import Judge

SHARED = shared_folder()
FACTS = SHARED / "data" / "facts"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FACTS.is_dir(), reason="the shared folder with gold texts is not beside the repository"),
]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    yield Judge()


def scored(judge: Judge, name: str, kind: str | None = None) -> dict[str, Any]:
    gold = read_rows(FACTS / f"{name}.jsonl")
    said = analyse_rows(judge, gold)
    if kind is None:
        result: dict[str, Any] = load_scorer(SHARED, "relevance").score(by_id(gold), said)
        result["kept_no"] = sum(said[str(row["id"])]["relevant"] for row in gold if row["relevant"] == "no")
        return result
    return dict(load_scorer(SHARED, "events").score(by_id(gold), said, kind))


def test_relevance_in_general_news(judge: Judge) -> None:
    score = scored(judge, "relevance")
    assert score["recall"] >= 7 / 8
    assert score["kept_no"] <= 4


def test_relevance_and_topics_in_the_field(judge: Judge) -> None:
    score = scored(judge, "domain")
    assert score["recall"] >= 0.95
    assert score["kept_no"] <= 3
    assert score["topic_micro_f1"] >= 0.8


FUNDING = {"event": 0.85, "amount": 0.88, "hedge": 0.85, "round": 0.90, "investor": 0.78, "lead": 0.75}


@pytest.mark.parametrize(
    ("name", "kind", "floors"),
    [
        ("funding_health", "funding", FUNDING),
        ("funding_36kr", "funding", FUNDING),
        ("funding_health", "ipo", {"event": 0.85, "hedge": 0.85}),
        ("adoption", "adoption", {"event": 0.82, "stage": 0.75}),
    ],
)
def test_events(judge: Judge, name: str, kind: str, floors: dict[str, float]) -> None:
    score = scored(judge, name, kind)
    for field, floor in floors.items():
        assert score[f"{field}_f1"] >= floor, field
    assert score["of_these_with_a_false_one"] <= 2


def test_business_without_investment_has_no_rounds(judge: Judge) -> None:
    said = analyse_rows(judge, read_rows(FACTS / "fewfc_other.jsonl"))
    assert sum(any(event["type"] == "funding" for event in row["events"]) for row in said.values()) <= 4


def test_amounts_of_the_specification(judge: Judge) -> None:
    ((_, _, right, _),) = amount_lines(judge, SHARED)
    assert right >= 0.92
