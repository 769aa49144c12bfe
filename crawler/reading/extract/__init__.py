"""From the bytes of a page to an article: decoding, metadata, body, language, canonical address. Pure: no socket, no session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .article import explain_page, join_pages, read_page

__all__ = ["explain_page", "join_pages", "read_page"]


def __getattr__(name: str) -> Any:
    """The functions of `article`, which takes half a second to load: judging needs no more of this package than `language`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import article

    return getattr(article, name)
