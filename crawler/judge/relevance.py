"""Relevance: is a text about AI in health, in or from China? Points from words by place, each with a reason (docs/judging.md).

The unit is the sentence. A sentence is *joint* when it speaks of AI and of health at once: by a compound (手术机器人, medical AI),
by an organisation or model of the field, or by a word of each kind. A joint title, a joint lead and the share of the text that is
joint make the points; foreign stories, tutorials, job offers, notices and market wraps lose some.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from store.text import fold, is_han

from .document import Reading, Sentence
from .facts import Reason
from .names import Names
from .terms import Hit, Lexicon

Place = Literal["title", "lead", "body"]

THRESHOLD = 3.2  # points from which a text is relevant: its score is then .5 or more
LEAD_HAN, LEAD_LATIN = 300, 700  # characters of the text that count as its lead
_TITLE, _LEAD, _SHARE = 2.0, 1.5, 3.0  # most points for a joint title, a joint lead, the share of joint text
_SILENT_TITLE = 0.8  # points lost when a title names nothing of the field
_FULL_SHARE = 0.25  # the share of joint text that earns all its points
_JOINT_WORD = 1.5  # weight that an AI word and a health word need to make a sentence fully joint
_CHEAP = 1.0  # weight that an AI word and a health word need together to pass the cheap check
_SURE = 0.75  # a text whose surest sentence is less joint than this earns less for its share
_SHORT_HAN, _SHORT_LATIN = 80, 350  # characters: up to here the title counts as part of the text
NEAR_HAN, NEAR_LATIN = 30, 90  # an AI word and a health word farther apart in a sentence say less
_FAR_WORTH, _LISTED_WORTH, _NEXT_WORTH = 0.6, 0.35, 0.4  # far apart, in a list, in two sentences one after the other
# Neighbours in a list (人工智能、生物医药、新能源; "AI, biotech and energy") do not speak of each other.
_LISTED = re.compile(r"^[^，。；]{0,14}[、/][^，。；]{0,14}$|^\s?(?:,|and|&|以及|和|与)\s?$")


class CheapCheck(NamedTuple):
    """Whether an entry deserves that its page is fetched, and why or why not."""

    passes: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What relevance says about a span of a text."""

    relevant: bool
    score: float  # 0..1, .5 is the border
    points: float
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Tally:
    """What one sentence holds, and how surely it speaks of AI in health."""

    sentence: Sentence
    place: Place
    hits: list[Hit] = field(default_factory=list)
    joint: float = 0.0  # 0..1
    rule: str = ""
    matched: str = ""

    def weigh(self) -> None:
        """Settle `joint` from the best compound and the best pair of an AI word with a health word."""
        best = max((hit for hit in self.hits if hit.rule.axis == "both"), key=lambda hit: hit.rule.weight, default=None)
        if best is not None:
            self.joint, self.rule, self.matched = min(1.0, best.rule.weight / 2), best.rule.id, self._word(best)
        for ai in self.hits:
            if ai.rule.axis != "ai":
                continue
            for health in self.hits:
                if health.rule.axis in ("health", "both") and (health.start >= ai.end or ai.start >= health.end):
                    self.join(self._pair(ai, health), ai, health, self)

    def join(self, joint: float, ai: Hit, health: Hit, ai_in: _Tally) -> None:
        """So joint is this sentence by an AI word, which stands in `ai_in`, and a health word of its own, if nothing says more."""
        if joint > self.joint:
            self.joint, self.rule = joint, f"{ai.rule.id} with {health.rule.id}"
            self.matched = f"{ai_in._word(ai)} + {self._word(health)}"

    def _pair(self, ai: Hit, health: Hit) -> float:
        strength = min(1.0, min(ai.rule.weight, health.rule.weight) / _JOINT_WORD)
        first, second = (ai, health) if ai.start < health.start else (health, ai)
        between = self.sentence.text[first.end - self.sentence.start : second.start - self.sentence.start]
        if _LISTED.search(between):
            return strength * _LISTED_WORTH
        near = NEAR_HAN if any(is_han(char) for char in self.sentence.text[:20]) else NEAR_LATIN
        return strength if len(between) <= near else strength * _FAR_WORTH

    def _word(self, hit: Hit) -> str:
        return self.sentence.text[hit.start - self.sentence.start : hit.end - self.sentence.start]


