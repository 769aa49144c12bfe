"""`yixun why` and `yixun topics` over a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from crawler.judge.document import Document
from crawler.judge.judging import Judge
from jobs.cli.app import build_app
from store.database import session_scope
from store.migrate import open_store
from store.models import ItemTopic
from store.settings import StoreSettings
from tests.store.rows import a_round, a_source, an_item, with_topics

TITLE = "病理AI企业云桥医疗完成A轮融资"
TEXT = "云桥医疗宣布完成5000万元A轮融资。医生用其人工智能软件阅片。"


@pytest.fixture
def config(store_settings: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose store holds a relevant, an irrelevant and a turned-away item."""
    judge = Judge()
    engine = open_store(store_settings)
    with session_scope(engine) as session:
        a_source(session)
        _save(session, judge)
        an_item(
            session,
            title="油价下调",
            link="https://hospital.example/oil",
            relevant=False,
            score=0.0,
            text="每升降一角。",
            judged_with="old",
        )
        an_item(
            session,
            title="手术机器人出海",
            link="https://hospital.example/away",
            relevant=False,
            status="turned_away",
            status_reason="no word of AI or health",
        )
    engine.dispose()
    monkeypatch.setenv("YIXUN_STORE__URL", store_settings.url.get_secret_value())
    file = tmp_path / "yixun.toml"
    file.write_text("", encoding="utf-8")
    return file


def _save(session: Session, judge: Judge) -> None:
    judgement = judge.judge(Document("x", TITLE, TEXT), deep=False)
    reasons = [{"rule": r.rule, "matched": r.matched, "place": r.place, "weight": r.weight} for r in judgement.reasons]
    item = an_item(
        session,
        title=TITLE,
        text=TEXT,
        link="https://hospital.example/round",
        score=judgement.score,
        reasons=reasons,
        judged_with=judge.version,
    )
    session.add_all(ItemTopic(item_id=item.id, topic_id=t.id, score=t.score, matched=list(t.matched)) for t in judgement.topics)
    a_round(session, item, evidence="云桥医疗宣布完成5000万元A轮融资。")


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(build_app(), [*arguments, "--config", str(config)])


def row(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_why_in(config: Path) -> None:
    result = run(config, "why", "https://hospital.example/round")
    assert result.exit_code == 0
    assert "In: about AI in health in China" in result.stdout
    assert "in the title: " in result.stdout
    assert "funding " in result.stdout
    assert "云桥医疗宣布完成5000万元A轮融资。" in result.stdout
    assert "Rules have changed" not in result.stdout


def test_why_by_id_as_json(config: Path) -> None:
    report = row(run(config, "why", "1", "--json"))
    assert report["title"] == TITLE
    assert {"funding", "imaging"} <= {topic["id"] for topic in report["topics"]}
    assert report["facts"][0]["type"] == "funding"
    assert not {topic["id"] for topic in report["missed"]} & {topic["id"] for topic in report["topics"]}


def test_why_not_in(config: Path) -> None:
    result = run(config, "why", "https://hospital.example/oil")
    assert "Not in: not about AI in health" in result.stdout
    assert "Rules have changed since" in result.stdout


def test_why_not_fetched(config: Path) -> None:
    result = run(config, "why", "https://hospital.example/away")
    assert "its page was not fetched" in result.stdout
    assert "no word of AI or health" in result.stdout
    assert "Today's rules would fetch it" in result.stdout


def test_why_of_what_nobody_listed(config: Path) -> None:
    result = run(config, "why", "https://hospital.example/none")
    assert result.exit_code == 1
    assert "no source has listed it" in result.stderr


def test_topics_list(config: Path) -> None:
    rows = [json.loads(line) for line in run(config, "topics", "list", "--json").stdout.splitlines()]
    assert rows[0]["id"] == "model_adoption"
    assert len(rows) == 18


def test_topics_diff_shows_gained_and_lost(config: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "- {id: imaging, zh: 影像, en: Imaging, definition: x, terms: [超声]}\n"
        "- {id: bridges, zh: 桥, en: Bridges, definition: x, terms: [云桥]}\n",
        encoding="utf-8",
    )
    result = run(config, "topics", "diff", str(rules), "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(row["change"], row["topic"], row["title"]) for row in rows} == {("lost", "imaging", TITLE), ("gained", "bridges", TITLE)}
    table = run(config, "topics", "diff", str(rules))
    assert "1 gained, 1 lost" in table.stdout


def test_topics_diff_of_a_wrong_file(config: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {id: imaging, zh: 影像}\n", encoding="utf-8")
    result = run(config, "topics", "diff", str(rules))
    assert result.exit_code != 0
    assert "rules.yaml:1: imaging" in str(result.exception)


def test_topics_of_an_item_under_no_topic(config: Path, store_settings: StoreSettings) -> None:
    engine = open_store(store_settings)
    with session_scope(engine) as session:
        item = an_item(session, title="AI医疗随想", link="https://hospital.example/thoughts", text="随想。")
        with_topics(session, item)
    engine.dispose()
    assert "Under no topic." in run(config, "why", "https://hospital.example/thoughts").stdout
