# ruff: noqa: E501 (pages and patterns are kept as they are written)
"""No input makes extraction raise, hang or hand on markup."""

from __future__ import annotations

import gzip
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.reading.extract import read_page

from .families import samples

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.bin.gz"))
_MARKUP = re.compile(r"<\s*/?\s*(?:p|div|span|script|br|a|table|td|b|img|style|html|body)\b[^<>]*>", re.I)
_PIECES = [
    b"<div>", b"</div>", b"<script>", b"</script>", b"<!--", b"-->", b"<p>", b"<br>", b"&#8203;", b"&lt;script&gt;", b"<table><tr><td>", b"<![CDATA[", b"\x00",
    b"\xff\xfe", b"&#x110000;", b'<meta charset="utf-7">', b"<title>", b"<svg>", b'<time datetime="-1">', b"9" * 40, b'<a href="http://[::">x</a>', b"\xed\xa0\x80",
    b"<p hidden>", b"<template>", "（记者".encode(), "作者：".encode(), "来源：".encode() * 30, b"<frameset>", b"<math><mi>", b"[[[[" * 300, b"<b>" * 200,
]  # fmt: skip
_SEEDS = [sample.body for sample in samples()[::4]]


def _check(body: bytes) -> None:
    started = time.thread_time()
    article = read_page(body, url="http://x.cn/a.html", fetched_at=NOW)
    # The worst takes a fifth of a second; what is not linear would take minutes.
    assert time.thread_time() - started < 15
    assert not _MARKUP.search(article.text)
    assert not re.search("[\u200b-\u200f\ufeff\x00-\x09\x0b-\x1f]", article.text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_mutated_pages(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(_SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body)))
        if data.draw(st.booleans()):
            body[at:at] = data.draw(st.sampled_from(_PIECES))
        else:
            del body[at : at + data.draw(st.integers(1, 1500))]
    _check(bytes(body))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    _check(body)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_once_went_wrong(path: Path) -> None:
    _check(gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00" * 50, b"<", b"<html", b"<!--" * 5000, b"<script>" * 20_000, b"<div>" * 50_000, b"<ul><li>" * 3000 + b"<a>x</a>", b"&" * 100_000, b'<p title="' * 5000,
        b'"content":"' + b"\\" * 100_000, ("（记者" * 20_000).encode(), ("作者：张" * 20_000).encode(), (" " * 200_000 + "<p>。").encode(), b"<table>" * 3000, b"1-" * 50_000, b'<a href="' * 100_000 + b">", b"<a x>" * 50_000 + b"<b>" * 50_000, b"<b>" * 40_000 + b"</i>" * 40_000,
        b'<div id=app></div><script>x={"content":"<' + b" " * 200_000 + b'"}</script>',
    ],
    ids=range(20),
)  # fmt: skip
def test_degenerate_pages(body: bytes) -> None:
    _check(body)
