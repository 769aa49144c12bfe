# ruff: noqa: E501 (pages and patterns are kept as they are written)
"""What one reads from single pages: rules of a source, relative times, second opinions, further pages, noise."""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime

import pytest

from crawler.reading.extract import explain_page, join_pages, read_page
from crawler.sources.source import ArticleRules

from .texts import EN, ZH

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def _p(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def test_rules_of_the_source_come_first() -> None:
    body = _page(
        f'<h1>栏目</h1><div class="t"><b>青石二院上线新系统</b></div><i class="d" data-t="2026-05-06 07:08">前天</i><u>记者 陈望舒</u><s>东湖周刊</s>'
        f'<div class="x">{_p(*ZH[:3])}</div><div class="y">{_p(*ZH[3:9])}</div>'
    )
    rules = ArticleRules(title=".t b::text", body=".x, .none", date=".d::attr(data-t)", author="u::text", source="s")
    article = read_page(body, rules=rules, fetched_at=NOW)
    assert article.title == "青石二院上线新系统" and article.text == "\n".join(ZH[:3]) and article.method == "rule"
    assert article.published == datetime(2026, 5, 5, 23, 8, tzinfo=UTC)
    assert article.authors == ("陈望舒",) and article.source == "东湖周刊"


def test_rules_that_do_not_fit_are_passed_over() -> None:
    article = read_page(_page(_p(*ZH[:4])), rules=ArticleRules(body=".gone", title="h6", date="p", author="p"))
    assert article.text == "\n".join(ZH[:4])


def test_relative_times_count_from_the_fetch() -> None:
    body = _page(f"<h1>青石二院上线新系统</h1><span>3小时前</span><div>{_p(*ZH[:4])}</div>")
    assert read_page(body, fetched_at=NOW).published == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert read_page(body).published is None


def test_a_change_is_never_the_publication() -> None:
    head = '<meta property="article:modified_time" content="2026-10-02T10:00:00+08:00">'
    assert (
        read_page(_page(f"<h1>青石二院上线新系统</h1><p>更新时间：2026-10-02 10:00</p>{_p(*ZH[:4])}", head), fetched_at=NOW).published
        is None
    )


def test_dates_of_the_future_are_refused() -> None:
    head = '<meta property="article:published_time" content="2027-10-02T10:00:00+08:00">'
    assert read_page(_page(_p(*ZH[:4]), head), fetched_at=NOW).published is None


@pytest.mark.parametrize(
    "name", ["责任编辑：孙立文", "来源：青石日报", "编辑 何小满", "作者：本报编辑部", "作者：我已授权", "文章作者：佚名"]
)
def test_nobody_is_made_an_author(name: str) -> None:
    assert read_page(_page(f"<h1>青石二院上线新系统</h1><div>{name}</div>{_p(*ZH[:4])}")).authors == ()


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("作者：陈望舒 林晚秋", ("陈望舒", "林晚秋")),
        ("文/赵一鸣", ("赵一鸣",)),
        ("本报记者 周子衿 欧阳明", ("周子衿", "欧阳明")),
        ("青石日报讯（记者 陈 望）昨日，医院上线了新系统。", ("陈望",)),
        ("新华社青石12月9日电（记者陈望舒、林晚秋）医院上线了新系统。", ("陈望舒", "林晚秋")),
        ("By Dana Whitfield and Marcus O'Leary", ("Dana Whitfield", "Marcus O'Leary")),
    ],
)
def test_bylines(line: str, authors: tuple[str, ...]) -> None:
    body = EN[:4] if line.startswith("By") else ZH[:4]
    assert read_page(_page(f"<h1>青石二院上线新系统</h1>{_p(line, *body)}")).authors == authors


def test_readings_in_brackets_are_removed() -> None:
    noisy = [line.replace("医院", "医(yī)院(yuàn)").replace("系统", "系(xì)统(tǒng)") for line in ZH[:5]]
    assert read_page(_page(_p(*noisy))).text == "\n".join(ZH[:5])


def test_hidden_and_zero_width_text_is_not_read() -> None:
    body = _page(
        f'<div>{_p(ZH[0])}<p>{ZH[1][:9]}\u200b<span style="display:none">采集干扰</span><font class="jammer">x9</font>{ZH[1][9:]}</p>{_p(*ZH[2:5])}</div>'
    )
    assert read_page(body).text == "\n".join(ZH[:5])


