"""The pages on which a reader leaves a digest, confirms it, or says that a line is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from .labels import Labels


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def page(language: str, title: str, lines: Sequence[str], *, button: str | None = None, question: str | None = None) -> bytes:
    """A page as HTML: a title, paragraphs and, where something can be done, a button that does it.

    `title`, `button` and `question` are labels' keys; `question` asks for a few words to go with it.
    """
    t = Labels(language)
    shown = {"t": t, "page_language": "zh-CN" if language == "zh" else "en", "title": title, "lines": lines}
    return _environment().get_template("reader_page.html").render(**shown, button=button, question=question).encode()
