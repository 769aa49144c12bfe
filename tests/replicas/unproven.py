"""Replicas of sources that are shipped switched off: what is known of their structure, so that switching one on holds no surprise."""

from __future__ import annotations

import json
from collections.abc import Callable

from .base import Answer, Row, Site, page, paragraphs, rows


def _vbdata_news() -> Site:
    def card(r: Row) -> str:
        link = f"https://www.vbdata.cn/{'intelDetail/' if r.number % 2 else ''}{r.number}"
        return (
            f'<div class="event-card" data-v-4f1c><h1 class="title-content" data-v-4f1c>{r.title}</h1><div class="card-summary" data-v-4f1c>{r.summary}</div>'
            f'<a href="{link}">详情</a><a class="spa1 x">动脉网等信源发布</a> <a>#AI医疗</a><span class="spa2" data-v-4f1c>{r.day} 14:20</span></div>'
        )

    listed = rows(4)
    first = listed[0]
    article = page(
        f'<h1>{first.title}</h1><div class="card-info"><span class="spa1">动脉网</span><span class="spa2">{first.day} 14:20</span></div>'
        f'<div class="content">{paragraphs(first)}</div>'
    )
    return {"GET /new": page("".join(map(card, listed))), f"GET /{first.number}": article}


def _vbdata_financing() -> Site:
    written = ("3 小时前", "2 天前", "昨天 08:15", "")

    def row(r: Row, when: str) -> str:
        return (
            f'<div class="article" data-v-701e6002><a href="https://www.vbdata.cn/{r.number}" class="h1 over-p2">{r.title}</a><h2 class="over-p1">{r.summary}</h2>'
            f'<div class="tags1"><a>相关赛道</a><a>医学影像</a></div><span class="author">林一苇</span> <span>{when}</span></div>'
        )

    listed = rows(4)
    first = listed[0]
    article = page(f"<h1>{first.title}</h1><div>{first.day} 09:00</div><div class='content'>{paragraphs(first)}</div>")
    return {"GET /articleList?category=166": page("".join(map(row, listed, written))), f"GET /{first.number}": article}


def _bydrug() -> Site:
    listed = rows(3)
    entries = ",".join(
        f'{{esid:"{r.number:032x}",title:"{r.title}\\u002F\\"试点\\"",abstracts:a,publishTime:{"b" if n else chr(34) + str(r.day) + " 08:00:00" + chr(34)},'
        f'createTime:b,tags:[c,"ADC"],updateTime:b}}'
        for n, r in enumerate(listed)
    )
    state = f'window.__NUXT__=(function(a,b,c,d){{return {{layout:"default",data:[{{list:[{entries}]}}]}}}}("","2026-09-17 09:12:00","创新药",null));'
    return {"GET /news/summary/source/%E5%8C%BB%E8%8D%AF%E9%AD%94%E6%96%B9": page(f"<div id='__nuxt'></div><script>{state}</script>")}


def _cn_healthcare() -> Site:
    def card(r: Row) -> str:
        folder = "articlewm" if r.number % 2 else "article"
        return (
            f'<div class="ni_clist clear"><div class="clist_c_wrap"><a href="/{folder}/{r.compact}/content-{r.number}.html"><h3>{r.title}</h3></a>'
            f'<div class="clist_msg_wrap"><a href="/author"><span>健康界</span></a><span class="ni_read_num">100阅读</span>'
            f"<span>{r.day.strftime('%Y/%m/%d')}</span></div></div></div>"
        )

    return {"GET /": page("".join(map(card, rows(4))))}


def _nifdc() -> Site:
    def row(r: Row) -> str:
        link = f"https://mp.weixin.qq.com/s/sample{r.number}" if r.number % 3 == 0 else f"./{r.month}/t{r.compact}_{r.number}.html"
        return f'<li><a href="{link}" title="{r.title}">{r.title[:10]}</a><span>({r.day})</span></li>'

    listed = rows(4)
    first = next(r for r in listed if r.number % 3)
    folder = "/nifdc/bshff/ylqxbzhgl/qxggtzh/"
    article = page(
        f'<div class="title">{first.title}</div><div class="text">{paragraphs(first)}</div><div class="fujian"><a class="fujianClass" href="1.pdf">附件</a></div>',
        head=f'<meta name="PubDate" content="{first.day} 10:00"><meta name="ContentSource" content="中检院"><meta name="ColumnName" content="公告">',
    )
    listing = page(f'<div class="list"><ul>{"".join(map(row, listed))}</ul></div>')
    return {
        f"GET {folder}": listing,
        "GET /nifdc/xxgk/ggtzh/": listing,
        f"GET {folder}{first.month}/t{first.compact}_{first.number}.html": article,
    }


def _stcn() -> Site:
    written = ("11:42", "08:05", "09-17 21:30", "2025-12-30 10:00")

    def row(r: Row, when: str) -> str:
        return (
            f'<li><div class="tt"><a href="/article/detail/{r.number}.html">{r.title}</a></div><div class="text">{r.summary}</div>'
            f'<div class="info"><span>证券时报网</span><span>{when}</span></div></li>'
        )

    return {"GET /article/list/yw.html": page(f'<ul class="infinite-list">{"".join(map(row, rows(4), written))}</ul>')}


def _latepost() -> Site:
    written = ("09月18日", "9月2日", "12月30日")
    listed = [{"id": r.number, "title": r.title, "release_time": when} for r, when in zip(rows(3), written, strict=True)]
    return {"POST /site/index": Answer(json.dumps({"code": 1, "data": listed}, ensure_ascii=False).encode(), "application/json")}


def _cctv() -> Site:
    listed = [{"title": r.title, "url": f"//news.cctv.com/{r.number}.shtml", "focus_date": f"{r.day} 10:00:00"} for r in rows(3)]
    body = f"china({json.dumps({'data': {'total': 3, 'list': listed}}, ensure_ascii=False)})"
    return {
        f"GET /2019/07/gaiban/cmsdatainterface/page/{name}_1.jsonp": Answer(body.encode(), "application/javascript")
        for name in ("china", "tech")
    }


SITES: dict[str, Callable[[], Site]] = {
    "bydrug": _bydrug,
    "cctv-news": _cctv,
    "cn-healthcare": _cn_healthcare,
    "latepost": _latepost,
    "nifdc-device-standards": _nifdc,
    "stcn-news": _stcn,
    "vbdata-financing": _vbdata_financing,
    "vbdata-news": _vbdata_news,
}
