"""A crawl at its deadline: requests under way are given up, nobody is blamed for them, and the next crawl does the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from sqlmodel import Session, select

from crawler.fetching.report import RunReport
from crawler.fetching.run import crawl
from store.migrate import open_store
from store.models import Fetch, Item, SourceState
from store.settings import StoreSettings
from tests.crawler.moved_clock import MovedClock
from tests.crawler.site import LOCAL, TEXT, Answer, Asked, Site, serve_site
from tests.warm import fault_in

TITLE = "某市医院影像科上线人工智能阅片系统"
HANGING = 20
# Nothing but the deadline of the crawl ends these requests. It comes when the clock is moved.
PATIENT = LOCAL.model_copy(update={"timeout": 600.0, "max_seconds": 900.0, "concurrency": 64})


@dataclass
class CutOff:
    """A crawl that was ended, the crawl after it, and what the store held in between."""

    first: RunReport
    second: RunReport
    between: dict[str, tuple[SourceState, list[Item], list[Fetch]]]
    after: dict[str, list[Item]]


class _Silence:
    """Answers nobody until the end; moves the clock when so many have asked."""

    def __init__(self, clock: MovedClock, most: int) -> None:
        self.end, self._clock, self._left, self._lock = threading.Event(), clock, most, threading.Lock()

    def __call__(self, _: Asked) -> Answer:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._clock.move(1000)
        self.end.wait(300)
        return Answer(b"")


def _held(store: StoreSettings, ids: list[str]) -> dict[str, tuple[SourceState, list[Item], list[Fetch]]]:
    engine = open_store(store)
    with Session(engine, expire_on_commit=False) as session:
        found = {
            name: (
                session.get_one(SourceState, name),
                list(session.exec(select(Item).where(Item.source_id == name).order_by(Item.id))),  # type: ignore[arg-type]
                list(session.exec(select(Fetch).where(Fetch.source_id == name))),
            )
            for name in ids
        }
        session.expunge_all()
    engine.dispose()
    return found


def _fill(site: Site, silence: _Silence) -> None:
    """One site whose feed answers and whose articles never do, or only in part."""
    site.put_feed("/feed.xml", [(f"/a/{n}.html", f"{TITLE}{n}") for n in range(3)])
    for number in range(3):
        site.pages[f"/a/{number}.html"] = silence
    site.put_feed("/parts.xml", [("/p/1.html", TITLE)])
    link = "<div class='pages'><a href='1.html'>1</a> <a href='1_2.html'>2</a> <a href='1_2.html'>下一页</a></div>"
    site.put("/p/1.html", f"<html><h1>{TITLE}</h1><div class='content'><p>第1页开头。{TEXT}</p></div>{link}</html>")
    site.pages["/p/1_2.html"] = silence


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CutOff]:
    folder = tmp_path_factory.mktemp("ending")
    store, clock = StoreSettings(url=f"sqlite:///{folder}/store.db"), MovedClock(folder)
    with ExitStack() as stack:
        # Each of them is asked once; the two that follow answer their listing, and one article of theirs, first.
        silence = _Silence(clock, HANGING + 2)
        stack.callback(silence.end.set)
        sites = [stack.enter_context(serve_site(f"127.0.0.{number}")) for number in range(1, HANGING + 1)]
        for site in sites:
            site.pages["/feed.xml"] = silence
        articles, parts = (stack.enter_context(serve_site(host)) for host in ("127.0.0.51", "127.0.0.52"))
        for site in (articles, parts):
            _fill(site, silence)
        hanging = [site.source(id=f"hangs-{number}") for number, site in enumerate(sites)]
        others = [articles.source(id="articles"), parts.source(id="parts", path="/parts.xml")]
        sources = [*others, *hanging]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(fault_in("crawler.fetching.run"), str(clock.fault))
            first = crawl(sources, PATIENT, store)
        between = _held(store, [source.id for source in sources])
        silence.end.set()
        for site in sites:
            site.put_feed("/feed.xml", [("/1.html", TITLE)])
            site.put_article("/1.html", TITLE)
        for number in range(3):
            articles.put_article(f"/a/{number}.html", TITLE)
        parts.put("/p/1_2.html", f"<html><h1>{TITLE}</h1><div class='content'><p>第2页开头。{TEXT}</p></div></html>")
        second = crawl(sources, LOCAL, store)
        after = {name: items for name, (_, items, _) in _held(store, [source.id for source in sources]).items()}
        yield CutOff(first, second, between, after)


def test_the_crawl_ends_though_nobody_answers(cut_off: CutOff) -> None:
    """Without giving up, it would wait for answers until it is killed, which raises FetchError."""
    assert cut_off.first.status == "partly"
    assert "crawl.max_seconds" in cut_off.first.note


def test_sources_that_were_being_asked_are_not_blamed(cut_off: CutOff) -> None:
    for number in range(HANGING):
        state, items, fetches = cut_off.between[f"hangs-{number}"]
        assert (fetches, items, state.failures, state.last_fetch_at, state.status) == ([], [], 0, None, "new")
    reports = [report for report in cut_off.first.sources if report.id.startswith("hangs")]
    assert {(report.status, report.error_kind) for report in reports} == {("unfinished", None)}
    assert all("due again" in report.note for report in reports)
    assert cut_off.first.totals()["sources_failed"] == 0


def test_articles_that_were_being_asked_for_wait_untried(cut_off: CutOff) -> None:
    state, items, _ = cut_off.between["articles"]
    assert [(item.status, item.tries) for item in items] == [("pending", 0)] * 3
    assert state.failures == 0


def test_part_of_an_article_is_not_kept_for_the_whole(cut_off: CutOff) -> None:
    _, [item], _ = cut_off.between["parts"]
    assert (item.status, item.text) == ("pending", "")
    [item] = cut_off.after["parts"]
    assert "第1页开头" in item.text
    assert "第2页开头" in item.text


def test_the_next_crawl_does_the_rest(cut_off: CutOff) -> None:
    assert cut_off.second.status == "done"
    assert all(items and {item.status for item in items} == {"kept"} for items in cut_off.after.values())


def test_a_pause_before_a_request_does_not_outlive_the_crawl(store_file: StoreSettings) -> None:
    """The second request waits two minutes for its turn, longer than a crawl may go on after its end."""
    slow = PATIENT.model_copy(update={"min_delay": 120.0, "max_seconds": 3.0})
    with serve_site() as site:
        for number in range(3):
            site.put_feed(f"/{number}.xml", [])
        report = crawl([site.source(id=f"s{number}", path=f"/{number}.xml") for number in range(3)], slow, store_file)
        assert "crawl.max_seconds" in report.note
        assert sum(site.asked(f"/{number}.xml") for number in range(3)) < 3
