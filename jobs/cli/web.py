"""`yixun web`: browse and query the store in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import ConfigFile, say, settings_of


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("web")(web)


def web(
    host: Annotated[str, typer.Option("--host", help="Where to listen; whoever reaches it reads the views.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen at.")] = 8001,
    config: ConfigFile = None,
) -> None:
    """Browse the store in a browser until stopped: the views with facets, the saved queries, SQL of your own, charts.

    Read-only, and of the views alone, as `yixun query` is. For stores in SQLite files. Needs `pip install 'yixun[web]'`.
    """
    from jobs.web import serve
    from store.migrate import open_store

    engine = open_store(settings_of(config).store, create=False)
    try:
        say(f"http://{host}:{port}/")
        serve(engine, host, port)
    finally:
        engine.dispose()
