"""`yixun why`: in plain words, why an item is in, under which topics, from which rules and sentences, and why not otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.status import ItemStatus

from .catalogue import named_item
from .common import EXIT_FAILED, AsJson, ConfigFile, as_cell, out, out_json, say, settings_of, store_session

if TYPE_CHECKING:
    from crawler.judge.judging import Judge
    from store.database import Session
    from store.models import Item

_PLACES = {"title": "in the title", "lead": "in the lead", "body": "in the body", "whole": "in the whole text"}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("why")(why)


def why(
    item: Annotated[str, typer.Argument(help="Id of an item, or its address.", metavar="ITEM-or-URL")],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Say why an item is in or not, under which topics, and which rules and sentences decided it."""
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge

    settings = settings_of(config)
    with store_session(settings) as session:
        found = named_item(session, item)
        if found is None:
            say(f"yixun: {item}: no source has listed it (try `yixun search` with words of its title)")
            raise typer.Exit(EXIT_FAILED)
        report = explain(session, found, Judge(load_knowledge(settings.knowledge)))
    if as_json:
        out_json(report)
        return
    for line in told(report):
        out(line)


def explain(session: Session, item: Item, judge: Judge) -> dict[str, Any]:
    """All that decided about an item: as it was judged, and what today's rules say where they are others."""
    from store.explain import facts_of, issues_of, mentions_of, topics_of

    assert item.id is not None
    report: dict[str, Any] = {
        "item": item.id,
        "title": item.title,
        "link": item.link,
        "source": item.source_id,
        "published_at": item.published_at,
        "date_trust": item.date_trust,
        "first_seen_at": item.first_seen_at,
        "status": item.status,
        "status_reason": item.status_reason,
        "relevant": item.relevant,
        "score": item.score,
        "reasons": item.reasons,
        "topics": [{"id": t.topic_id, "points": t.score, "matched": t.matched} for t in topics_of(session, item.id)],
        "facts": [
            {"type": kind} | {name: getattr(f, name) for name in ("evidence", "found_by", "confidence", "background", "reviewed")}
            for kind, f in facts_of(session, item.id)
        ],
        "names": list(dict.fromkeys(m.as_written for m in mentions_of(session, item.id))),
        "issues": [{"digest": digest, "period": period, "section": section} for digest, period, section in issues_of(session, item.id)],
        "story": item.story_id,
        "relation": item.relation,
    }
    return report | _today(item, judge)


def _today(item: Item, judge: Judge) -> dict[str, Any]:
    """What today's rules say: the verdict where the rules have changed since, and the topics that the item missed."""
    from jobs.judge_again import document_of

    document = document_of(item)
    if item.status == ItemStatus.turned_away:
        check = judge.cheap_check(item.title, item.summary)
        return {"today": {"passes": check.passes, "reason": check.reason}, "missed": []}
    verdict = judge.judge(document, deep=False)
    found = {"missed": [{"id": m.id, "points": m.score, "matched": list(m.matched)} for m in judge.near_topics(document)]}
    if item.judged_with == judge.version:
        return found
    return found | {"today": {"relevant": verdict.relevant, "score": verdict.score, "topics": [topic.id for topic in verdict.topics]}}


def told(report: dict[str, Any]) -> Iterator[str]:
    """The report as lines for a person."""
    yield f"{report['title'] or '(no title)'}"
    yield f"  item {report['item']} of {report['source']}: {report['link'] or 'no link'}"
    published = as_cell(report["published_at"]) or "at an unknown time"
    yield f"  published {published} (date from: {report['date_trust']}), first seen {as_cell(report['first_seen_at'])}"
    yield ""
    yield from _verdict(report)
    yield from _topics(report)
    if report["facts"]:
        yield "Facts it states:"
        for fact in report["facts"]:
            recalled = "".join(f", {word}" for word in ("recalled" if fact["background"] else "", fact["reviewed"]) if word)
            yield f"  {fact['type']} (by {fact['found_by']}, confidence {fact['confidence']:.2f}{recalled}): “{fact['evidence']}”"
    if report["names"]:
        yield f"Names: {', '.join(report['names'])}"
    if report["story"]:
        yield f"Story {report['story']}: {report['relation'] or 'member'}"
    for issue in report["issues"]:
        yield f"In issue {issue['digest']} {issue['period']}, section {issue['section']}"
    if report["relevant"] and not report["issues"]:
        yield "In no issue yet."


def _verdict(report: dict[str, Any]) -> Iterator[str]:
    today = report.get("today")
    if report["status"] == ItemStatus.turned_away:
        yield f"Not in: its page was not fetched, for title and summary have {report['status_reason']}."
        if today and today["passes"]:
            yield f"Today's rules would fetch it ({today['reason']})."
        return
    if report["status"] in (ItemStatus.unread, ItemStatus.pending):
        yield f"Its article is {report['status']} ({report['status_reason'] or 'not tried yet'}): judged by the entry alone."
    head = "In: about" if report["relevant"] else "Not in: not about"
    yield f"{head} AI in health in China, score {report['score']:.2f} (from .50 it is in). Points:"
    for reason in sorted(report["reasons"], key=lambda reason: -abs(reason["weight"])):
        yield f"  {reason['weight']:+.1f}  {_PLACES.get(reason['place'], reason['place'])}: {reason['matched']}  [{reason['rule']}]"
    if today:
        topics = ", ".join(today["topics"]) or "no topic"
        yield f"Rules have changed since. Today's say: {'in' if today['relevant'] else 'not in'}, score {today['score']:.2f}, {topics}."


def _topics(report: dict[str, Any]) -> Iterator[str]:
    if report["topics"]:
        yield "Topics, with points and what matched:"
        for topic in report["topics"]:
            yield f"  {topic['id']} {topic['points']:.1f}: {', '.join(topic['matched'])}"
    elif report["relevant"]:
        yield "Under no topic."
    for topic in report["missed"]:
        yield f"  not under {topic['id']}, {topic['points']:.1f} points are too few: {', '.join(topic['matched'])}"
