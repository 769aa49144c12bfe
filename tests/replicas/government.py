"""Replicas of government sites: jpage records in CDATA, static TRS lists, JSON files with a byte-order mark."""

from __future__ import annotations

import json
from collections.abc import Callable

from .base import Answer, Row, Site, page, paragraphs, rows


def _jpage(column: int, *, policy: bool) -> Site:
    def record(number: int, row: Row) -> str:
        path = f"/art/{row.day.year}/{row.day.month}/{row.day.day}/art_{column}_{row.number}.html"
        link = f'<a href="{path}" title="{row.title}">{row.title[:12]}…</a>'
        if policy:
            cells = f"<span>{number}</span><span>{link}</span><span>医保办函〔2026〕{number}号</span><span>{row.day}</span>"
        else:
            cells = f"{link}<span>{row.day}</span>"
        return f"<record><![CDATA[<li>{cells}</li>]]></record>"

    listed = rows(4)
    records = "\n".join(record(n, row) for n, row in enumerate(listed, 1))
    script = (
        f"<script>var unitid='2464';var columnid='{column}';</script>"
        f'<script type="text/xml"><datastore>\n{records}\n</datastore></script>'
    )
    more = "".join(record(n, row) for n, row in enumerate(rows(2, first=6000), 5))
    second, nothing = (f"<datastore><totalrecord>6</totalrecord><recordset>{some}</recordset></datastore>" for some in (more, ""))
    row = listed[0]
    article = page(
        f'<span class="mu-sp-2">{row.title}</span><div>日期：{row.day.year}-{row.day.month}-{row.day.day}</div><div id="zoom">{paragraphs(row)}</div>',
        head=f'<meta name="ArticleTitle" content="{row.title}"><meta name="PubDate" content="{row.day} 09:30"><meta name="ContentSource" content="本局">',
        charset=None,
    )
    return {
        f"GET /col/col{column}/index.html": page(script, charset=None),
        "POST /module/web/jpage/dataproxy.jsp?startrecord=46&endrecord=90&perpage=15": Answer(
            second.encode(), "text/html", needs=("unitid", "2464"), otherwise=nothing.encode()
        ),
        f"GET /art/{row.day.year}/{row.day.month}/{row.day.day}/art_{column}_{row.number}.html": article,
    }


def _gov_cn(*paths: str) -> Callable[[], Site]:
    def site() -> Site:
        listed = [
            {
                "TITLE": r.title,
                "SUB_TITLE": "",
                "URL": f"https://www.gov.cn/zhengce/{r.month}/content_{r.number}.htm",
                "DOCRELPUBTIME": str(r.day),
            }
            for r in rows(4)
        ]
        body = b"\xef\xbb\xbf" + json.dumps(listed, ensure_ascii=False).encode()
        row = rows(1)[0]
        article = page(
            f'<div class="share-title">{row.title}</div><table class="bd1"><tr><td>发文机关：</td><td>国务院办公厅</td></tr></table>'
            f'<span class="font-zyygwj">来源：新华社</span><div id="UCAP-CONTENT"><div class="TRS_UEDITOR trs_word">{paragraphs(row)}</div></div>',
            head=f'<meta name="firstpublishedtime" content="{row.day}-17:05:00"/><meta name="lastmodifiedtime" content="{row.day}-17:20:11"/>',
        )
        return {
            **{f"GET {path}": Answer(body, "application/json") for path in paths},
            f"GET /zhengce/{row.month}/content_{row.number}.htm": article,
        }

    return site


def _ndrc() -> Site:
    def item(row: Row) -> str:
        box = f'<div class="popbox"> 相关解读 <ul><li><a href="../../../xxgk/jd/jd/{row.month}/t{row.compact}_{row.number}9.html">解读</a></li></ul></div>'
        link = f'<a href="./{row.month}/t{row.compact}_{row.number}.html" title="{row.title}">{row.title}</a>'
        return f'<li>{link}{box}<span>{row.day.strftime("%Y/%m/%d")}</span></li><li class="empty"></li>'

    first = page(f'<ul class="u-list">{"".join(map(item, rows(3)))}</ul>', charset=None)
    second = page(f'<ul class="u-list">{"".join(map(item, rows(2, first=5000)))}</ul>', charset=None)
    folders = ("/xxgk/zcfb/tz/", "/xxgk/zcfb/fzggwl/", "/xwdt/xwfb/")
    return {f"GET {f}": first for f in folders} | {f"GET {f}index_1.html": second for f in folders}


