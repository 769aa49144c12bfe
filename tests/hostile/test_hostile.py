"""A crawl over two hundred hostile sources ends, names each, keeps its memory, and loses nothing of the good ones beside them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from crawler.fetching.report import RunReport, SourceReport
from crawler.fetching.run import crawl
from crawler.settings import CrawlSettings
from crawler.sources.source import ApiRules, ListRules, Source, SourceUrl
from store.database import connect, session_scope
from store.models import Item
from store.settings import StoreSettings
from tests.warm import REAL_PYTHON

from .case import API, ARTICLE, FEED, LIST, Case, feed, http, make_ready, send
from .cases import all_cases
from .pages import BEYOND
from .web import Respond, serve

HOSTS = 24
LIMIT_MEGABYTES = 570
_GOOD_PAGE = "<html><head><title>{t}</title></head><body><h1>{t}</h1><p>{p}</p></body></html>"
_GOOD = [f"好消息{n}：医院影像科用上智能阅片" for n in range(1, 6)]

CASES = all_cases()
RESTING = {"status-429", "come-back-in-a-century"}
# Whose rows depend on nothing but what is sent: every third of those that are read.
SAMPLE = [case for case in CASES if "ok" in case.expect and case.name != "interim-flood"][::3]
SETTINGS = CrawlSettings(
    min_delay=0,
    allow_networks=["127.0.0.0/8"],
    timeout=8,
    retries=0,
    read_seconds=8,
    max_bytes=15_000_000,
    max_page_bytes=6_000_000,
    max_seconds=1500,
)


def _source(case: Case, base: str) -> Source:
    path = f"/list-of/{case.name}" if case.kind == ARTICLE else f"/{case.name}"
    return Source(
        id=f"case-{CASES.index(case)}",
        name=case.name,
        homepage=f"{base}/",
        category="media",
        kind="list_page" if case.kind == ARTICLE else case.kind,
        scope="on_topic",
        urls=(SourceUrl(url=f"{base}{path}"),),
        list=ListRules(item="li.row", link="a", title="a::text") if case.kind in (LIST, ARTICLE) else None,
        api=ApiRules(items="rows", title="title", link="url", date="date") if case.kind == API else None,
        fetch_articles=case.kind == ARTICLE,
    )


def _good_sources(base: str) -> list[Source]:
    common = {"homepage": f"{base}/", "category": "media", "scope": "on_topic"}
    rules = ListRules(item="li.row", link="a", title="a::text")
    return [
        Source(id="good-feed", name="good feed", kind="feed", urls=(SourceUrl(url=f"{base}/good/feed.xml"),), **common),
        Source(id="good-list", name="good list", kind="list_page", urls=(SourceUrl(url=f"{base}/good/list.html"),), list=rules, **common),
    ]


def _routes() -> dict[str, Respond]:
    routes = {f"/{case.name}": case.respond for case in CASES} | BEYOND
    for case in CASES:
        if case.kind == ARTICLE:
            row = f'<meta charset=utf-8><ul><li class="row"><a href="/{case.name}">{case.name} 的文章</a></li></ul>'
            routes[f"/list-of/{case.name}"] = send(http(row.encode(), kind="text/html"))
    items, rows = "", ""
    for number, title in enumerate(_GOOD):
        page = _GOOD_PAGE.format(t=title, p="放射科主任说，软件先读片，医生再复核，平均每例少用六分钟。" * 8)
        for folder in ("feed", "list"):
            routes[f"/good/{folder}/{number}.html"] = send(http(page.encode(), kind="text/html; charset=utf-8"))
        items += f"<item><title>{title}</title><link>/good/feed/{number}.html</link></item>"
        rows += f'<li class="row"><a href="/good/list/{number}.html">{title}</a></li>'
    routes["/good/feed.xml"] = send(http(feed(items).encode()))
    routes["/good/list.html"] = send(http(f"<meta charset=utf-8><ul>{rows}</ul>".encode(), kind="text/html"))
    return routes


@dataclass
class Peak:
    """The most memory at one moment in megabytes, shared pages counted for each process (resident) or once (proportional)."""

    resident: float = 0.0
    proportional: float = 0.0


Outcome = tuple[RunReport, dict[str, list[Item]], Peak]


@contextmanager
def _memory_of_descendants() -> Iterator[Peak]:
    """The most memory, in megabytes, that the processes of the crawl held together at one moment."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            held = [_held(pid) for pid in _descendants()]
            peak.resident = max(peak.resident, sum(resident for resident, _ in held))
            peak.proportional = max(peak.proportional, sum(proportional for _, proportional in held))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _descendants() -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family = {os.getpid()}
    for _ in range(6):
        family |= {pid for pid, parent in parents.items() if parent in family}
    return sorted(family - {os.getpid()})


