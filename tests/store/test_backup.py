"""Backups hold everything, and either database reads what the other wrote."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from store.backup import read_backup, tables, write_backup
from store.database import connect, session_scope
from store.errors import StoreError, StoreNewerError
from store.migrate import open_store
from store.models import AdoptionFact, DigestIssue, FundingFact, Item, ItemVersion
from store.search import search
from store.settings import StoreSettings
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item, with_topics


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with session_scope(engine) as session:
        a_source(session, definition={"id": "hospital-daily", "urls": [{"url": "https://hospital.example/feed"}]})
        item = an_item(session, text="某医院本地部署DeepSeek-R1。", authors=["张三"])
        a_story(session, item)
        with_topics(session, item, "deepseek", "funding")
        a_round(session, item)
        an_adoption(session, item)
        session.add(ItemVersion(item_id=item.id or 0, title="旧标题", replaced_at=NOON))
        days = {"starts_on": NOON.date(), "ends_on": NOON.date(), "built_at": NOON}
        session.add(DigestIssue(digest="weekly", period="2026-W47", language="en", subject="s", frozen={"a": [1, None, "中"]}, **days))
    return engine


def everything(engine: Engine) -> dict[str, list[dict[str, object]]]:
    with session_scope(engine) as session:
        rows = {table.name: session.connection().execute(select(table)).mappings().all() for table in SQLModel.metadata.sorted_tables}
    return {name: sorted((dict(row) for row in found), key=str) for name, found in rows.items()}


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_read_into_either_database_is_the_same_store(
    filled: Engine, target: str, tmp_path: Path, request: pytest.FixtureRequest, fresh_store: dict[str, StoreSettings]
) -> None:
    counts = write_backup(filled, tmp_path / "store.zip")
    assert counts["item"] == counts["fact_funding"] == 1
    other = connect(fresh_store[target])
    assert read_backup(other, tmp_path / "store.zip") == counts
    assert everything(other) == everything(filled)
    with session_scope(other) as session:
        assert [hit.item.title for hit in search(session, "部署deepseek")] == ["某医院部署DeepSeek"]
        assert an_item(session, title="the next one").id == 2
        assert session.exec(select(FundingFact)).one().amount_low == a_round(session, session.exec(select(Item)).first()).amount_low  # type: ignore[arg-type]
        assert session.exec(select(AdoptionFact)).one().recorded_at == NOON
    other.dispose()


def test_every_table_is_in_a_backup() -> None:
    assert set(tables()) == {table.name for table in SQLModel.metadata.sorted_tables} - {"store_lock", "daemon"}


def test_a_filled_store_is_not_overwritten(filled: Engine, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "store.zip")
    before = everything(filled)
    with pytest.raises(StoreError, match="not empty"):
        read_backup(filled, tmp_path / "store.zip")
    assert everything(filled) == before


def test_a_store_just_made_takes_a_backup(filled: Engine, tmp_path: Path, fresh_store: dict[str, StoreSettings]) -> None:
    write_backup(filled, tmp_path / "store.zip")
    other = open_store(fresh_store[filled.dialect.name])
    assert read_backup(other, tmp_path / "store.zip")["item"] == 1
    other.dispose()


def damaged(path: Path, name: str, change: object) -> Path:
    """A copy of a backup in which one file holds something else."""
    copy = path.with_name("damaged.zip")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(copy, "w") as broken:
        for one in whole.namelist():
            broken.writestr(one, str(change) if one == name else whole.read(one))
    return copy


def test_a_damaged_backup_leaves_the_store_empty(filled: Engine, tmp_path: Path, fresh_store: dict[str, StoreSettings]) -> None:
    write_backup(filled, tmp_path / "store.zip")
    other = open_store(fresh_store[filled.dialect.name])
    faults = [
        ("fact_adoption.jsonl", "", "not whole"),
        ("fact_funding.jsonl", "", "does not fit"),
        ("item.jsonl", "{", "no backup"),
        ("manifest.json", "[]", "no backup"),
    ]
    for name, content, message in faults:
        with pytest.raises(StoreError, match=message):
            read_backup(other, damaged(tmp_path / "store.zip", name, content))
        assert not any(everything(other).values()), name
    other.dispose()


def test_a_file_that_is_no_backup_is_named(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "photo.zip").write_bytes(b"not a zip at all")
    with pytest.raises(StoreError, match=r"photo\.zip: is no backup"):
        read_backup(engine, tmp_path / "photo.zip")
    with pytest.raises(StoreError, match=r"none\.zip: cannot be read"):
        read_backup(engine, tmp_path / "none.zip")
    with pytest.raises(StoreError, match="cannot be written"):
        write_backup(engine, tmp_path / "no folder" / "store.zip")


def test_a_backup_of_a_newer_version_is_refused(filled: Engine, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "store.zip")
    newer = damaged(tmp_path / "store.zip", "manifest.json", json.dumps({"revision": "9999", "rows": {}}))
    with pytest.raises(StoreNewerError, match="upgrade Yixun"):
        read_backup(filled, newer)
