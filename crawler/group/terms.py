"""The terms of the field that a text uses, the same ones in both languages: how texts that share no word are held together."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.resources import files

from store.text import is_han

from .words import stem

_LATIN = re.compile(r"[a-z0-9]+(?:[-'’&.][a-z0-9]+)*")


def _latin(plain_text: str) -> list[str]:
    return [stem(word) for word in _LATIN.findall(plain_text)]


@cache
def _glossary() -> tuple[dict[str, float], dict[str, list[tuple[str, str]]], dict[str, list[tuple[tuple[str, ...], str]]]]:
    """How rare each term is; by their first character or word, what terms are called in Chinese and in Latin letters."""
    rarities: dict[str, float] = {}
    chinese: dict[str, list[tuple[str, str]]] = defaultdict(list)
    latin: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for line in files(__package__).joinpath("glossary.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        rarity, _, rest = line.partition(" ")
        names = [name.strip() for name in rest.split(";")]
        rarities[names[0]] = float(rarity)
        for name in names:
            if any(map(is_han, name)):
                chinese[name[0]].append((name, names[0]))
            else:
                parts = tuple(_latin(name))
                latin[parts[0]].append((parts, names[0]))
    return rarities, chinese, latin


def term_rarity(term: str) -> float:
    """How much it says that two texts share a term: the logarithm of how many texts there are to one that uses it."""
    return _glossary()[0].get(term, 0.0)


def terms(plain_text: str) -> frozenset[str]:
    """The terms that folded text uses, by their first name in the glossary."""
    _, chinese, latin = _glossary()
    found = {
        term for at, char in enumerate(plain_text) if char in chinese for name, term in chinese[char] if plain_text.startswith(name, at)
    }
    parts = _latin(plain_text)
    for at, part in enumerate(parts):
        if part in latin:
            found.update(term for name, term in latin[part] if tuple(parts[at : at + len(name)]) == name)
    return frozenset(found)
