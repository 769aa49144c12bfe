"""`yixun facts`: look at what was read, say what is right or wrong, correct it, and hand it to training."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_json, out_rows, settings_of, store_session

if TYPE_CHECKING:
    from store.database import Session

_COLUMNS = {
    "fact_id": "fact",
    "type": "type",
    "subject": "subject",
    "said": "what",
    "confidence": "sure",
    "doubts": "doubts",
    "reviewed": "reviewed",
}
FactId = Annotated[str, typer.Argument(help="Id of a fact, as `yixun facts list` shows it: funding:12.", metavar="ID")]
FactIds = Annotated[list[str], typer.Argument(help="Ids of facts.", metavar="ID")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; by default the name of the user on this machine.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(
        help="Look at the facts that were read, and say which are right or wrong.", no_args_is_help=True, rich_markup_mode=None
    )
    noun.command("list")(list_facts)
    noun.command("show")(show)
    noun.command("right")(right)
    noun.command("wrong")(wrong)
    noun.command("edit")(edit)
    noun.command("export")(export)
    app.add_typer(noun, name="facts")


def list_facts(
    type: Annotated[str | None, typer.Option("--type", help="Only this type: funding, ipo, adoption, …")] = None,
    item: Annotated[int | None, typer.Option("--item", help="Only facts of this item.")] = None,
    reviewed: Annotated[bool | None, typer.Option("--reviewed/--unreviewed", help="Only facts that a person judged, or others.")] = None,
    below: Annotated[float | None, typer.Option("--below", min=0, max=1, help="Only facts less sure than this.")] = None,
    doubted: Annotated[bool, typer.Option("--doubted", help="Only facts that readers called wrong.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 40,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List facts, those of the newest items first."""
    from store.kinds import BY_NAME
    from store.reviews import list_facts as found

    if type is not None and type not in BY_NAME:
        raise typer.BadParameter(f"{type!r}: expected one of {', '.join(BY_NAME)}", param_hint="--type")
    with store_session(settings_of(config)) as session:
        rows = found(session, type=type, item_id=item, reviewed=reviewed, below=below, doubted=doubted, limit=limit)
    out_rows(rows if as_json else [row | {"said": _said(row)} for row in rows], as_json=as_json, columns=_COLUMNS)


def _said(row: dict[str, Any]) -> str:
    """The most of a fact that a line of a table takes."""
    names = ("stage", "product", "model", "round", "amount_as_written", "others", "detail", "value", "period")
    return " · ".join(str(row[name]) for name in names if row[name])


def show(fact: FactId, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show a fact with its sentence, and what people said of it."""
    with store_session(settings_of(config)) as session:
        report = _report(session, fact)
    if as_json:
        out_json(report)
        return
    for line in _told(report):
        out(line)


def _report(session: Session, wanted: str) -> dict[str, Any]:
    from store.doubts import doubts_about, doubts_of
    from store.facts import stated
    from store.models import Item, fact_id, kind_of
    from store.reviews import find_fact, reviews_of

    row = find_fact(session, wanted)
    item = session.get_one(Item, row.item_id)
    said = ("verdict", "field", "before", "after", "who", "said_at")
    shared = ("evidence", "confidence", "found_by", "reviewed", "recorded_at")
    return {
        "fact": fact_id(row),
        "type": kind_of(row),
        "item": item.id,
        "title": item.title,
        "link": item.link,
        **{name: getattr(row, name) for name in shared},
        "states": stated(row),
        "as_read": row.as_read,
        "doubts": [one.words for one in doubts_about(doubts_of(session, [row.item_id]).get(row.item_id, ()), row)],
        "reviews": [{name: getattr(one, name) for name in said} for one in reviews_of(session, row)],
    }


def _told(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['fact']}, {report['type']}, of item {report['item']}: {report['title']}"
    yield f"  “{report['evidence']}”"
    yield f"  found by {report['found_by']}, confidence {report['confidence']:.2f}, {report['reviewed'] or 'not reviewed'}"
    for name, value in report["states"].items():
        if value not in (None, []):
            was = f" (read as {_cell(report['as_read'][name])})" if name in (report["as_read"] or {}) else ""
            yield f"  {name}: {_cell(value)}{was}"
    for words in report["doubts"]:
        yield f"  a reader doubts it{': ' + words if words else ''}"
    for one in report["reviews"]:
        yield f"{as_cell(one['said_at'])} {one['who']}: {one['verdict']}" + (f" {one['field']}={one['after']}" if one["field"] else "")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(f"{one.get('name') or one.get('as_written')}{' (lead)' if one.get('lead') else ''}" for one in value) or "none"
    return as_cell(value) or "none"


def right(facts: FactIds, by: By = None, config: ConfigFile = None) -> None:
    """Say that facts are right: they count however unsure the reading was."""
    _review(facts, "right", by, config)


def wrong(facts: FactIds, by: By = None, config: ConfigFile = None) -> None:
    """Say that facts are wrong: they count no more, and the next training learns that their texts do not state them."""
    _review(facts, "wrong", by, config)


def _review(facts: list[str], verdict: Any, by: str | None, config: Any) -> None:
    from store.database import utc_now
    from store.reviews import find_fact, review

    with store_session(settings_of(config)) as session:
        rows = [find_fact(session, fact) for fact in facts]
        for row in rows:
            review(session, row, verdict, who=_who(by), now=utc_now())
    out(f"{', '.join(facts)}: {verdict}")


def edit(
    fact: FactId,
    values: Annotated[
        list[str],
        typer.Argument(help="What fields say; nothing behind = means not stated; names are divided by ;", metavar="FIELD=VALUE"),
    ],
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Correct fields of a fact: `yixun facts edit funding:12 amount=近亿元 "investors=甲; 乙" lead=甲`."""
    from crawler.judge.knowledge import load_knowledge
    from crawler.judge.names import Names
    from jobs.corrections import corrected
    from store.database import utc_now
    from store.models import Item
    from store.reviews import correct, find_fact

    settings = settings_of(config)
    names = Names(load_knowledge(settings.knowledge))
    with store_session(settings) as session:
        row = find_fact(session, fact)
        item = session.get_one(Item, row.item_id)
        for field, written in _pairs(values):
            try:
                columns = corrected(row, field, written, names=names, item=item)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=field) from error
            correct(session, row, field, written, columns, who=_who(by), now=utc_now())
    out(f"{fact}: edited")


def _pairs(values: list[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        field, divider, written = value.partition("=")
        if not divider:
            raise typer.BadParameter(f"{value!r}: expected FIELD=VALUE")
        yield field.strip(), written


def export(config: ConfigFile = None) -> None:
    """Write the texts with reviewed or doubted facts as labelled rows, JSON lines, from which the reader can be trained.

    Facts called wrong are left out; a note names those that nobody looked at and those that readers doubt. Relevance and topics are as
    judged.
    """
    from jobs.labelled import labelled
    from store.doubts import doubts_of
    from store.explain import topics_of
    from store.reviews import reviewed_items

    with store_session(settings_of(config)) as session:
        for item, facts in reviewed_items(session):
            row = labelled(item, facts, doubts_of(session, [item.id or 0]).get(item.id or 0, []))
            out_json(row | {"topics": [topic.topic_id for topic in topics_of(session, item.id or 0)]})


def _who(by: str | None) -> str:
    try:
        return by or getpass.getuser()
    except (KeyError, OSError) as error:
        raise typer.BadParameter("this user has no name here; say who you are", param_hint="--by") from error
