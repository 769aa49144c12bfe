"""Rows of the store → one edition: what falls in the period, in which section, with which figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from store.digests import Candidate, SourceHealth, candidates, entries_of_other_weeks, organisation_names, source_health, topic_rows
from store.status import FetchStatus, SourceStatus

from .edition import Edition, Health, Section, StoryLine, Trouble
from .figures import adoption_lines, funding_lines, origin, totals
from .period import Period, local_day
from .prose import clean, cut, one_sentence
from .rank import OTHER, RANKED, SHORTEST, Group, group, home_topic, in_order, plain_title
from .settings import DigestSettings

# A feed whose newest entry is older than this says nothing any more, whatever its status.
_SILENT_AFTER = timedelta(days=60)
_FAILING = (SourceStatus.failing, SourceStatus.blocked, SourceStatus.challenge, SourceStatus.changed)
_SILENT = (SourceStatus.quiet, SourceStatus.stale)
_REPEATS = ("reprint", "rewrite", "translation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for: a digest by name, its settings, a period, the aware moment of building."""

    name: str
    settings: DigestSettings
    period: Period
    now: datetime


def select_edition(session: Session, order: Order) -> Edition:
    """Select, group and rank what the store holds for a period. Reads only."""
    start, end = order.period.bounds()
    found = candidates(session, start, end, with_late=order.period.is_week, least_confidence=order.settings.least_confidence)
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
        health=_health(source_health(session), order.now),
    )


def _not_shown_before(session: Session, found: list[Candidate], order: Order) -> list[Candidate]:
    """Leave out items of other weeks' issues, and what only repeats a story of an earlier one: reprints, rewrites, translations."""
    items, stories, titles = set(), set(), set()
    for issue, entry in entries_of_other_weeks(session, order.name, order.period.label):
        items.add(entry.item_id)
        if issue.starts_on < order.period.starts_on:
            stories.add(entry.story_id)
            titles.add(plain_title(entry.frozen.get("title", "")))

    def repeats(row: Candidate) -> bool:
        told = row.item.story_id is not None and row.item.story_id in stories and row.item.relation in _REPEATS
        title = plain_title(row.item.title)
        return told or (len(title) >= SHORTEST and title in titles)

    return [row for row in found if row.item.id not in items and not repeats(row)]


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


def _health(rows: list[SourceHealth], now: datetime) -> Health:
    failing, silent = [], []
    fine = untried = 0
    for row in rows:
        kind, reason = _condition(row, now)
        since = local_day(row.state.status_since).isoformat() if row.state else None
        trouble = Trouble(name=clean(row.source.name), reason=cut(clean(reason), 110), since=since)
        if kind == "failing":
            failing.append(trouble)
        elif kind == "silent":
            silent.append(trouble)
        elif kind == "untried":
            untried += 1
        else:
            fine += 1
    return Health(ok=fine, failing=tuple(failing), silent=tuple(silent), untried=untried)


def _condition(row: SourceHealth, now: datetime) -> tuple[str, str]:
    """Whether a source is ok, failing, silent or untried, and why; the last request can only make it worse."""
    state, fetch = row.state, row.last_fetch
    if state is None or (fetch is None and state.status == SourceStatus.new):
        return "untried", ""
    if state.status in _FAILING:
        return "failing", state.status_reason or state.status
    if fetch is not None and fetch.status in (FetchStatus.failed, FetchStatus.refused):
        return "failing", fetch.note or fetch.error_kind or fetch.status
    if state.status in _SILENT:
        return "silent", state.status_reason or state.status
    if state.newest_entry_at is not None and now - state.newest_entry_at > _SILENT_AFTER:
        return "silent", f"newest entry is of {local_day(state.newest_entry_at)}"
    if fetch is not None and fetch.status == FetchStatus.empty:
        return "silent", fetch.note or "the last answer was empty"
    return "ok", ""
