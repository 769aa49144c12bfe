"""Bytes to text: what is declared is a hint, what the bytes say decides.

Order of evidence: byte order mark; strict UTF-8 (a text of several multi-byte characters that is valid UTF-8 is UTF-8,
whatever a template declares); the declared encodings; detection by how many frequent Chinese characters come out.
GB2312 and GBK are always read as GB18030, their superset (WHATWG Encoding Standard, section 10.1).
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Labels as browsers read them (WHATWG Encoding Standard, section 4.2), where Python's reading differs.
_LABELS = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "gb_2312", "x-gbk", "cp936", "chinese", "hz-gb-2312", "gb18030", "gb"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950", "x-x-big5", "cn-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii", "iso8859-1", "l1"), "cp1252"),
    **dict.fromkeys(("utf8", "unicode-1-1-utf-8", "utf-8"), "utf-8"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
}
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:-]{2,30})""", re.I)
_PROLOG = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_:-]{2,30})""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:-]{2,30})""", re.I)
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "這個國時來們於對會動產後說過發為學經與無業開關實點電應機當體長問"
)
_HEAD = 8192
_SAMPLE = 60_000


def python_encoding(label: str | None) -> str | None:
    """Python's name of the encoding a page means by `label`; None when there is no such text encoding."""
    if not label:
        return None
    label = label.strip().strip("\"'").lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    # Codecs such as rot13 and base64 are not text encodings; utf-7 is refused as browsers do.
    if not info._is_text_encoding or info.name in {"utf-7", "idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape"}:
        return None
    return info.name


def declared_encodings(body: bytes, *, content_type: str | None) -> list[str]:
    """Encodings named by the header, the XML prolog and the meta tags, in this order, as Python's names."""
    found = []
    header = _HEADER.search(content_type or "")
    if header:
        found.append(header.group(1))
    head = body[:_HEAD]
    prolog = _PROLOG.match(head)
    if prolog:
        found.append(prolog.group(1).decode("ascii"))
    found += [match.group(1).decode("ascii") for match in _META.finditer(head)]
    names = [name for label in found if (name := python_encoding(label))]
    # A page that could name its own UTF-16 in ASCII is not UTF-16 (WHATWG HTML, section 13.2.3.2).
    return list(dict.fromkeys("utf-8" if name.startswith("utf-16") else name for name in names))


def _decode(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _fault(text: str) -> float:
    """How wrong a decoding looks: share of U+FFFD, private-use and control characters, less the share of frequent characters."""
    high = [c for c in text if c > "\x7f"]
    if not high:
        return 0.0
    broken = sum(1 for c in high if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < "\xa0")
    frequent = sum(1 for c in high if c in _FREQUENT)
    return (3 * broken - frequent) / len(high)


def _is_western(body: bytes) -> bool:
    """Whether the high bytes stand alone between ASCII, as curly quotes and accents do and Chinese characters never do."""
    high = sum(map(len, runs := re.findall(rb"[\x80-\xff]+", body)))
    return high > 0 and sum(1 for run in runs if len(run) == 1) > 0.8 * len(runs)


def decode(body: bytes, *, content_type: str | None = None, declared: str | None = None) -> tuple[str, str]:
    """Decode a page, feed, list or JSON answer.

    `content_type` is the header of the answer; `declared` is the encoding its source is known to use. Returns the text without
    byte order mark and the encoding that was used. Never raises: bytes that fit nothing become U+FFFD.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decode(body, name).lstrip("\ufeff"), name
    hints = [name for name in (python_encoding(declared),) if name] + declared_encodings(body, content_type=content_type)
    hints = list(dict.fromkeys(hints))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        text = body.decode("utf-8", "replace")
        # Other encodings do not yield valid multi-byte sequences by chance: what is nearly UTF-8 is UTF-8, cut or damaged.
        if text.count("\ufffd") < 0.1 * sum(1 for char in text[:_SAMPLE] if char > "\x7f"):
            return text, "utf-8"
        return _guess(body, hints=hints, error=error)
    # A handful of double bytes may be valid UTF-8 by chance: then the declaration is believed.
    multibyte = len(body) - len(text)
    if hints and hints[0] not in {"utf-8", "cp1252"} and 0 < multibyte < 12 and _fault(_decode(body, hints[0])) < _fault(text):
        return _decode(body, hints[0]), hints[0]
    return text, "utf-8"


def _guess(body: bytes, *, hints: list[str], error: UnicodeDecodeError) -> tuple[str, str]:
    """Choose between the declared encodings and the usual ones by what comes out of a sample around the first odd byte."""
    start = max(0, error.start - 200)
    sample = body[start : start + _SAMPLE]
    usual = ["utf-8", "cp1252"] if _is_western(sample) else ["utf-8", "gb18030", "big5hkscs"]
    best, least = "utf-8", float("inf")
    for rank, name in enumerate(dict.fromkeys([*hints, *usual])):
        # A later guess must be clearly better than an earlier, declared one.
        fault = _fault(_decode(sample, name)) + 0.02 * rank
        if fault < least:
            best, least = name, fault
    return _decode(body, best), best
