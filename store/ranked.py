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

_FEW = 50  # texts that are looked at together, and ever four times as many until there are hits enough
_MANY = 1600

_IN_TITLE = 2.0  # what a hit whose title has all words is ahead of one of today whose title has none
_FRESH_DAYS = 30.0

Hits = tuple[list[int], list[int], list[float], list[float]]


class Ranked:
    """What may be hits, the best first: the fitting and fresh ones at the Julian day `today`, by default the newest hit's.

    `hits` are their ids, stories (of an item without one, its id below 0), Julian days, and how much of the query stands in their titles.
    Where `doubt` is set, an item is a hit only if its text holds that: texts are looked at as they are needed, as most queries have more
    hits than are shown."""

    def __init__(self, session: Session, hits: Hits, doubt: ColumnElement[bool] | None, today: float | None) -> None:
        self._session, self.doubt = session, doubt
        self._looked_at: dict[int, bool] = {}
        newest = max(hits[2], default=0.0)
        self.ordered = _by_worth(hits, newest if today is None else today)
        if today is None and doubt is not None and (hit := self._newest(hits)) != newest:
            # What seemed to be the newest hit is none, and the others are fresher for it.
            self.ordered = _by_worth(hits, hit)

    def best(self, limit: int) -> tuple[dict[int, int], Counter[int]]:
        """The first hits of `limit` stories, by story, and how many hits tell each of these stories."""
        ids, stories = self.ordered
        best: dict[int, int] = {}
        for item_id, story, is_hit in zip(ids, stories, self._are_hits(ids), strict=True):
            if is_hit:
                best.setdefault(story, item_id)
            if len(best) == limit:
                break
        told = {item_id: story for item_id, story in zip(ids, stories, strict=True) if story in best}
        return best, Counter(story for story, is_hit in zip(told.values(), self._are_hits(list(told), _MANY), strict=True) if is_hit)

    def _newest(self, hits: Hits) -> float:
        """The day of the newest hit."""
        in_time = sorted(zip(hits[2], hits[0], strict=True), reverse=True)
        # The best are asked for next.
        self._look_at([*(item_id for _, item_id in in_time[:_FEW]), *self.ordered[0][:_FEW]])
        found = zip(in_time, self._are_hits([item_id for _, item_id in in_time]), strict=True)
        return next((day for (day, _), is_hit in found if is_hit), 0.0)

    def _are_hits(self, ids: Sequence[int], size: int = _FEW) -> Iterator[bool]:
        """Whether each of the items is one; of the first, `size` are looked at together."""
        if self.doubt is None:
            yield from repeat(True, len(ids))
            return
        start = 0
        while start < len(ids):
            chunk = ids[start : start + size]
            start, size = start + size, min(4 * size, _MANY)
            self._look_at(chunk)
            yield from (self._looked_at[item_id] for item_id in chunk)

    def _look_at(self, ids: Sequence[int]) -> None:
        if self.doubt is not None and (unseen := [item_id for item_id in ids if item_id not in self._looked_at]):
            asked = columns(col(Item.id)).join(SEARCH, SEARCH.c.item_id == Item.id).where(col(Item.id).in_(unseen), self.doubt)
            found = set(self._session.connection().execute(asked).scalars())
            self._looked_at |= {item_id: item_id in found for item_id in unseen}


def _by_worth(hits: Hits, today: float) -> tuple[list[int], list[int]]:
    """Ids and stories, the best first."""
    ids, stories, days, in_title = hits
    worth = [
        _IN_TITLE * share + (_FRESH_DAYS / (_FRESH_DAYS + today - day) if day < today else 1.0)
        for share, day in zip(in_title, days, strict=True)
    ]
    best = sorted(zip(worth, days, ids, stories, strict=True), reverse=True)
    return [one[2] for one in best], [one[3] for one in best]
