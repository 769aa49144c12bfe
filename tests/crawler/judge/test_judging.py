"""The judge as a whole, and `yixun analyse` over files and standard input."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crawler.judge.document import Document
from crawler.judge.facts import Funding
from crawler.judge.judging import Judge
from jobs.cli.analyse import read_time
from jobs.cli.app import build_app

TEXT = "云桥医疗宣布完成5000万元A轮融资，由松谷资本领投。公司的病理AI软件已在四川大学华西医院接入DeepSeek，医生用它阅片。"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def analyse(*lines: Any, file: Path | None = None, arguments: tuple[str, ...] = ()) -> Result:
    written = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    if file is None:
        return CliRunner().invoke(build_app(), ["analyse", "-", *arguments], input=written)
    file.write_text(written, encoding="utf-8")
    return CliRunner().invoke(build_app(), ["analyse", str(file), *arguments])


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_relevant_text_is_read_for_facts(judge: Judge) -> None:
    judgement = judge.judge(Document("x", "病理AI企业云桥医疗融资5000万元", TEXT))
    assert judgement.relevant
    assert {event.type for event in judgement.events} >= {"funding"}
    assert {amount.currency for amount in judgement.amounts} == {"CNY"}
    full = Document("x", "病理AI企业云桥医疗融资5000万元", TEXT).full
    for event in judgement.events:
        assert full[event.evidence.start : event.evidence.end] == event.evidence.text
    for mention in judgement.mentions:
        assert full[mention.start : mention.end] == mention.as_written
    for amount in judgement.amounts:
        assert full[amount.start : amount.end] == amount.as_written


def test_depth_is_asked_for(judge: Judge) -> None:
    document = Document("x", "星野汽车完成3亿元B轮融资", "新能源车企星野汽车宣布完成3亿元B轮融资，由松谷资本领投。")
    assert not judge.judge(document).relevant
    assert judge.judge(document).events == judge.judge(document).amounts == ()
    deep = judge.judge(document, deep=True)
    assert [event.type for event in deep.events] == ["funding"]
    assert deep.amounts
    assert deep.topics == ()
    assert judge.judge(Document("y", "", TEXT), deep=False).events == ()


def test_deals_are_stated_of_texts_that_are_not_relevant(judge: Judge) -> None:
    health = Document("x", "", "医疗器械企业云桥医疗宣布完成3亿元B轮融资，由松谷资本领投，资金用于心脏瓣膜的临床试验。")
    judgement = judge.judge(health, deep=True)
    assert not judgement.relevant
    assert [(event.type, event.health) for event in judgement.events] == [("funding", True)]


def test_events_of_health_are_stated_of_texts_that_are_not_relevant(judge: Judge) -> None:
    approved = "国家药监局批准了微创医疗的心脏支架上市，注册证号为国械注准20263131234。"
    judgement = judge.judge(Document("x", "", approved), deep=True)
    assert not judgement.relevant
    assert "approval" in {event.type for event in judgement.events}


def test_parties_outside_the_catalogue_are_mentions_found_by_the_reader(judge: Judge) -> None:
    text = "桐川市妇幼保健院上线DeepSeek辅助分诊。"
    found = [m for m in judge.judge(Document("x", "", text), deep=True).mentions if m.id is None]
    assert [(m.as_written, m.kind, m.found_by) for m in found] == [("桐川市妇幼保健院", "hospital", "reader")]
    assert text[found[0].start : found[0].end] == found[0].as_written


def test_facts_of_a_round_up_are_those_of_its_part(judge: Judge) -> None:
    text = (
        "1、某奶茶品牌完成两亿元B轮融资，由远山资本领投，资金用于开设门店。"
        "2、病理AI企业云桥医疗完成5000万元A轮融资，由松谷资本领投，其人工智能病理软件已进入三十家医院。"
        "3、某车企发布新款轿车，起售价十二万元，下月交付。"
    )
    judgement = judge.judge(Document("x", "早报", text))
    assert judgement.part is not None
    assert {event.company.as_written for event in judgement.events if isinstance(event, Funding)} == {"云桥医疗"}


def test_version_follows_the_rules(judge: Judge) -> None:
    assert judge.version == Judge().version
    assert len(judge.version) == 12


@pytest.mark.parametrize(
    "text",
    ["\x00\x01", "。" * 500, "AI" * 3000, "医" * 3000, "1、" * 300, "https://x.ai/医院" * 50, "\ud800医院AI", "🩺🤖" * 100, "(" * 2000],
)
def test_broken_texts_are_judged_all_the_same(judge: Judge, text: str) -> None:
    judgement = judge.judge(Document("x", text[:50], text), deep=True)
    assert 0 <= judgement.score <= 1


def test_analyse_prints_all_of_it() -> None:
    result = analyse({"id": 7, "title": "病理AI企业融资", "text": TEXT, "published": "2026-11-17"})
    assert result.exit_code == 0
    (row,) = rows(result)
    assert set(row) >= {
        "id",
        "language",
        "relevant",
        "score",
        "reasons",
        "topics",
        "organisations",
        "models",
        "amounts",
        "events",
    }
    assert row["id"] == "7"
    assert row["language"] == "zh"
    assert row["relevant"] is True
    assert "funding" in row["topics"]
    assert set(row["organisations"][0]) == {"id", "name_en", "name_zh", "kind", "as_written"}
    assert {"deepseek"} == {model["family"] for model in row["models"]}
    assert row["amounts"][0] | {"low": 50_000_000, "currency": "CNY", "hedge": "exact"} == row["amounts"][0]
    funding = next(event for event in row["events"] if event["type"] == "funding")
    assert funding["round"] == "A轮"
    assert funding["investors"][0]["name"] == "松谷资本"


def test_analyse_names_broken_lines_and_goes_on(tmp_path: Path) -> None:
    result = analyse(
        {"id": "a", "title": "大模型进医院"},
        "{broken",
        "[1]",
        {"title": "no id"},
        {"id": "b", "text": 5},
        {"id": "c", "published": "soon"},
        {"id": "d", "language": "klingon"},
        {"id": "e"},
        file=tmp_path / "texts.jsonl",
    )
    assert result.exit_code == 3
    assert [row["id"] for row in rows(result)] == ["a", "e"]
    for number in (2, 3, 4, 5, 6, 7):
        assert f"texts.jsonl:{number}: " in result.stderr
    assert "klingon" in result.stderr


def test_analyse_of_a_file_that_is_not_there() -> None:
    result = CliRunner().invoke(build_app(), ["analyse", "/nowhere/texts.jsonl"])
    assert result.exit_code == 2


def test_analyse_reads_standard_input_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert rows(analyse()) == []


def test_analyse_knows_the_additions_of_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "yixun.toml"
    config.write_text(
        '[[knowledge.organisations]]\nid = "our_clinic"\nzh = "灵犀医院"\nkind = "hospital"\n'
        '[[knowledge.topics]]\nid = "dental"\nzh = "口腔"\nen = "Dentistry"\ndefinition = "Teeth."\nterms = ["种植牙"]\n',
        encoding="utf-8",
    )
    row = {"id": "a", "title": "灵犀医院用AI规划种植牙手术", "text": "医生说大模型能读懂口腔影像。"}
    (known,) = rows(analyse(row, arguments=("--config", str(config))))
    assert "our_clinic" in {organisation["id"] for organisation in known["organisations"]}
    assert "dental" in known["topics"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-17", datetime(2026, 11, 16, 16, tzinfo=UTC)),
        ("2026-11-17T08:00:00+08:00", datetime(2026, 11, 17, tzinfo=UTC)),
        ("2026-11-17T00:00:00Z", datetime(2026, 11, 17, tzinfo=UTC)),
        ("Tue, 17 Nov 2026 08:00:00 +0800", datetime(2026, 11, 17, tzinfo=UTC)),
        ("Tue, 17 Nov 2026 00:00:00 GMT", datetime(2026, 11, 17, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_read_as_aware(written: str, expected: datetime | None) -> None:
    assert read_time(written) == expected
