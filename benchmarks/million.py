"""Makes a store of many items, the same each time: `python -m benchmarks.million ITEMS STORE_URL [--characters 1500] [--copies 1]`.

Texts are put together from invented words of invented frequency: words and their characters follow Zipf's law. Items are all kept and on
topic, evenly over three years, of two hundred sources; each names companies, has topics, a profile and its keys, and stands in the
search index; each fifth states a round, each seventh an adoption, each tenth repeats the one before and belongs to its story. With
`--copies` so many sources tell each text, one after the other: a story of reprints, and a large store for less.

Rows are those that the product makes. They go in past the ORM (`benchmarks.loading`); a second process makes them meanwhile.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from benchmarks.loading import Rows, loading, shape_of
from crawler.fetching.rows import fact_rows
from crawler.group.profile import VERSION, keys, packed, profile
from crawler.judge.facts import Adoption, Amount, Evidence, Funding, Investor, Judgement, Mention, ModelRef, Party, TopicMatch
from store.clock import SHANGHAI
from store.migrate import open_store
from store.models import InvestorRow, Item, ItemKey, ItemProfile, ItemTopic, SourceRow, SourceState, Story, StoryFact, fact_id
from store.models import Mention as MentionRow
from store.query_language import runs, tokens
from store.schema import RUNS_ENCODING, SEARCH, WORDS
from store.search import indexed
from store.settings import StoreSettings
from store.stories import profile_keys
from store.text import fold

STARTS = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=1095)
_HAN = [chr(code) for code in range(0x4E00, 0x5E00)]
_SOURCES = 200
_CHUNK = 1000
_DRUM = 1 << 20
_APART = timedelta(minutes=7)  # between two sources that tell the same
_TOPICS = ("funding", "hospital_ai", "imaging", "drug_discovery", "model_adoption", "deepseek", "regulation", "approvals", "research")
_FAMILIES = ("deepseek", "qwen", "hunyuan", "glm", "other")


@dataclass(frozen=True, slots=True)
class Made:
    """An item before it is judged: `of` is the number of the one that it repeats, or its own."""

    number: int
    title: str
    text: str
    name: str
    other: str
    of: int


@cache
def vocabulary(size: int = 20_000) -> tuple[str, ...]:
    """Invented words of two to four characters, the most frequent first."""
    chance = random.Random(1)
    weights = list(accumulate(1 / (place + 20) for place in range(len(_HAN))))
    return tuple("".join(chance.choices(_HAN, cum_weights=weights, k=chance.choice((2, 2, 2, 3, 4)))) for _ in range(size))


@cache
def _drum() -> NDArray[np.object_]:
    """Words to draw from, each as often as it is frequent."""
    often = np.cumsum([1 / (place + 10) for place in range(len(vocabulary()))])
    places = np.searchsorted(often, (np.arange(_DRUM) + 0.5) / _DRUM * often[-1])
    return np.array(vocabulary(), dtype=object)[places]


@cache
def _names() -> tuple[str, ...]:
    return tuple(f"{word}医疗" for word in vocabulary()[1000:1400])


def texts(first: int, after: int, characters: int) -> Iterator[Made]:
    """The items from number `first` until before number `after`. Each depends on its number alone."""
    for number in range(first, after):
        repeats = number % 10 == 9
        made = _text(number - 1 if repeats else number, characters)
        if repeats:
            added = "".join(_drawn(number, 20))
            made = Made(number, made.title, made.text + added, made.name, made.other, number - 1)
        yield made


def _text(number: int, characters: int) -> Made:
    name, other = random.Random(number).sample(_names(), 2)
    words = _drawn(number, 7 + characters // 2)
    title = f"{name}{''.join(words[:6])}融资" if number % 5 == 0 else f"{name}{''.join(words[:7])}"
    body = "。".join("".join(words[at : at + 15]) for at in range(7, len(words), 15))
    lead = f"{name}宣布完成{1 + number % 90}00万元A轮融资，{other}领投。" if number % 5 == 0 else f"{name}接入{other}的大模型。"
    return Made(number, title, f"{lead}{body}"[:characters], name, other, number)


def _drawn(number: int, words: int) -> list[str]:
    """Words by chance, the same for a number. A generator of numpy's takes longer to seed than this (SplitMix64) to draw."""
    mixed = (np.arange(words, dtype=np.uint64) + np.uint64(number << 32)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    drawn: list[str] = _drum()[(mixed ^ (mixed >> np.uint64(31))) % np.uint64(_DRUM)].tolist()
    return drawn


def judged(made: Made, day: date | None = None) -> Judgement:
    """What judging would say of an item, with the day that its facts count for."""
    at = len(made.title) + 1
    evidence = Evidence(made.text[: made.text.find("。") + 1], at, at + made.text.find("。") + 1)
    mentions = tuple(
        Mention("organisation", None, name, made.text.find(name) + at, made.text.find(name) + at + len(name), kind, found_by="reader")
        for name, kind in ((made.name, "hospital" if ord(made.name[0]) % 4 == 0 else "company"), (made.other, "company"))
    )
    amount = Amount(f"{1 + made.of % 90}00万元", at, at + 6, *[Decimal(1 + made.of % 90) * 1_000_000] * 2, "CNY", "exact")
    family = _FAMILIES[made.of % len(_FAMILIES)]
    told: Any = {"evidence": evidence, "confidence": 0.9, "announced_on": day}
    events: list[Any] = []
    if made.of % 5 == 0:
        led = (Investor(None, made.other, lead=True),)
        company = Party(None, made.name)
        events.append(Funding(**told, type="funding", company=company, amount=amount, round="A轮", investors=led))
    if made.of % 7 == 0:
        model = ModelRef(None, family, family)
        stage = ("planned", "pilot", "live")[made.of % 3]
        events.append(Adoption(**told, type="adoption", adopter=Party(None, made.name), model=model, stage=stage))
    topics = tuple(TopicMatch(_TOPICS[(made.of * step) % len(_TOPICS)], 0.8, (made.name,)) for step in (1, 2))
    return Judgement(
        id=str(made.number), language="zh", relevant=True, score=0.9, topics=tuple(dict.fromkeys(topics)), mentions=mentions,
        amounts=(amount,) if made.of % 5 == 0 else (), events=tuple(events),
    )  # fmt: skip


def moment_of(number: int, count: int) -> datetime:
    """When an item was published."""
    return STARTS + SPAN * (number / count)


# ------------------------------------------------------------------ rows


class _Chunk:
    """The rows of some texts, by table, each told by `copies` sources."""

    def __init__(self, kind: str, count: int, copies: int) -> None:
        self.kind, self.count, self.copies = kind, count, copies
        self.rows: Rows = {}

    def add(self, model: Any, /, **values: Any) -> None:
        shape = shape_of(model, self.kind)
        self.rows.setdefault(shape.name, []).append(shape.row(values))

    def put(self, name: str, row: tuple[Any, ...]) -> None:
        self.rows.setdefault(name, []).append(row)

    def text(self, made: Made) -> None:
        """All that the product keeps of a text's items."""
        first, published = made.number * self.copies, moment_of(made.number * self.copies, self.count)
        judgement = judged(made, published.astimezone(SHANGHAI).date())
        one = profile(str(first + 1), made.title, made.text, judgement, day=published.date())
        kept, (lasting, passing) = packed(one), keys(one)
        sqlite, title = self.kind == "sqlite", fold(made.title)
        told = indexed(made.title, made.text[:120], made.text, tokens if sqlite else runs)
        for number in range(first, first + self.copies):
            item_id, at = number + 1, published + (number - first) * _APART
            self._item(item_id, made, judgement, at)
            self.add(ItemProfile, item_id=item_id, made_with=VERSION, packed=kept)
            for key in profile_keys(at, lasting, passing):
                self.put(ItemKey.__tablename__, (key, item_id))
            if sqlite:
                self.put(WORDS.name, (item_id, told))
                self.put(SEARCH.name, (item_id, item_id, title))
            else:
                self.put(SEARCH.name, (item_id, item_id, title, told.encode(RUNS_ENCODING)))
        self._facts(first + 1, made, judgement, published)

    def _item(self, item_id: int, made: Made, judgement: Judgement, at: datetime) -> None:
        number = item_id - 1
        link, story_id = f"source{number % _SOURCES}.example/news/{number:08d}.html", made.of * self.copies + 1
        self.add(
            Item, id=item_id, source_id=f"source{number % _SOURCES}", identity=f"link:{link}", link_key=link, link=f"https://{link}",
            title=made.title, entry_title=made.title, summary=made.text[:120], text=made.text, content_hash=f"{made.number:032x}",
            language="zh", published_at=at, published_precision="second", date_trust="page", first_seen_at=at, changed_at=at, fetched_at=at,
            relevant=True, score=0.9, method="body", quality=0.9, judged_with="made", story_id=story_id,
            relation="first" if story_id == item_id else "reprint",
        )  # fmt: skip
        for place, topic in enumerate(judgement.topics):
            self.add(ItemTopic, id=item_id * 2 + place, item_id=item_id, topic_id=topic.id, score=topic.score, matched=list(topic.matched))
        for place, named in enumerate(judgement.mentions):
            self.add(
                MentionRow, id=item_id * 2 + place, item_id=item_id, target=named.target, as_written=named.as_written, kind=named.kind,
                found_by=named.found_by, start=named.start, end=named.end,
            )  # fmt: skip

    def _facts(self, first_id: int, made: Made, judgement: Judgement, at: datetime) -> None:
        """The facts that its items state, and the story of those of them that are the first to tell it."""
        rows = fact_rows(first_id, judgement, published=at, now=at)
        proofs: list[list[str]] = [[] for _ in rows]
        for item_id in range(first_id, first_id + self.copies):
            for row, same in zip(rows, proofs, strict=True):
                row.id = row.item_id = item_id
                same.append(fact_id(row))
                self.add(type(row), **row.model_dump())
                for position, one in enumerate(getattr(row, "investors", ())):
                    self.add(InvestorRow, id=item_id, funding_id=item_id, position=position, name=one["name"], lead=one["lead"])
        if made.of != made.number:
            return
        items = self.copies * (2 if made.number % 10 == 8 else 1)
        self.add(
            Story, id=first_id, title=made.title, lead_item_id=first_id, first_seen_at=at, last_seen_at=at + (self.copies - 1) * _APART,
            published_at=at, changed_at=at, items=items, languages=["zh"], topics=[topic.id for topic in judgement.topics],
        )  # fmt: skip
        for place, (event, same) in enumerate(zip(judgement.events, proofs, strict=True)):
            self.add(
                StoryFact, id=first_id * 2 + place, story_id=first_id, fact_id=same[0], type=event.type, proofs=same,
                first_source_id=f"source{(first_id - 1) % _SOURCES}", first_reported_at=at, announced_on=event.announced_on,
            )  # fmt: skip


def _make(asked: tuple[int, int, int, int, int, str]) -> Rows:
    first, after, count, copies, characters, kind = asked
    chunk = _Chunk(kind, count, copies)
    for made in texts(first, after, characters):
        chunk.text(made)
    return chunk.rows


def _sources(kind: str) -> Rows:
    chunk = _Chunk(kind, 1, 1)
    for number in range(_SOURCES):
        name = f"source{number}"
        chunk.add(
            SourceRow, id=name, name=name, homepage=f"https://{name}.example", language="zh", category="media", kind="feed",
            scope="on_topic", tier="official" if number % 10 == 0 else "media", access="ok", enabled=True, first_seen_at=STARTS,
            changed_at=STARTS,
        )  # fmt: skip
        chunk.add(SourceState, source_id=name, status="ok", status_since=STARTS, last_fetch_at=STARTS, last_success_at=STARTS)
    return chunk.rows


def fill(engine: Engine, count: int, characters: int = 1500, copies: int = 1) -> None:
    """Fill an empty store with `count` items of some `characters` each; `copies` of them have the same text and are one story."""
    kind, of_chunk = engine.dialect.name, max(1, _CHUNK // copies)
    asked = [(at, min(count // copies, at + of_chunk), count, copies, characters, kind) for at in range(0, count // copies, of_chunk)]
    # Looking for garbage among so many rows would take a third of the time.
    with loading(engine) as write, multiprocessing.get_context("spawn").Pool(1, initializer=gc.disable) as pool:
        write(_sources(kind))
        for rows in pool.imap(_make, asked):
            write(rows)


def main() -> None:
    """Make the store and say how long it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("items", type=int)
    asked.add_argument("url")
    asked.add_argument("--characters", type=int, default=1500)
    asked.add_argument("--copies", type=int, default=1, help="sources that tell the same text")
    arguments = asked.parse_args()
    started = time.perf_counter()
    engine = open_store(StoreSettings(url=arguments.url))
    fill(engine, arguments.items, arguments.characters, arguments.copies)
    engine.dispose()
    print(f"{arguments.items} items in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
