"""Another process that has locked a store, for as long as a test wants."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from store.settings import StoreSettings

_HOLD = """
import sys
from sqlalchemy import inspect
from store.database import connect
from store.settings import StoreSettings

engine = connect(StoreSettings(url=sys.argv[1]))
with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        names = ", ".join(f'"{name}"' for name in inspect(connection).get_table_names())
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def locked(settings: StoreSettings, *, seconds: float | None = None) -> Iterator[None]:
    """Nobody else can write to the store during the block, or for `seconds` of it."""
    command = [sys.executable, "-c", _HOLD, settings.url.get_secret_value()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
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
