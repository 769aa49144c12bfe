"""Facts → the rows of the funding and adoption tables, and the totals above them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from store.digests import Candidate
from store.models import AdoptionFact, FundingFact

from .edition import AdoptionLine, FundingLine, Totals
from .period import local_day
from .prose import bare, clean, safe_link
from .rank import Group, moment

Names = dict[str, tuple[str | None, str | None]]
Fact = TypeVar("Fact", FundingFact, AdoptionFact)

_FUNDING_ORDER = ("funding", "ipo", "acquisition")
_ONE_ROUND_DAYS = 45  # a company may announce again later, without naming the round
_STAGES = ("planned", "announced", "pilot", "live", "expanded")


def origin(row: Candidate) -> dict[str, Any]:
    """The fields of `Origin` for an item."""
    item = row.item
    return {
        "item_id": item.id or 0,
        "story_id": item.story_id,
        "outlet": clean(item.outlet or row.source.name_zh or row.source.name),
        "day": local_day(moment(row)).isoformat(),
        "link": safe_link(item.link),
    }


def _announced(groups: Iterable[Group], *kinds: str) -> list[tuple[Any, Candidate]]:
    """Facts that items announce rather than recall, each with its item; leading items of their stories first."""
    return [(fact, row) for group in groups for row in group.members for fact in row.announced(*kinds)]


def _same_round(one: FundingFact, other: FundingFact, *, one_story: bool) -> bool:
    """Whether two facts, of items of `one_story` or not, tell one round: the same company, or names in two scripts with the same figure."""
    if one.type != other.type or (one.type == "funding" and one.kind != other.kind) or _days_apart(one, other) > _ONE_ROUND_DAYS:
        return False
    if one.round is not None and other.round is not None and _stage_letter(one.round) != _stage_letter(other.round):
        return False
    if one.company_id and other.company_id:
        return one.company_id == other.company_id
    return bare(one.company) == bare(other.company) or _translated(one, other, one_story=one_story)


def _translated(one: FundingFact, other: FundingFact, *, one_story: bool) -> bool:
    """Whether one fact reads like the other in another language: names in two scripts, one story or the same figure within days."""
    if one.company.isascii() == other.company.isascii():
        return False
    if one_story:
        return True
    if one.amount_low is None:
        return False
    figure = (one.amount_low, one.amount_high, one.amount_currency) == (other.amount_low, other.amount_high, other.amount_currency)
    return figure and _days_apart(one, other) <= 3


def _days_apart(one: FundingFact, other: FundingFact) -> int:
    """Days between two announcements, 0 where a day is not known."""
    return abs((one.announced_on - other.announced_on).days) if one.announced_on and other.announced_on else 0


@lru_cache(maxsize=4096)
def _stage_letter(name: str) -> str:
    """What tells rounds apart in both languages: B轮, Series B and B are one."""
    return re.sub(r"(?i)series|round|轮|融资|[\s_-]", "", name).casefold()


def _told(fact: FundingFact) -> tuple[bool, int, bool, float]:
    """How much a funding fact tells, for choosing among several of one round."""
    return (fact.cny_low is not None, len(fact.investors), fact.round is not None, fact.confidence)


def funding_lines(groups: Iterable[Group], names: Names) -> tuple[FundingLine, ...]:
    """One row a round: several items on one round give the row that tells most. Biggest low bound first, by type."""
    kept: list[tuple[FundingFact, Candidate]] = []
    for fact, row in sorted(_announced(groups, *_FUNDING_ORDER), key=lambda pair: _told(pair[0]), reverse=True):
        story = row.item.story_id
        if not any(_same_round(fact, other, one_story=story is not None and story == place.item.story_id) for other, place in kept):
            kept.append((fact, row))
    lines = [_funding_line(fact, row, names) for fact, row in kept]
    return tuple(sorted(lines, key=_funding_order))


def _funding_order(line: FundingLine) -> tuple[int, bool, Decimal, str]:
    kind = _FUNDING_ORDER.index(line.type) if line.type in _FUNDING_ORDER else len(_FUNDING_ORDER)
    return (kind, line.cny_low is None, -Decimal(line.cny_low or 0), line.company)


def _funding_line(fact: FundingFact, row: Candidate, names: Names) -> FundingLine:
    english, chinese = names.get(fact.company_id or "", (None, None))
    ordered = sorted(fact.investors, key=lambda one: not one.get("lead"))
    return FundingLine(
        **origin(row),
        company=clean(fact.company),
        company_en=english,
        company_zh=chinese,
        type=fact.type,
        kind=fact.kind,
        stage=fact.stage,
        round=clean(fact.round) if fact.round else None,
        amount=clean(fact.amount_as_written) if fact.amount_as_written else None,
        hedge=fact.amount_hedge,
        cny_low=_text(fact.cny_low),
        cny_high=_text(fact.cny_high),
        usd_low=_text(fact.usd_low),
        usd_high=_text(fact.usd_high),
        rate_on=fact.rate_on.isoformat() if fact.rate_on else None,
        rate_source=fact.rate_source,
        valuation=clean(fact.valuation_as_written) if fact.valuation_as_written else None,
        investors=tuple(clean(str(one.get("name", ""))) for one in ordered),
        leads=sum(bool(one.get("lead")) for one in ordered),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def adoption_lines(groups: Iterable[Group], names: Names) -> tuple[AdoptionLine, ...]:
    """One row an adopter and model family: the furthest stage told. DeepSeek first, then by family and stage."""
    best: dict[tuple[str, str], tuple[AdoptionFact, Candidate]] = {}
    for fact, row in _announced(groups, "adoption"):
        key = (fact.adopter_id or bare(fact.adopter), fact.model_family or bare(fact.product or ""))
        if key not in best or _reached(fact) > _reached(best[key][0]):
            best[key] = (fact, row)
    lines = [_adoption_line(fact, row, names) for fact, row in best.values()]
    return tuple(sorted(lines, key=lambda x: (x.family != "deepseek", x.family, -_stage(x.stage), x.day, x.adopter)))


def _stage(name: str) -> int:
    return _STAGES.index(name) if name in _STAGES else -1


def _reached(fact: AdoptionFact) -> tuple[int, bool, bool, float]:
    return (_stage(fact.stage), fact.model_version is not None, fact.hosting is not None, fact.confidence)


def _adoption_line(fact: AdoptionFact, row: Candidate, names: Names) -> AdoptionLine:
    english, chinese = names.get(fact.adopter_id or "", (None, None))
    model = clean(fact.model or fact.product or "")
    use = " · ".join(clean(part) for part in (fact.product, fact.department) if part and bare(part) != bare(model))
    if fact.model_version and bare(fact.model_version) not in bare(model):
        model = f"{model} {clean(fact.model_version)}"
    return AdoptionLine(
        **origin(row),
        adopter=clean(fact.adopter),
        adopter_en=english,
        adopter_zh=chinese,
        model=model,
        family=fact.model_family or "",
        use=use or None,
        stage=fact.stage,
        hosting=fact.hosting,
    )


def counted(line: FundingLine) -> bool:
    """Whether a row is part of the total: closed venture and strategic rounds; not funds, grants, debt, talks, IPOs or purchases."""
    return line.type == "funding" and line.stage == "done" and line.kind in ("venture", "strategic")


def totals(groups: list[Group], funding: tuple[FundingLine, ...], adoptions: tuple[AdoptionLine, ...]) -> Totals:
    """The key figures of an issue. Sums take the low bound of each counted round; rounds without a figure are counted apart.
    Adoptions that are only planned are listed, not counted."""
    rounds = [line for line in funding if counted(line)]
    taken_up = [line for line in adoptions if line.stage != "planned"]
    sized = [line for line in rounds if line.cny_low is not None]
    return Totals(
        stories=len(groups),
        outlets=len({origin(row)["outlet"] for group in groups for row in group.members}),
        adoptions=len(taken_up),
        deepseek=sum(line.family == "deepseek" for line in taken_up),
        rounds=len(rounds),
        undisclosed=len(rounds) - len(sized),
        raised_cny=str(sum((Decimal(line.cny_low or 0) for line in sized), Decimal(0))),
        raised_usd=str(sum((Decimal(line.usd_low or 0) for line in sized), Decimal(0))),
        approvals=_distinct(groups, "approval", "holder", "product"),
        policies=_distinct(groups, "policy", "issuer", "title"),
    )


def _distinct(groups: list[Group], kind: str, *columns: str) -> int:
    return len({tuple(bare(str(getattr(fact, column) or "")) for column in columns) for fact, _ in _announced(groups, kind)})
