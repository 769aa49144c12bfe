"""`yixun init`: a configuration file and a store."""

from __future__ import annotations

import typer

from .common import ConfigFile, out, settings_of


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("init")(init)


def init(config: ConfigFile = None) -> None:
    """Write yixun.toml with all settings and their meaning, and create the store or bring it up to date.

    Nothing that is there is overwritten: call it again at any time.
    """
    from pathlib import Path

    from jobs.config import FILE_NAME, find_config
    from jobs.template import write_template
    from store.database import connect, safe_url
    from store.upgrading import upgrade_safely

    path = config or find_config() or Path(FILE_NAME)
    out(f"{path}: {'written, every setting with its default' if write_template(path) else 'is there already, left as it is'}")
    settings = settings_of(path)
    engine = connect(settings.store)
    try:
        upgraded = upgrade_safely(engine, settings.backup.folder)
    finally:
        engine.dispose()
    before, after = upgraded.before, upgraded.after
    done = "made" if before is None else "is up to date" if before == after else f"upgraded from schema {before} to {after}"
    out(f"{safe_url(engine.url)}: {done}{f'; as it was before: {upgraded.copy}' if upgraded.copy else ''}")
    if not settings.crawl.contact:
        out("Next: set crawl.contact, so that sites can reach you; then `yixun crawl` and `yixun digest preview weekly`.")
