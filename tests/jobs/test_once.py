"""`yixun run --once` under cron: silent on standard error while all is well, 3 as long as something is owed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sqlalchemy import Engine

from store.settings import StoreSettings
from tests.databases import postgresql_in_soak

from .command import as_process
from .test_run import environment, everything_fetched
from .watching import an_ear


def once(environ: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(as_process("run", "--once"), env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)


@postgresql_in_soak
def test_cron_is_silent_while_all_is_well(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    with an_ear() as ear:
        well = environment(store_settings, tmp_path, YIXUN_SCHEDULE__CATCH_UP_DAYS="7", YIXUN_ALERTS__PING_URL=f"http://{ear.place}/p")
        for _ in range(2):
            done = once(well, tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
    assert [path for path, _ in ear.heard] == ["/p/start", "/p", "/p/start", "/p"]


@postgresql_in_soak
def test_cron_says_3_and_why_until_nothing_is_owed(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    everything_fetched(engine)
    late = environment(store_settings, tmp_path, YIXUN_SCHEDULE__CATCH_UP_DAYS="7")
    with an_ear() as ear:
        told = {"YIXUN_ALERTS__URLS": f"json://{ear.place}/hook", "YIXUN_ALERTS__PING_URL": f"http://{ear.place}/p"}
        no_mail = {"YIXUN_MAIL__HOST": "127.0.0.1", "YIXUN_MAIL__PORT": "1", "YIXUN_MAIL__TRIES": "1", **told}
        recipients = '[digest.weekly]\nrecipients = ["ann@example.org"]\n'
        (tmp_path / "yixun.toml").write_text(recipients, encoding="utf-8")
        first = once(late | no_mail, tmp_path)
        assert first.returncode == 3 and "digest weekly" in first.stderr
        # Nothing is due within the hour, and yet the issue is owed.
        second = once(late | no_mail, tmp_path)
        assert second.returncode == 3 and "digest weekly" in second.stdout and second.stderr == ""
        assert len(ear.titles()) == 1 and len(ear.said("/p/fail")) == 2
