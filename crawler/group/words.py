"""The words of a text that can tell one event from another, and how much each of them says."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from store.text import fold, is_han

RAREST = 6.5
# Machine conversions leave the sound behind a character: 根據(jù)新華網(wǎng).
_SOUND = re.compile(r"(?<=[\u4e00-\u9fff])[（(][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü]{1,6}[)）]", re.I)
# Traditional script writes the particle 着 like the 著 of 著名, so folding leaves it: 隨著, 意味著.
_PARTICLE = re.compile(r"(?<![显原巨名专土编论遗译昭卓合])著(?![名作称者述书录])")
_LATIN = re.compile(r"[a-z][a-z0-9]*(?:[-'’&.][a-z0-9]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"20[0-3]\d")
_PLAIN_ENDS = re.compile(r"(?:['’]s|['’])$")


def plain(text: str) -> str:
    """`text` folded, without the sounds that a machine conversion left behind characters, with the particle 着 as in simplified script."""
    folded = fold(_SOUND.sub("", text) if "(" in text or "（" in text else text)
    return _PARTICLE.sub("着", folded) if "著" in folded else folded


@cache
def _rarities() -> dict[str, float]:
    table: dict[str, float] = {}
    for line in files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            rarity, *words = line.split()
            table.update(dict.fromkeys(words, float(rarity)))
    return table


@lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """How much it says that two texts share `word`: near 0 for one that most have, `RAREST` for one that few have."""
    if word[0].isdigit():
        if "." in word or (len(word) > 2 and not _YEAR.fullmatch(word)):
            return 5.0
        return 2.5 if len(word) == 2 else 1.0
    return _rarities().get(word, RAREST if len(word) > 1 else 3.5)


def words(text: str) -> list[str]:
    """The words of plain text in order: Chinese ones segmented, Latin ones without plural and possessive ends, numbers as digits."""
    import rjieba

    found: list[str] = [piece for piece in rjieba.cut(text) if is_han(piece[0])]
    found += [stem(word) for word in _LATIN.findall(text)]
    found += [number.replace(",", "") for number in _NUMBER.findall(text)]
    return found


def stem(word: str) -> str:
    """A folded Latin word without its plural or possessive end."""
    word = _PLAIN_ENDS.sub("", word)
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
