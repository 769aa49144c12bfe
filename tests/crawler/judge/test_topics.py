"""Topics: rules by place and share, explained, extendable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.judge.document import Document
from crawler.judge.judging import Judge
from crawler.judge.knowledge import KnowledgeExtra, load_entries, load_knowledge
from crawler.judge.topics import TopicRule, load_topics
from store.errors import KnowledgeError

LABELLED = [json.loads(line) for line in (Path(__file__).parent / "relevance.jsonl").read_text(encoding="utf-8").splitlines()]
TOPICS = [
    "model_adoption", "deepseek", "funding", "mergers", "hospital_ai", "imaging", "drug_discovery", "regulation", "approvals", "insurance",
    "consumer_health", "robotics", "research", "market", "results", "ethics", "tcm", "elder_care",
]  # fmt: skip

TOGETHER = 0.5  # floor under words and reader together, on texts the reader was not trained on


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def by_words(judge: Judge, title: str, text: str) -> dict[str, tuple[str, ...]]:
    """The topics that the rules alone give, and what matched."""
    return {topic.id: topic.matched for topic in judge.topics_under(Document("x", title, text), judge.topics, told=())}


def micro_f1(found: list[tuple[set[str], set[str]]]) -> float:
    return 2 * sum(len(said & gold) for said, gold in found) / sum(len(said) + len(gold) for said, gold in found)


def test_the_topics_and_their_order() -> None:
    assert [rule.id for rule in load_topics(load_knowledge())] == TOPICS


def test_every_topic_occurs_in_the_labelled_texts() -> None:
    assert {topic for row in LABELLED for topic in row["topics"]} == set(TOPICS)


def test_labelled_topics_micro_f1_by_words(judge: Judge) -> None:
    relevant = [row for row in LABELLED if row["relevant"]]
    assert micro_f1([(set(by_words(judge, row["title"], row["text"])), set(row["topics"])) for row in relevant]) >= 0.85


def test_labelled_topics_micro_f1_by_words_and_reader(judge: Judge) -> None:
    judged = [(judge.judge(Document("x", row["title"], row["text"])), row) for row in LABELLED if row["relevant"]]
    assert micro_f1([({topic.id for topic in said.topics}, set(row["topics"])) for said, row in judged if said.relevant]) >= TOGETHER


def test_topics_of_the_reader_alone_say_so(judge: Judge) -> None:
    told = {topic.matched for row in LABELLED if row["relevant"] for topic in judge.judge(Document("x", row["title"], row["text"])).topics}
    assert ("reader",) in told
    assert any(matched != ("reader",) for matched in told)


@pytest.mark.parametrize("topic", TOPICS)
def test_labelled_topic_is_found(judge: Judge, topic: str) -> None:
    rows = [row for row in LABELLED if topic in row["topics"]]
    found = sum(topic in by_words(judge, row["title"], row["text"]) for row in rows)
    assert found >= 0.7 * len(rows)


def test_a_word_in_passing_gives_no_topic(judge: Judge) -> None:
    body = "医生用人工智能辅助诊断，患者满意。" * 40
    text = f"{body}顺带一提，隔壁公司去年完成了融资。{body}"
    assert "funding" not in by_words(judge, "大模型进医院一年", text)


SCENE = "Doctors here ask the model before they see a patient, and most say that it saves them an hour a day. "
PASSAGE = "Insurers watch it closely. They check claims with it, and a policyholder hears within minutes. Underwriters price with it. "


def test_a_passage_of_a_long_text_gives_a_topic(judge: Judge) -> None:
    assert "insurance" in by_words(judge, "A year of AI in Chinese medicine", SCENE * 60 + PASSAGE * 3 + SCENE * 60)


def test_a_sentence_of_a_long_text_gives_no_topic(judge: Judge) -> None:
    assert "insurance" not in by_words(judge, "A year of AI in Chinese medicine", SCENE * 60 + PASSAGE[:26] + SCENE * 60)


def test_words_of_other_words_do_not_count(judge: Judge) -> None:
    assert "tcm" not in by_words(judge, "AI医疗半年报", "公司营收大增，其中医疗大模型贡献过半。")
    assert "elder_care" not in by_words(judge, "AI医疗投资升温", "养老金与养老保险基金开始配置医疗AI公司。")


def test_debt_and_what_is_recalled_do_not_make_a_funding_topic(judge: Judge) -> None:
    from crawler.judge.facts import Evidence, Funding, Party
    from crawler.judge.topics import announced

    told = Funding(type="funding", evidence=Evidence("x", 0, 1), company=Party(None, "甲"))
    recalled = Funding(type="funding", evidence=Evidence("x", 0, 1), company=Party(None, "甲"), background=True)
    debt = Funding(type="funding", evidence=Evidence("x", 0, 1), company=Party(None, "甲"), kind="debt")
    assert announced([told]) == {"funding"}
    assert announced([recalled, debt]) == frozenset()


@pytest.mark.parametrize(
    ("model", "product", "topics"),
    [
        (("deepseek", "DeepSeek-R1"), None, {"adoption"}),
        (("other", "CardioLM"), "小心", {"adoption"}),
        (("other", "CardioLM"), None, {"adoption"}),
        (("other", "小心"), "小心", set()),
        (("other", "AI问诊平台"), None, set()),
    ],
)
def test_the_use_of_a_product_whose_model_nobody_names_is_no_model_taken_into_use(
    model: tuple[str, str], product: str | None, topics: set[str]
) -> None:
    from crawler.judge.facts import Adoption, Evidence, ModelRef, Party
    from crawler.judge.topics import announced

    ref = ModelRef(None, *model)
    fact = Adoption(type="adoption", evidence=Evidence("x", 0, 1), adopter=Party(None, "甲医院"), model=ref, product=product)
    assert announced([fact]) == topics


def test_what_matched_is_told(judge: Judge) -> None:
    matched = by_words(judge, "手术机器人企业完成B轮融资", "医院已用上这款手术机器人。")
    assert "手术机器人" in matched["robotics"]
    assert any("轮" in word or "融资" in word for word in matched["funding"])


def test_near_topics_are_those_with_too_few_points(judge: Judge) -> None:
    document = Document("x", "手术机器人进县医院", "患者术后两天出院，" * 30 + "投资者也在关注。")
    had = set(by_words(judge, document.title, document.text))
    near = {topic.id for topic in judge.near_topics(document)}
    assert "funding" in near
    assert not had & near


def test_topics_may_be_added_without_code() -> None:
    extra = KnowledgeExtra(topics=({"id": "dental", "zh": "口腔", "en": "Dentistry", "definition": "Teeth.", "terms": ["种植牙"]},))
    own = Judge(load_knowledge(extra))
    assert "dental" in by_words(own, "AI种植牙机器人进诊所", "医生用人工智能规划种植牙手术。")


def test_a_wrong_topic_names_file_line_and_entry(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_text("- id: one\n  zh: 一\n  en: One\n  definition: x\n  terms: [a]\n- id: two\n  zh: 二\n  colour: red\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_entries(file, TopicRule)
    assert caught.value.subject is not None
    assert caught.value.subject.startswith("topics.yaml:")
    assert "two" in caught.value.subject


def test_an_organisation_nobody_knows_is_named() -> None:
    wrong = {"id": "x", "zh": "x", "en": "x", "definition": "x", "organisations": ["nobody_knows"]}
    with pytest.raises(KnowledgeError, match="nobody_knows"):
        load_topics(load_knowledge(KnowledgeExtra(topics=(wrong,))))
