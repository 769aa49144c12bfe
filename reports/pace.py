"""How fast mail leaves: so many a minute, so many over one connection, so many a day."""

from __future__ import annotations

import time
from collections.abc import Callable

from .settings import MailSettings

_SLICE = 0.2  # seconds between two looks whether to stop


class Pace:
    """Counts the mails of one sender. `sent_today` is how many the server took in the last 24 hours."""

    def __init__(self, settings: MailSettings, sent_today: int, stopped: Callable[[], bool]) -> None:
        self._settings, self._stopped = settings, stopped
        self._gap = 60 / settings.per_minute if settings.per_minute else 0.0
        self._room = None if settings.per_day is None else settings.per_day - sent_today
        self._in_batch = 0
        self._not_before = 0.0

    @property
    def is_spent(self) -> bool:
        """Whether no more may be sent today."""
        return self._room is not None and self._room <= 0

    def wait(self) -> None:
        """Wait until the next mail may leave, or until told to stop."""
        while (left := self._not_before - time.monotonic()) > 0 and not self._stopped():
            time.sleep(min(left, _SLICE))

    def count(self) -> bool:
        """Note that a mail left; True when the connection has carried its batch."""
        self._in_batch += 1
        if self._room is not None:
            self._room -= 1
        is_full = self._settings.batch is not None and self._in_batch >= self._settings.batch
        if is_full:
            self._in_batch = 0
        self._not_before = time.monotonic() + max(self._gap, self._settings.batch_pause if is_full else 0.0)
        return is_full
