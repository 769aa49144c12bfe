"""Replicas of the small static lists of Chinese trade media and of one institute."""

from __future__ import annotations

from collections.abc import Callable

from .base import Row, Site, page, paragraphs, rows


def _list(path: str, around: str, item: Callable[[Row], str], link: Callable[[Row], str]) -> Callable[[], Site]:
    """A list page with one article behind its first row. The article markup is free; it only has to be readable."""

    def site() -> Site:
        listed = rows(4)
        first = listed[0]
        article = page(
            f"<h1>{first.title}</h1><div class='meta'>{first.day} 08:20 来源：本站</div><div class='content v_news_content'>{paragraphs(first)}</div>"
        )
        return {f"GET {path}": page(around.format(rows="".join(map(item, listed)))), f"GET {link(first)}": article}

    return site


def _hex(row: Row) -> str:
    return f"{row.number:012x}"


SITES: dict[str, Callable[[], Site]] = {
    "chima": _list(
        "/Html/News/Main/53.html",
        '<ul class="article_xw_l">{rows}</ul>',
        lambda r: (
            f'<li><span class="span_date_left"><b>{r.day.day}</b> {r.day.strftime("%Y.%m")}</span><div class="right_xw">'
            f'<a class="title_type" href="/Html/News/Articles/{r.number}.html" title="{r.title}">{r.title}</a><p>{r.summary}</p></div></li>'
        ),
        lambda r: f"/Html/News/Articles/{r.number}.html",
    ),
    "hospital-ceo": _list(
        "/news.html",
        '<div class="paging">{rows}</div>',
        lambda r: (
            f'<div class="zlist01"><a class="tit" href="/post/{r.number}.html">{r.title}</a>'
            f'<span class="time">{r.day.strftime("%Y年%m月%d日")} 16:58</span><div class="des">{r.summary}</div></div>'
        ),
        lambda r: f"/post/{r.number}.html",
    ),
    "kanyijie": _list(
        "/",
        '{rows}<div class="des"><a class="h2" href="/details?id=99" title="临床科研培训班报名">临床科研培训班报名</a><span class="time">2026-09-18</span></div>',
        lambda r: (
            f'<div class="des"><a class="h2" href="/details?id={r.number}" title="{r.title}">{r.title}</a>'
            f'<p class="sub">{r.summary}</p><span class="time">{r.day}</span></div>'
        ),
        lambda r: f"/details?id={r.number}",
    ),
    "cnmia": _list(
        "/Web/Article/Dynamic.aspx",
        '<div class="List">{rows}</div>',
        lambda r: (
            f'<div class="Block"><div class="Title"><a href="/DynamicDetail_{_hex(r):0>32}.html" title="{r.title}">{r.title}</a></div>'
            f'<div class="Text">{r.summary}</div><div class="Time">发布时间：{r.day}</div></div>'
        ),
        lambda r: f"/DynamicDetail_{_hex(r):0>32}.html",
    ),
    "chs": _list(
        "/news/list/7/",
        "<ul>{rows}</ul>",
        lambda r: (
            f'<li class="catlist_li"><span class="f_r">{r.day}</span><a href="/news/show/{r.number}/" title="{r.title}">{r.title}</a></li>'
        ),
        lambda r: f"/news/show/{r.number}/",
    ),
    "bioon": _list(
        "/BioMedical",
        '<div class="composs-blog-list">{rows}</div>',
        lambda r: (
            f'<div class="item"><div class="item-content"><h2><a href="http://news.bioon.com/article/{_hex(r)}.html">{r.title}</a></h2>'
            f'<p class="text-justify">{r.summary}</p><span class="item-meta-item">{r.day}</span></div></div>'
        ),
        lambda r: f"/article/{_hex(r)}.html",
    ),
    "tsinghua-air": _list(
        "/",
        '<div class="xinwdt">{rows}</div>',
        lambda r: (
            f'<div class="xinwdt_lb"><a href="info/1007/{r.number}.htm"><b>{r.day.strftime("%Y/%m/%d")}</b><h2>{r.title}</h2><p>{r.summary}</p></a></div>'
        ),
        lambda r: f"/info/1007/{r.number}.htm",
    ),
}
