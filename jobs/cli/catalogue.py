"""Sources and items as commands see them: the catalogue, the operator's own files, and what the store remembers of either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.errors import UsageError

from .common import EXIT_USAGE, say, store_session

if TYPE_CHECKING:
    from crawler.sources.source import Source
    from jobs.config import Settings
    from store.database import Session
    from store.models import Item, SourceState

_OFF = "skip"
SourceIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Ids of sources, as `yixun sources list` shows them.")]
Categories = Annotated[list[str] | None, typer.Option("--category", help="All of this category: media, vertical, …; may be repeated.")]
Tiers = Annotated[list[str] | None, typer.Option("--tier", help="All of this tier: official, trade, …; may be repeated.")]


def known_sources(settings: Settings, files: Sequence[Path] | None = None) -> tuple[list[Source], int]:
    """The catalogue with the operator's own files, or `files` instead, and how many entries are broken; each is said in a line."""
    from crawler.sources.source import load_sources

    known, errors = load_sources(files or None, added=settings.crawl.sources, catalogue=settings.crawl.catalogue)
    for error in errors:
        say(f"yixun: {error}")
    return known, len(errors)


def named_item(session: Session, wanted: str) -> Item | None:
    """The item with this id or address, as written or as it is kept; None when no source has listed it."""
    from crawler.text.urls import canonical_url
    from store.explain import find_item

    return find_item(session, [wanted] if wanted.isdecimal() else list(dict.fromkeys([wanted, canonical_url(wanted) or wanted])))


def named_source(name: str, known: Sequence[Source], *, also_skipped: bool = False) -> Source:
    """The source of this id. Ends with wrong usage for an unknown one, and for one that is not to be fetched unless `also_skipped`."""
    by_id = {source.id: source for source in known}
    source = by_id.get(name)
    if source is None:
        import difflib

        near = difflib.get_close_matches(name, by_id, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; see `yixun sources list`"
        say(f"yixun: {name}: there is no such source{hint}")
        raise typer.Exit(EXIT_USAGE)
    if source.access.startswith(_OFF) and not also_skipped:
        say(f"yixun: {name}: is not fetched ({source.access})")
        raise typer.Exit(EXIT_USAGE)
    return source


def chosen_sources(
    names: Sequence[str], categories: Sequence[str], tiers: Sequence[str], known: Sequence[Source], *, also_skipped: bool = False
) -> list[Source]:
    """The sources of these ids, and those that are of one of these categories and of one of these tiers, where any is given.

    Ends with wrong usage for an id that names none, for a category or tier that no source has, and where nothing was given.
    """
    if not (names or categories or tiers):
        raise UsageError("name a source, --category or --tier", hint="`yixun sources list` shows them")
    chosen = [named_source(name, known, also_skipped=also_skipped) for name in names]
    if categories or tiers:
        for word, there in [(w, {s.category for s in known}) for w in categories] + [(w, {s.tier for s in known}) for w in tiers]:
            if word not in there:
                raise UsageError("no source has it", subject=word, hint=f"there are: {', '.join(sorted(there))}")
        chosen += [
            source
            for source in known
            if source.category in (categories or [source.category])
            and source.tier in (tiers or [source.tier])
            and source.id not in names
            and (also_skipped or not source.access.startswith(_OFF))
        ]
    return chosen


def synced_states(settings: Settings, known: Sequence[Source]) -> dict[str, tuple[SourceState, bool]]:
    """What the store remembers of each source, after telling it of these, and whether the source is polled."""
    from store.database import utc_now
    from store.sources import enabled_sources, states, sync_sources

    with store_session(settings, create=True) as session:
        sync_sources(session, [source.model_dump(mode="json") for source in known], now=utc_now())
        session.flush()
        polled = enabled_sources(session)
        return {source_id: (state, source_id in polled) for source_id, state in states(session).items()}


def own_file(settings: Settings, given: Path | None) -> Path:
    """The source file of the operator's own that is written to: the one given, else the first configured, else ./sources.yaml."""
    return given or (settings.crawl.sources[0] if settings.crawl.sources else Path("sources.yaml"))


def write_sources(path: Path, added: Sequence[Source], settings: Settings) -> None:
    """Add entries to a source file, keeping what it holds, and say how it becomes part of the crawl. Raises SourceError."""
    import yaml

    from crawler.sources.source import read_source_file

    # A file that cannot be read is not written to; an empty list is written anew, for nothing can be appended to `[]`.
    held = path.exists() and any(read_source_file(path))
    text = path.read_text(encoding="utf-8") if held else "sources:\n"
    for source in added:
        entry = yaml.safe_dump([source.model_dump(mode="json", exclude_defaults=True)], allow_unicode=True, sort_keys=False, width=120)
        text = text.rstrip("\n") + "\n" + "".join(f"  {line}\n" for line in entry.splitlines())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"wrote {', '.join(source.id for source in added)} to {path}")
    if path.resolve() not in [known.resolve() for known in settings.crawl.sources]:
        say(f'to fetch it with the others, put into yixun.toml: [crawl] sources = ["{path}"]')
