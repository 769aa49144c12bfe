"""Words of one language in the other: phrases of known words, and what rounds are called. What is not known stays unsaid, never guessed."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from store.yaml_file import read_yaml

_FILE = Path(__file__).parent / "templates" / "glossary.yaml"
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+-]*")
_LETTER = re.compile(r"(?i)(?:series\s*)?((?:pre-?)?[A-H]\d?\+*|pre-?IPO)(?:\s*(?:轮|round))?(?:\s*融资)?")
_NAMED = {
    "天使": ("angel round", "天使轮"),
    "angel": ("angel round", "天使轮"),
    "种子": ("seed round", "种子轮"),
    "seed": ("seed round", "种子轮"),
    "战略": ("strategic round", "战略融资"),
    "strategic": ("strategic round", "战略融资"),
}


@cache
def _words() -> dict[str, str]:
    loaded: dict[str, str] = read_yaml(_FILE)
    return loaded


@cache
def _reverse() -> dict[str, str]:
    return {english.casefold(): chinese for chinese, english in reversed(_words().items())}


@lru_cache(maxsize=4096)
def term_in(written: str | None, code: str) -> str | None:
    """A phrase in `en` or `zh`: as it stands where it is in that language, else from known words; None where these fall short."""
    if not written:
        return None
    if code == "zh":
        return written if _HAN.search(written) else _reverse().get(written.strip().casefold())
    if not _HAN.search(written):
        return written
    said, rest = [], written.strip().removesuffix("的")
    while rest:
        known = next((rest[:size] for size in range(min(len(rest), 12), 1, -1) if rest[:size] in _words()), None)
        latin = _LATIN.match(rest)
        if known is None and latin is None:
            return None
        said.append(_words()[known] if known else latin[0].strip() if latin else "")
        rest = rest[len(known or (latin[0] if latin else "")) :].lstrip(" ·和与及、")
    return " ".join(said)


@lru_cache(maxsize=1024)
def round_in(written: str, code: str) -> str:
    """What a round is called: `B+轮` and `Series B+ round` are Series B+ and B+轮; others stand as written."""
    plain = written.strip()
    named = next((names for word, names in _NAMED.items() if re.fullmatch(rf"(?i){word}(?:\s*(?:轮|round))?(?:\s*融资)?", plain)), None)
    if named is not None:
        return named[code == "zh"]
    match = _LETTER.fullmatch(plain)
    if match is None:
        return plain
    letter = match[1].upper().replace("PRE-", "Pre-").replace("PRE", "Pre-").replace("Pre--", "Pre-")
    if code == "zh":
        return f"{letter}轮"
    return f"{letter} round" if letter.startswith("Pre") else f"Series {letter}"
