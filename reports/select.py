"""Rows of the store → one edition: what falls in the period, in which section, with which figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from store.coverage import looked
from store.digests import Candidate, candidates, entries_of_other_weeks, organisation_names, stories_now, topic_rows
from store.issue_edits import stories_of
from store.models import SourceRow, SourceState
from store.sources import conditions
from store.status import SourceStatus

from .coverage import Coverage, coverage
from .edition import Edition, Health, Section, StoryLine, Trouble
from .figures import adoption_lines, funding_lines, origin, totals
from .period import Period, local_day
from .prose import clean, cut, one_sentence
from .rank import OTHER, RANKED, Group, group, home_topic, in_order
from .settings import DigestSettings

_FAILING = (SourceStatus.failing, SourceStatus.blocked, SourceStatus.challenge, SourceStatus.changed)
_SILENT = (SourceStatus.quiet, SourceStatus.stale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for: a digest by name, its settings, a period, the aware moment of building."""

    name: str
    settings: DigestSettings
    period: Period
    now: datetime
    dropped: frozenset[int] = frozenset()  # items whose stories an editor took out
    note: str = ""  # what an editor says at the head of the issue

    @property
    def is_over(self) -> bool:
        """Whether the period has ended."""
        return self.now >= self.period.bounds()[1]


def select_edition(session: Session, order: Order) -> Edition:
    """Select, group and rank what the store holds for a period. Reads only."""
    start, end = order.period.bounds()
    found = candidates(session, start, end, with_late=order.period.is_week, least_confidence=order.settings.least_confidence)
    if order.dropped:
        stories = stories_of(session, order.dropped)
        found = [row for row in found if row.item.id not in order.dropped and row.item.story_id not in stories]
    if order.period.is_week:
        found = _not_shown_before(session, found, order)
    names = organisation_names(session)
    groups, sections = _sections(session, group(found), order.settings)
    funding = funding_lines(groups, names)
    adoptions = adoption_lines(groups, names)
    return Edition(
        digest=order.name,
        title=clean(order.settings.title),
        period=order.period.label,
        starts_on=order.period.starts_on.isoformat(),
        ends_on=order.period.ends_on.isoformat(),
        language=order.settings.language,
        built_on=local_day(order.now).isoformat(),
        archive_url=order.settings.archive_url,
        totals=totals(groups, funding, adoptions),
        funding=funding,
        funding_shown=order.settings.rows_per_table,
        adoptions=adoptions,
        adoptions_shown=order.settings.rows_per_table,
        sections=sections,
        health=_health(conditions(session)),
        coverage=measure(session, order),
        partial=not order.is_over,
        note=clean(order.note),
    )


def measure(session: Session, order: Order) -> Coverage:
    """How much of the period of an order was looked at up to now: since its end, or since its beginning while it runs."""
    start, end = order.period.bounds()
    seen = looked(session, start, end if order.is_over else start, now=order.now)
    least = order.settings.least_coverage
    return coverage(seen.enabled, seen.read, pages_read=seen.pages_read, pages_waiting=seen.pages_waiting, least=least)


def _not_shown_before(session: Session, found: list[Candidate], order: Order) -> list[Candidate]:
    """Leave out items of other weeks' issues, and what tells a story of an earlier one again without a next step."""
    items, told = set(), set()
    for issue, entry in entries_of_other_weeks(session, order.name, order.period.label):
        items.add(entry.item_id)
        if issue.starts_on < order.period.starts_on and entry.story_id is not None:
            told.add(entry.story_id)
    stories = stories_now(session, told)
    return [row for row in found if row.item.id not in items and (row.item.story_id not in stories or row.item.relation == "follow_up")]


def _sections(session: Session, groups: list[Group], settings: DigestSettings) -> tuple[list[Group], tuple[Section, ...]]:
    """The stories that have a place, and the sections they stand in; each story stands in exactly one."""
    topics = {row.id: (row.name_en, row.name_zh) for row in topic_rows(session)}
    order = [name for name in settings.topics or topics if name in topics]
    if settings.topics is None:
        order.append(OTHER)
        topics[OTHER] = ("Also this week", "其他")
    by_topic: dict[str, list[Group]] = defaultdict(list)
    for found in groups:
        home = home_topic(found.members, order)
        if home in order:
            by_topic[home or OTHER].append(found)
    sections = tuple(
        Section(
            id=name,
            name_en=topics[name][0],
            name_zh=topics[name][1],
            stories=tuple(_story(found) for found in in_order(by_topic[name])),
            shown=settings.stories_per_section,
        )
        for name in order
        if by_topic[name]
    )
    return [found for name in order for found in by_topic[name]], sections


def _story(found: Group) -> StoryLine:
    lead = found.lead
    place = origin(lead)
    title = clean(lead.item.title)
    evidence = [fact.evidence for kind in RANKED if kind.summed_up for fact in lead.announced(kind.name)]
    chinese = _is_chinese(lead.item.language)
    twins = (clean(row.item.title) for row in found.members if _is_chinese(row.item.language) != chinese)
    outlets = dict.fromkeys(origin(row)["outlet"] for row in found.members[1:])
    return StoryLine(
        **place,
        title=cut(title, 180) or place["link"] or "—",
        twin=next((cut(twin, 180) for twin in twins), None),
        summary=one_sentence(title, evidence, lead.item.summary, lead.item.text),
        others=tuple(outlet for outlet in outlets if outlet != place["outlet"]),
    )


def _is_chinese(language: str) -> bool:
    return language.startswith("zh")


def _health(rows: list[tuple[SourceRow, SourceState]]) -> Health:
    """How the polled sources are doing, in the words of the store."""

    def troubles(statuses: tuple[SourceStatus, ...]) -> tuple[Trouble, ...]:
        return tuple(_trouble(source, state) for source, state in rows if state.status in statuses)

    failing, silent = troubles(_FAILING), troubles(_SILENT)
    untried = sum(state.status == SourceStatus.new for _, state in rows)
    return Health(ok=len(rows) - len(failing) - len(silent) - untried, failing=failing, silent=silent, untried=untried)


def _trouble(source: SourceRow, state: SourceState) -> Trouble:
    reason = cut(clean(state.status_reason or state.status), 110)
    return Trouble(name=clean(source.name), reason=reason, since=local_day(state.status_since).isoformat())
