"""The judge: what one text is about, whom and what it names, and which facts it states.

Cheap first: language, words and catalogue names decide what they can; the trained reader decides where they leave a doubt, and reads
the facts. Of a text that is not asked for in depth, facts are read only where it is relevant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.text.language import detect_language

from .document import Document, Reading
from .facts import Fact, Judgement, Mention, Party, Reason, TopicMatch
from .knowledge import Knowledge, load_knowledge
from .name_ends import kind_of
from .names import Names
from .reader.cues import may_tell
from .relevance import CheapCheck, Relevance, Verdict, cheap_check
from .roundup import find_part
from .terms import Hit, load_lexicon
from .topics import Topics, announced, load_topics
from .version import version_of

if TYPE_CHECKING:
    from .reader.spans import Readout
    from .reader.tokens import Window

# Half a character, as broken JSON escapes leave it: no library below takes it. Replaced one for one, so offsets hold.
_SURROGATE = re.compile("[\ud800-\udfff]")
# A crawl asks the reader only where words leave a doubt: below these points a text of general news is none of ours.
_DOUBTFUL = 0.6
# Relevance from words and reader together: what does best on texts kept apart and on real news, read by a reader that had not learnt
# them (docs/reader.md).
_OF_POINTS, _OF_READER, _BIAS, _WITHOUT_WORDS = 0.5, 0.35, -1.4, -1.2
_GLANCE = 1  # windows: a text says at its beginning what it is about, and reading a long one whole takes seconds
_TOPIC_ALONE, _TOPIC_WITH_WORDS = 0.6, 0.05  # how likely a topic must be for the reader alone, and beside words of it
_TOPIC_OF_MANY = 0.1  # the latter in a text of many windows, the likeliest of which is so by chance now and then


class Judge:
    """Judges documents by one catalogue. Built once; safe to share between threads."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self.knowledge = knowledge or load_knowledge()
        self.names = Names(self.knowledge)
        self.relevance = Relevance(load_lexicon(self.knowledge))
        self.topics = Topics(load_topics(self.knowledge))

    @cached_property
    def version(self) -> str:
        """A short name of what judges: it changes whenever the reader's weights, our code, a term, a topic, a name or a model does."""
        rules = (*self.relevance.lexicon.rules, *self.topics.rules)
        return version_of((*rules, *self.knowledge.organisations.values(), *self.knowledge.models.values()))

    def cheap_check(self, title: str, summary: str = "") -> CheapCheck:
        """Whether the page behind an entry of a general source is worth a fetch, by this judge's rules."""
        return cheap_check(title, summary, relevance=self.relevance, names=self.names)

    def judge(self, document: Document, *, deep: bool | None = None) -> Judgement:
        """Judge one document.

        `deep` None reads facts and amounts of relevant texts only; True reads them of any text, False of none.
        """
        if _SURROGATE.search(document.full):
            document = replace(document, title=_SURROGATE.sub("\ufffd", document.title), text=_SURROGATE.sub("\ufffd", document.text))
        reading = Reading(document, self.names)
        language = document.language or detect_language(reading.full)
        hits = self.relevance.hits(reading)
        verdict, part = self._verdict(reading, language, hits)
        told = _Told(reading)
        if language != "other" and (verdict.points >= _DOUBTFUL or (deep and _of_the_field(hits))):
            verdict = _weighed(verdict, told)
        read = verdict.relevant if deep is None else deep
        events = told.facts() if read else ()
        if part is not None and not deep:
            events = tuple(fact for fact in events if part[0] <= fact.evidence.start < part[1])
        return Judgement(
            id=document.id,
            language=language,
            relevant=verdict.relevant,
            score=verdict.score,
            reasons=verdict.reasons,
            topics=self._topics(reading, language, told=told, events=events, part=part) if verdict.relevant else (),
            mentions=_with_parties(reading, events),
            amounts=tuple(reading.amounts) if read else (),
            events=events,
            part=part,
        )

    def topics_under(self, document: Document, topics: Topics, *, told: Collection[str]) -> tuple[TopicMatch, ...]:
        """The topics that other rules would give a relevant document; `told` holds the types of the facts it announces."""
        reading = Reading(document, self.names)
        language = document.language or detect_language(reading.full)
        _, part = self._verdict(reading, language, self.relevance.hits(reading))
        return topics.match(reading, language, told=told, span=part)

    def near_topics(self, document: Document) -> tuple[TopicMatch, ...]:
        """The topics that a document has some words of, but too few to come under them."""
        reading = Reading(document, self.names)
        return self.topics.match(reading, document.language or detect_language(reading.full), near=True)

    def _topics(
        self, reading: Reading, language: str, *, told: _Told, events: Sequence[Fact], part: tuple[int, int] | None
    ) -> tuple[TopicMatch, ...]:
        """Topics of the words where the reader does not speak against them, and those that the reader alone is sure of."""
        matched = {match.id: match for match in self.topics.match(reading, language, told=announced(events), span=part)}
        likely, least = told.topics(), _TOPIC_WITH_WORDS if told.is_short() else _TOPIC_OF_MANY
        out = []
        for rule in self.topics.rules:
            match, p = matched.get(rule.id), likely.get(rule.id)
            if p is None:
                out += [match] if match else []
            elif match and p >= least:
                out.append(match)
            elif p >= _TOPIC_ALONE:
                out.append(TopicMatch(rule.id, round(p, 2), ("reader",)))
        return tuple(out)

    def _verdict(self, reading: Reading, language: str, hits: Sequence[Hit]) -> tuple[Verdict, tuple[int, int] | None]:
        whole = self.relevance.judge(reading, language, hits=hits)
        if any(reason.weight > 0 for reason in whole.reasons):
            found = find_part(reading, language, relevance=self.relevance, hits=hits)
            if found is not None:
                return found
        return whole, None


