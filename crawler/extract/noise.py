"""Noise that sites put into text against copying: readings in brackets after characters, stray markup."""

from __future__ import annotations

import re

_READING = re.compile(r"(?<=[\u4e00-\u9fff])[ 　]?[(（\[]\s*[a-züA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ\s·']{1,24}\s*[)）\]]")
_TONE = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_MARKUP_NAME = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|font|img|table|tr|td|th|ul|ol|li|h[1-6]|script|style|section|article|figure|iframe|video|center|o:p|blockquote|input|form|meta|link|hr|sup|sub|html|body|head|svg|code|pre)\b[^<>]{0,600}>|<!--|-->|<!\[CDATA\[|\]\]>",
    re.I,
)
_MANY = 4


def clean_paragraphs(paragraphs: list[str]) -> list[str]:
    """Paragraphs without readings in brackets, where a text is full of them, and without tags that were written as text."""
    readings = [match for line in paragraphs for match in _READING.findall(line) if _TONE.search(match)]
    out = []
    for line in paragraphs:
        if len(readings) >= _MANY:
            line = _READING.sub(lambda match: "" if _TONE.search(match.group()) else match.group(), line)
        if "<" in line or "-->" in line or "]]>" in line:
            line = " ".join(_MARKUP_NAME.sub(" ", line).split())
        if line:
            out.append(line)
    return out
