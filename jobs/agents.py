"""What agents may ask of the store over the Model Context Protocol: reading tools on the views, each answer with links and evidence."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

from jobs.formats import as_row, plain
from store.database import Engine, session_scope, utc_now
from store.errors import UsageError, YixunError
from store.queries import run_query
from store.schema import view_names
from store.search import search as find

Row = dict[str, Any]
_MOST = 200
_SECONDS = 30.0
_ABOUT = """News of China's healthcare AI, read-only: items grouped into stories, and facts (funding, adoptions of AI models, approvals, …),
each with the sentence that states it. Times are UTC, days are those of Asia/Shanghai, weeks ISO weeks such as 2026-W47.
Quote evidence and give links."""
_FACT = (
    "fact_id, type, announced_on, week, subject, subject_kind, province, product, model_family, model, stage, hosting, round, kind,"
    " amount_as_written, cny_low, cny_high, others, detail, value, evidence, confidence, reviewed, story_id, title, link, source_id"
)


class Reader:
    """The tools, on one store. Each raises YixunError, in one line, for what cannot be asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, words: str, limit: int = 20) -> dict[str, Any]:
        """Find stories by words in titles and texts, Chinese or English. Takes "phrases", AND, OR, NOT, brackets and
        source: topic: org: model: type: after: before: lang:, as in `deepseek org:tencent after:2026-11-01`."""
        with session_scope(self._engine) as session:
            hits = find(session, words, limit=_bounded(limit), now=utc_now())
            rows = [
                {
                    "title": hit.item.title,
                    "link": hit.item.link,
                    "source_id": hit.item.source_id,
                    "published_at": hit.item.published_at,
                    "story_id": hit.item.story_id,
                    "item_id": hit.item.id,
                    "items": hit.items,
                    "evidence": hit.snippet,
                }
                for hit in hits
            ]
        return {"stories": _plain(rows)}

    def story(self, story_id: int) -> dict[str, Any]:
        """One story: who told it, first and officially, all its items with links, and the facts they state with their sentences."""
        told = self._rows(f"SELECT * FROM v1_stories WHERE story_id = {int(story_id)}", 1)  # noqa: S608
        if not told:
            raise UsageError("there is no such story", subject=f"story {story_id}", hint="`search` shows the ids of those there are")
        items = "SELECT item_id, relation, title, link, source_id, source, tier, published_at, language FROM v1_items"
        facts = "SELECT type, announced_on, subject, model, stage, round, amount_as_written, others, detail, differences, evidence, link"
        of = f"WHERE story_id = {int(story_id)} ORDER BY"
        rows = self._rows(f"{items} {of} published_at, item_id", _MOST)
        stated = self._rows(f"{facts} FROM v1_story_facts {of} story_fact_id", _MOST)
        return {"story": told[0], "items": rows, "facts": stated}

    def facts(
        self,
        type: str | None = None,
        subject: str | None = None,
        model_family: str | None = None,
        week: str | None = None,
        since: str | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        """Facts that count, newest first, each with its sentence and link. `type`: funding, ipo, acquisition, adoption, approval,
        partnership, policy, launch, results or figure; `subject`: part of a name, or an organisation's id; `model_family`: deepseek,
        qwen, …; `week`: as 2026-W47; `since`: a day as 2026-11-01."""
        rules = ["counted = 1"]
        rules += [f"{name} = {_quoted(value)}" for name, value in (("type", type), ("model_family", model_family), ("week", week)) if value]
        if subject:
            rules.append(f"(subject_id = {_quoted(subject)} OR subject LIKE {_quoted(f'%{subject}%')})")
        if since:
            rules.append(f"announced_on >= {_quoted(since)}")
        sql = f"SELECT {_FACT} FROM v1_facts WHERE {' AND '.join(rules)} ORDER BY announced_on DESC, fact_id"  # noqa: S608
        return {"facts": self._rows(sql, _bounded(limit))}

    def query(self, sql: str, limit: int = 100) -> dict[str, Any]:
        """Run one SELECT on the views (`views` names them with their columns). Ask for `link` and `evidence` where there are such
        columns, and narrow views by week, day, item_id, story_id or organisation_id."""
        answer = run_query(self._engine, sql, max_rows=_bounded(limit), seconds=_SECONDS)
        return {"rows": _plain(answer.as_dicts()), "cut_off": answer.cut}

    def views(self) -> dict[str, Any]:
        """The views that `query` reads, with the names of their columns."""
        named = {}
        for view in view_names():
            named[view] = run_query(self._engine, f"SELECT * FROM {view} LIMIT 0", max_rows=1, seconds=_SECONDS).columns  # noqa: S608
        return {"views": named}

    def sources(self, only_troubled: bool = False) -> dict[str, Any]:
        """How the sources do: state, why, when they last brought something, what they kept. Look here before calling a week quiet."""
        rule = " AND status NOT IN ('ok', 'new')" if only_troubled else ""
        columns = "source_id, source, tier, status, status_reason, status_since_at, last_success_at, last_new_at, fetches_7d, failed_7d"
        sql = f"SELECT {columns}, items_kept_7d FROM v1_source_health WHERE enabled = 1{rule} ORDER BY source_id"  # noqa: S608
        return {"sources": self._rows(sql, 2000)}

    def _rows(self, sql: str, limit: int) -> list[Row]:
        return _plain(run_query(self._engine, sql, max_rows=limit, seconds=_SECONDS).as_dicts())


def _bounded(limit: int) -> int:
    return max(1, min(limit, _MOST))


def _quoted(value: str) -> str:
    if "\x00" in value:
        raise UsageError("holds a character that no text has", subject="facts")
    return "'" + value.replace("'", "''") + "'"


def _plain(rows: list[Row]) -> list[Row]:
    found: list[Row] = json.loads(json.dumps([as_row(row) for row in rows], default=plain))
    return found


def serve(engine: Engine) -> None:
    """Answer on standard input and output until that is closed. Raises YixunError when the package `mcp` is not installed."""
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ModuleNotFoundError as error:
        raise YixunError("the package mcp is not installed", subject="mcp", hint="pip install 'yixun[mcp]'") from error
    server = MCPServer("yixun", instructions=_ABOUT, log_level="ERROR")
    reader = Reader(engine)
    for tool in (reader.search, reader.story, reader.facts, reader.query, reader.views, reader.sources):

        @wraps(tool)
        def told(*words: Any, _tool: Any = tool, **named: Any) -> dict[str, Any]:
            try:
                answer: dict[str, Any] = _tool(*words, **named)
            except YixunError as error:
                raise ToolError(str(error)) from error
            return answer

        server.tool(annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))(told)
    server.run("stdio")
