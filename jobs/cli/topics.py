"""`yixun topics`: the topics there are, and what changed rules would do to the items of the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, out, out_rows, settings_of, store_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.judge.judging import Judge
    from crawler.judge.topics import TopicRule


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="List the topics, or see what changed rules would do.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("list")(list_topics)
    noun.command("diff")(diff)
    app.add_typer(noun, name="topics")


def list_topics(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List the topics in the order of a digest's sections, with how much their rules hold."""
    from crawler.judge.knowledge import load_knowledge
    from crawler.judge.topics import load_topics

    rules = load_topics(load_knowledge(settings_of(config).knowledge))
    rows = [
        {"id": rule.id, "zh": rule.zh, "en": rule.en, "words": len(rule.terms) + len(rule.weak), "definition": rule.definition}
        for rule in rules
    ]
    out_rows(rows, as_json=as_json, columns={"id": "topic", "zh": "zh", "words": "words", "definition": "what belongs in"})


def diff(
    file: Annotated[Path, typer.Argument(help="Topic rules by the schema of the built-in ones; each replaces the topic with its id.")],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show which items of the store would come under a topic, or fall out of one, by the rules of FILE.

    Nothing is changed. Items are read again with both sets of rules, so an item judged by older rules counts as by today's.
    """
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_entries, load_knowledge
    from crawler.judge.topics import TopicRule, replace_topics

    settings = settings_of(config)
    judge = Judge(load_knowledge(settings.knowledge))
    rules = replace_topics(judge.knowledge, judge.topics.rules, load_entries(file, TopicRule))
    with store_session(settings) as session:
        rows = list(_differences(judge, rules, session))
    columns = {"change": "change", "topic": "topic", "item": "item", "title": "title", "matched": "matched"}
    out_rows(rows, as_json=as_json, columns=columns)
    if not as_json:
        gained = sum(row["change"] == "gained" for row in rows)
        out(f"{gained} gained, {len(rows) - gained} lost")


def _differences(judge: Judge, rules: tuple[TopicRule, ...], session: Any) -> Iterator[dict[str, Any]]:
    from crawler.judge.topics import Topics
    from jobs.judge_again import document_of
    from store.explain import announced_types, relevant_items

    changed = Topics(rules)
    for item in relevant_items(session):
        document = document_of(item)
        told = announced_types(session, item.id or 0)
        before = {match.id: match for match in judge.topics_under(document, judge.topics, told=told)}
        after = {match.id: match for match in judge.topics_under(document, changed, told=told)}
        for topic in sorted(before.keys() ^ after.keys()):
            match = after.get(topic) or before[topic]
            change = "gained" if topic in after else "lost"
            yield {"change": change, "topic": topic, "item": item.id, "title": item.title, "matched": list(match.matched)}
