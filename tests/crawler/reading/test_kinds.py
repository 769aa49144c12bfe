"""Kinds of pages on which words of an article were lost, or words of others taken in."""

from __future__ import annotations

import pytest

from crawler.reading.extract import read_page

from .kinds import FURTHER, KINDS, MORE, Kind


@pytest.mark.parametrize("kind", KINDS + MORE + FURTHER, ids=lambda kind: kind.name)
def test_kind(kind: Kind) -> None:
    article = read_page(kind.html.encode(), url="https://news.example.org/a/1.html")
    position = 0
    for words in kind.wanted:
        found = article.text.find(words, position)
        assert found >= 0, f"{words!r} is missing after {position} in {article.text!r}"
        position = found + len(words)
    assert "Unrelated" not in article.text and "无关" not in article.text, article.text
    assert article.method == "blocks"
