"""`yixun search`: full-text search, Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_json, say, settings_of, store_session

if TYPE_CHECKING:
    from store.search import Found


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("search")(search)


def search(
    query: Annotated[
        str, typer.Argument(help='Words; "phrases", AND, OR, NOT, brackets, and source: topic: org: model: type: after: before: lang:')
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Stories at most.")] = 20,
    every: Annotated[bool, typer.Option("--all", help="Also entries that were turned away.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Find stories by words in titles, summaries and texts of their items: what fits the title first, the newest first.

    Words apart by spaces are all meant. Chinese words of any length are found, in simplified and traditional characters alike; Latin
    words by their beginning, upper or lower case, also where Chinese is written right against them; quoted ones as they stand. Names
    after org: and model: are found under all their aliases. Days are those of Shanghai: after:2026-11-01 is from that day on.
    """
    from store.database import utc_now
    from store.search import search as find

    with store_session(settings_of(config)) as session:
        found = find(session, query, limit=limit, with_turned_away=every, now=utc_now())
    for hit in found:
        item = hit.item
        if as_json:
            out_json(_as_row(hit))
            continue
        out(f"{as_cell(item.published_at or item.first_seen_at)}  {item.title}")
        more = f" · {hit.items} items" if hit.items > 1 else ""
        out(f"    {item.source_id}{more} · item {item.id}{'' if item.relevant else ' · off topic'} · {item.link or 'no link'}")
        if hit.snippet:
            out(f"    {hit.snippet}")
    if not found:
        say("nothing found")


def _as_row(hit: Found) -> dict[str, Any]:
    item = hit.item
    return {
        "id": item.id,
        "story": item.story_id,
        "items": hit.items,
        "title": item.title,
        "link": item.link,
        "source": item.source_id,
        "published_at": item.published_at,
        "first_seen_at": item.first_seen_at,
        "status": item.status,
        "relevant": item.relevant,
        "snippet": hit.snippet,
    }
