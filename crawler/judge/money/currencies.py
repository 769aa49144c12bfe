"""Names, codes and signs of currencies, folded as `store.text.fold` folds them, to ISO 4217; read from crawler/knowledge/currencies.yaml.

`元` and `块` alone mean yuan, `$` alone means US dollars and `¥` alone means yuan: the convention of news about China.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import Field

from crawler.judge.knowledge import KNOWLEDGE, Entry, load_entries


class Currency(Entry):
    """One entry of currencies.yaml; its head says what the keys mean."""

    plain: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    not_before: tuple[str, ...] = Field((), description="a plain word that one of these follows is part of another word")


_ENTRIES = load_entries(KNOWLEDGE / "currencies.yaml", Currency)


def _by_name(names: Iterable[tuple[str, Currency]]) -> dict[str, str]:
    return {name: entry.id.upper() for name, entry in names}


PLAIN = frozenset(word for entry in _ENTRIES for word in entry.plain)
NOT_BEFORE = tuple(word for entry in _ENTRIES for word in entry.not_before)
CODES = _by_name((code, entry) for entry in _ENTRIES for code in entry.codes)
SIGNS = _by_name((sign, entry) for entry in _ENTRIES for sign in entry.signs)
_FOLLOWING = _by_name((word, entry) for entry in _ENTRIES for word in (*entry.plain, *entry.words, *entry.after))
# `3000万元美元`, `5亿元HKD`: what names the currency follows a plain unit.
_DOUBLED = _by_name((f"元{word}", entry) for entry in _ENTRIES for word in (*entry.words, *entry.codes))
CHINESE = {word: iso for word, iso in _FOLLOWING.items() if not word.isascii()} | _DOUBLED
ENGLISH = {word: iso for word, iso in _FOLLOWING.items() if word.isascii()} | CODES
WORDS = _by_name((word, entry) for entry in _ENTRIES for word in entry.words)
# What stands before the figure: `RMB 100 million`, `人民币8千元`, `$5m`.
LEADING = SIGNS | CODES | WORDS


def pattern(names: Iterable[str]) -> str:
    """A regular expression that matches any of `names`, the longest one first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
