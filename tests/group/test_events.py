"""The grouping of sixty events, each told five ways and copied, held against what it is meant to reach."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from crawler.group.grouping import group_texts
from crawler.group.profile import Profile, profile
from crawler.judge.document import Document
from crawler.judge.judging import Judge

from .events import Text, read_events, reprint

SAME = ("first", "reprint", "rewrite", "translation")


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return [copy for text in read_events() for copy in ([text, reprint(text)] if text.kind == "first" else [text])]


@pytest.fixture(scope="module")
def grouped(texts: list[Text]) -> dict[str, tuple[str, str]]:
    """Story and relation of every text by its id, grouped in the order of their days."""
    judge = Judge()

    def seen(text: Text) -> Profile:
        judgement = judge.judge(Document(text.id, text.title, text.text), deep=True)
        return profile(text.id, text.title, text.text, judgement, day=date.fromisoformat(text.day))

    ordered = sorted(texts, key=lambda text: text.day)
    return {one.text.id: (one.story, one.relation) for one in group_texts(seen(text) for text in ordered)}


def test_the_set_is_whole(texts: list[Text]) -> None:
    assert len(texts) == 60 * 6
    assert len({text.id for text in texts}) == len(texts)


def test_one_event_is_one_story(texts: list[Text], grouped: dict[str, tuple[str, str]]) -> None:
    def pairs(names: dict[str, object]) -> set[tuple[str, str]]:
        return {(a, b) for a, b in combinations(sorted(names), 2) if names[a] == names[b]}

    gold = pairs({text.id: text.event if text.kind in SAME else text.id for text in texts})
    found = pairs({name: story for name, (story, _) in grouped.items()})
    assert 2 * len(gold & found) / (len(gold) + len(found)) >= 0.9


def test_a_copy_is_in_the_story_of_its_original(grouped: dict[str, tuple[str, str]]) -> None:
    copies = [grouped[f"{event:02}-reprint"] for event in range(1, 61)]
    together = sum(grouped[f"{event:02}-reprint"][0] == grouped[f"{event:02}-first"][0] for event in range(1, 61))
    assert together == 60
    assert sum(relation == "reprint" for _, relation in copies) >= 54


def test_a_next_step_is_a_story_of_its_own(grouped: dict[str, tuple[str, str]]) -> None:
    apart = sum(grouped[f"{event:02}-follow_up"][0] not in {grouped[f"{event:02}-{kind}"][0] for kind in SAME} for event in range(1, 61))
    assert apart >= 54


def test_what_only_looks_alike_stays_apart(grouped: dict[str, tuple[str, str]]) -> None:
    merged = sum(grouped[f"{event:02}-look_alike"][0] in {grouped[f"{event:02}-{kind}"][0] for kind in SAME} for event in range(1, 61))
    assert merged <= 3
