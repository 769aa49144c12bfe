"""JSON answers: rows and fields found by paths (JMESPath), whatever the JSON is wrapped in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import islice
from typing import Any

import chompjs
import jmespath
from jmespath.exceptions import JMESPathError

from crawler.sources.source import ApiRules, Source
from crawler.text.decode import decode
from store.entries import Entry
from store.errors import ParseError, SelectorMissingError

from . import listing as listing_reader
from .base import Ask, Listing, Page, absolute, beyond, clean_text, dated, is_placeholder, media_type_of, newest, plain, titled
from .paging import fill, fill_body, json_text, next_template

_OPENING = re.compile(r"""[\[{]|"(?=\s*[\[{])""")
_MAX_TRIES = 200
_MAX_LOOSE_TRIES = 20  # each reads to the end of what it takes for an object
# What some put before their JSON so that no page can run it as a script.
_GUARD = re.compile(r"^\s*(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);|/\*\*/)\s*")


def first(source: Source) -> list[Ask]:
    """The first request of each address: GET, or POST with the body or form of the rules."""
    rules = source.api
    assert rules is not None
    start = str(rules.pages.start if rules.pages else 1)
    return [_ask(rules, url.url, url.url, 1, start) for url in source.urls]


def _ask(rules: ApiRules, url: str, root: str, page: int, number: str) -> Ask:
    marks = {"page": number}
    if rules.method == "GET":
        return Ask(fill(url, marks), root=root, page=page)
    body = json_text(fill_body(rules.body, marks)) if rules.body is not None else None
    form = tuple((name, fill(value, marks)) for name, value in rules.form.items()) if rules.form else None
    return Ask(fill(url, marks), root=root, page=page, method="POST", json=body, form=form)


def read(page: Page, source: Source) -> Listing:
    """Read an API answer.

    Raises ParseError when it is no JSON, SelectorMissingError when the path of the rows leads nowhere or no row has a title.
    """
    rules = source.api
    assert rules is not None
    text, _ = decode(page.body, content_type=page.content_type, declared=source.encoding)
    value = _load(text, rules, source)
    if rules.unwrap == "html-in-json":
        inside = "".join(part for part in find(value, rules.unwrap_path or "") if isinstance(part, str))
        return listing_reader.read(replace(page, body=inside.encode(), content_type="text/html; charset=utf-8"), source)
    rows = [row for row in find(value, rules.items) if isinstance(row, dict)]
    if not rows and _at(value, rules.items) != []:
        raise SelectorMissingError(f"nothing at {rules.items!r}: the API may have changed", subject=source.id)
    listing = Listing()
    if len(rows) > page.max_entries:
        listing.passed_over[beyond(page.max_entries)] = len(rows) - page.max_entries
        dates = [_text(row, rules.date) for row in rows]
        rows = [rows[i] for i in newest(dates, page.max_entries, source, page.fetched_at, rules.date_format)]
    for row in rows:
        _take(row, listing, rules, source, page)
    if rows and not listing.entries and page.ask.page == 1:
        message = f"{len(rows)} rows at {rules.items!r} but none has a title at {rules.title!r} and a link"
        raise SelectorMissingError(message, subject=source.id)
    listing.next = _further(page, text, rules)
    return listing


def _load(text: str, rules: ApiRules, source: Source) -> Any:
    try:
        in_script = rules.unwrap in ("jsonp", "js-assignment")
        value = _json_inside(text, rules.items) if in_script else json.loads(_GUARD.sub("", text, count=1))
        if rules.unwrap == "json-in-string":
            inner = value if isinstance(value, str) else next(iter(find(value, rules.unwrap_path or "")), None)
            value = json.loads(inner) if isinstance(inner, str) else inner
    except (ValueError, RecursionError) as error:
        start = clean_text(text[:60])
        raise ParseError(f"parse: expected JSON, got {start!r}", subject=source.id) from error
    return value


def _json_inside(script: str, items: str) -> Any:
    """The largest object or list of JSON in a script, whatever calls, guards or assignments stand around it; of several one with `items`.

    A script that hands its JSON over as a string is read as well. Raises ValueError when there is none.
    """
    decoder = json.JSONDecoder()
    found: list[tuple[int, Any]] = []
    position, tries = 0, 0
    while tries < _MAX_TRIES and (match := _OPENING.search(script, position)):
        tries += 1
        try:
            value, position = decoder.raw_decode(script, match.start())
        except ValueError:
            position = match.end()
            continue
        if isinstance(value, str):
            value = _in_string(value)
        if value not in (None, {}):
            found.append((position - match.start(), value))
    if not any(_has_rows(value, items) for _, value in found) and (loose := _loose_inside(script, items)) is not None:
        return loose
    if not found:
        raise ValueError("no JSON in the script")
    return max(found, key=lambda piece: (bool(find(piece[1], items)), piece[0]))[1]


def _has_rows(value: Any, items: str) -> bool:
    return any(isinstance(row, dict) for row in find(value, items))


def _loose_inside(script: str, items: str) -> Any:
    """The first object or list with rows at `items` in the looser writing of scripts: bare keys, single quotes, commas at the end."""
    for opening in islice(_OPENING.finditer(script), _MAX_LOOSE_TRIES):
        try:
            value: Any = chompjs.parse_js_object(script[opening.start() :], loader_kwargs={"strict": False})
        except (ValueError, RecursionError):
            continue
        if _has_rows(value, items):
            return value
    return None


def _in_string(text: str) -> Any:
    """The object or list that a string of a script holds as JSON; None when it holds none."""
    try:
        value = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None
    return value


def find(value: Any, path: str) -> list[Any]:
    """The values at a path (JMESPath; "" is the value itself): the elements of a list, none where it leads nowhere."""
    found = _at(value, path)
    return found if isinstance(found, list) else [] if found is None else [found]


def _at(value: Any, path: str) -> Any:
    try:
        return jmespath.search(path, value) if path else value
    except JMESPathError:  # a function of the path does not take what it finds there
        return None


def _text(row: Any, path: str | None) -> str:
    if not path:
        return ""
    values = [value for value in find(row, path) if isinstance(value, str | int | float) and not isinstance(value, bool)]
    return " ".join(str(value) for value in values)


def _take(row: dict[str, Any], listing: Listing, rules: ApiRules, source: Source, page: Page) -> None:
    summary = plain(_text(row, rules.summary))
    title = titled(_text(row, rules.title), summary)
    if not title:
        listing.passed_over["no title"] += 1
        return
    written = fill_from(rules.link_template, row) if rules.link_template else _text(row, rules.link)
    link, problem = absolute(written, source.homepage if rules.link_template else page.url, fragment=True)
    if link is None and not is_placeholder(written or ""):
        listing.passed_over[problem or "no link"] += 1
        return
    listing.entries.append(
        Entry(
            link=link,
            title=title,
            summary=summary,
            media_type=media_type_of(link),
            **dated(_text(row, rules.date), source, page.fetched_at, rules.date_format),
        )
    )


def fill_from(template: str, row: dict[str, Any]) -> str | None:
    """Put fields of the row in the place of {path}; None when one of them is missing."""
    names = re.findall(r"\{([\w.]+)\}", template)
    values = {name: _text(row, name) for name in names}
    return fill(template, values) if all(values.values()) else None


def _further(page: Page, text: str, rules: ApiRules) -> list[Ask]:
    paging = rules.pages
    if paging is None or not page.may_lead_on(paging.max):
        return []
    if paging.template or paging.form:
        return next_template(page, text, paging)
    number = str(paging.start + paging.step * page.ask.page)
    return [_ask(rules, page.ask.root, page.ask.root, page.ask.page + 1, number)]
