"""An issue as a short message to chats and webhooks, once each, by Apprise (docs/delivery.md).

The ledger is that of mails, with `channel:NAME` as the recipient. What a service clearly turned down, or what could not be reached,
is tried again; what broke off in between is `unknown` and left to a person.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine

from store.database import Session, session_scope
from store.digests import find_delivery
from store.models import Delivery, DeliveryColumns
from store.status import DeliveryState

from .addresses import CHANNEL
from .edition import Edition
from .labels import Labels, heading, silence, subject_line, warnings
from .mail import Outcome, claim, close, standing
from .render import archive_link
from .settings import ChannelSettings

# Fewer characters than any of these services takes, so that no message is cut or parted.
_MOST = 3500
_ANSWER = re.compile(r"error=(\d{3})")
# The connection was never made: nothing was handed over.
_NOT_REACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "Connection refused", "SSLCertVerificationError")
# A gateway says these of a service that may have taken the message.
_GATEWAY = (502, 504)


def tell(
    engine: Engine,
    issue_id: int,
    edition: Edition,
    names: Iterable[str],
    channels: Mapping[str, ChannelSettings],
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Tell channels of a frozen issue that do not have it yet; one outcome a channel, in their order."""

    def row_of(session: Session, recipient: str) -> Delivery:
        row = find_delivery(session, issue_id, recipient) or Delivery(issue_id=issue_id, recipient=recipient, message_id="")
        session.add(row)
        return row

    outcomes = []
    for name in dict.fromkeys(names):
        channel = channels[name]
        shown = replace(edition, language=channel.language) if channel.language else edition
        write = _writer(shown, channel.stories)
        if stopped():
            outcomes.append(Outcome(CHANNEL + name, "left", "not tried: the sender was told to stop"))
        else:
            outcomes.append(tell_once(engine, name, channel, row_of, write))
    return outcomes


def _writer(edition: Edition, stories: int) -> Callable[[int], tuple[str, str]]:
    return lambda room: short(edition, stories=stories, room=room)


def tell_once(
    engine: Engine,
    name: str,
    channel: ChannelSettings,
    row_of: Callable[[Session, str], DeliveryColumns],
    write: Callable[[int], tuple[str, str]],
) -> Outcome:
    """Tell a channel what `write` makes of the characters there is room for, unless its row in the ledger says that it has it."""
    recipient = CHANNEL + name
    with session_scope(engine) as session:
        row = row_of(session, recipient)
    if row.state not in (DeliveryState.queued, DeliveryState.failed):
        return standing(engine, row, recipient)
    service = Service(channel.url)
    if service.fault:
        return close(engine, row, recipient, DeliveryState.failed, f"channel.{name}.url {service.fault}")
    title, body = write(service.room)
    if not_ours := claim(engine, row):
        return not_ours
    return close(engine, row, recipient, *service.notify(title, body))


def short(edition: Edition, *, stories: int, room: int) -> tuple[str, str]:
    """Title and text of a message of at most `room` characters: what is missing, the period, the first headlines of each section."""
    t = Labels(edition.language)
    lines = [*warnings(edition, t, test=False), f"{heading(edition, t)} ({t.span(edition.starts_on, edition.ends_on)})"]
    if not edition.totals.stories:
        lines.append(silence(edition, t))
    link = archive_link(edition)
    last = [f"{t('archive')}: {link}"] if link else []
    told = list(_first_of_each(edition))[:stories]
    title = subject_line(edition)
    shown: list[str] = []
    for line in told:
        entry = f"• {line.title}\n  {line.link}" if line.link else f"• {line.title}"
        if len("\n".join([title, *lines, *shown, entry, *last])) > min(room, _MOST) - 40:
            break
        shown.append(entry)
    more = edition.totals.stories - len(shown)
    rest = [t("more" if link else "more_unlinked", count=more)] if more > 0 else []
    return title, "\n".join([*lines, *shown, *rest, *last])


def _first_of_each(edition: Edition) -> Iterator[Any]:
    """The stories of an edition: the first of each section, then the second of each."""
    longest = max((len(section.stories) for section in edition.sections), default=0)
    for place in range(longest):
        yield from (section.stories[place] for section in edition.sections if place < len(section.stories))


class Service:
    """A service that Apprise knows, by its address, which may hold a token and is never shown."""

    def __init__(self, url: SecretStr | None) -> None:
        # Loaded only where it is used: it knows over a hundred services.
        from apprise import Apprise

        self._apprise = Apprise()
        self.fault = "is not set" if url is None else ""
        with _heard():
            if url is not None and not self._apprise.add(url.get_secret_value()):
                self.fault = "is no address that Apprise knows"

    @property
    def room(self) -> int:
        """Characters that a message may have."""
        return min(int(one.body_maxlen) for one in self._apprise)

    def notify(self, title: str, body: str) -> tuple[DeliveryState, str | None]:
        """Hand a message over: sent, failed (clearly not taken), or unknown; with one line that says why."""
        with _heard() as heard:
            taken = self._apprise.notify(title=title, body=body)
        if taken:
            return DeliveryState.sent, None
        said = "\n".join(heard)
        answer = _ANSWER.search(said)
        if answer and int(answer[1]) not in _GATEWAY:
            return DeliveryState.failed, f"the service answered {answer[1]}"
        if any(word in said for word in _NOT_REACHED):
            return DeliveryState.failed, "the service cannot be reached"
        return DeliveryState.unknown, "the connection broke: the service may have taken it"


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise logs during the block: it answers nothing but yes or no. Its lines may hold tokens and go nowhere else."""
    log, ear = logging.getLogger("apprise"), _Ear()
    before = log.level, log.propagate
    log.addHandler(ear)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield ear.lines
    finally:
        log.removeHandler(ear)
        log.setLevel(before[0])
        log.propagate = before[1]
