"""Weeks of news as series of figures: what the pictures of an issue show, and the small tables beside them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from store.places import province_of, provinces
from store.trends import Event, events, homes, story_topics, watched_since

from .period import Period, days, local_day
from .prose import bare, clean

WEEKS = 12
_FEWEST_WEEKS = 3  # fewer make no line
_FEWEST_PROVINCES = 3
_MOST_ROWS = 8
_MOST_MODELS = 5
FAMILIES = {
    "deepseek": "DeepSeek", "qwen": "Qwen", "hunyuan": "Hunyuan", "doubao": "Doubao", "kimi": "Kimi", "glm": "GLM", "ernie": "ERNIE",
    "spark": "Spark", "pangu": "Pangu", "baichuan": "Baichuan", "gpt": "GPT", "claude": "Claude", "gemini": "Gemini", "llama": "Llama",
    "wingpt": "WiNGPT", "ruipath": "RuiPath",
}  # fmt: skip

Topics = Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a series: its name in both languages and its whole figures, one a week, or one in all."""

    name_en: str
    name_zh: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One series: topics, funding, adopters, provinces. `weeks` are the first days of its weeks (ISO), the last week being that of the
    issue; a ranking has none. `since` is the day of the first crawl where the series begins before it, else None."""

    id: str
    weeks: tuple[str, ...]
    rows: tuple[Row, ...]
    since: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks that are looked at: up to `WEEKS` times seven days, of which the last ends with a period."""

    firsts: tuple[date, ...]
    since: str | None

    def index(self, moment: datetime) -> int:
        """In which of the weeks an aware moment falls."""
        return (local_day(moment) - self.firsts[0]).days // 7

    @property
    def labels(self) -> tuple[str, ...]:
        """The first days, ISO."""
        return tuple(day.isoformat() for day in self.firsts)


def trends(session: Session, period: Period, topics: Topics, *, least_confidence: float) -> tuple[Trend, ...]:
    """The series that the store has figures for, over the weeks up to the end of a period. `topics` are those shown: id → names.

    Weeks before the first story are left out; a series over time needs three weeks, a ranking three provinces.
    """
    first = period.ends_on - timedelta(days=7 * WEEKS - 1)
    start, end = days(first, period.ends_on).bounds()
    stories = story_topics(session, start, end)
    if not stories:
        return ()
    begun = (local_day(min(at for at, _ in stories)) - first).days // 7
    firsts = tuple(first + timedelta(days=7 * number) for number in range(begun, WEEKS))
    seen = watched_since(session)
    since = local_day(seen).isoformat() if seen is not None and local_day(seen) > firsts[0] else None
    span = Span(firsts, since)
    told = events(session, start, end, least_confidence=least_confidence, kinds=("adoption", "funding"))
    taken_up = [one for one in told if one.kind == "adoption" and one.row.stage != "planned"]
    closed = [one for one in told if one.kind == "funding" and one.row.stage == "done" and one.row.kind in ("venture", "strategic")]
    found = [_by_topic(stories, topics, span)]
    if "funding" in topics:
        found.append(_funding(closed, span))
    if "model_adoption" in topics or "deepseek" in topics:
        found.append(_adopters(taken_up, span))
    found.append(_provinces(session, taken_up, closed, span))
    return tuple(trend for trend in found if trend is not None)


def ending_with(trend: Trend, values: tuple[int, ...]) -> Trend:
    """A series whose last week has these figures, one a row."""
    rows = tuple(replace(row, values=(*row.values[:-1], value)) for row, value in zip(trend.rows, values, strict=True))
    return replace(trend, rows=rows)


def _by_topic(stories: Iterable[tuple[datetime, tuple[str, ...]]], topics: Topics, span: Span) -> Trend | None:
    """Stories a week under each topic, the topics with the most first; a story counts under each of its topics."""
    counts = {topic: [0] * len(span.firsts) for topic in topics}
    for at, named in stories:
        for topic in named:
            if topic in counts:
                counts[topic][span.index(at)] += 1
    most = sorted((topic for topic in counts if any(counts[topic])), key=lambda topic: -sum(counts[topic]))[:_MOST_ROWS]
    rows = tuple(Row(name_en=topics[one][0] or one, name_zh=topics[one][1] or one, values=tuple(counts[one])) for one in most)
    return _over_time("topics", rows, span)


