"""`yixun digest preview`: an issue in the browser, or as text."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from .common import ConfigFile, out, settings_of, store_session
from .digest_options import From, Name, To, Week, order_of


def preview(
    name: Name,
    week: Week = None,
    first: From = None,
    last: To = None,
    file: Annotated[Path | None, typer.Option("--out", help="Write the page to this file; default a folder of previews of yours.")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print where the page lies.")] = False,
    as_text: Annotated[bool, typer.Option("--text", help="Print the issue as plain text instead.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show what the mail leaves out, too.")] = False,
    config: ConfigFile = None,
) -> None:
    """Open an issue in the browser without freezing or sending anything: the frozen one if it was built, else as it would be now.

    Where there is no screen, and with --no-open, the path of the page is printed and nothing is opened.
    """
    from reports.charts import within
    from reports.digest import draft_edition, load_edition
    from reports.plain import text
    from reports.render import html
    from store.digests import find_issue

    settings = settings_of(config)
    order = order_of(settings, name, week, first, last)
    with store_session(settings) as session:
        frozen = find_issue(session, name, order.period.label)
        edition = load_edition(session, frozen) if frozen else draft_edition(session, order)
    if as_text:
        out(text(edition, full=full).rstrip("\n"))
        return
    page = file or _previews() / f"{edition.file_name}.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        shown = html(edition, full=full, picture=within(edition.trends, edition.language))
        page.write_text(shown, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{page}: {error.strerror}", param_hint="--out") from error
    out(str(page))
    if not no_open and _has_screen():
        webbrowser.open(page.resolve().as_uri())


def _previews() -> Path:
    """The folder of this user for what is only looked at."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "yixun" / "previews"


def _has_screen() -> bool:
    """Whether a browser has somewhere to show a page. Without this a browser for terminals would take over the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
