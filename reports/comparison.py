"""What the figures of an issue are held against: the mean of the last four covered periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session

from store.digests import issues_before

from .coverage import Coverage
from .edition import Means

PERIODS = 4
_LOOKED_THROUGH = 3 * PERIODS
_COUNTS = ("stories", "outlets", "adoptions", "rounds", "approvals", "policies")
_SUMS = ("raised_cny", "raised_usd")
_COVERAGE = TypeAdapter(Coverage)


def means_before(session: Session, digest: str, starts_on: date, *, scope: str) -> Means | None:
    """The mean figures of the last four issues of a digest before a day, None while there are fewer.

    Only issues count whose coverage was enough and that selected by the same rules (`scope`): others would compare what was looked at,
    not what happened.
    """
    heads = [issue.frozen for issue in issues_before(session, digest, starts_on, limit=_LOOKED_THROUGH)]
    covered = [head["totals"] for head in heads if head["scope"] == scope and _COVERAGE.validate_python(head["coverage"]).is_enough]
    return _means(covered[:PERIODS]) if len(covered) >= PERIODS else None


def _means(totals: Sequence[dict[str, Any]]) -> Means:
    counts: dict[str, Any] = {name: sum(one[name] for one in totals) / len(totals) for name in _COUNTS}
    sums: dict[str, Any] = {name: str(sum((Decimal(one[name]) for one in totals), Decimal(0)) / len(totals)) for name in _SUMS}
    return Means(periods=len(totals), **counts, **sums)
