"""Events told thinly in two languages, beside look-alikes that other facts tell apart: products, partners, numbers of documents, models."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from crawler.group.grouping import group_texts
from crawler.group.profile import Profile, profile
from crawler.judge.document import Document
from crawler.judge.judging import Judge
from crawler.judge.knowledge import load_knowledge

from .outlets import Told, read_known, read_told

TEXTS = read_told("excerpts.txt")


@pytest.fixture(scope="module")
def seen() -> list[Profile]:
    """All texts as grouping sees them, in the order of the file."""
    judge = Judge(load_knowledge(read_known("excerpts.txt")))

    def one(text: Told) -> Profile:
        judgement = judge.judge(Document(text.id, text.title, text.text), deep=True)
        return profile(text.id, text.title, text.text, judgement, day=date.fromisoformat(text.day) if text.day else None)

    return list(map(one, TEXTS))


@pytest.fixture(scope="module")
def story_of(seen: list[Profile]) -> dict[str, str]:
    """The story of every text by its id."""
    return {one.text.id: one.story for one in group_texts(seen)}


def test_the_set_is_whole() -> None:
    told = Counter(text.event for text in TEXTS if text.kind == "told")
    assert len(told) == 16
    assert set(told.values()) <= {3, 4, 5}
    assert sum(text.kind != "told" for text in TEXTS) == 29


def test_one_event_is_one_story_in_either_language(story_of: dict[str, str]) -> None:
    gold = {(a.id, b.id) for a, b in combinations(TEXTS, 2) if a.kind == b.kind == "told" and a.event == b.event}
    found = {(a.id, b.id) for a, b in combinations(TEXTS, 2) if story_of[a.id] == story_of[b.id]}
    assert 2 * len(gold & found) / (len(gold) + len(found)) >= 0.85


def test_what_other_facts_tell_apart_is_in_no_story_of_others(story_of: dict[str, str]) -> None:
    told = {story_of[text.id] for text in TEXTS if text.kind == "told"}
    assert sum(story_of[text.id] in told for text in TEXTS if text.kind != "told") <= 4
