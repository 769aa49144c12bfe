"""Words, sums and days in the language of a digest: English, Chinese, or both side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from store.yaml_file import read_yaml

from .edition import AdoptionLine, ApprovalLine, Correction, DealLine, Edition, FundingLine, Origin, Party, PolicyLine, Priced
from .glossary import round_in, term_in
from .prose import bare

_FILE = Path(__file__).parent / "templates" / "labels.yaml"
_BILLION, _MILLION = Decimal(10) ** 9, Decimal(10) ** 6
_YI, _WAN = Decimal(10) ** 8, Decimal(10) ** 4


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = read_yaml(_FILE)
    return loaded


class Labels:
    """The words of one language: `en`, `zh`, or `both`, which puts the English before the Chinese."""

    def __init__(self, language: str) -> None:
        self.languages = ("en", "zh") if language == "both" else (language,)

    def __call__(self, key: str, **values: Any) -> str:
        """The label `key` filled with `values`; a value may be a function of the language. Raises KeyError for an unknown key."""
        said = []
        for code in self.languages:
            form = f"{code}_one" if values.get("count") == 1 and f"{code}_one" in _words()[key] else code
            said.append(_words()[key][form].format(**{name: value(code) if callable(value) else value for name, value in values.items()}))
        return self.join(said)

    def join(self, parts: Iterable[str]) -> str:
        """What both languages say, side by side; once where they say the same."""
        return " · ".join(dict.fromkeys(parts))

    def name(self, party: Party) -> str:
        """A name of the catalogue: as written, with its English name before it where the digest speaks English and the text did not."""
        english, chinese, written = party.english, party.chinese, party.written
        if "en" in self.languages and english and bare(english) not in bare(written) and bare(written) not in bare(english):
            return f"{english} {chinese or written}"
        return chinese if self.languages == ("zh",) and chinese else written

    def term(self, written: str) -> str:
        """A phrase in the words of the digest where it has a translation, else as written."""
        return self.join(term_in(written, code) or written for code in self.languages)

    def day(self, iso: str) -> str:
        """A day without its year: 18 Nov, or 11月18日."""
        moment = date.fromisoformat(iso)
        return _date(moment, "d MMM") if "en" in self.languages else _date(moment, "M月d日")

    def span(self, first: str, last: str) -> str:
        """A span of days with its year: 16-22 November style, or 2026年11月16日—22日; one day alone as itself."""
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        if start == end:
            return _date(start, "d MMM y" if "en" in self.languages else "y年M月d日")
        if "en" not in self.languages:
            tail = "y年M月d日" if start.year != end.year else "M月d日" if start.month != end.month else "d日"
            return f"{_date(start, 'y年M月d日')}—{_date(end, tail)}"
        head = "d MMM y" if start.year != end.year else "d MMM" if start.month != end.month else "d"
        return f"{_date(start, head)}–{_date(end, 'd MMM y')}"

    def section(self, english: str, chinese: str) -> str:
        """The name of a section."""
        return self.join({"en": english, "zh": chinese}[code] for code in self.languages)


def _date(day: date, pattern: str) -> str:
    """A day by a pattern of CLDR; only English ones name their month."""
    return format_date(day, pattern, locale="en")


def round_sum(amount: Decimal, currency: str, language: str) -> str:
    """A sum to three figures: CNY 1.24 bn, 12.4亿元."""
    if language == "zh":
        unit = {"CNY": "元", "USD": "美元"}.get(currency, currency)
        size, word = (_YI, "亿") if amount >= _YI else (_WAN, "万") if amount >= _WAN else (Decimal(1), "")
        return f"{_figures(amount / size)}{word}{unit}"
    size, word = (_BILLION, " bn") if amount >= _BILLION else (_MILLION, " m") if amount >= _MILLION else (Decimal(1), "")
    return f"{currency} {_figures(amount / size)}{word}"


def _figures(number: Decimal) -> str:
    places = 0 if number >= 100 else 1 if number >= 10 else 2
    return format_decimal(number, format="#,##0" + ("." + "#" * places if places else ""), locale="en")


def value_of(line: Priced, currency: str, labels: Labels) -> str | None:
    """What a sum is worth in CNY or USD, with its hedge: ≈, ≥, <, or both ends of a range. None when undisclosed."""
    low, high = (line.cny_low, line.cny_high) if currency == "CNY" else (line.usd_low, line.usd_high)
    if low is None:
        return None
    language = "en" if "en" in labels.languages else "zh"
    least = round_sum(Decimal(low), currency, language)
    if high is not None and Decimal(high) != Decimal(low):
        most = round_sum(Decimal(high), currency, language)
        return f"{least}–{most.removeprefix(currency + ' ')}"
    return {"about": "≈ ", "at_least": "≥ ", "under": "< "}.get(line.hedge or "", "") + least


def worth(line: Priced, labels: Labels) -> list[str]:
    """What a sum is worth in CNY and in USD; empty when undisclosed."""
    return [value for currency in ("CNY", "USD") if (value := value_of(line, currency, labels))]


def deal(line: FundingLine, labels: Labels) -> str:
    """What kind of round it is, and how far it got: `Series A+`, `IPO · filed`."""
    named = line.round and not (line.kind == "strategic" and "战略" in line.round)
    parts = [labels.join(round_in(line.round or "", code) for code in labels.languages)] if named else []
    if line.type != "funding":
        parts.append(labels(f"deal_{line.type}"))
    elif line.kind != "venture":
        parts.append(labels(f"kind_{line.kind}"))
    if line.stage != "done":
        parts.append(labels(f"deal_{line.stage}"))
    return " · ".join(dict.fromkeys(parts))


def backers(line: FundingLine, labels: Labels) -> str:
    """Who put the money in, leads first; at most six names."""
    shown = line.investors[:6]
    rest = f" +{len(line.investors) - len(shown)}" if len(line.investors) > len(shown) else ""
    leads, others = shown[: line.leads], shown[line.leads :]
    if not leads:
        return labels("investors_are", names=listed(others)) + rest if others else ""
    parts = [labels("led_by", names=listed(leads))] + ([labels("with_investors", names=listed(others))] if others else [])
    return ", ".join(parts) + rest


def listed(names: Iterable[str]) -> Callable[[str], str]:
    """Names in a row, as each language writes them."""
    found = list(names)
    return lambda code: ("、" if code == "zh" else ", ").join(found)


def agreed(line: DealLine, labels: Labels) -> str:
    """What kind of deal it is: who buys, or on what partners agreed."""
    if line.company is None:
        return labels("deal_partnership") + (f" · {labels.term(line.subject)}" if line.subject else "")
    bought = labels("buyers_are", names=listed(labels.name(party) for party in line.parties[:6])) if line.parties else ""
    return " · ".join(filter(None, [labels("deal_acquisition"), labels(f"deal_{line.stage}") if line.stage != "done" else "", bought]))


def dealers(line: DealLine, labels: Labels) -> str:
    """Whom a deal is about: what is bought, or the partners."""
    return labels.name(line.company) if line.company else listed(labels.name(one) for one in line.parties[:6])(labels.languages[0])


def decided(line: ApprovalLine, labels: Labels) -> str:
    """The class of what was decided on, who decided, and under which number."""
    parts = [labels.term(one) for one in (line.device_class, line.authority) if one]
    return " · ".join([*parts, line.number] if line.number else parts)


def issued(line: PolicyLine, labels: Labels) -> str:
    """Who issued a document, its number, and from when it applies."""
    parts = [
        labels.name(line.issuer) if line.issuer else "",
        line.number or "",
        labels("in_force", day=labels.day(line.effect_on)) if line.effect_on else "",
    ]
    return " · ".join(filter(None, parts))


def corrected(one: Correction, labels: Labels) -> str:
    """What an earlier issue said, and what is so."""
    was, now = one.was or labels("undisclosed"), one.now or labels("undisclosed")
    return labels(f"corrected_{one.what}", subject=one.subject, period=one.period, was=was, now=now)


def progress(line: AdoptionLine, labels: Labels) -> str:
    """How far an adoption is and where the model runs: `live · local`."""
    return " · ".join(filter(None, [labels(f"stage_{line.stage}"), labels(f"hosting_{line.hosting}") if line.hosting else ""]))


def also_covered(story: Origin, labels: Labels) -> str:
    """Which other outlets carry the story; at most five by name."""
    if not story.others:
        return ""
    key = "also_covered_one" if len(story.others) == 1 else "also_covered"
    shown = story.others[:5]
    rest = " …" if len(story.others) > len(shown) else ""
    return labels(key, count=len(story.others), names=lambda code: listed(one.outlet for one in shown)(code) + rest)


def total_note(edition: Edition, labels: Labels) -> str:
    """What the total of the funding table counts and leaves out, and by which rate."""
    totals = edition.totals

    def unknown(code: str) -> str:
        one = Labels(code)
        return one("total_unknown", count=totals.undisclosed) if totals.undisclosed else one("total_known")

    note = ""
    if totals.rounds > totals.undisclosed:
        note = labels(
            "total_note",
            rounds=totals.rounds - totals.undisclosed,
            least=lambda code: least(edition, Labels(code)),
            cny=lambda code: round_sum(Decimal(totals.raised_cny), "CNY", code),
            usd=lambda code: round_sum(Decimal(totals.raised_usd), "USD", code),
            unknown=unknown,
        )
    days = sorted({line.rate_on for line in (*edition.funding, *edition.deals) if line.rate_on})
    sources = sorted({line.rate_source for line in (*edition.funding, *edition.deals) if line.rate_source})
    if days:
        note += " " + labels("rate_note", days=days[0] if len(days) == 1 else f"{days[0]} … {days[-1]}", source=", ".join(sources))
    return note.strip()


def least(edition: Edition, labels: Labels) -> str:
    """Whether the sum of low bounds is at least what was raised, or about that: a sum told as nearly or about so much may be less."""
    vague = any(line.hedge in ("under", "about") for line in edition.funding if counted(line))
    return labels("sum_about" if vague else "sum_at_least")


def counted(line: FundingLine) -> bool:
    """Whether a row is part of the total: closed venture and strategic rounds; not funds, grants, debt, talks and listings."""
    return line.type == "funding" and line.stage == "done" and line.kind in ("venture", "strategic")


def heading(edition: Edition, labels: Labels) -> str:
    """What the issue is called under its title."""
    year, _, number = edition.period.partition("-W")
    return labels("heading", week=int(number), year=year) if edition.kind == "week" else labels("heading_days")


def subject_line(edition: Edition) -> str:
    """The subject of the mail, by its pattern: title, period, and the figures that are not nought."""
    labels = Labels("en" if edition.language == "both" else edition.language)
    span = labels.span(edition.starts_on, edition.ends_on)
    said = {"title": edition.title, "period": edition.period, "span": span, "figures": ", ".join(_counts(edition, labels))}
    mark = f"[{labels('subject_partial')}] " if edition.partial else ""
    mark += f"[{labels('subject_as_of', day=edition.as_of)}] " if edition.as_of else ""
    return mark + re.sub(r"\{(\w+)\}", lambda match: said[match[1]], edition.subject)


def _counts(edition: Edition, labels: Labels) -> list[str]:
    totals, seen = edition.totals, edition.coverage
    counts = {"adoptions": totals.adoptions, "rounds": totals.rounds, "approvals": totals.approvals}
    said = [labels(f"subject_{name}", count=count) for name, count in counts.items() if count]
    if not said and totals.stories:
        said = [labels("subject_stories", count=totals.stories)]
    if not said and is_quiet(edition):
        said = [labels("subject_quiet", unit=labels(f"periods_{edition.kind}"))]
    return said or [labels("subject_unknown", read=seen.read, enabled=seen.enabled)]


def is_quiet(edition: Edition) -> bool:
    """Whether it may be said that nothing happened: there is no story, and nothing was left out of sight."""
    return not edition.totals.stories and edition.coverage.is_full and not edition.partial


def silence(edition: Edition, labels: Labels) -> str:
    """What stands where no story does."""
    seen = edition.coverage
    if is_quiet(edition):
        return labels("nothing", unit=lambda code: Labels(code)(f"periods_{edition.kind}"))
    return labels("nothing_known", read=seen.read, enabled=seen.enabled)


def editor_note(edition: Edition, labels: Labels) -> str:
    """What an editor says before the first headline, marked as theirs; "" when nobody says anything."""
    first = Labels(labels.languages[0])
    return first("editor_note", note=edition.note) if edition.note else ""


def then(edition: Edition, labels: Labels) -> list[str]:
    """That an edition tells what was known on an earlier day, and what of that cannot be known any more."""
    if not edition.as_of:
        return []
    lost = [labels(f"unknown_{kind}", count=count) for kind, count in edition.unknown.items()]
    return [labels("as_of", day=edition.as_of), *lost]


def warnings(edition: Edition, labels: Labels, *, test: bool = False) -> list[str]:
    """What a reader must know before the first headline: that it is a test, that the period runs still, what was not looked at."""
    seen = edition.coverage
    said = ([labels("test")] if test else []) + ([labels("partial")] if edition.partial else []) + then(edition, labels)
    if seen.is_enough or edition.partial:
        return said
    if seen.share < seen.least:

        def tiers(code: str) -> str:
            one = Labels(code)
            return ", ".join(one(f"tier_{tier.name}", read=tier.read, enabled=tier.enabled) for tier in seen.tiers)

        return [*said, labels("missing", read=seen.read, enabled=seen.enabled, tiers=tiers)]
    return [*said, labels("missing_pages", count=seen.pages_waiting)]
