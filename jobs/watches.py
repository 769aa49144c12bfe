"""`[watch.NAME]`: a search whose new stories are told at once, by mail and to channels, each story to each at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from reports.addresses import reader_key
from reports.channels import tell_once
from reports.letter import identity_of, list_headers, write_note
from reports.links import Signer
from reports.mail import Outcome as Told
from reports.mail import Parcel, hand_out, standing
from reports.recipients import readers_of
from reports.settings import WatchSettings
from store.clock import SHANGHAI
from store.database import Engine, Session, session_scope, utc_now
from store.errors import YixunError
from store.models import Item, Ledger, Story, WatchDelivery
from store.recipients import note_listed, signing_key
from store.search import search
from store.status import DeliveryState, LedgerStatus
from store.watched import find_watch_delivery, lead_of, looks_since, new_stories, was_merged_from

from .config import Settings
from .slots import Outcome, recorded
from .stopping import Stopping

_MOST = 200  # stories a look
# An item may be first seen a while after its own day.
_BACK = timedelta(days=3)


def tell_watches(engine: Engine, settings: Settings, stopping: Stopping, *, now: datetime) -> Iterator[Ledger]:
    """Tell what is new of each watch; yields a row of the ledger for each that had something to tell, or failed."""
    for name, watch in settings.watch.items():
        if stopping.asked.is_set():
            return
        try:
            with session_scope(engine) as session:
                found = [(story, lead) for story in _found(session, name, watch, now) if (lead := lead_of(session, story))]
        except YixunError as error:
            yield _recorded(engine, name, now, Outcome(LedgerStatus.failed, str(error)))
            continue
        with stopping.whole():
            told = [one for story, lead in found for one in _tell(engine, settings, name, story, lead, stopped=stopping.asked.is_set)]
        if any(one.state != "already" for one in told):
            yield _recorded(engine, name, now, _outcome(told))


def _recorded(engine: Engine, name: str, now: datetime, outcome: Outcome) -> Ledger:
    return recorded(engine, f"watch {name}", now.replace(minute=0, second=0, microsecond=0), lambda: outcome)


def _outcome(told: list[Told]) -> Outcome:
    counts = Counter(str(one.state) for one in told if one.state != "already")
    wrong = [f"{one.recipient}: {one.error or one.state}" for one in told if not one.fine and not one.is_left_out]
    note = "; ".join([", ".join(f"{count} {state}" for state, count in sorted(counts.items())), *wrong[:5]])
    return Outcome(LedgerStatus.partly if wrong else LedgerStatus.done, note)


def _found(session: Session, name: str, watch: WatchSettings, now: datetime) -> list[Story]:
    """The stories of a search that are new since the watch is there."""
    since = looks_since(session, name, watch.search, now=now)
    day = (since - _BACK).astimezone(SHANGHAI).date()
    hits = search(session, f"({watch.search}) after:{day.isoformat()}", limit=_MOST, now=now)
    return new_stories(session, [hit.item.story_id for hit in hits if hit.item.story_id is not None], since)


def _tell(engine: Engine, settings: Settings, name: str, story: Story, lead: Item, *, stopped: Callable[[], bool]) -> list[Told]:
    """Tell all recipients of a watch of one story."""
    watch = settings.watch[name]
    outcomes = []
    for channel in watch.channels:
        row_of = partial(_row, name, story)
        write = partial(_message, name, lead)
        outcomes.append(tell_once(engine, channel, settings.channel[channel], row_of, write))
    if settings.mail.host is not None:
        outcomes += _mail(engine, settings, name, story, lead, stopped)
    return outcomes


def _row(name: str, story: Story, session: Session, recipient: str, message_id: str = "") -> WatchDelivery:
    """The ledger's row for a story and a recipient, made where there is none."""
    stories = {story.id or 0, *was_merged_from(session, story.id or 0)}
    row = find_watch_delivery(session, name, stories, recipient)
    row = row or WatchDelivery(watch=name, story_id=story.id or 0, recipient=recipient, message_id=message_id)
    session.add(row)
    return row


def _mail(engine: Engine, settings: Settings, name: str, story: Story, lead: Item, stopped: Callable[[], bool]) -> list[Told]:
    list_name, mail, told, parcels = f"watch:{name}", settings.mail, [], []
    title, body = _message(name, lead, 10_000)
    with session_scope(engine) as session:
        signer = Signer(signing_key(session, now=utc_now()))
        for recipient in readers_of(session, list_name, settings.watch[name].recipients):
            identity = identity_of(mail, list_name, story.id, reader_key(recipient))
            reader = note_listed(session, list_name, reader_key(recipient), recipient, now=utc_now())
            row = _row(name, story, session, reader_key(recipient), identity)
            token = signer.token("mail", reader.id or 0, 0)
            headers = partial(list_headers, settings=mail, serve=settings.serve, digest=list_name, token=token)
            page = settings.serve.link("leave", token)
            text = f"{body}\n{f'{chr(10)}{page}{chr(10)}' if page else ''}"
            write = partial(write_note, mail, recipient, title, text, date=utc_now(), identity=identity, headers=headers)
            parcels.append(Parcel(recipient, row, reader, write))
    ready = [one for one in parcels if one.row.state in (DeliveryState.queued, DeliveryState.failed)]
    told += [standing(engine, one.row, one.recipient) for one in parcels if one not in ready]
    return [*told, *hand_out(engine, ready, mail, stopped=stopped).values()]


def _message(name: str, lead: Item, room: int) -> tuple[str, str]:
    """Title and text: the headline, its outlet and day, its summary and its link."""
    day = f"{(lead.published_at or lead.first_seen_at).astimezone(SHANGHAI):%Y-%m-%d}"
    link = f"\n{lead.link}" if lead.link else ""
    head = f"{lead.title}\n{lead.outlet or lead.source_id}, {day}"
    space = room - len(head) - len(link) - 80
    summary = " ".join(lead.summary.split())[: max(0, min(space, 300))]
    return f"Yixun {name}: {lead.title}"[:150], "\n".join(filter(None, [head, summary])) + link
