"""Several tellings of one deal into one fact: title and lead, lead and detail."""

from __future__ import annotations

from decimal import Decimal

from crawler.judge.facts import Amount, Evidence, Fact, Found, Funding, Investor, Party
from store.text import fold

from .deal import Backer, Deal, Name, View
from .rounds import rank, same_round
from .when import published_day

_LEGAL = ("股份有限公司", "有限责任公司", "有限公司", "集团", " inc.", " inc", " ltd.", " ltd", " co.", " llc", " limited", ",")


def same_company(one: str, other: str) -> bool:
    """Whether two spellings name one company: equal without legal form, or one is at least half of the other."""
    short, long = sorted((_bare(one), _bare(other)), key=len)
    return short == long or (len(short) >= 2 and (long.startswith(short) or (short in long and 2 * len(short) >= len(long))))


def _bare(name: str) -> str:
    bare = fold(name).strip("“”\"'「」 ")
    for form in (*_LEGAL, *_LEGAL):
        bare = bare.removesuffix(form).strip()
    return bare


def merged(view: View, deals: list[Deal]) -> list[Deal]:
    """One deal for each that the text tells, the announced ones first, a company's earlier rounds after its newest."""
    out: list[Deal] = []
    for deal in deals:
        known = next((other for other in out if _same_deal(other, deal)), None)
        if known is None:
            out.append(deal)
        else:
            _join(known, deal)
    body = [d for d in out if not d.in_title]
    if body:
        # A headline over a round-up names deals that the text at hand may not tell: the text is the evidence.
        out = [d for d in out if not d.in_title or any(same_company(d.company.text, b.company.text) for b in body)]
    first = {deal.company.text: index for index, deal in reversed(list(enumerate(out)))}
    return sorted(
        out, key=lambda d: (d.type, d.background, min(i for n, i in first.items() if same_company(n, d.company.text)), -rank(d.round))
    )


def _same_deal(one: Deal, other: Deal) -> bool:
    if one.type != other.type or one.denied != other.denied or not same_company(one.company.text, other.company.text):
        return False
    if one.type == "acquisition":
        return True
    if one.type == "ipo":
        return one.background == other.background
    if one.round and other.round:
        return same_round(one.round, other.round)
    if one.amount and other.amount and not _same_amount(one.amount, other.amount):
        return one.stage == other.stage == "talks" and not (one.round or other.round)
    if one.background != other.background:
        return (
            bool(one.amount and other.amount)
            or (one.round is None and one.amount is None)
            or (other.round is None and other.amount is None)
        )
    return True


def _same_amount(one: Amount, other: Amount) -> bool:
    """Equal within one per cent, or in two currencies and therefore not to be told apart here."""
    if one.low is None or other.low is None:
        return True
    if one.currency and other.currency and one.currency != other.currency:
        return True
    return abs(one.low - other.low) <= max(one.low, other.low) * Decimal("0.05")


def _join(known: Deal, deal: Deal) -> None:
    """Take over into `known` what `deal` adds; the body outranks the title, the fuller telling is the evidence."""
    fuller = (known.in_title and not deal.in_title) or (_fill(deal) > _fill(known) and known.in_title == deal.in_title)
    if fuller and not deal.background:
        known.sentence, known.stage, known.kind = deal.sentence, deal.stage, deal.kind
    if len(deal.company.text) > len(known.company.text) and (known.in_title or deal.in_title):
        known.company = deal.company
    if deal.amount is not None and (known.amount is None or known.amount.low is None or (fuller and deal.amount.low is not None)):
        known.amount = deal.amount
    known.round = known.round or deal.round
    known.valuation = known.valuation or deal.valuation
    known.on = known.on or deal.on
    known.background = known.background and deal.background
    known.in_title = known.in_title and deal.in_title
    known.weight = min(0.95, max(known.weight, deal.weight) + 0.05)
    add_backers(known, deal.backers)


def add_backers(deal: Deal, backers: list[Backer]) -> None:
    """Add investors that `deal` does not have yet; a lead stays a lead."""
    for backer in backers:
        known = next((b for b in deal.backers if same_company(b.name.text, backer.name.text)), None)
        if known is not None:
            known.lead = known.lead or backer.lead
        elif not same_company(backer.name.text, deal.company.text):
            deal.backers.append(backer)


def _fill(deal: Deal) -> int:
    return sum((bool(deal.amount), bool(deal.round), bool(deal.backers), bool(deal.valuation)))


def as_facts(view: View, deals: list[Deal]) -> Found:
    """Facts of `deals`, those that the text denies apart."""
    facts: list[Fact] = [_fact(view, deal) for deal in deals if not deal.denied]
    return Found(facts, [_fact(view, deal) for deal in deals if deal.denied])


def _fact(view: View, deal: Deal) -> Funding:
    sentence = deal.sentence
    return Funding(
        type=deal.type,
        evidence=Evidence(sentence.text, sentence.start, sentence.end),
        announced_on=deal.on or (None if deal.background else published_day(view.published)),
        confidence=round(deal.weight, 2),
        found_by=f"rule:{deal.type}",
        background=deal.background,
        company=Party(_id(view, deal.company), deal.company.text),
        amount=deal.amount,
        round=deal.round,
        investors=tuple(Investor(_id(view, b.name), b.name.text, b.lead) for b in deal.backers),
        valuation=deal.valuation,
        stage=deal.stage,
        kind=deal.kind,
    )


def _id(view: View, name: Name) -> str | None:
    mention = view.organisation_in(name.start, name.end)
    return mention.id if mention else None