def test_what_an_article_says_about_apps_stays() -> None:
    said = "市民可下载“健康青石”APP进行预约，也可以扫描院内二维码签到。"
    assert said in read_page(_page(_p(*ZH[:3], said, *ZH[3:8]))).text


def test_english_sentences_that_look_like_furniture_stay() -> None:
    said = ["By Friday the hospital had closed its doors to new patients.", "Published in 2012, the report was ignored."]
    text = read_page(_page(f"<article>{_p(EN[0], *said, *EN[1:4])}<h3>Discussion</h3>{_p(*EN[4:8])}</article>")).text
    assert all(line in text for line in (*said, "Discussion", *EN[4:8]))


def test_comments_heavier_than_the_text_are_left_out() -> None:
    page = _page(
        f'<div class="post type-post tag-health hentry"><h2>A Title</h2><div class="entry">{_p(*EN[:4])}</div></div><div class="comments">{_p(*EN[4:20])}</div>'
    )
    assert read_page(page).text == "\n".join(EN[:4])


def test_text_inside_a_script_is_the_second_opinion() -> None:
    inside = _p(*ZH[:5]).replace("/", "\\/")
    article = read_page(_page(f'<div id="app"></div><script>window.__S__={{"content":"{inside}"}}</script>'))
    assert article.text == "\n".join(ZH[:5]) and article.method == "script"


def test_further_pages_of_the_article_only() -> None:
    url = "http://health.example.cn/n1/2026/0615/c14739-311.html"
    links = '<a href="/n1/2026/0615/c14739-311-2.html">【2】</a><a href="/n1/2026/0615/c14739-311-3.html">3</a><a href="/n1/2026/0615/c14739-312.html">下一页</a><a href="?page=2">2</a>'
    article = read_page(_page(_p(*ZH[:4]) + links), url=url)
    assert set(article.next_pages) == {f"{url}?page=2", url.replace("311.html", "311-2.html"), url.replace("311.html", "311-3.html")}


def test_pages_are_joined_once() -> None:
    first, second = read_page(_page(_p(*ZH[:4]))), read_page(_page(_p(ZH[3], *ZH[4:8])))
    assert join_pages(first, [second]).text == "\n".join(ZH[:8])


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ('<link rel="canonical" href="/a/1.html?utm_source=x">', "https://news.example.cn/a/1.html"),
        ('<link rel="canonical" href="https://news.example.cn/">', "https://news.example.cn/b/9.html"),
        ('<link rel="canonical" href="https://example.cn/a/1.html">', "https://example.cn/a/1.html"),
        ('<meta property="og:url" content="https://other.example.org/x">', "https://news.example.cn/b/9.html"),
    ],
)
def test_own_address(declared: str, expected: str) -> None:
    assert read_page(_page(_p(*ZH[:4]), declared), url="https://news.example.cn/b/9.html?spm=1").canonical_url == expected


def test_broken_linked_data_is_read_as_far_as_it_goes() -> None:
    script = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"青石二院上线新系统","datePublished":"2026-05-06T07:08:09+08:00","author":{"name":"陈望舒"},,}</script>'
    article = read_page(_page(_p(*ZH[:4]), script))
    assert (
        article.title == "青石二院上线新系统"
        and article.published == datetime(2026, 5, 5, 23, 8, 9, tzinfo=UTC)
        and article.authors == ("陈望舒",)
    )


def test_explanations_name_what_was_weighed() -> None:
    _, reasons = explain_page(
        _page(f"<h1>青石二院上线新系统</h1><p>2026-05-06 07:08 来源：青石日报</p>{_p(*ZH[:4])}<p>责任编辑：孙立文</p>")
    )
    assert reasons["dates"][0]["origin"] == "visible" and any(row["reason"] == "credit" for row in reasons["left_out"])


