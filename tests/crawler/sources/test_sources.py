"""Source entries: every field is checked when it is read, and a wrong one is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.sources.source import load_sources, read_source_file
from store.errors import SourceError

GOOD: dict[str, Any] = {
    "id": "sample",
    "name": "Sample",
    "homepage": "https://example.org/",
    "category": "media",
    "kind": "list_page",
    "urls": [{"url": "https://example.org/news/"}],
    "list": {"item": "li", "link": "a", "title": "a::attr(title), a::text", "pages": {"token": {"unit": "unit=(\\d+)"}}},
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "id": ({"id": "Sample Source"}, "id: "),
    "homepage": ({"homepage": "example.org"}, "homepage: "),
    "language": ({"language": "de"}, "language: "),
    "category": ({"category": "blog"}, "category: "),
    "kind": ({"kind": "gopher"}, "kind: "),
    "access": ({"access": "maybe"}, "access: "),
    "skip-without-reason": ({"access": "skip: ", "enabled": False}, "access: "),
    "no-urls": ({"urls": []}, "urls: "),
    "url-without-host": ({"urls": [{"url": "https:///x"}]}, "urls.0.url: "),
    "url-of-another-scheme": ({"urls": [{"url": "file:///etc/passwd"}]}, "urls.0.url: "),
    "poll-hours": ({"poll_hours": 0}, "poll_hours: "),
    "floor-hours": ({"floor_hours": 48}, "floor_hours: "),
    "timezone": ({"timezone": "Asia/Beijing"}, "timezone: .*no time zone"),
    "timezone-as-a-path": ({"timezone": "../../etc/passwd"}, "timezone: .*no time zone"),
    "encoding": ({"encoding": "gb-2312-80x"}, "encoding: .*no encoding"),
    "reader": ({"reader": "nobody"}, "reader: .*no reader"),
    "selector": ({"list": {**GOOD["list"], "item": "li["}}, "list.item: .*no CSS selector"),
    "empty-selector": ({"list": {**GOOD["list"], "link": ""}}, "list.link: "),
    "article-selector": ({"article": {"body": "div..x"}}, "article.body: .*no CSS selector"),
    "pattern": ({"list": {**GOOD["list"], "extract": "(["}}, "list.extract: .*no regular expression"),
    "token": ({"list": {**GOOD["list"], "pages": {"token": {"unit": "("}}}}, "list.pages.token.unit: .*no regular expression"),
    "pages": ({"list": {**GOOD["list"], "pages": {"max": 500}}}, "list.pages.max: "),
    "path": ({"kind": "json_api", "api": {"items": "data[", "title": "t"}}, r"api\.items: .*no path"),
    "unknown-field": ({"selector": "li"}, "selector: "),
    "unknown-rule": ({"list": {**GOOD["list"], "headline": "h1"}}, "list.headline: "),
    "list-without-rules": ({"list": None}, "needs `list`"),
    "api-without-rules": ({"kind": "json_api"}, "needs `api`"),
    "enabled-unproven": ({"access": "probe_first"}, "enabled although"),
    "verified-on": ({"verified_on": "yesterday"}, "verified_on: "),
}


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump({"sources": list(entries)}, allow_unicode=True), encoding="utf-8")
    return path


def test_a_good_entry_is_read(tmp_path: Path) -> None:
    sources, errors = read_source_file(written(tmp_path, GOOD))
    assert errors == []
    assert [source.id for source in sources] == ["sample"]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_is_named_and_hides_no_other_entry(tmp_path: Path, name: str) -> None:
    change, words = WRONG[name]
    sources, [error] = read_source_file(written(tmp_path, GOOD | change, GOOD | {"id": "other"}))
    assert [source.id for source in sources] == ["other"]
    with pytest.raises(SourceError, match=words):
        raise error
    assert "own.yaml" in str(error)


def test_an_id_used_twice_is_named(tmp_path: Path) -> None:
    sources, [error] = load_sources([written(tmp_path, GOOD, GOOD)])
    assert len(sources) == 1
    assert "used twice" in str(error)


@pytest.mark.parametrize("text", ["sources: {}", "- just\n- words: [", "5", "\x00"])
def test_a_file_that_is_no_list_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"own\.yaml"):
        read_source_file(path)


def test_parts_of_the_built_in_catalogue_can_be_left_out_for_good(tmp_path: Path) -> None:
    def ids(*words: str) -> set[str]:
        sources, errors = load_sources(catalogue=list(words))
        assert errors == []
        return {source.id for source in sources}

    everything = {source.id: source for source in load_sources()[0]}
    media = {name for name, source in everything.items() if source.category == "media"}
    assert ids() == set()
    assert ids("media") == media and ids("media", "-caixin") == media - {"caixin-global", "caixin-scroll"} != media
    assert ids("-36kr") == set(everything) - {"36kr-feed", "36kr-newsflash"}
    assert ids("-media") == set(everything) - media
    other = min(set(everything) - media)
    assert ids("media", other) == media | {other}
    own = written(tmp_path, GOOD | {"id": "36kr-feed"})
    sources, errors = load_sources(added=[own], catalogue=["-36kr", "-nonsense"])
    assert {source.id: source.name for source in sources}["36kr-feed"] == GOOD["name"] and len(sources) == len(everything) - 1
    assert [str(error) for error in errors] == ["crawl.catalogue: nonsense: is no category and no id of the built-in catalogue"]
