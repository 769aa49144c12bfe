"""Backups hold everything, and either database reads what the other wrote."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from store.backup import read_backup, read_files, verify_backup, write_backup
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
    written = write_backup(filled, tmp_path / "store.zip")
    assert written.rows["item"] == written.rows["fact_funding"] == 1
    assert verify_backup(tmp_path / "store.zip") == written
    other = connect(fresh_store[target])
    assert read_backup(other, tmp_path / "store.zip") == written
    # The same rows have the same sums on either database.
    assert write_backup(other, tmp_path / "again.zip") == written
    assert everything(other) == everything(filled)
    with session_scope(other) as session:
        assert [hit.item.title for hit in search(session, "部署deepseek")] == ["某医院部署DeepSeek"]
        assert an_item(session, title="the next one").id == 2
        assert session.exec(select(FundingFact)).one().amount_low == a_round(session, session.exec(select(Item)).first()).amount_low  # type: ignore[arg-type]
        assert session.exec(select(AdoptionFact)).one().recorded_at == NOON
    other.dispose()


def test_every_table_is_in_a_backup(filled: Engine, tmp_path: Path) -> None:
    written = write_backup(filled, tmp_path / "store.zip")
    assert set(written.rows) == {table.name for table in SQLModel.metadata.sorted_tables} - {"store_lock", "daemon"}


def test_a_backup_is_its_owners_alone_and_holds_the_configuration(filled: Engine, tmp_path: Path) -> None:
    (tmp_path / "yixun.toml").write_text("[crawl]\n", encoding="utf-8")
    files = {"yixun.toml": tmp_path / "yixun.toml", "gone.yaml": tmp_path / "gone.yaml"}
    written = write_backup(filled, tmp_path / "store.zip", files=files)
    assert written.files == ["yixun.toml"] and (tmp_path / "store.zip").stat().st_mode & 0o777 == 0o600
    assert [path.read_text(encoding="utf-8") for path in read_files(tmp_path / "store.zip", tmp_path / "old")] == ["[crawl]\n"]
    with pytest.raises(StoreError, match="cannot be written: File exists"):
        read_files(tmp_path / "store.zip", tmp_path / "old")
    assert not list(tmp_path.glob("*.part"))


def test_a_filled_store_is_not_overwritten(filled: Engine, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "store.zip")
    before = everything(filled)
    with pytest.raises(StoreError, match="not empty"):
        read_backup(filled, tmp_path / "store.zip")
    assert everything(filled) == before


def test_a_store_just_made_takes_a_backup(filled: Engine, tmp_path: Path, fresh_store: dict[str, StoreSettings]) -> None:
    write_backup(filled, tmp_path / "store.zip")
    other = open_store(fresh_store[filled.dialect.name])
    assert read_backup(other, tmp_path / "store.zip").rows["item"] == 1
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
        ("fact_adoption.jsonl", "", "not whole: fact_adoption"),
        ("item.jsonl", "{", "not whole: item"),
        ("manifest.json", "[]", "no backup"),
    ]
    for name, content, message in faults:
        with pytest.raises(StoreError, match=message):
            read_backup(other, damaged(tmp_path / "store.zip", name, content))
        assert not any(everything(other).values()), name
    other.dispose()


def test_a_backup_whose_rows_contradict_each_other_leaves_the_store_empty(
    filled: Engine, tmp_path: Path, fresh_store: dict[str, StoreSettings]
) -> None:
    written = write_backup(filled, tmp_path / "store.zip")
    # A file that was made wrong, and not damaged later: its own figures agree with it.
    said = {**asdict(written), "rows": {**written.rows, "source": 0}, "checksums": {**written.checksums, "source": "0" * 32}}
    bad = damaged(damaged(tmp_path / "store.zip", "source.jsonl", "").rename(tmp_path / "half.zip"), "manifest.json", json.dumps(said))
    other = open_store(fresh_store[filled.dialect.name])
    with pytest.raises(StoreError, match="does not fit the store"):
        read_backup(other, bad)
    assert not any(everything(other).values())
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
    newer = damaged(tmp_path / "store.zip", "manifest.json", json.dumps({"revision": "9999", "rows": {}, "checksums": {}, "files": []}))
    with pytest.raises(StoreNewerError, match="upgrade Yixun"):
        read_backup(filled, newer)