class _Told:
    """What the reader says of a text, window by window, asked for when first needed."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._read: dict[int, Readout] = {}

    @cached_property
    def _windows(self) -> list[Window]:
        from .reader.encoder import windows_of

        return windows_of(self.reading.full, len(self.reading.document.title))

    @cached_property
    def _with_cues(self) -> list[int]:
        """The windows that a fact can stand in."""
        title, folded = len(self.reading.document.title), self.reading.folded
        if not may_tell(folded):
            return []  # nothing is loaded for it
        return [i for i, window in enumerate(self._windows) if any(may_tell(folded[a:b]) for a, b in _runs(window, title))]

    def _readouts(self, numbers: Sequence[int]) -> list[Readout]:
        from .reader.encoder import read

        for number in numbers:
            if number not in self._read:
                self._read[number] = read(self._windows[number])
        return [self._read[number] for number in numbers]

    def relevant(self) -> float:
        """How likely the text is relevant, by the surest of its first windows."""
        return max((r.text["relevant"] for r in self._readouts(range(len(self._windows))[:_GLANCE])), default=0.0)

    def is_short(self) -> bool:
        """Whether the text has three windows at most."""
        return len(self._windows) <= 3

    def topics(self) -> dict[str, float]:
        """How likely each topic is, by its surest window."""
        readouts = self._readouts(self._with_cues or range(len(self._windows))[:_GLANCE])
        topics = readouts[0].text if readouts else ()
        return {topic: max(r.text[topic] for r in readouts) for topic in topics if topic != "relevant"}

    def facts(self) -> tuple[Fact, ...]:
        """The facts the text states."""
        if not self._with_cues:
            return ()
        from .reader.assembly import facts_of
        from .reader.encoder import card
        from .reader.events import events_of

        told = events_of(self._readouts(self._with_cues), self.reading.full, card().least)
        return facts_of(told, self.reading, card().confidence)


def _weighed(verdict: Verdict, told: _Told) -> Verdict:
    """The verdict of words and reader together. Its score is .5 at the border, as that of words alone."""
    p = min(max(told.relevant(), 1e-4), 1 - 1e-4)
    z = _OF_POINTS * verdict.points + _OF_READER * math.log(p / (1 - p)) + _BIAS + (0 if verdict.points > 0 else _WITHOUT_WORDS)
    score = 1 / (1 + math.exp(-z))
    reason = Reason("reader", f"AI in health, in China: {p:.0%} likely", "whole", round(_OF_READER * math.log(p / (1 - p)), 2))
    return Verdict(score >= 0.5, round(score, 3), verdict.points, (*verdict.reasons, reason))


def _of_the_field(hits: Iterable[Hit]) -> bool:
    return any(hit.rule.axis in ("ai", "health", "both") for hit in hits)


def _runs(window: Window, title_end: int) -> tuple[tuple[int, int], ...]:
    """The characters that a window holds: the title, and what follows it there."""
    body = [span for span in window.spans[1:-1] if span[0] >= title_end]
    return ((0, title_end), (body[0][0], body[-1][1])) if body else ((0, title_end),)


def _with_parties(reading: Reading, events: Iterable[Fact]) -> tuple[Mention, ...]:
    """The names of the catalogue, and the parties of facts outside it, by start."""
    known = list(reading.catalogued)
    for fact in events:
        for party in _parties(fact):
            start = reading.full.find(party.as_written, max(0, fact.evidence.start))
            start = start if start >= 0 else reading.full.find(party.as_written)
            end = start + len(party.as_written)
            if start >= 0 and all(end <= m.start or m.end <= start for m in known):
                known.append(Mention("organisation", None, party.as_written, start, end, kind_of(party.as_written), found_by="reader"))
    return tuple(sorted(known, key=lambda mention: mention.start))


def _parties(fact: Fact) -> Iterable[Party]:
    for name in ("company", "adopter", "holder", "issuer", "organisation"):
        party = getattr(fact, name, None)
        if isinstance(party, Party) and party.id is None:
            yield party
    yield from (party for party in getattr(fact, "parties", ()) if party.id is None)
    yield from (Party(None, investor.name) for investor in getattr(fact, "investors", ()) if investor.id is None)
