"""`yixun stories`: which items tell one event, and a person's word on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_json, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.models import Item, Story, StoryChange, StoryFact

StoryId = Annotated[int, typer.Argument(help="Id of a story.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="See stories, merge them, part them.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("list")(list_stories)
    noun.command("show")(show)
    noun.command("merge")(merge)
    noun.command("split")(split)
    app.add_typer(noun, name="stories")


def list_stories(
    days: Annotated[int, typer.Option("--days", min=1, help="Stories that were reported within so many days.")] = 7,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Stories at most.")] = 20,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List stories, the hottest first: independent sources, half as much for every three days."""
    from store import stories
    from store.database import utc_now

    now = utc_now()
    with store_session(settings_of(config)) as session:
        found = stories.list_stories(session, now=now, since=now - timedelta(days=days), limit=limit)
        rows = [_row(one.story) | {"heat": one.heat} for one in found]
    out_rows(rows, as_json=as_json, columns={"story": "story", "heat": "heat", "items": "items", "last_seen_at": "last", "title": "title"})
    if not rows:
        say("no stories")


def _row(story: Story) -> dict[str, Any]:
    return {
        "story": story.id,
        "title": story.title,
        "items": story.items,
        "sources": story.sources,
        "languages": story.languages,
        "topics": story.topics,
        "first_seen_at": story.first_seen_at,
        "last_seen_at": story.last_seen_at,
        "follows": story.follows_id,
    }


def show(story_id: StoryId, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show a story: its items, what they state together with what differs, and how it came about."""
    from store import stories

    with store_session(settings_of(config)) as session:
        story = stories.find_story(session, story_id)
        told = stories.items_of(session, story.id or 0)
        parts = _parts(told, stories.facts_of(session, story.id or 0), stories.changes_of(session, story.id or 0))
        report = _row(story) | parts
    if as_json:
        out_json(report)
        return
    out(f"Story {report['story']}: {report['title']}")
    out(f"  {report['items']} items, {report['sources']} independent sources, {as_cell(report['languages'])}; {as_cell(report['topics'])}")
    if report["follows"]:
        out(f"  next step of story {report['follows']}")
    for item in report["members"]:
        out(f"  {as_cell(item['published_at'])}  {item['relation']:<11} item {item['item']}  {item['source']}  {item['title']}")
    for fact in report["facts"]:
        out(f"  {fact['type']}: {fact['fact']}, {len(fact['proofs'])} proofs, first by {fact['first_source']}")
        for difference in fact["differences"]:
            out(f"      {difference['fact_id']} says {difference['field']} {difference['value']}")
    for change in report["changes"]:
        out(f"  {as_cell(change['at'])}  {change['what']} by {change['by']}: {change['story']} <> {change['other']} {change['reason']}")


def _parts(members: Iterable[Item], facts: Iterable[StoryFact], changes: Iterable[StoryChange]) -> dict[str, Any]:
    return {
        "members": [
            {
                "item": item.id,
                "relation": item.relation or "",
                "source": item.source_id,
                "published_at": item.published_at or item.first_seen_at,
                "title": item.title,
                "link": item.link,
            }
            for item in members
        ],
        "facts": [
            {
                "type": fact.type,
                "fact": fact.fact_id,
                "proofs": fact.proofs,
                "first_source": fact.first_source_id,
                "official_at": fact.official_at,
                "differences": fact.differences,
            }
            for fact in facts
        ],
        "changes": [
            {"at": c.at, "what": c.what, "by": c.by, "story": c.story_id, "other": c.other_id, "reason": c.reason, "undone": c.undone}
            for c in changes
        ],
    }


def merge(
    story_id: StoryId,
    others: Annotated[list[int], typer.Argument(help="Stories that are the same one.")],
    config: ConfigFile = None,
) -> None:
    """Make several stories one. No rule undoes it; `yixun stories split` does."""
    from store import stories
    from store.database import utc_now

    with store_session(settings_of(config)) as session:
        for other in others:
            stories.merge(session, story_id, other, by="person", reason="by hand", now=utc_now())
    out(f"story {story_id} now holds {', '.join(f'story {other}' for other in others)}")


def split(
    story_id: StoryId,
    items: Annotated[list[int], typer.Argument(help="Items of it that tell another story.")],
    config: ConfigFile = None,
) -> None:
    """Take items out of a story into one of their own, or back into the one that they came from. No rule undoes it."""
    from store import stories
    from store.database import utc_now

    with store_session(settings_of(config)) as session:
        other = stories.split(session, story_id, items, by="person", reason="by hand", now=utc_now())
    out(f"story {other} holds items {', '.join(map(str, items))}")
