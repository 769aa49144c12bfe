"""`yixun sources`, against a real web server on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from crawler.scouting.record import expected_of, read_recording
from jobs.cli.app import build_app
from store.errors import UsageError
from store.settings import StoreSettings
from tests.replicas import refusals
from tests.replicas.verticals import SITES

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>样本</title>{items}</channel></rss>"""
ITEM = "<item><title>样本医院试用第{n}套影像辅助系统</title><link>/n/{n}.html</link><pubDate>18 Sep 2026 0{n}:00:00 +0800</pubDate></item>"
ARTICLE = "<h1>样本医院试用第1套影像辅助系统</h1><p>2026-09-18 01:00</p><div>{}</div></body></html>"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_store: Callable[[Path], StoreSettings]) -> Path:
    """A working directory with a store and a configuration that may fetch from loopback, without pauses."""
    new_store(tmp_path / "data" / "yixun.db")
    (tmp_path / "yixun.toml").write_text(
        '[crawl]\nmin_delay = 0\nallow_networks = ["127.0.0.0/8"]\ncontact = "https://example.org/about"\nsources = ["own.yaml"]\n',
        encoding="utf-8",
    )
    (tmp_path / "own.yaml").write_text("sources: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(build_app(), ["sources", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def own(place: Path, *entries: dict[str, Any]) -> None:
    (place / "own.yaml").write_text(yaml.safe_dump({"sources": list(entries)}, allow_unicode=True), encoding="utf-8")


def feed(server: HTTPServer, robots: str = "", **fields: Any) -> dict[str, Any]:
    server.expect_request("/robots.txt").respond_with_data(robots)
    server.expect_request("/feed.xml").respond_with_data(
        FEED.format(items="".join(ITEM.format(n=n) for n in range(1, 5))), content_type="application/rss+xml"
    )
    server.expect_request("/n/1.html").respond_with_data(
        ARTICLE.format("<p>正文第一段，说明试用的经过。</p>" * 6), content_type="text/html; charset=utf-8"
    )
    base = {"id": "own-feed", "name": "样本", "homepage": server.url_for("/"), "category": "media", "kind": "feed", "scope": "on_topic"}
    return base | {"urls": [{"url": server.url_for("/feed.xml")}]} | fields


def test_list_shows_the_catalogue_with_its_reasons(place: Path) -> None:
    code, output = run("list", "--json")
    listed = {row["id"]: row for row in rows(output)}
    assert code == 0
    assert listed["google-news-rss"]["reason"].startswith("skip: ")
    assert listed["vbdata-news"]["enabled"] is False
    assert listed["chima"] | {"since": ""} == listed["chima"] | {"since": "", "enabled": True, "verified": False, "state": "new"}


def test_sources_are_switched_by_category_and_tier(place: Path) -> None:
    def listed() -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in rows(run("list", "--json")[1])}

    before = listed()
    official = {name for name, row in before.items() if row["category"] == "government" and row["enabled"]}
    assert run("disable", "chima", "--category", "government")[0] == 0
    after = listed()
    assert {name for name, row in before.items() if row["enabled"] and not after[name]["enabled"]} == official | {"chima"}
    code, output = run("enable", "--category", "media", "--tier", "trade", "chima")
    after = listed()
    assert code == 0 and "chima is switched on" in output and not any(after[name]["enabled"] for name in official)
    for words, said in ((("--tier", "best"), "there are: "), ((), "name a source"), (("--category", "media", "nothing"), "no such source")):
        code, output = run("disable", *words) if words[-1:] == ("nothing",) else refused("disable", *words)
        assert code == 2 and said in output


def refused(*words: str) -> tuple[int, str]:
    with pytest.raises(UsageError) as error:
        run(*words)
    return 2, str(error.value)


def test_a_catalogue_that_is_left_out_is_nowhere(place: Path) -> None:
    own(place, feed_entry("https://own.example/feed.xml"))
    (place / "yixun.toml").write_text('[crawl]\ncatalogue = []\nsources = ["own.yaml"]\n', encoding="utf-8")
    assert [row["id"] for row in rows(run("list", "--json")[1])] == ["own-feed"]


def feed_entry(url: str) -> dict[str, Any]:
    return {"id": "own-feed", "name": "样本", "homepage": url, "category": "media", "kind": "feed", "urls": [{"url": url}]}


