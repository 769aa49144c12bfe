"""Further pages of lists and APIs: a URL template, a form, and tokens that only the first page knows."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin

from crawler.sources.source import Paging

from .base import Ask, Page


def next_template(page: Page, text: str, paging: Paging) -> list[Ask]:
    """The request for the page after `page` by template and form.

    {page} counts from `start` in steps of `step`, {end} is the last row of that step; token fields are read from the first page
    by their regex and carried along. No request when the template is missing or a token cannot be found.
    """
    if paging.template is None and not paging.form:
        return []
    tokens = dict(page.ask.tokens) or _tokens(text, paging.token)
    if tokens is None:
        return []
    number = paging.start + paging.step * page.ask.page
    marks = {"page": str(number), "end": str(number + paging.step - 1), **tokens}
    url = urljoin(page.url, fill(paging.template, marks)) if paging.template else page.ask.root
    form = tuple((name, fill(value, marks)) for name, value in paging.form.items())
    form += tuple((name, value) for name, value in tokens.items() if name not in paging.form)
    kept = tuple(tokens.items())
    following = page.ask.page + 1
    if paging.form or paging.token:
        return [Ask(url, root=page.ask.root, page=following, method="POST", form=form, tokens=kept)]
    return [Ask(url, root=page.ask.root, page=following, method=page.ask.method, tokens=kept)]


def _tokens(text: str, wanted: dict[str, str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for name, pattern in wanted.items():
        match = re.search(pattern, text)
        if match is None:
            return None
        found[name] = match.group(1) if match.re.groups else match.group()
    return found


def fill(template: str, marks: dict[str, str]) -> str:
    """Put values in the place of {name}; names that are unknown stay as they are."""
    return re.sub(r"\{([\w.]+)\}", lambda match: marks.get(match.group(1), match.group()), template)


def fill_body(value: Any, marks: dict[str, str]) -> Any:
    """`fill` in every text of a JSON value; a text that is one mark alone becomes a number where it is one."""
    if isinstance(value, dict):
        return {key: fill_body(inner, marks) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill_body(inner, marks) for inner in value]
    if isinstance(value, str) and "{" in value:
        filled = fill(value, marks)
        return int(filled) if re.fullmatch(r"\{\w+\}", value) and filled.isdigit() else filled
    return value


def json_text(value: Any) -> str:
    """A JSON body as it is sent."""
    return json.dumps(value, ensure_ascii=False)
