"""How fast is a crawl, end to end, beside a bare Scrapy spider over the same pages?

    python benchmarks/crawl.py [--hosts 32] [--rounds 1] [--shared DIR]

Both fetch all sources of the shared web and every page their entries link to there, one request a host at a time, with robots.txt
obeyed. The bare spider only downloads and finds the links; the crawl reads, judges and saves as well. Prints pages per second
of each, their ratio, and the memory of the crawl. Exit status 1 when the crawl is less than half as fast.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from shared_web import arguments, get, shared_web
from sqlmodel import Session, select

from crawler.fetching.run import crawl
from crawler.settings import CrawlSettings
from crawler.sources.source import Source, load_sources
from store.database import connect
from store.models import Item
from store.settings import StoreSettings

_BARE = """
import json, re, sys, time
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

urls = json.loads(sys.stdin.read())

class Bare(scrapy.Spider):
    name = "bare"
    pages = 0

    async def start(self):
        Bare.began = time.monotonic()
        for url in urls:
            yield scrapy.Request(url, callback=self.listing, dont_filter=True)

    def listing(self, response):
        Bare.pages += 1
        links = set(re.findall(rb'(?:<link>|href=")((?:http://127[^<"]*|/pages/[^"]*)\\.html)', response.body))
        for link in links:
            yield response.follow(link.decode(), callback=self.article)

    def article(self, response):
        Bare.pages += 1

process = AsyncCrawlerProcess({
    "LOG_ENABLED": False, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": True, "REMOTE_CONTROL_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "HTTPERROR_ALLOW_ALL": True,
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
})
process.crawl(Bare)
process.start()
print(json.dumps({"pages": Bare.pages, "seconds": time.monotonic() - Bare.began}))
"""


def bare(sources: list[Source]) -> tuple[int, float]:
    """Pages and seconds of a bare Scrapy spider."""
    urls = json.dumps([url.url for source in sources for url in source.urls])
    done = subprocess.run([sys.executable, "-c", _BARE], input=urls, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found["pages"], found["seconds"]


def whole(sources: list[Source], folder: Path, number: int) -> tuple[int, float]:
    """Pages and seconds of a crawl: requests for listings and articles that were read, judged and saved."""
    store = StoreSettings(url=f"sqlite:///{folder}/crawl{number}.db")
    settings = CrawlSettings(min_delay=0, allow_networks=["127.0.0.0/8"], concurrency=32, retries=0)
    report = crawl(sources, settings, store)
    engine = connect(store)
    with Session(engine) as session:
        read = len(session.exec(select(Item.id).where(Item.fetched_at.is_not(None))).all())  # type: ignore[union-attr]
    engine.dispose()
    return read + report.totals()["requests"], (report.finished_at - report.started_at).total_seconds()


def main() -> int:
    """Run both in turn and compare."""
    parser = arguments("Crawl rate beside a bare Scrapy spider")
    parser.add_argument("--hosts", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as folder, shared_web(options.shared, hosts=options.hosts) as address:
        (Path(folder) / "sources.yaml").write_bytes(get(f"{address}/sources.yaml"))
        sources, _ = load_sources([Path(folder) / "sources.yaml"])
        # Every entry is followed by both; odd feeds link to the real web, which a benchmark leaves alone.
        sources = [source.model_copy(update={"scope": "on_topic"}) for source in sources if not re.match("odd-", source.id)]
        for number in range(options.rounds):
            pages, seconds = bare(sources)
            own_pages, own_seconds = whole(sources, Path(folder), number)
            ratios.append((own_pages / own_seconds) / (pages / seconds))
            print(f"bare Scrapy {pages} pages in {seconds:.1f} s: {pages / seconds:.0f} pages/s", flush=True)
            print(
                f"whole crawl {own_pages} pages in {own_seconds:.1f} s: {own_pages / own_seconds:.0f} pages/s, ratio {ratios[-1]:.2f}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest process: {peak} MB; best ratio {max(ratios):.2f}, wanted .50")
    return int(max(ratios) < 0.5)


if __name__ == "__main__":
    sys.exit(main())
