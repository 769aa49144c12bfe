"""The store in a browser: Datasette on the views, read-only, with facets, the saved queries and charts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jobs.saved import saved_queries
from store.database import Engine, safe_url
from store.errors import StoreError, YixunError
from store.schema import table_names, view_names

DATABASE = "yixun"
_SETTINGS = {
    # The file itself holds recipients.
    "allow_download": False,
    "default_page_size": 50,
    "sql_time_limit_ms": 10_000,
    "facet_time_limit_ms": 2_000,
    "suggest_facets": False,
    "num_sql_threads": 2,
}
_FACETS = {
    "v1_items": ["week", "source_id", "status", "language"],
    "v1_facts": ["type", "week", "subject_kind", "model_family"],
    "v1_story_facts": ["type", "week", "model_family"],
    "v1_stories": ["week", "languages"],
    "v1_mentions": ["kind", "province", "week"],
    "v1_investors": ["kind", "round", "investor_kind"],
    "v1_organisations": ["kind", "province", "city"],
    "v1_sources_by_week": ["week", "tier"],
    "v1_source_health": ["status", "tier", "category"],
    "v1_fact_changes": ["change", "type", "who"],
}
_SORTED = {"v1_items": "published_at", "v1_facts": "announced_on", "v1_stories": "last_seen_at", "v1_fact_changes": "changed_at"}
# Saved queries that are worth a picture: the mark, what is drawn along and up, and by what it is coloured.
_CHARTS = {
    "venture_by_quarter": ("bar", "quarter", "cny_at_least", ""),
    "coverage_by_week": ("bar", "week", "relevant", ""),
    "week_over_week": ("bar", "week", "stories", ""),
    "adopters_by_kind": ("bar", "model_family", "adopters", "kind"),
    "deepseek_hospitals": ("bar", "month", "hospitals", "province"),
    "investors": ("bar", "investor", "rounds", ""),
}


def chart_path(name: str) -> str:
    """The address of a saved query's page with its chart open."""
    mark, x, y, colour = _CHARTS[name]
    drawn = f"g.mark={mark}&g.x_column={x}&g.x_type=ordinal&g.y_column={y}&g.y_type=quantitative"
    return f"/{DATABASE}/{name}#{drawn}{f'&g.color_column={colour}' if colour else ''}"


def described(tables: list[str]) -> dict[str, Any]:
    """What Datasette is told of the store: the views with facets, the saved queries, and that the tables are nobody's."""
    charts = ", ".join(f'<a href="{chart_path(name)}">{name}</a>' for name in _CHARTS)
    views = {view: {"facets": _FACETS[view], "description": "Columns: docs/data.md"} for view in view_names()}
    for view, column in _SORTED.items():
        views[view]["sort_desc"] = column
    hidden = {table: {"hidden": True, "allow": False} for table in tables}
    queries = {name: {"sql": one.sql, "title": name, "description": one.about, "hide_sql": True} for name, one in saved_queries().items()}
    return {
        "title": "Yixun 医讯",
        "description_html": f"News of China's healthcare AI. Charts: {charts}.",
        "databases": {DATABASE: {"tables": views | hidden, "queries": queries}},
    }


def application(engine: Engine) -> Any:
    """Datasette on a store, an ASGI application. Raises StoreError on PostgreSQL, YixunError when Datasette is not installed."""
    if engine.dialect.name != "sqlite":
        hint = "use a tool that reads PostgreSQL, with a role of `yixun db grant-analyst`"
        raise StoreError("`yixun web` reads stores in SQLite files", subject=safe_url(engine.url), hint=hint)
    try:
        from datasette.app import Datasette
        from datasette.database import Database
        from datasette.plugins import pm
    except ModuleNotFoundError as error:
        raise YixunError("the package datasette is not installed", subject="web", hint="pip install 'yixun[web]'") from error
    from jobs import web_guard

    if not pm.is_registered(web_guard):
        pm.register(web_guard)

    class Store(Database):  # type: ignore[misc]
        """The views alone are shown: no table's rows are counted."""

        async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
            return dict.fromkeys(await self.table_names())

    served = Datasette([], metadata=described(table_names(engine)), settings=_SETTINGS)
    served.add_database(Store(served, path=str(Path(engine.url.database or "").resolve()), is_mutable=True), name=DATABASE)
    return served


def serve(engine: Engine, host: str, port: int) -> None:
    """Answer browsers at an address until stopped. Raises what `application` does."""
    served = application(engine).app()
    import uvicorn

    uvicorn.run(served, host=host, port=port, log_level="warning")
