"""The short version of benchmarks/workers.py: two workers share twenty hosts, are killed, and nothing is lost, doubled or asked at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.machines import on_loopback
from benchmarks.workers import Web, bodies_of, trial
from store.settings import StoreSettings
from tests.jobs.test_worker import HASTY
from tests.warm import fault_in


@pytest.mark.soak
def test_killed_workers_lose_and_double_nothing_and_ask_no_host_twice_at_once(
    fresh_store: dict[str, StoreSettings], tmp_path: Path
) -> None:
    net, pause = on_loopback(2), 0.3
    (tmp_path / "hasty.py").write_text(HASTY, encoding="utf-8")
    (tmp_path / "run").mkdir()
    hasty = {fault_in("jobs.cli.app"): str(tmp_path / "hasty.py")}
    with Web(net.hosts(20), bodies_of(tmp_path), 2) as web:
        given = {"workers": 2, "kills": 2, "pause": pause, "seed": 7, "limit": 600.0}
        run = trial(tmp_path / "run", fresh_store["postgresql"], net, web, **given, **hasty)  # type: ignore[arg-type]
    assert run.holds(), run
    assert run.statuses == [0, 0] and sum(run.kills.values()) == 2, run
    assert run.stored == 40 and run.requests >= 80 and run.least_pause > pause / 2, run
