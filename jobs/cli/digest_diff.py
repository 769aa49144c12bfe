"""`yixun digest diff` and `build --as-of`: what an issue says otherwise than another one, or than it would have said."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_json, say, settings_of, store_session
from .digest_options import order_of

if TYPE_CHECKING:
    from jobs.config import Settings
    from reports.difference import Difference
    from reports.edition import Edition
    from reports.select import Order
    from store.database import Session

_NOW = "now"
_MARKS = {"gained": "+", "lost": "-", "changed": "~"}
Side = Annotated[
    str,
    typer.Argument(
        help="An issue, as weekly-2026-W47; with @now as it would be built now, with @DAY as it would have been built that day.",
        metavar="ISSUE[@DAY]",
    ),
]


def diff(before: Side, after: Side, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show what one issue tells otherwise than another, or than it would if it were built now or had been on another day.

    Stories, table rows and figures gained (+), lost (-) and changed (~). Nothing is frozen or changed.
    """
    from reports.difference import differences

    settings = settings_of(config)
    with store_session(settings) as session:
        found = differences(_edition(session, settings, before), _edition(session, settings, after))
    if as_json:
        for one in found:
            out_json({"change": one.change, "what": one.what, "name": one.name, "fields": one.fields})
        return
    for one in found:
        out(_told(one))
    if not found:
        say("they tell the same")


def build_as_of(session: Session, order: Order, day: date, *, partial: bool) -> Edition:
    """The edition of an order as of a day; what cannot be known is said. Raises UsageError for a period that was not over then."""
    from reports.as_of import edition_as_of
    from reports.labels import Labels, then
    from store.errors import UsageError

    edition = edition_as_of(session, order, day)
    if edition.partial and not partial:
        raise UsageError(f"{order.period.label} was not over on {day}", subject=order.name, hint="--partial shows what there was so far")
    for line in then(edition, Labels("en")):
        say(line)
    return edition


def _edition(session: Session, settings: Settings, side: str) -> Edition:
    """The edition that a side of the comparison names. Raises UsageError for a day that is none, or an issue that there is not."""
    from reports.digest import load_edition, make_edition
    from store.errors import UsageError
    from store.issue_edits import named_issue

    name, _, day = side.partition("@")
    if not day:
        return load_edition(session, named_issue(session, name))
    order = _order_named(session, settings, name)
    if day == _NOW:
        return make_edition(session, order)
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError("expected a day such as 2026-11-23, or now, behind the @", subject=side) from error
    return build_as_of(session, order, wanted, partial=True)


def _order_named(session: Session, settings: Settings, name: str) -> Order:
    """The order for an issue by its name, whether it was built or not."""
    from store.issue_edits import named_issue

    digest = next((one for one in sorted(settings.digest, key=len, reverse=True) if name.startswith(f"{one}-")), None)
    if digest is not None:
        return order_of(settings, digest, name.removeprefix(f"{digest}-"))
    issue = named_issue(session, name)
    return order_of(settings, issue.digest, issue.period)


def _told(one: Difference) -> str:
    values = "; ".join(f"{name}: {_cell(old)} → {_cell(new)}" for name, (old, new) in one.fields.items())
    return f"{_MARKS[one.change]} {one.what}: {one.name}" + (f" ({values})" if values else "")


def _cell(value: Any) -> str:
    return as_cell(value) or "none"
