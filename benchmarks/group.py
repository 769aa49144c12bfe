"""What it costs to put one more item to its story: `python -m benchmarks.group STORE_URL` on a store of `benchmarks.million`."""

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


def main() -> None:
    """Attach some hundred items, one by one, and roll it back."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--items", type=int, default=200)
    arguments = asked.parse_args()
    engine = open_store(StoreSettings(url=arguments.url), create=False)
    took = []
    with Session(engine) as session:
        count = session.exec(select(func.count()).select_from(Item)).one()
        latest = session.exec(select(func.max(Item.published_at))).one()
        for number, title, text, name in texts(arguments.items, 1500):
            item = Item(
                source_id="made", identity=f"new:{number}", title=title, text=text, language="zh", published_at=latest,
                first_seen_at=latest, changed_at=latest, relevant=True,
            )  # fmt: skip
            session.add(item)
            session.flush()
            started = time.perf_counter()
            attach(session, [Fresh(item.id or 0, judged(number, name))], now=latest)
            took.append(1000 * (time.perf_counter() - started))
        session.rollback()
    engine.dispose()
    quantiles = statistics.quantiles(took, n=20)
    print(f"{count} items stored: median {statistics.median(took):.1f} ms, p95 {quantiles[18]:.1f} ms an item")


if __name__ == "__main__":
    main()
