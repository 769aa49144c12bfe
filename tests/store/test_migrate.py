"""The schema: made, compared with the models, upgraded when filled, and never guessed at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel, select

from store import migrate
from store.database import connect, session_scope, utc_now
from store.entries import Entry
from store.errors import ConfigError, StoreError, StoreNewerError
from store.items import save_entries
from store.migrate import open_store, upgrade
from store.models import FundingFact, Item, ItemVersion
from store.schema import belongs_to_models
from store.search import index_items, search
from store.settings import StoreSettings
from tests.store.rows import a_round, a_source, an_item

# A later schema, as a release to come may bring it: on SQLite the whole table is made anew.
_LATER = '''"""count how often an item is read"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("item", recreate="auto") as batch:
        batch.add_column(sa.Column("views", sa.Integer(), server_default="7", nullable=False))
        batch.alter_column("method", existing_type=sa.String(), type_=sa.Text(), existing_nullable=False)
'''


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A version of Yixun with one migration more."""
    folder = tmp_path / "later"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_views.py").write_text(_LATER.format(before=migrate.newest_revision()), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", folder)
        yield


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index ix_view_")
def test_the_migrated_schema_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": belongs_to_models})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_opening_twice_changes_nothing(engine: Engine, store_settings: StoreSettings) -> None:
    with session_scope(engine) as session:
        a_source(session)
    again = open_store(store_settings)
    assert upgrade(again) == (migrate.newest_revision(), migrate.newest_revision())
    with again.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM source")).scalar() == 1
    again.dispose()


def test_a_filled_store_is_upgraded_and_loses_nothing(engine: Engine, store_settings: StoreSettings, later_version: None) -> None:
    with session_scope(engine) as session:
        a_source(session)
        a_round(session, an_item(session, method="plain"))
    with pytest.raises(StoreError, match="yixun db upgrade"):
        open_store(store_settings)
    before, after = upgrade(engine)
    assert (before, after) != (after, after)
    with session_scope(engine) as session:
        assert session.exec(select(Item.method)).one() == "plain"
        assert session.exec(select(FundingFact.company)).one() == "某影像公司"
        assert session.exec(text("SELECT views FROM item")).scalar() == 7  # type: ignore[call-overload]
        assert session.exec(text("SELECT count(*) FROM v1_items")).scalar() == 1  # type: ignore[call-overload]


def test_a_store_of_a_newer_version_is_left_alone(engine: Engine, store_settings: StoreSettings) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (lambda: open_store(store_settings), lambda: upgrade(engine)):
        with pytest.raises(StoreNewerError, match=r"newer version.*upgrade Yixun"):
            attempt()


def test_a_failing_migration_leaves_the_store_as_it_was(engine: Engine, later_version: None) -> None:
    path = migrate.MIGRATIONS / "versions" / "9999_views.py"
    path.write_text(path.read_text(encoding="utf-8") + "    op.execute('SELECT 1 FROM nowhere')\n", encoding="utf-8")
    with pytest.raises(StoreError, match="nowhere"):
        upgrade(engine)
    assert "views" not in {column["name"] for column in inspect(engine).get_columns("item")}
    assert "v1_items" in inspect(engine).get_view_names()


def test_a_database_of_something_else_is_refused(empty_database: StoreSettings) -> None:
    engine = migrate.connect(empty_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (id integer)"))
    with pytest.raises(StoreError, match="something else"):
        open_store(empty_database)
    assert inspect(engine).get_table_names() == ["recipes"]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is no URL"),
        ("mysql://root@localhost/news", "unknown kind of database"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot be used"),
        ("sqlite:////proc/nowhere/store.db", "cannot be used|cannot be made"),
    ],
)
def test_a_wrong_url_is_one_line_without_the_password(url: str, message: str) -> None:
    with pytest.raises((ConfigError, StoreError), match=message) as caught:
        open_store(StoreSettings(url=url))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("shopping list, long enough to be taken for a page of a database\n" * 20, encoding="utf-8")
    with pytest.raises(StoreError, match=r"notes\.db.*not a database"):
        open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'notes.db'}"))


def test_a_missing_store_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store yet"):
        open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'none' / 'store.db'}"), create=False)
    assert not (tmp_path / "none").exists()


def test_two_that_make_one_store_at_once_both_end_with_it(empty_database: StoreSettings) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(lambda _: open_store(empty_database), range(4)))
    assert {inspect(engine).has_table("item") for engine in engines} == {True}
    for engine in engines:
        engine.dispose()


def test_migrations_do_not_import_the_code_of_today() -> None:
    for path in (migrate.MIGRATIONS / "versions").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "store." not in source and "sqlmodel" not in source, path.name


def test_the_search_index_survives_every_upgrade(engine: Engine) -> None:
    assert "item_search" in inspect(engine).get_table_names()


def test_an_index_of_words_that_knew_no_places_is_made_anew(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite's index stays as it is")
    with session_scope(engine) as session:
        a_source(session)
        index_items(session, [an_item(session, title="甲医院上线").id or 0])
    before = (
        "DROP FUNCTION item_search_tokens(bigint, bytea) CASCADE",
        "CREATE FUNCTION item_search_tokens(runs bytea) RETURNS tsvector LANGUAGE sql IMMUTABLE AS"
        " $$ SELECT array_to_tsvector(ARRAY[convert_from(runs, 'gb18030')]) $$",
        "CREATE INDEX ix_item_search_words ON item_search USING gin (item_search_tokens(runs))",
        "UPDATE alembic_version SET version_num = '0017'",
    )
    with engine.begin() as connection:
        for statement in before:
            connection.execute(text(statement))
    upgrade(engine)
    functions = text("SELECT pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname = 'item_search_tokens'")
    defined = text("SELECT pg_get_indexdef(CAST('ix_item_search_words' AS regclass))")
    with session_scope(engine) as session:
        assert [hit.item.title for hit in search(session, "医院")] == ["甲医院上线"]
        assert session.connection().execute(functions).scalars().all() == ["place bigint, runs bytea"]
        assert "item_search_tokens(place, runs)" in session.connection().execute(defined).scalar_one()


def test_items_of_the_first_schema_are_known_by_guid_and_address_and_keep_their_titles(empty_database: StoreSettings) -> None:
    engine = connect(empty_database)
    upgrade(engine, to="0001")
    link = "http://clinic.example/a/1.html"
    with engine.begin() as connection:
        connection.execute(text(_A_SOURCE))
        connection.execute(text(_AN_ITEM), {"name": link, "link": link})
        connection.execute(text("INSERT INTO item_title (id, item_id, title, replaced_at) VALUES (1, 1, '旧题', '2026-09-01 00:00:00')"))
    upgrade(engine)
    entry = Entry(title="题", link="https://clinic.example/a/1.html", guid="https://clinic.example/?p=1", summary="新")
    with session_scope(engine) as session:
        item = session.exec(select(Item)).one()
        assert (item.guid_key, item.link_key) == ("guid:old:clinic.example/?p=1", "clinic.example/a/1.html")
        assert [version.title for version in session.exec(select(ItemVersion))] == ["旧题"]
        # What was listed before is unknown: the first look learns it and takes it for no edit.
        saved = [save_entries(session, "old", [entry], found_at="f", now=utc_now(), backlog=False) for _ in range(2)]
        assert [(look.new, look.changed, look.known) for look in saved] == [(0, 0, 1)] * 2
    engine.dispose()


def test_facts_of_the_first_schema_are_facts_of_health_that_nobody_reviewed(empty_database: StoreSettings) -> None:
    engine = connect(empty_database)
    upgrade(engine, to="0001")
    shared = "id, item_id, evidence, evidence_start, evidence_end, confidence, found_by, background, recorded_at"
    values = "1, 1, '原句。', 0, 3, 0.9, 'rule', false, '2026-09-01 00:00:00'"
    with engine.begin() as connection:
        connection.execute(text(_A_SOURCE))
        connection.execute(text(_AN_ITEM), {"name": "http://clinic.example/a", "link": "http://clinic.example/a"})
        ipo = f"{shared}, type, company, stage, kind, investors) VALUES ({values}, 'ipo', '甲', 'done', 'venture', '[]')"
        connection.execute(text(f"INSERT INTO fact_funding ({ipo}"))
        approval = f"{shared}, holder, authority, device_class, decision) VALUES ({values}, '乙', 'NMPA', 'III', 'approved')"
        connection.execute(text(f"INSERT INTO fact_approval ({approval}"))
    upgrade(engine)
    columns = "fact_id, type, subject, stage, kind, others, health, counted, reviewed"
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM v1_facts ORDER BY fact_id")).all()
    assert [tuple(row) for row in rows] == [
        ("approval:1", "approval", "乙", "approved", "III", "NMPA", 1, 1, None),
        ("funding:1", "ipo", "甲", "done", "venture", None, 1, 1, None),
    ]
    engine.dispose()


_A_SOURCE = (
    "INSERT INTO source (id, name, homepage, language, category, kind, scope, tier, access, enabled, definition, first_seen_at, changed_at)"
    " VALUES ('old', 'old', 'h', 'zh', 'media', 'feed', 'general', 'media', 'ok', true, '{}',"
    " '2026-09-01 00:00:00', '2026-09-01 00:00:00')"
)
_AN_ITEM = (
    "INSERT INTO item (id, source_id, identity, link, guid, found_at, title, entry_title, summary, text, language, authors, editors,"
    " media_type, date_trust, first_seen_at, changed_at, backlog, status, status_reason, tries, method, quality, relevant, score,"
    " reasons, judged_with)"
    " VALUES (1, 'old', :name, :link, 'http://clinic.example/?p=1', 'f', '题', '题', '', '', 'zh', '[]', '[]', 'text/html',"
    " 'none', '2026-09-01 00:00:00', '2026-09-01 00:00:00', false, 'kept', '', 0, '', 0, false, 0, '[]', '')"
)
