"""Reading article pages: ours beside the published extractors, same pages, one process, one core.

    python benchmarks/extract.py [--pages FOLDER] [--rounds N] [--without READER …]

FOLDER holds `gold.jsonl` and `html/*/*.html.gz` (default: the shared folder beside the repository; without it the pages of the
repository's own tests are read). A library that is not installed is named and left out; peers that are no dependencies can be put
in an environment of their own and added by PYTHONPATH. Body F1: character bigrams as multisets, white space removed, mean over pages.
Pages per second are of CPU time on one core: rounds in which every reader reads every page once take turns, so that a busy machine slows
all alike, and the best round of each counts. "ratio" is how many times faster ours is, of those rounds; "median" that of single rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib.util
import json
import logging
import os
import re
import statistics
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
    from crawler.reading.extract import read_page

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

    article = Article("https://example.com/", language="zh", fetch_images=False)  # else it goes out for every picture
    article.download(input_html=body.decode("utf-8", "replace"))
    article.parse()
    return {"text": article.text, "title": article.title, "published": article.publish_date, "authors": article.authors}


def resiliparse_(body: bytes) -> Row:
    from resiliparse.extract.html2text import extract_plain_text

    return {"text": extract_plain_text(body.decode("utf-8", "replace"), main_content=True)}


# Name, the modules it needs (newspaper4k splits Chinese into words by jieba), the call.
READERS: dict[str, tuple[tuple[str, ...], Callable[[bytes], Row]]] = {
    "yixun": (("crawler",), ours),
    "resiliparse": (("resiliparse",), resiliparse_),
    "trafilatura": (("trafilatura",), trafilatura_),
    "trafilatura fast": (("trafilatura",), trafilatura_fast),
    "readability-lxml": (("readability",), readability_),
    "gne": (("gne",), gne_),
    "newspaper4k": (("newspaper", "jieba"), newspaper),
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
        from tests.crawler.reading.families import samples

        for sample in samples():
            yield sample.body, {"title": sample.title, "published": sample.published, "author": list(sample.authors), "text": sample.text}
        return
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if gold["kind"] == "article":
            yield gzip.decompress((folder / gold["file"]).read_bytes()), gold


def measure(read: Callable[[bytes], Row], pages: list[tuple[bytes, Row]]) -> Row:
    """Shares of what was read right over all pages; a reader that raises has failed on that page."""
    total = dict.fromkeys(("body", "over", "failed", "title", "dated", "day", "timed", "minute", "named", "author"), 0.0)
    for body, gold in pages:
        row = attempt(read, body)
        score = f1(gold["text"], row.get("text"))
        when, want = moment(row.get("published")), moment(gold["published"])
        found = {"body": score, "over": score > 0.98, "failed": score < 0.5, "title": same_title(gold["title"], row.get("title"))}
        if want:
            found |= {"dated": 1, "day": when is not None and when.date() == want.date()}
            if "T" in gold["published"]:
                found |= {"timed": 1, "minute": when is not None and when.replace(second=0, microsecond=0) == want.replace(second=0)}
        if gold["author"]:
            found |= {"named": 1, "author": {squash(a) for a in row.get("authors") or []} == {squash(a) for a in gold["author"]}}
        for part, value in found.items():
            total[part] += value
    return total | {"n": len(pages)}


def attempt(read: Callable[[bytes], Row], body: bytes) -> Row:
    try:
        return read(body)
    except Exception as error:  # noqa: BLE001 a peer may fail in any way; here that is a result
        logging.getLogger(__name__).debug("failed: %s", error)
        return {}


def time_all(readers: dict[str, Callable[[bytes], Row]], bodies: list[bytes], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each reader over all pages, one value a round; the readers take turns. `measure` was the warm-up."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            started = time.process_time()
            for body in bodies:
                attempt(read, body)
            times[name].append(max(time.process_time() - started, 1e-9))
    return times


COLUMNS = (
    ("body F1", 9, 3, "body", "n"),
    ("> .98", 7, 2, "over", "n"),
    ("failed", 8, 2, "failed", "n"),
    ("title", 7, 2, "title", "n"),
    ("day", 7, 2, "day", "dated"),
    ("minute", 8, 2, "minute", "timed"),
    ("author", 8, 2, "author", "named"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=SHARED)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], metavar="READER", help="readers to leave out")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pages = list(load(options.pages))
    missing = {name: [m for m in modules if importlib.util.find_spec(m) is None] for name, (modules, _) in READERS.items()}
    installed = {name: read for name, (_, read) in READERS.items() if not missing[name] and name not in options.without}
    scores = {name: measure(read, pages) for name, read in installed.items()}
    times = time_all(installed, [body for body, _ in pages], options.rounds)
    print(f"{len(pages)} pages, {sum(len(body) for body, _ in pages) / len(pages) / 1000:.0f} kB each on average, {options.rounds} rounds")
    heads = "".join(f"{head:>{width}}" for head, width, *_ in COLUMNS)
    print(f"{'':18}{heads}{'pages/s':>9}{'ratio':>8}{'median':>8}")
    for name in READERS:
        if name in options.without:
            continue
        if name not in installed:
            print(f"{name:18} not run, not installed: {', '.join(missing[name])}")
            continue
        r = scores[name]
        cells = "".join(f"{r.get(part, 0) / max(1, r.get(whole, 0)):>{width}.{digits}f}" for _, width, digits, part, whole in COLUMNS)
        ratio = min(times[name]) / min(times["yixun"])
        median = statistics.median(theirs / own for theirs, own in zip(times[name], times["yixun"], strict=True))
        print(f"{name:18}{cells}{len(pages) / min(times[name]):>9.1f}{ratio:>8.2f}{median:>8.2f}")


if __name__ == "__main__":
    main()
