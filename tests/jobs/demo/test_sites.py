"""The sample sites: enough of them, well made, each served in the bytes its family is known for."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import feedparser
import pytest

from crawler.sources.source import read_source_file
from jobs.demo.job import SOURCES, WEEKS
from jobs.demo.server import SampleWeb
from jobs.demo.sites import Site, load_sites
from reports.period import local_day, week
from store.text import SENTENCE_END

LATER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    """All sample sites with everything published, served."""
    with SampleWeb(load_sites(), LATER) as web:
        yield web


def site(web: SampleWeb, name: str) -> Site:
    """One of the sites."""
    return next(one for one in web.sites if one.id == name)


def fetch(web: SampleWeb, name: str, path: str | None = None, **headers: str) -> tuple[int, str, bytes]:
    """Status, content type and bytes of a path of a site, by default its listing."""
    one = site(web, name)
    try:
        with urlopen(Request(one.base + (path or one.file.listing.path), headers=headers), timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def test_there_is_enough_to_show() -> None:
    articles = [article for one in load_sites() for article in one.file.articles]
    weeks = Counter(label for a in articles for label in WEEKS if week(label).starts_on <= local_day(a.at) <= week(label).ends_on)
    assert len(load_sites()) >= 12
    assert sum(weeks.values()) >= 60
    assert min(weeks[label] for label in WEEKS) >= 15
    assert sum(a.off_topic for a in articles) >= 10
    assert sum(a.title.isascii() for a in articles) >= 12


def test_articles_have_three_to_eight_sentences() -> None:
    for one in load_sites():
        for article in one.file.articles:
            found = [part for part in SENTENCE_END.split(article.text) if part.strip()]
            assert article.pdf or 3 <= len(found) <= 8, article.title


def test_every_site_is_a_source() -> None:
    sources, errors = read_source_file(SOURCES)
    assert errors == [], "the addresses stand in for real ones only while the demo runs" if errors else ""
    assert {source.id for source in sources} == {one.id for one in load_sites()}


def test_sites_have_addresses_of_their_own(web: SampleWeb) -> None:
    assert len({one.base for one in web.sites}) == len(web.sites)


def test_list_rows_stand_in_cdata_inside_a_script_without_charset(web: SampleWeb) -> None:
    status, kind, body = fetch(web, "insurance-bureau")
    assert (status, kind) == (200, "text/html")
    rows = re.findall(r"<record><!\[CDATA\[(.*?)\]\]></record>", body.decode())
    assert len(rows) == 5
    assert b"charset" not in body


def test_json_begins_with_a_byte_order_mark(web: SampleWeb) -> None:
    _, _, body = fetch(web, "cabinet-papers")
    assert body.startswith(b"\xef\xbb\xbf")
    assert len(json.loads(body.decode("utf-8-sig"))) == 3


def test_the_gbk_site_is_not_utf8(web: SampleWeb) -> None:
    for path in (None, site(web, "people-health").file.articles[0].path):
        _, _, body = fetch(web, "people-health", path)
        assert b"charset=GB2312" in body
        with pytest.raises(UnicodeDecodeError):
            body.decode()
        assert "民生健康网" in body.decode("gb18030")


def test_rss_has_relative_links_and_dates_without_zone(web: SampleWeb) -> None:
    _, _, body = fetch(web, "scroll-news")
    assert b"<link>/jk/2026/" in body
    dates = re.findall(rb"<pubDate>(.*?)</pubDate>", body)
    assert dates and all(re.search(rb"\d\d:\d\d(:\d\d)?$", date) for date in dates), dates


@pytest.mark.parametrize(
    ("name", "version", "entries"),
    [("venture-journal", "atom10", 8), ("digital-medicine", "rss10", 3), ("asia-tech", "rss20", 6), ("pacific-wire", "rss20", 4)],
)
def test_feeds_are_what_they_claim(web: SampleWeb, name: str, version: str, entries: int) -> None:
    parsed = feedparser.parse(fetch(web, name)[2])
    assert (parsed.version, len(parsed.entries), parsed.bozo) == (version, entries, False)


def test_the_stuck_feed_has_nothing_younger_than_may(web: SampleWeb) -> None:
    parsed = feedparser.parse(fetch(web, "health-archive")[2])
    assert {entry.published_parsed.tm_mon for entry in parsed.entries} == {5}


def test_refusals(web: SampleWeb) -> None:
    assert fetch(web, "drug-agency")[0] == 412
    status, kind, body = fetch(web, "business-daily")
    assert (status, kind.partition(";")[0]) == (200, "text/html")
    assert not feedparser.parse(body).entries


def test_a_row_leads_straight_to_a_pdf(web: SampleWeb) -> None:
    path = next(a.path for a in site(web, "science-office").file.articles if a.pdf)
    _, kind, body = fetch(web, "science-office", path)
    assert kind == "application/pdf"
    assert body.startswith(b"%PDF-") and body.endswith(b"%%EOF\n")
    assert path.encode() in fetch(web, "science-office")[2]


def test_the_traditional_site_is_traditional(web: SampleWeb) -> None:
    assert "醫院" in fetch(web, "harbour-medical")[2].decode()


def test_nothing_is_published_before_its_time(web: SampleWeb) -> None:
    one = site(web, "venture-journal")
    assert one.answer("/p/2026/5120", week("2026-W46").bounds()[1]) is None
    listing = one.answer("/atom.xml", week("2026-W46").bounds()[1])
    assert listing is not None and b"/p/2026/5116" in listing.body and b"/p/2026/5120" not in listing.body


def test_unchanged_pages_answer_304_and_all_requests_are_remembered(web: SampleWeb) -> None:
    one = site(web, "venture-journal")
    with urlopen(one.base + "/atom.xml", timeout=60) as answer:
        tag = answer.headers["ETag"]
    before = len(web.requests)
    assert fetch(web, "venture-journal", **{"If-None-Match": tag})[0] == 304
    assert fetch(web, "venture-journal", "/nowhere")[0] == 404
    assert [(r.path, r.status) for r in web.requests[before:]] == [("/atom.xml", 304), ("/nowhere", 404)]
