"""A week of a daemon to which everything happens; two weeks are left to soak, and `benchmarks/chaos.py` has the whole quarter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from store.settings import StoreSettings
from tests.locking import locked

from .quarter import DAY, START, WEEK, Life, Quarter, a_quarter


def test_every_issue_goes_out_once_whatever_befalls_the_daemon(store_settings: StoreSettings, tmp_path: Path) -> None:
    with a_quarter(tmp_path, store_settings, seed=7, step=timedelta(hours=40)) as world:
        first_days(world, store_settings)
        # The network is away over the hour of the second issue.
        world.until(START + WEEK - timedelta(hours=11))
        world.connected = False
        world.until(START + WEEK + timedelta(hours=6))
        sent = len(world.letters.taken)
        world.connected = True
        world.until(START + WEEK + 2 * DAY, kill_share=0.5)
        assert sent == 2 and len(world.letters.taken) == 4
        whole(world, kills=2)


@pytest.mark.soak
def test_two_weeks_of_it(store_settings: StoreSettings, tmp_path: Path) -> None:
    with a_quarter(tmp_path, store_settings, seed=7, step=timedelta(hours=40)) as world:
        first_days(world, store_settings)
        # The mail server is away over the hour of the second issue.
        world.until(START + WEEK - timedelta(hours=11))
        world.mail(False)
        world.until(START + WEEK + DAY)
        world.mail(True)
        # So is the network, over that of the third.
        world.until(START + 2 * WEEK - timedelta(hours=11), kill_share=0.6)
        world.connected = False
        world.until(START + 2 * WEEK + timedelta(hours=6))
        sent = len(world.letters.taken)
        world.connected = True
        world.until(START + 2 * WEEK + 2 * DAY, kill_share=0.5)
        assert sent == 4 and len(world.letters.taken) == 6
        whole(world, kills=3)


def first_days(world: Quarter, store: StoreSettings) -> None:
    """Three days with kills, and what can befall a daemon on any day."""
    world.look()
    world.until(START + 3 * DAY, kill_share=1)
    # Two at once: the second is told who holds the store.
    assert "held by yixun run" in Life(world).refused
    # Another process has the store for a while: nothing is done, and all of it later.
    with locked(store):
        world.look()
    # A clock that runs ahead, then behind.
    for hours in (7, -7, 0):
        world.look(world.now + timedelta(hours=hours))
    # The configuration breaks and is mended.
    good = world.config.read_text(encoding="utf-8")
    for text in ("[digest", good):
        world.config.write_text(text, encoding="utf-8")
        assert world.life().do("reread") == "done"


def whole(world: Quarter, *, kills: int) -> None:
    """All that was promised holds, after so many kills at least."""
    world.check()
    assert world.counts.kills >= kills
    for what, holds, figures in world.verdicts():
        assert holds, f"{what}: {figures}"
