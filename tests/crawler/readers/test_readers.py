"""The sites that need code of their own, and what JSON is wrapped in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.readers import destination, first_asks, read_listing
from crawler.readers.base import Ask, Page
from crawler.readers.listing import alternatives
from crawler.sources.source import ApiRules, ListRules, Source, SourceUrl, fill_days, load_sources
from store.errors import ParseError, SelectorMissingError

NOW = datetime(2026, 7, 10, 4, 0, tzinfo=UTC)
CATALOGUED = {source.id: source for source in load_sources()[0]}
ID = "0123456789abcdef0123456789abcde"
STATE = (
    '<script>window.__NUXT__=(function(a,b,c,d){return {layout:"default",data:[{list:['
    f'{{esid:"{ID}1",title:"双抗\\u002F新药：县域试点 \\"先行\\"",abstracts:a,publishTime:"2026-07-09 08:00:00",createTime:b,tags:[c]}},'
    f'{{esid:"{ID}2",title:d,abstracts:"摘要二",publishTime:b,createTime:b,tags:[]}}'
    ']}]}}("","2026-07-09 09:12:00","创新药","参数里的标题"));</script>'
)


def page(source: Source, body: str, url: str | None = None) -> Page:
    address = url or source.urls[0].url
    return Page(
        Ask(address, root=source.urls[0].url), url=address, body=body.encode(), content_type="text/html; charset=utf-8", fetched_at=NOW
    )


def test_bydrug_is_read_from_its_state_object() -> None:
    source = CATALOGUED["bydrug"]
    entries = read_listing(page(source, f"<html>{STATE}</html>"), source).entries
    assert [d.title for d in entries] == ['双抗/新药：县域试点 "先行"', "参数里的标题"]
    assert entries[0].published_at == datetime(2026, 7, 9, 0, 0, tzinfo=UTC)
    assert entries[1].published_at == datetime(2026, 7, 9, 1, 12, tzinfo=UTC)
    assert entries[1].summary == "摘要二"
    assert entries[0].link == f"https://bydrug.pharmcube.com/news/detail/{ID}1"


def test_bydrug_rebuilt_is_named() -> None:
    source = CATALOGUED["bydrug"]
    with pytest.raises(SelectorMissingError, match="rebuilt"):
        read_listing(page(source, "<html></html>"), source)


def test_hkexnews_asks_for_the_stock_id_first() -> None:
    source = CATALOGUED["hkexnews"]
    asks = first_asks(source, NOW)
    assert all("prefix.do" in ask.url for ask in asks)
    listing = read_listing(page(source, 'callback({"stockInfo":[{"stockId":77,"code":"02192"}]});', asks[0].url), source)
    assert listing.follow_always
    assert "stockId=77" in listing.next[0].url
    assert "fromDate=20260626&toDate=20260710" in listing.next[0].url
    with pytest.raises(ParseError, match="no stock id"):
        read_listing(page(source, "callback({});", asks[0].url), source)


def made(kind: str, **rules: object) -> Source:
    fields = {"id": "made", "name": "made", "homepage": "https://example.org/", "category": "media", "kind": kind}
    return Source.model_validate(fields | {"urls": [{"url": "https://example.org/x"}]} | rules)


def test_html_inside_json_is_read_by_list_rules() -> None:
    source = made(
        "json_api",
        api=ApiRules(items="", title="", unwrap="html-in-json", unwrap_path="data.html"),
        list=ListRules(item="li", link="a", title="a::text", date="span::text"),
    )
    body = '{"success":true,"data":{"html":"<ul><li><a href=\\"/n/1.html\\">一条消息</a><span>2026年07月09日</span></li></ul>"}}'
    [entry] = read_listing(page(source, body), source).entries
    assert (entry.title, entry.link, entry.published_at) == (
        "一条消息",
        "https://example.org/n/1.html",
        datetime(2026, 7, 8, 16, 0, tzinfo=UTC),
    )


def test_json_inside_a_script_is_cut_out() -> None:
    source = made("json_api", api=ApiRules(items="data", title="t", link="u", unwrap="js-assignment"))
    [entry] = read_listing(page(source, 'var press = {"data":[{"t":"A notice","u":"/1.html"}]};'), source).entries
    assert entry.link == "https://example.org/1.html"
    with pytest.raises(ParseError, match="expected JSON"):
        read_listing(page(source, "var press = [unquoted];"), source)


def test_links_that_carry_their_destination() -> None:
    wrapped = "https://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fexample.org%2fa%3fb%3d1&c=2"
    assert destination(wrapped, "url") == "https://example.org/a?b=1"
    assert destination("https://example.org/a", "url") == "https://example.org/a"
    assert destination("https://example.org/?url=javascript:alert(1)", "url") == "https://example.org/?url=javascript:alert(1)"
    assert destination(None, "url") is None


def test_days_are_filled_in() -> None:
    assert fill_days("/{today-3:%Y-%m-%d}/{today:%Y%m%d}/{page}", NOW) == "/2026-07-07/20260710/{page}"
    asks = first_asks(CATALOGUED["medrxiv"], NOW)
    assert asks[0].url.endswith("/2026-07-07/2026-07-10/0")
    assert asks[0].root == CATALOGUED["medrxiv"].urls[0].url


def test_alternatives_keep_their_order_and_their_commas() -> None:
    assert alternatives("a::attr(title), a::text") == ["a::attr(title)", "a::text"]
    assert alternatives("a[href*='x,y'], :not(.a, .b) i") == ["a[href*='x,y']", ":not(.a, .b) i"]


def test_urls_need_a_host() -> None:
    with pytest.raises(ValueError, match="url"):
        SourceUrl(url="https:///x")
