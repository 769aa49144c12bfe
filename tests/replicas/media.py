"""Replicas of general media: hashed class names, dates only in the article, GB2312 declared and gb18030 meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from .base import Row, Site, page, paragraphs, rows


def _epoch(row: Row) -> int:
    return int(datetime(row.day.year, row.day.month, row.day.day, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def _jiemian() -> Site:
    listed = rows(4)
    items = "".join(
        f'<li class="card-list"><div class="card-list__content"><a href="https://www.jiemian.com/article/{r.number}.html">'
        f'<h3 class="card-list__title">{r.title}</h3></a></div></li>'
        for r in listed
    )
    first = listed[0]
    article = page(
        f'<div class="article-header"><h1>{first.title}</h1></div><div class="article-info"><span class="author"><a>林一苇</a></span>'
        f'<span data-article-publish-time="{_epoch(first)}">2026/09/18 09:30</span></div>'
        f'<div class="article-content">{paragraphs(first)}<p class="report-view">浏览 3.2w</p></div>'
    )
    lists = {f"GET /lists/{n}.html": page(f'<ul id="lists">{items}</ul>') for n in (472, 854, 858, 280)}
    return {**lists, f"GET /article/{first.number}.html": article}


def _thepaper() -> Site:
    listed = rows(4)
    cards = "".join(
        f'<div class="article_card__XAuva"><div class="toplink__MC3AJ"><a href="/newsDetail_forward_{r.number}"><h2>{r.title}</h2></a></div></div>'
        for r in listed
    )
    first = listed[0]
    article = page(
        f'<h1>{first.title}</h1><div class="headerContent__AS6Ux"><div class="left__IlIiv"><div>记者 陈小舟</div><div>{first.day} 09:30</div></div></div>'
        f'<div class="cententWrap__UojXm">{paragraphs(first)}</div>'
    )
    return {"GET /list_25434": page(cards), f"GET /newsDetail_forward_{first.number}": article}


def _people() -> Site:
    def item(r: Row) -> str:
        link = f"/n1/{r.day.year}/{r.day.strftime('%m%d')}/c14739-{r.number}.html"
        return f'<li><a href="{link}">{r.title}</a> <em>{r.day}</em></li>'

    listed = rows(4)
    first = listed[0]
    head = '<meta http-equiv="content-type" content="text/html;charset=GB2312"/>'
    listing = page(f'<div class="p2j_list"><ul>{"".join(map(item, listed))}</ul></div>', head=head, charset=None, encoding="gb18030")
    article = page(
        '<h1 class="cf"><img src="/img/logo_red.png" alt=""></h1><div class="layout rm_txt cf"><h3 class="pre"></h3>'
        f'<h1>{first.title}</h1><div class="channel cf"><div class="col-1-1"> {first.day.strftime("%Y年%m月%d日")}09:30 | 来源：'
        f'<a href="http://www.news.cn/">新华网</a> </div></div><div class="rm_txt_con cf"><div class="box_pic"></div>'
        f'{paragraphs(first, indent="　　")}</div><div class="edit cf">(责编：朱镕、乙木)</div></div>',
        head=f'{head}<meta name="publishdate" content="{first.day}"><meta name="source" content="来源：新华网">',
        charset=None,
        encoding="gb18030",
    )
    link = f"/n1/{first.day.year}/{first.day.strftime('%m%d')}/c14739-{first.number}.html"
    return {"GET /GB/408572/": listing, f"GET {link}": article}


def _chinaventure() -> Site:
    listed = rows(4)
    first = listed[0]
    home = "".join(f'<li><a href="/news/111-{r.compact}-{r.number}.html"><h1>{r.title}</h1></a></li>' for r in listed[:2])
    column = "".join(f'<a href="/news/111-{r.compact}-{r.number}.html">{r.title}</a>' for r in listed)
    article = page(
        f'<h1 class="maintitle_pc">{first.title}</h1><div class="source_author">投中网</div><div class="releaseTime">{first.day} 11:02</div>'
        f'<div class="article_slice_pc">{paragraphs(first)}</div>'
    )
    return {
        "GET /news/111.html": page(f'<div class="common_newslist_pc">{column}</div>'),
        "GET /": page(f'<div class="news_list_zone"><ul>{home}</ul></div>'),
        f"GET /news/111-{first.compact}-{first.number}.html": article,
    }


SITES: dict[str, Callable[[], Site]] = {
    "chinaventure-health": _chinaventure,
    "jiemian-health": _jiemian,
    "people-health": _people,
    "thepaper-10percent": _thepaper,
}
