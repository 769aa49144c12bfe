"""The steps of CONTRIBUTING.md for a new kind of fact, followed for a toy one in a copy of the tree: one entry, one migration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.settings import StoreSettings

ROOT = Path(__file__).parents[3]
ENTRY = """    Kind(
        "recall",
        "product",
        (Role("product", "text"), Role("maker", "party"), Role("reason", "text")),
        {"stage": ("announced", "done")},
        table="fact_recall",
        shown={"maker": "subject", "reason": "detail"},
        home=("regulation",),
        rank=0,
        summed_up=True,
    ),
)
BY_NAME"""
# What a fact of the new kind goes through, from judging to the digest. Prints one JSON object.
WAY = """
import json, pickle, sys
from datetime import timedelta
from crawler.fetching.rows import fact_rows
from crawler.judge.facts import OF_KIND, Evidence, Judgement, Party, as_json
from crawler.judge.reader.shape import CHOICE, MARK
from reports.lines import evidence_of
from reports.rank import home_topic
from store.database import session_scope
from store.explain import facts_of
from store.facts import replace_facts
from store.migrate import open_store
from store.news import items_between, news_of
from store.overview import overview
from store.queries import run_query
from store.reviews import list_facts, review
from store.settings import StoreSettings
from tests.store.rows import NOON, a_source, an_item, grouped, with_topics

roles = {"product": "一次性导管", "maker": Party(None, "海川医疗"), "reason": "标签有误", "stage": "announced"}
sentence = Evidence("海川医疗因标签有误召回一次性导管。", 0, 17)
fact = OF_KIND["recall"](type="recall", evidence=sentence, confidence=0.9, found_by="reader", **roles)
judged = Judgement(id="1", language="zh", relevant=True, score=0.9, events=(pickle.loads(pickle.dumps(fact)),))
engine = open_store(StoreSettings(url=sys.argv[1]))
with session_scope(engine) as session:
    a_source(session)
    item = an_item(session, title="某企业发布公告")
    with_topics(session, item, "imaging", "regulation")
    replace_facts(session, {item.id: fact_rows(item.id, judged, published=NOON, now=NOON)})
    grouped(session)
with session_scope(engine) as session:
    items = items_between(session, NOON - timedelta(days=1), NOON + timedelta(days=1), with_late=True)
    (story,) = news_of(session, items, least_confidence=0.6)
    told = {
        "event": as_json(fact),
        "marked": [role for kind, role in MARK if kind == "recall"],
        "told": [value for kind, _, value in CHOICE if kind == "recall"],
        "count": overview(session).facts["recall"],
        "why": [kind for kind, _ in facts_of(session, 1)],
        "home": home_topic(story, ["imaging", "regulation"]),
        "summary": evidence_of(story)[0],
        "listed": [row["fact_id"] for row in list_facts(session, type="recall", limit=5)],
    }
    review(session, facts_of(session, 1)[0][1], "right", who="anna", now=NOON)
columns = "fact_id, type, subject, product, detail, stage, counted, reviewed"
told["view"] = run_query(engine, f"SELECT {columns} FROM v1_facts", max_rows=5, seconds=20).as_dicts()
print(json.dumps(told, ensure_ascii=False, default=str))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which the steps were followed."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("crawler", "store", "reports", "jobs", "tests", "docs"):
        unwanted = shutil.ignore_patterns("__pycache__", "recorded", "corpus", "replicas")
        shutil.copytree(ROOT / name, copy / name, ignore=unwanted)
    registry = copy / "crawler" / "judge" / "registry.py"
    before = registry.read_text(encoding="utf-8")
    assert before.count(")\nBY_NAME") == 1
    registry.write_text(before.replace(")\nBY_NAME", ENTRY), encoding="utf-8")
    run(copy, "-m", "crawler.judge.registry")
    run(copy, "-m", "store.migrate", "recalls")
    run(copy, "-m", "tests.docs.generate")
    return copy


def run(tree: Path, *arguments: str) -> str:
    """Run Python in the copy; returns what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run([sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_migration_makes_its_table_and_nothing_else(tree: Path) -> None:
    (written,) = (tree / "store" / "migrations" / "versions").glob("*_recalls.py")
    lines = written.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if "op.create_table" in line or "batch_alter_table" in line] == [
        "op.create_table('fact_recall',",
        "with op.batch_alter_table('fact_recall', schema=None) as batch_op:",
    ]


def test_its_facts_go_all_the_way_from_judging_to_the_digest(tree: Path, empty_database: StoreSettings) -> None:
    told: dict[str, Any] = json.loads(run(tree, "-c", WAY, empty_database.url.get_secret_value()).splitlines()[-1])
    event = told["event"]
    assert (event["type"], event["maker"], event["stage"]) == ("recall", {"id": None, "as_written": "海川医疗"}, "announced")
    assert (told["marked"], told["told"]) == (["product", "maker", "reason"], ["announced", "done"])
    assert (told["count"], told["why"], told["listed"]) == (1, ["recall"], ["recall:1"])
    assert (told["home"], told["summary"]) == ("regulation", "海川医疗因标签有误召回一次性导管。")
    assert told["view"] == [
        {
            "fact_id": "recall:1",
            "type": "recall",
            "subject": "海川医疗",
            "product": "一次性导管",
            "detail": "标签有误",
            "stage": "announced",
            "counted": 1,
            "reviewed": "right",
        }
    ]


def test_the_documents_name_it(tree: Path) -> None:
    assert "| recall | product, maker, reason | stage: announced, done | fact_recall | regulation | health |" in (
        tree / "docs" / "facts.md"
    ).read_text(encoding="utf-8")
    assert "figure or recall |" in (tree / "docs" / "data.md").read_text(encoding="utf-8")
