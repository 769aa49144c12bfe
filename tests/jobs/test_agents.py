"""The store for agents, asked with the protocol's own client: reading tools, links and evidence in every answer, errors in one line."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from sqlalchemy import Engine

from store.database import session_scope
from store.search import index_items
from store.settings import StoreSettings
from store.stories import refresh
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item


@pytest.fixture
def filled(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> StdioServerParameters:
    """How `yixun mcp` is started on a store with a story and two facts."""
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session, text="该院本地部署DeepSeek-R1，用于影像诊断。")
        story = a_story(session, item)
        a_round(session, item)
        an_adoption(session, item)
        index_items(session, [item.id or 0])
        refresh(session, [story.id or 0], now=NOON)
    environ = {**os.environ, "YIXUN_STORE__URL": store_settings.url.get_secret_value()}
    return StdioServerParameters(command=sys.executable, args=["-m", "jobs.cli.app", "mcp"], env=environ, cwd=Path(__file__).parents[2])


def test_an_agent_reads_stories_facts_and_sources(filled: StdioServerParameters) -> None:
    asyncio.run(ask(filled))


async def ask(server: StdioServerParameters) -> None:
    """Ask every tool something, and `query` what it must not do."""
    async with Client(server) as client:

        async def call(name: str, **words: Any) -> Any:
            answer = await client.call_tool(name, words)
            return answer.content[0].text if answer.is_error else answer.structured_content  # type: ignore[union-attr]

        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"search", "story", "facts", "query", "views", "sources"}
        assert all(tool.annotations and tool.annotations.read_only_hint and tool.description for tool in tools)
        [hit] = (await call("search", words="部署 deepseek"))["stories"]
        assert hit["link"].startswith("https://hospital.example/") and "【部署】" in hit["evidence"]
        told = await call("story", story_id=hit["story_id"])
        assert told["items"][0]["link"] == hit["link"] and {fact["evidence"] for fact in told["facts"]} == {
            "某影像公司完成近亿元B轮融资。",
            "某医院本地部署DeepSeek-R1。",
        }
        [fact] = (await call("facts", model_family="deepseek", week="2026-W47", subject="医院"))["facts"]
        assert (fact["stage"], fact["link"], fact["evidence"]) == ("live", hit["link"], "某医院本地部署DeepSeek-R1。")
        assert (await call("facts", subject="x' OR '1' = '1"))["facts"] == []
        assert await call("query", sql="SELECT cny_low FROM v1_facts WHERE type = 'funding'") == {
            "rows": [{"cny_low": 100000000}],
            "cut_off": False,
        }
        assert "evidence" in (await call("views"))["views"]["v1_facts"]
        assert (await call("sources"))["sources"][0]["status"] == "ok" and (await call("sources", only_troubled=True))["sources"] == []
        for sql in ("SELECT recipient FROM delivery", "DELETE FROM item", "SELECT nothing FROM v1_items"):
            refused = await call("query", sql=sql)
            assert isinstance(refused, str) and "query: " in refused and "\n" not in refused
        assert "there is no such story" in await call("story", story_id=99)
        assert "expected a word" in await call("search", words="NOT")
