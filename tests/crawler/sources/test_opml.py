"""OPML written and read."""

from __future__ import annotations

import pytest

from crawler.sources.opml import new_id, read_opml, write_opml
from crawler.sources.source import Source, load_sources
from store.errors import ParseError

FOREIGN = b"""<?xml version="1.0"?><opml version="1.0"><head/><body>
<outline text="Folder"><outline text="Health &amp; AI" type="rss" xmlUrl="https://example.org/feed.xml" htmlUrl="https://example.org/"/>
<outline text="Health &amp; AI" type="rss" xmlUrl="https://example.net/rss"/><outline text="broken" xmlUrl="ftp://example.org/x"/></outline></body></opml>"""


def test_every_feed_of_the_catalogue_survives_the_round_trip() -> None:
    feeds = [s for s in load_sources()[0] if s.kind == "feed"]
    again, errors = read_opml(write_opml(feeds))
    assert errors == []
    held = {"evidence"}
    assert [s.model_dump(exclude=held) for s in again] == [s.model_dump(exclude=held) for s in feeds]
    assert len(feeds) > 40


def test_whatever_a_feed_may_say_of_itself_survives() -> None:
    """All that is no rule, selector or code: OPML has no room for those, and no feed needs them."""
    fields = {
        "id": "all-said", "name": "All <said> & done", "name_zh": "全都说了", "homepage": "https://example.org/?a=1&b=2",
        "language": "zh-Hant", "category": "journal", "kind": "feed", "scope": "on_topic", "access": "probe_first", "enabled": False,
        "tier": "primary", "urls": [{"url": "https://example.org/f?a=1&b=2", "label": "一"}, {"url": "https://example.org/g"}],
        "poll_hours": 7.5, "floor_hours": 2.0, "timezone": "Asia/Hong_Kong", "encoding": "big5", "fetch_articles": False,
        "exclude": "^Author Correction: <x> & \"y\"", "link_param": "url",
        "verified_on": "2026-09-19", "notes": "Line one\nline two \"quoted\"",
    }  # fmt: skip
    source = Source.model_validate(fields)
    unsaid = {name for name, value in source.model_dump().items() if value == Source.model_fields[name].default}
    assert unsaid == {"list", "api", "article", "reader", "evidence"}
    [again], errors = read_opml(write_opml([source]))
    assert errors == []
    assert again == source


def test_a_list_of_another_reader_is_understood() -> None:
    sources, errors = read_opml(FOREIGN)
    assert [(s.id, s.urls[0].url) for s in sources] == [
        ("health-ai", "https://example.org/feed.xml"),
        ("health-ai-2", "https://example.net/rss"),
    ]
    assert sources[1].homepage == "https://example.net/"
    assert len(errors) == 1
    assert "broken" in str(errors[0])


@pytest.mark.parametrize("document", [b"", b"<html></html>", b"not xml", b"<opml></opml>"])
def test_what_is_no_opml_is_said(document: bytes) -> None:
    with pytest.raises(ParseError, match="is no OPML"):
        read_opml(document)


def test_entities_are_refused() -> None:
    bomb = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
    <opml><body><outline text="x&b;" xmlUrl="https://example.org/f"/></body></opml>"""
    with pytest.raises(ParseError, match="entities"):
        read_opml(bomb)


def test_ids_are_made_from_names() -> None:
    assert new_id("动脉网", set()) == "source"
    assert new_id("STAT News", {"stat-news"}) == "stat-news-2"
