"""Events as the text tells them → facts: words become organisations of the catalogue, sums of money, models with their version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crawler.judge.dates import day_of_news, find_day
from crawler.judge.document import Reading
from crawler.judge.facts import (
    Adoption,
    Amount,
    Approval,
    Fact,
    Figure,
    Funding,
    Investor,
    Launch,
    ModelRef,
    Partnership,
    Party,
    Policy,
    Results,
)
from crawler.judge.facts import Mention as Named
from crawler.judge.money import find_amounts
from crawler.judge.name_ends import without_legal_form
from crawler.judge.registry import BY_NAME

from .events import Told, fuller, same
from .marks import (
    conversion,
    document_number,
    document_title,
    hosting,
    is_lead,
    pair_at,
    quoted,
    stands_beside,
    step,
    titled,
    whole_figure,
    without_conversion,
    without_joins,
)
from .shape import FLAG
from .spans import Mention

HOLDS = 0.5
IN_HEALTH = 0.4  # from which likelihood a main party works in health: better than .5 on two folds of real texts not learnt
_OUTER = " \t\n\u3000“”\"'‘’「」『』《》〈〉【】（(，,、：:；;。.*-–—|"
_BEFORE_NAMES = "在的由"  # never the first character of a name, but of what stands before one
_CLOSES = {")": "(", "）": "（"}
_VALUED = re.compile(r"(?:估值|市值|valu(?:ed|ing|ation)[a-z ]{0,24})[^,，。;；]{0,10}$")
# What a company takes in or loses is no sum of a deal, however near it stands.
_EARNED = re.compile(r"(?:收入|营收|利润|净利|亏损|\brevenues?\b|\bprofits?\b|\bloss(?:es)?\b)[^,，。;；]{0,10}$")
_CLAUSE = re.compile(r"[,，;；]")
_DEALS = frozenset({"funding", "ipo", "acquisition"})
_RAISED = {
    "ipo": re.compile(r"募资|募集|集资|筹资|\brais|\boffering|\bipo of|\bgross proceeds"),
    "funding": re.compile(r"融资|募资|筹资|\brais|\bsecur|\bround\b|\bfunding\b"),
}
_THIS_ROUND = re.compile(r"(?:本|该|此|新一|这一|上一|一|多|数|两)轮(?:次)?(?:融资)?|本次(?:融资)?")
_SOME_MODEL = re.compile(r"(?:AI|ai|人工智能)?大模型|(?:AI|ai|人工智能)[\u4e00-\u9fff]{0,8}|\bAI\b[a-z ]{0,30}")
# Characters from which a title says which document is meant: no policy labelled without issuer and number has a shorter one.
_NAMES_A_DOCUMENT = 7

Confidence = Callable[[str, float], float]


def facts_of(told: Sequence[Told], reading: Reading, confidence: Confidence) -> tuple[Fact, ...]:
    """The facts that `told` events make, by where their evidence stands.

    `confidence` gives of a kind and a likelihood how often such a fact is right.
    """
    assembler = _Assembler(reading, told)
    made: list[Fact] = []
    for event in told:
        if event.health < IN_HEALTH and not BY_NAME[event.kind].any_industry:
            continue
        sure = round(confidence(event.kind, event.likely * event.sure**0.5), 3)
        made += assembler.facts(event, sure)
    return tuple(sorted(made, key=lambda fact: fact.evidence.start))


class _Assembler:
    def __init__(self, reading: Reading, told: Sequence[Told]) -> None:
        self.reading = reading
        self.full = reading.full
        self.told = told
        self.tied = {amount.start for event in told if event.kind in _DEALS and (amount := self.amount(event)) is not None}

    def facts(self, event: Told, confidence: float) -> Iterator[Fact]:
        sentence = self.reading.sentence_at(self.span(event.anchor)[0])
        background = event.background >= HOLDS
        dated = find_day if background else day_of_news
        common: dict[str, Any] = {
            "evidence": sentence.evidence(),
            "announced_on": dated(self.reading.folded[sentence.start : sentence.end], self.reading.document.published),
            "confidence": confidence,
            "found_by": "reader",
            "background": background,
            "health": event.health >= IN_HEALTH,
        }
        yield from _MAKERS[event.kind](self, event, common)

    def span(self, mention: Mention) -> tuple[int, int]:
        """Where a mention stands, widened to whole Latin words and names in quotation marks, without what stands around a name."""
        start, end = mention.start, mention.end
        while start > 0 and _latin(self.full, start - 1) and _latin(self.full, start):
            start -= 1
        while end < len(self.full) and _latin(self.full, end) and _latin(self.full, end - 1):
            end += 1
        start, end = quoted(self.full, start, end)
        while start < end and self.full[start] in _OUTER:
            start += 1
        while end > start and self.full[end - 1] in _OUTER:
            end -= 1
        if end - start > 3 and self.full[start] in _BEFORE_NAMES:
            start += 1
        if self.full[end - 1 : end] in _CLOSES and _CLOSES[self.full[end - 1]] not in self.full[start:end]:
            end -= 1
        return without_joins(self.full, start, end)

    def _mentions(self, event: Told, role: str) -> list[tuple[int, int, Mention]]:
        """Spans of a role by likelihood, none overlapping another."""
        out: list[tuple[int, int, Mention]] = []
        for mention in event.roles.get(role, ()):
            start, end = self.span(mention)
            if start < end and all(end <= a or b <= start for a, b, _ in out):
                out.append((start, end, mention))
        return out

    def text(self, event: Told, role: str, widen: Callable[[str, int, int], tuple[int, int]] | None = None) -> str | None:
        found = self._mentions(event, role)
        if not found:
            return None
        start, end = widen(self.full, *found[0][:2]) if widen else found[0][:2]
        return self.full[start:end]

    def named(self, start: int, end: int, target: str) -> Named | None:
        """The name of the catalogue that stands there: it covers most of the span but its legal form, or the span lies in it."""
        size = len(without_legal_form(self.full[start:end]))
        for name in self.reading.catalogued:
            shared = min(end, name.end) - max(start, name.start)
            if name.target == target and shared > 0 and (shared >= 0.6 * size or shared == name.end - name.start == end - start):
                return name
        return None

    def party_at(self, start: int, end: int) -> Party:
        name = self.named(start, end, "organisation")
        if name is not None and name.start <= start and end <= name.end:
            start, end = name.start, name.end
        return Party(name.id if name else None, self.full[start:end])

    def party(self, event: Told, role: str) -> Party | None:
        found = [(start, end) for start, end, _ in self._mentions(event, role) if end - start > 1]  # no name is one character
        return self.party_at(*found[0]) if found else None

    def companies(self, event: Told) -> list[Party]:
        """Whose deal it is: two companies where both are named in one breath and the verb is plural, as in "Kestra and Lumo file"."""
        company = self.party(event, "company")
        if company is None:
            return []
        start = self.span(event.roles["company"][0])[0]
        pair = pair_at(self.full, start) if company.id is None else None
        if pair is None or pair.end(2) < start + len(company.as_written):
            return [company]
        return [self.party_at(*pair.span(1)), self.party_at(*pair.span(2))]

    def parties(self, event: Told, role: str) -> tuple[Party, ...]:
        """Who plays a role together, each once under its fullest name, in the order of the text."""
        out: list[Party] = []
        for start, end, _ in sorted(self._mentions(event, role)[:12], key=lambda found: found[0]):
            party = self.party_at(start, end)
            known = next(
                (i for i, p in enumerate(out) if (party.id is not None and party.id == p.id) or same(party.as_written, p.as_written)), None
            )
            if known is None:
                out.append(party)
            elif fuller(party.as_written, out[known].as_written):
                out[known] = party
        whole = tuple(p for p in out if p.id is not None or not any(fuller(o.as_written, p.as_written) for o in out))
        return whole if len(whole) > 1 else tuple(out)

    def adopter(self, event: Told) -> Party | None:
        """Who takes it into use, by the fullest name of it that the text has."""
        party = self.party(event, "adopter")
        if party is None or party.id is None:
            return party
        names = [n.as_written for n in self.reading.catalogued if n.id == party.id and fuller(n.as_written, party.as_written)]
        return Party(party.id, max(names, key=len)) if names else party

    def take_apart(self, event: Told, adopter: Party) -> None:
        """Take away the words of an adoption that are a part of its adopter's name: no product is Ping in Ping An Health."""
        names = [(n.start, n.end) for n in self.reading.catalogued if n.id == adopter.id]
        names += [self.span(mention) for mention in event.roles["adopter"]]
        for role in ("product", "model"):
            spans = ((mention, *self.span(mention)) for mention in event.roles.get(role, ()))
            apart = [m for m, start, end in spans if not any(a <= start and end <= b and end - start < b - a for a, b in names)]
            event.roles[role] = apart

    def investors(self, event: Told) -> tuple[Investor, ...]:
        out: list[Investor] = []
        for start, end, mention in sorted(self._mentions(event, "investors")[:24], key=lambda found: found[0]):
            party = self.party_at(start, end)
            if len(party.as_written) > 1 and not any(same(party.as_written, i.name) for i in out):
                lead = mention.told[FLAG["lead"]] >= HOLDS or is_lead(self.reading.folded, start, end)
                out.append(Investor(party.id, party.as_written, lead))
        return tuple(out)

    def amount(self, event: Told, *, of_money: bool = True) -> Amount | None:
        for start, end, _ in self._mentions(event, "amount"):
            amount = self._amount_at(start, end)
            if amount is not None and self._is_of_the_next(event, amount):
                continue
            if amount is not None and not self._is_valuation(amount) and not (event.kind in _DEALS and self._follows(_EARNED, amount)):
                return amount
            if amount is None and not of_money:
                return Amount(self.full[start:end], start, end, None, None, None, "exact")
        return None

    def _amount_at(self, start: int, end: int) -> Amount | None:
        known = [a for a in self.reading.amounts if a.start < end and start < a.end]
        if known:
            return max(known, key=lambda a: min(end, a.end) - max(start, a.start))
        found = find_amounts(self.full[start:end] + "融资", self.reading.folded[start:end] + "融资")
        if not found:
            return None
        a = found[0]
        return Amount(a.as_written, a.start + start, a.end + start, a.low, a.high, a.currency, a.hedge)

    def beside(self, event: Told, role: str) -> Amount | None:
        """The sum that stands right behind a role, or right before it as in "$2 million in revenue"."""
        spans = [(start, end) for start, end, _ in self._mentions(event, role)[:1]]
        return next((a for span in spans for a in self.reading.amounts if stands_beside(self.full, span, (a.start, a.end))), None)

    def round(self, event: Told) -> str | None:
        """The round as written, where it names one: 本轮 names none."""
        written = self.text(event, "round")
        return None if written is None or _THIS_ROUND.fullmatch(written) else written

    def raised(self, event: Told) -> Amount | None:
        """The one sum that the anchor's sentence says is raised, where the reader ties none to the event and that one to no other."""
        sentence = self.reading.sentence_at(self.span(event.anchor)[0])
        sums = [a for a in self.reading.amounts if sentence.start <= a.start < sentence.end and not self._is_valuation(a)]
        cue = _RAISED.get(event.kind)
        free = len(sums) == 1 and sums[0].start not in self.tied and not self._is_of_the_next(event, sums[0])
        return sums[0] if cue and free and cue.search(self.reading.folded, sentence.start, sentence.end) else None

    def _is_of_the_next(self, event: Told, amount: Amount) -> bool:
        """Whether another event of a deal's kind, without a sum of its own, begins before a sum in a clause behind the deal's anchor.

        So it is in 甲完成A轮融资，乙完成1亿元融资.
        """
        start, sentence = self.span(event.anchor)[1], self.reading.sentence_at(self.span(event.anchor)[0])
        others = (
            self.span(o.anchor)[0] for o in self.told if o.kind == event.kind in _DEALS and o is not event and not o.roles.get("amount")
        )
        between = (other for other in others if start < other < amount.start < sentence.end)
        return any(_CLAUSE.search(self.reading.folded, start, other) for other in between)

    def _is_valuation(self, amount: Amount) -> bool:
        return self._follows(_VALUED, amount)

    def _follows(self, words: re.Pattern[str], amount: Amount) -> bool:
        return words.search(self.reading.folded, max(0, amount.start - 40), amount.start) is not None

    def is_conversion(self, mention: Mention) -> bool:
        """Whether a figure only says in brackets what a sum right before it comes to in another currency."""
        start = self.span(mention)[0]
        opened, sums = conversion(self.full, start), self.reading.amounts
        return opened is not None and any(0 <= opened - a.end <= 1 for a in sums) and any(a.start <= start < a.end for a in sums)

    def valuation(self, event: Told) -> Amount | None:
        sentence = self.reading.sentence_at(self.span(event.anchor)[0])
        stated = (a for a in self.reading.amounts if sentence.start <= a.start < sentence.end)
        return next((a for a in stated if self._is_valuation(a)), None)

    def models(self, event: Told, role: str = "model") -> list[ModelRef]:
        out: list[ModelRef] = []
        for start, end, _ in self._mentions(event, role):
            name = self.named(start, end, "model") or self._inside(start, end)
            made = (
                ModelRef(name.id, name.kind, name.as_written, self.reading.names.version(name))
                if name is not None
                else ModelRef(None, "other", self.full[start:end])
            )
            if not any(made.family == m.family != "other" or same(made.as_written, m.as_written) for m in out):
                out.append(made)
        return out

    def _inside(self, start: int, end: int) -> Named | None:
        return next((n for n in self.reading.catalogued if n.target == "model" and start <= n.start and n.end <= end), None)

    def near_model(self, event: Told) -> list[ModelRef]:
        """The model that the sentence of the anchor names, where the reader ties none to it: of some AI, what stands next behind it."""
        sentence = self.reading.sentence_at(self.span(event.anchor)[0])
        names = [n for n in self.reading.catalogued if n.target == "model" and sentence.start <= n.start < sentence.end]
        if names:
            name = min(names, key=lambda n: abs(n.start - event.anchor.start))
            return [ModelRef(name.id, name.kind, name.as_written, self.reading.names.version(name))]
        behind = _SOME_MODEL.search(self.full, self.span(event.anchor)[1], sentence.end)
        some = behind or _SOME_MODEL.search(self.full, sentence.start, sentence.end)
        return [ModelRef(None, "other", some[0].strip())] if some else []


