"""A crawl that takes all memory, never returns or crashes: the daemon ends and records it, tells of it, and the next slot runs."""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
import yaml
from sqlalchemy import Engine
from sqlmodel import col, select

from jobs.config import load_settings
from jobs.daemon import Daemon
from store.database import session_scope, utc_now
from store.models import Item, Ledger, Run
from store.settings import StoreSettings
from tests.crawler.fetching.test_child_ended import _FAULTY, FAULTS
from tests.crawler.site import serve_site
from tests.databases import postgresql_in_soak
from tests.hanging import end_what_hangs
from tests.jobs.watching import an_ear
from tests.warm import REAL_PYTHON


@postgresql_in_soak
@pytest.mark.parametrize("name", FAULTS)
def test_the_daemon_tells_of_a_crawl_that_was_ended_and_goes_on(
    name: str, engine: Engine, store_settings: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, why = FAULTS[name]
    (tmp_path / "sitecustomize.py").write_text(_FAULTY.format(fault=fault), encoding="utf-8")
    with serve_site() as site, an_ear() as ear:
        site.put_feed("/feed.xml", [(f"{site.base}/news/1.html", "某医院放射科用上影像辅助系统")])
        site.put_article("/news/1.html", "某医院放射科用上影像辅助系统")
        source = site.source().model_dump(mode="json", exclude_defaults=True)
        (tmp_path / "own.yaml").write_text(yaml.safe_dump({"sources": [source]}, allow_unicode=True), encoding="utf-8")
        environ = {
            "YIXUN_STORE__URL": store_settings.url.get_secret_value(),
            "YIXUN_CRAWL__CATALOGUE": "[]",
            "YIXUN_CRAWL__SOURCES": str(tmp_path / "own.yaml"),
            "YIXUN_CRAWL__ALLOW_NETWORKS": "127.0.0.0/8",
            "YIXUN_CRAWL__MIN_DELAY": "0",
            "YIXUN_CRAWL__MAX_MEGABYTES": "512",
            "YIXUN_CRAWL__MAX_SECONDS": "300",
            "YIXUN_MAIL__OUT": str(tmp_path / "out"),
            "YIXUN_ALERTS__URLS": f"json://{ear.place}/hook",
        }
        daemon = Daemon(engine, load_settings(None, environ=environ))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", REAL_PYTHON)
            end_what_hangs(patch, tmp_path)
            patch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])]))
            daemon.look()
        daemon.watch.look()
        with session_scope(engine) as session:
            [crawl] = session.exec(select(Ledger).where(Ledger.job == "crawl"))
            assert crawl.status == "failed" and re.search(why, crawl.note)
            assert session.exec(select(Run.status)).all() == ["killed"]
        told = [body for body in ear.said("/hook") if "crawl crawl: the last crawl failed" in body]
        assert len(told) == 1
        # The next slot runs, and the trouble is over.
        with time_machine.travel(utc_now() + timedelta(minutes=10)):
            daemon.look()
            daemon.watch.look()
        with session_scope(engine) as session:
            last = session.exec(select(Ledger).where(Ledger.job == "crawl").order_by(col(Ledger.slot).desc())).first()
            assert last is not None and last.status == "done"
            assert session.exec(select(Item.title)).all() == ["某医院放射科用上影像辅助系统"]
        assert "well again: crawl crawl" in ear.said("/hook")[-1]