class Relevance:
    """Judges spans of texts by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def hits(self, reading: Reading) -> list[Hit]:
        """All words of the lexicon in the text, names of the catalogue included."""
        return [*self.lexicon.find(reading.folded), *self.lexicon.of_mentions(reading.catalogued)]

    def judge(self, reading: Reading, language: str, *, hits: Sequence[Hit], span: tuple[int, int] | None = None) -> Verdict:
        """The verdict on the text, or on `span` of it read as a text of its own whose first sentence is its title."""
        if language == "other":
            return Verdict(False, 0.0, 0.0, (Reason("language", "neither Chinese nor English", "whole", -THRESHOLD),))
        if span is not None:
            hits = [hit for hit in hits if span[0] <= hit.start < span[1]]
        if not _can_be_joint(hits):
            return Verdict(False, 0.0, 0.0, (Reason("no AI and health together", _missing(hits), "whole", 0.0),))
        tallies = _tally(reading, language, hits=hits, span=span)
        earned = _for(tallies, language)
        if not earned:
            return Verdict(False, 0.0, 0.0, (Reason("no AI and health together", "they stand in different sentences", "whole", 0.0),))
        reasons = [*earned, *_silent_title(tallies), *_against(tallies, hits=hits), *_country(language, hits)]
        points = max(0.0, sum(reason.weight for reason in reasons))
        return Verdict(points >= THRESHOLD, round(points / (points + THRESHOLD), 3), points, tuple(reasons))


def _can_be_joint(hits: Iterable[Hit]) -> bool:
    axes = {hit.rule.axis for hit in hits}
    return "both" in axes or {"ai", "health"} <= axes


def _missing(hits: Iterable[Hit]) -> str:
    axes = {hit.rule.axis for hit in hits}
    return "no word of AI" if "health" in axes else "no word of health" if "ai" in axes else "no word of either"


def lead_end(reading: Reading, language: str) -> int:
    """Offset where the lead ends and the body begins."""
    return reading.body_start + (LEAD_LATIN if language == "en" else LEAD_HAN)


def _tally(reading: Reading, language: str, *, hits: Sequence[Hit], span: tuple[int, int] | None) -> list[_Tally]:
    tallies = [
        _Tally(s, _place(s, reading, language, span=span)) for s in reading.sentences if span is None or span[0] <= s.start < span[1]
    ]
    at = 0
    for hit in sorted((hit for hit in hits if hit.rule.axis in ("ai", "health", "both")), key=lambda hit: hit.start):
        while at + 1 < len(tallies) and tallies[at + 1].sentence.start <= hit.start:
            at += 1
        tallies[at].hits.append(hit)
    for tally in tallies:
        if tally.hits:
            tally.weigh()
    if not any(tally.joint for tally in tallies):
        _weigh_across(tallies)
    return tallies


def _weigh_across(tallies: Sequence[_Tally]) -> None:
    """An AI word in one sentence and a health word in the next or the last one say a little, in a text that says nothing surer."""
    for pair in pairwise(tallies):
        for ai_in, health_in in (pair, pair[::-1]):
            ai, health = (
                max((h for h in tally.hits if h.rule.axis == axis), key=lambda h: h.rule.weight, default=None)
                for tally, axis in ((ai_in, "ai"), (health_in, "health"))
            )
            if ai and health:
                health_in.join(_NEXT_WORTH * min(1.0, min(ai.rule.weight, health.rule.weight) / _JOINT_WORD), ai, health, ai_in)


def _place(sentence: Sentence, reading: Reading, language: str, *, span: tuple[int, int] | None) -> Place:
    if span is not None:
        return "title" if sentence.start <= span[0] + 2 else "lead"
    if sentence.start < reading.body_start:
        return "title"
    return "lead" if sentence.start < lead_end(reading, language) else "body"


def _for(tallies: Sequence[_Tally], language: str) -> list[Reason]:
    reasons = []
    for place, most in (("title", _TITLE), ("lead", _LEAD)):
        best = max((t for t in tallies if t.place == place), key=lambda t: t.joint, default=None)
        if best and best.joint:
            reasons.append(Reason(best.rule, best.matched, place, round(most * best.joint, 2)))
    body = [t for t in tallies if t.place != "title"]
    # What a long text goes on about, its title does not decide; a short one is hardly more than its title.
    short = _SHORT_LATIN if language == "en" else _SHORT_HAN
    counted = body if sum(len(t.sentence.text) for t in body) > short else list(tallies)
    size = sum(len(t.sentence.text) for t in counted)
    share = sum(t.joint * len(t.sentence.text) for t in counted) / size if size else 0.0
    if share:
        surest = sorted((t for t in counted if t.joint), key=lambda t: -t.joint)
        points = _SHARE * min(1.0, share / _FULL_SHARE) * min(1.0, surest[0].joint / _SURE)
        words = ", ".join(dict.fromkeys(t.matched for t in surest[:6]))
        reasons.append(Reason("share of text on AI in health", f"{share:.0%} of the text: {words}", "whole", round(points, 2)))
    return reasons


def _silent_title(tallies: Sequence[_Tally]) -> list[Reason]:
    titles = [t for t in tallies if t.place == "title"]
    if not titles or any(t.hits for t in titles):
        return []
    return [Reason("title", "the title speaks of neither AI nor health", "title", -_SILENT_TITLE)]


def _against(tallies: Sequence[_Tally], *, hits: Sequence[Hit]) -> list[Reason]:
    """Evidence against counts in the title, by half in the lead, and in the body only when it goes on and on."""
    places = {t.sentence.start: t for t in tallies}
    starts = sorted(places)
    heaviest: dict[str, tuple[float, Place, str]] = {}
    for hit in hits:
        if hit.rule.axis != "against" or not starts:
            continue
        tally = places[max((s for s in starts if s <= hit.start), default=starts[0])]
        weight = hit.rule.weight * {"title": 1.0, "lead": 0.5, "body": 0.0}[tally.place]
        if weight > heaviest.get(hit.rule.id, (0.0,))[0]:
            offset = hit.start - tally.sentence.start
            heaviest[hit.rule.id] = (weight, tally.place, tally.sentence.text[offset : offset + hit.end - hit.start])
    return [Reason(rule, matched, place, -weight) for rule, (weight, place, matched) in heaviest.items()]


def _country(language: str, hits: Sequence[Hit]) -> list[Reason]:
    china = sum(hit.rule.weight for hit in hits if hit.rule.axis == "china")
    foreign = sum(hit.rule.weight for hit in hits if hit.rule.axis == "foreign")
    if language == "en" and not china:
        return [Reason("foreign", "an English text without a word of China", "whole", -4.5)]
    if foreign >= 2 and foreign >= 4 * china:
        return [Reason("foreign", f"{foreign:.0f} foreign names, {china:.0f} Chinese ones", "whole", -4.5)]
    if foreign >= 3 and foreign > 2 * china:
        return [Reason("foreign", f"{foreign:.0f} foreign names, {china:.0f} Chinese ones", "whole", -2.5)]
    if foreign and not china:
        return [Reason("foreign", "a foreign name and no Chinese one", "whole", -1.5)]
    return []


def cheap_check(title: str, summary: str, *, relevance: Relevance, names: Names) -> CheapCheck:
    """Whether the page behind an entry of a general source is worth a fetch. Favours recall: the full judge follows.

    Passes when title and summary together hold a compound of the field, an organisation or model of the field, or a word of AI and
    a word of health.
    """
    full = f"{title}\n{summary}"
    folded = fold(full)
    hits = relevance.lexicon.find(folded)
    hits += relevance.lexicon.of_mentions(names.find(full, folded))
    for hit in hits:
        if hit.rule.axis == "both":
            return CheapCheck(True, f"{hit.rule.id}: {full[hit.start : hit.end]}")
    ai, health = (max((h for h in hits if h.rule.axis == axis), key=lambda h: h.rule.weight, default=None) for axis in ("ai", "health"))
    if ai and health and ai.rule.weight + health.rule.weight > _CHEAP:
        return CheapCheck(True, f"AI and health: {full[ai.start : ai.end]}, {full[health.start : health.end]}")
    return CheapCheck(False, "only faint words of AI and health" if ai and health else _missing(hits))
