"""Whether two texts tell one event, and how they are related. Pure; every decision names its reasons.

The score adds up what two texts share and where they contradict each other. It is the logarithm of the odds that they tell one event,
as a logistic regression found it on pairs of news (docs/stories.md), its weights rounded: texts in one language and texts in two are
weighed apart, because words tell much of the former and nothing of the latter.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from crawler.judge.knowledge import ModelFamily
from store.text import is_han

from .bag import shared_words, within
from .clues import Event
from .profile import Profile
from .sketch import shared_part
from .terms import term_rarity
from .words import rarity, words

Relation = Literal["first", "reprint", "rewrite", "translation", "same_event", "follow_up", "none"]

SAME = -2.0  # the score from which two texts tell one event
_COPY = 0.5  # the part of a text found in another from which it is a copy, whatever else it says
_COPY_RUNS = 150  # runs of characters a text needs before a copied part outweighs a name or a sum that differs
_WHOLE = 0.9  # the part from which a shorter one does, too, where no word differs
_SPUN = 0.4, 0.6  # shared part and likeness of words from which a text is a copy with words exchanged
_REWRITTEN = 0.3
_ROUND_UPS = 3.0  # how far below `SAME` a round-up stays
_OTHER_FACT = 1.5  # how far below it stays what states another round or another party, however alike it reads
_OFF_TOPIC, _LONG_OFF_TOPIC, _LONG = 1.0, 5.0, 250  # what two texts off topic must have more in common; long from so many runs
_GRACE_DAYS, _FAR_DAYS, _TOLD_FAR_DAYS = 4, 14, 10
_SCARCELY = -0.5  # what a sign weighs that scarcely speaks against one event, as names do that are not the other's
_FEW_TERMS, _RARE_TERM = 14.0, 4.0  # what a text's terms weigh at least; how much a rare one weighs
_ONE_STEP = ({"spun off", "talks"}, {"spun off", "filed"})  # what is spun off is said to list by some
_CONTRADICTIONS = {"other step", "other parties", "other thing", "other number"}
_NAMED = {"organisation", "fact", "other step", "other thing"}
_FAMILIES = frozenset(get_args(ModelFamily))
_OF_THINGS = {"launch", "adoption", "approval"}
_RARE_WORD = 5.0
_BUT_ONCE = {"funding", "ipo"}  # facts whose steps a party takes but once
_NEAR, _NEAR_MONEY = 0.012, 0.05  # figures this close are one; sums in two currencies are converted roughly
_SHORT_NAME = 4  # characters from which a name may be a longer one with characters left out
_TOLD_APART = frozenset("第一二三四五六七八九十东西南北中新")  # what tells sister houses apart is not left out
_FOR_SHORT = (
    (re.compile(r"附属第([一二三四五六七八九十])(?:人民)?医院|第([一二三四五六七八九十])附属医院"), r"\1\2附院"),
    (re.compile(r"第([一二三四五六七八九十])(?:人民)?医院"), r"\1院"),
    (re.compile(r"附属医院"), "附院"),
    (re.compile(r"大学(?=[一二三四五六七八九十]?(?:附院|院))"), "大"),
)
_ONE_DEED = {"launch", "adoption"}  # a house is said to launch what it puts to use
_DOLLARS = {"USD": 1.0, "CNY": 0.14, "": 0.14, "HKD": 0.128, "EUR": 1.1, "TWD": 0.032, "JPY": 0.0068, "GBP": 1.28, "SGD": 0.75}

_ONE_LANGUAGE = {
    "copied": 5.1, "title": 3.2, "words": 2.0, "rare words": 0.09, "terms": 0.6, "rare terms": 0.04, "other terms": 0.0,
    "name spelt": 0.0, "organisation": 0.7, "two organisations": 0.5, "other organisations": -0.4, "regulator": -0.6, "model": 0.8,
    "sum of a name": 3.2, "other sums": -2.0, "figures": 0.8, "other figures": -1.8, "other figure": -1.5, "day told": 0.3,
    "days apart": -4.4, "other day told": -2.0, "fact": 0.5, "other step": -1.3, "other facts": -3.2, "other parties": -3.0,
    "whole fact": 1.0, "other thing": -1.8, "name quoted": 2.2, "other names quoted": -1.8, "number": 1.5, "other number": -1.5, "": -5.9,
}  # fmt: skip
_TWO_LANGUAGES = {
    "copied": 5.1, "title": 3.0, "words": 3.6, "rare words": 0.08, "terms": 2.4, "rare terms": 0.16, "other terms": -0.1,
    "name spelt": 1.0, "organisation": 0.8, "two organisations": 2.0, "other organisations": 0.0, "regulator": 0.6, "model": 1.4,
    "sum of a name": 5.7, "other sums": -1.7, "figures": 4.0, "other figures": -0.9, "other figure": 0.0, "day told": 4.3,
    "days apart": -2.4, "other day told": 0.0, "fact": 1.4, "other step": -1.9, "other facts": -2.6, "other parties": 0.0,
    "whole fact": 0.8, "other thing": 0.0, "name quoted": 3.5, "other names quoted": 0.0, "number": 2.5, "other number": -1.0, "": -7.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two texts are related. `score` is at least `SAME` where they tell one event; `reasons` say what it adds up from."""

    score: float
    relation: Relation
    signs: Mapping[str, float]
    weights: Mapping[str, float]

    @property
    def silent(self) -> bool:
        """Whether nothing in the two texts speaks clearly against one event, however little speaks for it."""
        return all(self.weights[name] * sign >= _SCARCELY for name, sign in self.signs.items())

    @property
    def contradicts(self) -> bool:
        """Whether the two texts state another step of one thing, or the same of other parties, or put other names in quotes."""
        return not _CONTRADICTIONS.isdisjoint(self.signs) or "other names quoted" in self.signs

    @property
    def compares_facts(self) -> bool:
        """Whether both texts state facts that say something of each other."""
        return self.contradicts or "fact" in self.signs

    @property
    def reasons(self) -> tuple[tuple[str, float], ...]:
        """What the score adds up from: each sign with its part."""
        return tuple((name, part) for name, sign in self.signs.items() if (part := round(self.weights[name] * sign, 2)))


