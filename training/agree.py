"""How far two readers of the same texts agree, the second blind: what no reader can be measured beyond.

    python -m training.agree [SHARED]

The second labels are in training/labels/second/. Prints event F1 by kind, how often both say the same of relevance, and F1 of topics.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .rows import Row, labelled_again
from .score import score


def main(shared: str = "../shared") -> None:
    """Print the agreement."""
    pairs = labelled_again(Path(shared))
    sys.stdout.write(f"{len(pairs)} texts labelled twice\n")
    for kind, count in score((first.events or [], second.events or []) for first, second in pairs).items():
        sys.stdout.write(f"{kind}: {count}\n")
    judged = [(first, second) for first, second in pairs if first.relevant and second.relevant]
    alike = sum(first.relevant == second.relevant for first, second in judged)
    sys.stdout.write(f"relevance: {alike} of {len(judged)} alike; topics F1 {topics_f1(judged):.3f}\n")


def topics_f1(pairs: Sequence[tuple[Row, Row]]) -> float:
    """Micro F1 of the topics that both give to texts that both hold for relevant; 1 where neither gives any."""
    both = [(set(first.topics or ()), set(second.topics or ())) for first, second in pairs if "no" not in (first.relevant, second.relevant)]
    given = sum(len(first) + len(second) for first, second in both)
    return 2 * sum(len(first & second) for first, second in both) / given if given else 1.0


if __name__ == "__main__":
    main(*sys.argv[1:])
