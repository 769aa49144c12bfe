"""Replay two weeks of real feeds and count: is every entry that feedparser finds stored once?

    python benchmarks/replay.py [--every N] [--shared DIR] [--store URL]

Crawls the shared web once per snapshot of the replay (every Nth, and the last), then prints for each source how many polls
were answered 304, how many entries feedparser found in all that was served, how many are stored, and how many are missing or
stored twice. Exit status 1 when any is.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import feedparser
from shared_web import arguments, get, shared_web
from sqlmodel import Session, select

from crawler.fetching.run import crawl
from crawler.readers.base import plain
from crawler.settings import CrawlSettings
from crawler.sources.source import Source, load_sources
from crawler.text.urls import canonical_url
from store.database import connect
from store.models import Fetch, Item
from store.settings import StoreSettings


def keys_of(url: str) -> tuple[set[str], int]:
    """Identities of the entries feedparser finds at `url`, and how many have neither link nor title nor text."""
    parsed = feedparser.parse(get(url), response_headers={"content-location": url})
    found: set[str] = set()
    nameless = 0
    for entry in parsed.entries:
        link = canonical_url(entry.get("link") or "")
        if link:
            found.add(link)
        elif plain(entry.get("title") or "") or plain(entry.get("summary") or ""):
            found.add(str(entry.get("id") or entry.get("title")))
        else:
            nameless += 1
    return found, nameless


def main() -> int:
    """Crawl all snapshots, count, print."""
    parser = arguments("Replay real feeds and count what is stored")
    parser.add_argument("--every", type=int, default=1, help="crawl every Nth snapshot only, and the last")
    parser.add_argument("--store", help="store URL; default: a SQLite file that is thrown away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, shared_web(options.shared) as address:
        store = StoreSettings(url=options.store or f"sqlite:///{folder}/replay.db")
        (Path(folder) / "sources.yaml").write_bytes(get(f"{address}/sources.yaml"))
        sources, _ = load_sources([Path(folder) / "sources.yaml"])
        expected: dict[str, set[str]] = defaultdict(set)
        nameless: Counter[str] = Counter()
        last = json.loads(get(f"{address}/_snapshot"))["last"]
        for snapshot in sorted({*range(0, last + 1, options.every), last}):
            get(f"{address}/_snapshot/{snapshot}", post=True)
            began = time.monotonic()
            report = crawl(sources, CrawlSettings(min_delay=0, allow_networks=["127.0.0.0/8"]), store)
            totals = report.totals()
            print(
                f"snapshot {snapshot:2}: {totals['new']:4} new, {totals['changed']} changed, {time.monotonic() - began:.1f} s", flush=True
            )
            for source in sources:
                if source.kind == "feed":
                    found, without = keys_of(source.urls[0].url)
                    expected[source.id] |= found
                    nameless[source.id] = max(nameless[source.id], without)
        return compare(sources, expected, nameless, store)


def compare(sources: list[Source], expected: dict[str, set[str]], nameless: Counter[str], settings: StoreSettings) -> int:
    """Print the table; 1 when an entry is missing or stored twice."""
    with Session(connect(settings)) as session:
        items = session.exec(select(Item)).all()
        fetches = session.exec(select(Fetch)).all()
    everywhere = Counter(key for item in items for key in {item.link or item.guid or item.title})
    stored = Counter(item.source_id for item in items)
    faults = 0
    print(f"\n{'source':26} {'polls':>5} {'304':>4} {'found':>6} {'stored':>6} {'missing':>7} {'twice':>5}  remark")
    for source in sources:
        own = [fetch for fetch in fetches if fetch.source_id == source.id]
        missing = [key for key in expected[source.id] if everywhere[key] == 0]
        twice = [key for key in expected[source.id] if everywhere[key] > 1]
        faults += len(missing) + len(twice)
        unchanged = sum(1 for fetch in own if fetch.http_status == 304)
        remark = next((fetch.note for fetch in own if fetch.note), "") or ("empty" if all(f.status != "ok" for f in own) else "")
        found = str(len(expected[source.id])) if source.kind == "feed" else "-"
        print(f"{source.id:26} {len(own):5} {unchanged:4} {found:>6} {stored[source.id]:6} {len(missing):7} {len(twice):5}  {remark[:60]}")
    pages = [item for item in items if item.source_id.startswith("pages-")]
    read = [item for item in pages if item.text and not item.title.startswith("/")]
    dated = [item for item in pages if item.published_at]
    print(f"\nsaved pages: {len(pages)} stored, {len(read)} with title and text, {len(dated)} with a date")
    print(f"entries without link, title and text: {sum(nameless.values())} (named in the remarks)")
    print("every entry is stored once" if not faults else f"{faults} entries are missing or stored twice")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
