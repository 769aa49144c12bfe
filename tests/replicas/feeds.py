"""Replicas of feeds: Drupal, WordPress, RSS 1.0, a search engine's, one without time zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from .base import Answer, Row, Site, page, paragraphs, rows

_NAMESPACES = " ".join(
    f'xmlns:{name}="{url}"'
    for name, url in {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "sy": "http://purl.org/rss/1.0/modules/syndication/",
        "News": "https://www.bing.com/news/search",
    }.items()
)


def _rfc(row: Row, hour: int = 9) -> str:
    return format_datetime(datetime(row.day.year, row.day.month, row.day.day, hour, 30, tzinfo=UTC))


def _rss(channel: str, items: str, *, attributes: str = "", declared: str = "utf-8") -> Answer:
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0" {attributes} {_NAMESPACES}><channel>{channel}{items}</channel></rss>'
    return Answer(body.encode(declared), "application/rss+xml")


def _scmp() -> Site:
    def item(r: Row) -> str:
        link = f"https://www.scmp.com/tech/article/{r.number}/sample-story?utm_source=rss_feed"
        author = "<author>Sample Writer</author><dc:creator>Sample Writer</dc:creator>" if r.number % 2 else ""
        return (
            f'<item><title>{r.title}</title>{author}<link>{link}</link><guid isPermaLink="true">{link}</guid><description>{r.summary} It says more...</description>'
            f'<pubDate>{_rfc(r)}</pubDate><media:content url="https://cdn.sample.test/{r.number}.jpg" type="image/jpeg"/>'
            f'<enclosure url="https://cdn.sample.test/{r.number}.jpg" length="1" type="image/jpeg"/></item>'
        )

    channel = (
        '<title>Tech</title><link>https://www.scmp.com/rss/36/feed</link><atom:link rel="self" href="https://www.scmp.com/rss/36/feed"/>'
    )
    items = "".join(map(item, rows(4, language="en")))
    return {"GET /rss/36/feed": _rss(channel, items, attributes='xml:base="https://www.scmp.com/rss/36/feed"')}


def _wordpress(host: str, *paths: str) -> Callable[[], Site]:
    def item(r: Row) -> str:
        link = f"https://{host}/{r.day.strftime('%Y/%m/%d')}/sample-{r.number}/"
        tail = f'<p>The post <a href="{link}">{r.title}</a> appeared first on <a href="https://{host}">Sample</a>.</p>'
        return (
            f"<item><title>Sample&#8217;s {r.title}</title><link>{link}</link><comments>{link}#respond</comments>"
            f"<dc:creator><![CDATA[A. Writer]]></dc:creator><pubDate>{_rfc(r)}</pubDate><category><![CDATA[Health Tech]]></category>"
            f'<guid isPermaLink="false">https://{host}/?p={r.number}</guid><description><![CDATA[<p>{r.summary}&hellip;</p>{tail}]]></description>'
            f"<content:encoded><![CDATA[{paragraphs(r)}{tail}]]></content:encoded></item>"
        )

    def site() -> Site:
        channel = (
            f'<title>Sample</title><atom:link href="https://{host}/feed/" rel="self" type="application/rss+xml"/>'
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency><generator>https://wordpress.org/?v=6.7.1</generator>"
        )
        return {f"GET {path}": _rss(channel, "".join(map(item, rows(4, language="en")))) for path in paths}

    return site


def _fierce() -> Site:
    """Dates that no RFC 822 parser reads, and one that says nothing; the article has its own."""

    def item(r: Row) -> str:
        written = f"{r.day.strftime('%b %d, %Y')} 4:30pm" if r.number % 2 else "This Friday"
        return f"<item><title>{r.title}</title><link>https://www.fiercebiotech.com/n/{r.number}</link><description>{r.summary}</description><pubDate>{written}</pubDate></item>"

    listed = rows(4, language="en")
    first = listed[0]
    article = page(
        f"<h1>{first.title}</h1><div><time datetime='{first.day}T16:30:00-04:00'>{first.day}</time></div><div class='article-body'>{paragraphs(first)}</div>"
    )
    return {"GET /rss/xml": _rss("<title>Sample</title>", "".join(map(item, listed))), f"GET /n/{first.number}": article}


def _nature(path: str, journal: str) -> Callable[[], Site]:
    def item(r: Row) -> str:
        link = f"https://www.nature.com/articles/s41746-026-0{r.number}-0"
        about = f"<p>{journal}, Published online: {r.day.strftime('%d %B %Y')}; doi:10.1038/s41746-026-0{r.number}-0</p>{r.summary}"
        creators = "<dc:creator>Lin Y.</dc:creator><dc:creator>Chen X.</dc:creator>"
        return (
            f'<item rdf:about="{link}"><title>{"Author Correction: " if r.number % 3 == 0 else ""}{r.title}</title><link>{link}</link>'
            f"<content:encoded><![CDATA[{about}]]></content:encoded>{creators}<dc:date>{r.day}</dc:date></item>"
        )

    def site() -> Site:
        listed = rows(4, language="en")
        order = "".join(f'<rdf:li rdf:resource="https://www.nature.com/articles/s41746-026-0{r.number}-0"/>' for r in listed)
        first = listed[0]
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f'<channel rdf:about="https://www.nature.com{path}"><title>{journal}</title><items><rdf:Seq>{order}</rdf:Seq></items></channel>'
            f"{''.join(map(item, listed))}</rdf:RDF>"
        )
        return {
            f"GET {path}": Answer(body.encode(), "application/rdf+xml"),
            f"GET /articles/s41746-026-0{first.number}-0": page(
                f"<h1>{first.title}</h1><div class='c-article-body'>{paragraphs(first)}</div>"
            ),
        }

    return site


def _bing() -> Site:
    def item(r: Row) -> str:
        target = f"https%3a%2f%2fpublisher.test%2fstory%2f{r.number}%3fa%3d1"
        link = f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&amp;aid=&amp;tid=x&amp;url={target}&amp;c=7&amp;mkt=en-us"
        return f"<item><title>{r.title}</title><link>{link}</link><description>{r.summary}</description><pubDate>{_rfc(r)}</pubDate><News:Source>Publisher</News:Source></item>"

    items = "".join(map(item, rows(3, language="en")))
    return {"GET /news/search?q=DeepSeek+%E5%8C%BB%E9%99%A2&format=rss": _rss("<title>Search</title>", items)}


def _chinanews() -> Site:
    def item(r: Row) -> str:
        link = f"https://www.chinanews.com.cn/gn/{r.day.strftime('%Y/%m-%d')}/{r.number}.shtml"
        written = r.day.strftime("%a, %-d %b %Y") + " 12:53:46"
        return f"<item><title>{r.title}</title><link>{link}</link><description>{r.summary}</description><pubDate>{written}</pubDate></item>"

    feed = _rss("<title>滚动</title>", "".join(map(item, rows(4))))
    return {"GET /rss/scroll-news.xml": feed, "GET /rss/finance.xml": _rss("<title>财经</title>", "")}


SITES: dict[str, Callable[[], Site]] = {
    "bing-news-rss": _bing,
    "chinanews-scroll": _chinanews,
    "fierce-biotech": _fierce,
    "nature-medicine": _nature("/nm.rss", "Nature Medicine"),
    "npj-digital-medicine": _nature("/npjdigitalmed.rss", "npj Digital Medicine"),
    "scmp-tech": _scmp,
    "stat-news": _wordpress("www.statnews.com", "/feed/", "/category/health-tech/feed/"),
}
