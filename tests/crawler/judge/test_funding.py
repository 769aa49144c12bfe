"""Funding rounds, listing steps and acquisitions: own labelled texts row by row, and floors on the real ones where they are at hand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.judge.document import Document, Reading
from crawler.judge.facts import Found, Funding, as_json
from crawler.judge.funding import find_funding
from crawler.judge.knowledge import load_knowledge
from crawler.judge.names import Names

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("funding.jsonl").read_text(encoding="utf-8").splitlines()
]
SHARED = Path(__file__).parents[4] / "shared"


@cache
def _names() -> Names:
    return Names(load_knowledge())


def _find(row: dict[str, Any]) -> Found:
    published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    if published is not None and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    return find_funding(Reading(Document(str(row["id"]), row.get("title") or "", row.get("text") or "", published=published), _names()))


def _funding(facts: list[Any]) -> list[Funding]:
    return [fact for fact in facts if isinstance(fact, Funding)]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_labelled_text(row: dict[str, Any]) -> None:
    found = _find(row)
    got = _funding(found.facts)
    assert sorted(_head(e) for e in row["events"]) == sorted((f.type, f.company.as_written) for f in got)
    for event in row["events"]:
        (fact,) = [f for f in got if (f.type, f.company.as_written) == _head(event) and f.background == event.get("background", False)]
        _agree(event, fact)
    assert [f.company.as_written for f in _funding(found.denied)] == row.get("denied", [])


def _head(event: dict[str, Any]) -> tuple[str, str]:
    return event["type"], event["company"]


def _agree(event: dict[str, Any], fact: Funding) -> None:
    amount = fact.amount
    plain = None
    if amount is not None:
        bounds = [None if v is None else float(v) for v in (amount.low, amount.high)]
        plain = [*bounds, amount.currency, amount.hedge]
    assert plain == event.get("amount")
    assert fact.round == event.get("round")
    assert {i.name for i in fact.investors} == set(event.get("investors", []))
    assert {i.name for i in fact.investors if i.lead} == set(event.get("lead", []))
    assert fact.stage == event.get("stage", fact.stage)
    assert fact.kind == event.get("kind", fact.kind)
    if "valuation" in event:
        assert fact.valuation is not None and fact.valuation.low == event["valuation"]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_fact_quotes_its_sentence(row: dict[str, Any]) -> None:
    full = Document(str(row["id"]), row.get("title") or "", row["text"]).full
    for fact in _funding(_find(row).facts):
        assert full[fact.evidence.start : fact.evidence.end] == fact.evidence.text
        for amount in (fact.amount, fact.valuation):
            assert amount is None or full[amount.start : amount.end] == amount.as_written


def test_a_past_round_is_dated_and_marked() -> None:
    row = next(row for row in ROWS if row["id"] == "zh11")
    new, old = _funding(_find(row).facts)
    assert (new.background, new.announced_on) == (False, date(2025, 3, 10))
    assert (old.background, old.announced_on) == (True, date(2022, 6, 1))


def test_text_without_finance_is_not_read() -> None:
    reading = Reading(Document("1", "天气", "今天多云，气温二十度。"), _names())
    assert find_funding(reading) == Found([], [])
    assert "sentences" not in reading.__dict__


@pytest.mark.parametrize(
    "text", ["融资", "获融资。", "(融资", "完成A轮", "raised", "raised $", "led by", "收购", "IPO", "「」完成融资", "，，，完成融资，，，"]
)
def test_fragments_give_no_company(text: str) -> None:
    assert find_funding(Reading(Document("1", "", text), _names())).facts == []


def _score(tmp_path: Path, name: str, kind: str) -> dict[str, Any]:
    gold = SHARED / "data" / "facts" / name
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row.get("published") and not re.match(r"\d{4}-\d\d-\d\d", row["published"]):
            row["published"] = None
    predicted = tmp_path / name
    lines = [json.dumps({"id": row["id"], "events": [as_json(f) for f in _find(row).facts]}, ensure_ascii=False) for row in rows]
    predicted.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(SHARED / "score" / "events.py"), str(gold), str(predicted), "--type", kind]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


@pytest.mark.skipif(not SHARED.exists(), reason="the real texts are not at hand")
@pytest.mark.parametrize(
    ("name", "kind", "floors"),
    [
        ("funding_health.jsonl", "funding", {"event": 0.95, "amount": 0.95, "hedge": 0.95, "round": 0.95, "investor": 0.92, "lead": 0.92}),
        ("funding_health.jsonl", "ipo", {"event": 0.90, "amount": 0.85, "hedge": 0.88}),
        ("funding_36kr.jsonl", "funding", {"event": 0.90, "amount": 0.88, "hedge": 0.88, "round": 0.90, "investor": 0.85, "lead": 0.80}),
    ],
)
def test_floor_on_real_texts(tmp_path: Path, name: str, kind: str, floors: dict[str, float]) -> None:
    score = _score(tmp_path, name, kind)
    for field, floor in floors.items():
        assert score[f"{field}_f1"] >= floor, (field, score)
    assert score["of_these_with_a_false_one"] <= 1


@pytest.mark.skipif(not SHARED.exists(), reason="the real texts are not at hand")
def test_few_false_rounds_in_business_news(tmp_path: Path) -> None:
    assert len(_score(tmp_path, "fewfc_other.jsonl", "funding")["false"]) <= 4
