"""Bounds of a crawl, what hosts ask for, and what is remembered from one crawl to the next."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlmodel import Session, SQLModel, select

from crawler.fetching.report import RunReport, SourceReport
from crawler.fetching.run import crawl
from store.database import utc_now
from store.migrate import open_store
from store.models import Fetch, HostState, Item, Run, SourceState, SourceUrlState
from store.settings import StoreSettings
from tests.crawler.moved_clock import MovedClock
from tests.crawler.site import LOCAL, TEXT, Answer, Asked, Site, serve_site

TITLE = "某市医院影像科上线人工智能阅片系统"
TIGHT = LOCAL.model_copy(update={"max_bytes": 50_000, "max_page_bytes": 20_000, "max_redirects": 3, "max_entries": 5})
HOUR = 3600
Row = TypeVar("Row", bound=SQLModel)


def _hops(number: int) -> Callable[[Asked], Answer]:
    """A path that redirects `number` times before it answers: /hops-3 → /hops-2 …"""
    return lambda _: Answer(status=302, headers={"Location": f"/hops-{number - 1}"})


def _chunks(site: Site, path: str, size: int) -> None:
    site.put(path, "<rss version='2.0'><channel>" + "<!-- -->" * (size // 8), "text/xml")


def _prepare(site: Site, walled: Site) -> list[object]:
    for number in range(1, 6):
        site.pages[f"/hops-{number}"] = _hops(number)
    site.put_feed("/hops-0", [])
    site.pages["/circle"] = lambda _: Answer(status=302, headers={"Location": "/circle"})
    _chunks(site, "/large.xml", 60_000)
    site.put_feed("/many.xml", [(f"/m/{n}.html", f"{TITLE}{n}") for n in range(12)])
    for number in range(12):
        site.put_article(f"/m/{number}.html", TITLE)
    site.put_feed("/page.xml", [("/p/large.html", TITLE), ("/p/fine.html", TITLE + "二")])
    site.put_article("/p/large.html", TITLE, text=TEXT * 100)
    site.put_article("/p/fine.html", TITLE)
    site.pages["/feed"] = lambda _: Answer(status=301, headers={"Location": "/feed/"})
    site.put_feed("/feed/", [])
    site.put("/closes.xml", "<rss/>", "text/xml", Content_Length="500", Connection="close")
    walled.put("/robots.txt", "forbidden", status=403)
    walled.put_feed("/feed.xml", [])
    names = {
        "few-hops": "/hops-3",
        "many-hops": "/hops-4",
        "circle": "/circle",
        "large": "/large.xml",
        "many": "/many.xml",
        "page": "/page.xml",
        "slash": "/feed",
        "closes": "/closes.xml",
    }
    return [
        *(site.source(id=name, path=path) for name, path in names.items()),
        walled.source(id="robots-403"),
    ]


@dataclass
class Bounded:
    """One crawl with tight bounds."""

    report: RunReport
    session: Session

    def source(self, name: str) -> SourceReport:
        return next(one for one in self.report.sources if one.id == name)

    def items(self, name: str) -> list[Item]:
        return list(self.session.exec(select(Item).where(Item.source_id == name).order_by(Item.id)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bounded]:
    store = StoreSettings(url=f"sqlite:///{tmp_path_factory.mktemp('limits')}/store.db")
    with ExitStack() as stack:
        sites = [stack.enter_context(serve_site(f"127.0.0.{number}")) for number in (1, 2)]
        report = crawl(_prepare(*sites), TIGHT, store)  # type: ignore[arg-type]
        engine = open_store(store)
        with Session(engine) as session:
            yield Bounded(report, session)
        engine.dispose()


def test_redirects_are_followed_so_far_and_no_further(bounded: Bounded) -> None:
    assert bounded.source("few-hops").status == "empty"
    assert (bounded.source("many-hops").status, bounded.source("many-hops").error_kind) == ("failed", "redirect")
    assert bounded.source("circle").error_kind == "redirect"


def test_slash_redirects(bounded: Bounded) -> None:
    """/feed leads to /feed/: followed, and remembered under the address that was asked for."""
    assert bounded.source("slash").status == "empty"
    assert bounded.session.exec(select(SourceUrlState.url).where(SourceUrlState.source_id == "slash")).one().endswith("/feed")


def test_a_closed_connection_is_named(bounded: Bounded) -> None:
    assert bounded.source("closes").error_kind == "connection"


def test_an_answer_that_is_too_large_is_named(bounded: Bounded) -> None:
    assert bounded.source("large").error_kind == "too_large"


def test_an_article_that_is_too_large_is_judged_by_its_entry(bounded: Bounded) -> None:
    large, fine = bounded.items("page")
    assert (large.status, fine.status) == ("unread", "kept")
    assert "crawl.max" in large.status_reason


def test_entries_beyond_the_bound_are_counted(bounded: Bounded) -> None:
    report = bounded.source("many")
    assert (report.new, report.passed_over, len(bounded.items("many"))) == (5, 7, 5)
    assert "7 entries passed over: beyond the newest 5" in report.note


def test_a_source_whose_time_is_up_goes_on_next_time(site: Site, store_file: StoreSettings, moved: MovedClock) -> None:
    """The time is up while the third article is asked for."""
    site.put_feed("/feed.xml", [(f"/{n}.html", f"{TITLE}{n}") for n in range(9)])
    for number in range(9):
        site.put_article(f"/{number}.html", TITLE)
    moved.at(site, asked=3, seconds=1000)
    report = crawl([site.source()], LOCAL.model_copy(update={"source_seconds": 900.0, "max_seconds": 9000.0}), store_file)
    assert "some articles wait for the next crawl" in report.sources[0].note and not report.unread
    assert sorted((item.status, item.tries) for item in _all(store_file, Item)) == [("kept", 0)] * 3 + [("pending", 0)] * 6
    [state] = _all(store_file, SourceState)
    assert (state.status, state.failures) == ("ok", 0)


def test_a_host_that_asks_for_a_rest_gets_it_at_once(site: Site, store_file: StoreSettings) -> None:
    """All articles queue for their host already when the second of them is answered."""
    asked: list[str] = []

    def tired(one: Asked) -> Answer:
        asked.append(one.path)
        if len(asked) > 1:
            return Answer(status=429, headers={"Retry-After": "600"})
        return Answer(f"<html><h1>{TITLE}</h1><div class='content'><p>{TEXT}</p></div></html>".encode())

    site.put_feed("/feed.xml", [(f"/{n}.html", f"{TITLE}{n}") for n in range(8)])
    for number in range(8):
        site.pages[f"/{number}.html"] = tired
    crawl([site.source()], LOCAL, store_file)
    assert len(asked) == 2
    engine = open_store(store_file)
    with Session(engine) as session:
        tries = sorted((item.status, item.tries) for item in session.exec(select(Item)))
        assert tries == [("kept", 0), *[("pending", 0)] * 6, ("pending", 1)]
    engine.dispose()


def test_robots_txt_that_is_forbidden_forbids_nothing(bounded: Bounded) -> None:
    """RFC 9309, section 2.3.1.3: what cannot be had for a 4xx allows all."""
    assert bounded.source("robots-403").status == "empty"


# ------------------------------------------------------------------ from one crawl to the next


def _all(store: StoreSettings, kind: type[Row]) -> list[Row]:
    engine = open_store(store)
    with Session(engine, expire_on_commit=False) as session:
        found = list(session.exec(select(kind)))
    engine.dispose()
    return found


def test_cookies_live_as_long_as_one_crawl(site: Site, store_file: StoreSettings) -> None:
    site.put_feed("/feed.xml", [("/1.html", TITLE), ("/2.html", TITLE + "二")], Set_Cookie="visitor=7; Path=/; Max-Age=999999")
    site.put_article("/1.html", TITLE)
    site.put_article("/2.html", TITLE)
    crawl([site.source()], LOCAL, store_file)
    sent = [asked.headers.get("Cookie") for asked in site.log]
    assert sent[-2:] == ["visitor=7"] * 2
    before = len(site.log)
    crawl([site.source()], LOCAL, store_file)
    assert [asked.headers.get("Cookie") for asked in site.log[before:]][:1] == [None]


FRESHNESS = {
    "age": ("max-age=7200", "", 2 * HOUR),
    "feed-asks-more": ("public, max-age=600, must-revalidate", "<ttl>60</ttl>", HOUR),
    "header-asks-more": ("max-age=7200", "<ttl>60</ttl>", 2 * HOUR),
    "only-the-feed": ("no-cache", "<sy:updatePeriod>daily</sy:updatePeriod>", 24 * HOUR),
    "nonsense": ("max-age=soon", "", None),
}


def test_how_long_an_answer_says_it_is_fresh_is_kept(site: Site, store_file: StoreSettings) -> None:
    wanted = {name: seconds for name, (_, _, seconds) in FRESHNESS.items()}
    for name, (header, words, _) in FRESHNESS.items():
        feed = f"<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>{name}</title>{words}</channel></rss>"
        site.put(f"/{name}.xml", feed, "text/xml", Cache_Control=header)
    sources = [site.source(id=name, path=f"/{name}.xml") for name in FRESHNESS]
    crawl(sources, LOCAL, store_file)
    assert {state.source_id: state.ttl_seconds for state in _all(store_file, SourceUrlState)} == wanted
    for state in _all(store_file, SourceState):
        assert state.next_due_at is not None
        assert state.next_due_at - utc_now() >= timedelta(seconds=wanted[state.source_id] or 0) - timedelta(minutes=5)
    # The same bytes without the header again: what the feed itself asked for is not forgotten.
    for name in FRESHNESS:
        page = site.pages[f"/{name}.xml"]
        assert isinstance(page, Answer)
        page.headers.clear()
    crawl(sources, LOCAL, store_file)
    assert {state.source_id: state.ttl_seconds for state in _all(store_file, SourceUrlState)} == wanted


def test_both_validators_are_sent_a_304_may_renew_them_and_now_and_then_all_is_asked(site: Site, store_file: StoreSettings) -> None:
    site.put_feed("/feed.xml", [], ETag='"one"', Last_Modified="Thu, 19 Nov 2026 08:00:00 GMT")
    settings = LOCAL.model_copy(update={"full_every": 2})
    crawl([site.source()], settings, store_file)
    site.pages["/feed.xml"] = lambda _: Answer(status=304, headers={"Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"})
    for _ in range(3):
        crawl([site.source()], settings, store_file)
    asked = [asked.headers for asked in site.log if asked.path == "/feed.xml"]
    sent = [(headers.get("If-None-Match"), headers.get("If-Modified-Since")) for headers in asked]
    first, second = "Thu, 19 Nov 2026 08:00:00 GMT", "Fri, 20 Nov 2026 08:00:00 GMT"
    assert sent == [(None, None), ('"one"', first), ('"one"', second), (None, None)]


def _age_robots(store: StoreSettings, site: Site, age: timedelta) -> None:
    """Let what is remembered of the site's robots.txt be as old as this."""
    engine = open_store(store)
    with Session(engine) as session:
        session.get_one(HostState, site.base.removeprefix("http://")).robots_fetched_at = utc_now() - age
        session.commit()
    engine.dispose()


