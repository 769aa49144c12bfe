"""Rows of the store → one edition: what falls in the period, in which section, with which figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from store.coverage import looked
from store.digests import items_told_elsewhere, told_before
from store.issue_edits import stories_of
from store.models import SourceRow, SourceState
from store.news import (
    Names,
    News,
    catalogue_names,
    ids_before_mergers,
    items_between,
    model_names,
    news_of,
    story_titles,
    texts_of,
    topic_rows,
)
from store.search import matching
from store.sources import conditions
from store.status import SourceStatus

from .comparison import means_before
from .corrections import corrections
from .coverage import Coverage, coverage
from .edition import Edition, Health, Section, StoryLine, Totals, Trouble
from .figures import tables, totals
from .lines import Desk, evidence_of, organisations_of, origin
from .made import line_maker
from .period import Period, local_day
from .prose import clean, cut
from .rank import Standing, home_topic, in_order
from .settings import OTHER, DigestSettings
from .trends import Trend, ending_with, trends

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
    second_reader: bool = False  # whether what the second reader said is used

    @property
    def is_over(self) -> bool:
        """Whether the period has ended."""
        return self.now >= self.period.bounds()[1]

    @property
    def scope(self) -> str:
        """What is selected, in one line: figures of two issues can be compared where it is the same."""
        wanted = self.settings
        parts = {"topics": ",".join(sorted(wanted.topics or ())), "search": wanted.search or "", "confidence": wanted.least_confidence}
        return "; ".join([self.period.kind, *(f"{name} {value}" for name, value in parts.items() if value)])


def select_edition(session: Session, order: Order) -> Edition:
    """Select and rank what the store holds for a period. Reads only."""
    wanted, period = order.settings, order.period
    topics = {row.id: (row.name_en, row.name_zh) for row in topic_rows(session)}
    places, told_on = _stories(session, order, list(topics))
    stories = [story for found in places.values() for story in found]
    desk = _desk(session, stories, Standing(end=period.bounds()[1], weights=wanted.topic_weights, told_on=frozenset(told_on)))
    homes = {story.story_id: topic for topic, found in places.items() for story in found}
    rows = tables(stories, homes, desk)
    sections = _sections(session, order, places, topics, rows.told, desk)
    scope, counted = order.scope, totals(stories, rows)
    return Edition(
        digest=order.name,
        title=clean(wanted.title),
        subject=wanted.subject,
        scope=scope,
        period=period.label,
        kind=period.kind,
        starts_on=period.starts_on.isoformat(),
        ends_on=period.ends_on.isoformat(),
        language=wanted.language,
        built_on=local_day(order.now).isoformat(),
        archive_url=wanted.archive_url,
        totals=counted,
        before=means_before(session, order.name, period.starts_on, scope=scope) if period.is_regular else None,
        adoptions=rows.adoptions,
        funding=rows.funding,
        deals=rows.deals,
        approvals=rows.approvals,
        policies=rows.policies,
        figures=rows.figures,
        rows_shown=wanted.rows_per_table,
        sections=sections,
        corrections=corrections(session, order.name, period.starts_on) if period.is_regular else (),
        trends=_trends(session, order, topics, counted),
        health=_health(conditions(session)),
        coverage=measure(session, order),
        partial=not order.is_over,
        note=clean(order.note),
    )


def _trends(session: Session, order: Order, topics: Names, counted: Totals) -> tuple[Trend, ...]:
    """The series of an issue's pictures. Its own week tells what the issue counts; what a search finds has none."""
    wanted = order.settings
    if wanted.search:
        return ()
    shown = {name: names for name, names in topics.items() if wanted.topics is None or name in wanted.topics}
    found = trends(session, order.period, shown, least_confidence=wanted.least_confidence)
    own = (int(Decimal(counted.raised_cny)), counted.rounds, counted.undisclosed)
    return tuple(ending_with(one, own) if one.id == "funding" and order.period.kind == "week" else one for one in found)


def measure(session: Session, order: Order) -> Coverage:
    """How much of the period of an order was looked at up to now: since its end, or since its beginning while it runs."""
    start, end = order.period.bounds()
    seen = looked(session, start, end if order.is_over else start, now=order.now)
    least = order.settings.least_coverage
    return coverage(seen.enabled, seen.read, pages_read=seen.pages_read, pages_waiting=seen.pages_waiting, least=least)


