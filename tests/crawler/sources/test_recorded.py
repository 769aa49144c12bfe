"""Every recorded source, read again: one assertion a field. After a change on purpose: `python -m tests.replicas.record`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.scouting.record import Recording, expected_of, read_recording
from crawler.sources.source import CATALOGUE, load_sources, read_source_file
from store.errors import ParseError

RECORDED = Path(__file__).parent / "recorded"
FOLDERS = sorted(path for path in RECORDED.iterdir() if path.is_dir())
CATALOGUED = {source.id: source for source in load_sources()[0]}


@cache
def recorded(folder: Path) -> tuple[Recording, dict[str, Any], dict[str, Any]]:
    recording, expected = read_recording(folder)
    return recording, expected, expected_of(recording)


@pytest.mark.parametrize("field", ["title", "link", "published", "precision", "summary"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_rows(folder: Path, field: str) -> None:
    _, expected, found = recorded(folder)
    assert [row[field] for row in found["rows"]] == [row[field] for row in expected["rows"]]


@pytest.mark.parametrize("field", ["title", "published", "precision", "authors", "editors", "source", "text"])
@pytest.mark.parametrize("folder", [f for f in FOLDERS if recorded(f)[1]["article"]], ids=lambda f: f.name)
def test_article(folder: Path, field: str) -> None:
    _, expected, found = recorded(folder)
    assert found["article"][field] == expected["article"][field]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_recordings_are_of_the_present_definition(folder: Path) -> None:
    recording, _, _ = recorded(folder)
    assert recording.source == CATALOGUED[folder.name], "record it again: the catalogue's entry has changed"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_recordings_give_dated_rows(folder: Path) -> None:
    _, expected, _ = recorded(folder)
    assert expected["rows"]
    article = expected["article"] or {}
    assert all(row["published"] for row in expected["rows"]) or article.get("published"), "neither the rows nor the article have a date"
    assert all(row["link"].startswith("http") for row in expected["rows"])


def test_every_enabled_list_page_and_json_source_is_recorded() -> None:
    needed = {s.id for s in CATALOGUED.values() if s.enabled and s.kind in ("list_page", "json_api")}
    assert needed - {folder.name for folder in FOLDERS} == set()


def test_the_catalogue_is_valid_unique_and_sorted() -> None:
    sources, errors = load_sources()
    assert errors == []
    for path in CATALOGUE.glob("*.yaml"):
        ids = [source.id for source in read_source_file(path)[0]]
        assert ids == sorted(ids), path.name
    assert sum(source.enabled for source in sources) >= 65
    assert len(sources) >= 130


def test_skipped_and_unproven_sources_are_not_enabled() -> None:
    for source in CATALOGUED.values():
        assert source.access == "ok" or not source.enabled, source.id
    assert CATALOGUED["google-news-rss"].access.startswith("skip: ")


def test_nothing_is_verified_that_no_live_test_has_seen() -> None:
    assert [s.id for s in CATALOGUED.values() if s.verified_on] == []


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ParseError, match="is no recording"):
        read_recording(tmp_path)
