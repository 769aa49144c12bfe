"""Topics: which of the digest's sections a text belongs in, by the rules of crawler/knowledge/topics.yaml.

A topic earns points where its words stand: most in the title, less in the lead, and by their share of the whole text. What a long text
treats in a passage of its own earns them by its share of that passage.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from pydantic import Field, model_validator

from store.text import fold

from .document import Reading, Sentence
from .facts import Adoption, Fact, Funding, Mention, TopicMatch
from .knowledge import KNOWLEDGE, Entry, Knowledge, load_entries, merge_entries
from .relevance import lead_end
from .terms import Matcher, check_ids, read_added

NEEDS = 1.4  # points from which a topic is given
_TITLE, _LEAD, _SHARE, _SLOPE = 2.0, 1.2, 1.5, 7.0
_FACT = 1.4
# Characters of a passage, and points by the share of it that stands in sentences with a topic's words: from a sixth a topic is given.
_PASSAGE = {"en": 1200, "other": 480}
_LONG = 3  # passages from which a text is long
_PASSAGE_SLOPE = 9.0
_WEAK = 0.5
_GENERIC = re.compile(r"AI|ai|人工智能|大模型")
_SHOWN = 6  # matched words kept to explain a topic


class TopicRule(Entry):
    """One topic: its names, what belongs in, and the words, names and facts it is known by."""

    zh: str
    en: str
    definition: str
    terms: tuple[str, ...] = Field((), description="literal words, compared after folding; Latin ones match whole words")
    weak: tuple[str, ...] = Field((), description="words half as strong: two different ones together count as one term")
    patterns: tuple[str, ...] = Field((), description="regular expressions over folded text, as strong as terms")
    required: tuple[str, ...] = Field((), description="at least one of these must stand somewhere in the text")
    excluded: tuple[str, ...] = Field((), description="phrases within which nothing counts")
    organisations: tuple[str, ...] = Field((), description="ids of the catalogue: a mention counts as a term")
    models: tuple[str, ...] = Field((), description="ids of AI models of the catalogue")
    families: tuple[str, ...] = Field((), description="families of AI models")
    facts: tuple[str, ...] = Field((), description="types of fact: one that the text announces counts as a term")
    needs: float = Field(NEEDS, gt=0, description="points from which the topic is given")

    @model_validator(mode="after")
    def _patterns_compile(self) -> TopicRule:
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"patterns: {pattern!r} is no regular expression: {error}") from error
        return self


@dataclass(slots=True)
class _Found:
    """Words of one topic: by place, and by sentence, each word with its weight."""

    places: dict[str, dict[str, float]] = field(default_factory=lambda: {"title": {}, "lead": {}, "body": {}})
    sentences: dict[int, float] = field(default_factory=dict)

    def add(self, word: str, weight: float, *, place: str, sentence: int) -> None:
        self.places[place][word] = weight
        self.sentences[sentence] = min(1.0, self.sentences.get(sentence, 0.0) + weight)


class Topics:
    """Gives topics to texts by a list of rules."""

    def __init__(self, rules: Iterable[TopicRule]) -> None:
        self.rules = tuple(rules)
        words = [(word, (rule.id, weight)) for rule in self.rules for weight, of in ((1.0, rule.terms), (_WEAK, rule.weak)) for word in of]
        self._matcher = Matcher([*words, *((word, (rule.id, 0.0)) for rule in self.rules for word in rule.excluded)])
        self._patterns = [(re.compile(pattern), rule.id) for rule in self.rules for pattern in rule.patterns]
        self._required = {rule.id: tuple(fold(word) for word in rule.required) for rule in self.rules}

    def match(
        self, reading: Reading, language: str, *, told: Collection[str] = (), span: tuple[int, int] | None = None, near: bool = False
    ) -> tuple[TopicMatch, ...]:
        """The topics of the text, or of `span` of it, in the order of the rules, each with its points and what matched.

        `told` holds the types of the facts that the text announces (`announced`). `near` asks for those
        that the text has some words of, but too few.
        """
        sentences = [s for s in reading.sentences if span is None or span[0] <= s.start < span[1]]
        if not sentences:
            return ()
        found = self._collect(reading, sentences, language=language, first=span[0] if span else None)
        size = sum(len(s.text) for s in sentences)
        out = []
        for rule in self.rules:
            if any(self._required[rule.id]) and not any(word in reading.folded for word in self._required[rule.id]):
                continue
            facts = [kind for kind in rule.facts if kind in told]
            words = found.get(rule.id, _Found())
            points = max(_points(words, sentences, size=size), _passage_points(words, sentences, language)) + (_FACT if facts else 0.0)
            if points and (points < rule.needs if near else points >= rule.needs):
                matched = [*facts, *dict.fromkeys(word for place in words.places.values() for word in place)]
                out.append(TopicMatch(rule.id, round(points, 2), tuple(matched[:_SHOWN])))
        return tuple(out)

    def _collect(self, reading: Reading, sentences: Sequence[Sentence], *, language: str, first: int | None) -> dict[str, _Found]:
        found: dict[str, _Found] = {}
        title_end = reading.body_start if first is None else sentences[0].end
        lead = lead_end(reading, language) if first is None else sentences[-1].end
        at = 0
        for start, end, topic, weight in sorted(self._hits(reading), key=lambda hit: hit[0]):
            if start < sentences[0].start or start >= sentences[-1].end:
                continue
            while at + 1 < len(sentences) and sentences[at + 1].start <= start:
                at += 1
            place = "title" if start < title_end else "lead" if start < lead else "body"
            found.setdefault(topic, _Found()).add(reading.folded[start:end], weight, place=place, sentence=at)
        return found

    def _hits(self, reading: Reading) -> Iterator[tuple[int, int, str, float]]:
        hidden: dict[str, list[tuple[int, int]]] = {}
        for start, end, values in self._matcher.find(reading.folded):
            best: dict[str, float] = {}
            for topic, weight in values:
                if weight:
                    best[topic] = max(weight, best.get(topic, 0.0))
                else:
                    hidden.setdefault(topic, []).append((start, end))
            yield from ((start, end, topic, weight) for topic, weight in best.items())
        for pattern, topic in self._patterns:
            for match in pattern.finditer(reading.folded):
                if not any(a < match.end() and match.start() < b for a, b in hidden.get(topic, ())):
                    yield match.start(), match.end(), topic, 1.0
        for mention in reading.catalogued:
            for rule in self.rules:
                if _names(rule, mention) and not any(a <= mention.start < b for a, b in hidden.get(rule.id, ())):
                    yield mention.start, mention.end, rule.id, 1.0


def _names(rule: TopicRule, mention: Mention) -> bool:
    if mention.target == "organisation":
        return mention.id in rule.organisations
    return mention.id in rule.models or mention.kind in rule.families


def announced(events: Iterable[Fact]) -> frozenset[str]:
    """The types of the facts that a text announces: not what it recalls, no debt, and no use of a product whose model nobody names."""
    return frozenset(event.type for event in events if not event.background and not _says_little(event))


def _says_little(event: Fact) -> bool:
    if isinstance(event, Adoption):
        unnamed = event.model.as_written == event.product or _GENERIC.match(event.model.as_written)
        return event.model.family == "other" and bool(unnamed)
    return isinstance(event, Funding) and event.kind == "debt"


def _points(found: _Found, sentences: Sequence[Sentence], *, size: int) -> float:
    title, lead = (min(1.0, sum(found.places[place].values())) for place in ("title", "lead"))
    share = sum(weight * len(sentences[number].text) for number, weight in found.sentences.items()) / size
    strongest = max(found.sentences.values(), default=0.0)
    return _TITLE * title + _LEAD * lead + min(_SHARE * strongest, _SLOPE * share)


def _passage_points(found: _Found, sentences: Sequence[Sentence], language: str) -> float:
    """What a topic earns by the passage that most treats of it; 0 in a text that is not long."""
    size = _PASSAGE.get(language, _PASSAGE["other"])
    ends = list(accumulate(len(s.text) for s in sentences))
    if not found.sentences or ends[-1] < _LONG * size:
        return 0.0
    held = [0.0, *accumulate(found.sentences.get(n, 0.0) * len(s.text) for n, s in enumerate(sentences))]
    best, last = 0.0, 0
    for first, sentence in enumerate(sentences):
        before = ends[first] - len(sentence.text)
        while last < len(ends) and ends[last] - before < size:
            last += 1
        if last == len(ends):
            break
        best = max(best, (held[last + 1] - held[first]) / (ends[last] - before))
    return _PASSAGE_SLOPE * best


@cache
def _builtin() -> tuple[TopicRule, ...]:
    return tuple(load_entries(KNOWLEDGE / "topics.yaml", TopicRule))


def load_topics(knowledge: Knowledge) -> tuple[TopicRule, ...]:
    """The built-in topics in the order of a digest, with the user's additions after them.

    An added topic whose id is known takes the place of the built-in one. Raises KnowledgeError for a wrong entry or an id nobody knows.
    """
    return replace_topics(knowledge, _builtin(), read_added(knowledge.extra.topics, TopicRule, "topics"))


def replace_topics(knowledge: Knowledge, rules: Iterable[TopicRule], others: Iterable[TopicRule]) -> tuple[TopicRule, ...]:
    """`rules` with `others` in the place of those with their ids, new ones after them. Raises KnowledgeError for an id nobody knows."""
    merged = merge_entries(rules, others)
    for rule in merged.values():
        check_ids(knowledge, f"topics: {rule.id}", organisations=rule.organisations, models=rule.models)
    return tuple(merged.values())
