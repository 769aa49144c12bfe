"""The daemon's eye on itself: every minute it says that it lives, looks for trouble, and tells of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from store.alerts import Found
from store.daemon import note_alive, note_started, note_stopped
from store.database import Engine, session_scope, utc_now
from store.errors import StoreError

from .alerts import Bell
from .config import Settings
from .endpoints import Answer, Routes, as_json
from .ping import ping
from .troubles import GRAVE, find_troubles

log = structlog.get_logger()
EVERY = timedelta(minutes=1)
_PING_EVERY = timedelta(minutes=5)
# A look takes seconds, minutes where the store is locked and the mail server hangs; one that takes longer never ends.
_HANGS = timedelta(minutes=20)
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


class Watch:
    """Looks, tells, and answers how things stand."""

    def __init__(self, engine: Engine, settings: Callable[[], Settings], next_runs: Callable[[], Mapping[str, datetime]]) -> None:
        """`settings` gives those that are at work now, `next_runs` when each job begins next."""
        self._engine, self._settings, self._next_runs = engine, settings, next_runs
        self._bell = Bell(engine)
        self._began = utc_now()
        self._looked_at, self._looked = self._began, time.monotonic()
        self._found: list[Found] = []
        self._fault = "has not looked yet"
        self._pinged: tuple[float, str] = (0.0, "")
        self._looking = threading.Lock()
        self.refused = ""  # what is wrong with a configuration that was not taken up

    def start(self, listens: str) -> None:
        """Record that the daemon runs and answers at `listens`. Raises StoreError."""
        with session_scope(self._engine) as session:
            note_started(session, listens=listens, now=utc_now())
        ping(self._settings().alerts, "start")

    def look(self) -> None:
        """Say that the daemon lives, look for trouble, tell of it. What the store cannot do now is logged and tried a minute later."""
        with self._looking:
            settings = self._settings()
            try:
                with session_scope(self._engine) as session:
                    note_alive(session, self._next_runs(), refused=self.refused, now=utc_now())
                self._found = find_troubles(self._engine, settings, now=utc_now())
                self._fault = ""
                self._bell.ring(settings, self._found)
            except StoreError as error:
                self._fault = str(error)
                log.warning("the store fails", error=self._fault)
            self._looked_at, self._looked = utc_now(), time.monotonic()
            self._ping(settings)

    def stop(self, ended: str = "") -> None:
        """Record that the daemon stops; `ended` says why where nobody told it to."""
        try:
            with session_scope(self._engine) as session:
                note_stopped(session, ended=ended, now=utc_now())
        except StoreError as error:
            log.warning("the end of the daemon could not be recorded", error=str(error))

    @property
    def hangs(self) -> bool:
        """Whether the daemon has not looked for so long that it must hang."""
        return time.monotonic() - self._looked > _HANGS.total_seconds()

    def _ping(self, settings: Settings) -> None:
        """Tell the dead man's switch how things stand: at once when that has changed, else now and then."""
        body = "\n".join(self._in_the_way())
        at, told = self._pinged
        if told == body and at and time.monotonic() - at < _PING_EVERY.total_seconds():
            return
        if ping(settings.alerts, "fail" if body else "success", body):
            self._pinged = time.monotonic(), body

    def _in_the_way(self) -> Sequence[str]:
        """What keeps the product from doing its work, a line each."""
        grave = [f"{one.kind} {one.subject}: {one.what}" for one in self._found if one.kind in GRAVE]
        return [self._fault] if self._fault else grave

    # ------------------------------------------------------------------ answers

    def routes(self) -> Routes:
        """What is answered over HTTP."""
        return {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}

    def _healthz(self) -> Answer:
        state = {"alive_since": self._began.isoformat(), "looked_at": self._looked_at.isoformat(), "hangs": self.hangs}
        return as_json(503 if self.hangs else 200, state)

    def _readyz(self) -> Answer:
        wrong = self._in_the_way()
        return as_json(503 if wrong or self.hangs else 200, {"ready": not wrong, "in_the_way": wrong, "troubles": len(self._found)})

    def _metrics(self) -> Answer:
        # Loaded only where somebody asks.
        from .metrics import metrics

        try:
            text = metrics(self._engine, self._settings(), self._found, started_at=self._began, looked_at=self._looked_at)
        except StoreError as error:
            return as_json(503, {"error": str(error)})
        return Answer(200, _METRICS, text)