def compare(later: Profile, earlier: Profile) -> Likeness:
    """Hold a text against one that came before it.

    A round-up is the same as nothing but its copies. Two texts off topic need more in common, long ones most: they share
    names and words of the whole world, and the weights are those of one field.
    """
    alike, runs = one_language(later, earlier), min(later.runs, earlier.runs)
    signs = _signs(later, earlier, alike=alike, long=runs >= _LONG)
    weights = _ONE_LANGUAGE if alike else _TWO_LANGUAGES
    score = weights[""] + sum([weights[name] * sign for name, sign in signs.items()])
    contradicted = not (_CONTRADICTIONS | {"other sums", "other names quoted"}).isdisjoint(signs)
    # A round-up holds other texts whole, and is a copy of none of them.
    is_copy = signs["copied"] >= _COPY and later.round_up == earlier.round_up
    if is_copy and contradicted and runs < _COPY_RUNS:
        # The same sentences may be read otherwise under another title; with one figure or letter exchanged they are other sentences.
        is_copy = signs["copied"] >= _WHOLE and within(later.words, earlier.words)
    if is_copy:
        score = max(score, SAME + 3 + signs["copied"])
    elif later.round_up or earlier.round_up:
        score = min(score, SAME - _ROUND_UPS)
    elif (not _CONTRADICTIONS.isdisjoint(signs) and (alike or "other parties" not in signs)) or _names_apart(signs):
        score = min(score, SAME - _OTHER_FACT)
    elif not (later.clues.relevant or earlier.clues.relevant):
        score -= _LONG_OFF_TOPIC if runs >= _LONG else _OFF_TOPIC
    return Likeness(round(score, 3), _relation(later, earlier, score, signs, alike=alike, is_copy=is_copy), signs, weights)