def _most() -> Site:
    def item(row: Row) -> str:
        kind = "pdf" if row.number % 2 else "html"
        return f'<li><a href="./{row.month}/t{row.compact}_{row.number}.{kind}">{row.title}</a><div class="w_list_rq">{row.day.strftime("%Y年%m月%d日")}</div></li>'

    listed = rows(4)
    pdf = next(r for r in listed if r.number % 2)
    folder = "/xxgk/xinxifenlei/fdzdgknr/"
    return {
        f"GET {folder}": page(f'<ul class="a_list">{"".join(map(item, listed))}</ul>'),
        f"GET {folder}{pdf.month}/t{pdf.compact}_{pdf.number}.pdf": Answer(b"%PDF-1.4\n%%EOF\n", "application/pdf"),
    }


def _trs_list(path: str, template: str, row_template: str) -> Callable[[], Site]:
    """A static list: `row_template` over number, title, day, month, compact; `template` over {rows}."""

    def site() -> Site:
        listed = "".join(row_template.format(number=r.number, title=r.title, day=r.day, month=r.month, compact=r.compact) for r in rows(4))
        row = rows(1)[0]
        link = f"{path}{row.month}/t{row.compact}_{row.number}.html"
        article = page(
            f'<h1>{row.title}</h1><div class="info">发布时间：{row.day} 10:15 来源：本单位</div>'
            f'<div class="TRS_UEDITOR common_content">{paragraphs(row)}</div>'
        )
        return {f"GET {path}": page(template.format(rows=listed)), f"GET {link}": article}

    return site


def _nsfc() -> Site:
    listed = "".join(
        f'<a href="/p1/2828/2831/{r.number}.html"><div class="item-right-content">{r.title}</div><div class="date">{r.day}</div></a>'
        for r in rows(4)
    )
    return {"GET /p1/2828/2831/tzgg11.html": page(f'<ul class="sciences-content-right-content">{listed}</ul>')}


_LINK = '<a href="./{month}/t{compact}_{number}.html">{title}</a>'
SITES: dict[str, Callable[[], Site]] = {
    "nhsa-news": lambda: _jpage(14, policy=False),
    "nhsa-policy": lambda: _jpage(104, policy=True),
    "gov-cn-latest-policy": _gov_cn("/zhengce/zuixin/ZUIXINZHENGCE.json"),
    "gov-cn-policy-interpretation": _gov_cn(
        "/zhengce/jiedu/ZCJD_QZ.json", "/zhengce/zhengceku/gwywj/TONGYONGGAILAN.json", "/zhengce/zhengceku/bmwj/TONGYONGGAILAN.json"
    ),
    "gov-cn-news": _gov_cn("/yaowen/liebiao/YAOWENLIEBIAO.json"),
    "ndrc-notices": _ndrc,
    "most-disclosure": _most,
    "beijing-science-commission": _trs_list(
        "/xwdt/kcyx/xwdtcyfz/", '<div class="right-columns"><ul class="list">{rows}</ul></div>', f"<li>{_LINK}<span>{{day}}</span></li>"
    ),
    "beijing-economy-it-bureau": _trs_list(
        "/jxdt/tzgg/", '<ul class="list">{rows}</ul>', f'<li>{_LINK}<span class="date">[{{day}}]</span></li>'
    ),
    "beijing-ndrc": _trs_list("/gzdt/fgzs/", '<ul class="list">{rows}</ul>', f"<li>{_LINK}<span>{{day}}</span></li>"),
    "beijing-gov-policy": _trs_list("/zhengce/", '<ul class="zc_news_list">{rows}</ul>', f"<li>{_LINK}</li>"),
    "haidian-district": _trs_list(
        "/ywdt/hdywx/", '<div class="listBox"><ul>{rows}</ul></div>', f'<li>{_LINK}<span class="date">[{{day}}]</span></li>'
    ),
    "ncsti": _trs_list("/", '<ul class="qcdt-list">{rows}</ul>', f"<li>{_LINK}</li>"),
    "nsfc-notices": _nsfc,
}
