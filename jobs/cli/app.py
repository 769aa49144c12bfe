"""The `yixun` command: puts the nouns together and turns errors into one line and an exit status."""

from __future__ import annotations

import importlib
import sys

import typer

from store.errors import ConfigError, KnowledgeError, YixunError

from .common import EXIT_FAILED, EXIT_USAGE, say

# Order is the order of `yixun --help`. Each module has `register(app)`.
NOUNS: tuple[str, ...] = ("analyse",)


def build_app() -> typer.Typer:
    """Make the command line with all its commands."""
    app = typer.Typer(
        name="yixun",
        help="Yixun 医讯: a weekly digest and a queryable store of what happens in China's healthcare AI.",
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for noun in NOUNS:
        importlib.import_module(f"jobs.cli.{noun}").register(app)
    return app


def main() -> None:
    """Run the command line: 0 done, 1 failed, 2 wrong usage, 3 partly done."""
    try:
        build_app()()
    except (ConfigError, KnowledgeError) as error:
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
