"""Which province of China an organisation is in, as far as its name tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from .text import fold

_FILE = Path(__file__).with_name("places.yaml")


@dataclass(frozen=True, slots=True)
class Province:
    """A province, a municipality, an autonomous or a special administrative region."""

    id: str
    name_en: str
    name_zh: str


@cache
def provinces() -> dict[str, Province]:
    """All provinces by id."""
    return {row["id"]: Province(row["id"], row["en"], row["zh"]) for row in _rows()}


def province_of(name: str) -> str | None:
    """The id of the province that a name of an organisation places it in, or None.

    Where a name has several places, the last one tells: 北京大学深圳医院 is in Shenzhen.
    """
    pattern, homes = _gazetteer()
    found = pattern.findall(fold(name))
    return homes[found[-1]] if found else None


@cache
def _rows() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return rows


@cache
def _gazetteer() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds places from left to right, the longest first, so that 上海南方 is in Shanghai; and the province of each."""
    homes = {fold(place): row["id"] for row in _rows() for place in (row["en"], row["zh"], *row["places"])}
    longest_first = sorted(homes, key=lambda place: (-len(place), place))
    words = (rf"\b{re.escape(place)}\b" if place.isascii() else re.escape(place) for place in longest_first)
    return re.compile("|".join(words)), homes
