"""Another process that has locked a store for as long as a test wants (this module, run), and the end of one that holds a lock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlmodel import Session

from store.database import connect
from store.models import StoreLock
from store.settings import StoreSettings


@contextmanager
def locked(settings: StoreSettings, *, seconds: float | None = None) -> Iterator[None]:
    """Nobody else can write to the store during the block, or for `seconds` of it."""
    command = [sys.executable, "-m", "tests.locking", settings.url.get_secret_value()]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin and holder.stdout
        assert holder.stdout.readline() == "held\n"
        letting_go = threading.Timer(seconds or 0, holder.stdin.close)
        if seconds is not None:
            letting_go.start()
        try:
            yield
        finally:
            letting_go.cancel()
            holder.stdin.close()
            holder.wait(60)


def kill_holder(engine: Engine, name: str) -> None:
    """Kill the process that holds this lock of the store: started warm, it is not the one that the test knows."""
    with Session(engine) as session:
        os.kill(session.get_one(StoreLock, name).pid, signal.SIGKILL)


def _hold(url: str) -> None:
    """Lock all of the store, say so, and wait for a line or the end of standard input."""
    engine = connect(StoreSettings(url=url))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            names = ", ".join(f'"{name}"' for name in inspect(connection).get_table_names())
            connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.readline()


if __name__ == "__main__":
    _hold(sys.argv[1])
