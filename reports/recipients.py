"""Who gets an issue: the readers whom the configuration names, then those of the store."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from store.recipients import recipients_of
from store.status import RecipientState

from .addresses import reader_key


def readers_of(session: Session, digest: str, listed: Iterable[str]) -> list[str]:
    """The readers of a digest as they are written, one line a reader; `listed` are those of the configuration.

    Left out are those who unsubscribed and those who have not confirmed yet, wherever they are named.
    """
    known = {row.address: row for row in recipients_of(session, digest)}
    found: dict[str, str] = {}
    for recipient in listed:
        found.setdefault(reader_key(recipient), recipient)
    for address, row in known.items():
        if row.kept_here:
            found.setdefault(address, row.written)
    return [written for key, written in found.items() if key not in known or known[key].state == RecipientState.active]
