"""What a text marks as a name of its own: names in quotes, numbers of documents."""

from __future__ import annotations

import re

from .words import rarity, words

# What a party is called for short or was called before (下称“微医控股”) is no name of a thing.
_IN_QUOTES = re.compile(
    r"(?<!简称)(?<!下称)(?<!前身为)(?<!前身是)(?:“([^“”]{2,32})”|\"([^\"]{2,32})\"|「([^「」]{2,32})」|《([^《》]{2,32})》)"
)
_EDGES = " ,.;:!?，。；：！？、"
_LEAST = 4.5  # what the words in quotes weigh together: AI stands in quotes everywhere
_MOST = 8
_DOCUMENT = re.compile(
    r"第(\d{1,4})号|〔20\d\d〕(\d{1,4})号|(?:announcement|notice|circular|document|decree|order) no\. ?(\d{1,4})\b"
    r"|\bno\. ?(\d{1,4})(?:,| of) 20\d\d"
)


def quoted(plain_text: str) -> frozenset[str]:
    """The names that stand in quotes in folded text, the first few."""
    found = ["".join(parts).strip(_EDGES) for parts in _IN_QUOTES.findall(plain_text)]
    return frozenset([name for name in found if sum(map(rarity, words(name))) >= _LEAST][:_MOST])


def document_numbers(plain_text: str) -> frozenset[str]:
    """The numbers of announcements and decrees that folded text names: 第63号 and "No. 63, 2025" are one."""
    return frozenset("".join(parts) for parts in _DOCUMENT.findall(plain_text))
