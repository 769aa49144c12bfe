"""The judge: what one text is about, whom and what it names, and which facts it states.

Cheap first: language, words and catalogue names decide relevance. Names outside the catalogue, amounts and facts are read only
where the text is relevant or where the caller asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache

from crawler.text.language import detect_language

from .document import Document, Reading
from .facts import Fact, Found, Judgement, TopicMatch
from .knowledge import Knowledge, load_knowledge
from .names import Names
from .relevance import CheapCheck, Relevance, Verdict, cheap_check, lead_end
from .roundup import find_part
from .terms import Hit, load_lexicon
from .topics import Topics, announced, load_topics
from .version import version_of

# Half a character, as broken JSON escapes leave it: no library below takes it. Replaced one for one, so offsets hold.
_SURROGATE = re.compile("[\ud800-\udfff]")

Finder = Callable[[Reading], Found]


@cache
def _of_any_field() -> tuple[Finder, ...]:
    """What reads facts of money and of models, which texts of any field tell.

    One function a kind; each looks at cheap words of its kind before it asks for names and amounts. They are loaded at the first text
    whose facts are asked for: their patterns take longer to compile than the catalogue to read.
    """
    from .adoption import find_adoptions
    from .funding import find_funding

    return find_funding, find_adoptions


@cache
def _of_health() -> tuple[Finder, ...]:
    """What reads facts that mean something to us only where a text is about health at all."""
    from .approvals import find_approvals
    from .launches import find_launches
    from .partnerships import find_partnerships
    from .policies import find_policies
    from .results import find_results

    return find_approvals, find_partnerships, find_policies, find_launches, find_results


class Judge:
    """Judges documents by one catalogue. Built once; safe to share between threads."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self.knowledge = knowledge or load_knowledge()
        self.names = Names(self.knowledge)
        self.relevance = Relevance(load_lexicon(self.knowledge))
        self.topics = Topics(load_topics(self.knowledge))

    @property
    def version(self) -> str:
        """A short name of what judges: it changes whenever the reader's weights, our code, a term, a topic, a name or a model does."""
        rules = (*self.relevance.lexicon.rules, *self.topics.rules)
        return version_of((*rules, *self.knowledge.organisations.values(), *self.knowledge.models.values()))

    def cheap_check(self, title: str, summary: str = "") -> CheapCheck:
        """Whether the page behind an entry of a general source is worth a fetch, by this judge's rules."""
        return cheap_check(title, summary, relevance=self.relevance, names=self.names)

    def judge(self, document: Document, *, deep: bool | None = None) -> Judgement:
        """Judge one document.

        `deep` None reads facts and amounts of relevant texts only; True reads them of any text, False of none. Names outside
        the catalogue are looked for in relevant texts, the facts apart, which look for those they need.
        """
        if _SURROGATE.search(document.full):
            document = replace(document, title=_SURROGATE.sub("\ufffd", document.title), text=_SURROGATE.sub("\ufffd", document.text))
        reading = Reading(document, self.names)
        language = document.language or detect_language(reading.full)
        hits = self.relevance.hits(reading)
        verdict, part = self._verdict(reading, language, hits)
        read = verdict.relevant if deep is None else deep
        of_health = read and (verdict.relevant or _is_of_health(reading, language, hits))
        events, denied = find_facts(reading, of_health=of_health, part=part) if read else ((), ())
        topics = self.topics.match(reading, language, told=announced(events), span=part) if verdict.relevant else ()
        return Judgement(
            id=document.id,
            language=language,
            relevant=verdict.relevant,
            score=verdict.score,
            reasons=verdict.reasons,
            topics=topics,
            mentions=tuple(reading.mentions if read and verdict.relevant else reading.catalogued),
            amounts=tuple(reading.amounts) if read else (),
            events=events,
            denied=denied,
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

    def _verdict(self, reading: Reading, language: str, hits: Sequence[Hit]) -> tuple[Verdict, tuple[int, int] | None]:
        whole = self.relevance.judge(reading, language, hits=hits)
        if any(reason.weight > 0 for reason in whole.reasons):
            found = find_part(reading, language, relevance=self.relevance, hits=hits)
            if found is not None:
                return found
        return whole, None


def _is_of_health(reading: Reading, language: str, hits: Sequence[Hit]) -> bool:
    end = reading.body_start or lead_end(reading, language)
    return any(hit.rule.axis in ("health", "both") and hit.rule.weight >= 1 and hit.start < end for hit in hits)


def find_facts(reading: Reading, *, of_health: bool, part: tuple[int, int] | None = None) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The facts that a text states and those it denies, by where their evidence stands; of a round-up, those of its part.

    `of_health` also asks for the kinds that mean something only in a text about health.
    """
    events: list[Fact] = []
    denied: list[Fact] = []
    for find in (*_of_any_field(), *(_of_health() if of_health else ())):
        found = find(reading)
        events += found.facts
        denied += found.denied
    return _within(events, part), _within(denied, part)


def _within(facts: Sequence[Fact], part: tuple[int, int] | None) -> tuple[Fact, ...]:
    kept = (fact for fact in facts if part is None or part[0] <= fact.evidence.start < part[1])
    return tuple(sorted(kept, key=lambda fact: fact.evidence.start))
