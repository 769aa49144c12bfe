"""Words, sums and days in the language of a digest: English, Chinese, or both side by side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date
from babel.numbers import format_decimal

from .edition import AdoptionLine, Edition, FundingLine, StoryLine
from .prose import bare

_FILE = Path(__file__).parent / "templates" / "labels.yaml"
_BILLION, _MILLION = Decimal(10) ** 9, Decimal(10) ** 6
_YI, _WAN = Decimal(10) ** 8, Decimal(10) ** 4


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
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

    def name(self, english: str | None, chinese: str | None, written: str) -> str:
        """An organisation's name: as written, with its English name before it where the digest speaks English and the text did not."""
        if "en" in self.languages and english and bare(english) not in bare(written) and bare(written) not in bare(english):
            return f"{english} {chinese or written}"
        return chinese if self.languages == ("zh",) and chinese else written

    def day(self, iso: str) -> str:
        """A day without its year: 18 Nov, or 11月18日."""
        moment = date.fromisoformat(iso)
        return _date(moment, "d MMM") if "en" in self.languages else _date(moment, "M月d日")

    def span(self, first: str, last: str) -> str:
        """A span of days with its year: 16-22 November style, or 2026年11月16日—22日."""
        start, end = date.fromisoformat(first), date.fromisoformat(last)
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


def value_of(line: FundingLine, currency: str, labels: Labels) -> str | None:
    """What a round is worth in CNY or USD, with its hedge: ≈, ≥, <, or both ends of a range. None when undisclosed."""
    low, high = (line.cny_low, line.cny_high) if currency == "CNY" else (line.usd_low, line.usd_high)
    if low is None:
        return None
    language = "en" if "en" in labels.languages else "zh"
    least = round_sum(Decimal(low), currency, language)
    if high is not None and Decimal(high) != Decimal(low):
        most = round_sum(Decimal(high), currency, language)
        return f"{least}–{most.removeprefix(currency + ' ')}"
    return {"about": "≈ ", "at_least": "≥ ", "under": "< "}.get(line.hedge or "", "") + least


def deal(line: FundingLine, labels: Labels) -> str:
    """What kind of round it is, and how far it got: `A+轮`, `IPO · filed`."""
    parts = [line.round] if line.round and not (line.kind == "strategic" and "战略" in line.round) else []
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

    def listed(names: tuple[str, ...]) -> Any:
        return lambda code: ("、" if code == "zh" else ", ").join(names)

    if line.type == "acquisition":
        return labels("buyers_are", names=listed(shown)) + rest if shown else ""
    if not leads:
        return labels("investors_are", names=listed(others)) + rest if others else ""
    parts = [labels("led_by", names=listed(leads))] + ([labels("with_investors", names=listed(others))] if others else [])
    return ", ".join(parts) + rest


def progress(line: AdoptionLine, labels: Labels) -> str:
    """How far an adoption is and where the model runs: `live · local`."""
    return " · ".join(filter(None, [labels(f"stage_{line.stage}"), labels(f"hosting_{line.hosting}") if line.hosting else ""]))


def also_covered(story: StoryLine, labels: Labels) -> str:
    """Which other outlets carry the story; at most five by name."""
    if not story.others:
        return ""
    key = "also_covered_one" if len(story.others) == 1 else "also_covered"
    shown = story.others[:5]
    rest = " …" if len(story.others) > len(shown) else ""
    return labels(key, count=len(story.others), names=lambda code: ("、" if code == "zh" else ", ").join(shown) + rest)


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
            cny=lambda code: round_sum(Decimal(totals.raised_cny), "CNY", code),
            usd=lambda code: round_sum(Decimal(totals.raised_usd), "USD", code),
            unknown=unknown,
        )
    days = sorted({line.rate_on for line in edition.funding if line.rate_on})
    sources = sorted({line.rate_source for line in edition.funding if line.rate_source})
    if days:
        note += " " + labels("rate_note", days=days[0] if len(days) == 1 else f"{days[0]} … {days[-1]}", source=", ".join(sources))
    return note.strip()


def heading(edition: Edition, labels: Labels) -> str:
    """What the issue is called under its title."""
    year, _, number = edition.period.partition("-W")
    return labels("heading", week=int(number), year=year) if number.isdigit() else labels("heading_days")


def subject_line(edition: Edition) -> str:
    """The subject of the mail: title, period, and the figures that are not nought."""
    labels = Labels("en" if edition.language == "both" else edition.language)
    totals = edition.totals
    counts = {"adoptions": totals.adoptions, "rounds": totals.rounds, "approvals": totals.approvals}
    said = [labels(f"subject_{name}", count=count) for name, count in counts.items() if count]
    if not said and totals.stories:
        said = [labels("subject_stories", count=totals.stories)]
    seen = edition.coverage
    if not said:
        said = [labels("subject_quiet") if is_quiet(edition) else labels("subject_unknown", read=seen.read, enabled=seen.enabled)]
    mark = f"[{labels('subject_partial')}] " if edition.partial else ""
    mark += f"[{labels('subject_as_of', day=edition.as_of)}] " if edition.as_of else ""
    return f"{mark}{edition.title} {edition.period}: {', '.join(said)}"


def is_quiet(edition: Edition) -> bool:
    """Whether it may be said that nothing happened: there is no story, and nothing was left out of sight."""
    return not edition.totals.stories and edition.coverage.is_full and not edition.partial


def silence(edition: Edition, labels: Labels) -> str:
    """What stands where no story does."""
    seen = edition.coverage
    return labels("nothing") if is_quiet(edition) else labels("nothing_known", read=seen.read, enabled=seen.enabled)


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
