"""What the commands of `yixun digest` share: a digest by its name, a period by week or days."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jobs.config import Settings
    from reports.period import Kind, Period
    from reports.select import Order

Name = Annotated[str, typer.Argument(help="Name of the digest, as in [digest.NAME] of the configuration.")]
Week = Annotated[
    str | None,
    typer.Option("--week", help="ISO week such as 2026-W47, or another period as `digest list` names it; default the last whole one."),
]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, instead of a week.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Build it as it was known at the end of this day; not frozen."),
]
Partial = Annotated[bool, typer.Option("--partial", help="Allow a period that is not over; the issue is marked, and not frozen.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")]


def order_of(settings: Settings, name: str, label: str | None = None, first: datetime | None = None, last: datetime | None = None) -> Order:
    """The order for a digest of the configuration and a period: by its label, a span of days, or the last whole one.

    Raises UsageError for an unknown name, BadParameter for a mixture of periods.
    """
    from reports.select import Order
    from store.database import utc_now
    from store.errors import UsageError

    if name not in settings.digest:
        raise UsageError("there is no such digest", subject=name, hint=f"there are: {', '.join(settings.digest) or 'none'}")
    digest = settings.digest[name]
    period = _period(digest.period, label, first, last)
    return Order(name=name, settings=digest, period=period, now=utc_now(), second_reader=settings.second_reader.enabled)


def _period(kind: Kind, label: str | None, first: datetime | None, last: datetime | None) -> Period:
    from reports.period import days, last_whole, named
    from store.database import utc_now

    if label is not None and (first or last):
        raise typer.BadParameter("--week and --from/--to exclude each other")
    if label is not None:
        return named(label)
    if first is None and last is None:
        return last_whole(kind, utc_now())
    if first is None or last is None:
        raise typer.BadParameter("--from and --to go together")
    return days(date(first.year, first.month, first.day), date(last.year, last.month, last.day))