def _names_apart(signs: Mapping[str, float]) -> bool:
    """Whether two texts share no organisation and each puts a name of its own in quotes, however alike the rest reads."""
    return "other names quoted" in signs and "organisation" not in signs


def _relation(later: Profile, earlier: Profile, score: float, signs: Mapping[str, float], *, alike: bool, is_copy: bool) -> Relation:
    if score >= SAME:
        if not alike:
            return "translation"
        if is_copy or (signs["copied"] >= _SPUN[0] and signs["words"] >= _SPUN[1]):
            return "reprint"
        return "rewrite" if max(signs["words"], signs["copied"]) >= _REWRITTEN else "same_event"
    named = not _NAMED.isdisjoint(signs)
    goes_on = ("model" in signs or signs["title"] + signs["words"] >= 0.5) and not (later.round_up or earlier.round_up)
    came_later = later.day is None or earlier.day is None or later.day >= earlier.day
    return "follow_up" if named and goes_on and came_later else "none"


def _signs(one: Profile, other: Profile, *, alike: bool, long: bool) -> dict[str, float]:
    """What two texts share and where they contradict each other. Beside copied part, title and words, what they do not give is left
    out: most pairs share little, and there are many of them."""
    title, words, rare = shared_words(one.words, other.words)
    copied = shared_part(one.hashes, one.runs, other.hashes, other.runs)
    signs = {"copied": copied, "title": title, "words": words, "rare words": min(30.0, rare)}
    _add_signs_of_terms(signs, one, other, alike=alike, long=long)
    _add_signs_of_figures(signs, one, other, alike=alike)
    _add_signs_of_names(signs, one, other, alike=alike)
    if one.clues.events and other.clues.events:
        signs.update(dict.fromkeys(_facts(one, other, alike=alike), 1.0))
    _add_signs_of_marks(signs, one, other, alike=alike, long=long)
    return signs


def _add_signs_of_marks(signs: dict[str, float], one: Profile, other: Profile, *, alike: bool, long: bool) -> None:
    # Long texts put much in quotes.
    if one.quoted and other.quoted and not (alike and long):
        if not one.quoted.isdisjoint(other.quoted):
            signs["name quoted"] = 1.0
        elif alike:
            signs["other names quoted"] = 1.0
    if one.numbers and other.numbers:
        signs["other number" if one.numbers.isdisjoint(other.numbers) else "number"] = 1.0


def _add_signs_of_names(signs: dict[str, float], one: Profile, other: Profile, *, alike: bool) -> None:
    mine, theirs = one.clues, other.clues
    organisations = mine.organisations & theirs.organisations
    if organisations:
        signs["organisation"] = 1.0
        if len(organisations) > 1:
            signs["two organisations"] = 1.0
    elif _strangers(mine.organisations, theirs.organisations):
        signs["other organisations"] = 1.0
    if not mine.everywhere.isdisjoint(theirs.everywhere):
        signs["regulator"] = 1.0
    if not mine.models.isdisjoint(theirs.models):
        signs["model"] = 1.0
    if mine.amounts and theirs.amounts:
        if not any(_same_money(a, b) for a in mine.amounts for b in theirs.amounts):
            signs["other sums"] = 1.0
        elif organisations or "name spelt" in signs or (not alike and _steps(one) & _steps(other)):
            signs["sum of a name"] = 1.0


def _add_signs_of_terms(signs: dict[str, float], one: Profile, other: Profile, *, alike: bool, long: bool) -> None:
    # Long texts have words enough to tell them by, and terms by chance.
    if one.terms and other.terms and not (alike and long):
        signs["terms"], signs["rare terms"], signs["other terms"] = _terms(one.terms, other.terms)
    # In one language a name that both spell is a word that both have.
    if not alike and (spelt := len(one.spellings & other.spellings)):
        signs["name spelt"] = min(2.0, spelt)


