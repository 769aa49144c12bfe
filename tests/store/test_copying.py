"""One store becomes the same store in another database, however often that is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlmodel import delete, select

from store import transfer
from store.copying import copy_store
from store.database import connect, session_scope
from store.errors import StoreError
from store.migrate import open_store
from store.models import Item, ItemVersion, SourceUrlState
from store.search import index_items, search
from store.settings import StoreSettings
from tests.store.rows import NOON, a_round, a_source, a_story, an_item, with_topics
from tests.store.test_backup import everything


@pytest.fixture
def filled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(transfer, "CHUNK", 7)
    with session_scope(engine) as session:
        a_source(session)
        for number in range(40):
            item = an_item(session, title=f"医院部署第 {number} 套系统", text="病理切片。", first_seen_at=NOON + timedelta(seconds=number))
            with_topics(session, item, "funding")
            index_items(session, [item.id or 0])
        a_round(session, item)
        a_story(session, item)
        session.add(SourceUrlState(source_id="hospital-daily", url="https://hospital.example/feed", fetched_at=NOON))
    return engine


@contextmanager
def a_copy_cut_off_after(commits: int, settings: StoreSettings) -> Iterator[Engine]:
    """The engine of a process that ends in the middle."""
    engine, left = connect(settings), iter(range(commits - 1))

    def cut(*_: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    event.listen(engine, "commit", cut)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_copy_is_the_same_store_and_goes_on_after_it_was_cut_off(
    filled: Engine, target: str, fresh_store: dict[str, StoreSettings]
) -> None:
    for commits in (6, 40):
        with a_copy_cut_off_after(commits, fresh_store[target]) as other, pytest.raises(KeyboardInterrupt):
            copy_store(filled, other)
        with pytest.raises(StoreError, match=r"copy of .* that was cut off.*db copy"):
            open_store(fresh_store[target])
    other = connect(fresh_store[target])
    # Meanwhile the store went on: what was copied is brought up to it.
    with session_scope(filled) as session:
        first, second = session.exec(select(Item).order_by(Item.id).limit(2)).all()  # type: ignore[arg-type]
        first.title = "改了的标题"
        session.add(ItemVersion(item_id=first.id or 0, title="旧", replaced_at=NOON))
        session.exec(delete(Item).where(Item.id == second.id))  # type: ignore[arg-type]
    told: list[str] = []
    counts = copy_store(filled, other, progress=lambda table, rows: told.append(f"{table} {rows}"))
    assert counts["item"] == 39 and "item 39" in told
    assert everything(other) == everything(filled)
    again = open_store(fresh_store[target])
    with session_scope(again) as session:
        assert len(search(session, "病理切片", limit=100)) == 39
        assert an_item(session, title="the next one").id == 41
    with pytest.raises(StoreError, match="not empty"):
        copy_store(filled, again)
    again.dispose()
    other.dispose()


def test_no_other_copy_is_gone_on_with(filled: Engine, fresh_store: dict[str, StoreSettings], tmp_path: Path) -> None:
    third = open_store(StoreSettings(url=f"sqlite:///{tmp_path}/third.db"))
    other = connect(fresh_store["sqlite"])

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(filled, other, progress=cut)
    with pytest.raises(StoreError, match="holds an unfinished copy of"):
        copy_store(third, other)
    third.dispose()
    other.dispose()


def test_a_store_of_an_older_version_is_upgraded_before_it_is_copied(engine: Engine, fresh_store: dict[str, StoreSettings]) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    with pytest.raises(StoreError, match="yixun db upgrade"):
        copy_store(engine, connect(fresh_store["sqlite"]))
