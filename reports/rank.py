"""Which items tell the same story, under which topic a story stands, and in which order. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from store.digests import Candidate
from store.kinds import KINDS
from store.text import fold

TIERS = ("official", "primary", "trade", "media", "aggregator")
OTHER = "other"
_ALIKE = 0.85  # share of common character pairs from which two headlines count as one
SHORTEST = 8  # characters a headline needs before its likeness means anything
_DECOR = re.compile(r"^(?:【[^】]{1,12}】|\[[^\]]{1,12}\]|(?:快讯|独家|首发|最新|重磅|转载|exclusive|update)\s*[:：|｜丨])+\s*")
_OUTLET = re.compile(r"\s*[|｜丨_–—-]{1,2}\s*[^|｜丨_–—-]{2,16}$")
_NO_WORDS = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"\d+")
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


def plain_title(title: str) -> str:
    """The headline without tags in front, outlet behind, punctuation, case and script, for comparing."""
    folded = _DECOR.sub("", fold(title).strip())
    without = _OUTLET.sub("", folded)
    kept = without if len(_NO_WORDS.sub("", without)) >= SHORTEST else folded
    return _NO_WORDS.sub("", kept)


def group(candidates: Iterable[Candidate]) -> list[Group]:
    """Put together items of one stored story and items with the same or nearly the same headline.

    Near means: the same numbers, and `_ALIKE` of all character pairs in common. This recognises reprints, nothing finer.
    """
    rows = list(candidates)
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    stories: dict[int, int] = {}
    for i, row in enumerate(rows):
        if row.item.story_id is not None:
            parent[root(i)] = root(stories.setdefault(row.item.story_id, i))
    for i, j in _alike([plain_title(row.item.title) for row in rows]):
        parent[root(i)] = root(j)
    members: dict[int, list[Candidate]] = defaultdict(list)
    for i, row in enumerate(rows):
        members[root(i)].append(row)
    return [Group(tuple(sorted(found, key=_lead_order))) for found in members.values()]


def _alike(titles: list[str]) -> Iterable[tuple[int, int]]:
    """Pairs of positions whose titles are the same or nearly so. Only titles that share a rare pair are compared."""
    pairs = [frozenset(title[k : k + 2] for k in range(len(title) - 1)) if len(title) >= SHORTEST else frozenset() for title in titles]
    often = Counter(pair for found in pairs for pair in found)
    index: dict[str, list[int]] = defaultdict(list)
    for i, found in enumerate(pairs):
        # Two sets that are alike by a share t have one of the first (1 - t) of their elements in common.
        rare = sorted(found, key=lambda pair: (often[pair], pair))[: len(found) - int(_ALIKE * len(found)) + 1]
        seen = {j for pair in rare for j in index[pair]}
        for j in seen:
            both = len(found & pairs[j])
            if both >= _ALIKE * (len(found) + len(pairs[j]) - both) and _NUMBERS.findall(titles[i]) == _NUMBERS.findall(titles[j]):
                yield i, j
        for pair in rare:
            index[pair].append(i)


def _lead_order(row: Candidate) -> tuple[int, int, datetime, int]:
    first = 0 if row.item.relation == "first" else 1
    return (first, _tier(row), moment(row), row.item.id or 0)


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
