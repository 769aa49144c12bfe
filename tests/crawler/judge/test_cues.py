"""Which texts the encoder reads at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.judge.reader.cues import may_tell, words
from store.text import fold

HELD = sorted((Path(__file__).parents[3] / "training" / "texts").glob("held_*.jsonl"))


def test_words_are_pairs_and_single_characters_beginnings_of_latin_words_and_a_number() -> None:
    assert words("医院 transplantation 2025") == {"医", "院", "医院", "transpl ", "0"}
    assert words("") == words("，。!") == set()


@pytest.mark.parametrize(
    "text",
    [
        "云桥医疗完成2亿元B轮融资",
        "Larkspur pockets $40M to push its migraine patch",
        "康汇连锁：全年归母净利增逾四成",
        "国家药监局批准一款创新药上市",
    ],
)
def test_a_fact_is_looked_for_where_words_speak_for_one(text: str) -> None:
    assert may_tell(fold(text))
    assert may_tell(fold("今天多云，气温二十度。\n" + text))


@pytest.mark.parametrize("text", ["", "今天多云，气温二十度，游人如织。", "The match ended in a draw after extra time."])
def test_no_fact_is_looked_for_elsewhere(text: str) -> None:
    assert not may_tell(fold(text))


def test_nearly_all_facts_of_texts_held_apart_are_looked_for() -> None:
    facts = missed = 0
    for row in (json.loads(line) for path in HELD for line in path.read_text(encoding="utf-8").splitlines()):
        told = sum(not event.get("background") for event in row["events"])
        facts += told
        missed += told * (not may_tell(fold(f"{row['title']}\n{row['text']}" if row["title"] else row["text"])))
    assert facts > 1000
    assert missed <= 0.02 * facts