def test_robots_txt_is_read_again_after_a_day(store_file: StoreSettings) -> None:
    with serve_site("127.0.0.1") as young, serve_site("127.0.0.2") as old, serve_site("127.0.0.3") as failing:
        sites = {"young": young, "old": old, "failing": failing}
        for site in sites.values():
            site.put("/robots.txt", "User-agent: *\nDisallow: /private/", "text/plain")
            site.put_feed("/feed.xml", [("/private/1.html", TITLE)])
        sources = [site.source(id=name) for name, site in sites.items()]
        crawl(sources, LOCAL, store_file)
        for site, hours in ((young, 20), (old, 25), (failing, 72)):
            _age_robots(store_file, site, timedelta(hours=hours))
        for site in (young, old):
            site.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
        # While it cannot be read, the earlier one is obeyed.
        failing.put("/robots.txt", "", status=503)
        failing.put_feed("/feed.xml", [("/private/2.html", TITLE + "二")])
        report = crawl(sources, LOCAL, store_file)
        assert {name: site.asked("/robots.txt") for name, site in sites.items()} == {"young": 1, "old": 2, "failing": 2}
        assert {source.id: source.error_kind for source in report.sources} == {"young": None, "old": "robots", "failing": None}
        assert [source.new for source in report.sources] == [0, 0, 1]
        assert not [asked.path for site in sites.values() for asked in site.log if asked.path.startswith("/private/")]


