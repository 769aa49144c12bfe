"""`yixun mcp`: the store for agents."""

from __future__ import annotations

import typer

from .common import ConfigFile, settings_of


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("mcp")(mcp)


def mcp(config: ConfigFile = None) -> None:
    """Answer agents that speak the Model Context Protocol, on standard input and output: search, story, facts, query, views, sources.

    Read-only, with the limits of `yixun query`. Needs `pip install 'yixun[mcp]'`; an agent is told to start `yixun mcp --config FILE`.
    """
    from jobs.agents import serve
    from store.migrate import open_store

    engine = open_store(settings_of(config).store, create=False)
    try:
        serve(engine)
    finally:
        engine.dispose()
