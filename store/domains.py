"""The name that the owner of a host registered: by it the pages of one site and the outlets of one house are known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    # Imported where it is asked for: it takes longer than all else that reads an address, and few addresses need it.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """`host` from its registered name on, by the list of public suffixes that tldextract carries: news.example.com.cn → example.com.cn.

    Of a host below no public suffix the last two labels; an address of numbers and a public suffix as they are.
    """
    found = _suffixes().extract_str(host)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])
