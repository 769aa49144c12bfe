"""A process of the crawl that takes all memory, never returns or crashes: ended, recorded, and the next one works.

The faults are put into the real process by `sitecustomize`, which Python runs at its start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from crawler.fetching.run import crawl
from crawler.settings import CrawlSettings
from store.database import session_scope
from store.errors import FetchError
from store.models import Run
from store.settings import StoreSettings
from tests.hanging import HANG, end_what_hangs
from tests.warm import REAL_PYTHON

_FAULTY = """
import os, sys, threading, time

if sys.orig_argv[1:3] == ["-m", "crawler.fetching.run"]:
    import crawler.fetching.child as child

    def faulty(*_):
        {fault}

    child._run_scrapy = faulty
"""
FAULTS = {
    "takes all memory": ("kept = [bytearray(50_000_000) for _ in range(10_000)]", r"exit status 1\): MemoryError"),
    "never returns": (HANG, "had to be killed at its deadline"),
    "crashes": ("import ctypes; ctypes.string_at(0)", r"exit status -11\)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_process_is_ended_and_recorded_and_the_next_crawl_works(
    name: str, engine: Engine, store_settings: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, why = FAULTS[name]
    (tmp_path / "sitecustomize.py").write_text(_FAULTY.format(fault=fault), encoding="utf-8")
    settings = CrawlSettings(max_seconds=300, max_megabytes=512)
    with monkeypatch.context() as patch:
        # A process that starts cold: the memory of what is forked from a warm one is not capped.
        patch.setattr(sys, "executable", REAL_PYTHON)
        end_what_hangs(patch, tmp_path)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path(__file__).parents[3])]))
        with pytest.raises(FetchError, match=why):
            crawl([], settings, store_settings)
    with session_scope(engine) as session:
        assert [row.status for row in session.exec(select(Run))] == ["killed"]
    assert crawl([], settings, store_settings).status == "done"
