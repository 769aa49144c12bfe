"""Whole pages: the families of this repository as a floor, the shared real pages where they are there."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from crawler.reading.article import Article
from crawler.reading.extract import read_page

from .families import Sample, samples

CHINA = timezone(timedelta(hours=8))
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "pages"


def _bigrams(text: str) -> Counter[str]:
    squashed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return Counter(squashed[i : i + 2] for i in range(len(squashed) - 1))


def f1(gold: str, read: str) -> float:
    """Agreement of two texts by pairs of characters, white space aside."""
    want, got = _bigrams(gold), _bigrams(read)
    hit = sum((want & got).values())
    return 2 * hit / (sum(want.values()) + sum(got.values())) if hit else 0.0


def _minute(article: Article) -> str:
    return article.published.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M") if article.published else ""


SAMPLES = samples()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_family(sample: Sample) -> None:
    article = read_page(sample.body, url=sample.url)
    assert f1(sample.text, article.text) > 0.985, article.text
    assert article.title == sample.title
    assert _minute(article).startswith(sample.published or "")
    assert set(article.authors) == set(sample.authors)
    assert article.language == sample.language
    assert article.canonical_url == sample.url


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder with real pages is not beside the repository")
def test_real_pages() -> None:
    scores, titles, minutes, names, slow = [], 0, [0, 0], [0, 0], 0
    for line in (SHARED / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        article = read_page(gzip.decompress((SHARED / gold["file"]).read_bytes()))
        scores.append(f1(gold["text"], article.text))
        titles += article.title == gold["title"]
        slow += article.method != "blocks"
        if "T" in (gold["published"] or ""):
            minutes[0] += 1
            minutes[1] += _minute(article) == gold["published"][:16]
        if gold["author"]:
            names[0] += 1
            names[1] += set(article.authors) == set(gold["author"])
        else:
            assert not article.authors
    assert sum(scores) / len(scores) >= 0.99 and min(scores) > 0.9
    assert sum(score > 0.98 for score in scores) / len(scores) >= 0.9
    assert titles >= len(scores) - 1 and minutes[1] >= minutes[0] - 1 and names[1] >= names[0] - 1
    assert slow == 0
