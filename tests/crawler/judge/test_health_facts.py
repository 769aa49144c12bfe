"""Approvals, partnerships, policies, launches and results: own labelled texts row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.judge.approvals import find_approvals
from crawler.judge.document import Document, Reading
from crawler.judge.facts import Approval, Fact, Found, Policy, as_json
from crawler.judge.knowledge import load_knowledge
from crawler.judge.launches import find_launches
from crawler.judge.names import Names
from crawler.judge.partnerships import find_partnerships
from crawler.judge.policies import find_policies
from crawler.judge.results import find_results

FINDERS: dict[str, Callable[[Reading], Found]] = {
    "approvals": find_approvals,
    "partnerships": find_partnerships,
    "policies": find_policies,
    "launches": find_launches,
    "results": find_results,
}


def _rows(kind: str) -> list[dict[str, Any]]:
    lines = Path(__file__).with_name(f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


CASES = [pytest.param(kind, row, id=f"{kind}-{row['id']}") for kind in FINDERS for row in _rows(kind)]


@cache
def _names() -> Names:
    return Names(load_knowledge())


def _reading(text: str, published: str | None = None) -> Reading:
    day = datetime.fromisoformat(published).replace(tzinfo=ZoneInfo("Asia/Shanghai")) if published else None
    return Reading(Document("x", "", text, published=day), _names())


def _flat(fact: Fact) -> dict[str, Any]:
    """A fact with names and sums as plain values, so that a label need give only the fields it is about."""
    out: dict[str, Any] = {}
    for key, value in as_json(fact).items():
        if key == "amount" and value:
            out |= {"amount": value["low"], "low": value["low"]}
        elif key == "parties":
            out[key] = [party["as_written"] for party in value]
        else:
            out[key] = value["as_written"] if isinstance(value, dict) and "as_written" in value else value
    return out


def _same(wanted: list[dict[str, Any]], facts: list[Fact]) -> bool:
    got = [_flat(fact) for fact in facts]
    return len(got) == len(wanted) and all(any(all(g.get(k) == v for k, v in w.items()) for g in got) for w in wanted)


@pytest.mark.parametrize(("kind", "row"), CASES)
def test_labelled_text(kind: str, row: dict[str, Any]) -> None:
    reading = _reading(row["text"], row.get("published"))
    found = FINDERS[kind](reading)
    assert _same(row["events"], found.facts), [_flat(f) for f in found.facts]
    assert _same(row.get("denied", []), found.denied), [_flat(f) for f in found.denied]
    for fact in [*found.facts, *found.denied]:
        assert reading.full[fact.evidence.start : fact.evidence.end] == fact.evidence.text


def test_an_approval_told_twice_is_one_fact() -> None:
    text = "明眸医疗的眼底分析软件获国家药监局批准。明眸医疗获得的第三类医疗器械注册证编号为国械注准20253210456。"
    (fact,) = find_approvals(_reading(text)).facts
    assert isinstance(fact, Approval)
    assert (fact.number, fact.device_class) == ("国械注准20253210456", "III")


def test_a_policy_takes_effect_by_a_later_sentence() -> None:
    text = "国家药监局发布《人工智能医疗器械生产质量管理规范》。该规范自2026年5月1日起施行。"
    (fact,) = find_policies(_reading(text, "2025-11-03")).facts
    assert isinstance(fact, Policy)
    assert (fact.effect_on, fact.announced_on) == (date(2026, 5, 1), date(2025, 11, 3))


@pytest.mark.parametrize("kind", FINDERS)
@pytest.mark.parametrize("text", ["", "《", "获批" * 2000, "医疗签署合作协议" * 300, "营收" * 500 + "1亿元", "FDA 510(k) " * 300])
def test_hostile_text_ends_quietly(kind: str, text: str) -> None:
    assert FINDERS[kind](_reading(text)).denied == []