def _stories(session: Session, order: Order, topics: Sequence[str]) -> tuple[dict[str, list[News]], set[int]]:
    """The stories that have a place, by section in their order, and the stories that earlier issues told and these go on from."""
    wanted, period = order.settings, order.period
    start, end = period.bounds()
    items = items_between(session, start, end, with_late=period.is_regular)
    if wanted.search:
        found = matching(session, wanted.search, items)
        stories_found = {items[item_id] for item_id in found}
        items = {item_id: story_id for item_id, story_id in items.items() if story_id in stories_found}
    if order.dropped:
        out = stories_of(session, order.dropped)
        items = {item_id: story_id for item_id, story_id in items.items() if story_id not in out}
    if period.is_regular:
        items = _not_told_before(session, items, order)
    stories = news_of(session, items, least_confidence=wanted.least_confidence, second_reader=order.second_reader)
    if wanted.topics is not None:
        stories = [story for story in stories if home_topic(story, wanted.topics) in wanted.topics]
    sections = [name for name in wanted.order_of_sections or topics if name in topics]
    places: dict[str, list[News]] = {name: [] for name in [*sections, OTHER]}
    for story in stories:
        places[home_topic(story, sections) or OTHER].append(story)
    follows = {story.follows_id for story in stories if story.follows_id is not None}
    return places, set(_told(session, follows, order)) if period.is_regular else set()


def _told(session: Session, stories: Iterable[int], order: Order) -> dict[int, str]:
    """Those of the stories that an earlier issue told."""
    return told_before(session, order.name, starts_on=order.period.starts_on, stories=ids_before_mergers(session, stories))


def _not_told_before(session: Session, items: dict[int, int], order: Order) -> dict[int, int]:
    """Leave out the stories that an earlier issue told, and those of which an item stands in another one."""
    elsewhere = items_told_elsewhere(session, order.name, order.period.label, items)
    told = {items[item_id] for item_id in elsewhere} | set(_told(session, set(items.values()), order))
    return {item_id: story_id for item_id, story_id in items.items() if story_id not in told}


def _desk(session: Session, stories: Sequence[News], standing: Standing) -> Desk:
    """What the lines about stories are written with: the texts that they quote and the names that they say."""
    quoted = {story.lead.item_id for story in stories} | {told.report.item_id for story in stories for told in story.facts}
    ids = {name for story in stories for told in story.facts for name in organisations_of(told)}
    models = {str(told.row.model_id) for story in stories for told in story.stating("adoption") if told.row.model_id}
    return Desk(
        standing=standing, names=catalogue_names(session, ids), models=model_names(session, models), texts=texts_of(session, quoted)
    )


def _sections(
    session: Session, order: Order, places: Mapping[str, list[News]], topics: Names, told: frozenset[int], desk: Desk
) -> tuple[Section, ...]:
    """The sections with the stories that no table tells, each in exactly one."""
    wanted = order.settings
    left = {name: in_order((story for story in found if story.story_id not in told), desk.standing) for name, found in places.items()}
    stories = [story for found in left.values() for story in found]
    make = line_maker(session, [story.lead for story in stories], topics, wanted.language)
    follows = story_titles(session, {story.follows_id for story in stories if story.follows_id in desk.standing.told_on})
    names = {**topics, OTHER: ("Also in this issue", "其他")}
    return tuple(
        Section(
            id=name,
            name_en=names[name][0] or name,
            name_zh=names[name][1] or name,
            stories=tuple(_line(story, desk, make(story, name), follows.get(story.follows_id or 0)) for story in found),
            shown=wanted.section_lengths.get(name, wanted.stories_per_section),
        )
        for name, found in left.items()
        if found
    )


def _line(story: News, desk: Desk, made: str | None, follows: str | None) -> StoryLine:
    facts = [proof for told in story.facts for proof in told.proofs]
    place = origin(story, story.lead, evidence_of(story), facts, desk)
    twin = place["twin"]
    return StoryLine(**place, made=None if twin else made, follows=cut(clean(follows), 180) if follows else None)


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
