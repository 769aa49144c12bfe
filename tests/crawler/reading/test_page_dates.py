# ruff: noqa: E501 (pages are kept as they are written)
"""When an article was published: forms of dates on its page, days of other things, changes, times without a zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.article import Article
from crawler.reading.extract import read_page

from .texts import EN, ZH

FETCHED = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def _read(body: str, *, head: str = "", language: str = "zh", timezone: str | None = None, text: str = "") -> Article:
    lines = ZH if language == "zh" else EN
    text += "".join(f"<p>{lines[n]}</p>" for n in range(4))
    title = "分诊系统覆盖全部门诊" if language == "zh" else "Triage assistant reaches every clinic"
    page = f'<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}<div class="content">{text}</div></article></body></html>'
    return read_page(page.encode(), url="https://news.example.org/a/b.html", fetched_at=FETCHED, timezone=timezone)


def _moment(article: Article) -> str | None:
    return f"{article.published:%Y-%m-%dT%H:%M} {article.precision}" if article.published else None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("民國115年11月23日", "2026-11-22T16:00 day"),
        ("中華民國一百一十五年十一月二十三日", "2026-11-22T16:00 day"),
        ("發布日期：115-11-23", "2026-11-22T16:00 day"),
        ("發佈時間：115/11/23 09:30", "2026-11-23T01:30 minute"),
        ("115.11.23", "2026-11-22T16:00 day"),
        ("发布时间：26-11-23 18:57", "2026-11-23T10:57 minute"),
        ("发布时间：26/11/23", "2026-11-22T16:00 day"),
        ("发布于 26年11月23日", "2026-11-22T16:00 day"),
        ("2026年11月23日 上午12:20", "2026-11-22T16:20 minute"),
        ("2026年11月23日 星期一 下午3:05", "2026-11-23T07:05 minute"),
        ("二〇二六年十一月二十三日", "2026-11-22T16:00 day"),
        ("周一, 23 十一月 2026 20:30:00 +0800", "2026-11-23T12:30 second"),
        ("2026-11-23 20:30 GMT+8", "2026-11-23T12:30 minute"),
        ("2026-11-23 12:30 (UTC)", "2026-11-23T12:30 minute"),
        ("5 分鐘前", "2026-11-25T03:55 minute"),
        ("3 小時前", "2026-11-25T01:00 minute"),
        ("剛剛", "2026-11-25T04:00 minute"),
        ("週一 10:00", "2026-11-23T02:00 minute"),
        ("昨天 08:15", "2026-11-24T00:15 minute"),
    ],
)
def test_forms_of_dates(written: str, expected: str) -> None:
    assert _moment(_read(f'<div class="info"><span>{written}</span></div>')) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("二〇二六年十一月二十三日", "2026-11-22T16:00 day"),
        ("中華民國115年11月23日 星期一", "2026-11-22T16:00 day"),
        ("115年11月23日", "2026-11-22T16:00 day"),
        ("星期一, 23 十一月 2026 20:30", "2026-11-23T12:30 minute"),
        ("23 11月, 2026", "2026-11-22T16:00 day"),
    ],
)
@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_date_alone_above_the_text_is_no_line_of_it(written: str, expected: str, tag: str) -> None:
    article = _read("", text=f"<{tag}>{written}</{tag}>")
    assert _moment(article) == expected
    assert article.text.startswith(ZH[0])


def test_day_and_time_in_elements_side_by_side() -> None:
    assert _moment(_read("<div><span>发布时间：26-11-20</span><span>18:57</span></div>")) == "2026-11-20T10:57 minute"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("收稿日期：2026-03-02　修回日期：2026-06-01　网络出版日期：2026-11-02", "2026-11-01T16:00 day"),
        ("收稿日期：2026-03-02；接受日期：2026-10-20；发布日期：2026-11-02", "2026-11-01T16:00 day"),
        ("投稿截止日期：2026-11-20", None),
        ("有效期至：2026-11-24", None),
        ("报名时间：2026年11月3日", None),
    ],
)
def test_days_of_other_things(line: str, expected: str | None) -> None:
    assert _moment(_read(f"<p>{line}</p>")) == expected


def test_a_journals_history_of_a_manuscript() -> None:
    line = "<p>Received 2 September 2026; accepted 20 October 2026; published online 2 November 2026</p>"
    article = _read(line, language="en")
    assert _moment(article) == "2026-11-01T16:00 day"
    assert _moment(_read("<p>Received 2 September 2026</p>", language="en")) is None
    meta = '<meta name="citation_online_date" content="2026/11/02">'
    assert _moment(_read(line, head=meta, language="en")) == "2026-11-01T16:00 day"


def test_an_expiry_in_a_script_is_no_date_of_the_page() -> None:
    scripts = '<script>document.cookie="seen=1; expires=Mon, 31 Aug 2026 00:00:00 GMT";var endTime="2026-10-01 08:00";var cacheUntil="2026-11-20";</script>'
    assert _read("", head=scripts).published is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_change_in_the_meta_of_publication(language: str) -> None:
    head = (
        '<meta property="article:published_time" content="2026-11-24T09:10:11Z"><meta property="article:modified_time" content="2026-11-24T09:10:11Z">'
        '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-20T06:00:00Z","dateModified":"2026-11-24T09:10:11Z"}</script>'
    )
    changed = '<div><time datetime="2026-11-24T09:10:11Z">Updated</time></div>'
    assert _moment(_read(changed, head=head, language=language)) == "2026-11-20T06:00 second"
    # Where nothing earlier is told, it is all there is.
    alone = '<meta property="article:published_time" content="2026-11-24T09:10:11Z"><meta property="article:modified_time" content="2026-11-24T09:10:11Z">'
    assert _moment(_read("", head=alone, language=language)) == "2026-11-24T09:10 second"


def test_a_time_without_zone() -> None:
    line = "<p>Published November 23, 2026 2:05 PM</p>"
    chinese = _read("<p>发布时间：2026-11-23 14:05</p>")
    assert (_moment(chinese), chinese.trust["published"]) == ("2026-11-23T06:05 minute", "visible")
    foreign = _read(line, language="en")
    assert _moment(foreign) == "2026-11-22T16:00 day"
    assert foreign.trust["published"] == "visible, whose time names no zone"
    assert _moment(_read(line, language="en", timezone="America/New_York")) == "2026-11-23T19:05 minute"
    assert _moment(_read(line, language="en", timezone="Asia/Shanghai")) == "2026-11-23T06:05 minute"
    assert _moment(_read("<p>Published November 23, 2026 2:05 PM EST</p>", language="en")) == "2026-11-23T19:05 minute"


def test_a_day_of_another_zone_speaks_for_the_moment_it_means() -> None:
    head = '<meta property="article:published_time" content="2026-11-23T21:30:00-05:00"><meta name="date" content="2026-11-23">'
    article = _read("<p>November 23, 2026</p>", head=head, language="en")
    assert _moment(article) == "2026-11-24T02:30 second"
