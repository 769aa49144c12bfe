"""The `yixun` command: puts the nouns together and turns errors into one line and an exit status."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Annotated

import typer

from store.errors import ConfigError, KnowledgeError, UsageError, YixunError

from .common import EXIT_FAILED, EXIT_USAGE, out, say

# Order is the order of `yixun --help`. Each module has `register(app)`.
NOUNS: tuple[str, ...] = (
    "analyse",
    "crawl",
    "db",
    "demo",
    "digest",
    "doctor",
    "export",
    "facts",
    "group",
    "init",
    "judge",
    "names",
    "query",
    "read",
    "recipients",
    "run",
    "runs",
    "search",
    "serve",
    "sources",
    "status",
    "stories",
    "topics",
    "why",
    "worker",
)


ABOUT = """Yixun 医讯: a weekly digest and a queryable store of what happens in China's healthcare AI.

New here? `yixun demo` shows the whole job on bundled sample sites in half a minute, without the network.
For real: `yixun init`, `yixun crawl`, `yixun digest preview weekly`; then `yixun run` keeps it going."""


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out(f"yixun {version('yixun')}")
        raise typer.Exit


def _root(
    _version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Keeps `yixun COMMAND` the form of every call, however many commands there are."""


def build_app() -> typer.Typer:
    """Make the command line with all its commands."""
    app = typer.Typer(
        name="yixun",
        help=ABOUT,
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 3 partly done.",
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for noun in NOUNS:
        importlib.import_module(f"jobs.cli.{noun}").register(app)
    return app


def main() -> None:
    """Run the command line: 0 done, 1 failed, 2 wrong usage, 3 partly done."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Chinese must come out whole even where cron or a terminal says otherwise.
            stream.reconfigure(encoding="utf-8")
    try:
        build_app()()
    except (ConfigError, KnowledgeError, UsageError) as error:
        say(f"yixun: {error}")
        sys.exit(EXIT_USAGE)
    except YixunError as error:
        say(f"yixun: {error}")
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:
        # The reader of our output (head, less) went away: nothing left to say.
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        say("yixun: stopped")
        sys.exit(130)


if __name__ == "__main__":
    main()