def test_a_crawl_delay_of_robots_txt_is_kept_between_requests(site: Site, store_file: StoreSettings) -> None:
    times: list[float] = []

    def note(_: Asked) -> Answer:
        times.append(time.monotonic())
        return Answer(f"<html><h1>{TITLE}</h1><p>{TEXT}</p></html>".encode())

    site.put("/robots.txt", "User-agent: Yixun\nCrawl-delay: 1.4\n\nUser-agent: *\nCrawl-delay: 90", "text/plain")
    site.put_feed("/feed.xml", [(f"/{n}.html", f"{TITLE}{n}") for n in range(3)])
    for number in range(3):
        site.pages[f"/{number}.html"] = note
    crawl([site.source()], LOCAL, store_file)
    assert len(times) == 3
    assert min(times[1] - times[0], times[2] - times[1]) > 0.7  # a busy machine may note the earlier one late


def test_when_nobody_answers_our_own_network_is_taken_to_be_down(store_file: StoreSettings) -> None:
    with serve_site() as site:
        site.put_feed("/feed.xml", [])
        sources = [site.source(id=f"s{number}", path=f"/{number}.xml") for number in range(4)]
        doors = [socket.socket() for _ in sources]
        for door in doors:
            door.bind(("127.0.0.1", 0))  # bound and not listening: whoever knocks is refused
        closed = [
            source.model_copy(update={"urls": (source.urls[0].model_copy(update={"url": f"http://127.0.0.1:{door.getsockname()[1]}/f"}),)})
            for source, door in zip(sources, doors, strict=True)
        ]
        down = crawl(closed, LOCAL, store_file)
        up = crawl([*closed, site.source()], LOCAL, store_file)
        for door in doors:
            door.close()
    assert (down.status, down.network_down) == ("failed", True)
    assert "no source is blamed" in down.note
    assert (up.status, up.network_down) == ("partly", False)
    engine = open_store(store_file)
    with Session(engine) as session:
        kinds = [fetch.error_kind for fetch in session.exec(select(Fetch).where(Fetch.source_id == "s0").order_by(Fetch.id))]  # type: ignore[arg-type]
        assert kinds == ["own_network", "connection"]
        assert session.get_one(SourceState, "s0").failures == 0.5
        assert [run.network_down for run in session.exec(select(Run).order_by(Run.id))] == [True, False]  # type: ignore[arg-type]
    engine.dispose()
