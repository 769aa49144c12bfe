"""A role of PostgreSQL that `yixun db grant-analyst` made runs every reading command and nothing else."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, text

from store.database import connect, session_scope
from store.migrate import upgrade
from store.models import Delivery, DigestIssue
from store.search import index_items
from store.settings import StoreSettings
from store.status import DeliveryState
from tests.store.rows import NOON, a_round, a_source, an_adoption, an_item
from tests.store.test_queries import EITHER, ON_POSTGRESQL

from .command import Yixun

ADDRESS = "reader@team.example"


def fill(engine: Engine) -> None:
    """Two items and an issue of which nobody knows whether it arrived."""
    with session_scope(engine) as session:
        a_source(session)
        first = an_item(session, text="该院本地部署DeepSeek-R1，用于影像诊断。")
        a_round(session, first)
        an_adoption(session, first)
        index_items(session, [first.id or 0])
        issue = DigestIssue(
            digest="weekly", period="2026-W47", starts_on=NOON.date(), ends_on=NOON.date(), built_at=NOON, language="en", subject="Weekly"
        )
        session.add(issue)
        session.flush()
        session.add(Delivery(issue_id=issue.id, recipient=ADDRESS, state=DeliveryState.unknown, message_id="<a@b>", tried_at=NOON))


def test_sqlite_has_no_roles(yixun: Yixun) -> None:
    yixun("init")
    assert "SQLite has no roles" in yixun("db", "grant-analyst", "ann", check=1).stderr


@pytest.fixture
def roles(engine: Engine, store_settings: StoreSettings) -> dict[str, dict[str, str]]:
    """The environments of the store's owner and of an analyst."""
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no roles")
    fill(engine)
    analyst = f"analyst of {engine.url.database}"
    of_analyst = engine.url.set(username=analyst).render_as_string(hide_password=False)
    return {
        "owner": {"YIXUN_STORE__URL": store_settings.url.get_secret_value()},
        "analyst": {"YIXUN_STORE__URL": of_analyst, "name": analyst},
    }


def test_an_analyst_reads_everything_but_recipients(
    yixun: Yixun, engine: Engine, roles: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = roles["analyst"].pop("name")
    try:
        assert "made, may read 10 views" in yixun("db", "grant-analyst", name, "--login", **roles["owner"]).stdout
        assert "may read 10 views" in yixun("db", "grant-analyst", name, **roles["owner"]).stdout
        upgrade(engine)
        found = yixun("query", "--sql", "SELECT title FROM v1_items", "--json", **roles["analyst"])
        assert json.loads(found.stdout) == {"title": "某医院部署DeepSeek"}
        assert json.loads(yixun("search", "部署 type:adoption", "--json", **roles["analyst"]).stdout)["id"] == 1
        yixun("export", "files", **roles["analyst"])
        assert ADDRESS in yixun("status", check=3, **roles["owner"]).stdout
        shown = yixun("status", check=None, **roles["analyst"])
        assert shown.stderr == "" and "unknown 1" in shown.stdout and ADDRESS not in shown.stdout
        for words in (["why", "1"], ["facts", "list"], ["stories", "list"], ["runs", "list"], ["names", "unknown"]):
            yixun(*words, **roles["analyst"])
        for words in (["db", "prune"], ["facts", "wrong", "funding:1"]):
            refused = yixun(*words, check=1, **roles["analyst"]).stderr
            assert len(refused.splitlines()) == 1 and "Traceback" not in refused
        for who in roles.values():
            for sql in EITHER + ON_POSTGRESQL:
                refused = yixun("query", "--sql", sql, check=1, **who).stderr
                assert len(refused.splitlines()) == 1 and refused.startswith("yixun: query: "), sql
        direct = connect(StoreSettings(url=roles["analyst"]["YIXUN_STORE__URL"]))
        for sql in (
            "SELECT recipient FROM delivery",
            "SELECT * FROM catalogue_digest",
            "SELECT pg_read_file('/etc/passwd')",
            "DELETE FROM item",
        ):
            with direct.connect() as connection, pytest.raises(Exception, match=r"permission denied|read-only"):
                connection.execute(text(sql))
        direct.dispose()
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP OWNED BY "{name}"'))
            connection.execute(text(f'DROP ROLE "{name}"'))
            connection.commit()


def test_whoever_can_do_everything_is_no_analyst(yixun: Yixun, roles: dict[str, dict[str, str]]) -> None:
    assert "can do everything" in yixun("db", "grant-analyst", "postgres", check=1, **roles["owner"]).stderr
