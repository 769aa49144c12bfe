"""The items of each story, under which topic a story stands, and in which order. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from store.digests import Candidate
from store.kinds import KINDS

TIERS = ("official", "primary", "trade", "media", "aggregator")
OTHER = "other"
# A fact of one of these kinds gives its item a topic to stand under, and weight; the first have the first say.
RANKED = tuple(sorted((kind for kind in KINDS if kind.rank is not None), key=lambda kind: kind.rank or 0))


@dataclass(frozen=True, slots=True)
class Group:
    """Items that tell one story; the first of them leads."""

    members: tuple[Candidate, ...]

    @property
    def lead(self) -> Candidate:
        """The member that stands for the story."""
        return self.members[0]


def moment(candidate: Candidate) -> datetime:
    """When the item counts as published: its own date, else its first sight."""
    return candidate.item.published_at or candidate.item.first_seen_at


def group(candidates: Iterable[Candidate]) -> list[Group]:
    """Put together the items of each story; an item without one stands alone."""
    members: dict[int | str, list[Candidate]] = defaultdict(list)
    for row in candidates:
        members[row.item.story_id if row.item.story_id is not None else f"item {row.item.id}"].append(row)
    return [Group(tuple(sorted(found, key=_lead_order))) for found in members.values()]


def _lead_order(row: Candidate) -> tuple[bool, datetime, int]:
    """The first official source, else the first: the lead item of the stored story."""
    return (_tier(row) != 0, moment(row), row.item.id or 0)


def _tier(row: Candidate) -> int:
    return TIERS.index(row.source.tier) if row.source.tier in TIERS else len(TIERS)


def home_topic(members: tuple[Candidate, ...], order: list[str]) -> str | None:
    """The one topic a story stands under; None when it has topics but none of those in `order`.

    The topic of its facts wins, then the best score, then the order of sections. A story without any topic is `OTHER`.
    """
    scores: dict[str, float] = defaultdict(float)
    for row in members:
        for topic in row.topics:
            scores[topic.topic_id] = max(scores[topic.topic_id], topic.score)
    at_home = list(dict.fromkeys(topic for kind in RANKED if _tells(members, kind.name) for topic in kind.home))
    if not scores:
        return next((topic for topic in at_home if topic in order), OTHER)
    known = [topic for topic in scores if topic in order]
    if not known:
        return None
    return min(known, key=lambda t: (t not in at_home, at_home.index(t) if t in at_home else 0, -scores[t], order.index(t)))


def _tells(members: tuple[Candidate, ...], kind: str) -> bool:
    return any(row.announced(kind) for row in members)


def weight(found: Group) -> float:
    """How much a story matters within its section: facts, outlets, the standing of its source, its relevance."""
    facts = sum(_tells(found.members, kind.name) for kind in RANKED)
    outlets = len({row.source.id for row in found.members})
    return 2.0 * facts + 1.5 * min(outlets - 1, 4) + (len(TIERS) - _tier(found.lead)) * 0.5 + min(found.lead.item.score, 10) * 0.2


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Stories of one section: the weightiest first, then the newest."""
    return sorted(groups, key=lambda g: (-round(weight(g), 6), -moment(g.lead).timestamp(), g.lead.item.id or 0))
