"""`yixun group`: which texts tell one story; the stories of the whole store anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .analyse import read_document
from .common import EXIT_PARTLY, AsJson, ConfigFile, out_json, out_rows, read_jsonl, say, settings_of, store_session

FACTS_WITHIN = 800  # characters of a text whose facts are read even where it is off topic

if TYPE_CHECKING:
    from crawler.group.profile import Profile
    from crawler.judge.judging import Judge


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("group")(group)


def group(
    file: Annotated[
        str | None,
        typer.Argument(help="JSON lines with id, title, text and, where known, url, published, language; - reads standard input."),
    ] = None,
    anew: Annotated[bool, typer.Option("--rebuild", help="Build the stories of the whole store anew.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --rebuild: only show which items would change their story.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Say which texts tell one story, in the order given; or build the stories of the store anew.

    For a file it needs no store and prints one JSON line for each text: id, story (the id of its first text), relation and, where there
    is one, the text it has it to. A line that cannot be read is named on standard error, the rest goes on, and the exit status is 3.
    With --rebuild it prints the items that change their story; issues that were built stay as they are, and so does what a person said.
    """
    if (file is None) == (not anew) or (dry_run and not anew):
        raise typer.BadParameter("expected a file, or --rebuild with or without --dry-run")
    if file is None:
        _rebuild(config, dry_run=dry_run, as_json=as_json)
        return
    from crawler.group.grouping import group_texts
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge

    broken: list[str] = []
    texts = _profiles(file, Judge(load_knowledge(settings_of(config).knowledge)), broken)
    for one in group_texts(texts):
        out_json({"id": one.text.id, "story": one.story, "relation": one.relation, "of": one.of})
    if broken:
        raise typer.Exit(EXIT_PARTLY)


def _rebuild(config: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from crawler.group.rebuild import rebuild
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge
    from store.database import utc_now

    settings = settings_of(config)
    with store_session(settings) as session:
        moves = rebuild(session, Judge(load_knowledge(settings.knowledge)), now=utc_now(), dry_run=dry_run)
    rows = [{"item": move.item_id, "from": move.before, "to": move.after or "new", "title": move.title} for move in moves]
    out_rows(rows, as_json=as_json, columns={"item": "item", "from": "story", "to": "now", "title": "title"})
    say(f"{len(moves)} items {'would change' if dry_run else 'changed'} their story")


def _profiles(file: str, judge: Judge, broken: list[str]) -> Iterator[Profile]:
    """The texts of a file as grouping sees them; the place of each line that holds none goes into `broken`, and so does a second text
    of one id."""
    from crawler.group.profile import profile

    seen: set[str] = set()
    for where, row in read_jsonl(file):
        document = None if row is None else read_document(row, f"{file}:{where}")
        if document is not None and document.id in seen:
            say(f"{file}:{where}: a second text with the id {document.id!r}")
            document = None
        if document is None:
            broken.append(f"{file}:{where}")
            continue
        seen.add(document.id)
        day = document.published.date() if document.published else None
        # A long text has words enough to tell it by; its facts are read only where it is relevant.
        deep = True if len(document.text) <= FACTS_WITHIN else None
        yield profile(document.id, document.title, document.text, judge.judge(document, deep=deep), day=day)
