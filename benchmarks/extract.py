"""Reading article pages: ours beside the published extractors, same pages, one process, one core.

    python benchmarks/extract.py [--pages FOLDER] [--seconds N]

FOLDER holds `gold.jsonl` and `html/*/*.html.gz` (default: the shared folder beside the repository; without it the pages of the
repository's own tests are read). A library that is not installed is named and left out; peers that are no dependencies can be put
in an environment of their own. Body F1: character bigrams as multisets, white space removed, mean over pages. Times are CPU time.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib.util
import json
import logging
import re
import sys
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared" / "data" / "pages"
CHINA = timezone(timedelta(hours=8))
Row = dict[str, Any]


def ours(body: bytes) -> Row:
    from crawler.extract import read_page

    article = read_page(body)
    return {"text": article.text, "title": article.title, "published": article.published, "authors": list(article.authors)}


def trafilatura_(body: bytes, *, fast: bool = False) -> Row:
    import trafilatura

    found = trafilatura.bare_extraction(body, fast=fast, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    row = found.as_dict() if hasattr(found, "as_dict") else dict(found)
    return {
        "text": row.get("text"),
        "title": row.get("title"),
        "published": row.get("date"),
        "authors": [a for a in (row.get("author") or "").split("; ") if a],
    }


def trafilatura_fast(body: bytes) -> Row:
    return trafilatura_(body, fast=True)


def readability_(body: bytes) -> Row:
    from lxml import html
    from readability import Document

    document = Document(body.decode("utf-8", "replace"))
    return {"text": html.fromstring(document.summary()).text_content(), "title": document.short_title()}


def gne_(body: bytes) -> Row:
    from gne import GeneralNewsExtractor

    row = GeneralNewsExtractor().extract(body.decode("utf-8", "replace"))
    return {
        "text": row["content"],
        "title": row["title"],
        "published": row["publish_time"],
        "authors": [row["author"]] if row["author"] else [],
    }


def newspaper(body: bytes) -> Row:
    from newspaper import Article

    article = Article("https://example.com/", language="zh")
    article.download(input_html=body.decode("utf-8", "replace"))
    article.parse()
    return {"text": article.text, "title": article.title, "published": article.publish_date, "authors": article.authors}


def resiliparse_(body: bytes) -> Row:
    from resiliparse.extract.html2text import extract_plain_text

    return {"text": extract_plain_text(body.decode("utf-8", "replace"), main_content=True)}


READERS: dict[str, tuple[str, Callable[[bytes], Row]]] = {
    "yixun": ("crawler", ours),
    "resiliparse": ("resiliparse", resiliparse_),
    "trafilatura": ("trafilatura", trafilatura_),
    "trafilatura fast": ("trafilatura", trafilatura_fast),
    "readability-lxml": ("readability", readability_),
    "gne": ("gne", gne_),
    "newspaper4k": ("newspaper", newspaper),
}


def squash(text: Any) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text or "")))


def f1(gold: str, read: Any) -> float:
    want, got = (Counter(t[i : i + 2] for i in range(len(t) - 1)) for t in (squash(gold), squash(read)))
    hit = sum((want & got).values())
    return 2 * hit / (sum(want.values()) + sum(got.values())) if hit else 0.0


def moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = datetime.fromisoformat(value.strip().replace("/", "-"))
    if not isinstance(value, datetime):
        return None
    return value.astimezone(CHINA).replace(tzinfo=None) if value.tzinfo else value


def same_title(gold: str, read: Any) -> bool:
    want, got = (re.sub(r"[\"'“”‘’「」『』《》]", "", squash(text)).lower() for text in (gold, read))
    cut = want.rstrip(".…")
    return want == got or (len(cut) < len(want) and got.startswith(cut))


def load(folder: Path) -> Iterator[tuple[bytes, Row]]:
    """Pages with their gold: title, published, author, text."""
    if not (folder / "gold.jsonl").exists():
        from tests.extract.families import samples

        for sample in samples():
            yield sample.body, {"title": sample.title, "published": sample.published, "author": list(sample.authors), "text": sample.text}
        return
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if gold["kind"] == "article":
            yield gzip.decompress((folder / gold["file"]).read_bytes()), gold


def measure(read: Callable[[bytes], Row], pages: list[tuple[bytes, Row]], seconds: float) -> Row:
    """Scores over all pages and pages per second; a reader that raises has failed on that page."""
    total: Counter[str] = Counter()
    rows: list[Row] = []
    for body, gold in pages:
        row = attempt(read, body)
        rows.append(row)
        score = f1(gold["text"], row.get("text"))
        when, want = moment(row.get("published")), moment(gold["published"])
        total.update(body=score, over=score > 0.98, failed=score < 0.5, title=same_title(gold["title"], row.get("title")))
        if want:
            total.update(dated=1, day=when is not None and when.date() == want.date())
            if "T" in gold["published"]:
                total.update(timed=1, minute=when is not None and when.replace(second=0, microsecond=0) == want.replace(second=0))
        if gold["author"]:
            total.update(named=1, author={squash(a) for a in row.get("authors") or []} == {squash(a) for a in gold["author"]})
    return dict(total) | {"speed": speed(read, [body for body, _ in pages], seconds), "n": len(pages)}


def attempt(read: Callable[[bytes], Row], body: bytes) -> Row:
    try:
        return read(body)
    except Exception as error:  # noqa: BLE001 a peer may fail in any way; here that is a result
        logging.getLogger(__name__).debug("failed: %s", error)
        return {}


def speed(read: Callable[[bytes], Row], bodies: list[bytes], seconds: float) -> float:
    """Pages per second of CPU time, best of the rounds that fit into `seconds`; the first round above was the warm-up."""
    best, begun = 0.0, time.perf_counter()
    while True:
        started = time.process_time()
        for body in bodies:
            attempt(read, body)
        best = max(best, len(bodies) / max(time.process_time() - started, 1e-9))
        if time.perf_counter() - begun > seconds:
            return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=SHARED)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    pages = list(load(options.pages))
    print(f"{len(pages)} pages, {sum(len(body) for body, _ in pages) / len(pages) / 1000:.0f} kB each on average")
    print(f"{'':18}{'body F1':>9}{'> .98':>7}{'failed':>8}{'title':>7}{'day':>7}{'minute':>8}{'author':>8}{'pages/s':>9}{'x':>7}")
    first = 0.0
    for name, (module, read) in READERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name:18} not installed")
            continue
        r = measure(read, pages, options.seconds)
        first = first or r["speed"]
        shares = [
            r.get(k, 0) / max(1, r.get(of, 0))
            for k, of in (
                ("body", "n"),
                ("over", "n"),
                ("failed", "n"),
                ("title", "n"),
                ("day", "dated"),
                ("minute", "timed"),
                ("author", "named"),
            )
        ]
        cells = "".join(
            f"{share:>{width}.{3 if i == 0 else 2}f}" for i, (share, width) in enumerate(zip(shares, (9, 7, 8, 7, 7, 8, 8), strict=True))
        )
        print(f"{name:18}{cells}{r['speed']:>9.1f}{first / r['speed']:>7.1f}")


if __name__ == "__main__":
    main()
