"""Feeds read from bytes: how often they ask to be polled, what is refused, and what real servers send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.readers import read_listing
from crawler.readers.base import Ask, Listing, Page
from crawler.sources.source import Source, SourceUrl
from store.errors import ParseError

NOW = datetime(2026, 9, 19, 4, 0, tzinfo=UTC)
ITEM = "<item><title>医院试用影像软件</title><link>/1.html</link></item>"
SY = "http://purl.org/rss/1.0/modules/syndication/"
HOUR = 3600


def source(**fields: object) -> Source:
    values = {"id": "made", "name": "made", "homepage": "https://example.org/", "category": "media", "kind": "feed"}
    return Source.model_validate(values | {"urls": [SourceUrl(url="https://example.org/feed.xml")]} | fields)


def read(body: str | bytes, content_type: str = "application/rss+xml", **fields: object) -> Listing:
    made = source(**fields)
    raw = body.encode() if isinstance(body, str) else body
    url = made.urls[0].url
    return read_listing(Page(Ask(url, root=url), url, raw, content_type, NOW), made)


def rss(inside: str = ITEM, namespaces: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {namespaces}><channel><title>样本</title>{inside}</channel></rss>'


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("<ttl>60</ttl>", HOUR),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 6 * HOUR),
        ("<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 168 * HOUR),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        ("<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>", HOUR / 2),
        ("", None),
    ],
)
def test_how_often_a_feed_asks_to_be_polled(words: str, seconds: float | None) -> None:
    assert read(rss(words + ITEM, f'xmlns:sy="{SY}"')).ttl_seconds == seconds


@pytest.mark.parametrize("glue", [' a{n}=""', " a{n}='>'", " a{n}", 'a{n}=""', ' xmlns:a{n}="u"', ' a{n} = "x y z"'])
def test_a_tag_of_too_many_attributes_is_refused_whatever_its_form(glue: str) -> None:
    attributes = "".join(glue.format(n=n) for n in range(400))
    with pytest.raises(ParseError, match=r"a <item> with \d{3} attributes"):
        read(rss(f"<item {attributes}><title>多</title></item>"))


def test_many_words_in_few_attributes_are_fine() -> None:
    words = "word = 'quoted' > " * 500
    listing = read(rss(f'<item note="{words}" other="{words}"><title>一条</title><link>/1.html</link></item>'))
    assert [entry.title for entry in listing.entries] == ["一条"]


def test_entities_are_never_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    listing = read(f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>{rss(ITEM.replace("软件", "软件&l11;"))}')
    assert len(listing.entries[0].title) < 50


def test_a_doctype_without_end_leaves_no_feed() -> None:
    with pytest.raises(ParseError):
        read("<!DOCTYPE rss [" + "<!ENTITY e " * 100_000)