def _funding(rounds: Iterable[Event], span: Span) -> Trend | None:
    """Low bounds of closed rounds a week in CNY, the number of rounds, and how many of them gave no figure; each round once."""
    raised, number, silent = ([0] * len(span.firsts) for _ in range(3))
    told: set[tuple[str, str]] = set()
    for event in rounds:
        fact = event.row
        key = (fact.company_id or bare(fact.company), bare(fact.round or ""))
        if key in told:
            continue
        told.add(key)
        week = span.index(event.at)
        number[week] += 1
        raised[week] += int(fact.cny_low or 0)
        silent[week] += fact.cny_low is None
    rows = (
        Row(name_en="Raised, CNY, at least", name_zh="融资额（元，下限）", values=tuple(raised)),
        Row(name_en="Rounds", name_zh="起数", values=tuple(number)),
        Row(name_en="Undisclosed", name_zh="未披露", values=tuple(silent)),
    )
    return _over_time("funding", rows, span)


def _adopters(adoptions: Iterable[Event], span: Span) -> Trend | None:
    """Organisations that took up each family of models since the first of the weeks, cumulated; each organisation once a family."""
    first: dict[str, dict[str, int]] = defaultdict(dict)
    for event in adoptions:
        fact = event.row
        if fact.model_family in FAMILIES:
            first[fact.model_family].setdefault(fact.adopter_id or bare(fact.adopter), span.index(event.at))
    most = sorted(first, key=lambda family: (-len(first[family]), family))[:_MOST_MODELS]
    rows = tuple(
        Row(
            name_en=FAMILIES[family],
            name_zh=FAMILIES[family],
            values=tuple(sum(week <= number for week in first[family].values()) for number in range(len(span.firsts))),
        )
        for family in most
    )
    return _over_time("adopters", rows, span)


def _over_time(name: str, rows: tuple[Row, ...], span: Span) -> Trend | None:
    """The series, where enough of its weeks differ from nought to be looked at."""
    told = sum(any(row.values[number] for row in rows) for number in range(len(span.firsts)))
    return Trend(id=name, weeks=span.labels, rows=rows, since=span.since) if told >= _FEWEST_WEEKS else None


def _provinces(session: Session, adoptions: Iterable[Event], rounds: Iterable[Event], span: Span) -> Trend | None:
    """Organisations that took up a model or raised money, by province; one whose place nobody tells is left out."""
    parties = [(one.row.adopter_id, one.row.adopter) for one in adoptions] + [(one.row.company_id, one.row.company) for one in rounds]
    catalogue = homes(session, [organisation for organisation, _ in parties if organisation])
    there: dict[str, set[str]] = defaultdict(set)
    for organisation, name in parties:
        home = catalogue.get(organisation or "") or province_of(clean(name))
        if home is not None:
            there[home].add(organisation or bare(name))
    known = provinces()
    most = sorted(there, key=lambda home: (-len(there[home]), list(known).index(home)))[:_MOST_ROWS]
    rows = tuple(Row(name_en=known[home].name_en, name_zh=known[home].name_zh, values=(len(there[home]),)) for home in most)
    return Trend(id="provinces", weeks=(), rows=rows, since=span.since) if len(rows) >= _FEWEST_PROVINCES else None


def by_month(moments: Iterable[datetime], name: tuple[str, str], last: date) -> Trend:
    """How many of the aware moments fall in each of the twelve months up to that of the day `last`."""
    months = [last.replace(day=1)]
    while len(months) < WEEKS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    counts = Counter(local_day(at).replace(day=1) for at in moments)
    row = Row(name_en=name[0], name_zh=name[1], values=tuple(counts[month] for month in reversed(months)))
    return Trend(id="months", weeks=tuple(month.isoformat() for month in reversed(months)), rows=(row,), since=None)