def _add_signs_of_figures(signs: dict[str, float], one: Profile, other: Profile, *, alike: bool) -> None:
    if one.quantities and other.quantities:
        fewer = min(len(one.quantities), len(other.quantities))
        if figures := _shared_figures(one.quantities, other.quantities):
            signs["figures"] = figures / max(2, fewer)
        elif fewer > 1:
            signs["other figures"] = 1.0
        elif alike and len(one.quantities) == len(other.quantities):
            signs["other figure"] = 1.0
    if one.days and other.days:
        if not one.days.isdisjoint(other.days):
            signs["day told"] = 1.0
        elif _between(one.days, other.days) > _TOLD_FAR_DAYS:
            signs["other day told"] = 1.0
    if apart := _days_apart(one, other):
        signs["days apart"] = apart


def one_language(one: Profile, other: Profile) -> bool:
    """Whether two texts are written in one language, whatever the script."""
    return one.chinese == other.chinese and (one.language == "other") == (other.language == "other")


def _steps(text: Profile) -> set[tuple[str, str]]:
    return {(event.type, event.step) for event in text.clues.events if event.step and event.type in _BUT_ONCE}


def _terms(mine: frozenset[str], theirs: frozenset[str]) -> tuple[float, float, float]:
    """Which part of the terms of the text that has fewer the other uses too, by their weight; how much the rare ones weigh that both
    use; and how much those weigh at least that either has for itself."""
    (all_mine, rare_mine), (all_theirs, rare_theirs) = _weight_of_terms(mine), _weight_of_terms(theirs)
    shared, rare = _weight_of_terms(mine & theirs)
    return shared / max(_FEW_TERMS, min(all_mine, all_theirs)), min(30.0, rare), min(20.0, rare_mine - rare, rare_theirs - rare)


@lru_cache(maxsize=4096)
def _weight_of_terms(terms: frozenset[str]) -> tuple[float, float]:
    """How much terms weigh, and how much the rare ones among them."""
    weights = [term_rarity(term) for term in terms]
    return sum(weights), sum([weight for weight in weights if weight >= _RARE_TERM])


def _facts(one: Profile, other: Profile, *, alike: bool) -> tuple[str, ...]:
    """Whether two texts that state facts state the same one (and all that tells it), another step of one, one about another thing, only
    some of other kinds, only some of other parties."""
    mine, theirs = one.clues.events, other.clues.events
    paired = [(a, b) for a in mine for b in theirs if a.type == b.type or ({a.type, b.type} == _ONE_DEED and one_party(a.party, b.party))]
    if not paired:
        return ("other facts",)
    pairs = [(a, b) for a, b in paired if one_party(a.party, b.party)]
    if not pairs:
        return () if _names_party(one, other) or _names_party(other, one) else ("other parties",)
    in_step = [(a, b) for a, b in pairs if not a.step or not b.step or a.step == b.step or {a.step, b.step} in _ONE_STEP]
    if not in_step:
        return ("other step",)
    kinds = {a.type for a, _ in in_step}
    if kinds == {"partnership"}:
        return _partners(mine, theirs, alike=alike)
    # That a house takes a model in says as much as naming both, which is counted.
    if any(
        (one_thing(a.thing, b.thing) and "adoption" not in (a.type, b.type)) or (a.type in _BUT_ONCE and a.step and a.step == b.step)
        for a, b in in_step
    ):
        return "fact", "whole fact"
    return ("other thing",) if all(other_thing(a, b) for a, b in in_step) else ("fact",)


def _partners(mine: Iterable[Event], theirs: Iterable[Event], *, alike: bool) -> tuple[str, ...]:
    """Whether partnerships that share a party are those of the same ones. In two languages their names may only seem to differ."""
    my_parties, their_parties = ({event.party for event in events if event.type == "partnership"} for events in (mine, theirs))
    shared = sum(any(one_party(a, b) for b in their_parties) for a in my_parties)
    if shared > 1:
        return "fact", "whole fact"
    return ("other thing",) if alike and min(len(my_parties), len(their_parties)) > 1 else ("fact",)


def _names_party(one: Profile, other: Profile) -> bool:
    """Whether a text names, beside its own parties, one that a fact of the other is about."""
    named = one.clues.organisations | one.clues.everywhere
    return any(event.party in named for event in other.clues.events)


