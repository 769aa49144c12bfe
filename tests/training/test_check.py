"""What is wrong with labelled texts is named; the own texts are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training.check import common_runs, label_faults, shared_runs, worth
from training.rows import TEXTS, read_jsonl

SHARED = Path(__file__).parents[3] / "shared"
RIGHT: dict[str, Any] = {
    "id": "a1", "title": "云桥医疗完成B轮融资", "text": "云桥医疗完成2亿元B轮融资，松谷资本领投。", "relevant": "no",
    "topics": [], "story": "a",
    "events": [
        {"type": "funding", "company": "云桥医疗", "amount": "2亿元", "round": "B轮", "investors": ["松谷资本"], "lead": ["松谷资本"],
         "stage": "done", "kind": "venture", "background": False},
    ],
}  # fmt: skip


def own() -> list[dict[str, Any]]:
    return [row for path in sorted(TEXTS.glob("*.jsonl")) for row in read_jsonl(path)]


def test_own_texts_are_labelled_right() -> None:
    assert list(label_faults(own())) == []


def test_there_are_as_many_own_texts_as_the_card_says_at_least() -> None:
    rows = own()
    assert len(rows) >= 1500
    assert sum(any(event["type"] == "adoption" for event in row["events"]) for row in rows) >= 500
    assert sum(any(event["type"] == "results" for event in row["events"]) for row in rows) >= 60


@pytest.mark.skipif(not (SHARED / "data" / "facts").is_dir(), reason="the shared folder is not beside the repository")
def test_own_texts_have_no_long_run_in_common_with_the_shared_ones() -> None:
    assert common_runs(own(), shared_runs(SHARED)) == []


def event(**change: Any) -> dict[str, Any]:
    return RIGHT | {"events": [{**RIGHT["events"][0], **change}]}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (RIGHT | {"colour": "red"}, "keys"),
        ({key: value for key, value in RIGHT.items() if key != "story"}, "keys"),
        (RIGHT | {"relevant": "maybe"}, "relevant: maybe"),
        (RIGHT | {"topics": ["dental"]}, "dental"),
        (event(type="wedding"), "no kind of fact: wedding"),
        (event(bride="云桥"), "unknown field bride"),
        (event(stage="soon"), "stage: soon"),
        (event(company="青禾生物"), "company does not stand in the text: 青禾生物"),
        (event(investors=["松谷资本", "远山资本"]), "investors does not stand in the text: 远山资本"),
        (event(lead=["远山资本"]), "lead does not stand in the text: 远山资本"),
    ],
)
def test_a_wrong_label_is_named(row: dict[str, Any], fault: str) -> None:
    (said,) = label_faults([row])
    assert said.startswith("a1: ")
    assert fault in said


def test_right_labels_and_an_id_given_twice() -> None:
    assert list(label_faults([RIGHT])) == []
    assert list(label_faults([RIGHT, RIGHT])) == ["a1: the id stands twice"]


def runs_of(text: str) -> set[str]:
    return {text[i : i + 13] for i in range(len(text) - 12)}


def test_a_run_in_common_is_named_but_for_names_and_stock_phrases() -> None:
    other = "昨天下午湖面上的风很大但是渡船照常开到了对岸去"
    row = RIGHT | {"text": f"{RIGHT['text']}记者写道：{other}。"}
    assert common_runs([row], runs_of(other)) == [f"a1: in common with the shared texts: {other}"]
    assert common_runs([RIGHT | {"text": other, "events": [{"type": "policy", "title": other}]}], runs_of(other)) == []
    stock = "公司于近日收到美国食品药品监督管理局函"
    assert common_runs([RIGHT | {"text": stock}], runs_of(stock)) == []


def test_three_latin_letters_count_as_one_character() -> None:
    assert worth("DeepSeek接入") == pytest.approx(8 / 3 + 2)
    assert common_runs([RIGHT | {"text": "artificialintelligence"}], runs_of("artificialintelligence")) == []
