"""How fast searching is, how much room its index takes, and whether it finds what a look through the texts finds:
`python -m benchmarks.search STORE_URL …` on stores of `benchmarks.million`.

Simplified words of two to four characters are searched alone and in pairs. The truth is a look for the substring, for all words at once.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from sqlalchemy import text
from sqlmodel import Session, func, select

from benchmarks.million import vocabulary
from store import search as searching
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings
from store.text import fold

_ROOM = {
    "sqlite": "SELECT SUM(pgsize) FROM dbstat WHERE name LIKE 'item_words%' OR name LIKE '%item_search%'",
    "postgresql": "SELECT pg_total_relation_size('item_search')",
}


def queries() -> dict[str, list[str]]:
    """What is searched, by its kind."""
    chance, words = random.Random(3), [word for word in vocabulary() if fold(word) == word]
    pairs = [f"{a} {b}" for a, b in (chance.sample(words[20:3000], 2) for _ in range(100))]
    rare = [word for word in words[5000:] if len(word) == 2][-60:]
    return {"two words": pairs, "one common word": words[:20], "one rare word": rare}


def milliseconds(session: Session, asked: list[str]) -> tuple[list[float], list[float]]:
    """How long each search takes, and how much of it this process works."""
    took, worked = [], []
    for query in asked:
        started, busy = time.perf_counter(), time.process_time()
        searching.search(session, query)
        took.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - busy))
    return took, worked


def index_share(session: Session) -> float:
    """The room that the index takes, as a part of the texts' own."""
    kind, connection = session.get_bind().dialect.name, session.connection()
    measured = {"sqlite": "LENGTH(CAST(title || summary || text AS BLOB))", "postgresql": "octet_length(title || summary || text)"}[kind]
    texts = connection.execute(text(f"SELECT SUM({measured}) FROM item")).scalar_one()
    return float(connection.execute(text(_ROOM[kind])).scalar_one()) / float(texts)


def wrong(session: Session, words: list[str]) -> list[str]:
    """The words that are not found exactly where they stand."""
    there: dict[str, set[int]] = {word: set() for word in words}
    query = select(Item.id, Item.title, Item.summary, Item.text).execution_options(yield_per=1000)
    for item_id, *parts in session.exec(query):
        whole = fold("\n".join(parts))
        for word in words:
            if fold(word) in whole and item_id:
                there[word].add(item_id)
    rules = searching._Rules(session)
    return [word for word in words if set(session.exec(select(Item.id).where(rules.of(searching.read_query(word))))) != there[word]]


def main() -> None:
    """Search each store with the same words."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("urls", nargs="+")
    asked.add_argument("--truth", type=int, default=200, help="queries held against substrings")
    arguments = asked.parse_args()
    words = random.Random(3).sample([word for word in vocabulary()[200:] if fold(word) == word], arguments.truth)
    for url in arguments.urls:
        engine, kind = open_store(StoreSettings(url=url), create=False), url.partition(":")[0]
        with Session(engine) as session:
            print(
                f"{kind}: {session.exec(select(func.count()).select_from(Item)).one()} items, index {index_share(session):.2f} of the text"
            )
            for name, of_kind in queries().items():
                took, worked = milliseconds(session, of_kind)
                times = ", ".join(f"p{part} {statistics.quantiles(took, n=100)[part - 1]:.0f} ms" for part in (50, 95))
                print(f"{kind}, {name}: {times}; CPU here p95 {statistics.quantiles(worked, n=20)[18]:.0f} ms")
            print(f"{kind}: {len(words) - len(wrong(session, words))} of {len(words)} queries find what is there")
        engine.dispose()


if __name__ == "__main__":
    main()