def test_a_large_page_stays_small_and_quick() -> None:
    body = _page(f"<div class=c>{_p(*ZH)}</div>" + "<div><a href=/x>新闻链接标题</a> <span>短</span></div>" * 70_000)
    assert len(body) > 4_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.thread_time()
    article = read_page(body)
    spent = time.thread_time() - started
    started = time.thread_time()
    read_page(body[: len(body) // 8])
    # Linear, with room for what a busy machine adds: were it quadratic, it would be 64.
    assert spent < 32 * (time.thread_time() - started)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert ZH[0] in article.text


def test_paragraphs_beside_a_fold_or_a_quotation_belong_to_the_text() -> None:
    fold = f"<div class=main-text>{_p(*EN[:4])}<div class=fold>{_p(*EN[4:14])}</div>{_p(*EN[14:17])}</div>"
    assert read_page(_page(fold)).text == "\n".join(EN[:17])


def test_paragraphs_behind_a_paywall_are_paragraphs() -> None:
    locked = "".join(f'<p class="paywall">{line}</p>' for line in EN[1:8])
    assert read_page(_page(f"<article><p>{EN[0]}</p>{locked}</article>")).text == "\n".join(EN[:8])


def test_highlights_and_comments_named_in_humps_are_left_out() -> None:
    aside = f"<aside class=story-highlights><h3>Highlights</h3><ul><li>{EN[19]}</ul></aside>"
    comments = "".join(f"<div class=commentText>{line}</div>" for line in EN[10:19])
    article = read_page(_page(f"<article>{_p(*EN[:3])}{aside}{_p(*EN[3:6])}</article>{comments}"))
    assert article.text == "\n".join(EN[:6])


def test_a_box_without_caption_is_none() -> None:
    assert read_page(
        _page(f'<article>{_p(*EN[:3])}<div class="item no_caption">{_p(EN[3])}</div>{_p(*EN[4:6])}</article>')
    ).text == "\n".join(EN[:6])


@pytest.mark.parametrize("dateline", ["Feb. 23, 2025 -- ", "BEIJING, March 3, 2025 /PRNewswire/ -- ", "May 7, 2025 — "])
def test_the_day_at_the_head_of_the_text_is_believed_where_no_other_is(dateline: str) -> None:
    article = read_page(_page(f"<article><h1>A Hospital Opens</h1>{_p(dateline + EN[0], *EN[1:5])}</article>"))
    assert article.published is not None and article.published.year == 2025 and article.precision == "day"


@pytest.mark.parametrize("name", ["comment-channel", "recommend-detail", "share-area", "page-footer-wrap", "sidebar-left-content"])
def test_an_unlucky_name_around_the_whole_page_hides_nothing(name: str) -> None:
    page = f'<div class="{name}"><h1>青石二院上线新系统</h1><div class=d>2026-03-25 06:40</div>{_p(*ZH[:6])}</div><div class=comment-list>{_p(ZH[9])}</div>'
    article = read_page(_page(page))
    assert article.text == "\n".join(ZH[:6]) and article.published is not None


def test_short_paragraphs_after_pictures_are_no_captions() -> None:
    lines = [f"第{n}家医院从本月起试用这套系统，医生每天用它复核报告。" for n in range(1, 10)]
    body = "".join(f"<section><img src=x></section><p>{line}</p>" if n % 3 == 0 else f"<p>{line}</p>" for n, line in enumerate(lines))
    assert read_page(_page(f"<div>{body}</div>")).text == "\n".join(lines)


@pytest.mark.parametrize(
    "line",
    [
        "2026-3-14 10:10|发布者: 版主一号|查看: 1203|评论: 0",
        "小禾于 2026-03-14 10:10 发布 阅读量1.2k",
        "发布时间：2026-03-14 10:10　浏览次数：325 次",
    ],
)
def test_the_date_is_found_before_and_behind_its_label(line: str) -> None:
    article = read_page(_page(f"<h1>青石二院上线新系统</h1><p class=m>{line}</p><div>{_p(*ZH[:5])}</div>"))
    assert article.published == datetime(2026, 3, 14, 2, 10, tzinfo=UTC)


def test_who_wrote_and_edited_is_the_author_too() -> None:
    body = f"<h1>青石二院上线新系统</h1><p>作者：杜若 来源：东湖周刊</p><div>{_p(*ZH[:5])}<p>[责任编辑：杜若]</p></div>"
    article = read_page(_page(body))
    assert article.authors == ("杜若",) and article.editors == ("杜若",)


def test_a_table_tells_signing_changing_and_publishing_apart() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{day}</td></tr>" for name, day in (
        ("成文日期：", "2026年04月14日"), ("发布日期：", "2026年04月16日"), ("更新时间：", "2026年04月20日"),
    ))  # fmt: skip
    article = read_page(_page(f"<table>{rows}</table><h1>关于建设影像云平台的通知</h1><div>{_p(*ZH[:5])}</div>"))
    assert article.published == datetime(2026, 4, 15, 16, tzinfo=UTC)
