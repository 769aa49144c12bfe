"""From the bytes of a page to an article: decoding, metadata, body, language, canonical address. Pure: no socket, no session."""

from .article import explain_page, join_pages, read_page

__all__ = ["explain_page", "join_pages", "read_page"]
