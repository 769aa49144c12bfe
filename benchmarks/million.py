"""Makes a store of many items, the same each time: `python -m benchmarks.million ITEMS STORE_URL [--characters 1500]`.

Texts are put together from invented words, as frequent as Zipf says, and name one of some hundred companies. Items are all kept and on
topic, evenly over three years; each has its profile and its keys, and each tenth repeats the one before.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session

from crawler.group.attach import keep
from crawler.group.profile import profile
from crawler.judge.facts import Judgement, Mention
from store.migrate import open_store
from store.models import Item, SourceRow, Story
from store.search import index_items
from store.settings import StoreSettings

STARTS = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=1095)
_HAN = "".join(chr(code) for code in range(0x4E00, 0x5E00))
_CHUNK = 500


def vocabulary(size: int = 20_000) -> list[str]:
    """Invented words of two to four characters, the most frequent first."""
    chance = random.Random(1)
    return ["".join(chance.choices(_HAN, k=chance.choice((2, 2, 2, 3, 4)))) for _ in range(size)]


def texts(count: int, characters: int) -> Iterator[tuple[int, str, str, str]]:
    """Number, title, text and organisation of each item."""
    words = vocabulary()
    weights = [1 / (place + 10) for place in range(len(words))]
    names = [f"{word}医疗" for word in words[1000:1400]]
    before = ("", "", names[0])
    for number in range(count):
        chance = random.Random(number)
        if number % 10 == 9:
            title, text, name = before
            yield number, title, text + "".join(chance.choices(words, weights, k=20)), name
            continue
        name = chance.choice(names)
        said = chance.choices(words, weights, k=characters // 2)
        body = "".join(word + ("。" if place % 15 == 14 else "") for place, word in enumerate(said))
        before = (f"{name}{''.join(chance.choices(words, weights, k=6))}融资", f"{name}宣布{body}"[:characters], name)
        yield number, *before


def judged(number: int, name: str) -> Judgement:
    """A judgement that names one organisation."""
    mention = Mention("organisation", None, name, 0, len(name), "company", found_by="rule")
    return Judgement(id=str(number), language="zh", relevant=True, score=0.9, mentions=(mention,))


def moment_of(number: int, count: int) -> datetime:
    """When an item was published."""
    return STARTS + SPAN * (number / count)


def fill(session: Session, count: int, characters: int) -> None:
    """Fill an empty store."""
    source = {"id": "made", "name": "Made", "homepage": "https://made.example", "language": "zh", "category": "media", "kind": "feed"}
    rest = {"scope": "on_topic", "tier": "media", "access": "ok", "enabled": True, "definition": {}, "first_seen_at": STARTS}
    session.add(SourceRow(**source, **rest, changed_at=STARTS))
    session.commit()
    chunk: list[tuple[int, str, str, str]] = []
    for row in texts(count, characters):
        chunk.append(row)
        if len(chunk) == _CHUNK or row[0] == count - 1:
            _write(session, chunk, count)
            chunk = []


def _write(session: Session, chunk: list[tuple[int, str, str, str]], count: int) -> None:
    connection = session.connection()
    stories, items = [], []
    for number, title, text, _ in chunk:
        at = moment_of(number, count)
        stories.append(
            {"title": title, "lead_item_id": number + 1, "first_seen_at": at, "last_seen_at": at, "published_at": at, "changed_at": at}
        )
        items.append(
            Item(
                id=number + 1, source_id="made", identity=f"made:{number}", title=title, text=text, language="zh", published_at=at,
                first_seen_at=at, changed_at=at, relevant=True, story_id=number + 1, relation="first",
            )
        )  # fmt: skip
    connection.execute(insert(Story), [{"id": items[place].id, **row} for place, row in enumerate(stories)])
    session.add_all(items)
    session.flush()
    for item, (number, title, text, name) in zip(items, chunk, strict=True):
        day = item.published_at.date() if item.published_at else None
        keep(session, item, profile(str(item.id), title, text, judged(number, name), day=day))
    index_items(session, [item.id for item in items if item.id])
    session.commit()
    session.expunge_all()


def main() -> None:
    """Make the store and say how long it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("items", type=int)
    asked.add_argument("url")
    asked.add_argument("--characters", type=int, default=1500)
    arguments = asked.parse_args()
    started = time.perf_counter()
    engine = open_store(StoreSettings(url=arguments.url))
    with Session(engine) as session:
        fill(session, arguments.items, arguments.characters)
    engine.dispose()
    print(f"{arguments.items} items in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
