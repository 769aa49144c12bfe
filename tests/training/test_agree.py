"""Two readers of the same texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.agree import topics_f1
from training.rows import Row, labelled_again, text_hash
from training.score import ALL, score


def row(relevant: str, *topics: str) -> Row:
    return Row(id="a", title="", text="一句话", relevant=relevant, topics=list(topics), events=[], story="a", of="own")


@pytest.mark.parametrize(
    ("first", "second", "f1"),
    [
        (row("yes", "imaging", "market"), row("partial", "imaging"), 2 / 3),
        (row("yes"), row("yes"), 1.0),
        (row("yes", "imaging"), row("no"), 1.0),
        (row("yes", "imaging"), row("yes", "market"), 0.0),
    ],
)
def test_topics_are_held_against_each_other_where_both_hold_a_text_for_relevant(first: Row, second: Row, f1: float) -> None:
    assert topics_f1([(first, second)]) == pytest.approx(f1)


def test_two_readers_agree_on_the_own_texts_that_both_labelled(tmp_path: Path) -> None:
    pairs = labelled_again(tmp_path)
    assert len(pairs) > 100
    assert all(text_hash(first.full) == text_hash(second.full) for first, second in pairs)
    agreed = score((first.events or [], second.events or []) for first, second in pairs)[ALL]
    assert agreed.wanted > 100
    assert 0.85 <= agreed.f1 < 1.0, agreed
