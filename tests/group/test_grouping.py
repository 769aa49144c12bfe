"""Single decisions: what a signature tells, what a profile keeps, and how round-ups, mergers and second thoughts are dealt with."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from crawler.group.bag import bag, numbered, shared_words
from crawler.group.clues import Event
from crawler.group.grouping import AGREE, group_texts, place
from crawler.group.profile import Profile, packed, profile, quantities, unpacked
from crawler.group.similarity import SAME, compare, one_party
from crawler.group.sketch import shared_part, sketch
from crawler.group.terms import terms
from crawler.group.words import plain
from crawler.judge.document import Document
from crawler.judge.judging import Judge
from jobs.cli.app import build_app

from .events import read_events

JUDGE = Judge()
TEXTS = {text.id: text for text in read_events()}


def seen(title: str, text: str, *, item_id: str = "x", day: str | None = "2026-03-02") -> Profile:
    judgement = JUDGE.judge(Document(item_id, title, text), deep=True)
    return profile(item_id, title, text, judgement, day=date.fromisoformat(day) if day else None)


def of_set(name: str) -> Profile:
    text = TEXTS[name]
    return seen(text.title, text.text, item_id=name, day=text.day)


def test_a_signature_tells_which_part_of_a_text_stands_in_another() -> None:
    whole = "".join(f"{text.title}{text.text}" for text in list(TEXTS.values())[:40])
    half, other = whole[: len(whole) // 2], "".join(text.text for text in list(TEXTS.values())[60:80])
    assert shared_part(*sketch(plain(half)), *sketch(plain(whole))) > 0.85
    assert shared_part(*sketch(plain(whole)), *sketch(plain(whole))) == 1.0
    assert shared_part(*sketch(plain(other)), *sketch(plain(half))) < 0.1


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_has_a_profile_that_survives_being_written(title: str, text: str) -> None:
    made = profile("1", title, text, JUDGE.judge(Document("1", title, text), deep=False), day=None)
    read = unpacked("1", packed(made))
    assert replace(read, hashes=made.hashes, words=made.words, clues=replace(read.clues, part=made.clues.part)) == made
    assert read.hashes.tolist() == made.hashes.tolist()
    assert (read.words.codes.tolist(), read.words.marks.tolist()) == (made.words.codes.tolist(), made.words.marks.tolist())


def test_a_profile_whose_words_were_written_out_is_read() -> None:
    of_old = {
        "language": "zh", "day": "2026-03-02", "title": "云杉 融资", "head": "亿元 轮", "quantities": [1.0], "days": [[3, 2]], "runs": 40,
        "round_up": False, "relevant": True, "organisations": ["云杉"], "everywhere": [], "models": [], "amounts": [["CNY", 1.0]],
        "events": [["funding", "云杉", "a"]],
    }  # fmt: skip
    read = unpacked("1", b"\x00\x02" + b"\x01\x00\x00\x00\x02\x00\x00\x00" + zlib.compress(json.dumps(of_old).encode()))
    assert (read.hashes.tolist(), read.rare_words) == ([1, 2], ("云杉",))
    title, alike, rare = shared_words(read.words, bag(numbered(["云杉", "融资"], ["亿元", "轮"])))
    assert (round(title, 4), round(alike, 4), round(rare, 4)) == (1.0, 1.0, 6.5)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (["云杉"], ["云杉"], (0.8125, 1.0, 6.5)),
        (["云杉"], ["雪松"], (0.0, 0.0, 0.0)),
        ([], ["云杉"], (0.0, 0.0, 0.0)),
        ([], [], (0.0, 0.0, 0.0)),
    ],
)
def test_words_are_shared_by_how_rare_they_are(one: list[str], other: list[str], alike: tuple[float, float, float]) -> None:
    mine, theirs = (bag(numbered(title, title)) for title in (one, other))
    assert shared_words(mine, theirs) == shared_words(theirs, mine) == pytest.approx(alike)


def test_figures_are_numbers_in_either_language() -> None:
    assert quantities("融资1.2亿元，覆盖127家医院，3月2日") == quantities("rmb 120 million for 127 hospitals on march 2")


def test_figures_are_told_in_many_ways_but_are_no_tickers() -> None:
    assert quantities("承担七成责任，自动结案率八成七") == {70.0, 87.0}
    assert quantities("a levé 60 millions de dollars") == {60_000_000.0}
    assert quantities("某某科技(02228.hk)与002230.sz涨23.5%") == {23.5}


def test_a_name_is_known_by_how_it_is_spelt() -> None:
    chinese = seen("云杉医联再次冲刺港股", "云杉医联今日向港交所递交招股书。")
    english = seen("Yunshan Medlink files for Hong Kong IPO", "Yunshan Medlink has submitted its prospectus.")
    assert "yunshan" in chinese.spellings & english.spellings
    assert not english.spellings & {"prospectus", "submitted"}


def test_terms_are_the_same_in_both_languages() -> None:
    chinese, english = terms(plain("全球首家智能體醫院落地")), terms(plain("The world's first virtual hospitals"))
    assert {"智能体医院", "全球首"} <= chinese & english
    assert terms("class ii") != terms("class iii")


def test_steps_of_a_listing_are_told_apart_but_a_spin_off_is_also_one() -> None:
    planned = seen("海辰科技拟分拆海辰医疗上市", "海辰科技公告，拟分拆子公司海辰医疗到港交所上市。", day=None)
    heard = seen("海辰医疗通过聆讯", "据港交所文件，海辰医疗通过上市聆讯。", day=None)
    assert compare(heard, planned).contradicts
    assert not compare(seen("海辰医疗递表", "海辰医疗向港交所递交招股书。", day=None), planned).contradicts


def test_a_text_in_another_language_joins_no_story_that_its_own_language_contradicts() -> None:
    english = seen("Molivance closes $60M Series D", "Molivance raised $60 million in Series D funding.", item_id="en")
    chinese = seen("莫立方完成6000万美元D轮融资", "莫立方宣布完成6000万美元D轮融资。", item_id="zh")
    other = seen("Praxilion Bio raises $60M Series D", "Praxilion Bio has closed a $60 million Series D.", item_id="other")
    assert compare(other, chinese).score >= SAME
    assert place(other, {"s": [english, chinese]}).story is None


def test_traditional_and_simplified_are_one_text() -> None:
    simplified = of_set("04-first")
    import opencc

    text = TEXTS["04-first"]
    turned = opencc.OpenCC("s2t")
    assert compare(seen(turned.convert(text.title), turned.convert(text.text)), simplified).relation == "reprint"


def test_a_missing_day_neither_joins_nor_parts() -> None:
    text, first = TEXTS["16-rewrite"], of_set("16-first")
    undated = seen(text.title, text.text, day=None)
    dated = seen(text.title, text.text, day=TEXTS["16-first"].day)
    assert compare(undated, first).score == compare(dated, first).score


def test_a_round_up_glues_no_stories() -> None:
    parts = [TEXTS[f"{event:02}-first"] for event in (1, 3, 5, 8)]
    title = "医疗AI周报：" + "；".join(text.title for text in parts)
    whole = seen(title, "\n".join(f"{n}、{text.title}。{text.text}" for n, text in enumerate(parts, 1)), item_id="brief", day="2026-03-13")
    found = {one.text.id: one.story for one in group_texts([*(of_set(text.id) for text in parts), whole])}
    assert len(set(found.values())) == 5


def test_the_same_company_with_another_round_is_another_event() -> None:
    first = seen("澄怀医疗完成2亿元A轮融资", "澄怀医疗宣布完成2亿元A轮融资，由松岭资本领投，资金用于手术机器人研发。")
    later = seen("澄怀医疗完成5亿元B轮融资", "澄怀医疗宣布完成5亿元B轮融资，由松岭资本领投，资金用于手术机器人研发。", day="2026-03-05")
    likeness = compare(later, first)
    assert likeness.score < SAME
    assert likeness.relation == "follow_up"


def test_two_stories_become_one_when_a_text_belongs_to_both() -> None:
    one, other = of_set("13-first"), of_set("13-rewrite")
    placed = place(of_set("13-translation"), {"a": [one], "b": [other]})
    assert placed.story is not None
    assert {placed.story, *placed.merge} == {"a", "b"}


def test_a_story_parts_when_a_later_text_speaks_for_one_half_only() -> None:
    # Two look-alikes were taken for one event.
    halves = [of_set("09-first"), of_set("09-look_alike")]
    placed = place(of_set("09-rewrite"), {"s": halves})
    assert placed.story == "s"
    assert placed.apart == ("09-look_alike",)


def test_the_command_prints_a_line_a_text_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    rows = [
        {"id": text.id, "title": text.title, "text": text.text, "published": text.day} for text in (TEXTS["01-first"], TEXTS["01-rewrite"])
    ]
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join([json.dumps(rows[0], ensure_ascii=False), '{"id": 3, "title": 4}', json.dumps(rows[1]), json.dumps(rows[1])]))
    result = CliRunner().invoke(build_app(), ["group", str(file)])
    assert result.exit_code == 3
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines == [
        {"id": "01-first", "story": "01-first", "relation": "first", "of": None},
        {"id": "01-rewrite", "story": "01-first", "relation": "rewrite", "of": "01-first"},
    ]
    assert "texts.jsonl:2: title: expected a string, got int" in result.stderr
    assert "texts.jsonl:4: a second text with the id '01-rewrite'" in result.stderr


def test_a_text_in_any_language_is_grouped(tmp_path: Path) -> None:
    rows = [
        {
            "id": "en",
            "title": "Molivance raises $60 million in Series D",
            "text": "Molivance closed a $60 million Series D.",
            "language": "en",
        },
        {"id": "fr", "title": "Molivance lève 60 millions de dollars", "text": "Molivance boucle une série D.", "language": "fr"},
        {"id": "zh", "title": "莫立方完成D轮融资", "text": "莫立方完成融资。", "language": "zh-TW"},
        {"id": "none", "title": "莫立方", "text": "", "language": "中文"},
    ]
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    result = CliRunner().invoke(build_app(), ["group", str(file)])
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["en", "fr", "zh"]
    assert "language: expected a language tag such as zh, zh-Hant, en, got '中文'" in result.stderr


@pytest.mark.parametrize("name", ["01", "13", "45"])
def test_reasons_add_up(name: str) -> None:
    likeness = compare(of_set(f"{name}-rewrite"), of_set(f"{name}-first"))
    assert likeness.reasons
    assert likeness.score > SAME


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("安岭县医共体", "安岭县医疗共同体", True),
        ("众安堂药房", "众安堂连锁药房", True),
        ("溪宁市人民医院", "溪宁市第一人民医院", False),
        ("溪宁市中医院", "溪宁市第二医院", False),
        ("东陵大学附属第一医院", "东陵大学第一附属医院", True),
        ("东陵大学附属第一医院", "东陵一附院", True),
        ("东陵大学附属第一医院", "东陵二附院", False),
        ("东陵市第一人民医院", "东陵市一院", True),
        ("velmora", "velmora bio", True),
        ("velmora", "vel mo ra", False),
    ],
)
def test_a_short_name_is_the_long_ones_but_no_sister_houses(one: str, other: str, same: bool) -> None:
    assert one_party(one, other) is one_party(other, one) is same


@pytest.mark.parametrize(
    ("written", "read"),
    [("隨著大模型", "随着大模型"), ("意味著", "意味着"), ("著名專家", "著名专家"), ("顯著改善", "显著改善"), ("專著", "专著")],
)
def test_the_particle_is_one_word_in_both_scripts(written: str, read: str) -> None:
    assert plain(written) == read


def test_the_same_sentences_read_otherwise_under_another_title_are_a_copy_but_not_with_a_letter_exchanged() -> None:
    sentence = "随着医疗人工智能的发展，准备{}轮融资的云杉医联搭上这辆顺风车，或迎来更大的发展空间。"
    filed, heard = (Event("ipo", "云杉医联", step) for step in ("filed", "hearing"))
    bare, titled, exchanged = (
        seen("", sentence.format("B")),
        seen("云杉医联加强装备", sentence.format("B")),
        seen("", sentence.format("C")),
    )
    first = replace(bare, clues=replace(bare.clues, events=(filed,)))
    for later, relation in ((titled, "reprint"), (exchanged, "follow_up")):
        found = compare(replace(later, clues=replace(later.clues, events=(heard,))), first)
        assert found.signs["copied"] > 0.85
        assert (found.contradicts, found.relation) == (True, relation)


def test_a_member_that_says_next_to_nothing_keeps_no_text_out() -> None:
    title = "2015-2025：投资沉浮录"
    whole = seen(title, "十年之间，医疗人工智能从狂热到冷静，影像、制药与医院信息各走各的路。", day=None, item_id="whole")
    scrap = seen(title, "36氪，上午十点二十一分，作者小禾，编辑阿竹。", day=None, item_id="scrap")
    later = seen("", "回望医疗人工智能的狂热与冷静，影像与制药分化。", day=None)
    scores = [compare(later, member).score for member in (whole, scrap)]
    assert scores[0] >= SAME
    assert sum(scores) / 2 < AGREE
    assert compare(later, scrap).silent
    placed = place(later, {"s": [whole, scrap]})
    assert (placed.story, placed.apart) == ("s", ())
    loud = replace(scrap, quantities=frozenset({70.0, 127.0}))
    assert not compare(replace(later, quantities=frozenset({40.0, 63.0})), loud).silent


def test_people_are_spelt_in_two_words_in_either_order() -> None:
    chinese = seen("林澈卸任云杉医联首席执行官", "云杉医联宣布林澈卸任首席执行官。")
    for name in ("Lin Che", "Che Lin"):
        assert "linche" in chinese.spellings & seen(f"Founder {name} steps down", f"{name} steps down as chief executive.").spellings


def test_where_a_page_stands_in_its_site_is_no_title() -> None:
    sentence = "国家药监局批准云桥医疗的肺结节影像辅助检测软件上市。"
    for title in ("当前位置：信用海陵 >> 要闻", "您的位置：首页", "首页 > 早报"):
        assert packed(seen(title, sentence)) == packed(seen("", sentence))
    assert seen("要闻早报", sentence).round_up
    assert packed(seen("首页改版", sentence)) != packed(seen("", sentence))


def test_departments_led_by_one_are_no_party_of_their_own() -> None:
    one = seen("国家卫健委等三部门发布人工智能应用场景指引", "国家卫健委等三部门发布卫生健康行业人工智能应用场景参考指引。")
    other = seen("三部门发布AI医疗场景指引", "三部门发布卫生健康行业人工智能应用场景参考指引。")
    assert not compare(other, one).contradicts
