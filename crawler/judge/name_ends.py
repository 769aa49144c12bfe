"""Of what kind an organisation is that the catalogue lacks, by how its name ends (crawler/knowledge/name_ends.yaml)."""

from __future__ import annotations

import re
from functools import cache

from pydantic import Field

from store.text import fold

from .facts import OrganisationKind
from .knowledge import KNOWLEDGE, Entry, load_entries


class NameEnds(Entry):
    """The ends of one kind; the head of name_ends.yaml says what the keys mean."""

    id: OrganisationKind
    ends: tuple[str, ...] = Field(min_length=1)
    patterns: tuple[str, ...] = ()


_LEGAL_FORM = re.compile(
    r"(?:股份|有限|责任|控股|集团|公司|[（(][^（）()]{1,40}[)）]"
    r"|[\s,]+(?:co|company|ltd|limited|inc|corp|corporation|plc|holdings?|group)\b\.?)+$",
    re.I,
)


def without_legal_form(name: str) -> str:
    """The name before 控股有限公司, 股份有限公司, "Holdings Co., Ltd." and a bracket at its end."""
    return _LEGAL_FORM.sub("", name)


@cache
def _ends() -> dict[OrganisationKind, re.Pattern[str]]:
    return {entry.id: _pattern(entry) for entry in load_entries(KNOWLEDGE / "name_ends.yaml", NameEnds)}


def _pattern(entry: NameEnds) -> re.Pattern[str]:
    latin = [re.escape(end) for end in entry.ends if end.isascii()]
    chinese = [re.escape(end) for end in entry.ends if not end.isascii()]
    return re.compile("(?:" + "|".join([*chinese, *entry.patterns, *(rf"\b{end}\.?" for end in latin)]) + ")$")


def kind_of(name: str) -> OrganisationKind:
    """The kind that the end of a name speaks for before its legal form, the longest end where several fit; company where none does."""
    ends = _ends()
    bare = ends["company"].sub("", fold(name).strip())
    found = [(len(match[0]), kind) for kind, pattern in ends.items() if kind != "company" and (match := pattern.search(bare))]
    return max(found)[1] if found else "company"
