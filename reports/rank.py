"""Under which topic a story stands, how much it matters, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store.kinds import KINDS
from store.news import News, Report
from store.stories import independent
from store.story_facts import TIERS

from .settings import OTHER

# A fact of one of these kinds gives its story a topic to stand under, and weight; the first have the first say.
RANKED = tuple(sorted((kind for kind in KINDS if kind.rank is not None), key=lambda kind: kind.rank or 0))
_HALF_LIFE = timedelta(days=3)
_MOST_SOURCES = 5  # more of them say no more of how much a story matters


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stories are held against: the aware moment their period ends before, the weight of topics (default 1), and which stories go on
    from one that an earlier issue told."""

    end: datetime
    weights: Mapping[str, float] = field(default_factory=dict)
    told_on: frozenset[int] = frozenset()


def home_topic(story: News, order: list[str]) -> str | None:
    """The one topic a story stands under; None when it has topics but none of those in `order`.

    The topic of its facts wins, then the best score, then the order of sections. A story without any topic is `OTHER`.
    """
    kinds = {told.kind for told in story.facts}
    at_home = list(dict.fromkeys(topic for kind in RANKED if kind.name in kinds for topic in kind.home))
    if not story.topics:
        return next((topic for topic in at_home if topic in order), OTHER)
    known = [topic for topic in story.topics if topic in order]
    if not known:
        return None
    return min(known, key=lambda t: (t not in at_home, at_home.index(t) if t in at_home else 0, -story.topics[t], order.index(t)))


def score(story: News, standing: Standing) -> float:
    """How much a story matters: independent sources, the best tier that tells it, facts, freshness, novelty, times its topics' weight."""
    sources = min(len(independent(story.reports)), _MOST_SOURCES)
    tier = len(TIERS) - min(_tier(report) for report in story.reports)
    facts = len({told.kind for told in story.facts if told.kind in {kind.name for kind in RANKED}})
    age = max(timedelta(0), standing.end - max(report.moment for report in story.reports))
    fresh: float = 0.5 ** (age / _HALF_LIFE)
    relevance = min(max(report.score for report in story.reports), 10) * 0.2
    new = story.follows_id not in standing.told_on
    weight = max((standing.weights.get(topic, 1.0) for topic in story.topics), default=1.0)
    return round((1.5 * (sources - 1) + 0.5 * tier + 2.0 * facts + fresh + relevance + 0.5 * new) * weight, 6)


def _tier(report: Report) -> int:
    return TIERS.index(report.tier) if report.tier in TIERS else len(TIERS)


def in_order(stories: Iterable[News], standing: Standing) -> list[News]:
    """Stories of one section: the weightiest first, then the newest."""
    return sorted(stories, key=lambda one: (-score(one, standing), -one.lead.moment.timestamp(), one.lead.item_id))
