"""`yixun judge`: stored items judged anew by the weights, rules and code of today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import EXIT_PARTLY, AsJson, ConfigFile, out, out_json, say, settings_of

if TYPE_CHECKING:
    from jobs.judge_again import Broken, ItemChange
    from store.models import Judging

_SIGNS = {"gained": "+", "lost": "-", "changed": "~"}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("judge")(judge)


def judge(
    outdated: Annotated[bool, typer.Option("--outdated", help="Items that another version judged: other weights, rules or code.")] = False,
    every: Annotated[bool, typer.Option("--all", help="All items that were read.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Items published, or else first seen, since this day.", metavar="DAY"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Judge stored items again, and show which facts are gained, lost and changed.

    What a person said of a fact stands, and so do built issues. A run that was stopped goes on where it was when the same is asked again.
    An item that our code breaks on keeps what was judged before; the next run tries it again.
    """
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge
    from jobs.holding import holding
    from jobs.judge_again import judge_again
    from store.clock import SHANGHAI
    from store.judgings import Asked
    from store.migrate import open_store

    if sum((outdated, every, since is not None)) != 1:
        raise typer.BadParameter("expected one of --outdated, --all and --since DAY", param_hint="--outdated | --all | --since")
    settings = settings_of(config)
    asked = Asked(outdated=outdated, since=since.replace(tzinfo=SHANGHAI) if since else None)
    by = Judge(load_knowledge(settings.knowledge))
    engine = open_store(settings.store, create=False)
    try:
        with holding(engine, "judge", "yixun judge"):
            run = _print_all(judge_again(engine, by, asked, dry_run=dry_run), as_json=as_json)
    finally:
        engine.dispose()
    _end(run, dry_run=dry_run, as_json=as_json)
    if run.failed:
        raise typer.Exit(EXIT_PARTLY)


def _print_all(told: Iterator[ItemChange | Broken | Judging], *, as_json: bool) -> Judging:
    """Print what changed and what broke, as it comes; returns the run, which comes last."""
    from jobs.judge_again import Broken, ItemChange

    for one in told:
        if isinstance(one, Broken):
            say(f"item {one.item}: our judging broke, it keeps what was judged before: {one.reason}")
        elif not isinstance(one, ItemChange):
            return one
        elif as_json:
            out_json(asdict(one))
        else:
            for line in _told(one):
                out(line)
    raise AssertionError("a run always tells its end")


def _end(run: Judging, *, dry_run: bool, as_json: bool) -> None:
    figures = {name: getattr(run, name) for name in ("judged", "gained", "lost", "changed", "failed")}
    if as_json:
        out_json({"asked": run.asked, "judged_with": run.judged_with, "dry_run": dry_run} | figures)
        return
    broken = f"; our code broke on {run.failed} items" if run.failed else ""
    written = "; nothing was written" if dry_run else ""
    out(f"{run.judged} items judged: {run.gained} facts gained, {run.lost} lost, {run.changed} changed{broken}{written}")


def _told(change: ItemChange) -> Iterator[str]:
    yield f"item {change.item}: {change.title}"
    if change.relevant:
        yield f"  {'relevant now' if change.relevant[1] else 'relevant no more'}"
    for sign, topics in (("+", change.topics_gained), ("-", change.topics_lost)):
        if topics:
            yield f"  {sign} topics {', '.join(topics)}"
    for fact in change.facts:
        yield f"  {_SIGNS[fact['change']]} {fact['type']} {fact['fact'] or ''}".rstrip() + f": {fact['subject'] or '?'}{_how(fact)}"


def _how(fact: dict[str, Any]) -> str:
    if fact["change"] != "changed":
        return f" “{fact['evidence']}”"
    return "".join(f"; {name}: {_shown(fact['before'][name])} → {_shown(after)}" for name, after in fact["after"].items())


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one.get("name") or one.get("as_written")) for one in value) or "none"
    return "none" if value is None else str(value)
