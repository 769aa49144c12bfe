"""Folding text so that search, judging and grouping compare like with like.

`fold` keeps length: index i of the result belongs to index i of the input, so offsets found in folded text are
offsets in what was written.
"""

from __future__ import annotations

import re
from functools import cache

# A Latin full stop ends a sentence only before a space and an upper-case letter, a quote or Chinese, and not after an
# initial or a common abbreviation: "Ltd. said", "U.S. firm", "$1.2 billion" stay whole.
SENTENCE_END = re.compile(
    r"[。！？!?；;\n]+[”’」』\"')）]*"
    r"|(?<![A-Z])(?<!\bInc)(?<!\bLtd)(?<!\bCo)(?<!\bCorp)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bvs)(?<!\bNo)\.[”’\"')]*(?=\s+[A-Z“\"'‘\u4e00-\u9fff]|\s*$)"
)


@cache
def _han_table() -> dict[int, int]:
    """Map code points of traditional characters to their simplified form."""
    import opencc

    han = "".join(chr(c) for block in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for c in range(*block))
    pairs = zip(han, opencc.OpenCC("t2s").convert("\n".join(han)).split("\n"), strict=True)
    return {ord(before): ord(after) for before, after in pairs if before != after and len(after) == 1}


def simplify(text: str) -> str:
    """Return `text` with traditional characters simplified, one for one: same length, case and width kept."""
    return text.translate(_han_table())


@cache
def _folded() -> tuple[re.Pattern[str], dict[str, str]]:
    """The characters that folding changes, and what each becomes: full width → ASCII, upper → lower case, traditional → simplified."""
    table = {0x3000: 0x20, 0x00A0: 0x20} | _han_table()
    for code in range(0xFF01, 0xFF5F):
        table[code] = ord(chr(code - 0xFEE0).lower())
    for code in range(0x41, 0x2000):
        lower = chr(code).lower()
        if len(lower) == 1 and lower != chr(code):
            table[code] = ord(lower)
    changed = {chr(code): chr(becomes) for code, becomes in table.items()}
    return re.compile(f"[{''.join(map(re.escape, changed))}]"), changed


def fold(text: str) -> str:
    """Return `text` in lower case, half width and simplified characters, with the same length as `text`."""
    if text.isascii():
        return text.lower()
    changed, becomes = _folded()
    # Of the few different characters that change, one after the other is far faster than `str.translate`. In order, since 薴 becomes 苧
    # and 苧 something else.
    for char in sorted(set(changed.findall(text))):
        text = text.replace(char, becomes[char])
    return text


def is_han(char: str) -> bool:
    """Whether `char` is a Chinese character (CJK unified ideographs and extension A)."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"
