"""What a page offers as a source: feeds, usual places, lists of headlines."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from crawler.scouting.discover import common_places, feed_links, propose_lists
from crawler.sources.source import Source, load_sources
from tests.replicas import SITES, refusals
from tests.replicas.base import rows

NOW = datetime(2026, 9, 19, 4, 0, tzinfo=UTC)
LISTS = [s for s in load_sources()[0] if s.enabled and s.kind == "list_page" and s.list and not s.list.extract]


def front_page(source: Source) -> str:
    parts = urlsplit(source.urls[0].url)
    answer = SITES[source.id]()["GET " + parts.path]
    return answer.body.decode(source.encoding or "utf-8")


@pytest.mark.parametrize("source", LISTS, ids=lambda s: s.id)
def test_the_list_of_every_replica_is_found(source: Source) -> None:
    proposals = propose_lists(front_page(source), source.urls[0].url, now=NOW)
    assert proposals, "no list found"
    titles = {row.title for row in proposals[0].rows}
    assert {row.title for row in rows(3)} <= titles
    assert all(row.link.startswith("http") for row in proposals[0].rows)


def test_dates_are_read_where_the_rows_show_them() -> None:
    source = next(s for s in LISTS if s.id == "hospital-ceo")
    best = propose_lists(front_page(source), source.urls[0].url, now=NOW)[0]
    assert best.rows[0].date == datetime(2026, 9, 18, 8, 58, tzinfo=UTC)


def test_a_menu_is_no_list_of_headlines() -> None:
    menu = "".join(f"<li><a href='/{n}'>栏目{n}</a></li>" for n in range(8))
    assert propose_lists(f"<body><ul class='nav'>{menu}</ul></body>", "https://example.org/", now=NOW) == []


@pytest.mark.parametrize("name", sorted(refusals()))
def test_a_refusal_offers_nothing(name: str) -> None:
    page = refusals()[name].body.decode()
    assert propose_lists(page, "https://example.org/", now=NOW) == []
    assert feed_links(page, "https://example.org/") == []


def test_feeds_are_found_by_declaration_then_by_name() -> None:
    page = """<head><link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="alternate" hreflang="en" href="/en/"></head>
    <body><a href="https://example.org/feed/">RSS</a><a href="/rss.xml">all</a><a href="/feedback">write to us</a></body>"""
    assert feed_links(page, "https://example.org/news/") == ["https://example.org/feed/", "https://example.org/rss.xml"]


def test_usual_places_stand_on_the_host() -> None:
    places = common_places("https://example.org/a/b?c=1")
    assert "https://example.org/feed" in places
    assert "https://example.org/news-sitemap.xml" in places


def test_broken_html_is_survived() -> None:
    assert propose_lists("<ul><li><a href='x'" * 50, "https://example.org/", now=NOW) == []
