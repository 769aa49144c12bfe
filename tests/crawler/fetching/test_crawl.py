"""Crawls of small sites, end to end: what is stored, what a second crawl changes, what is asked of the host.

Starting a crawl costs seconds, so all sites are crawled together, twice: before and after they change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, SQLModel, select

from crawler.fetching.report import RunReport, SourceReport
from crawler.fetching.run import crawl
from crawler.sources.source import ApiRules, ListRules, Source, SourceUrl
from store.database import utc_now
from store.migrate import open_store
from store.models import Fetch, HostDay, HostState, Item, ItemVersion, Organisation, Run, SourceState, Topic
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, TEXT, Answer, Asked, Site, serve_site

TITLE = "某市医院影像科上线人工智能阅片系统"
_LIST = ListRules(item="li.row", link="a", title="a::text", date="span::text")


def _feed(site: Site, name: str, entries: list[tuple[str, str]], **headers: str) -> None:
    site.put_feed(f"/{name}/feed.xml", [(f"/{name}/{path}", title) for path, title in entries], **headers)


def _prepare(site: Site) -> list[Source]:
    """The pages of the main site before the first crawl, and its sources."""

    def source(name: str, kind: str = "feed", path: str = "feed.xml", **fields: object) -> Source:
        return site.source(kind, f"/{name}/{path}", **({"id": name} | fields))

    site.put("/robots.txt", "User-agent: *\nDisallow: /robots/private/\nCrawl-delay: 0.01\n", "text/plain")
    _feed(site, "plain", [("1.html", TITLE), ("2.html", "第二篇：医院药房用上大模型")], ETag='"one"')
    for number in (1, 2):
        site.put_article(f"/plain/{number}.html", TITLE)
    _feed(site, "edited", [("1.html", TITLE)])
    site.put_article("/edited/1.html", TITLE)
    _feed(site, "general", [("1.html", "周末天气晴好，公园游人如织"), ("2.html", TITLE)])
    site.put_article("/general/2.html", TITLE)
    _feed(site, "later", [("1.html", TITLE)], ETag='"one"')
    site.put("/later/1.html", "busy", status=500)
    _feed(site, "gone", [("1.html", TITLE)])
    site.put("/odd/feed.xml", _ODD, "text/xml")
    _feed(site, "document", [("1.pdf", TITLE), ("hidden", "另一份" + TITLE)])
    site.put("/document/hidden", b"%PDF-1.7 " + b"x" * 5000, "application/pdf")
    _feed(site, "robots", [("private/1.html", TITLE), ("2.html", TITLE + "二")])
    site.put_article("/robots/2.html", TITLE + "二")
    site.put_feed("/columns/one.xml", [("/columns/1.html", TITLE)])
    site.put_feed("/columns/two.xml", [("/columns/1.html", TITLE + "（另一栏的写法）"), ("/columns/2.html", TITLE + "二")])
    for number in (1, 2):
        site.put_article(f"/columns/{number}.html", TITLE)
    columns = tuple(SourceUrl(url=f"{site.base}/columns/{name}.xml") for name in ("one", "two"))
    _feed(site, "long", [("1.html", TITLE)])
    for path, number in (("1.html", 1), ("1_2.html", 2)):
        site.put(f"/long/{path}", _page_of_many(number))
    site.put(
        "/list/index.html", f"<ul><li class='row'><a href='1.html'>{TITLE}列表</a><span>2026-11-20</span></li><li class='row'></li></ul>"
    )
    site.put("/api/rows", '\ufeff{"data":{"rows":[{"id":7,"name":"' + TITLE + '接口","time":1795132800}]}}', "application/json")
    site.put("/map/index.xml", "<sitemapindex><sitemap><loc>/map/news.xml</loc></sitemap></sitemapindex>", "application/xml")
    site.put("/map/news.xml", _NEWS_MAP, "application/xml")
    for path in ("list/1", "api/7", "map/1"):
        site.put_article(f"/{path}.html", TITLE)
    site.put("/redesigned/index.html", "<div class='new'><a href='/x'>x</a></div>" + "<p>字</p>" * 100)
    for name, answer in _NO_FEEDS.items():
        site.pages[f"/{name}/feed.xml"] = answer
    return [
        *(source(name) for name in ("plain", "edited", "later", "gone", "odd", "document", "robots", "long", *_NO_FEEDS)),
        source("general", scope="general"),
        source("columns").model_copy(update={"urls": columns}),
        source("list", "list_page", "index.html", list=_LIST),
        source("redesigned", "list_page", "index.html", list=_LIST),
        source("api", "json_api", "rows", api=ApiRules(items="data.rows", title="name", date="time", link_template="/api/{id}.html")),
        source("map", "sitemap", "index.xml"),
    ]


def _change(site: Site) -> None:
    """What happens on the main site between the two crawls."""
    _feed(site, "edited", [("1.html", TITLE + "（更正）")])
    site.put_article("/edited/1.html", TITLE, text="更正后的全文：" + TEXT)
    site.put_article("/later/1.html", TITLE)


def _page_of_many(number: int) -> str:
    links = "<div class='pages'><a href='1.html'>1</a> <a href='1_2.html'>2</a> <a href='1_2.html'>下一页</a></div>"
    body = f"<h1>{TITLE}</h1><div class='content'><p>第{number}页开头。{TEXT}</p></div>{links}"
    return f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>"


_ODD = (
    "<rss version='2.0'><channel>"
    f"<item><title>来信：{TITLE}</title><link>mailto:a@b.test</link><guid isPermaLink='false'>1</guid></item>"
    "<item><title>没有链接的一条</title></item><item><link>/x.html</link></item></channel></rss>"
)
_NEWS_MAP = (
    f"<urlset xmlns:n='x'><url><loc>/map/1.html</loc><n:news><n:title>{TITLE}地图</n:title>"
    "<n:publication_date>2026-11-19</n:publication_date></n:news></url></urlset>"
)
_NO_FEEDS = {
    "not-a-feed": Answer(b"<!DOCTYPE html><html><body>" + "<p>新闻</p>".encode() * 60 + b"</body></html>"),
    "challenge-412": Answer(b"<script>x()</script>", status=412),
    "challenge-202": Answer(b"<html><script>location.reload()</script></html>", status=202),
    "http-404": Answer(b"", status=404),
    "parse": Answer(b"", "text/xml"),
}


@dataclass
class Crawled:
    """Two crawls: their reports, the sites, and what the store held after each."""

    site: Site
    first: RunReport
    second: RunReport
    before: dict[str, list[Item]]
    session: Session

    def report(self, source: str, *, second: bool = False) -> SourceReport:
        run = self.second if second else self.first
        return next(one for one in run.sources if one.id == source)

    def items(self, source: str) -> list[Item]:
        return list(self.session.exec(select(Item).where(Item.source_id == source).order_by(Item.id)))  # type: ignore[arg-type]

    def all(self, table: type[SQLModel]) -> list[SQLModel]:
        return list(self.session.exec(select(table)))


def _by_source(session: Session) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in session.exec(select(Item).order_by(Item.id)):  # type: ignore[arg-type]
        found.setdefault(item.source_id, []).append(item)
    return found


@pytest.fixture(scope="module")
def crawled(lasting_store: StoreSettings) -> Iterator[Crawled]:
    """The main site, one that refuses robots.txt, one that is asked too often, one with a pause; crawled twice."""
    store = lasting_store
    settings = LOCAL.model_copy(update={"contact": "https://example.org/bot"})
    with ExitStack() as stack:
        site, broken, busy = (stack.enter_context(serve_site(host)) for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"))
        sources = _prepare(site)
        broken.put("/robots.txt", "", status=503)
        busy.put("/feed.xml", "", status=429, Retry_After="120")
        sources += [broken.source(id="no-robots"), busy.source(id="busy")]
        first = crawl(sources, settings, store)
        engine = open_store(store)
        with Session(engine) as session:
            before = _by_source(session)
        _change(site)
        busy.put_feed("/other.xml", [("/1.html", TITLE)])
        second = crawl([*sources, busy.source(path="/other.xml", id="busy-too")], settings, store)
        with Session(engine) as session:
            yield Crawled(site, first, second, before, session)
        engine.dispose()


def test_a_feed_and_its_articles_come_in(crawled: Crawled) -> None:
    report, items = crawled.report("plain"), crawled.items("plain")
    assert (report.status, report.new, report.articles) == ("ok", 2, 2)
    assert [item.title for item in items] == [TITLE, "第二篇：医院药房用上大模型"]
    assert all(item.status == "kept" and "医生再复核" in item.text and item.backlog for item in items)
    assert items[0].link == f"{crawled.site.base}/plain/1.html"
    assert items[0].relevant


def test_a_second_crawl_changes_nothing_and_asks_for_no_article(crawled: Crawled) -> None:
    assert crawled.report("plain", second=True).status == "unchanged"
    assert [item.model_dump() for item in crawled.items("plain")] == [item.model_dump() for item in crawled.before["plain"]]
    assert crawled.site.asked("/plain/1.html") == 1
    last = crawled.session.exec(select(Fetch).where(Fetch.source_id == "plain").order_by(Fetch.id.desc())).first()  # type: ignore[union-attr]
    assert last is not None
    assert last.http_status == 304


def test_an_answer_without_validators_is_known_by_its_bytes(crawled: Crawled) -> None:
    assert crawled.report("long", second=True).status == "unchanged"


def test_an_edited_title_changes_the_item_and_keeps_the_earlier_one(crawled: Crawled) -> None:
    report, (item,) = crawled.report("edited", second=True), crawled.items("edited")
    assert (report.new, report.changed) == (0, 1)
    assert item.title == TITLE + "（更正）"
    assert item.text.startswith("更正后的全文")
    assert [(row.item_id, row.title) for row in crawled.session.exec(select(ItemVersion))] == [(item.id, TITLE)]


def test_general_news_is_turned_away_with_its_reason_and_no_page_is_fetched(crawled: Crawled) -> None:
    away, kept = crawled.items("general")
    assert crawled.report("general").turned_away == 1
    assert (away.status, kept.status) == ("turned_away", "kept")
    assert away.status_reason
    assert not away.text
    assert crawled.site.asked("/general/1.html") == 0
    assert crawled.site.asked("/general/2.html") == 1


def test_articles_left_unread_are_read_by_the_next_crawl_though_the_feed_is_unchanged(crawled: Crawled) -> None:
    assert crawled.report("later").articles_failed == 1
    assert crawled.before["later"][0].status == "pending"
    assert crawled.report("later", second=True).status == "unchanged"
    assert crawled.items("later")[0].status == "kept"
    assert "医生再复核" in crawled.items("later")[0].text


def test_an_article_that_is_gone_is_judged_by_its_entry(crawled: Crawled) -> None:
    (item,) = crawled.items("gone")
    assert item.status == "unread"
    assert "404" in item.status_reason
    assert item.relevant
    assert crawled.site.asked("/gone/1.html") == 1


def test_entries_without_a_usable_link_are_stored_and_named(crawled: Crawled) -> None:
    assert {item.title for item in crawled.items("odd")} == {"来信：" + TITLE, "没有链接的一条"}
    assert "mailto: link" in crawled.report("odd").note
    assert "neither title nor text" in crawled.report("odd").note


def test_a_link_to_a_document_is_stored_without_body(crawled: Crawled) -> None:
    items = crawled.items("document")
    assert [(item.status, item.media_type, item.text) for item in items] == [("kept", "application/pdf", "")] * 2
    assert crawled.site.asked("/document/1.pdf") == 0


def test_an_article_of_several_pages_is_joined(crawled: Crawled) -> None:
    (item,) = crawled.items("long")
    assert "第1页开头" in item.text
    assert "第2页开头" in item.text


def test_list_api_and_sitemap_come_in(crawled: Crawled) -> None:
    items = {name: crawled.items(name)[0] for name in ("list", "api", "map")}
    assert {name: item.title[-2:] for name, item in items.items()} == {"list": "列表", "api": "接口", "map": "地图"}
    assert all(item.published_at and item.status == "kept" for item in items.values())
    assert items["api"].published_at == datetime.fromtimestamp(1795132800, UTC)


def test_a_redesigned_list_is_named_and_the_rest_goes_on(crawled: Crawled) -> None:
    report = crawled.report("redesigned")
    assert (crawled.first.status, report.status, report.error_kind) == ("partly", "failed", "changed")
    assert "'li.row'" in report.note


@pytest.mark.parametrize("name", _NO_FEEDS)
def test_what_stands_in_the_place_of_a_feed_is_named(crawled: Crawled, name: str) -> None:
    report = crawled.report(name)
    kind = "challenge" if name.startswith("challenge") else name.replace("-", "_")
    assert (report.status, report.error_kind) == ("failed", kind)
    assert report.note


def test_robots_txt_is_obeyed_and_remembered(crawled: Crawled) -> None:
    refused, _ = crawled.items("robots")
    assert refused.status == "unread"
    assert "robots.txt" in refused.status_reason
    assert crawled.site.asked("/robots/private/1.html") == 0
    assert crawled.site.asked("/robots.txt") == 1
    host = crawled.site.base.removeprefix("http://")
    state = crawled.session.get_one(HostState, host)
    assert state.crawl_delay == 0.01
    days = crawled.session.exec(select(HostDay).where(HostDay.host == host)).all()
    assert sum(day.robots_refused for day in days) == 1
    assert sum(day.requests for day in days) == len(crawled.site.log)


def test_nothing_is_fetched_while_robots_txt_fails(crawled: Crawled) -> None:
    report = crawled.report("no-robots")
    assert (report.status, report.error_kind) == ("refused", "robots")


def test_too_many_requests_move_the_whole_host(crawled: Crawled) -> None:
    assert crawled.report("busy").error_kind == "http_429"
    later = crawled.report("busy-too", second=True)
    assert (later.status, later.error_kind) == ("refused", "host_waits")


def test_several_columns_of_a_source_are_one_source(crawled: Crawled) -> None:
    assert len(crawled.items("columns")) == 2
    assert crawled.site.asked("/columns/1.html") == 1


def test_the_crawl_asks_with_an_honest_name(crawled: Crawled) -> None:
    agents = {asked.headers["User-Agent"] for asked in crawled.site.log}
    assert all(agent.startswith("Yixun/") and "https://example.org/bot" in agent for agent in agents)


def test_a_run_tells_what_was_asked_and_when_sources_are_due(crawled: Crawled) -> None:
    run = crawled.session.exec(select(Run).order_by(Run.id)).first()  # type: ignore[arg-type]
    assert run is not None
    assert (run.status, len(run.asked)) == ("partly", len(crawled.first.sources))
    assert run.totals["new"] == crawled.first.totals()["new"]
    state = crawled.session.get_one(SourceState, "plain")
    assert state.next_due_at is not None
    assert state.next_due_at > utc_now()


def test_the_catalogue_is_mirrored(crawled: Crawled) -> None:
    assert len(crawled.all(Organisation)) > 50
    assert len(crawled.all(Topic)) > 10
    assert isinstance(crawled.site.log[0], Asked)