def test_a_broken_entry_is_named_and_the_rest_listed(place: Path) -> None:
    own(place, {"id": "broken", "name": "x"})
    code, output = run("list")
    assert code == 3
    assert "own.yaml: broken" in output
    assert "chima" in output


def test_test_shows_rows_and_verifies(place: Path, httpserver: HTTPServer) -> None:
    own(place, feed(httpserver))
    code, output = run("test", "own-feed")
    assert code == 0
    assert "样本医院试用第1套影像辅助系统" in output
    assert "robots.txt allows" in output
    _, listed = run("list", "--json")
    assert next(row for row in rows(listed) if row["id"] == "own-feed")["verified"] is True


def test_test_of_a_page_without_its_rows_fails_with_the_reason(place: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/news").respond_with_data("<html><body><p>新版上线</p></body></html>", content_type="text/html")
    rules = {"item": "li.row", "link": "a", "title": "a::text"}
    own(place, feed(httpserver) | {"kind": "list_page", "urls": [{"url": httpserver.url_for("/news")}], "list": rules})
    code, output = run("test", "own-feed")
    assert code == 1
    assert "li.row" in output


def test_robots_are_obeyed_in_tests_too(place: Path, httpserver: HTTPServer) -> None:
    own(place, feed(httpserver, robots="User-agent: *\nDisallow: /feed.xml\n"))
    code, output = run("test", "own-feed")
    assert code == 1
    assert "robots.txt refuses 1 of 1" in output


def test_an_unproven_source_is_tested_before_it_is_switched_on(place: Path, httpserver: HTTPServer) -> None:
    own(place, feed(httpserver, access="probe_first", enabled=False))
    code, output = run("enable", "own-feed")
    assert (code, "switched on" in output) == (0, True)
    _, listed = run("list", "--enabled", "--json")
    assert "own-feed" in {row["id"] for row in rows(listed)}
    assert run("disable", "own-feed")[0] == 0
    _, listed = run("list", "--enabled", "--json")
    assert "own-feed" not in {row["id"] for row in rows(listed)}


def test_an_unproven_source_that_answers_with_a_challenge_stays_off(place: Path, httpserver: HTTPServer) -> None:
    answer = refusals()["challenge_412"]
    httpserver.expect_request("/wall").respond_with_data(answer.body, status=answer.status, content_type=answer.content_type)
    own(place, feed(httpserver) | {"access": "probe_first", "enabled": False, "urls": [{"url": httpserver.url_for("/wall")}]})
    code, output = run("enable", "own-feed")
    assert code == 1
    assert "stays off" in output
    assert "challenge" in output


def test_a_skipped_source_is_refused_with_its_reason(place: Path) -> None:
    code, output = run("enable", "huxiu")
    assert code == 2
    assert "challenge" in output


def test_an_unknown_source_suggests_near_ones(place: Path) -> None:
    code, output = run("show", "chma")
    assert code == 2
    assert "chima" in output


def test_add_finds_the_feed_a_page_declares(place: Path, httpserver: HTTPServer) -> None:
    feed(httpserver)
    httpserver.expect_request("/").respond_with_data(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>news</body></html>',
        content_type="text/html",
    )
    code, output = run("add", httpserver.url_for("/"), "--id", "found-feed")
    assert code == 0, output
    [entry] = yaml.safe_load((place / "own.yaml").read_text(encoding="utf-8"))["sources"]
    assert entry["kind"] == "feed"
    assert entry["urls"] == [{"url": httpserver.url_for("/feed.xml")}]
    assert "found-feed" in run("list")[1]


def test_add_proposes_selectors_for_a_list(place: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("")
    for key, answer in SITES["hospital-ceo"]().items():
        httpserver.expect_request(key.removeprefix("GET ")).respond_with_data(answer.body, content_type=answer.content_type)
    code, output = run("add", httpserver.url_for("/news.html"), "--id", "found-list", "--to", "new.yaml")
    assert code == 0, output
    [entry] = yaml.safe_load((place / "new.yaml").read_text(encoding="utf-8"))["sources"]
    assert entry["kind"] == "list_page"
    assert entry["list"]["date"] == "span.time::text"
    assert 'sources = ["new.yaml"]' in output


@pytest.mark.parametrize(("path", "kind"), [("/rss.xml", "feed"), ("/news-sitemap.xml", "sitemap")])
def test_add_looks_in_usual_places(place: Path, httpserver: HTTPServer, path: str, kind: str) -> None:
    news = "".join(
        f"<url><loc>{httpserver.url_for(f'/n/{n}.html')}</loc><n:news><n:publication_date>2026-09-1{n}</n:publication_date>"
        f"<n:title>样本医院试用第{n}套影像辅助系统</n:title></n:news></url>"
        for n in range(1, 4)
    )
    bodies = {
        "feed": FEED.format(items="".join(ITEM.format(n=n) for n in range(1, 4))),
        "sitemap": f"<urlset xmlns:n='news'>{news}</urlset>",
    }
    httpserver.expect_request("/robots.txt").respond_with_data("")
    httpserver.expect_request("/").respond_with_data("<html><body><p>about us</p></body></html>", content_type="text/html")
    httpserver.expect_request(path).respond_with_data(bodies[kind], content_type="text/xml")
    code, output = run("add", httpserver.url_for("/"), "--id", "found", "--to", "new.yaml")
    assert code == 0, output
    [entry] = yaml.safe_load((place / "new.yaml").read_text(encoding="utf-8"))["sources"]
    assert (entry["kind"], entry["urls"]) == (kind, [{"url": httpserver.url_for(path)}])


def test_add_writes_nothing_where_there_is_no_news(place: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("")
    httpserver.expect_request("/").respond_with_data("<html><body><p>about us</p></body></html>", content_type="text/html")
    with pytest.raises(Exception, match="no feed, news sitemap or list"):
        run("add", httpserver.url_for("/"), "--to", "new.yaml")
    assert not (place / "new.yaml").exists()


def test_an_address_that_does_not_answer_is_said_to_be_so(place: Path) -> None:
    with pytest.raises(Exception, match="not public"):
        run("test", "http://10.0.0.1/news/")


def test_record_keeps_what_reading_again_gives(place: Path, httpserver: HTTPServer) -> None:
    own(place, feed(httpserver))
    assert run("record", "own-feed", "--out", "kept")[0] == 0
    recording, expected = read_recording(place / "kept" / "own-feed")
    assert expected_of(recording) == expected
    assert len(expected["rows"]) == 4
    assert expected["article"]["text"].startswith("正文第一段")
    assert recording.replica is False


def test_opml_out_and_in(place: Path) -> None:
    assert run("export", "all.opml")[0] == 0
    code, output = run("import", "all.opml", "--to", "new.yaml")
    assert (code, "0 new" in output) == (0, True)
    (place / "foreign.opml").write_text(
        '<opml version="2.0"><body><outline text="Chima" xmlUrl="https://example.org/f.xml"/></body></opml>', encoding="utf-8"
    )
    assert run("import", "foreign.opml", "--to", "new.yaml")[0] == 0
    [entry] = yaml.safe_load((place / "new.yaml").read_text(encoding="utf-8"))["sources"]
    assert entry["id"] == "chima-2"


def test_show_tells_all_of_one_source(place: Path) -> None:
    code, output = run("show", "chima")
    assert code == 0
    assert "article_xw_l" in output
    assert "unverified" in output


def test_politeness_tells_what_hosts_were_asked_for(place: Path, httpserver: HTTPServer) -> None:
    own(place, feed(httpserver, robots="User-agent: *\nDisallow: /n/"))
    for _ in range(2):
        assert CliRunner().invoke(build_app(), ["crawl", "--source", "own-feed"]).exit_code == 0
    code, output = run("politeness", "--json")
    [row] = rows(output)
    assert (code, row["host"]) == (0, httpserver.url_for("/")[7:-1])
    # robots.txt once, the feed twice; the feed is allowed each time, its four articles never are.
    assert (row["requests"], row["robots_allowed"], row["robots_refused"], row["too_many"]) == (3, 2, 4, 0)
    assert (row["unchanged"], row["bytes"] > 1000) == ("0%", True)
    assert "own-feed" not in run("politeness", "--host", "elsewhere.test")[1]


def test_politeness_is_empty_before_any_crawl(place: Path) -> None:
    assert run("politeness", "--json") == (0, "")
