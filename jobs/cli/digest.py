"""`yixun digest`: build, preview and send the issues of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from jobs.config import Settings
    from reports.mail import Outcome
    from reports.period import Period
    from reports.select import Order

Name = Annotated[str, typer.Argument(help="Name of the digest, as in [digest.NAME] of the configuration.")]
Week = Annotated[str | None, typer.Option("--week", help="ISO week such as 2026-W47; default the last whole week.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, instead of a week.")]
Partial = Annotated[bool, typer.Option("--partial", help="Allow a period that is not over; the issue is marked, and not frozen.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")]


class Word(StrEnum):
    """What a person knows of a mail whose fate is unknown."""

    arrived = "arrived"
    lost = "lost"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="Build, preview and send the issues of a digest.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("list")(list_issues)
    noun.command("build")(build)
    noun.command("preview")(preview)
    noun.command("send")(send)
    app.add_typer(noun, name="digest")


def list_issues(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List the digests of the configuration and the issues built so far, with how many mails went out."""
    from store.digests import deliveries_of
    from store.digests import list_issues as built_issues
    from store.status import DeliveryState

    settings = settings_of(config)
    rows = []
    with store_session(settings) as session:
        for issue in built_issues(session):
            states = [row.state for row in deliveries_of(session, issue.id or 0)]
            rows.append(
                {
                    "digest": issue.digest,
                    "period": issue.period,
                    "built_at": issue.built_at,
                    "sent": states.count(DeliveryState.sent),
                    "failed": sum(states.count(one) for one in (DeliveryState.failed, DeliveryState.refused, DeliveryState.rejected)),
                    "unknown": states.count(DeliveryState.unknown) + states.count(DeliveryState.sending),
                    "subject": issue.subject,
                }
            )
    built = {row["digest"] for row in rows}
    rows += [{"digest": name, "period": "none built yet"} for name in settings.digest if name not in built]
    columns = {"digest": "digest", "period": "period", "built_at": "built", "sent": "sent", "failed": "failed", "unknown": "unknown"}
    out_rows(rows, as_json=as_json, columns=columns | {"subject": "subject"})


def build(
    name: Name,
    week: Week = None,
    first: From = None,
    last: To = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder for the files; default mail.out.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Select anew and replace the frozen issue.")] = False,
    partial: Partial = False,
    config: ConfigFile = None,
) -> None:
    """Build the issue of a period, freeze it in the store, and write it as .html, .txt and .eml.

    An issue that was built before is shown as it was frozen, unless --rebuild is given. A mailed issue is never rebuilt. A period that
    is not over needs --partial: its files are marked, and nothing is frozen.
    """
    from reports.archive import write_issue
    from reports.digest import build_issue, make_edition
    from reports.labels import subject_line

    settings = settings_of(config)
    order = _order(settings, name, _period(week, first, last))
    with store_session(settings) as session:
        if partial and not order.is_over:
            edition, built_at = make_edition(session, order), order.now
        else:
            issue, edition = build_issue(session, order, rebuild=rebuild)
            built_at = issue.built_at
    say(subject_line(edition))
    for path in write_issue(edition, folder or settings.mail.out, settings.mail, date=built_at):
        out(str(path))


