"""`yixun group`: which texts tell one story; the stories of the whole store anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from .analyse import read_document
from .common import EXIT_PARTLY, ConfigFile, out_json, read_jsonl, say, settings_of

if TYPE_CHECKING:
    from crawler.group.profile import Profile
    from crawler.judge.judging import Judge


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("group")(group)


def group(
    file: Annotated[
        str,
        typer.Argument(help="JSON lines with id, title, text and, where known, url, published, language; - reads standard input."),
    ],
    config: ConfigFile = None,
) -> None:
    """Say which texts tell one story, in the order given. Needs no store.

    Prints one JSON line for each text: id, story (the id of its first text), relation and, where there is one, the text it has it to.
    A line that cannot be read is named on standard error, the rest goes on, and the exit status is 3.
    """
    from crawler.group.grouping import group_texts
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge

    broken: list[str] = []
    texts = _profiles(file, Judge(load_knowledge(settings_of(config).knowledge)), broken)
    for text, story, relation, of in group_texts(texts):
        out_json({"id": text.id, "story": story, "relation": relation, "of": of})
    if broken:
        raise typer.Exit(EXIT_PARTLY)


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
        yield profile(document.id, document.title, document.text, judge.judge(document, deep=True), day=day)
