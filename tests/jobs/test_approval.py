"""The schedule and an editor: what it waits for, what it does without a word, what needs a person meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine

from jobs.config import Settings
from jobs.issues import send_digest
from jobs.troubles import find_troubles
from reports.editing import Edit, change, say_of
from reports.period import week
from reports.select import Order
from reports.settings import DigestSettings, MailSettings
from store.database import session_scope, utc_now
from store.issue_edits import named_issue
from store.ledger import close_slot, open_slot
from store.settings import StoreSettings
from store.status import AlertKind, EditKind
from tests.reports.command import picky_server
from tests.store.rows import a_source, an_item, grouped

SLOT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> time_machine.Traveller:  # type: ignore[misc]
    with time_machine.travel(SLOT + timedelta(minutes=1), tick=False) as clock:
        yield clock


class Desk:
    """A digest that waits four hours for its editor, with one story to tell."""

    def __init__(self, engine: Engine, store: StoreSettings, out: Path, port: int) -> None:
        self.engine = engine
        mail = MailSettings(host="127.0.0.1", port=port, security="none", out=out)
        digest = DigestSettings(recipients=["ann@example.org"], hold_hours=4)
        self.settings = Settings(store=store, mail=mail, digest={"weekly": digest})
        with session_scope(engine) as session:
            a_source(session)
            an_item(session, title="示例医院部署大模型")
            grouped(session)

    def look(self) -> tuple[str, str]:
        """What the schedule does now: how the slot stands, and why."""
        row = open_slot(self.engine, "digest weekly", SLOT, now=utc_now())
        outcome = send_digest(self.engine, self.settings, "weekly", SLOT, stopped=lambda: False)
        close_slot(self.engine, row, status=outcome.status, note=outcome.note, now=utc_now())
        return outcome.status, outcome.note

    def troubles(self) -> list[tuple[str, str, str]]:
        """What needs a person, of digests alone."""
        kinds = (AlertKind.digest, AlertKind.recipients)
        found = find_troubles(self.engine, self.settings, now=utc_now())
        return [(one.kind, one.subject, one.what) for one in found if one.kind in kinds]

    def say(self, kind: EditKind, item_id: int | None = None) -> None:
        """The editor's word."""
        with session_scope(self.engine) as session:
            issue = named_issue(session, "weekly-2026-W47")
            edit = Edit(kind=kind, who="ann", at=utc_now(), item_id=item_id)
            if item_id is None:
                say_of(session, issue, edit)
            else:
                order = Order(name="weekly", settings=self.settings.digest["weekly"], period=week("2026-W47"), now=utc_now())
                change(session, issue, edit, order)


def test_the_schedule_waits_for_a_word_and_then_for_the_hours(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path, clock: time_machine.Traveller
) -> None:
    with picky_server() as (server, port):
        desk = Desk(engine, store_settings, tmp_path / "out", port)
        status, note = desk.look()
        assert (status, note) == ("waiting", "weekly-2026-W47 waits until 2026-11-23 12:01 for `yixun digest approve weekly-2026-W47`")
        # Nothing lies where it may be published either, and nothing is wrong: somebody is to look.
        assert not (tmp_path / "out").exists()
        assert [(kind, subject) for kind, subject, _ in desk.troubles()] == [("recipients", "weekly-2026-W47")]
        clock.shift(timedelta(hours=2))
        with session_scope(engine) as session:
            second = an_item(session, title="另一家医院上线智能问诊").id
            grouped(session)
        desk.say(EditKind.dropped, 1)
        assert desk.look()[0] == "waiting"
        clock.shift(timedelta(hours=2, minutes=1))
        status, note = desk.look()
        assert (status, note) == ("done", "2026-W47 sent to 1 of 1")
        assert "示例医院" not in server.text() and "另一家医院" in server.text() and second is not None
        assert desk.troubles() == [] and (tmp_path / "out").exists()


def test_a_hold_lasts_until_it_is_taken_back(
    engine: Engine, store_settings: StoreSettings, tmp_path: Path, clock: time_machine.Traveller
) -> None:
    with picky_server() as (server, port):
        desk = Desk(engine, store_settings, tmp_path / "out", port)
        desk.look()
        desk.say(EditKind.held)
        clock.shift(timedelta(hours=30))
        status, note = desk.look()
        assert status == "waiting" and "is held by ann since 2026-11-23 08:01" in note
        # A wait of more than half a day is trouble, but not where somebody wants it.
        assert [kind for kind, _, _ in desk.troubles()] == ["recipients"]
        desk.say(EditKind.approved)
        assert desk.look() == ("done", "2026-W47 sent to 1 of 1")
        assert server.mails == 1
