"""What a database can suffer from: locked, full, unreachable, broken. One line each, after waiting where waiting helps."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from store import migrate
from store.database import connect, safe_url, session_scope, store_url
from store.errors import ConfigError, StoreError, StoreFullError, StoreLockedError
from store.migrate import open_store, upgrade
from store.models import Item, SourceRow
from store.settings import REVEALED, StoreSettings
from tests.locking import locked
from tests.store.rows import a_source, an_item

OTHERS = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"


def hurried(settings: StoreSettings, seconds: float) -> StoreSettings:
    return settings.model_copy(update={"lock_seconds": seconds})


def test_a_locked_store_is_one_line_after_waiting(engine: Engine, store_settings: StoreSettings) -> None:
    other = open_store(hurried(store_settings, 0.6))
    with locked(store_settings):
        began = time.monotonic()
        with (
            pytest.raises(StoreLockedError, match="locked by another process") as caught,
            session_scope(other) as session,
        ):
            a_source(session)
        waited = time.monotonic() - began
    other.dispose()
    assert waited >= 0.5
    assert "\n" not in str(caught.value)


def test_a_lock_that_is_let_go_in_time_stops_nobody(engine: Engine, store_settings: StoreSettings) -> None:
    other = open_store(hurried(store_settings, 30))
    with locked(store_settings, seconds=0.5), session_scope(other) as session:
        a_source(session)
    other.dispose()
    with session_scope(engine) as session:
        assert session.exec(select(SourceRow.id)).all() == ["hospital-daily"]


def test_a_locked_store_cannot_be_upgraded_and_says_so(engine: Engine, store_settings: StoreSettings) -> None:
    other = connect(hurried(store_settings, 0.2))
    with locked(store_settings), pytest.raises(StoreLockedError):
        upgrade(other)
    other.dispose()


def test_a_full_disk_is_one_line_and_loses_nothing_saved(tmp_path: Path) -> None:
    engine = open_store(StoreSettings(url=f"sqlite:///{tmp_path}/store.db"))
    with session_scope(engine) as session:
        a_source(session)
        an_item(session, title="已存的一条")
    with engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    event.listen(engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(StoreFullError, match="the disk is full") as caught, session_scope(engine) as session:
        for number in range(50):
            an_item(session, title=f"新的第 {number} 条", text="满" * 5000)
    assert "\n" not in str(caught.value)
    with session_scope(engine) as session:
        assert session.exec(select(Item.title)).all() == ["已存的一条"]
    engine.dispose()


def test_a_server_that_goes_away_is_one_line(engine: Engine, store_settings: StoreSettings) -> None:
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").write_bytes(b"no database at all " * 500)
        engine.dispose()
        with pytest.raises(StoreError, match="not a database"), session_scope(engine) as session:
            session.exec(select(Item.id)).all()
        return
    other = open_store(store_settings)
    with pytest.raises(StoreError, match="cannot be used") as caught, session_scope(other) as session:
        session.exec(select(Item.id)).all()
        with engine.begin() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))
        session.exec(select(Item.id)).all()
    other.dispose()
    assert "\n" not in str(caught.value)


def test_a_fault_of_our_own_statement_is_not_hidden(engine: Engine) -> None:
    with pytest.raises(DBAPIError), session_scope(engine) as session:
        session.execute(text("SELECT 1 FROM nowhere"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:geheim@db.example:port/news",
        "postgresql//reader:geheim@db.example/news",
        "geheim",
        "mysql://reader:geheim@db.example/news",
        "mysql://db.example/news?password=geheim",
        "postgresql://reader@127.0.0.1:1/news?password=geheim",
    ],
)
def test_no_url_ever_shows_its_password(url: str) -> None:
    settings = StoreSettings(url=url)
    with pytest.raises((ConfigError, StoreError)) as caught:
        open_store(settings)
    told = f"{caught.value}{caught.value.__cause__}{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    assert "geheim" not in told
    assert "\n" not in str(caught.value)


def test_a_url_is_revealed_only_to_a_process_of_our_own() -> None:
    settings = StoreSettings(url="postgresql://reader:geheim@db.example/news?sslpassword=geheim")
    assert StoreSettings.model_validate_json(settings.model_dump_json(context=REVEALED)) == settings
    assert safe_url(store_url(settings)) == "postgresql+psycopg://reader:***@db.example/news?sslpassword=%2A%2A%2A"


def test_keys_are_enforced_again_after_a_migration_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_store(StoreSettings(url=f"sqlite:///{tmp_path}/store.db"))
    monkeypatch.setattr(migrate, "make_derived", lambda connection: connection.execute(text("SELECT 1 FROM nowhere")))
    with pytest.raises(StoreError, match="nowhere"):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
