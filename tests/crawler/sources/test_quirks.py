"""Every quirk that was seen in real sites, each shown to be read right: by a replica of the site, or by a page made for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.fetching.faults import of_page, of_status
from crawler.fetching.robots import read_robots
from crawler.judge.judging import Judge
from crawler.readers import read_listing
from crawler.readers.base import Ask, Page
from crawler.reading.clean import clean_entry
from crawler.schedule.health import Poll, assess
from crawler.schedule.rhythm import learn
from crawler.scouting.discover import feed_links, propose_lists
from crawler.scouting.record import Recording, read_recording
from crawler.sources.source import load_sources
from store.database import utc_now
from store.errors import ParseError, SelectorMissingError
from tests.replicas import FAMILIES, SITES, refusals

RECORDED = Path(__file__).parent / "recorded"
MATRIX = Path(__file__).parents[4] / "shared" / "research" / "sites_structure.md"
CATALOGUED = {source.id: source for source in load_sources()[0]}
NOW = datetime(2026, 9, 19, 4, 0, tzinfo=UTC)
TITLE = "青禾县医院影像科试用肺结节辅助判读"
EMPTY = b"<rss version='2.0'><channel><title>mil</title></channel></rss>"


@cache
def recorded(name: str) -> tuple[Recording, dict[str, Any]]:
    return read_recording(RECORDED / name)


def raw(name: str, number: int = 0) -> bytes:
    return recorded(name)[0].pages[number].body


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = recorded(name)[1]["rows"]
    return found


def column(name: str, field: str) -> list[Any]:
    return [row[field] for row in rows(name)]


def read(name: str, body: bytes, content_type: str = "text/html") -> Any:
    source = CATALOGUED[name]
    ask = Ask(source.urls[0].url, root=source.urls[0].url)
    return read_listing(Page(ask, ask.url, body, content_type, NOW), source)


def fails(name: str, body: bytes, error: type[Exception], content_type: str = "text/html") -> bool:
    with pytest.raises(error):
        read(name, body, content_type)
    return True


def refusal(name: str) -> str | None:
    answer = refusals()[name]
    fault = of_status(answer.status) or of_page(answer.body, status=answer.status, url="https://a.test/x", asked="https://a.test/x")
    return fault.kind if fault else None


def state(*, empty: bool, newest: datetime | None) -> str:
    rhythm = learn([newest] * 3 if newest else [], NOW)
    return assess([Poll(NOW, empty=empty)], now=NOW, enabled=True, rhythm=rhythm, last_new_at=newest, newest_entry_at=newest).status


def gb2312() -> bool:
    """The bytes hold a character outside GB2312, and are GB18030; a page saved as UTF-8 with the declaration left in is read too."""
    recording, expected = recorded("people-health")
    body = recording.article.body if recording.article else b""
    assert b"GB2312" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")
    broken = recording.pages[0].body.decode("gb18030").encode("utf-8")
    return "朱镕" in expected["article"]["editors"] and read("people-health", broken).entries[0].title == TITLE


def missing_charset() -> bool:
    return all("charset" not in (page.content_type or "") for page in recorded("nhsa-news")[0].pages) and TITLE in column(
        "nhsa-news", "title"
    )


def in_cdata() -> bool:
    """Rows stand in no element, the title attribute is longer than the text, page two needs a token of page one."""
    assert b"<record><![CDATA[<li>" in raw("nhsa-policy")
    wanted = recorded("nhsa-policy")[0].pages[1].ask
    site = SITES["nhsa-policy"]()
    answer = next(answer for key, answer in site.items() if key.startswith("POST"))
    assert answer.needs in (wanted.form or ())
    assert b"<record>" not in answer.otherwise
    return len(rows("nhsa-policy")) == 6 and not any(title.endswith("…") for title in column("nhsa-policy", "title"))


def json_in_a_string() -> bool:
    assert b'\\"NEWS_ID\\"' in raw("hkexnews", -1)
    assert raw("cctv-news").startswith(b"china(")
    # Day first, Hong Kong time.
    return column("hkexnews", "published")[0] == "2026-09-18T08:30:00+00:00" and len(rows("cctv-news")) == 3


def relative_links() -> bool:
    ndrc, nhsa, cctv = (column(name, "link")[0] for name in ("ndrc-notices", "nhsa-news", "cctv-news"))
    assert b'href="./' in raw("ndrc-notices")
    assert b'"//news.cctv.com' in raw("cctv-news")
    assert ndrc == "https://www.ndrc.gov.cn/xxgk/zcfb/tz/202609/t20260918_6100.html"
    return nhsa.startswith("https://www.nhsa.gov.cn/art/2026/9/18/") and cctv == "https://news.cctv.com/6100.shtml"


def spacer_rows() -> bool:
    assert b'<li class="empty">' in raw("ndrc-notices")
    assert b"popbox" in raw("ndrc-notices")
    return not any(
        "解读" in title or "/jd/jd/" in link
        for title, link in zip(column("ndrc-notices", "title"), column("ndrc-notices", "link"), strict=True)
    )


def dates_in_disguise() -> bool:
    written = {
        "chima": "</b> 2026.09",
        "cnmia": "发布时间：2026",
        "beijing-economy-it-bureau": "[2026-",
        "nifdc-device-standards": "(2026-",
    }
    assert all(text in raw(name).decode() for name, text in written.items())
    return all(column(name, "published")[0] == "2026-09-17T16:00:00+00:00" for name in written)


def relative_dates() -> bool:
    assert "3 小时前" in raw("vbdata-financing").decode()
    return column("vbdata-financing", "published") == [
        "2026-09-19T01:00:00+00:00",
        "2026-09-16T16:00:00+00:00",
        "2026-09-18T00:15:00+00:00",
        None,
    ]


def epochs() -> bool:
    assert re.search(rb'"publishTime": \d{10}\b', raw("yxj"))
    assert re.search(rb'"announcementTime": \d{13}\b', raw("cninfo-announcements"))
    attribute = recorded("jiemian-health")[1]["article"]["published"]
    days = {name: column(name, "published")[0] for name in ("yxj", "cninfo-announcements")}
    return set(days.values()) | {attribute} == {"2026-09-18T01:30:00+00:00"}


def unparseable() -> bool:
    """What cannot be read is unknown, never now; the article has a date of its own."""
    found = column("fierce-biotech", "published")
    assert b"This Friday" in raw("fierce-biotech")
    return (
        found == [None, "2026-09-17T16:30:00+00:00", None, "2026-09-14T16:30:00+00:00"]
        and recorded("fierce-biotech")[1]["article"]["published"]
    )


def tracking() -> bool:
    source, check = CATALOGUED["scmp-tech"], Judge().cheap_check
    entry = clean_entry(read("scmp-tech", raw("scmp-tech")).entries[0], source, check=check)
    assert b"utm_source" in raw("scmp-tech")
    return entry.link == "https://www.scmp.com/tech/article/6100/sample-story" and "utm_source" in (entry.guid or "")


def no_guid() -> bool:
    assert b"<guid" not in raw("npj-digital-medicine")
    entries = read("npj-digital-medicine", raw("npj-digital-medicine"), "application/rdf+xml").entries
    return (
        [d.guid for d in entries] == [d.link for d in entries]
        and {d.published_precision for d in entries} == {"day"}
        and entries[0].authors == ("Lin Y.", "Chen X.")
    )


def wordpress() -> bool:
    """Entities in titles, a guid that is not the link, and a last paragraph that says nothing."""
    entries = read("stat-news", raw("stat-news"), "application/rss+xml").entries
    assert b"appeared first on" in raw("stat-news")
    assert not any("appeared first" in entry.summary + entry.text for entry in entries)
    return entries[0].title.startswith("Sample’s ") and entries[0].guid == "https://www.statnews.com/?p=6100"


def hashed_classes() -> bool:
    other = raw("thepaper-10percent").replace(b"__XAuva", b"__Qz12x").replace(b"__MC3AJ", b"__Rt98y")
    rebuilt = raw("vbdata-news").replace(b"data-v-4f1c", b"data-v-99ab")
    return all(read(name, body).entries[0].title == TITLE for name, body in (("thepaper-10percent", other), ("vbdata-news", rebuilt)))


def documents() -> bool:
    kinds = {entry.media_type for entry in read("most-disclosure", raw("most-disclosure")).entries}
    return kinds == {"application/pdf", "text/html"}


def state_object() -> bool:
    assert b'esid:"' in raw("bydrug")
    return rows("bydrug")[0]["title"].endswith('/"试点"') and rows("bydrug")[1]["published"] == "2026-09-17T01:12:00+00:00"


def wechat() -> bool:
    return any(
        link.startswith("https://mp.weixin.qq.com/")
        for name in ("nifdc-device-standards", "tencent-hunyuan")
        for link in column(name, "link")
    )


def challenges() -> bool:
    told = {name: refusal(name) for name in refusals()}
    assert {told[f"challenge_{status}"] for status in (412, 202, 200)} == {"challenge"}
    assert (told["forbidden_403"], told["slow_down_429"]) == ("http_403", "http_429")
    # Words in the place of JSON, with 200.
    return told["slow_down_200"] is None and fails("gdelt-doc", refusals()["slow_down_200"].body, ParseError)


def page_at_a_feed() -> bool:
    body = refusals()["page_at_a_feed"].body
    with pytest.raises(ParseError, match="not_a_feed"):
        read("36kr-feed", body)
    return not feed_links(body.decode(), "https://a.test/") and not propose_lists(body.decode(), "https://a.test/", now=NOW)


def robots() -> bool:
    """A path forbidden, another allowed; that a 403 forbids nothing is shown by a crawl (test_limits)."""
    policy = read_robots("User-agent: *\nDisallow: /d/\nDisallow: /e/", "Yixun", believed_until=utc_now())
    return policy.allows("http://www.natcm.gov.cn/a/tzgg/", "Yixun") and not policy.allows("http://www.natcm.gov.cn/d/1.html", "Yixun")


QUIRKS: dict[str, Callable[[], Any]] = {
    "GB2312 declared, gb18030 needed": gb2312,
    "charset missing in header": missing_charset,
    "BOM before JSON": lambda: raw("gov-cn-latest-policy").startswith(b"\xef\xbb\xbf") and rows("gov-cn-latest-policy"),
    "records in CDATA inside script": in_cdata,
    "JSON in JSON string, JSONP": json_in_a_string,
    "non-JSON state object": state_object,
    "JavaScript redirect page": lambda: refusal("javascript_redirect") == "challenge",
    "relative `./`, `../../../`, root-relative, protocol-relative `//`": relative_links,
    "other host or http in list": lambda: (
        {link.rpartition("/")[0] for link in column("bioon", "link")} == {"http://news.bioon.com/article"}
    ),
    "spacer and nested rows": spacer_rows,
    "date split, date with prefix, brackets, parentheses": dates_in_disguise,
    "relative dates": relative_dates,
    "time only on the same day": lambda: column("stcn-news", "published")[:2] == ["2026-09-19T03:42:00+00:00", "2026-09-19T00:05:00+00:00"],
    "month and day without year": lambda: [d[:10] for d in column("latepost", "published")] == ["2026-09-17", "2026-09-01", "2025-12-29"],
    "epoch seconds / milliseconds": epochs,
    "no time zone": lambda: column("chinanews-scroll", "published")[0] == "2026-09-18T04:53:46+00:00",
    "unparseable date": unparseable,
    "zombie feed: 200, valid, newest item years old": lambda: state(empty=False, newest=datetime(2019, 12, 4, tzinfo=UTC)) == "stale",
    "empty but valid feed": lambda: not read("chinanews-scroll", EMPTY, "text/xml").entries and state(empty=True, newest=None) == "stale",
    "HTML at a feed URL with 200": page_at_a_feed,
    "tracking parameters in link and guid": tracking,
    "no guid": no_guid,
    "wrapped link": lambda: column("bing-news-rss", "link")[0] == "https://publisher.test/story/6100?a=1",
    "hashed CSS classes": hashed_classes,
    "PDF instead of HTML": documents,
    "mp.weixin.qq.com as target": wechat,
    "challenge pages 412, 202, 200; 403; 429; 444": challenges,
    "robots.txt: 403, missing, disallow for one path": robots,
    "WordPress traps": wordpress,
}
# Shown elsewhere: a redirect between /feed and /feed/ needs a server (test_slash_redirects).
BY_CRAWL = {"slash redirect"}


@pytest.mark.parametrize("name", QUIRKS)
def test_the_quirk_is_read_right(name: str) -> None:
    assert QUIRKS[name]()


def test_every_quirk_that_was_collected_is_shown() -> None:
    if not MATRIX.exists():
        pytest.skip("the shared research is not here")
    table = MATRIX.read_text(encoding="utf-8").partition("## D. Quirk matrix")[2].partition("## E.")[0]
    collected = [line.split(" | ")[0].strip("| ") for line in table.splitlines() if line.startswith("| ")]
    assert len(collected) > 20
    assert set(collected) - {"Quirk"} - set(QUIRKS) - BY_CRAWL == set()


def test_every_family_of_sites_has_a_recorded_replica() -> None:
    for family, names in FAMILIES.items():
        for name in names:
            assert name in SITES, family
            assert recorded(name)[0].replica, name


def test_corrections_and_adverts_are_left_out() -> None:
    for name, word in (("npj-digital-medicine", "Author Correction"), ("kanyijie", "培训班")):
        listing = read(name, raw(name), recorded(name)[0].pages[0].content_type or "")
        assert word in raw(name).decode()
        assert not any(word in entry.title for entry in listing.entries)
        assert listing.passed_over["excluded title"] == 1


def test_a_redesigned_page_is_named() -> None:
    assert fails("vbdata-news", raw("vbdata-news").replace(b"event-card", b"card"), SelectorMissingError)
