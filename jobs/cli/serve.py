"""`yixun serve`: the pages on which readers unsubscribe, confirm, or say that a line is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .common import ConfigFile, say, settings_of

if TYPE_CHECKING:
    from jobs.endpoints import WebServer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("serve")(serve)


def serve(config: ConfigFile = None) -> None:
    """Answer readers' clicks at serve.listen until told to stop: leaving a digest, confirming it, calling a line wrong.

    Looking at a page does nothing, pressing its button does. Put a web server with HTTPS in front that passes on what comes to serve.url.
    """
    from jobs.endpoints import WebServer
    from jobs.logs import log_to
    from jobs.serving import ReaderPages
    from reports.addresses import place
    from store.errors import UsageError
    from store.migrate import open_store

    settings = settings_of(config)
    listen = place(settings.serve.listen)
    if settings.serve.url is None or listen is None:
        key = "serve.listen" if settings.serve.url else "serve.url"
        raise UsageError("is not set: no mail has a link to these pages", subject=key, hint="the web address that readers reach")
    pages = ReaderPages(open_store(settings.store), settings)
    log_to(settings)
    try:
        server = WebServer(listen, pages.respond)
    except OSError as error:
        raise UsageError(f"cannot be listened on: {error.strerror}", subject=f"serve.listen {settings.serve.listen}") from error
    say(f"answering {settings.serve.url} at {server.address}")
    _until_told_to_stop(server)


def _until_told_to_stop(server: WebServer) -> None:
    import signal
    from threading import Event, Thread

    asked = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    Thread(target=server.serve_forever, name="serve", daemon=True).start()
    asked.wait()
    server.shutdown()
    server.server_close()
