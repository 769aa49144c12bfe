"""How fast searching is, and whether it finds what a look through the texts finds: `python -m benchmarks.search STORE_URL …`.

On stores of `benchmarks.million`. Words of two to four characters are searched alone and in pairs, and held against a look for the
substring.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from sqlmodel import Session, col, select

from benchmarks.million import vocabulary
from store import search as searching
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings


def main() -> None:
    """Search each store with the same words."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("urls", nargs="+")
    asked.add_argument("--truth", type=int, default=200, help="queries held against substrings")
    arguments = asked.parse_args()
    chance, words = random.Random(3), vocabulary()
    pairs = [f"{a} {b}" for a, b in (chance.sample(words[20:3000], 2) for _ in range(100))]
    common, rare = words[:20], chance.sample(words[200:], arguments.truth)
    for url in arguments.urls:
        engine = open_store(StoreSettings(url=url), create=False)
        with Session(engine) as session:
            for name, queries in (("two words", pairs), ("one common word", common)):
                took = []
                for query in queries:
                    started = time.perf_counter()
                    searching.search(session, query)
                    took.append(1000 * (time.perf_counter() - started))
                worst = statistics.quantiles(took, n=20)[18]
                print(f"{url[:6]}, {name}: median {statistics.median(took):.0f} ms, p95 {worst:.0f} ms")
            wrong = sum(_found(session, word) != _there(session, word) for word in rare)
            print(f"{url[:6]}: {len(rare) - wrong} of {len(rare)} queries find what is there")
        engine.dispose()


def _found(session: Session, word: str) -> set[int]:
    rule = searching._Rules(session).of(searching.read_query(word))
    return {item_id for item_id in session.exec(select(Item.id).where(rule)) if item_id}


def _there(session: Session, word: str) -> set[int]:
    return {
        item_id
        for item_id in session.exec(select(Item.id).where(col(Item.title).contains(word) | col(Item.text).contains(word)))
        if item_id
    }


if __name__ == "__main__":
    main()
