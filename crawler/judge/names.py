"""Names of the catalogue in a text: one Aho-Corasick pass over folded text, then boundaries and context rules.

Names outside the catalogue are the trained reader's (crawler/judge/reader). Offsets count in the text as given; folding keeps length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ahocorasick

from store.text import fold

from .facts import Mention
from .knowledge import AiModel, Ambiguity, Knowledge, Organisation

# What may follow a model's name as its version, in folded text: "-r1", " v3.1", "2.5-72b", " pro", "(671b)", "满血版".
_STEP = (
    r"(?:[vrkmx]?\d+(?:\.\d+)*[a-z]?(?![a-z0-9])|\d+(?:\.\d+)?[bm](?![a-z0-9])|[0-9]+o(?![a-z0-9])|"
    r"(?<=[\s\-_·])(?:pro|max|plus|turbo|ultra|mini|lite|flash|preview|coder|math|vl|omni|chat|instruct|distill|zero|opus|sonnet|haiku|thinking|med)(?![a-z]))"
)
_VERSIONS = rf"(?:[\s\-_·]?{_STEP}){{1,4}}(?:[\s\-]?(?:满血版|蒸馏版|专业版|旗舰版))?|[\s\-]?(?:满血版|蒸馏版)"
_NEAR = 40

# A hospital's short name does not count where the text goes on to the left: 厦门市中山医院, 附属同济医院, 第二人民医院.
_GLUED_LEFT = re.compile(r"(?:[省市区县州盟旗镇]|附属|大学|学院|医大|医科大|医学院|第[一二三四五六七八九十]+|分)$")


@dataclass(frozen=True, slots=True)
class _Rule:
    """An `Ambiguity` with its words folded once."""

    near: tuple[str, ...]
    text: tuple[str, ...]
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of one entry, ready to match."""

    entry: Organisation | AiModel
    text: str
    length: int
    latin_start: bool
    latin_end: bool
    exact_case: bool
    rule: _Rule | None
    versions: re.Pattern[str] | None
    hospital_short: bool


class Names:
    """Finds the names of a catalogue in texts. Built once per catalogue; safe to share between threads."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        found: dict[str, list[_Name]] = {}
        entries: list[Organisation | AiModel] = [*knowledge.models.values(), *knowledge.organisations.values()]
        for entry in entries:
            for name in entry.names():
                for spelling in _spellings(name):
                    candidates = found.setdefault(fold(spelling), [])
                    if all(other.entry is not entry for other in candidates):
                        candidates.append(_ready(entry, name, spelling))
        self._automaton = ahocorasick.Automaton()
        for key, candidates in found.items():
            self._automaton.add_word(_as_bytes(key), candidates)
        self._automaton.make_automaton()

    def organisation(self, id: str) -> Organisation | None:
        """The organisation with this id, or None."""
        return self.knowledge.organisations.get(id)

    def model(self, id: str) -> AiModel | None:
        """The model with this id, or None."""
        return self.knowledge.models.get(id)

    def find(self, full: str, folded: str) -> list[Mention]:
        """Organisations and models of the catalogue in `full`, by start, the longest where names overlap.

        `folded` is `full` folded by `store.text.fold`. The version glued to a model's name belongs to `as_written`.
        """
        hits: list[tuple[int, int, _Name]] = []
        raw = _as_bytes(folded)
        for last, candidates in self._automaton.iter(raw):
            stop = len(raw[: last + 1].encode("latin-1").decode("utf-8", "surrogatepass"))
            for name in candidates:
                start = stop - name.length
                end = _fits(name, full, folded, start, stop)
                if end:
                    hits.append((start, end, name))
                    break
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        out: list[Mention] = []
        covered = 0
        for start, end, name in hits:
            if start >= covered:
                out.append(_mention(name.entry, full[start:end], start, end))
                covered = end
        return out

    def knows(self, name: str) -> bool:
        """Whether `name` as a whole is a name of the catalogue."""
        return any(mention.as_written == name for mention in self.find(name, fold(name)))

    def version(self, mention: Mention) -> str | None:
        """The version a model mention is written with (`R1` of `DeepSeek-R1`), or None."""
        entry = self.model(mention.id) if mention.id else None
        if entry is None:
            return None
        written = fold(mention.as_written)
        names = [fold(spelling) for name in entry.names() for spelling in _spellings(name)]
        longest = max((len(name) for name in names if written.startswith(name)), default=len(written))
        return mention.as_written[longest:].strip(" -_·") or None


def _as_bytes(text: str) -> str:
    """UTF-8 as a string of bytes: the automaton looks through a node's branches one by one, and over characters its root has thousands."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _spellings(name: str) -> tuple[str, ...]:
    """A Latin name with spaces is also written with hyphens, and the other way round."""
    if not name.isascii():
        return (name,)
    return tuple(dict.fromkeys((name, name.replace("-", " "), name.replace(" ", "-"))))


def _ready(entry: Organisation | AiModel, name: str, spelling: str) -> _Name:
    rule = next((rule for rule in entry.ambiguous if rule.name == name), None)
    acronym = name.isascii() and len(name) <= 4 and name.upper() == name and any(c.isalpha() for c in name)
    versions = re.compile(entry.versions or _VERSIONS) if isinstance(entry, AiModel) else None
    short = isinstance(entry, Organisation) and entry.kind == "hospital" and name != entry.zh and not name.isascii()
    return _Name(
        entry,
        spelling,
        len(spelling),
        spelling[0].isascii() and spelling[0].isalnum(),
        spelling[-1].isascii() and spelling[-1].isalnum(),
        acronym or (rule is not None and rule.case),
        _folded_rule(rule) if rule is not None else None,
        versions,
        short,
    )


def _folded_rule(rule: Ambiguity) -> _Rule:
    near, text, not_before, not_after = (tuple(map(fold, group)) for group in (rule.near, rule.text, rule.not_before, rule.not_after))
    return _Rule(near, text, not_before, not_after)


def _fits(name: _Name, full: str, folded: str, start: int, end: int) -> int:
    """The end of the mention when boundaries and context allow it, a model's version included; 0 when they do not."""
    if name.latin_start and start and (_is_latin(folded[start - 1]) or folded[start - 1] in "@."):
        return 0
    if name.versions is not None:
        version = name.versions.match(folded, end)
        if version:
            end = version.end()
    if name.latin_end and end < len(folded) and _is_latin(folded[end]) and _is_latin(folded[end - 1]):
        return 0
    if name.exact_case and not full.startswith(name.text, start):
        return 0
    if name.hospital_short and _GLUED_LEFT.search(folded, max(0, start - 6), start):
        return 0
    return end if name.rule is None or _allowed(name.rule, folded, start, start + name.length) else 0


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z" or "0" <= char <= "9"


def _allowed(rule: _Rule, folded: str, start: int, end: int) -> bool:
    if rule.not_before and folded.startswith(rule.not_before, end):
        return False
    if rule.not_after and folded.endswith(rule.not_after, 0, start):
        return False
    if rule.near:
        before, after = folded[max(0, start - _NEAR) : start], folded[end : end + _NEAR]
        if not any(word in before or word in after for word in rule.near):
            return False
    return not rule.text or any(word in folded for word in rule.text)


def _mention(entry: Organisation | AiModel, as_written: str, start: int, end: int) -> Mention:
    if isinstance(entry, AiModel):
        return Mention("model", entry.id, as_written, start, end, entry.family, entry.name, entry.zh)
    return Mention("organisation", entry.id, as_written, start, end, entry.kind, entry.en, entry.zh)
