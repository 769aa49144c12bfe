"""`yixun digest`: build and send the issues of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import digest_diff, digest_editing, digest_preview, digest_publish
from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_rows, say, settings_of, store_session
from .digest_diff import build_as_of
from .digest_options import AsOf, From, Name, Partial, To, Week, order_of

if TYPE_CHECKING:
    from jobs.config import Settings
    from reports.mail import Outcome
    from reports.select import Order


class Word(StrEnum):
    """What a person knows of a mail whose fate is unknown."""

    arrived = "arrived"
    lost = "lost"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="Build, look at, edit and send the issues of a digest.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("list")(list_issues)
    noun.command("build")(build)
    noun.command("preview")(digest_preview.preview)
    noun.command("send")(send)
    noun.command("publish")(digest_publish.publish)
    noun.command("diff")(digest_diff.diff)
    digest_editing.register(noun)
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
    as_of: AsOf = None,
    config: ConfigFile = None,
) -> None:
    """Build the issue of a period, freeze it in the store, and write it as .html, .txt, .md and .eml.

    An issue that was built before is shown as it was frozen, unless --rebuild is given. A mailed issue is never rebuilt. A period that
    is not over needs --partial: its files are marked, and nothing is frozen. Nor is it with --as-of, which shows the period as it was
    known at the end of that day, and says first what of that cannot be known.
    """
    from jobs.issues import write_files
    from reports.archive import write_issue
    from reports.digest import build_issue, draft_edition
    from reports.labels import subject_line

    settings = settings_of(config)
    order = order_of(settings, name, week, first, last)
    if as_of is not None and rebuild:
        raise typer.BadParameter("excludes --rebuild", param_hint="--as-of")
    if as_of is None:
        _ask_second_reader(settings, order, rebuild=rebuild)
    with store_session(settings) as session:
        if as_of is not None or (partial and not order.is_over):
            edition = draft_edition(session, order) if as_of is None else build_as_of(session, order, as_of.date(), partial=partial)
            paths = write_issue(edition, folder or settings.mail.out, settings.mail, date=order.now)
        else:
            issue, edition = build_issue(session, order, rebuild=rebuild)
            paths = write_files(session, issue, edition, settings, folder=folder)
    say(subject_line(edition))
    for path in paths:
        out(str(path))


def send(
    name: Name,
    to: Annotated[str | None, typer.Option("--to", help="Send to this address or channel:NAME alone.")] = None,
    test: Annotated[
        list[str] | None, typer.Option("--test", help="Send a mail marked TEST to this address, and note nothing; may be repeated.")
    ] = None,
    week: Week = None,
    settled: Annotated[
        Word | None,
        typer.Option("--settle", help="With --to: close a mail of unknown fate, as arrived or as lost (then it is sent again)."),
    ] = None,
    partial: Partial = False,
    config: ConfigFile = None,
) -> None:
    """Send the issue of a period to everybody who does not have it yet; it is built first if need be.

    Sending twice sends once. An issue that an editor holds, or has yet to approve, is not sent. With --to an address is tried again
    that the server refused for good. With --test the issue is neither frozen nor counted as sent, and can be sent as often as you like;
    only so a period that is not over (--partial) can be mailed. Without mail.host the issue is written to mail.out as .html, .txt, .md
    and .eml. Exit status 3: some recipients failed, 1: all failed.
    """
    if settled is not None and to is None:
        raise typer.BadParameter("needs --to ADDRESS", param_hint="--settle")
    if test and (to or settled):
        raise typer.BadParameter("excludes --to and --settle", param_hint="--test")
    settings = settings_of(config)
    order = order_of(settings, name, week, None, None)
    if test:
        _send_test(settings, order, [_address(one, "--test") for one in test], partial=partial)
        return
    if partial:
        raise typer.BadParameter("a period that is not over is only mailed with --test ADDRESS", param_hint="--partial")
    _send_issue(settings, order, _recipient(to) if to else None, settled)


def _send_test(settings: Settings, order: Order, recipients: list[str], *, partial: bool) -> None:
    """Mail the frozen issue, else what it would be now, marked as a test."""
    from reports.digest import draft_edition, load_edition
    from reports.mail import send_test
    from store.digests import find_issue
    from store.errors import UsageError

    if settings.mail.host is None:
        raise UsageError("is not set: nothing can be mailed", subject="mail.host", hint="`yixun digest preview NAME` shows the issue")
    if not order.is_over and not partial:
        raise UsageError(f"{order.period.label} is not over yet", subject=order.name, hint="--partial sends what there is so far")
    with store_session(settings) as session:
        frozen = find_issue(session, order.name, order.period.label)
        edition = load_edition(session, frozen) if frozen else draft_edition(session, order)
    _tell(send_test(edition, recipients, settings.mail), order)


def _send_issue(settings: Settings, order: Order, to: str | None, settled: Word | None) -> None:
    """Build the issue if need be, write its files, and send it."""
    from jobs.issues import write_files
    from reports.addresses import CHANNEL
    from reports.channels import tell
    from reports.digest import build_issue
    from reports.editing import name_of, why_it_waits
    from reports.mail import deliver, settle
    from reports.recipients import readers_of
    from store.database import session_scope
    from store.errors import DigestError, UsageError
    from store.migrate import open_store

    _ask_second_reader(settings, order)
    engine = open_store(settings.store)
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order)
        readers = readers_of(session, order.name, order.settings.recipients) if to is None else [to]
    with session_scope(engine) as session:
        waits = why_it_waits(session, issue, hold_hours=order.settings.hold_hours, now=order.now)
    if waits:
        # That the editor was shown it is kept.
        raise DigestError(waits, subject=name_of(issue))
    mailed, told = [one for one in readers if not one.startswith(CHANNEL)], _channels(settings, order, to)
    with session_scope(engine) as session:
        paths = write_files(session, issue, edition, settings, recipient=mailed[0] if to and mailed else None)
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


def _ask_second_reader(settings: Settings, order: Order, *, rebuild: bool = False) -> None:
    """Ask the second reader, where there is one, before an issue is built, and say what came of it."""
    from reports.consult import before_building
    from store.migrate import open_store

    if order.second_reader:
        engine = open_store(settings.store, create=False)
        for line in before_building(engine, order, settings.second_reader, rebuild=rebuild):
            say(line)
        engine.dispose()


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
