"""From the bytes of a page to an article: decoding, metadata, body, language, canonical address. Pure: no socket, no session."""

from .article import read_page

__all__ = ["read_page"]
