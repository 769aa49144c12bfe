"""Noise that sites put into text against copying: readings in brackets after characters, stray markup."""

from __future__ import annotations

import re

_READING = re.compile(r"(?<=[\u4e00-\u9fff])[ 　]?[(（\[]\s*[a-züA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ\s·']{1,24}\s*[)）\]]")
_TONE = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_MARKUP = re.compile(
    r"<\s{0,3}/?\s{0,3}(?:p|br|div|span|a|b|i|u|em|strong|font|img|table|tbody|tr|td|th|ul|ol|li|h[1-6]|script|style|section|article|figure|iframe|video|center|o:p|"
    r"blockquote|input|form|meta|link|hr|sup|sub|html|body|head|svg|code|pre|ins|nav|footer|header|title)\b[^<>]*>|<!--|-->|<!\[CDATA\[|\]\]>",
    re.I,
)
_BLANKS = re.compile(r"[^\S\n]{2,}")
_MANY = 4


def clean_paragraphs(paragraphs: list[str]) -> list[str]:
    """Paragraphs without readings in brackets, where a text is full of them, and without tags that were written as text."""
    text = "\n".join(paragraphs)
    toned = _TONE.search(text) is not None
    if not toned and "<" not in text and "-->" not in text and "]]>" not in text:
        return paragraphs
    if toned and sum(1 for match in _READING.findall(text) if _TONE.search(match)) >= _MANY:
        text = _READING.sub(lambda match: "" if _TONE.search(match.group()) else match.group(), text)
    # Again and again, as what stands around a tag may close up to one.
    for _ in range(6):
        if "<" in text or "-->" in text or "]]>" in text:
            text = _BLANKS.sub(" ", _MARKUP.sub(" ", text))
    return [line for part in text.split("\n") if (line := " ".join(part.split()))]
