"""`yixun names`, from the command line to the file and the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from jobs.cli.app import build_app
from jobs.config import load_settings
from store.database import session_scope
from store.migrate import open_store
from store.models import Mention, Organisation
from store.settings import StoreSettings
from tests.store.rows import a_source, an_item

runner = CliRunner()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "yixun.toml"
    path.write_text(f'# mine\n[store]\nurl = "sqlite:///{tmp_path / "yixun.db"}"\n', encoding="utf-8")
    return path


@pytest.fixture
def filled(config: Path) -> StoreSettings:
    """A store in which two items name an organisation that the catalogue lacks, and one that it has."""
    settings = load_settings(config).store
    engine = open_store(settings)
    with session_scope(engine) as session:
        a_source(session)
        for n in (1, 2):
            item = an_item(session, title=f"Item {n}")
            for name in ("青石云医", "智云健康"):
                session.add(
                    Mention(item_id=item.id or 0, target="organisation", as_written=name, kind="company", found_by="rule", start=0, end=4)
                )
    engine.dispose()
    return settings


def yixun(*args: str | Path, status: int = 0) -> str:
    result = runner.invoke(build_app(), [str(arg) for arg in args])
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else result.output


def test_unknown_leaves_out_what_the_catalogue_knows(config: Path, filled: StoreSettings) -> None:
    rows = [json.loads(line) for line in yixun("names", "unknown", "--json", "--config", config).splitlines()]
    assert [(row["name"], row["items"]) for row in rows] == [("青石云医", 2)]
    assert "青石云医" in yixun("names", "unknown", "--config", config)


def test_add_writes_the_entry_and_points_mentions_at_it(config: Path, filled: StoreSettings) -> None:
    said = yixun("names", "add", "青石云医", "--kind", "company", "--en", "Qingshi Cloud", "--config", config)
    assert "qingshi_cloud (company) added" in said
    assert "2 stored mentions" in said
    assert config.read_text(encoding="utf-8").startswith("# mine\n")
    (entry,) = load_settings(config).knowledge.organisations
    assert (entry.id, entry.zh, entry.en) == ("qingshi_cloud", "青石云医", "Qingshi Cloud")
    assert yixun("names", "unknown", "--json", "--config", config) == ""
    engine = open_store(filled)
    with session_scope(engine) as session:
        assert session.get(Organisation, "qingshi_cloud") is not None
        assert list(session.exec(select(Mention.target_id).where(Mention.as_written == "青石云医"))) == ["qingshi_cloud"] * 2
    engine.dispose()


def test_add_another_name_of_a_known_organisation(config: Path) -> None:
    yixun("names", "add", "智云大健康", "--same-as", "cloudr", "--config", config)
    (entry,) = load_settings(config).knowledge.organisations
    assert entry.id == "cloudr"
    assert entry.ticker == "9955.HK"
    assert "智云大健康" in entry.aliases


def test_context_rules_survive_a_further_name(config: Path) -> None:
    yixun("names", "add", "微医互联", "--same-as", "wedoctor", "--config", config)
    (entry,) = load_settings(config).knowledge.organisations
    assert entry.ambiguous[0].name == "微医"
    assert "疗" in entry.ambiguous[0].not_before


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["青石云医", "--kind", "clinic"], "expected one of company"),
        (["青石云医", "--same-as", "nobody"], "no organisation has the id 'nobody'"),
        (["ClouDr"], "'cloudr' is in the catalogue"),
        (["青石云医", "--ticker", "abc"], "ticker"),
    ],
)
def test_wrong_use_changes_nothing(config: Path, args: list[str], says: str) -> None:
    before = config.read_text(encoding="utf-8")
    assert says in yixun("names", "add", *args, "--config", config, status=2)
    assert config.read_text(encoding="utf-8") == before


def test_a_list_in_brackets_is_named(config: Path) -> None:
    config.write_text('[knowledge]\norganisations = [{id = "a", zh = "甲", kind = "company"}]\n', encoding="utf-8")
    result = runner.invoke(build_app(), ["names", "add", "青石云医", "--config", str(config)])
    assert "cannot take another entry" in str(result.exception)
    assert "[[knowledge.organisations]]" in str(result.exception)
