"""Two hundred answers no crawler wants: what each is, and by which words the crawl may tell of it.

All are generated here; nothing is a captured page. `expect` holds the kinds of error that name the case; "ok" stands for an
entry that is stored all the same, "note" for a remark beside what was stored, "empty" for an answer without entries.
"""

from __future__ import annotations

from . import connections, formats, pages
from .case import Case


def all_cases() -> list[Case]:
    """Every case, once by name."""
    found: dict[str, Case] = {}
    for family in (
        formats.encodings,
        formats.packed,
        formats.xml,
        connections.redirects,
        connections.protocol,
        pages.pages,
        pages.interfaces,
        formats.sitemaps,
    ):
        for one in family():
            assert one.name not in found, one.name
            found[one.name] = one
    return list(found.values())
