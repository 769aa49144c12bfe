"""The index that the archive's search page asks: which lines have which words and pairs of Chinese characters. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.text import fold, is_han, simplify

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9]+")
_HAN = [chr(code) for block in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(*block)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be found: the address and title of its page, its number there, day, outlet, headline, and all it is found by."""

    page: str
    page_title: str
    number: int
    day: str
    outlet: str
    title: str
    words: tuple[str, ...]


def terms(text: str) -> Iterator[str]:
    """What a text is found by: its words, and each two neighbouring Chinese characters, folded; one that stands alone by itself."""
    for run in _RUN.findall(fold(text)):
        if run[0].isascii() or len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))


def index(lines: Iterable[Line]) -> str:
    """The script that hands the index to the page: terms with their lines as steps from one to the next, lines, pages, and which
    traditional characters are which simplified ones."""
    pages: dict[tuple[str, str], int] = {}
    rows: list[tuple[int, int, str, str, str]] = []
    found: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        page = pages.setdefault((line.page, line.page_title), len(pages))
        rows.append((page, line.number, line.day, line.outlet, line.title))
        for term in sorted({term for words in line.words for term in terms(words)}):
            found[term].append(number)
    used = {char for term in found for char in term if is_han(char)}
    pairs = [(char, plain) for char in _HAN if (plain := simplify(char)) != char and plain in used]
    content = {
        "terms": {term: _steps(found[term]) for term in sorted(found)},
        "lines": rows,
        "pages": list(pages),
        "traditional": "".join(pair[0] for pair in pairs),
        "simplified": "".join(pair[1] for pair in pairs),
    }
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Two characters that end a line in scripts of old, though not in JSON.
    return f"window.yixunIndex={written.replace(chr(0x2028), ' ').replace(chr(0x2029), ' ')};\n"


def _steps(numbers: list[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
