"""The analysts' views say the same on both databases: times in UTC, days in Shanghai, sums as numbers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs.formats import plain
from store.database import session_scope, utc_now
from store.models import Fetch, Mention, Run, fact_table
from store.queries import run_query
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item, with_topics


def ask(engine: Engine, sql: str) -> list[dict[str, Any]]:
    """Rows as `yixun query --format json` prints them."""
    rows = run_query(engine, sql, max_rows=100, seconds=20).as_dicts()
    return [json.loads(json.dumps(row, default=plain)) for row in rows]


def test_an_item_with_all_that_belongs_to_it(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session, text="一二三", published_at=datetime(2027, 1, 3, 16, 30, 15, 500_000, tzinfo=UTC))
        a_story(session, item)
        with_topics(session, item, "funding", "deepseek")
        for target, target_id, written in [
            ("organisation", "tencent", "腾讯"),
            ("organisation", None, "某医院"),
            ("model", "deepseek-r1", "R1"),
            ("organisation", "tencent", "Tencent"),
        ]:
            values = {"target": target, "target_id": target_id, "as_written": written, "kind": "company", "found_by": "catalogue"}
            session.add(Mention(item_id=item.id, start=0, end=1, **values))
    row = ask(engine, "SELECT * FROM v1_items")[0]
    assert row["published_at"] == "2027-01-03T16:30:15Z"
    assert (row["day"], row["week"]) == ("2027-01-04", "2027-W01")
    assert row["topics"] == "deepseek, funding"
    assert set(row["organisations"].split(", ")) == {"tencent", "某医院"}
    assert row["models"] == "deepseek-r1"
    assert (row["relevant"], row["backlog"], row["characters"], row["score"], row["tier"]) == (1, 0, 3, 0.9, "trade")
    assert (row["relation"], row["outlet"]) == ("first", None)


@pytest.mark.parametrize("day", ["2024-12-30", "2025-01-01", "2026-12-31", "2027-01-01", "2027-01-03", "2020-12-31", "2026-11-22"])
def test_weeks_are_iso_weeks_of_the_day_in_shanghai(engine: Engine, day: str) -> None:
    moment = datetime.fromisoformat(f"{day}T00:10:00+08:00")
    year, number, _ = date.fromisoformat(day).isocalendar()
    with session_scope(engine) as session:
        a_source(session)
        a_round(session, an_item(session, published_at=None, first_seen_at=moment), announced_on=date.fromisoformat(day))
    assert ask(engine, "SELECT day, week FROM v1_items") == [{"day": day, "week": f"{year}-W{number:02d}"}]
    assert ask(engine, "SELECT announced_on, week FROM v1_facts") == [{"announced_on": day, "week": f"{year}-W{number:02d}"}]


def test_a_funding_round_with_its_sums_and_investors(engine: Engine) -> None:
    investors = [{"id": "hillhouse", "name": "高瓴", "lead": True}, {"id": None, "name": "江河资本", "lead": False}]
    with session_scope(engine) as session:
        a_source(session)
        a_round(session, an_item(session), investors=investors, amount_low=Decimal("110000000.50"), rate_on=date(2026, 11, 16))
    row = ask(engine, "SELECT * FROM v1_facts")[0]
    assert row["fact_id"] == "funding:1"
    assert (row["amount_low"], row["cny_low"], row["usd_low"]) == (110000000.5, 100000000, 14084507.04)
    assert (row["others"], row["leads"]) == ("高瓴, 江河资本", "高瓴")
    assert (row["rate_on"], row["announced_on"], row["recorded_at"]) == ("2026-11-16", "2026-11-17", "2026-11-17T04:00:00Z")
    assert row["product"] is None
    assert ask(engine, "SELECT SUM(cny_low) AS total FROM v1_facts") == [{"total": 100000000}]


def test_of_a_story_told_twice_one_fact_counts(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        first = an_item(session, title="one")
        story = a_story(session, first)
        second = an_item(session, title="two", story_id=story.id)
        alone = an_item(session, title="three")
        a_round(session, first, confidence=0.6)
        a_round(session, second, confidence=0.8)
        a_round(session, second, confidence=0.9, background=True)
        a_round(session, alone)
        an_adoption(session, first)
        an_adoption(session, first, model_family="qwen", model="Qwen")
        an_adoption(session, second, background=True)
    rows = ask(engine, "SELECT fact_id FROM v1_facts WHERE counted = 1 ORDER BY fact_id")
    assert [row["fact_id"] for row in rows] == ["adoption:1", "adoption:2", "funding:2", "funding:4"]


def test_parties_and_documents(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        fixed = {"item_id": item.id, "evidence": "e", "evidence_start": 0, "evidence_end": 1, "confidence": 1.0, "found_by": "rule"}
        fixed["recorded_at"] = NOON
        parties = [{"id": "tencent", "as_written": "腾讯"}, {"id": None, "as_written": "某医院"}]
        session.add(fact_table("partnership")(parties=parties, subject="影像", **fixed))
        session.add(fact_table("policy")(issuer="国家卫健委", title="通知", number="〔2026〕1号", effect_on=date(2027, 1, 1), **fixed))
    partnership, policy = ask(engine, "SELECT * FROM v1_facts ORDER BY fact_id")
    assert (partnership["subject_id"], partnership["subject"], partnership["others"]) == ("tencent", "腾讯", "腾讯, 某医院")
    assert (policy["subject"], policy["detail"], policy["number"], policy["effect_on"]) == (
        "国家卫健委",
        "通知",
        "〔2026〕1号",
        "2027-01-01",
    )


def test_source_health_counts_the_last_week(engine: Engine) -> None:
    now = utc_now()
    with session_scope(engine) as session:
        a_source(session)
        an_item(session, title="kept", first_seen_at=now)
        an_item(session, title="old", first_seen_at=NOON.replace(year=2020))
        an_item(session, title="away", status="turned_away")
        run = Run(started_at=now)
        session.add(run)
        session.flush()
        for status, moment in [("ok", now), ("failed", now), ("failed", NOON.replace(year=2020))]:
            session.add(Fetch(run_id=run.id, source_id="hospital-daily", url="https://hospital.example/", started_at=moment, status=status))
    row = ask(engine, "SELECT * FROM v1_source_health")[0]
    assert (row["fetches_7d"], row["failed_7d"], row["items_kept"], row["items_kept_7d"], row["enabled"]) == (2, 1, 2, 1, 1)
    assert row["status_since_at"] == "2026-11-17T04:00:00Z"
