"""Folds by story; own texts held apart whatever else is at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from training.folds import stories
from training.prepare import FOLDS, HELD, prepared, read, write
from training.rows import Row

SHARED = Path(__file__).parents[3] / "shared"


def a_row(id: str, text: str, **more: object) -> Row:
    return replace(Row(id, "", text, None, None, [], f"s{id}", "own"), **more)


def test_rows_of_one_story_a_company_and_its_amount_or_a_long_run_stay_together() -> None:
    deal = {"type": "funding", "company": "云桥医疗", "amount": "2亿元"}
    told = "昨天下午湖面上的风很大但是渡船照常开到了对岸去接上了等在那里的人们回到镇上已经很晚"
    rows = [
        a_row("a", "一则消息，说的是湖", story="lake"),
        a_row("b", "另一则消息，说的也是湖", story="lake"),
        a_row("c", "云桥医疗融了资", events=[deal]),
        a_row("d", "两亿元归云桥医疗", events=[deal]),
        a_row("e", f"转载：{told}"),
        a_row("f", f"{told}（完）"),
        a_row("g", "与谁都无关的话"),
    ]
    named = stories(rows)
    assert named["a"] == named["b"]
    assert named["c"] == named["d"]
    assert named["e"] == named["f"]
    assert len({named[id] for id in "aceg"}) == 4


def test_folds_are_the_same_every_time_and_come_back_from_a_file(tmp_path: Path) -> None:
    rows = prepared(None)
    assert [(row.id, fold) for row, fold in rows] == [(row.id, fold) for row, fold in prepared(None)]
    assert {fold for _, fold in rows} == {HELD, *range(FOLDS)}
    write(tmp_path / "rows.jsonl", rows[:50])
    assert read(tmp_path / "rows.jsonl") == rows[:50]


@pytest.mark.skipif(not (SHARED / "data" / "facts").is_dir(), reason="the shared folder is not beside the repository")
def test_nearly_all_that_is_held_without_the_shared_texts_is_held_beside_them() -> None:
    """A held text that tells the story of a shared one is learnt from where that is at hand."""
    alone, beside = ({row.id for row, fold in prepared(shared) if fold == HELD} for shared in (None, SHARED))
    assert len(alone & beside) >= 0.9 * len(alone)
