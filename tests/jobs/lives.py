"""One life of a daemon under a clock that others move: what `Daemon.run` does, one look at a time, until it is told to stop or is killed.

Takes orders from standard input, a line each, and answers each with one: `at ISO` does all that is due at that moment, `reread` takes
up the configuration, `stop` ends. Started warm (`tests.warm`), for hundreds of lives are lived.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import time_machine

from jobs.config import load_settings
from jobs.daemon import LOCK, Daemon
from jobs.holding import holding
from jobs.logs import log_to
from store.database import session_scope
from store.errors import YixunError
from store.ledger import close_left_open
from store.migrate import open_store

# What a crawl runs before itself (`tests.warm.fault_in`): its clock is that of the daemon that started it.
CRAWLS_CLOCK = """
from datetime import datetime
from pathlib import Path
import time_machine
time_machine.travel(datetime.fromisoformat(Path({file!r}).read_text()), tick=True).start()
"""


def say(what: str, **more: object) -> None:
    """Answer an order."""
    sys.stdout.write(json.dumps({"said": what, **more}) + "\n")
    sys.stdout.flush()


def _obey(daemon: Daemon, clock: Path, order: str, travelling: time_machine.Coordinates) -> None:
    word, _, rest = order.partition(" ")
    if word == "at":
        # In one step, for it may be killed between emptying a file and writing it.
        part = clock.with_suffix(".part")
        part.write_text(rest, encoding="utf-8")
        part.replace(clock)
        travelling.move_to(datetime.fromisoformat(rest))
        daemon.watch.look()
        daemon.look()
        daemon.watch.look()
    elif word == "reread":
        daemon.read_anew()
        daemon.watch.look()


def live(config: Path, clock: Path) -> None:
    """Be the daemon of this configuration. Raises YixunError as `yixun run` does."""
    with time_machine.travel(datetime.fromisoformat(clock.read_text(encoding="utf-8")), tick=True) as travelling:
        settings = load_settings(config)
        log_to(settings)
        engine = open_store(settings.store)
        daemon = Daemon(engine, settings, config)
        with holding(engine, LOCK, "yixun run", on_loss=daemon.stopping.asked.set) as loss:
            with session_scope(engine) as session:
                close_left_open(session)
            daemon.watch.start("")
            say("alive")
            for line in sys.stdin:
                if line.strip() == "stop":
                    break
                _obey(daemon, clock, line.strip(), travelling)
                loss.check()
                say("done")
            daemon.watch.stop(loss.reason)


def main() -> None:
    """Live, and say how it ended. The third word, where there is one, is the interpreter that crawls are started with."""
    sys.executable = next(iter(sys.argv[3:]), sys.executable)
    say("born", pid=os.getpid())
    try:
        live(Path(sys.argv[1]), Path(sys.argv[2]))
    except YixunError as error:
        say("refused", why=str(error))
        raise SystemExit(1) from error
    say("stopped")


if __name__ == "__main__":
    main()
