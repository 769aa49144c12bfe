"""What a search found, the best first, and which of it are hits, looked up as far as they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat

from sqlalchemy import ColumnElement
from sqlalchemy import select as columns
from sqlmodel import Session, col

from .models import Item
from .schema import SEARCH

_FEW = 50  # texts that are looked at together until there are hits enough

Ordered = tuple[list[int], list[int], list[float]]


class Ranked:
    """Ids, stories (of an item without one, its id below 0) and Julian days of what may be hits, the best first. Where `doubt` is set,
    an item is a hit only if its text holds that: texts are looked at as they are needed, as most queries have more hits than are shown."""

    def __init__(self, session: Session, ordered: Ordered, doubt: ColumnElement[bool] | None) -> None:
        self._session, self.ordered, self.doubt = session, ordered, doubt
        self._looked_at: dict[int, bool] = {}

    def best(self, limit: int) -> tuple[dict[int, int], Counter[int]]:
        """The first hits of `limit` stories, by story, and how many hits tell each of these stories."""
        ids, stories, _ = self.ordered
        best: dict[int, int] = {}
        for item_id, story, is_hit in zip(ids, stories, self._are_hits(ids), strict=True):
            if is_hit:
                best.setdefault(story, item_id)
            if len(best) == limit:
                break
        told = {item_id: story for item_id, story in zip(ids, stories, strict=True) if story in best}
        return best, Counter(story for story, is_hit in zip(told.values(), self._are_hits(list(told)), strict=True) if is_hit)

    def newest(self) -> tuple[float | None, float | None]:
        """The days of the newest item and of the newest hit."""
        ids, _, days = self.ordered
        in_time = sorted(range(len(ids)), key=days.__getitem__, reverse=True)
        hits = zip(in_time, self._are_hits([ids[at] for at in in_time]), strict=True)
        return max(days, default=None), next((days[at] for at, is_hit in hits if is_hit), None)

    def _are_hits(self, ids: Sequence[int]) -> Iterator[bool]:
        """Whether each of the items is one."""
        if self.doubt is None:
            yield from repeat(True, len(ids))
            return
        for start in range(0, len(ids), _FEW):
            chunk = ids[start : start + _FEW]
            if unseen := [item_id for item_id in chunk if item_id not in self._looked_at]:
                asked = columns(col(Item.id)).join(SEARCH, SEARCH.c.item_id == Item.id).where(col(Item.id).in_(unseen), self.doubt)
                found = set(self._session.connection().execute(asked).scalars())
                self._looked_at |= {item_id: item_id in found for item_id in unseen}
            yield from (self._looked_at[item_id] for item_id in chunk)
