"""What feeds, lists, interfaces and sitemaps do to titles, links, dates and order, each read by the reader of its kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.readers import read_listing
from crawler.readers.base import Ask, Listing, Page, absolute, newest, plain
from crawler.sources.source import ApiRules, ListRules, Source, SourceUrl
from store.errors import ParseError

NOW = datetime(2026, 9, 19, 4, 0, tzinfo=UTC)
ROOT = "https://ward.example/news/"
RULES = ApiRules(items="rows", title="name", link="url", date="at")


def source(kind: str, **fields: object) -> Source:
    values = {"id": "made", "name": "made", "homepage": "https://ward.example/", "category": "media", "kind": kind}
    return Source.model_validate(values | {"urls": [SourceUrl(url=ROOT)]} | fields)


def read(body: str, made: Source, *, max_entries: int = 1000) -> Listing:
    return read_listing(Page(Ask(ROOT, root=ROOT), ROOT, body.encode(), None, NOW, max_entries=max_entries), made)


def feed(items: str, **fields: object) -> Listing:
    return read(f"<rss version='2.0'><channel><title>样</title>{items}</channel></rss>", source("feed", **fields))


def atom(entries: str) -> Listing:
    return read(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>样</title><id>urn:f</id>{entries}</feed>", source("feed"))


def api(text: str, rules: ApiRules = RULES, **options: int) -> Listing:
    return read(text, source("json_api", api=rules), **options)


def sitemap(inside: str, name: str = "urlset", **options: int) -> Listing:
    spaces = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'"
    spaces += " xmlns:v='http://www.google.com/schemas/sitemap-video/1.1' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    return read(f"<?xml version='1.0'?><{name} {spaces}>{inside}</{name}>", source("sitemap"), **options)


def titles(listing: Listing) -> list[str]:
    return [entry.title for entry in listing.entries]


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        ("<title>结节&lt;良性&gt;占比&gt;九成</title>", "结节<良性>占比>九成"),
        ("<title type='text'>P&lt;b in &lt;QingNet&gt; &amp;amp; so</title>", "P<b in <QingNet> &amp; so"),
        ("<title type='html'>&lt;em&gt;眼底&lt;/em&gt; &amp;lt;筛查&amp;gt;</title>", "眼底 <筛查>"),
        ("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>眼底<b>筛查</b></div></title>", "眼底筛查"),
    ],
)
def test_an_atom_title_is_what_its_type_says(marked: str, title: str) -> None:
    assert titles(atom(f"<entry>{marked}<id>urn:1</id><link href='1.html'/></entry>")) == [title]


def test_in_other_titles_tags_go_and_lone_signs_stay() -> None:
    items = "<item><title><![CDATA[<b>AUC</b>&gt;.9，p<.05 的 <眼底> 研究]]></title><link>1.html</link></item>"
    assert titles(feed(items)) == ["AUC>.9，p<.05 的 <眼底> 研究"]
    page = "<li><a href='1.html'>读片 p&lt;a 的 &lt;QingNet&gt;</a></li>"
    assert titles(read(page, source("list_page", list=ListRules(item="li", link="a", title="a")))) == ["读片 p<a 的 <QingNet>"]
    assert titles(api(json.dumps({"rows": [{"name": "<em>读片</em> <QingNet> H<sub>2</sub>", "url": "1"}]}))) == ["读片 <QingNet> H2"]


def test_a_tag_cut_by_the_limit_leaves_nothing_behind() -> None:
    assert plain("<p>" + "字" * 30 + '<a href="' + "x" * 999, limit=30) == "字" * 30
    assert plain('一<img alt="p<.05 > q"> 二<o:p>三</o:p>') == "一 二三"


# ------------------------------------------------------------------ links and guids


@pytest.mark.parametrize(
    "nothing",
    ["N/A", "n/a", "null", "-", "——", "暂无链接", "not available", "http://N/A", "https://ward.example/undefined", "N / A", "Ｎ／Ａ"],
)
def test_what_stands_for_no_address_is_no_link(nothing: str) -> None:
    items = "".join(f"<item><title>第{n}则</title><link>{nothing}</link><guid isPermaLink='false'>N/A</guid></item>" for n in (1, 2))
    assert [(entry.link, entry.guid) for entry in feed(items).entries] == [(None, None)] * 2


@pytest.mark.parametrize("nowhere", ["#", "?", "//", ROOT])
def test_what_leads_back_to_the_feed_is_no_link(nowhere: str) -> None:
    entry = feed(f"<item><title>甲</title><link>{nowhere}</link><guid isPermaLink='false'>1</guid></item>").entries[0]
    assert (entry.link, entry.guid) == (None, "1")


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("FC7", f"{ROOT}FC7"),
        ("新闻/7.html", f"{ROOT}新闻/7.html"),
        ("?id=7", f"{ROOT}?id=7"),
        ("7.html#part-2", f"{ROOT}7.html#part-2"),
        ("7.html#comments", f"{ROOT}7.html"),
        ("7.html#:~:text=a", f"{ROOT}7.html"),
    ],
)
def test_what_is_an_address_stays_one(link: str, address: str) -> None:
    assert absolute(link, ROOT, fragment=True) == (address, None)
    assert absolute(link, ROOT) == (address.partition("#")[0], None)


def test_a_guid_is_kept_as_it_is_written() -> None:
    items = "<item><title>一</title><guid>42</guid></item><item><title>二</title><guid isPermaLink='false'>post 43</guid></item>"
    assert [(entry.guid, entry.link) for entry in feed(f"{items}<item><title>三</title></item>").entries] == [
        ("/news/42", f"{ROOT}42"),
        ("post 43", None),
        (None, None),
    ]


def test_bases_of_a_feed_and_of_its_entries_are_followed() -> None:
    head = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/blog/'><title>样</title><id>urn:f</id>"
    links = [("", "p.html"), ("", "/q.html"), ("", "//other.example/r.html"), (" xml:base='2026/'", "s.html"), ("", "t.html' =rel='x")]
    entries = "".join(
        f"<entry{base}><title>{n}</title><id>urn:{n}</id><link href='{link}'/></entry>" for n, (base, link) in enumerate(links)
    )
    found = [entry.link for entry in read(f"{head}{entries}</feed>", source("feed")).entries]
    site = "https://ward.example/"
    assert found == [f"{site}blog/p.html", f"{site}q.html", "https://other.example/r.html", f"{site}blog/2026/s.html", f"{site}blog/t.html"]


@pytest.mark.parametrize(
    "before", ["<br /><b>Warning</b>: x() in y.php on line 3<br />", "\ufeff\ufeff", "\n <!-- kept --> ", "<script>var a = 1;</script>"]
)
def test_what_stands_before_a_feed_is_passed_over(before: str) -> None:
    item = "<item><title>病历 & 质控&nbsp;上线</title><link>/1?a=1&b=2</link></item>"
    feed_itself = f"<rss version='2.0'><channel><title>样</title>{item}</channel></rss>"
    listing = read(f"{before}<?xml version='1.0' encoding='gb2312'?>\n{feed_itself}", source("feed"))
    assert [(entry.title, entry.link) for entry in listing.entries] == [("病历 & 质控 上线", "https://ward.example/1?a=1&b=2")]


# ------------------------------------------------------------------ times without a zone


@pytest.mark.parametrize(
    ("fields", "published", "precision", "trust"),
    [
        ({"language": "zh"}, "2026-09-18T01:30", "minute", "entry"),
        ({"language": "zh-Hant"}, "2026-09-18T01:30", "minute", "entry"),
        ({"language": "en", "timezone": "Asia/Shanghai"}, "2026-09-18T01:30", "minute", "entry"),
        ({"language": "en", "timezone": "Europe/London"}, "2026-09-18T08:30", "minute", "entry"),
        ({"language": "en"}, "2026-09-17T16:00", "day", "entry, whose time names no zone"),
    ],
)
def test_a_time_without_zone_is_told_in_the_sources_zone_or_is_a_day(
    fields: dict[str, object], published: str, precision: str, trust: str
) -> None:
    entry = feed("<item><title>A</title><link>1.html</link><pubDate>2026-09-18 09:30</pubDate></item>", **fields).entries[0]
    assert entry.published_at is not None
    assert (f"{entry.published_at:%Y-%m-%dT%H:%M}", entry.published_precision, entry.date_trust) == (published, precision, trust)


@pytest.mark.parametrize(
    "written", ["Fri, 18 Sep 2026 09:30:00 GMT+8", "2026-09-18T09:30:00+08:00", "1789695000", "2026-09-18 09:30 Beijing time"]
)
def test_a_time_with_a_zone_needs_none_of_the_source(written: str) -> None:
    entry = feed(f"<item><title>A</title><link>1.html</link><pubDate>{written}</pubDate></item>", language="en").entries[0]
    assert entry.published_at == datetime(2026, 9, 18, 1, 30, tzinfo=UTC)


# ------------------------------------------------------------------ long answers


def _days(order: range) -> list[tuple[str, str]]:
    return [(f"第{day}天", f"2026-09-{day:02}") for day in order]


@pytest.mark.parametrize("order", [range(1, 13), range(12, 0, -1)])
def test_of_a_long_answer_the_newest_entries_are_read(order: range) -> None:
    rows = _days(order)
    wanted = {f"第{day}天" for day in range(8, 13)}
    items = "".join(f"<item><title>{t}</title><link>{t}.html</link><pubDate>{d}</pubDate></item>" for t, d in rows)
    listings = [
        read(f"<rss version='2.0'><channel><title>样</title>{items}</channel></rss>", source("feed"), max_entries=5),
        read(
            "".join(f"<li><a href='{t}.html'>{t}</a><i>{d}</i></li>" for t, d in rows),
            source("list_page", list=ListRules(item="li", link="a", title="a", date="i")),
            max_entries=5,
        ),
        api(json.dumps({"rows": [{"name": t, "url": f"{t}.html", "at": d} for t, d in rows]}), max_entries=5),
        sitemap(
            "".join(
                f"<url><loc>/{t}</loc><n:news><n:title>{t}</n:title><n:publication_date>{d}</n:publication_date></n:news></url>"
                for t, d in rows
            ),
            max_entries=5,
        ),
    ]
    for listing in listings:
        assert set(titles(listing)) == wanted
        assert listing.passed_over == {"beyond the newest 5 entries": 7}


def test_an_entry_without_date_is_as_old_as_the_one_before_it() -> None:
    made = source("feed")
    assert newest(["2026-09-03", None, "2026-09-01", None], 2, made, NOW) == [0, 1]
    assert newest([None, None, None], 2, made, NOW) == [0, 1]
    assert newest([None, "2026-09-01"], 2, made, NOW) == [0, 1]


def test_a_row_above_the_list_with_a_link_of_the_list_is_left_out_and_a_page_of_bulletins_is_kept() -> None:
    made = source("list_page", list=ListRules(item="li", link="a", title="a", date="i"))
    head = "<li><a href='1.html'>头条：县医院的新软件</a></li>"
    rows = "".join(f"<li><a href='{n}.html'>县医院第{n}套软件启用</a><i>2026-09-1{n}</i></li>" for n in (1, 2, 3))
    listing = read(head + rows, made)
    assert titles(listing) == [f"县医院第{n}套软件启用" for n in (1, 2, 3)]
    assert listing.passed_over == {"another row's link": 1}
    bulletins = "".join(f"<li><a href='all.html'>{n}院简讯</a><i>2026-09-18</i></li>" for n in "甲乙丙")
    assert titles(read(bulletins, made)) == ["甲院简讯", "乙院简讯", "丙院简讯"]
    some = "".join(f"<li><a href='all.html'>{n}院简讯</a><i>2026-09-18</i></li>" for n in "甲乙")
    assert titles(read(rows + some, made))[3:] == ["甲院简讯", "乙院简讯"]
    parts = "".join(f"<li><a href='all.html#{n}'>简讯</a></li>" for n in "xyz")
    assert [entry.link for entry in read(parts, made).entries] == [f"{ROOT}all.html#{n}" for n in "xyz"]


# ------------------------------------------------------------------ interfaces


@pytest.mark.parametrize(
    "wrapped",
    [
        "try{show(%s)}catch(e){}",
        "/**/ typeof show === 'function' && show(%s);",
        ";window['show'] && window['show'](0, %s, [1]); // done",
        "if(list[0]){list[0].show(%s)}",
        "<script>var rows = show(%s);</script>",
        "show(%s)",
        "%s",
    ],
)
@pytest.mark.parametrize("as_string", [False, True])
def test_json_is_found_whatever_stands_around_it(wrapped: str, as_string: bool) -> None:
    text = json.dumps({"rows": [{"name": "病历质控 (上线)", "url": "7.html", "at": 1789695000}]}, ensure_ascii=False)
    if as_string:
        text = json.dumps(text, ensure_ascii=False)
    listing = api(wrapped % text, RULES.model_copy(update={"unwrap": "jsonp"}))
    assert [(entry.title, entry.link) for entry in listing.entries] == [("病历质控 (上线)", f"{ROOT}7.html")]


@pytest.mark.parametrize("wrapped", ["show(%s)", "try{show(%s);}catch(e){}", "if(window.show){show(%s, {ok: 1})}", "var list = %s;"])
@pytest.mark.parametrize(
    ("items", "rows"),
    [
        (
            "rows",
            "{code:0, rows:[{name:'病历质控 (上线) \\'新\\'', 'url':\"7.html\", tags:[\"a\"], at:1789695,}, {name:'乙', url:'8.html'},],}",
        ),
        ("", "[{name:'病历质控 (上线) \\'新\\'',url:'7.html',tags:[{\"id\":'x'}]},{name:'乙',url:'8.html'}]"),
        ("rows", "{'rows':[\n// 两条\n{'name':'病历质控 (上线) \\'新\\'','url':'7.html'},{'name':'乙','url':'8.html'}]}"),
    ],
)
def test_rows_written_as_scripts_may_and_json_may_not(wrapped: str, items: str, rows: str) -> None:
    listing = api(wrapped % rows, RULES.model_copy(update={"unwrap": "jsonp", "items": items}))
    assert [(entry.title, entry.link) for entry in listing.entries] == [("病历质控 (上线) '新'", f"{ROOT}7.html"), ("乙", f"{ROOT}8.html")]


def test_a_guard_before_json_is_passed_over_and_a_script_without_json_is_named() -> None:
    assert titles(api(")]}',\n" + json.dumps({"rows": [{"name": "甲", "url": "1.html"}]}))) == ["甲"]
    with pytest.raises(ParseError, match="expected JSON"):
        api("try{show()}catch(e){}", RULES.model_copy(update={"unwrap": "jsonp"}))


def test_of_several_pieces_of_json_in_a_script_the_one_with_the_rows_is_read() -> None:
    script = 'try{show({"rows": [{"name": "甲", "url": "1.html"}]})}catch(e){log({"error": "the page could not be shown, ask again"})}'
    assert titles(api(script, RULES.model_copy(update={"unwrap": "jsonp"}))) == ["甲"]


def test_a_row_that_says_it_has_no_link_is_kept_and_one_that_lost_it_is_not() -> None:
    rows = [{"name": "甲", "url": "N/A", "at": "2026-09-18"}, {"name": "乙", "href": "/2.html"}, {"name": "丙", "url": "/3.html"}]
    listing = api(json.dumps({"rows": rows}))
    assert [(entry.title, entry.link) for entry in listing.entries] == [("甲", None), ("丙", "https://ward.example/3.html")]
    assert listing.passed_over == {"no link": 1}


# ------------------------------------------------------------------ sitemaps

_NEWS = "<n:news><n:publication_date>2026-09-1{n}T09:00:00+08:00</n:publication_date><n:title>正题{n}</n:title></n:news>"
_IMAGE = "<i:image><i:loc>https://ward.example/p{n}.jpg</i:loc><i:title>图片{n}</i:title></i:image>"
_VIDEO = "<v:video><v:title>录像{n}</v:title><v:publication_date>2021-01-01</v:publication_date></v:video>"


def test_fields_of_a_sitemap_are_those_of_its_own_and_of_the_news() -> None:
    rows = [
        f"<url>{_IMAGE}<loc>/1.html</loc>{_NEWS}</url>",
        f"<url><loc>/2.html</loc>{_VIDEO}{_NEWS}</url>",
        f"<url>{_NEWS}{_IMAGE}<loc>/3.html</loc>{_VIDEO}</url>",
    ]
    listing = sitemap("".join(row.replace("{n}", str(number)) for number, row in enumerate(rows, 1)))
    found = {entry.link: (entry.title, f"{entry.published_at:%m-%d %H:%M}") for entry in listing.entries}
    assert found == {f"https://ward.example/{n}.html": (f"正题{n}", f"09-1{n} 01:00") for n in (1, 2, 3)}


def test_prefixes_cdata_and_bare_ampersands_of_sitemaps() -> None:
    body = (
        "<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'><s:url><s:loc><![CDATA[ /1.html?a=1&b=2 ]]></s:loc></s:url>"
        "<s:url><s:loc>/2.html?a=1&b=2&amp;c=3</s:loc>"
        "<news:news><news:title>没有声明的前缀 &amp; R&D</news:title></news:news></s:url></s:urlset>"
    )
    listing = read(body, source("sitemap"))
    assert [entry.link for entry in listing.entries] == ["https://ward.example/1.html?a=1&b=2", "https://ward.example/2.html?a=1&b=2&c=3"]
    assert titles(listing) == ["", "没有声明的前缀 & R&D"]


@pytest.mark.parametrize(
    ("children", "first"),
    [
        ([f"map-{n}.xml" for n in range(1, 13)], "map-12.xml"),
        ([f"map-2026-{n:02}.xml" for n in range(1, 10)], "map-2026-09.xml"),
        ([f"map-{n}.xml" for n in range(1950, 2120)], "map-2119.xml"),
        (["map.xml?yyyy=2026&amp;mm=08", "map.xml?yyyy=2026&amp;mm=09", "map.xml?yyyy=2025&amp;mm=12"], "map.xml?yyyy=2026&mm=09"),
        (["jan-2026.xml", "august-2026.xml", "sep-2026.xml", "dec-2025.xml", "market-2026.xml"], "sep-2026.xml"),
        (["map-2025-q4.xml", "map-2026-q1.xml", "map-2026-q3.xml", "map-2026-q2.xml"], "map-2026-q3.xml"),
        (["post-map.xml", "post-map2.xml", "post-map10.xml", "tag-map30.xml"], "post-map10.xml"),
        (["articles-a.xml", "articles-b.xml"], "articles-b.xml"),
        (["old.xml", "news.xml", "other.xml"], "news.xml"),
    ],
)
def test_of_an_index_without_days_the_newest_children_come_first(children: list[str], first: str) -> None:
    listing = sitemap("".join(f"<sitemap><loc>/{child}</loc></sitemap>" for child in children), "sitemapindex")
    assert listing.next[0].url == f"https://ward.example/{first}"
    assert len(listing.next) == min(5, len(children))


def test_days_of_an_index_decide_in_whatever_zone_they_are_told() -> None:
    days = {"a": "2026-09-18T23:00:00-05:00", "b": "2026-09-19T01:00:00+00:00", "c": "2026-09-01"}
    listing = sitemap("".join(f"<sitemap><loc>/{n}.xml</loc><lastmod>{d}</lastmod></sitemap>" for n, d in days.items()), "sitemapindex")
    assert [ask.url[-5:] for ask in listing.next] == ["a.xml", "b.xml", "c.xml"]