@lru_cache(maxsize=4096)
def _abbreviated(name: str) -> str:
    """A name with what hospitals are called for short: 海陵大学附属第一医院 is 海陵大一附院."""
    for written, short in _FOR_SHORT:
        name = written.sub(short, name)
    return name


def one_party(one: str, other: str) -> bool:
    """Whether two names may be one party's, in full or in short: 安岭医共体 is 安岭医疗共同体, 第二医院 is not 医院."""
    short, long = sorted((_abbreviated(one), _abbreviated(other)), key=len)
    if short in long:
        return True
    if len(short) < _SHORT_NAME or short[:2] != long[:2] or not all(map(is_han, short)):
        return False
    rest = iter(long)
    return all(char in rest for char in short) and not _TOLD_APART & (set(long) - set(short))


def one_thing(one: str | None, other: str | None) -> bool:
    """Whether two names are one product's, or one model's."""
    return one is not None and other is not None and one_party(one, other)


def other_thing(one: Event, other: Event) -> bool:
    """Whether two facts are about different things: other models, other products with names in Chinese. Who buys is told too variously."""
    if one.thing is None or other.thing is None or one.type != other.type or one.type not in _OF_THINGS:
        return False
    if one.type == "adoption":
        return one.thing in _FAMILIES and other.thing in _FAMILIES and one.thing != other.thing
    mine, theirs = _kernel(one.thing), _kernel(other.thing)
    return bool(mine) and bool(theirs) and not any(a in b or b in a for a in mine for b in theirs)


@lru_cache(maxsize=4096)
def _kernel(thing: str) -> frozenset[str]:
    """What tells a product with a Chinese name from others: the whole of a short name, of a long one its rare words."""
    if not any(map(is_han, thing)):
        return frozenset()
    return frozenset(
        {thing} if len(thing) <= _SHORT_NAME else [word for word in words(thing) if is_han(word[0]) and rarity(word) >= _RARE_WORD]
    )


def _strangers(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether both texts name organisations, and none of one is one of the other, in full or in short."""
    return bool(mine) and bool(theirs) and not any(a in b or b in a for a in mine for b in theirs)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(one, other)


def _shared_figures(mine: frozenset[float], theirs: frozenset[float]) -> int:
    """How many of the figures of one text the other has, or one close by."""
    in_order = _in_order(theirs)
    found = 0
    for figure in mine:
        at = bisect_left(in_order, figure * (1 - _NEAR))
        found += at < len(in_order) and in_order[at] * (1 - _NEAR) <= figure
    return found


@lru_cache(maxsize=4096)
def _in_order(figures: frozenset[float]) -> list[float]:
    return sorted(figures)


def _same_money(one: tuple[str, float], other: tuple[str, float]) -> bool:
    if one[0] == other[0]:
        return _near(one[1], other[1])
    mine, theirs = one[1] * _DOLLARS.get(one[0], 0), other[1] * _DOLLARS.get(other[0], 0)
    return mine > 0 and abs(mine - theirs) <= _NEAR_MONEY * max(mine, theirs)


def _days_apart(one: Profile, other: Profile) -> float:
    """0 for days close together or unknown, 1 for days far apart; where a text has no day, the days that it tells stand for it."""
    if one.day and other.day:
        days = float(abs((one.day - other.day).days))
    else:
        mine, theirs = _own_days(one), _own_days(other)
        days = _between(mine, theirs) if mine and theirs else 0.0
    return min(1.0, max(0.0, days - _GRACE_DAYS) / _FAR_DAYS)


def _own_days(one: Profile) -> frozenset[tuple[int, int]]:
    return one.days or (frozenset({(one.day.month, one.day.day)}) if one.day else frozenset())


def _between(mine: Iterable[tuple[int, int]], theirs: Iterable[tuple[int, int]]) -> float:
    """The fewest days from a day of one to a day of the other, in whichever years."""
    return min(min(days, 365 - days) for a in mine for b in theirs for days in (abs(_of_year(a) - _of_year(b)),))


def _of_year(day: tuple[int, int]) -> float:
    return day[0] * 30.4 + day[1]
