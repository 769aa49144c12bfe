"""Weeks of news as figures, and their pictures."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, select

from reports.charts import DARK, LIGHT, WIDTH, draw, height, pictures
from reports.labels import Labels
from reports.panels import before_first_crawl, panel
from reports.period import week
from reports.trends import Row, Trend, by_month, ending_with, trends
from store.models import Organisation, Run, Story
from store.status import RunStatus
from store.stories import refresh
from tests.store.rows import NOON, a_round, a_story, an_adoption, an_item, with_topics

TOPICS = {"funding": ("Funding", "融资"), "model_adoption": ("Adoption", "模型落地"), "imaging": ("Imaging", "影像")}


def told(session: Session, weeks_ago: int, title: str, *topics: str, **values: Any) -> Any:
    """An item of a week before that of the tests, with a story of its own under topics."""
    at = NOON - timedelta(days=7 * weeks_ago)
    item = an_item(session, title=title, identity=title, published_at=at, first_seen_at=at, **values)
    with_topics(session, item, *topics)
    story = a_story(session, item)
    session.get_one(Story, story.id).published_at = at
    return item


def counted(session: Session) -> None:
    """Write what stories say anew."""
    session.flush()
    refresh(session, [story.id or 0 for story in session.exec(select(Story))], now=NOON)
    session.flush()


@pytest.fixture
def past(newsroom: Session) -> Session:
    """Four weeks of news, the last being that of the tests."""
    newsroom.add(Organisation(id="lakeside", kind="hospital", name_zh="湖畔医院", province="zhejiang"))
    for number in range(4):
        an_adoption(newsroom, told(newsroom, number, f"采用{number}", "model_adoption"), adopter=f"深圳第{number}医院")
    again = told(newsroom, 0, "同一家", "model_adoption", "imaging")
    an_adoption(newsroom, again, adopter="深圳第3医院")
    an_adoption(newsroom, told(newsroom, 0, "另一家", "model_adoption"), adopter="湖畔医院", adopter_id="lakeside", model_family="qwen")
    an_adoption(newsroom, told(newsroom, 0, "计划", "model_adoption"), adopter="广州某医院", stage="planned")
    a_round(newsroom, told(newsroom, 0, "融资一", "funding"), company="成都甲公司")
    a_round(newsroom, told(newsroom, 3, "融资三", "funding"), company="戊公司")
    a_round(newsroom, told(newsroom, 1, "融资二", "funding"), company="乙公司", cny_low=None, amount_low=None)
    a_round(newsroom, told(newsroom, 1, "融资二再报", "funding"), company="乙公司", cny_low=None, amount_low=None)
    a_round(newsroom, told(newsroom, 2, "洽谈", "funding"), company="丙公司", stage="talks")
    a_round(newsroom, told(newsroom, 2, "传闻", "funding"), company="丁公司", confidence=0.2)
    told(newsroom, 13, "太早", "funding")
    counted(newsroom)
    return newsroom


def test_weeks_are_counted_as_the_issue_counts(past: Session) -> None:
    found = {trend.id: trend for trend in trends(past, week("2026-W47"), TOPICS, least_confidence=0.6)}
    assert set(found) == {"topics", "funding", "adopters", "provinces"}
    assert found["topics"].weeks == ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
    assert {row.name_en: row.values for row in found["topics"].rows} == {
        "Adoption": (1, 1, 1, 4),
        "Funding": (1, 2, 2, 1),
        "Imaging": (0, 0, 0, 1),
    }
    raised, rounds, undisclosed = (row.values for row in found["funding"].rows)
    assert raised == (100_000_000, 0, 0, 100_000_000)
    assert (rounds, undisclosed) == ((1, 0, 1, 1), (0, 0, 1, 0))
    # One that is told again counts once, from when it was told first; a plan does not count.
    assert {row.name_en: row.values for row in found["adopters"].rows} == {"DeepSeek": (1, 2, 3, 4), "Qwen": (0, 0, 0, 1)}
    assert {row.name_en: row.values for row in found["provinces"].rows} == {"Guangdong": (4,), "Zhejiang": (1,), "Sichuan": (1,)}
    assert found["topics"].since is None


def test_what_passed_before_the_first_crawl_is_said(past: Session) -> None:
    past.add(Run(started_at=NOON - timedelta(days=7), status=RunStatus.done))
    past.flush()
    found = trends(past, week("2026-W47"), TOPICS, least_confidence=0.6)
    assert {trend.since for trend in found} == {"2026-11-10"}
    assert "before 10 Nov" in before_first_crawl(found, Labels("en"))
    assert before_first_crawl(trends(past, week("2026-W47"), {}, least_confidence=0.6)[:0], Labels("en")) == ""


def test_too_little_makes_no_picture(newsroom: Session) -> None:
    assert trends(newsroom, week("2026-W47"), TOPICS, least_confidence=0.6) == ()
    for number in range(2):
        told(newsroom, number, f"一{number}", "imaging")
    counted(newsroom)
    assert trends(newsroom, week("2026-W47"), TOPICS, least_confidence=0.6) == ()


def test_months_end_with_the_one_of_the_day() -> None:
    moments = [datetime(2026, 11, 30, 17, tzinfo=UTC), datetime(2026, 1, 31, 17, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)]
    trend = by_month(moments, ("Facts", "事实"), date(2026, 12, 31))
    assert (trend.weeks[0], trend.weeks[-1]) == ("2026-01-01", "2026-12-01")
    # Days are those of Shanghai.
    assert trend.rows[0].values == (0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def series(name: str, *rows: tuple[str, str, tuple[int, ...]], since: str | None = None) -> Trend:
    """A series of as many weeks as its rows have figures."""
    weeks = tuple((date(2026, 8, 31) + timedelta(days=7 * number)).isoformat() for number in range(len(rows[0][2])))
    made = tuple(Row(name_en=english, name_zh=chinese, values=values) for english, chinese, values in rows)
    return Trend(id=name, weeks=() if name == "provinces" else weeks, rows=made, since=since)


DRAWN = [
    series(
        "topics",
        ("A topic whose name is far too long", "监管政策", (0, 3, 4, 1)),
        ("B", "机器人与脑机接口", (0, 0, 0, 1)),
        since="2026-09-08",
    ),
    series("funding", ("", "", (0, 5 * 10**8, 0, 10**7)), ("", "", (0, 2, 1, 1)), ("", "", (0, 0, 1, 0))),
    series("funding", ("", "", (0, 0, 0, 0)), ("", "", (1, 2, 1, 1)), ("", "", (1, 2, 1, 1))),
    series("adopters", ("DeepSeek", "DeepSeek", (1, 2, 2, 9)), ("Qwen", "Qwen", (0, 0, 1, 1)), ("Kimi", "Kimi", (0, 0, 0, 1))),
    series("provinces", ("Guangdong", "广东", (9,)), ("Beijing", "北京", (2,)), ("Inner Mongolia", "内蒙古", (1,))),
    by_month([NOON], ("Facts", "事实"), date(2026, 11, 22)),
]


@pytest.mark.parametrize("language", ["en", "zh", "both"])
@pytest.mark.parametrize("trend", DRAWN, ids=lambda trend: trend.id)
def test_pictures_are_small_sharp_and_of_both_shades(trend: Trend, language: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a character that its font has not
        drawn = pictures([trend], language)
    assert [name.rpartition("-")[2] for name in drawn] == ["light.png", "dark.png"]
    for png, shade in zip(drawn.values(), (LIGHT, DARK), strict=True):
        assert len(png) < 25_000
        image = Image.open(io.BytesIO(png)).convert("RGB")
        assert image.size == (3 * WIDTH, 3 * height(trend))
        ground = tuple(int(shade.ground[at : at + 2], 16) for at in (1, 3, 5))
        assert image.getpixel((1, 1)) == ground
        assert len(image.getcolors(1000) or []) > 4, "nothing is painted"


def test_the_same_figures_give_the_same_bytes() -> None:
    first = [draw(trend, "zh").png for trend in DRAWN]
    draw.cache_clear()
    assert [draw(trend, "zh").png for trend in DRAWN] == first
    assert draw(ending_with(DRAWN[3], (8, 1, 1)), "zh").png != first[3]


@pytest.mark.parametrize("trend", DRAWN, ids=lambda trend: trend.id)
@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_what_a_picture_shows_stands_beside_it(trend: Trend, language: str) -> None:
    shown = panel(trend, Labels(language))
    assert shown.title in shown.alt and any(char.isdigit() for char in shown.alt)
    assert {len(row) for row in shown.rows} == {len(shown.columns)}
    expected = len(trend.weeks) if trend.id in ("funding", "months") else len(trend.rows)
    assert len(shown.rows) == expected
