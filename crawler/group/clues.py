"""A judgement → what it says of the event that a text tells. All that grouping knows of the judge stands here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from crawler.judge.facts import Judgement
from crawler.judge.name_ends import without_legal_form
from store.text import fold

from .words import plain

# Where the main party of a fact stands, by the field that names it; the first that a fact has is its main party.
_PARTIES = ("company", "adopter", "holder", "organisation", "issuer", "parties")
# Named in so many texts that sharing them says next to nothing of the event.
_EVERYWHERE = frozenset({"regulator", "agency"})
# 三部门, 全市200家社区医院: parties that are not named. Who leads three departments is told now and then: 卫健委等三部门.
_NOBODY = re.compile(
    r"(?:[一二三四五六七八九十两多数几\d]+(?:个|家|所|间)?(?:单位|机构|医院|公司|企业)|.*\d+(?:个|家|所|间)\w{0,6}(?:单位|机构|医院|公司|企业)|.*[一二三四五六七八九十两多数几\d]+个?(?:部门|部委))"
)
# Steps of a listing that its stage leaves together, by the words of the sentence that states it.
_IPO_STEPS = (
    ("hearing", re.compile(r"聆讯|hearing")),
    ("spun off", re.compile(r"分拆|spin[- ]?(?:ning )?off|spun off|carve[- ]?out")),
)
_ROUND = re.compile(r"series|round|轮|融资|[\s_-]", re.I)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as far as grouping compares it. `party` is an id, else the name as written, folded; `step` is the round of a funding, the
    stage of a listing, the decision of an approval, planned, first or wider use: what an event has but once. `thing` is what it is about
    beside its party: the product, the model that is taken in, who buys; the id or family of one that the catalogue knows."""

    type: str
    party: str
    step: str | None = None
    thing: str | None = None


@dataclass(frozen=True, slots=True)
class Clues:
    """What a judgement knows of an event: ids or folded names, (currency, low bound) of sums, facts that are news.

    Only the head of a text counts, because a long one names much besides. `everywhere` are regulators and agencies; `part` says that
    the judge took the text for a round-up of separable items.
    """

    organisations: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    amounts: frozenset[tuple[str, float]] = frozenset()
    events: tuple[Event, ...] = ()
    part: bool = False
    relevant: bool = True


def clues_of(judgement: Judgement, *, head: int) -> Clues:
    """What grouping takes from a judgement, of its text's first `head` characters."""
    named = [(m.id or fold(m.as_written), m) for m in judgement.mentions if m.start < head]
    stated = (fact for fact in judgement.events if not fact.background and fact.evidence.start < head)
    return Clues(
        organisations=frozenset(n for n, m in named if m.target == "organisation" and m.kind not in _EVERYWHERE),
        everywhere=frozenset(n for n, m in named if m.target == "organisation" and m.kind in _EVERYWHERE),
        models=frozenset(n for n, m in named if m.target == "model"),
        amounts=frozenset((a.currency or "", float(a.low)) for a in judgement.amounts if a.low and a.start < head),
        events=tuple(event for fact in stated for event in _events(fact)),
        part=judgement.part is not None,
        relevant=judgement.relevant,
    )


def names_of(judgement: Judgement, *, head: int) -> frozenset[str]:
    """The organisations that a text's first `head` characters name and its facts are about, as written, folded."""
    named = {fold(m.as_written) for m in judgement.mentions if m.target == "organisation" and m.start < head}
    parties = (one for fact in judgement.events if fact.evidence.start < head for one in _parties(fact))
    return frozenset(named | {plain(without_legal_form(one.as_written)) for one in parties} - {""})


def _parties(fact: Any) -> tuple[Any, ...]:
    party = next((found for name in _PARTIES if (found := getattr(fact, name, None))), ())
    return party if isinstance(party, tuple) else (party,)


def _events(fact: Any) -> list[Event]:
    """A fact by its main party; one of several equal parties by each of them."""
    parties = (one.id or plain(without_legal_form(one.as_written)) for one in _parties(fact))
    step, thing = _step(fact), _thing(fact)
    return [Event(fact.type, party, step, thing) for party in parties if not _NOBODY.fullmatch(party)]


def _thing(fact: Any) -> str | None:
    if fact.type == "acquisition":
        return next((one.id or plain(without_legal_form(one.name)) for one in fact.investors), None)
    model = getattr(fact, "model", None)
    if fact.type == "adoption" and model and model.family != "other":
        return str(model.family)
    written = getattr(fact, "product", None) or (model.as_written if model else "")
    return plain(written).lstrip("的") or None


def _step(fact: Any) -> str | None:
    if fact.type == "funding":
        return (_ROUND.sub("", plain(fact.round)) or None) if fact.round else None
    if fact.type == "adoption":
        return {"planned": "plan", "expanded": "wider"}.get(fact.stage, "first")
    if fact.type == "ipo" and fact.stage != "terminated":
        return next((step for step, words in _IPO_STEPS if words.search(fold(fact.evidence.text))), fact.stage)
    decision: str | None = getattr(fact, "decision", None)
    return fact.stage if fact.type == "ipo" else decision
