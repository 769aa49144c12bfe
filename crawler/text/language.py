"""Which language a text is in: zh, zh-Hant, en or other. Counting characters and common words; no model, no state."""

from __future__ import annotations

import re
from functools import cache

_SAMPLE = 600
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+")
_KANA = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u1100-\u11ff]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1ea0-\u1eff]+(?:['’][A-Za-z]+)?")
_FOREIGN = re.compile(r"[\u0370-\u1cff\u1f00-\u1fff]+")
_ACCENT = re.compile(r"[\u00c0-\u024f\u1ea0-\u1eff]")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "for",
        "on",
        "with",
        "that",
        "by",
        "as",
        "at",
        "from",
        "are",
        "was",
        "its",
        "it",
        "has",
        "have",
        "an",
        "be",
        "will",
        "this",
        "after",
        "over",
        "says",
        "said",
        "new",
        "their",
        "his",
        "her",
        "not",
        "but",
        "which",
        "they",
        "or",
        "more",
        "than",
        "who",
        "can",
        "into",
        "been",
        "were",
        "how",
        "what",
        "you",
        "your",
        "we",
        "our",
        "about",
        "up",
        "out",
        "all",
        "would",
        "could",
        "may",
        "one",
        "two",
        "first",
        "could",
        "off",
        "against",
        "why",
        "when",
        "while",
        "amid",
        "between",
        "under",
        "between",
        "her",
        "she",
        "he",
        "i",
        "my",
        "do",
        "does",
        "did",
        "raises",
        "launches",
    ]
)
# Words frequent in one of es, fr, de, pt, it, nl, id, pl, sv, tr, vi that are no common English words.
_OTHER = frozenset(
    [
        "el",
        "los",
        "las",
        "del",
        "una",
        "para",
        "con",
        "por",
        "que",
        "su",
        "como",
        "más",
        "le",
        "les",
        "des",
        "du",
        "une",
        "est",
        "dans",
        "pour",
        "sur",
        "avec",
        "qui",
        "pas",
        "par",
        "aux",
        "et",
        "der",
        "die",
        "das",
        "und",
        "ist",
        "von",
        "den",
        "dem",
        "mit",
        "für",
        "auf",
        "ein",
        "eine",
        "nicht",
        "sich",
        "auch",
        "os",
        "um",
        "uma",
        "não",
        "com",
        "dos",
        "da",
        "il",
        "della",
        "di",
        "che",
        "per",
        "sono",
        "gli",
        "alla",
        "het",
        "een",
        "van",
        "niet",
        "zijn",
        "voor",
        "op",
        "met",
        "yang",
        "dan",
        "untuk",
        "dengan",
        "dari",
        "pada",
        "ini",
        "itu",
        "oleh",
        "akan",
        "och",
        "att",
        "som",
        "för",
        "det",
        "är",
        "av",
        "på",
        "i",
        "w",
        "z",
        "na",
        "się",
        "nie",
        "jest",
        "bir",
        "ve",
        "bu",
        "için",
        "ile",
        "och",
        "của",
        "và",
        "là",
        "các",
        "cho",
        "không",
        "được",
        "y",
        "en",
        "se",
        "lo",
        "al",
    ]
)


@cache
def _converted(table: str) -> frozenset[str]:
    """Characters that OpenCC's table (`t2s`, `s2t`) writes in another way."""
    import opencc

    han = [chr(code) for code in range(0x4E00, 0xA000)]
    return frozenset(a for a, b in zip(han, opencc.OpenCC(table).convert("\n".join(han)).split("\n"), strict=True) if a != b)


@cache
def _scripts() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only traditional, and only simplified writing uses."""
    traditional, simplified = _converted("t2s"), _converted("s2t")
    # 后, 里, 台, 只 and their like are written in both: no evidence.
    return traditional - simplified, simplified - traditional - frozenset("后里台只几干余面千云冲出丑斗谷舍御松制周向回才表板升")


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


def _chinese(text: str) -> str:
    chars = set(text)
    if _converted("t2s").isdisjoint(chars):
        return "zh"  # most texts: the table of simplified characters takes long to load
    traditional, simplified = _scripts()
    return "zh-Hant" if len(chars & traditional) > len(chars & simplified) else "zh"


def _latin(words: list[str], accents: int) -> str:
    english = sum(1 for word in words if word in _ENGLISH)
    other = sum(1 for word in words if word in _OTHER)
    if other > english and other > 0.04 * len(words):
        return "other"
    if accents > 0.08 * sum(map(len, words)) or (accents > 0.03 * sum(map(len, words)) and english < 0.1 * len(words)):
        return "other"
    return "en"


def detect_language(text: str) -> str:
    """Language of `text`: "zh" (simplified), "zh-Hant", "en" or "other".

    A text with more Chinese characters than Latin words is Chinese: brand and model names do not make it English. Reads the first
    600 characters. Text without letters is "other".
    """
    text = text[:_SAMPLE]
    han = _count(_HAN, text)
    if 2 * han > len(text):
        return _chinese(text)
    words = _WORD.findall(text)
    kana = _count(_KANA, text)
    if kana > 0.12 * (han + kana) and kana > 2 and kana + han > len(words):
        return "other"
    foreign = _count(_FOREIGN, text)
    if han and han >= len(words) and han >= foreign / 3:
        return _chinese(text)
    if foreign > sum(map(len, words)):
        return "other"
    if not words or (len(words) == 1 and len(words[0]) == 1 and not han):
        return _chinese(text) if han else "other"
    return _latin([word.lower() for word in words], len(_ACCENT.findall(text)))
