"""What enters an issue, where it stands, and what the tables and totals say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from reports.edition import Edition
from reports.period import days
from reports.select import Order
from store.models import Organisation, SourceState
from store.search import index_missing
from store.status import SourceStatus
from store.stories import merge
from tests.reports.conftest import an_order, built, edition_of
from tests.store.rows import NOON, a_fact, a_round, a_source, a_story, an_adoption, an_item, with_topics


def titles(edition: Edition) -> list[str]:
    """All headlines of an edition, section by section."""
    return [story.title for section in edition.sections for story in section.stories]


def test_a_week_begins_and_ends_at_midnight_in_shanghai(newsroom: Session, order: Order) -> None:
    first = datetime(2026, 11, 15, 16, tzinfo=UTC)
    for name, moment in {
        "before": first - timedelta(seconds=1),
        "first": first,
        "last": first + timedelta(days=7, seconds=-1),
        "after": first + timedelta(days=7),
    }.items():
        an_item(
            newsroom, title=f"{name} story of the hospital", published_at=moment, first_seen_at=moment + timedelta(days=9), backlog=True
        )
    assert sorted(titles(edition_of(newsroom, order))) == ["first story of the hospital", "last story of the hospital"]


def test_turned_away_and_irrelevant_items_stay_out(newsroom: Session, order: Order) -> None:
    an_item(newsroom, title="turned away by the filter", status="turned_away")
    an_item(newsroom, title="about something else entirely", relevant=False)
    an_item(newsroom, title="a page nobody could read", status="unread")
    assert titles(edition_of(newsroom, order)) == []


def test_an_undated_item_counts_from_first_sight_unless_it_is_backlog(newsroom: Session, order: Order) -> None:
    an_item(newsroom, title="undated and seen this week", published_at=None, date_trust="none")
    an_item(newsroom, title="undated and found with the backlog", published_at=None, backlog=True)
    assert titles(edition_of(newsroom, order)) == ["undated and seen this week"]


def test_a_late_item_counts_within_48_hours_and_only_once(newsroom: Session, order: Order) -> None:
    sunday = datetime(2026, 11, 15, 10, tzinfo=UTC)
    seen = sunday + timedelta(hours=20)
    an_item(newsroom, title="Sunday's news seen on Monday", published_at=sunday, first_seen_at=seen)
    an_item(newsroom, title="Friday's news seen on Monday", published_at=sunday - timedelta(days=2), first_seen_at=seen)
    an_item(newsroom, title="Sunday's news from a first crawl", published_at=sunday, first_seen_at=seen, backlog=True)
    assert titles(edition_of(newsroom, order)) == ["Sunday's news seen on Monday"]
    built(newsroom, an_order("2026-W46"))
    assert titles(edition_of(newsroom, order)) == []


def test_a_reprint_of_last_weeks_story_is_no_news_and_a_next_step_says_what_it_follows(newsroom: Session, order: Order) -> None:
    title = "示例医院在放射科上线本地部署的大模型助手"
    first = a_story(newsroom, an_item(newsroom, title=title, identity="a", published_at=NOON - timedelta(days=7)))
    an_item(newsroom, source_id="wire", title=f"【转载】{title}", identity="b", story_id=first.id, relation="reprint")
    told = an_item(newsroom, title="另一家公司的新闻第一次报道", identity="c", published_at=NOON - timedelta(days=7))
    story = a_story(newsroom, told)
    an_item(newsroom, title="换了标题的改写稿件", identity="d", story_id=story.id, relation="rewrite")
    built(newsroom, an_order("2026-W46"))
    next_step = a_story(newsroom, an_item(newsroom, title="同一事件的后续进展报道", identity="e"))
    next_step.follows_id = story.id
    merged = a_story(newsroom, an_item(newsroom, title="后来并到一起的报道", identity="f"))
    merge(newsroom, merged.id or 0, first.id or 0, by="rule", reason="one text", now=NOON)
    (section,) = edition_of(newsroom, order).sections
    assert [(line.title, line.follows) for line in section.stories] == [("同一事件的后续进展报道", "另一家公司的新闻第一次报道")]


def test_a_span_of_days_takes_items_by_their_own_day_alone(newsroom: Session, order: Order) -> None:
    an_item(newsroom, title="Tuesday's news of the hospital")
    an_item(newsroom, title="Monday's news of the hospital", published_at=NOON - timedelta(days=1))
    built(newsroom, order)
    span = replace(order, period=days(date(2026, 11, 17), date(2026, 11, 18)))
    assert titles(edition_of(newsroom, span)) == ["Tuesday's news of the hospital"]


def test_each_story_stands_once_in_a_table_or_in_the_section_of_its_topic(newsroom: Session, order: Order) -> None:
    funded = an_item(newsroom, title="影像公司完成融资并发布新产品")
    with_topics(newsroom, funded, "imaging", "funding", "model_adoption")
    a_round(newsroom, funded)
    scans = an_item(newsroom, title="一款影像产品的临床研究进展")
    with_topics(newsroom, scans, "imaging", "regulation")
    an_item(newsroom, title="没有任何栏目的一条新闻稿件")
    edition = edition_of(newsroom, order)
    sections = {section.id: [story.title for story in section.stories] for section in edition.sections}
    assert sections == {"regulation": ["一款影像产品的临床研究进展"], "other": ["没有任何栏目的一条新闻稿件"]}
    assert [line.title for line in edition.funding] == ["影像公司完成融资并发布新产品"]
    assert edition.totals.stories == 3


def test_a_digest_takes_its_topics_alone_in_the_order_of_its_sections(newsroom: Session) -> None:
    for title, topics in (
        ("医院影像人工智能新闻一则", ["imaging"]),
        ("主管部门发布新的管理办法", ["regulation"]),
        ("影像公司谈市场", ["market", "funding"]),
    ):
        with_topics(newsroom, an_item(newsroom, title=title), *topics)

    def sections(**settings: Any) -> list[tuple[str, int]]:
        found = edition_of(newsroom, an_order(**settings))
        return [(section.id, len(section.stories)) for section in found.sections]

    assert sections(topics=["imaging", "funding"]) == [("imaging", 1), ("funding", 1)]
    assert sections(topics=["funding", "imaging"], sections=["regulation", "imaging"]) == [("imaging", 1), ("other", 1)]
    assert sections(sections=["regulation"], section_lengths={"other": 1}) == [("regulation", 1), ("other", 2)]
    assert [one.shown for one in edition_of(newsroom, an_order(sections=["market"], section_lengths={"other": 1})).sections] == [10, 1]


def test_a_digest_of_a_search_takes_the_stories_of_which_any_item_is_found(newsroom: Session) -> None:
    found = an_item(newsroom, title="某院上线新系统", text="系统以通义千问为底座。")
    story = a_story(newsroom, found)
    an_item(
        newsroom, source_id="wire", title="A hospital goes live", identity="wire", language="en", story_id=story.id, relation="translation"
    )
    an_item(newsroom, title="另一家医院的新闻")
    index_missing(newsroom)
    assert titles(edition_of(newsroom, an_order(search="千问"))) == ["某院上线新系统"]
    assert titles(edition_of(newsroom, an_order(search="lang:en"))) == ["某院上线新系统"]
    assert titles(edition_of(newsroom, an_order(search="千问 NOT 底座"))) == []


def test_reprints_show_once_with_their_outlets(newsroom: Session, order: Order) -> None:
    for number in range(3):
        a_source(newsroom, id=f"outlet-{number}", name=f"Outlet {number}", name_zh=f"转载{number}", tier="aggregator")
    title = "示例医院在放射科上线本地部署的大模型助手"
    story = a_story(newsroom, an_item(newsroom, title=title, identity="b"))
    copied = {"story_id": story.id, "relation": "reprint", "published_at": NOON + timedelta(hours=3)}
    an_item(newsroom, source_id="outlet-0", title=f"【转载】{title}", identity="a", **copied)
    an_item(newsroom, source_id="outlet-1", title=f"{title} | 转载一网", identity="c", **copied)
    an_item(newsroom, source_id="outlet-2", title="示例醫院在放射科上線本地部署的大模型助手！", identity="d", **copied)
    an_item(newsroom, title="示例医院在病理科上线另一家的质控系统平台", identity="e")
    stories = edition_of(newsroom, order).sections[0].stories
    told = [(story.title, story.outlet, {other.outlet for other in story.others}) for story in stories]
    assert told == [
        (title, "医院日报", {"转载0", "转载1", "转载2"}),
        ("示例医院在病理科上线另一家的质控系统平台", "医院日报", set()),
    ]


def test_a_stored_story_joins_languages_and_shows_both_headlines(newsroom: Session, order: Order) -> None:
    chinese = an_item(newsroom, title="示例医院部署大模型")
    story = a_story(newsroom, chinese)
    an_item(
        newsroom, source_id="wire", title="Example Hospital deploys a large model", language="en", story_id=story.id, relation="translation"
    )
    (line,) = edition_of(newsroom, order).sections[0].stories
    assert (line.title, line.twin, line.made) == ("示例医院部署大模型", "Example Hospital deploys a large model", None)
    assert [other.outlet for other in line.others] == ["The Wire"]


def test_totals_count_closed_venture_rounds_by_their_low_bound(newsroom: Session, order: Order) -> None:
    ranged = dict(
        zip(("cny_low", "cny_high", "usd_low", "usd_high"), map(Decimal, (30_000_000, 90_000_000, 4_000_000, 12_000_000)), strict=True)
    )
    told: list[dict[str, Any]] = [
        ranged,
        {"kind": "strategic"},
        {"cny_low": None, "usd_low": None, "amount_as_written": None, "amount_hedge": "undisclosed"},
        {"kind": "debt"},
        {"kind": "fund"},
        {"stage": "talks"},
        {"type": "ipo", "stage": "filed"},
        {"background": True},
    ]
    for number, values in enumerate(told):
        a_round(newsroom, an_item(newsroom, title=f"第{number}家公司的融资新闻"), **{"company": f"第{number}家公司", **values})
    edition = edition_of(newsroom, order)
    assert (edition.totals.rounds, edition.totals.undisclosed) == (3, 1)
    assert Decimal(edition.totals.raised_cny) == 130_000_000
    assert len(edition.funding) == 7  # all but the recalled one are listed
    assert [line.company.written for line in edition.funding][-1] == "第6家公司"  # the listing comes after the rounds


def test_facts_that_are_unsure_or_called_wrong_are_in_no_table_and_choose_no_section(newsroom: Session) -> None:
    told = {
        "海川影像": {"confidence": 0.7},
        "他山影像": {"confidence": 0.7, "reviewed": "right"},
        "石湖影像": {"reviewed": "wrong"},
        "云桥影像": {"confidence": 0.74},
        "南山影像": {"confidence": 0.7, "reviewed": "edited"},
    }
    for company, values in told.items():
        item = an_item(newsroom, title=f"{company}的新消息")
        with_topics(newsroom, item, "imaging", "funding")
        a_round(newsroom, item, company=company, **values)
    edition = edition_of(newsroom, an_order(topics=["imaging", "funding"]))
    assert sorted(line.company.written for line in edition.funding) == sorted(["他山影像", "云桥影像", "南山影像"])
    assert edition.totals.rounds == 3
    sections = {section.id: sorted(line.title[:4] for line in section.stories) for section in edition.sections}
    assert sections == {"imaging": sorted(["海川影像", "石湖影像"])}
    assert len(edition_of(newsroom, an_order(least_confidence=0.2)).funding) == 4


def test_a_surer_report_of_the_same_event_bears_an_unsure_one_out(newsroom: Session) -> None:
    told = {"海川影像": (0.6, 0.95), "石湖影像": (0.4, 0.95), "云桥影像": (0.6, 0.7)}
    for number, (company, (unsure, surer)) in enumerate(told.items()):
        unsurely = an_item(newsroom, title=f"{company}完成B轮融资")
        story = a_story(newsroom, unsurely)
        surely = an_item(newsroom, title=f"No. {number} closes a Series B", language="en", story_id=story.id, relation="translation")
        a_round(newsroom, unsurely, company=company, confidence=unsure)
        a_round(newsroom, surely, company=f"No. {number}", confidence=surer, investors=[])
    edition = edition_of(newsroom, an_order(topics=["imaging", "funding"]))
    assert sorted(line.company.written for line in edition.funding) == ["No. 1", "海川影像"]


def test_a_story_of_a_figure_stands_among_the_figures_of_the_market(newsroom: Session) -> None:
    told = {"影像设备行业的新消息": "market", "一项临床研究的结果公布": "imaging"}
    for title, topic in told.items():
        item = an_item(newsroom, title=title)
        with_topics(newsroom, item, topic)
        a_fact(newsroom, item, "figure", subject="市场规模", value="超420亿元", evidence="机构预计2030年市场规模超420亿元。")
    edition = edition_of(newsroom, an_order())
    assert [(line.subject, line.value, line.title) for line in edition.figures] == [("市场规模", "超420亿元", "影像设备行业的新消息")]
    assert [section.id for section in edition.sections] == ["imaging"]


def test_approvals_policies_and_deals_have_tables(newsroom: Session) -> None:
    approved = an_item(newsroom, title="一款软件获批")
    a_fact(
        newsroom,
        approved,
        "approval",
        holder="甲公司",
        product="肺结节检测软件",
        decision="approved",
        number="国械注准1",
        device_class="国",
    )
    a_fact(newsroom, approved, "approval", holder="乙公司", product="软件", decision="rejected")
    policy = an_item(newsroom, title="主管部门发布通知")
    a_fact(newsroom, policy, "policy", issuer="某省医保局", title="关于价格项目的通知", effect_on=date(2026, 12, 1))
    unread = an_item(newsroom, title="某省发布政策")
    a_fact(newsroom, unread, "policy", issuer="某省")
    deal = an_item(newsroom, title="甲公司与两家医院合作")
    parties = [{"id": None, "as_written": name} for name in ("甲公司", "东医院")]
    a_fact(newsroom, deal, "partnership", parties=parties, subject="影像")
    a_round(newsroom, an_item(newsroom, title="甲公司收购丙公司"), type="acquisition", company="丙公司")
    edition = edition_of(newsroom, an_order())
    assert [(line.product, line.decision, line.device_class) for line in edition.approvals] == [
        ("肺结节检测软件", "approved", None),
        (None, "rejected", None),
    ]
    assert [(line.name, line.effect_on) for line in edition.policies] == [("关于价格项目的通知", "2026-12-01")]
    assert {(line.company.written if line.company else None, tuple(p.written for p in line.parties)) for line in edition.deals} == {
        (None, ("甲公司", "东医院")),
        ("丙公司", ("江河资本",)),
    }
    assert titles(edition) == ["某省发布政策"]  # its document has no title, so no table can tell it
    assert (edition.totals.approvals, edition.totals.policies, edition.totals.rounds) == (1, 1, 0)


def test_one_round_told_twice_is_one_row_with_the_fuller_telling(newsroom: Session, order: Order) -> None:
    first = an_item(newsroom, title="某影像公司宣布获得新融资", identity="a")
    a_round(newsroom, first, round=None, investors=[], amount_as_written=None, cny_low=None, usd_low=None)
    second = an_item(newsroom, source_id="wire", title="Imaging firm closes its series B", identity="b", language="en")
    investors = [{"id": None, "name": "河岸基金", "lead": False}, {"id": None, "name": "江河资本", "lead": True}]
    a_round(newsroom, second, investors=investors)
    (line,) = edition_of(newsroom, order).funding
    assert (line.item_id, line.amount, line.investors, line.leads) == (second.id, "近亿元", ("江河资本", "河岸基金"), 1)


def test_a_round_told_in_two_languages_is_one_row(newsroom: Session, order: Order) -> None:
    item = an_item(newsroom, title="某影像公司完成B轮融资")
    a_round(newsroom, item, company="某影像公司", round="B轮")
    twin = an_item(
        newsroom, source_id="wire", title="Some Imaging raises", language="en", story_id=a_story(newsroom, item).id, relation="translation"
    )
    a_round(newsroom, twin, company="Some Imaging", round="Series B", amount_as_written="nearly RMB 100 million", investors=[])
    a_round(newsroom, an_item(newsroom, title="Other Imaging"), company="Other Imaging", round="Series B+")
    lines = edition_of(newsroom, order).funding
    assert [(line.company.written, line.twin, len(line.facts)) for line in lines] == [
        ("Other Imaging", None, 1),
        ("某影像公司", "Some Imaging raises", 2),
    ]


def test_a_summary_is_a_whole_sentence_of_the_text_rather_than_feed_noise(newsroom: Session, order: Order) -> None:
    whole = "In the trial the software shortened the time from scan to treatment by 14 minutes."
    an_item(
        newsroom,
        title="A trial of triage",
        language="en",
        summary="Journal, Published online: 6 November 2026; In the trial the",
        text=whole,
    )
    assert edition_of(newsroom, order).sections[0].stories[0].summary == whole


def test_one_adopter_of_one_model_is_one_row_at_its_furthest_stage(newsroom: Session, order: Order) -> None:
    newsroom.add(Organisation(id="example-hospital", kind="hospital", name_zh="示例医院", name_en="Example Hospital"))
    early = an_item(newsroom, title="示例医院宣布引入新的大模型", identity="a")
    an_adoption(newsroom, early, adopter="示例医院", adopter_id="example-hospital", stage="announced", hosting=None)
    later = an_item(newsroom, title="示例医院的大模型已经正式上线", identity="b")
    an_adoption(newsroom, later, adopter="示例医院放射科", adopter_id="example-hospital", product="影像报告", department="放射科")
    an_adoption(newsroom, later, adopter="示例医院", adopter_id="example-hospital", model_family="qwen", model="Qwen", model_version="2.5")
    an_adoption(newsroom, later, adopter="另一医院", background=True)
    an_adoption(newsroom, later, adopter="第三医院", model_family="kimi", model="Kimi", stage="planned")
    edition = edition_of(newsroom, order)
    assert [(line.model.written, line.stage, line.product, line.department) for line in edition.adoptions] == [
        ("DeepSeek-R1", "live", "影像报告", "放射科"),
        ("Kimi", "planned", None, None),
        ("Qwen 2.5", "live", None, None),
    ]
    assert edition.adoptions[0].adopter.english == "Example Hospital"
    assert {line.story_id for line in edition.adoptions} == {later.story_id} and titles(edition) == []
    assert (edition.totals.adoptions, edition.totals.deepseek) == (2, 1)


def test_a_summary_is_the_sentence_that_proves_the_fact_not_the_headline_again(newsroom: Session, order: Order) -> None:
    proof = "示例医院表示，该模型已在院内服务器上运行三周，覆盖门诊与住院两个场景。"
    text = f"示例医院部署大模型。{proof}"
    item = an_item(newsroom, title="示例医院部署大模型", text=text)
    an_adoption(newsroom, item, evidence=proof)
    other = "新华社北京11月17日电（记者甲）卫生部门当日公布了一份关于医疗人工智能应用场景的参考清单。"
    an_item(newsroom, title="卫生部门公布清单，涉及多个应用场景", text=other, published_at=NOON - timedelta(hours=1))
    edition = edition_of(newsroom, order)
    told = [*edition.adoptions, *(story for section in edition.sections for story in section.stories)]
    summaries = {line.title: line.summary for line in told}
    assert summaries == {
        "示例医院部署大模型": proof,
        "卫生部门公布清单，涉及多个应用场景": "卫生部门当日公布了一份关于医疗人工智能应用场景的参考清单。",
    }


def test_the_footer_names_failing_and_silent_sources(newsroom: Session, order: Order) -> None:
    a_source(newsroom, id="blocked", name="Blocked Bureau")
    a_source(newsroom, id="stuck", name="Stuck Feed")
    a_source(newsroom, id="fresh", name="Fresh Feed", enabled=False)
    blocked, stuck = newsroom.get_one(SourceState, "blocked"), newsroom.get_one(SourceState, "stuck")
    blocked.status, blocked.status_reason = SourceStatus.blocked, "a script, no list"
    stuck.status, stuck.status_reason = SourceStatus.stale, "says nothing new"
    newsroom.flush()
    health = edition_of(newsroom, order).health
    assert [(row.name, row.reason) for row in health.failing] == [("Blocked Bureau", "a script, no list")]
    assert [row.name for row in health.silent] == ["Stuck Feed"]
    assert (health.ok, health.total) == (2, 4)
