"""A filled store of an older version is copied before it is upgraded, and an upgrade that is killed is done anew."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Connection, DateTime, Engine, Float, Integer, MetaData, Table, insert, text
from sqlmodel import select

from store.backup import read_backup
from store.database import connect, session_scope
from store.migrate import newest_revision, upgrade
from store.models import FundingFact, Item
from store.settings import REVEALED, StoreSettings
from store.upgrading import upgrade_safely

_ITEMS = 300
# Upgrades, and dies in the middle of the second migration step that it takes.
_DIES = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from store.database import connect
from store.settings import StoreSettings
from store.upgrading import upgrade_safely

engine = connect(StoreSettings(url=sys.argv[1]))
steps = []

@event.listens_for(engine, "before_cursor_execute")
def note(connection, cursor, statement, parameters, context, many):
    if statement.startswith("UPDATE alembic_version"):
        steps.append(statement)
        if len(steps) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

upgrade_safely(engine, Path(sys.argv[2]))
"""


@pytest.fixture(params=["0001", "0007"])
def old(empty_database: StoreSettings, request: pytest.FixtureRequest) -> tuple[Engine, StoreSettings, str]:
    """A store of an older version that holds items and a round."""
    engine = connect(empty_database)
    upgrade(engine, to=request.param)
    with engine.begin() as connection:
        add_rows(connection, "source", [{"id": "old", "name": "旧"}])
        add_rows(
            connection,
            "item",
            [
                {"id": number, "source_id": "old", "identity": f"i{number}", "title": "题", "status": "kept"}
                for number in range(1, _ITEMS + 1)
            ],
        )
        twice = {"item_id": 7, "target": "organisation", "target_id": "jia", "times": 2}
        add_rows(connection, "mention", [{"id": number, "as_written": f"甲{number}"} | twice for number in (1, 2)])
        add_rows(connection, "fact_funding", [{"id": 1, "item_id": 7, "type": "ipo", "company": "甲", "evidence": "原句。"}])
    return engine, empty_database, request.param


def add_rows(connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows into a table as it is at this revision; columns that may not be empty get something."""
    table = Table(name, MetaData(), autoload_with=connection)
    plain = {Boolean: False, Integer: 0, Float: 0.0, JSON: [], DateTime: datetime(2026, 9, 1, tzinfo=UTC)}
    for column in table.columns:
        if not column.nullable and column.server_default is None:
            kind = next((value for one, value in plain.items() if isinstance(column.type, one)), "")
            rows = [{column.name: kind, **row} for row in rows]
    connection.execute(insert(table), rows)


def test_a_filled_store_is_copied_killed_in_the_middle_and_upgraded(
    old: tuple[Engine, StoreSettings, str], tmp_path: Path, fresh_store: dict[str, StoreSettings]
) -> None:
    engine, settings, revision = old
    words = [settings.model_dump(mode="json", context=REVEALED)["url"], str(tmp_path / "backups")]
    killed = subprocess.run([sys.executable, "-c", _DIES, *words], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == revision
        assert connection.execute(text("SELECT count(*) FROM item")).scalar() == _ITEMS
    done = upgrade_safely(engine, tmp_path / "backups")
    assert (done.before, done.after) == (revision, newest_revision())
    with session_scope(engine) as session:
        assert len(session.exec(select(Item.id)).all()) == _ITEMS
        assert session.exec(select(FundingFact.company)).one() == "甲"
        assert session.connection().execute(text("SELECT count(*) FROM v1_items")).scalar() == _ITEMS
        assert session.connection().execute(text("SELECT as_written, times FROM v1_mentions")).all() == [("甲1", 4)]
    assert done.copy is not None and done.copy.stat().st_mode & 0o777 == 0o600
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(done.copy) as copy:
            assert copy.execute("SELECT count(*), version_num FROM item, alembic_version").fetchone() == (_ITEMS, revision)
    else:
        other = connect(fresh_store["postgresql"])
        assert read_backup(other, done.copy).rows["item"] == _ITEMS
        other.dispose()
    assert upgrade_safely(engine, None) == type(done)(done.after, done.after, None)
    engine.dispose()
