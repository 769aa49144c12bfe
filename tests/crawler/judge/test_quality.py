"""Floors under numbers of judging on the shared gold that the reader was not trained on. Skipped where the shared folder is not there.

The shared texts with labels of relevance and events are learnt from, so that a floor on them would say nothing: folds of training
measure those (docs/reader.md). What is left are the sums of money, read by a grammar.
"""

from __future__ import annotations

import pytest

from benchmarks.judge import amount_lines, shared_folder
from crawler.judge.judging import Judge

SHARED = shared_folder()

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / "data" / "text").is_dir(), reason="the shared folder with gold texts is not beside the repository"),
]


def test_amounts_of_the_specification() -> None:
    ((_, _, right, _),) = amount_lines(Judge(), SHARED)
    assert right >= 0.92
