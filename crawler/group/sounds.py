"""Chinese names as English texts spell them: 云杉 is Yunshan. How a name that no catalogue has is known in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from store.text import is_han

from .words import RAREST, rarity

_SHORTEST, _MOST = 5, 4  # letters of a spelt name, so that it is none by chance; characters of one that is spelt in one word
_LONGEST = max(len("zhuang"), len("chuang"))
_RARE = 5.0


@cache
def _sounds() -> tuple[dict[str, str], frozenset[str]]:
    """The sound of each character, and all sounds."""
    rows = [line.split() for line in files(__package__).joinpath("sounds.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return {char: sound for sound, chars in rows for char in chars}, frozenset(sound for sound, _ in rows)


@lru_cache(maxsize=4096)
def _spelt(name: str) -> str:
    """Characters by their sounds; empty where one has none."""
    of_char = _sounds()[0]
    sounds = [of_char.get(char, "") for char in name]
    return "".join(sounds) if all(sounds) else ""


@lru_cache(maxsize=4096)
def _is_spelling(word: str) -> bool:
    """Whether a Latin word is made of two sounds or more."""
    if len(word) < _SHORTEST or not word.isalpha():
        return False
    reached = {0: 0}  # how many sounds lead to a place
    for at in range(len(word)):
        if at in reached:
            for end in range(at + 1, min(len(word), at + _LONGEST) + 1):
                if word[at:end] in _sounds()[1]:
                    reached[end] = max(reached.get(end, 0), reached[at] + 1)
    return reached.get(len(word), 0) > 1


def spellings(title: Iterable[str], head: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    """How the rare words of a Chinese title and the names of a text are spelt in Latin letters, and the spelt names in its head."""
    rarest = [word if word[0].isascii() and rarity(word) == RAREST else "" for word in head]
    found = {word for word in rarest if _is_spelling(word)}
    # People are written in two words: Lin Che, or Che Lin.
    sounds = _sounds()[1]
    people = [(one, other) for one, other in pairwise(rarest) if one and other and (one in sounds or other in sounds)]
    found.update(name for one, other in people for name in (one + other, other + one) if _is_spelling(name))
    chinese = [word for word in title if 1 < len(word) <= _MOST and rarity(word) >= _RARE and all(map(is_han, word))]
    chinese += [name[:size] for name in names if len(name) > 1 and all(map(is_han, name[:2])) for size in range(2, _MOST + 1)]
    found.update(sound for word in chinese if len(sound := _spelt(word)) >= _SHORTEST)
    return frozenset(found)
