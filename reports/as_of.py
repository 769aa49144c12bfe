"""An issue as it would have been built on an earlier day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from store.clock import SHANGHAI
from store.errors import UsageError
from store.past import past_of

from .digest import draft_edition
from .edition import Edition
from .period import local_day
from .select import Order


def edition_as_of(session: Session, order: Order, day: date) -> Edition:
    """What `order` would have given at the end of `day` in Shanghai, by today's rules, settings and catalogue; nothing is stored.

    The edition says of which day it is and what of then cannot be known. Raises UsageError for a day that has not begun.
    """
    if day > local_day(order.now):
        raise UsageError("is still to come", subject=f"--as-of {day}")
    then = min(order.now, datetime.combine(day + timedelta(days=1), time(), SHANGHAI))
    start, end = order.period.bounds()
    with past_of(session, order.name, start=start, end=end, then=then) as (past, unknown):
        edition = draft_edition(past, replace(order, now=then, second_reader=False))
    return replace(edition, as_of=day.isoformat(), unknown=unknown)
