"""What building an issue asks of the store: every statement goes by an index, so that it costs what the period holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event
from sqlmodel import Session

from reports.digest import build_issue, make_edition
from store.models import FACT_TABLES, Mention
from tests.reports.conftest import an_order, edition_of
from tests.store.rows import NOON, a_round, a_story, an_adoption, an_item, with_topics

# What grows with the years. `source`, `topic` and `organisation` do not.
GROWING = {"item", "story", "story_fact", "item_topic", "mention", "issue_entry", *FACT_TABLES}
# Walks all that has one status; only what waits is few.
BY_STATUS = "ix_item_status_relevant_first_seen_at"


@contextmanager
def watched(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """The statements that a session asks, with their parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def walks(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Where a statement reads a growing table without being led by an index, in the words of the database."""
    if connection.dialect.name == "sqlite":
        plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        scans = [step for step in plan if step.startswith("SCAN ") and step.split()[1] in GROWING]
        return scans + [step for step in plan if BY_STATUS in step and "pending" not in parameters]
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return list(_unled((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _unled(node: dict[str, Any]) -> Iterator[str]:
    led = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    if node.get("Relation Name") in GROWING and not led:
        yield f"{node['Node Type']} on {node['Relation Name']}"
    for child in node.get("Plans", ()):
        yield from _unled(child)


def a_year(session: Session) -> None:
    """Some news a week, for a year; two issues of earlier weeks."""
    for week in range(52):
        for number in range(6):
            day = NOON - timedelta(weeks=week, hours=number)
            item = an_item(session, title=f"第{week}周第{number}家医院的消息", published_at=day, first_seen_at=day)
            with_topics(session, item, "imaging")
            told = a_story(session, item)
            told.follows_id = (told.id or 0) + 6  # that of the week before
            if number == 0:
                a_round(session, item, company=f"第{week}家公司")
            if number == 1:
                an_adoption(session, item, adopter=f"第{week}家医院")
            name = {"target": "organisation", "target_id": "x", "as_written": "x", "kind": "company", "found_by": "rule"}
            session.add(Mention(item_id=item.id, start=0, end=1, **name))
    edition_of(session, an_order("2026-W40"))
    for label in ("2026-W45", "2026-W46"):
        build_issue(session, an_order(label))


def test_no_statement_walks_through_what_grows_with_the_store(newsroom: Session) -> None:
    a_year(newsroom)
    newsroom.commit()
    connection = newsroom.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET enable_seqscan = off")  # of a store this small it would rather read all
    with watched(newsroom) as asked:
        edition = make_edition(newsroom, an_order())
    assert edition.totals.stories == 6 and edition.funding and edition.adoptions
    assert any(story.follows for section in edition.sections for story in section.stories)
    assert len(asked) > 20
    found = {statement: where for statement, parameters in asked if (where := walks(newsroom.connection(), statement, parameters))}
    assert found == {}
    # It does see a walk.
    assert walks(newsroom.connection(), "SELECT count(*) FROM item WHERE lower(title) = ''", ())
