"""What building and rendering a week of 5,000 items in 800 stories costs, by the size of the store:
`python -m benchmarks.digest ITEMS STORE_URL` fills an empty store with weeks alike, builds eight issues, and times the next."""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from reports.digest import build_issue, make_edition
from reports.period import before, containing
from reports.plain import text
from reports.render import html
from reports.select import Order
from reports.settings import DigestSettings
from store.database import session_scope
from store.migrate import open_store
from store.models import AdoptionFact, FundingFact, Item, ItemTopic, SourceRow, SourceState, Story, StoryFact, Topic
from store.settings import StoreSettings

A_WEEK, STORIES = 5000, 800
SOURCES = 200
TOPICS = ("model_adoption", "deepseek", "funding", "approvals", "regulation", "imaging", "research", "market")
ENDS = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # of 2026-W47
BODY = "该院介绍，系统覆盖门诊与住院两个场景，数据不出院区，结果由医师核对后写入病历。" * 30


def rows(week: int) -> dict[Any, list[dict[str, Any]]]:
    """All rows of the week that lies `week` weeks back."""
    made: dict[Any, list[dict[str, Any]]] = {Item: [], ItemTopic: [], Story: [], StoryFact: [], FundingFact: [], AdoptionFact: []}
    for number in range(A_WEEK):
        story, item_id = week * STORIES + number % STORIES + 1, week * A_WEEK + number + 1
        at = ENDS - timedelta(weeks=week, seconds=number * 120)
        shared = {"published_at": at, "first_seen_at": at, "changed_at": at}
        title = f"第{story}家医院上线第{story % 97}号系统"
        texts = {"title": title, "entry_title": title, "summary": title, "text": f"{title}，编号{item_id}。{BODY}"}
        keys = {
            "id": item_id,
            "identity": f"made:{item_id}",
            "link": f"https://made.example/{item_id}",
            "source_id": f"s{item_id % SOURCES}",
        }
        relation = "first" if number < STORIES else "rewrite"
        made[Item].append(
            {
                **keys,
                **texts,
                **shared,
                "language": "zh",
                "status": "kept",
                "relevant": True,
                "score": 0.9,
                "story_id": story,
                "relation": relation,
            }
        )
        made[ItemTopic].append({"item_id": item_id, "topic_id": TOPICS[story % len(TOPICS)], "score": 0.8, "matched": []})
        if number < STORIES:
            seen = {"first_seen_at": at, "last_seen_at": at, "published_at": at, "changed_at": at}
            made[Story].append({"id": story, "title": title, "lead_item_id": item_id, "items": 6, "sources": 6, **seen})
            if story % 8 < 2:
                _state(made, story, item_id, title, at)
    return made


def _state(made: dict[Any, list[dict[str, Any]]], story: int, item_id: int, title: str, at: datetime) -> None:
    told = {"id": story, "item_id": item_id, "evidence": title, "evidence_start": 0, "evidence_end": len(title), "confidence": 0.9}
    told |= {"found_by": "reader", "recorded_at": at, "announced_on": at.date(), "health": True, "background": False}
    if story % 8:
        made[FundingFact].append(
            {**told, "type": "funding", "company": f"第{story}家公司", "investors": [], "kind": "venture", "stage": "done"}
        )
    else:
        made[AdoptionFact].append({**told, "adopter": f"第{story}家医院", "model_family": "deepseek", "model": "DeepSeek", "stage": "live"})
    kind, table = ("funding", "funding") if story % 8 else ("adoption", "adoption")
    proof = f"{table}:{story}"
    made[StoryFact].append(
        {"story_id": story, "fact_id": proof, "type": kind, "proofs": [proof], "first_source_id": "s0", "first_reported_at": at}
    )


def fill(engine: Engine, items: int) -> None:
    """Fill an empty store with weeks alike, the latest first."""
    with session_scope(engine) as session:
        shared = {
            "homepage": "https://made.example/",
            "language": "zh",
            "category": "media",
            "kind": "feed",
            "scope": "general",
            "tier": "media",
        }
        shared |= {"access": "ok", "enabled": True, "definition": {}, "first_seen_at": ENDS, "changed_at": ENDS}
        session.add_all(SourceRow(id=f"s{number}", name=f"Source {number}", **shared) for number in range(SOURCES))
        session.flush()
        read = ENDS + timedelta(hours=12)
        states = {"status": "ok", "status_since": ENDS, "last_fetch_at": read, "last_success_at": read}
        session.add_all(SourceState(source_id=f"s{number}", **states) for number in range(SOURCES))
        session.add_all(Topic(id=name, position=place, name_en=name, name_zh=name) for place, name in enumerate(TOPICS))
    for week in range(items // A_WEEK):
        with session_scope(engine) as session:
            for model, values in sorted(rows(week).items(), key=lambda pair: pair[0] is not Story):
                if values:
                    session.connection().execute(insert(model), values)


def measured(engine: Engine) -> Iterator[str]:
    """Build the issues of eight weeks, then time the latest."""
    latest = containing("week", ENDS.date())
    periods = [latest]
    for _ in range(8):
        periods.append(before(periods[-1], "week"))
    now = ENDS + timedelta(days=1)
    for period in reversed(periods[1:]):
        with session_scope(engine) as session:
            build_issue(session, Order(name="weekly", settings=DigestSettings(), period=period, now=now))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for tries in ("first", "again"):
        began, worked = time.perf_counter(), time.process_time()
        with session_scope(engine) as session:
            edition = make_edition(session, Order(name="weekly", settings=DigestSettings(), period=latest, now=now))
        selected = time.process_time() - worked
        size = len(html(edition).encode()) + len(text(edition).encode())
        took, cpu = time.perf_counter() - began, time.process_time() - worked
        yield f"{tries}: {edition.totals.stories} stories, {took:.2f} s ({cpu:.2f} s of processor, {selected:.2f} s to build), {size} bytes"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield f"memory: {peak / 1024:.0f} MB at most ({held / 1024:.0f} MB before)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", type=int)
    parser.add_argument("url")
    asked = parser.parse_args()
    store = open_store(StoreSettings(url=asked.url))
    fill(store, asked.items)
    for line in measured(store):
        print(line)
