"""The figures at the head of an issue and the three sentences made from them. Pure: the same edition, the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from .edition import AdoptionLine, Edition, FundingLine
from .figures import counted
from .labels import Labels, deal, round_sum, value_of

_SENTENCES = 3
_STAGES = ("announced", "pilot", "live", "expanded")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """A figure with its label, what is said of it in small print, and the mean of the periods before, "" while there is none."""

    name: str
    number: str
    label: str
    small: str
    mean: str


def key_figures(edition: Edition, labels: Labels) -> list[KeyFigure]:
    """Stories, adoptions, rounds with what they raised, approvals: each against the mean of the last covered periods."""
    totals, t = edition.totals, labels
    deepseek = t("of_deepseek", count=totals.deepseek) if totals.deepseek else ""
    policies = t("policies_count", count=totals.policies) if totals.policies else ""
    return [
        _figure(edition, t, "stories", t("from_outlets", count=totals.outlets)),
        _figure(edition, t, "adoptions", deepseek),
        _money(edition, t) if totals.rounds > totals.undisclosed else _figure(edition, t, "rounds", ""),
        _figure(edition, t, "approvals", policies),
    ]


def _figure(edition: Edition, t: Labels, name: str, small: str) -> KeyFigure:
    number = getattr(edition.totals, name)
    mean = _mean(edition, t, lambda code: _count(getattr(edition.before, name)))
    return KeyFigure(name=name, number=str(number), label=t(name, count=number), small=small, mean=mean)


def _money(edition: Edition, t: Labels) -> KeyFigure:
    totals = edition.totals
    language = "en" if "en" in t.languages else "zh"
    disclosed = t("undisclosed_count", count=totals.undisclosed) if totals.undisclosed else t("all_disclosed")
    dollars = round_sum(Decimal(totals.raised_usd), "USD", language)
    before = edition.before
    return KeyFigure(
        name="raised",
        number=round_sum(Decimal(totals.raised_cny), "CNY", language),
        label=t("raised"),
        small=f"{dollars}; {totals.rounds} {t('rounds', count=totals.rounds)}, {disclosed}",
        mean=_mean(edition, t, lambda code: round_sum(Decimal(before.raised_cny), "CNY", code) if before else ""),
    )


def _mean(edition: Edition, t: Labels, mean: Callable[[str], str]) -> str:
    return t("mean", mean=mean, periods=edition.before.periods, unit=_unit(edition)) if edition.before else ""


def _unit(edition: Edition) -> Callable[[str], str]:
    return lambda code: Labels(code)(f"periods_{edition.kind}")


def _count(number: float) -> str:
    return format_decimal(round(number, 1), format="#,##0.#", locale="en")


def opening(edition: Edition, language: str) -> list[str]:
    """At most three plain sentences in one language (en or zh): the adoptions, the money, the decisions, else what is most reported.

    Where the second reader wrote some, those, marked as a machine's.
    """
    if not edition.totals.stories:
        return []
    t = Labels(language)
    if written := edition.written.get(language):
        return [*written, t("written_by_machine")]
    said = (sentence for tell in (_adopted, _raised, _decided, _widest, _volume) if (sentence := tell(edition, t)))
    return [sentence for sentence, _ in zip(said, range(_SENTENCES), strict=False)]


def _against(edition: Edition, t: Labels, name: str) -> str:
    """How a figure stands to its mean, as a clause; "" without one."""
    if edition.before is None:
        return ""
    mean = Decimal(str(getattr(edition.before, name)))
    now = Decimal(str(getattr(edition.totals, name)))
    shown: Callable[[str], str] = (
        (lambda code: round_sum(mean, "CNY", code)) if name == "raised_cny" else (lambda code: _count(float(mean)))
    )
    common = {"mean": shown, "periods": edition.before.periods, "unit": _unit(edition)}
    if mean and now / mean >= Decimal("1.9"):
        return t("times_the_mean", times=_count(float(now / mean)), **common)
    return t("against_the_mean", **common)


def _adopted(edition: Edition, t: Labels) -> str | None:
    totals = edition.totals
    if not totals.adoptions:
        return None
    furthest = max((line for line in edition.adoptions if line.stage in _STAGES), key=_progress)
    deepseek = t("said_deepseek", count=totals.deepseek) if totals.deepseek and totals.adoptions > 1 else ""
    return t(
        "said_adoptions",
        count=totals.adoptions,
        deepseek=deepseek,
        against=_against(edition, t, "adoptions"),
        who=t.name(furthest.adopter),
        model=t.name(furthest.model),
        stage=t(f"stage_{furthest.stage}"),
    )


def _progress(line: AdoptionLine) -> tuple[int, float, int]:
    return _STAGES.index(line.stage), line.score, -line.item_id


def _raised(edition: Edition, t: Labels) -> str | None:
    totals = edition.totals
    if not totals.rounds:
        return None
    if totals.rounds == totals.undisclosed:
        return t("said_rounds_undisclosed", count=totals.rounds)
    sized = totals.rounds - totals.undisclosed
    largest = max((line for line in edition.funding if counted(line) and line.cny_low), key=_size)
    return t(
        "said_raised" if sized > 1 else "said_raised_by_one",
        rounds=sized,
        cny=round_sum(Decimal(totals.raised_cny), "CNY", t.languages[0]),
        usd=round_sum(Decimal(totals.raised_usd), "USD", t.languages[0]),
        unknown=t("said_unknown", count=totals.undisclosed) if totals.undisclosed else "",
        against=_against(edition, t, "raised_cny"),
        who=t.name(largest.company),
        deal=t("in_brackets", words=named) if (named := deal(largest, t)) else "",
        sum=value_of(largest, "CNY", t) or "",
    )


def _size(line: FundingLine) -> tuple[Decimal, int]:
    return Decimal(line.cny_low or 0), -line.item_id


def _decided(edition: Edition, t: Labels) -> str | None:
    totals = edition.totals
    approved = next((line for line in edition.approvals if line.decision in ("approved", "cleared")), None)
    if approved is not None:
        what = [t.term(approved.product) if approved.product else "", t.name(approved.holder) if approved.holder else ""]
        named = t("said_of", what=what[0], who=what[1]) if all(what) else what[0] or what[1]
        policies = t("said_and_policies", count=totals.policies) if totals.policies else ""
        return t("said_approvals", count=totals.approvals, named=named, policies=policies)
    if totals.policies:
        return t("said_policies", count=totals.policies, named=edition.policies[0].name or edition.policies[0].title)
    return None


def _widest(edition: Edition, t: Labels) -> str | None:
    line = max(edition.lines(), key=lambda one: (len(one.others), one.score, -one.item_id))
    if not line.others:
        return None
    return t("said_widest", count=len(line.others) + 1, title=line.title)


def _volume(edition: Edition, t: Labels) -> str:
    totals = edition.totals
    return t("said_volume", count=totals.stories, outlets=totals.outlets, against=_against(edition, t, "stories"))