def preview(
    name: Name,
    week: Week = None,
    first: From = None,
    last: To = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the HTML to this file instead.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Show what the mail leaves to the archive, too.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print an issue as text without freezing or sending anything: the frozen one if it was built, else as it would be now."""
    from reports.digest import load_edition, make_edition
    from reports.plain import text
    from reports.render import html
    from store.digests import find_issue

    settings = settings_of(config)
    order = _order(settings, name, _period(week, first, last))
    with store_session(settings) as session:
        frozen = find_issue(session, name, order.period.label)
        edition = load_edition(session, frozen) if frozen else make_edition(session, order)
    if html_file is None:
        out(text(edition, full=full).rstrip("\n"))
        return
    try:
        html_file.write_text(html(edition, full=full), encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{html_file}: {error.strerror}", param_hint="--html") from error


def send(
    name: Name,
    to: Annotated[str | None, typer.Option("--to", help="Send to this address or channel:NAME alone.")] = None,
    test: Annotated[
        list[str] | None, typer.Option("--test", help="Send a mail marked TEST to this address, and note nothing; may be repeated.")
    ] = None,
    week: Annotated[
        str | None, typer.Option("--week", help="ISO week, or days such as 2026-11-01..2026-11-07; default the last whole week.")
    ] = None,
    settled: Annotated[
        Word | None,
        typer.Option("--settle", help="With --to: close a mail of unknown fate, as arrived or as lost (then it is sent again)."),
    ] = None,
    partial: Partial = False,
    config: ConfigFile = None,
) -> None:
    """Send the issue of a period to everybody who does not have it yet; it is built first if need be.

    Sending twice sends once. With --to an address is tried again that the server refused for good. With --test the issue is neither
    frozen nor counted as sent, and can be sent as often as you like; only so a period that is not over (--partial) can be mailed.
    Without mail.host the issue is written to mail.out as .html, .txt and .eml. Exit status 3: some recipients failed, 1: all failed.
    """
    if settled is not None and to is None:
        raise typer.BadParameter("needs --to ADDRESS", param_hint="--settle")
    if test and (to or settled):
        raise typer.BadParameter("excludes --to and --settle", param_hint="--test")
    settings = settings_of(config)
    order = _order(settings, name, _period(week, None, None))
    if test:
        _send_test(settings, order, [_address(one, "--test") for one in test], partial=partial)
        return
    if partial:
        raise typer.BadParameter("a period that is not over is only mailed with --test ADDRESS", param_hint="--partial")
    _send_issue(settings, order, _recipient(to) if to else None, settled)


def _send_test(settings: Settings, order: Order, recipients: list[str], *, partial: bool) -> None:
    """Mail the frozen issue, else what it would be now, marked as a test."""
    from reports.digest import load_edition, make_edition
    from reports.mail import send_test
    from store.digests import find_issue
    from store.errors import UsageError

    if settings.mail.host is None:
        raise UsageError("is not set: nothing can be mailed", subject="mail.host", hint="`yixun digest preview NAME` shows the issue")
    if not order.is_over and not partial:
        raise UsageError(f"{order.period.label} is not over yet", subject=order.name, hint="--partial sends what there is so far")
    with store_session(settings) as session:
        frozen = find_issue(session, order.name, order.period.label)
        edition = load_edition(session, frozen) if frozen else make_edition(session, order)
    _tell(send_test(edition, recipients, settings.mail), order)


def _send_issue(settings: Settings, order: Order, to: str | None, settled: Word | None) -> None:
    """Build the issue if need be, write its files, and send it."""
    from reports.addresses import CHANNEL
    from reports.archive import write_issue
    from reports.channels import tell
    from reports.digest import build_issue
    from reports.mail import deliver, settle
    from reports.recipients import readers_of
    from store.database import session_scope
    from store.errors import UsageError
    from store.migrate import open_store

    engine = open_store(settings.store)
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order)
        readers = readers_of(session, order.name, order.settings.recipients) if to is None else [to]
    mailed, told = [one for one in readers if not one.startswith(CHANNEL)], _channels(settings, order, to)
    paths = write_issue(edition, settings.mail.out, settings.mail, date=issue.built_at, recipient=mailed[0] if to and mailed else None)
    if settings.mail.host is None:
        say(f"mail.host is not set: {issue.subject} is written to {settings.mail.out}")
        for path in paths:
            out(str(path))
    elif not mailed and not told:
        hint = "`yixun recipients add` adds some"
        raise UsageError(f"[digest.{order.name}] has no recipients who are to get it; {hint}, or use --to ADDRESS", subject=order.name)
    if settled is not None:
        settle(engine, issue.id or 0, readers[0], arrived=settled is Word.arrived)
    outcomes = tell(engine, issue.id or 0, edition, told, settings.channel)
    if settings.mail.host is not None:
        outcomes += deliver(engine, issue.id or 0, edition, mailed, settings.mail, serve=settings.serve, insist=to is not None)
    _tell(outcomes, order)


def _channels(settings: Settings, order: Order, to: str | None) -> list[str]:
    """The channels to tell: those of the digest, or the one that --to names. Raises BadParameter for one that is not there."""
    from reports.addresses import CHANNEL

    if to is None:
        return list(order.settings.channels)
    if not to.startswith(CHANNEL):
        return []
    name = to.removeprefix(CHANNEL)
    if name not in settings.channel:
        raise typer.BadParameter(f"there is no [channel.{name}]", param_hint="--to")
    return [name]


def _recipient(value: str) -> str:
    """An address or a channel given with --to. Raises BadParameter for what is neither."""
    from reports.addresses import CHANNEL

    return value if value.startswith(CHANNEL) else _address(value, "--to")


def _address(value: str, option: str) -> str:
    """An address given on the command line. Raises BadParameter for what is none."""
    from reports.addresses import check_recipient

    try:
        return check_recipient(value)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _tell(outcomes: Sequence[Outcome], order: Order) -> None:
    """Say what became of each mail; ends with status 3 when some failed, 1 when all did."""
    from store.status import DeliveryState

    for outcome in outcomes:
        out(f"{outcome.recipient}: {outcome.state}{': ' + outcome.error if outcome.error else ''}")
    if any(outcome.state == DeliveryState.unknown for outcome in outcomes):
        say(f"look whether it arrived, then: yixun digest send {order.name} --week {order.period.label} --to ADDRESS --settle arrived|lost")
    asked = [outcome for outcome in outcomes if not outcome.is_left_out]
    if not all(outcome.fine for outcome in asked):
        raise typer.Exit(EXIT_PARTLY if any(outcome.fine for outcome in asked) else EXIT_FAILED)


def _period(week_label: str | None, first: datetime | None, last: datetime | None) -> Period:
    """The period asked for: a week, a span of days, or the last whole week. Raises BadParameter for a mixture."""
    from reports.period import days, last_whole_week, named
    from store.database import utc_now

    if week_label is not None and (first or last):
        raise typer.BadParameter("--week and --from/--to exclude each other")
    if week_label is not None:
        return named(week_label)
    if first is None and last is None:
        return last_whole_week(utc_now())
    if first is None or last is None:
        raise typer.BadParameter("--from and --to go together")
    return days(date(first.year, first.month, first.day), date(last.year, last.month, last.day))


def _order(settings: Settings, name: str, period: Period) -> Order:
    """The order for a digest of the configuration. Raises UsageError for an unknown name."""
    from reports.select import Order
    from store.database import utc_now
    from store.errors import UsageError

    if name not in settings.digest:
        raise UsageError("there is no such digest", subject=name, hint=f"there are: {', '.join(settings.digest) or 'none'}")
    return Order(name=name, settings=settings.digest[name], period=period, now=utc_now())
