"""Markup as the readers of a page need it: scripts apart, attributes of a tag, and a library's tree where tags alone do not tell."""

from __future__ import annotations

import html
import re
from typing import Any

from lxml import etree

_NO_TEXT = re.compile(r"<(?:script|style|svg|SCRIPT|STYLE)(?=[\s>])|<!--")
_ATTRIBUTE = re.compile(r"""([^\s="'/>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


def attributes(written: str) -> dict[str, str]:
    """Names (lower case) and values of the attributes in a start tag; "" for one without value. Of equal names the first counts."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), value[1:-1] if value[:1] in {'"', "'"} else value)
    return {name: html.unescape(value) for name, value in found.items()} if "&" in written else found


def tree(source: str) -> Any:
    """The lxml tree of `source`; None when there is nothing to parse."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, collect_ids=False, huge_tree=True)
    try:
        return etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def serialised(element: Any) -> str:
    """The markup of an lxml element, every element in it ended."""
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


def split_scripts(source: str) -> tuple[str, list[tuple[str, str]]]:
    """The source without scripts, styles, drawings and comments, and the scripts apart as (attributes, content)."""
    kept: list[str] = []
    scripts: list[tuple[str, str]] = []
    position = 0
    while (match := _NO_TEXT.search(source, position)) is not None:
        if match.group() == "<!--":
            end = source.find("-->", match.start() + 2)
            after = end + 3
        else:
            name = match.group()[1:]
            opened = source.find(">", match.end())
            end = source.find(f"</{name}", opened) if opened >= 0 else -1
            after = source.find(">", end) + 1 if end >= 0 else 0
            if after > 0 and name in {"script", "SCRIPT"}:
                scripts.append((source[match.end() : opened], source[opened + 1 : end]))
        kept.append(source[position : match.start()])
        if end < 0 or after <= 0:
            return "".join(kept), scripts  # browsers show nothing of the rest either
        position = after
    kept.append(source[position:])
    return "".join(kept), scripts
