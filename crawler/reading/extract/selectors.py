"""A source's own CSS selectors, as parsel reads them (`::text`, `::attr(x)`, lists with commas), on an lxml tree."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree
from parsel.csstranslator import HTMLTranslator

from .page import clean_text


@lru_cache(maxsize=512)
def _compiled(css: str) -> Any:
    return etree.XPath(HTMLTranslator().css_to_xpath(css))


def select(root: Any, css: str | None) -> list[Any]:
    """Elements or strings that `css` selects below `root`, in document order; nothing for None or no match.

    `css` is a selector that `ArticleRules` has checked.
    """
    if not css or root is None:
        return []
    try:
        found = _compiled(css)(root)
    except etree.XPathError:
        return []
    return found if isinstance(found, list) else []


def select_text(root: Any, css: str | None) -> str:
    """Text of what `css` selects, on one line, "" when it selects nothing; several elements are joined by a blank."""
    return clean_text(" ".join(part if isinstance(part, str) else "".join(part.itertext()) for part in select(root, css)[:8]))[:400]
