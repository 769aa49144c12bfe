"""The store in a browser: views, facets, saved queries and charts; nothing else, and no recipient."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs.saved import saved_queries
from jobs.web import application, chart_path, described
from store.database import session_scope
from store.errors import StoreError
from store.models import Delivery, DigestIssue
from store.schema import view_names
from tests.store.rows import NOON, a_round, a_source, an_adoption, an_item

ADDRESS = "reader@team.example"


@pytest.fixture
def served(engine: Engine) -> Any:
    """Datasette on a store with two facts and a mail."""
    if engine.dialect.name == "postgresql":
        with pytest.raises(StoreError, match="grant-analyst"):
            application(engine)
        pytest.skip("PostgreSQL is for tools of its own")
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        a_round(session, item)
        an_adoption(session, item)
        days = {"starts_on": NOON.date(), "ends_on": NOON.date(), "built_at": NOON}
        issue = DigestIssue(digest="weekly", period="2026-W47", language="en", subject="Weekly", **days)
        session.add(issue)
        session.flush()
        session.add(Delivery(issue_id=issue.id, recipient=ADDRESS, message_id="<a@b>"))
    return application(engine)


def test_a_browser_sees_the_views_and_nothing_else(served: Any, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(browse(served))
    assert "alembic_version" not in capsys.readouterr().err


async def browse(served: Any) -> None:
    """Look at pages as a browser does, and try to get at the tables."""
    await served.invoke_startup()

    async def get(path: str) -> Any:
        return await served.client.get(path)

    page = (await get("/yixun")).text
    assert all(view in page for view in view_names()) and "delivery" not in page and "alembic_version" not in page
    facts = (await get("/yixun/v1_facts?_facet=type")).text
    assert "某医院" in facts and "/yixun/v1_facts?type=adoption" in facts.replace("_facet=type&amp;", "")
    for name in saved_queries():
        assert (await get(f"/yixun/{name}.json")).json()["ok"], name
    assert (await get("/yixun/venture_by_quarter.json?_shape=array")).json()[0]["rounds"] == 1
    chart = (await get(chart_path("venture_by_quarter"))).text
    assert "/-/static-plugins/datasette_vega/" in chart and "https://cdn" not in chart
    script = chart.split('src="/-/static-plugins/datasette_vega/')[1].split('"')[0]
    assert (await get(f"/-/static-plugins/datasette_vega/{script}")).status_code == 200
    for path in (
        "/yixun.db",
        "/yixun/delivery",
        "/yixun/delivery.json",
        "/yixun/item.json",
        "/yixun.json?sql=select+recipient+from+delivery",
        "/yixun.json?sql=select+count(*)+from+delivery",
        "/yixun.json?sql=with+v1_items+as+(select+recipient+from+delivery)+select+*+from+v1_items",
        "/yixun.json?sql=select+*+from+pragma_table_info('delivery')",
        "/yixun.json?sql=delete+from+item",
    ):
        answer = await get(path)
        assert answer.status_code >= 400 and ADDRESS not in answer.text, path


def test_every_chart_is_of_columns_that_are_there() -> None:
    told = described([])
    assert set(told["databases"]["yixun"]["tables"]) == set(view_names())
    for name in ("venture_by_quarter", "coverage_by_week", "adopters_by_kind"):
        columns = [part.split("=")[1] for part in chart_path(name).split("#")[1].split("&") if "_column=" in part]
        assert all(column in saved_queries()[name].sql for column in columns)


def test_pictures_of_it_are_in_the_docs() -> None:
    docs = Path(__file__).parents[2] / "docs"
    for name in ("web_chart.png", "web_facets.png"):
        assert (docs / "pictures" / name).stat().st_size < 150_000
        assert f"pictures/{name}" in (docs / "data.md").read_text(encoding="utf-8")
