"""Fixtures for crawl tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.settings import StoreSettings
from tests.warm import fault_in

from .moved_clock import MovedClock
from .site import Site, serve_site


@pytest.fixture
def site() -> Iterator[Site]:
    """One site on 127.0.0.1."""
    with serve_site() as served:
        yield served


@pytest.fixture
def store_file(tmp_path: Path, new_store: Callable[[Path], StoreSettings]) -> StoreSettings:
    """The test's store."""
    return new_store(tmp_path / "store.db")


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedClock]:
    """The clock of the crawls of this test."""
    clock = MovedClock(tmp_path)
    monkeypatch.setenv(fault_in("crawler.fetching.run"), str(clock.fault))
    yield clock
    clock.end()