def _latin(full: str, at: int) -> bool:
    return full[at].isascii() and (
        full[at].isalnum() or (full[at] in "-'&" and 0 < at < len(full) - 1 and full[at - 1].isalnum() and full[at + 1].isalnum())
    )


def _deal(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    amount = make.amount(event) or (make.raised(event))
    for company in make.companies(event):
        investors = tuple(i for i in make.investors(event) if not same(i.name, company.as_written))
        yield Funding(
            type=event.kind, company=company, amount=amount, round=make.round(event), investors=investors,
            valuation=make.valuation(event), stage=_choice(make, event, "stage", "done"), kind=_choice(make, event, "kind", "venture"),
            venue=make.text(event, "venue"), **common,
        )  # fmt: skip


def _choice(make: _Assembler, event: Told, choice: str, default: Any) -> Any:
    """A choice by the words of the anchor's sentence where they name one, of the text's where that is the title; else by the reader."""
    told = [event.anchor, *(event.also[:1] if event.anchor.start < make.reading.body_start else ())]
    sentences = (make.reading.sentence_at(make.span(anchor)[0]) for anchor in told)
    named = (step(event.kind, choice, make.reading.folded, sentence.start, sentence.end) for sentence in sentences)
    return next(filter(None, named), None) or event.choices.get(choice, (None, 0.0))[0] or default


def _adoption(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    adopter = make.adopter(event)
    if adopter is None:
        return
    make.take_apart(event, adopter)
    product = make.text(event, "product")
    sentence = make.reading.sentence_at(make.span(event.anchor)[0])
    told, p = event.choices.get("hosting", (None, 0.0))
    runs = told if p >= HOLDS else hosting(make.reading.folded, sentence.start, sentence.end)
    models = make.models(event) or make.models(event, "product")[:1] or make.near_model(event)
    for model in models:
        yield Adoption(
            type="adoption", adopter=adopter, model=model, product=product, department=make.text(event, "department"),
            stage=_choice(make, event, "stage", "announced"), hosting=runs, **common,  # type: ignore[arg-type]
        )  # fmt: skip


def _approval(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    yield Approval(
        type="approval", holder=make.party(event, "holder"), product=make.text(event, "product"), authority=make.text(event, "authority"),
        device_class=make.text(event, "class"), decision=_choice(make, event, "decision", "approved"), **common,
    )  # fmt: skip


def _partnership(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    parties = make.parties(event, "parties")
    if len(parties) >= 2:
        yield Partnership(type="partnership", parties=parties, subject=make.text(event, "subject"), amount=make.amount(event), **common)


def _policy(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    sentence = make.reading.sentence_at(make.span(event.anchor)[0])
    number = make.text(event, "number") or document_number(make.full, sentence.start, sentence.end)
    title = make.text(event, "title", titled) or document_title(make.full, sentence.start, sentence.end)
    issuer = make.party(event, "issuer")
    if issuer is not None or number is not None or len(title or "") >= _NAMES_A_DOCUMENT:
        yield Policy(type="policy", issuer=issuer, title=title, number=number, **common)


def _launch(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    model = next(iter(make.models(event)), None)
    yield Launch(type="launch", organisation=make.party(event, "organisation"), product=make.text(event, "product"), model=model, **common)


def _results(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    organisation, measure = make.party(event, "organisation"), make.text(event, "measure")
    if organisation is not None and measure is not None:
        yield Results(
            type="results", organisation=organisation, measure=measure,
            amount=make.amount(event, of_money=False) or make.beside(event, "measure"), period=make.text(event, "period"), **common,
        )  # fmt: skip


def _figure(make: _Assembler, event: Told, common: Mapping[str, Any]) -> Iterator[Fact]:
    value = make.text(event, "value", whole_figure)
    if value is not None and not make.is_conversion(event.anchor):
        yield Figure(
            type="figure", subject=make.text(event, "subject"), value=without_conversion(value), year=make.text(event, "year"),
            source=make.text(event, "source"), **common,
        )  # fmt: skip


_MAKERS: Mapping[str, Callable[[_Assembler, Told, Mapping[str, Any]], Iterator[Fact]]] = {
    "funding": _deal, "ipo": _deal, "acquisition": _deal, "adoption": _adoption, "approval": _approval, "partnership": _partnership,
    "policy": _policy, "launch": _launch, "results": _results, "figure": _figure,
}  # fmt: skip
