"""Bydrug: a news list that stands in the page's state object, not in its markup.

The object is the argument of a function, with bare keys and repeated values as one-letter parameters: no JSON, and nothing
is evaluated. The braces around each entry's id are cut out and its fields read; a parameter is looked up in the arguments.
"""

from __future__ import annotations

import json
import re

from crawler.sources.source import Source
from crawler.text.decode import decode
from store.entries import Entry
from store.errors import SelectorMissingError

from .base import Listing, Page, clean_text, dated, plain, titled

_STRING = r'"(?:[^"\\]|\\.)*"'
_ENTRY = re.compile(r'\{[^{}]*?esid:"([0-9a-f]{32})"(?:[^{}"]|' + _STRING + r")*\}")
_FIELD = re.compile(rf"\b(title|abstracts|publishTime|createTime):({_STRING}|[A-Za-z_$][\w$]*)")
_STATE = re.compile(r"window\.__NUXT__=\(function\(([^)]*)\)\{.*\}\((.*)\)\);?\s*$", re.S)
_VALUE = re.compile(rf"{_STRING}|[^,]+")


def read(page: Page, source: Source) -> Listing:
    """Read the entries of the state object. Raises SelectorMissingError when it holds none."""
    text, _ = decode(page.body, content_type=page.content_type, declared=source.encoding)
    script = next((s for s in re.findall(r"<script[^>]*>(.*?)</script>", text, re.S) if "__NUXT__" in s), "")
    parameters = _parameters(script.strip())
    listing = Listing()
    for match in _ENTRY.finditer(script):
        fields = {name: _text(value, parameters) for name, value in _FIELD.findall(match.group())}
        summary = plain(fields.get("abstracts", ""))
        title = titled(fields.get("title", ""), summary)
        if not title:
            listing.passed_over["no title"] += 1
            continue
        written = fields.get("publishTime") or fields.get("createTime")
        link = f"{source.homepage.rstrip('/')}/news/detail/{match.group(1)}"
        listing.entries.append(Entry(link=link, title=title, summary=summary, **dated(written, source, page.fetched_at)))
    if not listing.entries:
        raise SelectorMissingError("no entry in window.__NUXT__: the page may have been rebuilt", subject=source.id)
    return listing


def _parameters(script: str) -> dict[str, str]:
    """The one-letter parameters of the state function and the values it is called with."""
    match = _STATE.search(script)
    if match is None:
        return {}
    names = [name.strip() for name in match.group(1).split(",")]
    return dict(zip(names, (value.strip() for value in _VALUE.findall(match.group(2))), strict=False))


def _text(value: str, parameters: dict[str, str]) -> str:
    value = value if value.startswith('"') else parameters.get(value, "")
    if not value.startswith('"'):
        return ""
    try:
        return clean_text(str(json.loads(value)))
    except ValueError:
        return ""
