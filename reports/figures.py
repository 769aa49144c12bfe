"""The tables of an edition, one row an event, and the totals above them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from store.kinds import BY_NAME
from store.news import News, Told

from .edition import AdoptionLine, ApprovalLine, DealLine, FigureLine, FundingLine, Origin, PolicyLine, Report, Totals
from .labels import counted
from .lines import (
    Desk,
    acquisition_line,
    adoption_line,
    approval_line,
    figure_line,
    funding_line,
    outlet_of,
    partnership_line,
    policy_line,
)
from .prose import bare, safe_link

_ONE_ROUND_DAYS = 45  # a company may announce again later, without naming the round
_STAGES = ("planned", "announced", "pilot", "live", "expanded")
_FUNDING_ORDER = ("funding", "ipo")
_MARKET = "market"
_CALLED_MODEL = re.compile(r"(?i)模型|model|gpt")

Line = TypeVar("Line", bound=Origin)
Fact = tuple[News, Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables, and the stories that they tell."""

    adoptions: tuple[AdoptionLine, ...]
    funding: tuple[FundingLine, ...]
    deals: tuple[DealLine, ...]
    approvals: tuple[ApprovalLine, ...]
    policies: tuple[PolicyLine, ...]
    figures: tuple[FigureLine, ...]
    told: frozenset[int]


class _Teller:
    """Picks the fact that tells each event best, and remembers which stories are told by it."""

    def __init__(self, stories: Sequence[News], homes: Mapping[int, str], desk: Desk) -> None:
        self._stories, self._homes, self._desk = stories, homes, desk
        self.told: set[int] = set()

    def facts(self, *kinds: str) -> list[Fact]:
        return [(story, told) for story in self._stories for told in story.stating(*kinds)]

    def rows(
        self,
        facts: Iterable[Fact],
        write: Callable[[News, Told, Desk], Line],
        *,
        one: Callable[[Any, Any], bool],
        tells: Callable[[Any], Any],
    ) -> list[Line]:
        """One line an event: of facts of two stories that are `one`, the one that `tells` most stands.

        A story that says the same under the same topic is named beside it, and not told again; one that has other news keeps its place.
        """
        kept: list[tuple[Fact, list[News]]] = []
        for fact in sorted(facts, key=lambda pair: (tells(pair[1].row), -pair[1].report.item_id), reverse=True):
            home = next((place for place in kept if one(place[0][1].row, fact[1].row)), None)
            if home is None:
                kept.append((fact, []))
            elif fact[0] is not home[0][0] and self._at_home(fact):
                home[1].append(fact[0])
        lines = []
        for (story, told), others in kept:
            self.told |= {story.story_id, *(other.story_id for other in others)}
            lines.append(_beside(write(story, told, self._desk), others))
        return lines

    def news(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts but those that a story which is told already mentions by the way, under a topic that is not theirs."""
        return [fact for fact in facts if fact[0].story_id not in self.told or self._at_home(fact)]

    def _at_home(self, fact: Fact) -> bool:
        """Whether the story stands under a topic of the fact's kind."""
        return self._homes.get(fact[0].story_id) in BY_NAME[fact[1].kind].home


def _beside(line: Line, others: Iterable[News]) -> Line:
    """A line with the outlets of further stories that tell it."""
    known = {line.outlet, *(report.outlet for report in line.others)}
    found = {outlet_of(report): safe_link(report.link) for story in others for report in reversed(story.reports)}
    more = tuple(Report(outlet=name, link=link) for name, link in found.items() if name not in known)
    return replace(line, others=line.others + more) if more else line


def tables(stories: Sequence[News], homes: Mapping[int, str], desk: Desk) -> Tables:
    """The tables of the stories that stand in an edition, each with the topic it stands under. A fact that names too little to be read by
    itself (an approval without product and holder, a policy without its title) is no row: its story stands among the stories."""
    teller = _Teller(stories, homes, desk)
    adoptions = teller.rows(_adoptions(teller), adoption_line, one=_same_adoption, tells=_reached)
    funding = teller.rows(teller.facts("funding", "ipo"), funding_line, one=_same_round, tells=_said)
    deals = teller.rows(teller.facts("acquisition"), acquisition_line, one=_same_round, tells=_said)
    deals += teller.rows(_partnerships(teller), partnership_line, one=_same_parties, tells=lambda row: len(row.parties))
    approvals = teller.rows(
        teller.news(_approvals(teller)), approval_line, one=_same_approval, tells=lambda row: bool(row.holder) + bool(row.product)
    )
    titled = [fact for fact in teller.facts("policy") if _is_title(fact[1].row.title)]
    policies = teller.rows(teller.news(titled), policy_line, one=_same_policy, tells=lambda row: bool(row.issuer) + bool(row.number))
    counted = [
        (story, told)
        for story, told in teller.facts("figure")
        if told.row.subject and homes.get(story.story_id) == _MARKET and story.story_id not in teller.told
    ]
    figures = teller.rows(counted, figure_line, one=_same_figure, tells=lambda row: bool(row.year) + bool(row.source))
    return Tables(
        adoptions=tuple(sorted(adoptions, key=lambda x: (x.family != "deepseek", x.family, -_stage(x.stage), x.day, x.adopter.written))),
        funding=tuple(sorted(funding, key=_funding_order)),
        deals=_weightiest(deals),
        approvals=_weightiest(approvals),
        policies=_weightiest(policies),
        figures=_weightiest(figures),
        told=frozenset(teller.told),
    )


def _weightiest(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.score, line.item_id)))


