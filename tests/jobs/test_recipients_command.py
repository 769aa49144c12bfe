"""`yixun recipients`: readers in the store and in yixun.toml, one each, however they are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.settings import StoreSettings
from tests.jobs.command import Yixun


@pytest.fixture
def home(yixun: Yixun, tmp_path: Path, new_store: Callable[[Path], StoreSettings]) -> Path:
    (tmp_path / "yixun.toml").write_text(
        '[digest.weekly]\nrecipients = ["Ann <ann@example.org>"]\n[digest.funding]\nlanguage = "zh"\n', encoding="utf-8"
    )
    new_store(tmp_path / "data" / "yixun.db")
    return tmp_path


def rows(yixun: Yixun, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in yixun("recipients", "list", "--json", *words).stdout.splitlines()]


def test_readers_are_added_listed_exported_and_removed(yixun: Yixun, home: Path) -> None:
    added = yixun("recipients", "add", "Ben <ben@example.org>", "cao@例子.example", "--language", "en")
    assert added.stdout == "2 added or changed, 0 as they were\n"
    assert yixun("recipients", "add", "BEN@example.org", "--language", "zh").stdout == "1 added or changed, 0 as they were\n"
    found = [(row["recipient"], row["language"], row["from"], row["state"]) for row in rows(yixun, "--digest", "weekly")]
    assert found == [
        ("Ann <ann@example.org>", "en", "yixun.toml", "active"),
        ("BEN@example.org", "zh", "store", "active"),
        ("cao@例子.example", "en", "store", "active"),
    ]
    exported = yixun("recipients", "export").stdout
    assert exported == "address,name,digest,language\nBEN@example.org,,weekly,zh\ncao@例子.example,,weekly,en\n"
    assert yixun("recipients", "remove", "ben@EXAMPLE.org").stdout == "ben@EXAMPLE.org: removed from weekly\n"
    assert "digest.weekly.recipients of the configuration" in yixun("recipients", "remove", "ann@example.org").stderr
    assert "gets no digest" in yixun("recipients", "remove", "nobody@example.org", check=2).stderr
    (home / "readers.csv").write_text(exported, encoding="utf-8")
    assert yixun("recipients", "import", "readers.csv").stdout == "1 added or changed, 1 as they were\n"


def test_a_file_of_readers_may_be_wrong_in_places(yixun: Yixun, home: Path) -> None:
    lines = [
        "digest,address,name,language",
        'funding,dai@example.org,"Dai, 戴",',
        "none,a@b.org,,",
        ",not an address,,",
        ",eva@example.org,,xx",
    ]
    (home / "readers.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    done = yixun("recipients", "import", "readers.csv", "--digest", "weekly", check=3)
    assert done.stdout == "1 added or changed, 0 as they were, 3 wrong\n"
    assert [line.partition(":")[2].strip()[:7] for line in done.stderr.splitlines()] == ["line 3:", "line 4:", "line 5:"]
    (dai,) = rows(yixun, "--digest", "funding")
    assert (dai["recipient"], dai["language"]) == ('"Dai, 戴" <dai@example.org>', "zh")
    (home / "bad.csv").write_text("mail\nx@y.org\n", encoding="utf-8")
    assert "expected a heading of address, name, digest, language, got mail" in yixun("recipients", "import", "bad.csv", check=2).stderr
    assert yixun("recipients", "import", "gone.csv", check=2).stderr


def test_nobody_is_asked_to_confirm_without_a_page_to_do_it_on(yixun: Yixun, home: Path) -> None:
    done = yixun("recipients", "add", "ben@example.org", "--confirm", check=2)
    assert "mail.host: is not set: nobody can be asked to confirm" in done.stderr
    assert len(rows(yixun, "--digest", "weekly")) == 1


def test_mails_from_a_folder_are_told(yixun: Yixun, home: Path) -> None:
    (home / "back").mkdir()
    (home / "back" / "1.eml").write_bytes(b"From: ann@example.org\r\nSubject: unsubscribe\r\n\r\n")
    (home / "back" / "2.eml").write_bytes(b"From: ann@example.org\r\nSubject: hello\r\n\r\n")
    (told,) = [json.loads(line) for line in yixun("recipients", "collect", "--folder", "back", "--json").stdout.splitlines()]
    assert (told["kind"], told["recipient"], told["digest"]) == ("unsubscribe", "ann@example.org", "weekly")
    assert "0 new mails read" in yixun("recipients", "collect", "--folder", "back").stderr
    assert "unsubscribed by mail" in " ".join(yixun("recipients", "suppressed").stdout.split())
    assert "neither folder nor host is set" in yixun("recipients", "collect", check=2).stderr
    stays = yixun("recipients", "add", "ann@example.org")
    assert "stays out" in stays.stderr and stays.stdout == "0 added or changed, 0 as they were\n"
