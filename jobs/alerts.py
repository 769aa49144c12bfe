"""Telling people of trouble: grouped, once, and of its end; by mail and by whatever Apprise reaches."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog

from reports.mail import send_note
from store.alerts import Found, note_told, untold, update_alerts
from store.database import Engine, session_scope, utc_now
from store.models import Alert

from .apprising import notify
from .config import Settings
from .troubles import said

log = structlog.get_logger()
# After everybody could not be reached.
_AGAIN_SECONDS = timedelta(minutes=10).total_seconds()


class Bell:
    """Tells of what is new and of what has healed. One of them lives as long as its process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._silent_until = 0.0

    def ring(self, settings: Settings, found: Sequence[Found]) -> None:
        """Store what was found, and tell of what nobody was told of yet, in one message. Raises StoreError.

        What reached nobody stays untold, and is tried again after ten minutes.
        """
        with session_scope(self._engine) as session:
            update_alerts(session, found, now=utc_now())
            session.flush()
            opened, healed = untold(session)
        if not (opened or healed) or time.monotonic() < self._silent_until:
            return
        if not tell(settings, *message(opened, healed)):
            self._silent_until = time.monotonic() + _AGAIN_SECONDS
            return
        with session_scope(self._engine) as session:
            note_told(session, [row.id or 0 for row in (*opened, *healed)], now=utc_now())


def message(opened: Sequence[Alert], healed: Sequence[Alert]) -> tuple[str, str]:
    """Subject and text: what happened, since when, what to do; then what has healed."""
    first = (opened or healed)[0]
    counts = [f"{len(rows)} {word}" for rows, word in ((opened, "in trouble"), (healed, "well again")) if rows]
    lines = []
    for row in opened:
        lines += [f"{row.kind} {row.subject}: {row.what}", f"  since {said(row.since)} (Shanghai)"]
        lines += [f"  to do: {row.todo}"] if row.todo else []
    lines += [f"well again: {row.kind} {row.subject} (since {said(row.closed_at)})" for row in healed if row.closed_at]
    lines += ["", "`yixun status` shows how things stand."]
    return f"Yixun on {socket.gethostname()}: {', '.join(counts)}: {first.kind} {first.subject}"[:200], "\n".join(lines)


def tell(settings: Settings, subject: str, body: str) -> bool:
    """Tell everybody that [alerts] names; True when anybody heard. Each way is tried, whatever becomes of the others."""
    faults = [*_by_mail(settings, subject, body), *_by_apprise(settings, subject, body)]
    for way, fault in faults:
        if fault:
            log.warning("an alert could not be told", way=way, error=fault)
    return any(not fault for _, fault in faults)


def _by_mail(settings: Settings, subject: str, body: str) -> Iterator[tuple[str, str]]:
    for address in settings.alerts.to:
        fault = "mail.host is not set" if settings.mail.host is None else send_note(settings.mail, address, subject, body)
        yield address, fault or ""


def _by_apprise(settings: Settings, subject: str, body: str) -> Iterator[tuple[str, str]]:
    urls = [url.get_secret_value() for url in settings.alerts.urls]
    for number, fault in enumerate(notify(urls, subject, body) if urls else [], 1):
        # An address may hold a token: it is known by its place in the list.
        yield f"alerts.urls, number {number}", fault
