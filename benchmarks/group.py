"""What it costs to put one more item to its story: `python -m benchmarks.group STORE_URL …` on stores of `benchmarks.million`."""

from __future__ import annotations

import argparse
import statistics
import time

from sqlmodel import Session, func, select

from benchmarks.million import judged, texts
from crawler.group.attach import Fresh, attach
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings


def attaching(url: str, items: int) -> tuple[int, list[float], list[float]]:
    """Attach some items one by one and roll it back: how many are stored, milliseconds and CPU milliseconds of each."""
    engine = open_store(StoreSettings(url=url), create=False)
    took, worked = [], []
    with Session(engine) as session:
        count = session.exec(select(func.count()).select_from(Item)).one()
        latest = session.exec(select(func.max(Item.published_at))).one()
        for made in texts(0, items, 1500):
            item = Item(
                source_id="source0", identity=f"new:{made.number}", title=made.title, text=made.text, language="zh", published_at=latest,
                first_seen_at=latest, changed_at=latest, relevant=True,
            )  # fmt: skip
            session.add(item)
            session.flush()
            fresh, started, busy = Fresh(item.id or 0, judged(made)), time.perf_counter(), time.process_time()
            attach(session, [fresh], now=latest)
            took.append(1000 * (time.perf_counter() - started))
            worked.append(1000 * (time.process_time() - busy))
        session.rollback()
    engine.dispose()
    return count, took, worked


def main() -> None:
    """Attach some hundred items to each store."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("urls", nargs="+")
    asked.add_argument("--items", type=int, default=200)
    arguments = asked.parse_args()
    for url in arguments.urls:
        count, took, worked = attaching(url, arguments.items)
        worst = statistics.quantiles(took, n=20)[18]
        kind = url.partition(":")[0]
        print(
            f"{kind}, {count} items stored: median {statistics.median(took):.1f} ms, p95 {worst:.1f} ms an item;"
            f" of it CPU {statistics.median(worked):.1f} ms"
        )


if __name__ == "__main__":
    main()
