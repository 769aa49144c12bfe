"""A store filled backwards: how far pages, feeds, answers and sitemaps are followed, and what becomes of what they list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from crawler.fetching.report import RunReport
from crawler.fetching.run import crawl
from crawler.sources.source import ApiRules, ListRules, Paging, Source
from store.clock import SHANGHAI
from store.database import session_scope
from store.migrate import open_store
from store.models import Item, SourceState
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, Answer, Asked, Site, serve_site

TODAY = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
SINCE = (TODAY - timedelta(days=60)).astimezone(SHANGHAI).replace(hour=0)
_ROWS = ListRules(item="li", link="a", title="a::text", date="span::text", pages=Paging(template="index_{page}.html", start=1))
TITLE = "某市医院影像科上线人工智能阅片系统"


def _day(number: int) -> datetime:
    """The day of the entries of a page: ten days earlier a page."""
    return TODAY - timedelta(days=10 * (number - 1))


def _page_number(asked: Asked, name: str) -> int:
    return int(asked.path.partition(f"{name}=")[2].partition("&")[0] or 1)


def _feed_page(name: str, number: int, *, head: str = "") -> str:
    day = f"{_day(number):%a, %d %b %Y %H:%M:%S} GMT"
    return (
        f'<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>站</title>{head}'
        f"<item><title>{TITLE}，{name}第{number}期</title><link>/{name}/{number}.html</link><pubDate>{day}</pubDate></item></channel></rss>"
    )


def _put_lists(site: Site) -> list[Source]:
    """Lists: one that ends with a 404, one that tells no day, and an answer whose last page comes again for ever."""
    for number in range(1, 10):
        name = "index.html" if number == 1 else f"index_{number}.html"
        row = f"<li><a href='{number}.html'>{TITLE}第{number}则</a><span>{_day(number):%Y-%m-%d}</span></li>"
        site.put(f"/dated/{name}", f"<ul>{row}</ul>")
        site.put(f"/dateless/{name}", f"<ul><li><a href='{number}.html'>{TITLE}无日期第{number}则</a></li></ul>")
        if number < 4:
            site.put(f"/short/{name}", f"<ul>{row}</ul>")
        for folder in ("dated", "dateless", "short"):
            site.put_article(f"/{folder}/{number}.html", TITLE)

    def answer(asked: Asked) -> Answer:
        number = min(_page_number(asked, "page"), 3)
        return Answer(f'{{"rows":[{{"id":{number},"name":"{TITLE}接口{number}"}}]}}'.encode(), "application/json")

    site.pages["/api/rows"] = answer
    for number in range(1, 4):
        site.put_article(f"/api/{number}.html", TITLE)
    api = ApiRules(items="rows", title="name", link_template="/api/{id}.html", pages=Paging(max=50))
    lists = [site.source("list_page", f"/{name}/index.html", id=name, list=_ROWS) for name in ("dated", "short")]
    dateless = ListRules(item="li", link="a", title="a::text", pages=Paging(template="index_{page}.html", start=1, max=2))
    return [
        *lists,
        site.source("list_page", "/dateless/index.html", id="dateless", list=dateless),
        site.source("json_api", "/api/rows?page={page}", id="api", api=api),
    ]


def _put_feeds(site: Site) -> list[Source]:
    """A feed of WordPress, and one that names its older pages."""
    head = "<generator>https://wordpress.org/?v=6.8</generator>"
    site.pages["/press/feed.xml"] = lambda asked: Answer(
        _feed_page("press", _page_number(asked, "paged"), head=head).encode(), "application/rss+xml"
    )
    for number in range(1, 10):
        path = "/named/feed.xml" if number == 1 else f"/named/feed-{number}.xml"
        link = f'<atom:link rel="next" href="/named/feed-{number + 1}.xml"/>'
        site.put(path, _feed_page("named", number, head=link), "application/rss+xml")
        for name in ("press", "named"):
            site.put_article(f"/{name}/{number}.html", TITLE)
    return [site.source("feed", f"/{name}/feed.xml", id=name) for name in ("press", "named")]


def _put_sitemaps(site: Site) -> list[Source]:
    """A site whose feed has one page, and whose robots.txt names a sitemap of all there is."""
    site.put("/robots.txt", f"User-agent: *\nDisallow: /secret/\nSitemap: {site.base}/maps.xml\n", "text/plain")
    site.put("/feed.xml", _feed_page("site", 1), "application/rss+xml")
    months = [f"{_day(number):%Y-%m}" for number in (1, 4, 20)]
    site.put("/maps.xml", "<sitemapindex>" + "".join(f"<sitemap><loc>/map-{m}.xml</loc></sitemap>" for m in months) + "</sitemapindex>")
    for month in months:
        site.put(f"/map-{month}.xml", "<urlset></urlset>", "application/xml")

    def row(path: str, changed: datetime | None) -> str:
        return f"<url><loc>{site.base}{path}</loc>" + (f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else "") + "</url>"

    rows = [("/site/1.html", _day(1)), ("/site/4.html", _day(2)), ("/site/20.html", _day(20)), ("/", _day(1)), ("/tag/ai/", _day(1))]
    rows += [("/site/undated.html", None), ("/secret/5.html", _day(3))]
    site.put(f"/map-{months[1]}.xml", "<urlset>" + "".join(row(*one) for one in rows) + "</urlset>", "application/xml")
    for number in (1, 4, 20):
        page = f"<p>发布时间：{_day(number):%Y-%m-%d} 12:00</p><div class='content'><p>{'医院引入人工智能辅助诊断系统，' * 30}</p></div>"
        site.put(
            f"/site/{number}.html",
            f"<html><head><title>{TITLE}第{number}篇</title></head><body><h1>{TITLE}第{number}篇</h1>{page}</body></html>",
        )
    return [site.source("feed", "/feed.xml", id="mapped", scope="general")]


@dataclass
class Filled:
    """What a crawl back in time did, and what of it a second one changed."""

    site: Site
    mapped: Site
    first: RunReport
    again: RunReport
    items: dict[str, list[Item]]
    states: dict[str, SourceState]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    settings = StoreSettings(url=f"sqlite:///{tmp_path_factory.mktemp('back')}/store.db")
    with serve_site() as site, serve_site("127.0.0.2") as mapped:
        site.put("/robots.txt", "User-agent: *\n", "text/plain")
        sources = [*_put_lists(site), *_put_feeds(site), *_put_sitemaps(mapped)]
        first, again = (crawl(sources, LOCAL, settings, since=SINCE) for _ in range(2))
        engine = open_store(settings)
        with session_scope(engine) as session:
            rows = list(session.exec(select(Item).order_by(col(Item.id))))
            items = {source.id: [item for item in rows if item.source_id == source.id] for source in sources}
            states = {state.source_id: state for state in session.exec(select(SourceState))}
        engine.dispose()
        yield Filled(site, mapped, first, again, items, states)


def _numbers(items: list[Item]) -> list[int]:
    return sorted(int("".join(filter(str.isdigit, str(item.link).rpartition("/")[2]))) for item in items)


@pytest.mark.parametrize("name", ["dated", "press", "named"])
def test_pages_are_read_until_one_is_older(filled: Filled, name: str) -> None:
    # Entries of the seventh page are of the day itself, those of the eighth are older: a ninth is not asked for.
    assert _numbers(filled.items[name]) == [1, 2, 3, 4, 5, 6, 7, 8]
    report = next(one for one in filled.first.sources if one.id == name)
    assert (report.status, report.requests, str(report.back_to)) == ("ok", 8, f"{_day(8):%Y-%m-%d}")
    assert all(item.backlog for item in filled.items[name])


def test_the_end_of_a_list_is_no_failure(filled: Filled) -> None:
    assert _numbers(filled.items["short"]) == [1, 2, 3]
    report = next(one for one in filled.first.sources if one.id == "short")
    assert (report.status, report.error_kind) == ("ok", None) and "goes back no further: HTTP 404" in report.note
    assert filled.states["short"].failures == 0


def test_a_list_that_tells_no_day_or_repeats_itself_is_not_read_for_ever(filled: Filled) -> None:
    assert _numbers(filled.items["dateless"]) == [1, 2]
    assert _numbers(filled.items["api"]) == [1, 2, 3]
    # Its rules allow fifty pages; the fourth repeats the third.
    assert sum(one.path.startswith("/api/rows") for one in filled.site.log) == 2 * 4


def test_sitemaps_of_the_site_tell_what_a_feed_lists_no_more(filled: Filled) -> None:
    asked = [one.path for one in filled.mapped.log]
    old = f"/map-{_day(20):%Y-%m}.xml"
    assert old not in asked and "/site/20.html" not in asked and "/secret/5.html" not in asked
    by_link = {str(item.link).rpartition("/")[2]: item for item in filled.items["mapped"]}
    found = by_link["4.html"]
    # The day of an article is what its page says, not when the site last changed it.
    assert found.published_at is not None and found.published_at.date() == _day(4).date()
    assert (found.backlog, found.status, found.title) == (True, "kept", f"{TITLE}第4篇")
    assert set(by_link) == {"1.html", "4.html", "5.html"}


def test_going_back_again_finds_nothing_new_and_changes_nothing(filled: Filled) -> None:
    totals = filled.again.totals()
    assert (totals["new"], totals["changed"]) == (0, 0)
    assert {report.status for report in filled.again.sources} <= {"ok", "partly"}