def _adoptions(teller: _Teller) -> list[Fact]:
    return [fact for fact in teller.facts("adoption") if _is_model(fact[1].row)]


def _is_model(row: Any) -> bool:
    """Whether what is taken up is an AI model: one of the catalogue, or called one."""
    return row.model_family not in (None, "other") or bool(_CALLED_MODEL.search(row.model or ""))


def _partnerships(teller: _Teller) -> list[Fact]:
    return [fact for fact in teller.facts("partnership") if len(fact[1].row.parties) > 1]


def _approvals(teller: _Teller) -> list[Fact]:
    return [fact for fact in teller.facts("approval") if fact[1].row.holder or fact[1].row.product]


def _same(one: Any, other: Any, name: str) -> bool:
    """Whether an organisation of two facts is one: by id, else by name."""
    mine, theirs = getattr(one, f"{name}_id"), getattr(other, f"{name}_id")
    return bool(mine == theirs) if mine and theirs else bare(getattr(one, name) or "") == bare(getattr(other, name) or "")


def _same_adoption(one: Any, other: Any) -> bool:
    families = bare(one.model_family or one.model) == bare(other.model_family or other.model)
    return families and _same(one, other, "adopter")


def _same_round(one: Any, other: Any) -> bool:
    if one.type != other.type or (one.type == "funding" and one.kind != other.kind) or not _same(one, other, "company"):
        return False
    apart = abs((one.announced_on - other.announced_on).days) if one.announced_on and other.announced_on else 0
    named = one.round is not None and other.round is not None
    return apart <= _ONE_ROUND_DAYS and not (named and _stage_letter(one.round) != _stage_letter(other.round))


@lru_cache(maxsize=4096)
def _stage_letter(name: str) -> str:
    """What tells rounds apart in both languages: B轮, Series B and B are one."""
    return re.sub(r"(?i)series|round|轮|融资|[\s_-]", "", name).casefold()


def _same_parties(one: Any, other: Any) -> bool:
    def of(row: Any) -> set[str]:
        return {party.get("id") or bare(str(party.get("as_written", ""))) for party in row.parties}

    return of(one) == of(other)


def _same_approval(one: Any, other: Any) -> bool:
    if one.number and other.number:
        return bool(one.number == other.number)
    return _same(one, other, "holder") and bare(one.product or "") == bare(other.product or "")


def _is_title(words: str | None) -> bool:
    """Whether a document has a title; what English writes small ("plan to bring …") describes one."""
    return bool(words) and not str(words)[0].islower()


def _same_policy(one: Any, other: Any) -> bool:
    return bare(one.title) == bare(other.title) or bool(one.number and one.number == other.number)


def _same_figure(one: Any, other: Any) -> bool:
    return all(bare(getattr(one, name) or "") == bare(getattr(other, name) or "") for name in ("subject", "value", "year"))


def _said(row: Any) -> tuple[Any, ...]:
    """How much a fact of a deal tells, for choosing among several of one."""
    return row.cny_low is not None, len(row.investors), row.round is not None, row.confidence


def _reached(row: Any) -> tuple[Any, ...]:
    return _stage(row.stage), row.model_version is not None, row.hosting is not None, row.confidence


def _stage(name: str) -> int:
    return _STAGES.index(name) if name in _STAGES else -1


def _funding_order(line: FundingLine) -> tuple[int, bool, Decimal, str]:
    """Rounds before listings, the biggest low bound first."""
    return (_FUNDING_ORDER.index(line.type), line.cny_low is None, -Decimal(line.cny_low or 0), line.company.written)


def totals(stories: Sequence[News], found: Tables) -> Totals:
    """The key figures of an issue. Sums take the low bound of each counted round; rounds without a figure are counted apart.
    Adoptions that are only planned are listed, not counted; so are decisions against a product."""
    rounds = [line for line in found.funding if counted(line)]
    taken_up = [line for line in found.adoptions if line.stage != "planned"]
    sized = [line for line in rounds if line.cny_low is not None]
    return Totals(
        stories=len(stories),
        outlets=len({outlet_of(report) for story in stories for report in story.reports}),
        adoptions=len(taken_up),
        deepseek=sum(line.family == "deepseek" for line in taken_up),
        rounds=len(rounds),
        undisclosed=len(rounds) - len(sized),
        raised_cny=str(sum((Decimal(line.cny_low or 0) for line in sized), Decimal(0))),
        raised_usd=str(sum((Decimal(line.usd_low or 0) for line in sized), Decimal(0))),
        approvals=sum(line.decision in ("approved", "cleared") for line in found.approvals),
        policies=len(found.policies),
    )
