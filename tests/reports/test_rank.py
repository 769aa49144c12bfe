"""Which story comes first: one thing more that speaks for it, all else alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.rank import Standing, home_topic, in_order
from store.models import AdoptionFact
from store.news import News, Report, Told
from tests.store.rows import NOON

END = NOON + timedelta(days=5)
STANDING = Standing(end=END, weights={"deepseek": 2.0}, told_on=frozenset({7}))


def a_report(item_id: int, **values: Any) -> Report:
    plain: dict[str, Any] = {
        "item_id": item_id, "story_id": 1, "source_id": f"source-{item_id}", "title": "t", "language": "zh", "outlet": None,
        "relation": "first", "published_at": NOON, "first_seen_at": NOON, "tier": "media",
        "homepage": f"https://house-{item_id}.example/", "link": None,
        "score": 0.9, "source_name": "s",
    }  # fmt: skip
    return Report(**{**plain, **values})


def plain() -> News:
    return News(1, [a_report(10)], {"imaging": 1.0}, follows_id=7)


def stating() -> News:
    story = plain()
    row = AdoptionFact(
        item_id=10, evidence="", evidence_start=0, evidence_end=0, confidence=1, found_by="reader", recorded_at=NOON, adopter="a"
    )
    return replace(story, facts=[Told("adoption", row, story.lead, ("adoption:1",))])


@pytest.mark.parametrize(
    "better",
    [
        replace(plain(), reports=[a_report(10), a_report(11, relation="rewrite")]),  # a second independent source
        replace(plain(), reports=[a_report(10, tier="official")]),
        replace(plain(), reports=[a_report(10, published_at=NOON + timedelta(days=2))]),  # fresher
        replace(plain(), topics={"imaging": 1.0, "deepseek": 0.5}),  # a topic that weighs more
        replace(plain(), follows_id=None),  # follows nothing that an issue told
        stating(),
    ],
)
def test_what_speaks_for_a_story_puts_it_first(better: News) -> None:
    first, second = in_order([plain(), better], STANDING)
    assert (first is better, second is better) == (True, False)


def test_copies_and_outlets_of_one_house_are_no_further_source() -> None:
    copied = replace(
        plain(), story_id=2, reports=[a_report(9), a_report(11, relation="reprint"), a_report(12, homepage="https://a.house-9.example")]
    )
    later = replace(plain(), reports=[a_report(10, published_at=NOON + timedelta(hours=1))])
    assert in_order([copied, later], STANDING)[0] is later


def test_a_story_stands_under_the_topic_of_its_facts_then_its_best() -> None:
    order = ["imaging", "model_adoption", "deepseek"]
    both = {"imaging": 1.0, "model_adoption": 0.4}
    assert home_topic(replace(stating(), topics=both), order) == "model_adoption"
    assert home_topic(replace(plain(), topics=both), order) == "imaging"
    assert home_topic(replace(plain(), topics={"research": 1.0}), order) is None
    assert home_topic(replace(stating(), topics={}), order) == "model_adoption"
    assert home_topic(replace(plain(), topics={}), order) == "other"
