"""Asking readers whether they want a digest, before it is sent to them (double opt-in)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.labels import Labels
from reports.links import Signer
from reports.mail import send_note
from store.database import Engine, session_scope, utc_now
from store.errors import UsageError
from store.models import Recipient
from store.recipients import signing_key

from .config import Settings


def can_ask(settings: Settings) -> None:
    """Raise UsageError where readers cannot be asked: there is no mail server, or no page for their answer."""
    for key, value in (("mail.host", settings.mail.host), ("serve.url", settings.serve.url)):
        if value is None:
            raise UsageError("is not set: nobody can be asked to confirm", subject=key, hint="--no-confirm adds without asking")


def ask(engine: Engine, settings: Settings, readers: Sequence[Recipient]) -> list[tuple[str, str | None]]:
    """Mail each reader the page on which to confirm; returns each as written, with why the mail was not taken."""
    with session_scope(engine) as session:
        signer = Signer(signing_key(session, now=utc_now()))
    asked = []
    for reader in readers:
        definition = settings.digest[reader.digest]
        t = Labels(reader.language or definition.language)
        page = settings.serve.link("confirm", signer.token("confirm", reader.id or 0))
        body = f"{t('confirm_body', digest=definition.title)}\n\n{page}\n"
        fault = send_note(settings.mail, reader.written, t("confirm_subject", digest=definition.title), body)
        asked.append((reader.written, fault))
    return asked
