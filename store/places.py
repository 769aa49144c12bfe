"""Which province and city of China an organisation is in, as far as its name tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .text import fold
from .yaml_file import read_yaml

_FILE = Path(__file__).with_name("places.yaml")
_MUNICIPALITIES = ("beijing", "tianjin", "shanghai", "chongqing", "hong_kong", "macau")


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
    place = _last_place(name)
    return _gazetteer()[1][place] if place else None


def city_of(name: str) -> str | None:
    """The city, in Chinese, that a name of an organisation places it in, or None; a municipality is its own."""
    place = _last_place(name)
    return _cities().get(place) if place else None


def _last_place(name: str) -> str | None:
    found = _gazetteer()[0].findall(fold(name))
    return str(found[-1]) if found else None


@cache
def _cities() -> dict[str, str]:
    """Cities as names tell them, each with its name."""
    named = {fold(city): city.removesuffix("市") for row in _rows() for city in row["cities"]}
    return named | {fold(row[name]): row["zh"] for row in _rows() if row["id"] in _MUNICIPALITIES for name in ("zh", "en")}


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_yaml(_FILE)
    return rows


@cache
def _gazetteer() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds places from left to right, the longest first, so that 上海南方 is in Shanghai; and the province of each."""
    homes = {fold(place): row["id"] for row in _rows() for place in (row["en"], row["zh"], *row["cities"], *row["places"])}
    longest_first = sorted(homes, key=lambda place: (-len(place), place))
    words = (rf"\b{re.escape(place)}\b" if place.isascii() else re.escape(place) for place in longest_first)
    return re.compile("|".join(words)), homes