def _held(pid: int) -> tuple[float, float]:
    """Megabytes of memory of a process of the crawl: all it sees (Rss), and its share of what it shares with others (Pss)."""
    with suppress(OSError, KeyError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        # What other tests fork from is none of it.
        if b"crawler." in command and b"tests.warm" not in command:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            found = {line.split()[0]: int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.endswith("kB")}
            return found["Rss:"], found["Pss:"]
    return 0.0, 0.0


def _crawl(cases: list[Case], store: StoreSettings) -> tuple[RunReport, dict[str, list[Item]]]:
    """Crawl these cases and the good sources beside them: the report, and the items by source."""
    make_ready()
    with serve(_routes(), hosts=HOSTS) as bases:
        # A host that asks for a rest is given one, so those that do stand alone.
        *shared, resting, good = bases
        sources = [_source(case, resting if case.name in RESTING else shared[number % len(shared)]) for number, case in enumerate(cases)]
        report = crawl([*sources, *_good_sources(good)], SETTINGS, store)
    engine = connect(store)
    by_source: dict[str, list[Item]] = {}
    with session_scope(engine) as session:
        for item in session.exec(select(Item).order_by(Item.id)):  # type: ignore[arg-type]
            by_source.setdefault(item.source_id, []).append(item)
    engine.dispose()
    return report, by_source


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """The report of one crawl over everything, the items by source, and the peak of memory."""
    store = StoreSettings(url=f"sqlite:///{tmp_path_factory.mktemp('hostile')}/store.db")
    with pytest.MonkeyPatch.context() as patch, _memory_of_descendants() as peak:
        # What is measured must not be forked from what others forked from.
        patch.setattr(sys, "executable", REAL_PYTHON)
        report, by_source = _crawl(CASES, store)
    yield report, by_source, peak


def _words(report: SourceReport) -> set[str]:
    """By which words the crawl told of a source."""
    words = {report.error_kind} if report.error_kind else set()
    if report.found > report.passed_over:
        # Many cases share a link: what counts is that an entry was read.
        words.add("ok")
    if report.note:
        words.add("note")
    if report.status in ("empty", "unchanged"):
        words.add("empty" if report.status == "empty" else "ok")
    return {str(word) for word in words}


def test_the_run_ends_and_reports_every_source(outcome: Outcome) -> None:
    report = outcome[0]
    assert report.status == "partly"
    assert {source.id for source in report.sources} == {f"case-{n}" for n in range(len(CASES))} | {"good-feed", "good-list"}
    assert not [source.id for source in report.sources if source.status == "unfinished"]


def test_memory_stays_bounded(outcome: Outcome, record_testsuite_property: Callable[[str, object], None]) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not tell the memory of other processes")
    peak = outcome[2]
    record_testsuite_property("megabytes", vars(peak))
    # What two processes share is there once, and so counted once; the other sum comes within a few per cent of the limit on a busy machine.
    assert 50 < peak.proportional < LIMIT_MEGABYTES, peak


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_the_case_is_named_for_what_it_is(outcome: Outcome, number: int) -> None:
    report, by_source, _ = outcome
    case = CASES[number]
    source = next(s for s in report.sources if s.id == f"case-{number}")
    items = by_source.get(source.id, [])
    if case.kind == ARTICLE:
        assert len(items) == 1
        told = {"ok"} if items[0].status == "kept" else {"note"} if items[0].status_reason else set()
        # Passing faults leave the article pending, with the reason; final ones leave it unread.
        assert items[0].status in ("kept", "unread", "pending")
        assert told or source.articles_failed == 1
        return
    if case.name in RESTING:
        # The second of the two is not even asked.
        assert source.error_kind in case.expect | {"host_waits"}
        return
    assert _words(source) & case.expect, (source.status, source.error_kind, source.note, len(items))


def test_a_tag_of_fifty_thousand_attributes_is_refused_before_it_is_parsed(outcome: Outcome) -> None:
    number = next(n for n, case in enumerate(CASES) if case.name == "many-attributes")
    source = next(s for s in outcome[0].sources if s.id == f"case-{number}")
    assert (source.error_kind, "50000 attributes" in source.note) == ("parse", True)


def test_no_address_inside_was_ever_connected_to(outcome: Outcome) -> None:
    """Whoever leads inward is told by the address, which only the guard knows."""
    report = outcome[0]
    inward = {
        f"case-{n}"
        for n, case in enumerate(CASES)
        if case.name.startswith("redirect-to-") and "private_address" in case.expect and case.kind == FEED
    }
    kinds = {source.id: source.error_kind for source in report.sources if source.id in inward}
    assert kinds
    assert set(kinds.values()) == {"private_address"}


def test_good_sources_beside_them_are_complete(outcome: Outcome) -> None:
    report, by_source, _ = outcome
    for name in ("good-feed", "good-list"):
        items = by_source[name]
        assert sorted(item.title for item in items) == sorted(_GOOD)
        assert all(item.status == "kept" and "医生再复核" in item.text for item in items), name
        assert next(s for s in report.sources if s.id == name).status == "ok"


def test_nothing_was_stored_that_an_analyst_could_trip_over(outcome: Outcome) -> None:
    for items in outcome[1].values():
        for item in items:
            written = f"{item.title}{item.summary}{item.text}{item.link}"
            assert "\x00" not in written
            assert not any("\ud800" <= char <= "\udfff" for char in written)
            assert "root:" not in written
            assert item.link is None or item.link.startswith(("http://", "https://"))
            assert len(item.title) <= 500


def test_postgresql_stands_it_too(outcome: Outcome, fresh_store: dict[str, StoreSettings]) -> None:
    """What is told of a source is the same; many cases share links, and whose item comes first is chance."""
    report, by_source = _crawl(SAMPLE, fresh_store["postgresql"])
    told = {source.id: (source.status, source.error_kind, source.found) for source in outcome[0].sources}
    assert {source.id: (source.status, source.error_kind, source.found) for source in report.sources}.items() <= told.items()
    assert by_source
    test_good_sources_beside_them_are_complete((report, by_source, Peak()))
    test_nothing_was_stored_that_an_analyst_could_trip_over((report, by_source, Peak()))
