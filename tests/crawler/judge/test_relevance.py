"""Relevance: what is about AI in health in China, what is not, and why. By words alone, then by words and reader together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.judge.document import Document, Reading
from crawler.judge.facts import Judgement
from crawler.judge.judging import Judge
from crawler.judge.knowledge import KnowledgeExtra, load_knowledge
from crawler.judge.relevance import Verdict
from crawler.judge.roundup import find_part
from crawler.text.language import detect_language
from store.errors import KnowledgeError

# Of the labelled texts, none of which the reader was trained on, what words and reader together must judge right.
TOGETHER = 0.8
LABELLED = [json.loads(line) for line in (Path(__file__).parent / "relevance.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def judged(judge: Judge, title: str, text: str = "") -> Judgement:
    return judge.judge(Document("x", title, text), deep=False)


def by_words(judge: Judge, title: str, text: str = "") -> Verdict:
    reading = Reading(Document("x", title, text), judge.names)
    language, hits = detect_language(reading.full), judge.relevance.hits(reading)
    part = find_part(reading, language, relevance=judge.relevance, hits=hits)
    return part[0] if part is not None else judge.relevance.judge(reading, language, hits=hits)


@pytest.mark.parametrize("row", LABELLED, ids=[row["id"] for row in LABELLED])
def test_labelled_text_by_words(judge: Judge, row: dict) -> None:
    verdict = by_words(judge, row["title"], row["text"])
    assert verdict.relevant == row["relevant"], verdict.reasons
    assert (verdict.score >= 0.5) == verdict.relevant


def test_labelled_texts_by_words_and_reader(judge: Judge) -> None:
    said = {row["id"]: judged(judge, row["title"], row["text"]) for row in LABELLED}
    wrong = [row["id"] for row in LABELLED if said[row["id"]].relevant != row["relevant"]]
    assert len(wrong) <= (1 - TOGETHER) * len(LABELLED), wrong
    assert [row["id"] for row in LABELLED if said[row["id"]].language != row["language"]] == []
    assert all((judgement.score >= 0.5) == judgement.relevant for judgement in said.values())


@pytest.mark.parametrize("row", [row for row in LABELLED if row["note"] == "round-up"], ids=lambda row: row["id"])
def test_of_a_round_up_the_part_is_kept(judge: Judge, row: dict) -> None:
    judgement = judged(judge, row["title"], row["text"])
    assert judgement.part is not None
    start, end = judgement.part
    part = Document("x", row["title"], row["text"]).full[start:end]
    assert any(word in part for word in ("AI", "DeepSeek"))
    assert not any(word in part for word in ("油价", "逆回购", "台风", "折叠屏"))


def test_chapters_of_one_story_are_no_round_up(judge: Judge) -> None:
    text = "一、门诊里的大模型，医生怎么看。二、病房里的大模型，护士怎么用。三、药房里的人工智能，药师怎么审方。"
    judgement = judged(judge, "大模型进医院一年", text)
    assert judgement.relevant
    assert judgement.part is None


def test_every_reason_has_place_and_points_that_add_up(judge: Judge) -> None:
    title, text = "县医院接入大模型辅助诊断", "这家医院的放射科用人工智能阅片，患者等待时间缩短。"
    verdict = by_words(judge, title, text)
    assert {reason.place for reason in verdict.reasons} >= {"title", "lead", "whole"}
    points = sum(reason.weight for reason in verdict.reasons)
    assert verdict.score == pytest.approx(points / (points + 3.2), abs=0.01)
    *words, reader = judged(judge, title, text).reasons
    assert tuple(words) == verdict.reasons
    assert (reader.rule, "likely" in reader.matched) == ("reader", True)


@pytest.mark.parametrize(
    ("title", "text", "rule"),
    [
        ("美国FDA批准AI读片软件", "波士顿的公司称，软件由斯坦福的医生参与开发。", "foreign"),
        ("AI hospital opens in Texas", "Doctors in the AI hospital see patients with a chatbot.", "foreign"),
        ("手把手教你用大模型写病历", "本教程一步步教医生使用大模型。", "against-tutorial"),
        ("医疗大模型公司招聘", "岗位职责：训练医疗大模型。", "against-jobs"),
    ],
)
def test_evidence_against_is_named(judge: Judge, title: str, text: str, rule: str) -> None:
    verdict = by_words(judge, title, text)
    assert not verdict.relevant
    assert any(reason.rule == rule and reason.weight < 0 for reason in verdict.reasons)


def test_a_caption_made_by_ai_is_no_evidence(judge: Judge) -> None:
    text = "题图来自：AI 生成。这家医院的急诊科昨晚接诊了二十名患者，医生说大多是流感。"
    assert not judged(judge, "流感来了，急诊忙起来", text).relevant


def test_other_languages_are_not_read(judge: Judge) -> None:
    judgement = judged(
        judge, "L'hôpital de Pékin adopte une intelligence artificielle", "Les médecins de l'hôpital et les patients sont ravis."
    )
    assert judgement.language == "other"
    assert not judgement.relevant
    assert judgement.reasons[0].rule == "language"


def test_empty_text_is_not_relevant(judge: Judge) -> None:
    judgement = judged(judge, "", "")
    assert not judgement.relevant
    assert judgement.score == 0


@pytest.mark.parametrize("row", [row for row in LABELLED if row["relevant"]], ids=lambda row: row["id"])
def test_what_is_relevant_passes_the_cheap_check(judge: Judge, row: dict) -> None:
    assert judge.cheap_check(row["title"], row["text"][:120]).passes


@pytest.mark.parametrize("title", ["立冬进补三种汤", "新车今日上市", "两队握手言和", "油价下调"])
def test_cheap_check_turns_away_with_a_reason(judge: Judge, title: str) -> None:
    check = judge.cheap_check(title, "")
    assert not check.passes
    assert check.reason


def test_cheap_check_names_what_let_it_pass(judge: Judge) -> None:
    assert "手术机器人" in judge.cheap_check("国产手术机器人出海", "").reason


def test_terms_may_be_added_without_code() -> None:
    title, text = "灵犀仪走进二十个乡镇卫生院", "灵犀仪由村医操作，居民排队体验。"
    assert not Judge().judge(Document("x", title, text)).relevant
    extra = KnowledgeExtra(terms=({"id": "our-device", "axis": "both", "weight": 2, "terms": ["灵犀仪"]},))
    own = Judge(load_knowledge(extra))
    assert own.judge(Document("x", title, text)).relevant
    assert own.cheap_check(title).passes
    assert own.version != Judge().version


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"id": "a", "axis": "sideways", "terms": ["x"]}, "axis"),
        ({"id": "a", "axis": "ai"}, "terms"),
        ({"id": "a", "axis": "ai", "patterns": ["("]}, "regular expression"),
        ({"id": "a", "axis": "both", "organisations": ["nobody_knows"]}, "nobody_knows"),
    ],
)
def test_a_wrong_term_is_named(entry: dict, named: str) -> None:
    with pytest.raises(KnowledgeError, match=named) as caught:
        Judge(load_knowledge(KnowledgeExtra(terms=(entry,))))
    assert "a" in str(caught.value.subject)
