"""The head of an issue: figures, sentences and comparisons that are true; corrections to earlier issues; lines made from facts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from reports.comparison import means_before
from reports.digest import build_issue
from reports.glossary import round_in, term_in
from reports.labels import Labels
from reports.opening import key_figures, opening
from reports.plain import text
from reports.render import html
from store.models import FundingFact, Item, Mention, Organisation, SourceState
from store.reviews import review
from store.stories import forget, refresh
from tests.reports.conftest import an_order, built, edition_of, made
from tests.store.rows import NOON, READ, a_fact, a_round, an_adoption, an_item, with_topics

WEEKS = ("2026-W42", "2026-W43", "2026-W44", "2026-W45", "2026-W46")


def news_of_weeks(session: Session) -> None:
    """Of each week before that of the tests: two stories, a round of CNY 50 m, an adoption. Of that week: twice as much money and more."""
    for back in range(len(WEEKS), -1, -1):
        day = NOON - timedelta(weeks=back)
        values = {"published_at": day, "first_seen_at": day}
        sums = {name: Decimal(50_000_000 if back else 120_000_000) for name in ("cny_low", "cny_high")}
        item = an_item(session, title=f"第{back}周的融资", **values)
        a_round(session, item, company=f"第{back}家公司", amount_hedge="exact", announced_on=day.date(), **sums)
        an_adoption(session, an_item(session, title=f"第{back}周的接入", **values), adopter=f"第{back}家医院")
    planned = an_item(session, title="本周另一家医院的计划")
    an_adoption(session, planned, adopter="另一家医院", model_family="qwen", model="Qwen", stage="planned")


def test_figures_are_held_against_four_covered_weeks_and_never_against_fewer(newsroom: Session) -> None:
    news_of_weeks(newsroom)
    for label in WEEKS[:3]:
        built(newsroom, an_order(label))
    newsroom.get_one(SourceState, "wire").last_success_at = NOON - timedelta(days=14)
    newsroom.flush()
    blind, _ = build_issue(newsroom, an_order(WEEKS[3]))  # half of the sources were not read: it is no measure
    assert blind.coverage == 0.5
    assert edition_of(newsroom, an_order()).before is None
    assert "mean" not in text(made(newsroom, an_order(least_coverage=0.5)))
    newsroom.get_one(SourceState, "wire").last_success_at = READ
    newsroom.flush()
    build_issue(newsroom, an_order(WEEKS[4]))
    edition = made(newsroom, an_order())
    assert edition.before is not None
    assert (edition.before.periods, edition.before.stories, edition.before.adoptions) == (4, 2.0, 1.0)
    assert Decimal(edition.before.raised_cny) == 50_000_000
    assert opening(edition, "en")[:2] == [
        "One adoption of an AI model was reported, against a 4-week mean of 1: 第0家医院 (DeepSeek-R1, live).",
        "One closed round said how much it raised, 2.4 times the 4-week mean of CNY 50 m: 第0家公司 (Series B), CNY 120 m (USD 14.1 m).",
    ]
    assert key_figures(edition, Labels("zh"))[0].mean == "前4周平均2"
    assert "4-week mean CNY 50 m" in html(edition) and "4-week mean CNY 50 m" in " ".join(text(edition).split())
    other = an_order(topics=["funding"])
    assert edition_of(newsroom, other).before is None  # what was selected by other rules is no measure
    assert means_before(newsroom, "weekly", other.period.starts_on, scope=other.scope) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_sentences_say_what_the_tables_say(newsroom: Session, language: str) -> None:
    an_adoption(newsroom, an_item(newsroom, title="甲医院上线"), adopter="甲医院", stage="live")
    an_adoption(newsroom, an_item(newsroom, title="乙医院扩大使用"), adopter="乙医院", stage="expanded", model_family="qwen", model="Qwen")
    a_round(newsroom, an_item(newsroom, title="丙公司融资"), company="丙公司")
    a_round(newsroom, an_item(newsroom, title="丁公司融资"), company="丁公司", cny_low=None, usd_low=None, amount_as_written=None)
    a_round(newsroom, an_item(newsroom, title="戊公司融资"), company="戊公司", cny_low=Decimal(7), cny_high=Decimal(7))
    a_fact(newsroom, an_item(newsroom, title="己公司获批"), "approval", holder="己公司", product="影像软件", decision="approved")
    a_fact(newsroom, an_item(newsroom, title="某局发文"), "policy", issuer="某局", title="关于甲事项的通知")
    edition = edition_of(newsroom, an_order(language=language))
    english = [
        "2 adoptions of AI models were reported, one of them of DeepSeek; furthest along: 乙医院 (Qwen, expanded).",
        "Disclosed venture and strategic money came to about CNY 100 m (USD 28.2 m) in 2 rounds, 1 more undisclosed;"
        " the largest by its low bound: 丙公司 (Series B), < CNY 100 m.",
        "One product was approved: imaging software (己公司); one policy document came out.",
    ]
    chinese = [
        "本期报道2起模型接入，其中DeepSeek 1起；进展最快的是乙医院（Qwen，扩大）。",
        "2起已披露金额的风险及战略融资按下限合计约1亿元（2,817万美元），另有1起未披露；按下限最大的是丙公司（B轮），< 1亿元。",
        "1项产品获批，包括己公司的影像软件；发布1份政策文件。",
    ]
    assert opening(edition, language) == (english if language == "en" else chinese)


def test_a_period_of_plain_stories_opens_with_the_widest_and_how_many_there_are(newsroom: Session) -> None:
    first = an_item(newsroom, title="一家医院的新闻")
    an_item(newsroom, title="另一条新闻")
    edition = edition_of(newsroom, an_order())
    assert opening(edition, "en") == ["2 stories from 1 outlets are on topic."]
    an_item(newsroom, source_id="wire", title="转述", identity="w", story_id=first.story_id, relation="rewrite")
    assert opening(edition_of(newsroom, an_order()), "en")[0] == "Most widely reported, by 2 outlets: 一家医院的新闻."


def test_what_an_earlier_issue_said_wrongly_is_corrected_once(newsroom: Session) -> None:
    before = {"published_at": NOON - timedelta(days=7), "first_seen_at": NOON - timedelta(days=7)}
    changed = a_round(newsroom, an_item(newsroom, title="甲公司融资", **before), company="甲公司")
    same = a_round(newsroom, an_item(newsroom, title="乙公司融资", **before), company="乙公司")
    wrong = an_adoption(newsroom, an_item(newsroom, title="丙医院上线", **before), adopter="丙医院")
    gone = an_item(newsroom, title="其实无关的一条", **before)
    built(newsroom, an_order("2026-W46"))
    newsroom.commit()
    changed.amount_as_written, changed.cny_low, changed.cny_high = "2亿元", Decimal(200_000_000), Decimal(200_000_000)
    same.cny_low = same.cny_high = Decimal(101_000_000)  # another day's rate
    newsroom.flush()
    review(newsroom, wrong, "wrong", who="editor", now=NOON)
    gone.relevant = False
    newsroom.flush()
    stories = forget(newsroom, [gone.id or 0])
    refresh(newsroom, [*stories, *(item.story_id for item in newsroom.exec(select(Item)) if item.story_id)], now=NOON)
    edition = made(newsroom, an_order())
    assert {(one.what, one.subject, one.was, one.now) for one in edition.corrections} == {
        ("amount", "甲公司", "近亿元", "2亿元"),
        ("wrong", "丙医院", "DeepSeek-R1", None),
        ("withdrawn", "其实无关的一条", None, None),
    }
    assert "甲公司 (2026-W46): the amount is 2亿元; we wrote 近亿元." in text(edition)
    assert "Corrections to earlier issues" in html(edition)
    built(newsroom, an_order())
    assert edition_of(newsroom, an_order("2026-W48")).corrections == ()
    assert newsroom.get_one(FundingFact, same.id).reviewed is None


@pytest.mark.parametrize(("language", "english"), [("en", True), ("zh", False), ("both", True)])
def test_a_line_in_the_digests_language_stands_beside_a_headline_in_the_other(newsroom: Session, language: str, english: bool) -> None:
    newsroom.add(Organisation(id="sample-robotics", kind="company", name_zh="样例机器人", name_en="Sample Robotics"))
    item = an_item(newsroom, title="样例机器人完成首例手术")
    with_topics(newsroom, item, "imaging", "regulation")
    values: dict[str, Any] = {"kind": "company", "found_by": "rule", "start": 0, "end": 5, "as_written": "样例机器人"}
    newsroom.add(Mention(item_id=item.id, target="organisation", target_id="sample-robotics", **values))
    launched = an_item(newsroom, title="某公司发布新产品", identity="launch")
    a_fact(newsroom, launched, "launch", organisation="某公司", product="医生助手")
    foreign = an_item(newsroom, source_id="wire", title="A hospital says nothing", identity="en", language="en")
    edition = made(newsroom, an_order(language=language))
    lines = {line.title: line.made for section in edition.sections for line in section.stories}
    assert lines[item.title] == ("Hospital Daily on Regulation, Imaging; names Sample Robotics" if english else None)
    assert lines[launched.title] == ("某公司 brings out doctor's assistant" if english else None)
    assert lines[foreign.title] == (None if language == "en" else "The Wire")
    page, plain = html(edition), text(edition)
    assert all(title in page and title in plain for title in lines)
    assert ("line made by Yixun" in page) == (language != "zh")


@pytest.mark.parametrize(
    ("written", "english"),
    [
        ("门诊导诊", "outpatient triage"),
        ("多学科会诊系统", "multidisciplinary consultation system"),
        ("CT影像报告", "CT imaging report"),
        ("院内知识库", "in-house knowledge base"),
        ("青囊", None),
        ("智能青囊", None),
        ("radiology", "radiology"),
    ],
)
def test_a_phrase_is_told_in_english_only_where_known_words_cover_it(written: str, english: str | None) -> None:
    assert term_in(written, "en") == english


@pytest.mark.parametrize(
    ("written", "english", "chinese"),
    [
        ("B+轮", "Series B+", "B+轮"),
        ("Series A+ round", "Series A+", "A+轮"),
        ("Pre-A轮", "Pre-A round", "Pre-A轮"),
        ("天使轮", "angel round", "天使轮"),
        ("战略", "strategic round", "战略融资"),
        ("pre-IPO", "Pre-IPO round", "Pre-IPO轮"),
        ("股权", "股权", "股权"),
    ],
)
def test_rounds_are_called_alike_in_both_languages(written: str, english: str, chinese: str) -> None:
    assert (round_in(written, "en"), round_in(written, "zh")) == (english, chinese)
