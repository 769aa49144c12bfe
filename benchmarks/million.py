"""Makes a store of many items, the same each time: `python -m benchmarks.million ITEMS STORE_URL [--characters 1500]`.

Texts are put together from invented words of invented frequency: words and their characters follow Zipf's law. Items are all kept and on
topic, evenly over three years, of two hundred sources; each names companies, has topics, a profile and its keys, and stands in the
search index; each fifth states a round, each seventh an adoption, each tenth repeats the one before and belongs to its story.

Rows are those that the product makes. They go in past the ORM: SQLite takes them without a journal, PostgreSQL by COPY; a second
process makes them meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Dialect, Engine, Integer, Table, text
from sqlalchemy.dialects import postgresql, sqlite

from crawler.fetching.rows import fact_rows
from crawler.group.profile import VERSION, keys, packed, profile
from crawler.judge.facts import Adoption, Amount, Evidence, Funding, Investor, Judgement, Mention, ModelRef, Party, TopicMatch
from store.migrate import open_store
from store.models import (
    FACT_TABLES,
    InvestorRow,
    Item,
    ItemKey,
    ItemProfile,
    ItemTopic,
    SourceRow,
    SourceState,
    Story,
    StoryFact,
    fact_id,
    kind_of,
)
from store.models import Mention as MentionRow
from store.schema import SEARCH, WORDS, drop_derived, make_derived
from store.search import indexed
from store.settings import StoreSettings
from store.stories import profile_keys
from store.text import fold

STARTS = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=1095)
_HAN = [chr(code) for code in range(0x4E00, 0x5E00)]
_SOURCES = 200
_CHUNK = 1000
_TOPICS = ("funding", "hospital_ai", "imaging", "drug_discovery", "model_adoption", "deepseek", "regulation", "approvals", "research")
_FAMILIES = ("deepseek", "qwen", "hunyuan", "glm", "other")
_DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.psycopg.dialect()}  # type: ignore[no-untyped-call]

Rows = dict[str, list[tuple[Any, ...]]]


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
def _frequencies() -> NDArray[np.float64]:
    return np.cumsum([1 / (place + 10) for place in range(len(vocabulary()))])


@cache
def _names() -> tuple[str, ...]:
    return tuple(f"{word}医疗" for word in vocabulary()[1000:1400])


def texts(first: int, after: int, characters: int) -> Iterator[Made]:
    """The items from number `first` until before number `after`. Each depends on its number alone."""
    for number in range(first, after):
        repeats = number % 10 == 9
        made = _text(number - 1 if repeats else number, characters)
        if repeats:
            made = Made(number, made.title, made.text + _said(random.Random(number), 20), made.name, made.other, number - 1)
        yield made


def _text(number: int, characters: int) -> Made:
    chance = random.Random(number)
    name, other = chance.sample(_names(), 2)
    title = f"{name}{_said(chance, 6)}融资" if number % 5 == 0 else f"{name}{_said(chance, 7)}"
    words = _drawn(number, characters // 2)
    body = "。".join("".join(words[at : at + 15]) for at in range(0, len(words), 15))
    lead = f"{name}宣布完成{1 + number % 90}00万元A轮融资，{other}领投。" if number % 5 == 0 else f"{name}接入{other}的大模型。"
    return Made(number, title, f"{lead}{body}"[:characters], name, other, number)


def _drawn(number: int, words: int) -> list[str]:
    places = np.searchsorted(_frequencies(), np.random.RandomState(number).random_sample(words) * _frequencies()[-1])
    return [vocabulary()[place] for place in places.tolist()]


def _said(chance: random.Random, words: int) -> str:
    return "".join(_drawn(chance.getrandbits(32), words))


def judged(made: Made) -> Judgement:
    """What judging would say of an item."""
    at = len(made.title) + 1
    evidence = Evidence(made.text[: made.text.find("。") + 1], at, at + made.text.find("。") + 1)
    mentions = tuple(
        Mention("organisation", None, name, made.text.find(name) + at, made.text.find(name) + at + len(name), "company", found_by="reader")
        for name in (made.name, made.other)
    )
    amount = Amount(f"{1 + made.of % 90}00万元", at, at + 6, *[Decimal(1 + made.of % 90) * 1_000_000] * 2, "CNY", "exact")
    family = _FAMILIES[made.of % len(_FAMILIES)]
    told: Any = {"evidence": evidence, "confidence": 0.9}
    events: list[Any] = []
    if made.of % 5 == 0:
        led = (Investor(None, made.other, lead=True),)
        company = Party(None, made.name)
        events.append(Funding(**told, type="funding", company=company, amount=amount, round="A轮", investors=led))
    if made.of % 7 == 0:
        model = ModelRef(None, family, family)
        events.append(Adoption(**told, type="adoption", adopter=Party(None, made.name), model=model, stage="live"))
    topics = tuple(TopicMatch(_TOPICS[(made.of * step) % len(_TOPICS)], 0.8, (made.name,)) for step in (1, 2))
    return Judgement(
        id=str(made.number), language="zh", relevant=True, score=0.9, topics=tuple(dict.fromkeys(topics)), mentions=mentions,
        amounts=(amount,) if made.of % 5 == 0 else (), events=tuple(events),
    )  # fmt: skip


def moment_of(number: int, count: int) -> datetime:
    """When an item was published."""
    return STARTS + SPAN * (number / count)


# ------------------------------------------------------------------ rows


class _Shape:
    """How rows of a table are handed to a driver: in the order of its columns, each as its type wants it."""

    def __init__(self, model: Any, dialect: Dialect) -> None:
        table: Table = model.__table__
        self.name = table.name
        self.columns = [column.name for column in table.columns]
        made = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
        self._ways = list(zip(self.columns, made, strict=True))
        fields = {name: model.model_fields[name] for name in self.columns}
        self._default = {n: one.get_default(call_default_factory=True) for n, one in fields.items() if not one.is_required()}

    def row(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """A row of the values given and the defaults of the model."""
        whole = self._default | values
        return tuple(way(whole[name]) if way and whole[name] is not None else whole[name] for name, way in self._ways)


@cache
def _shape(model: Any, kind: str) -> _Shape:
    return _Shape(model, _DIALECTS[kind])


class _Chunk:
    """The rows of some items, by table."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind, self.count = kind, count
        self.rows: Rows = {}

    def add(self, model: Any, /, **values: Any) -> None:
        shape = _shape(model, self.kind)
        self.rows.setdefault(shape.name, []).append(shape.row(values))

    def item(self, made: Made) -> None:
        """All that the product keeps of an item."""
        item_id, at, judgement = made.number + 1, moment_of(made.number, self.count), judged(made)
        link = f"source{made.number % _SOURCES}.example/news/{made.number:08d}.html"
        self.add(
            Item, id=item_id, source_id=f"source{made.number % _SOURCES}", identity=f"link:{link}", link_key=link, link=f"https://{link}",
            title=made.title, entry_title=made.title, summary=made.text[:120], text=made.text, content_hash=f"{made.number:032x}",
            language="zh", published_at=at, published_precision="second", date_trust="page", first_seen_at=at, changed_at=at, fetched_at=at,
            relevant=True, score=0.9, method="body", quality=0.9, judged_with="made", story_id=made.of + 1,
            relation="first" if made.of == made.number else "reprint",
        )  # fmt: skip
        for place, topic in enumerate(judgement.topics):
            self.add(ItemTopic, id=item_id * 2 + place, item_id=item_id, topic_id=topic.id, score=topic.score, matched=list(topic.matched))
        for place, named in enumerate(judgement.mentions):
            self.add(
                MentionRow, id=item_id * 2 + place, item_id=item_id, target=named.target, as_written=named.as_written, kind=named.kind,
                found_by=named.found_by, start=named.start, end=named.end,
            )  # fmt: skip
        self._profile(item_id, made, judgement, at)
        self._index(item_id, made)
        self._story(made, judgement, at)

    def _profile(self, item_id: int, made: Made, judgement: Judgement, at: datetime) -> None:
        one = profile(str(item_id), made.title, made.text, judgement, day=at.date())
        lasting, passing = keys(one)
        self.add(ItemProfile, item_id=item_id, made_with=VERSION, packed=packed(one))
        for key in profile_keys(at, lasting, passing):
            self.add(ItemKey, key=key, item_id=item_id)

    def _index(self, item_id: int, made: Made) -> None:
        words, title = indexed(made.title, made.text[:120], made.text), fold(made.title)
        if self.kind == "sqlite":
            self.rows.setdefault(WORDS.name, []).append((item_id, words))
            self.rows.setdefault(SEARCH.name, []).append((item_id, item_id, title))
        else:
            self.rows.setdefault(SEARCH.name, []).append((item_id, item_id, title, words))

    def _story(self, made: Made, judgement: Judgement, at: datetime) -> None:
        item_id = made.number + 1
        facts = fact_rows(item_id, judgement, published=at, now=at)
        for row in facts:
            row.id = item_id
            self.add(type(row), **row.model_dump())
            for position, one in enumerate(getattr(row, "investors", ())):
                self.add(InvestorRow, id=item_id, funding_id=item_id, position=position, name=one["name"], lead=one["lead"])
        if made.of != made.number:
            return
        repeated = made.number % 10 == 8
        self.add(
            Story, id=item_id, title=made.title, lead_item_id=item_id, first_seen_at=at, last_seen_at=at, published_at=at, changed_at=at,
            items=2 if repeated else 1, languages=["zh"], topics=[topic.id for topic in judgement.topics],
        )  # fmt: skip
        for place, row in enumerate(facts):
            self.add(
                StoryFact, id=item_id * 2 + place, story_id=item_id, fact_id=fact_id(row), type=kind_of(row), proofs=[fact_id(row)],
                first_source_id=f"source{made.number % _SOURCES}", first_reported_at=at,
            )  # fmt: skip


def _make(asked: tuple[int, int, int, int, str]) -> Rows:
    first, after, count, characters, kind = asked
    chunk = _Chunk(kind, count)
    for made in texts(first, after, characters):
        chunk.item(made)
    return chunk.rows


def _sources(kind: str) -> Rows:
    chunk = _Chunk(kind, 1)
    for number in range(_SOURCES):
        name = f"source{number}"
        chunk.add(
            SourceRow, id=name, name=name, homepage=f"https://{name}.example", language="zh", category="media", kind="feed",
            scope="on_topic", tier="official" if number % 10 == 0 else "media", access="ok", enabled=True, first_seen_at=STARTS,
            changed_at=STARTS,
        )  # fmt: skip
        chunk.add(SourceState, source_id=name, status="ok", status_since=STARTS, last_fetch_at=STARTS, last_success_at=STARTS)
    return chunk.rows


# ------------------------------------------------------------------ into the store

_OF_SEARCH = {
    ("sqlite", WORDS.name): ["rowid", "words"],
    ("sqlite", SEARCH.name): ["place", "item_id", "title"],
    ("postgresql", SEARCH.name): ["place", "item_id", "title", "words"],
}
# In the order in which they can be written: what others point to comes first.
_MODELS: tuple[Any, ...] = (
    *(SourceRow, SourceState, Story, Item, ItemTopic, MentionRow, ItemProfile, ItemKey, *FACT_TABLES.values(), InvestorRow, StoryFact),
)


def fill(engine: Engine, count: int, characters: int = 1500) -> None:
    """Fill an empty store with `count` items of some `characters` each."""
    kind = engine.dialect.name
    asked = [(first, min(count, first + _CHUNK), count, characters, kind) for first in range(0, count, _CHUNK)]
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    _prepare(driver, kind)
    _write(driver, _sources(kind), kind)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for rows in pool.imap(_make, asked):
            _write(driver, rows, kind)
    driver.commit()
    connection.close()
    _finish(engine)


def _prepare(driver: Any, kind: str) -> None:
    if kind == "postgresql":
        driver.execute("SET synchronous_commit = off")
        # Written row by row, this index would take most of the time.
        driver.execute("DROP INDEX ix_item_search_words")
        return
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-500000", "temp_store=MEMORY"):
        driver.execute(f"PRAGMA {pragma}")
    driver.execute(f"INSERT INTO {WORDS.name} ({WORDS.name}, rank) VALUES ('hashsize', {1 << 26})")


def _write(driver: Any, rows: Rows, kind: str) -> None:
    written = {model.__tablename__: _shape(model, kind).columns for model in _MODELS}
    written |= {name: columns for (of, name), columns in _OF_SEARCH.items() if of == kind}
    for name, columns in written.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        if kind == "sqlite":
            marks = ", ".join("?" * len(columns))
            driver.executemany(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', rows.get(name, ()))
        elif name in rows:
            with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" ({listed}) FROM STDIN') as copy:
                for row in rows[name]:
                    copy.write_row(row)


def _finish(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text(f"INSERT INTO {WORDS.name} ({WORDS.name}, rank) VALUES ('hashsize', {1 << 20})"))
            connection.execute(text(f"INSERT INTO {WORDS.name} ({WORDS.name}) VALUES ('optimize')"))
        else:
            connection.execute(text("SET maintenance_work_mem = '1GB'"))
            drop_derived(connection)
            make_derived(connection)
            for model in _MODELS:
                if isinstance(getattr(model.__table__.columns.get("id"), "type", None), Integer):
                    name = model.__tablename__
                    # The next id must follow those that came along.
                    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def main() -> None:
    """Make the store and say how long it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("items", type=int)
    asked.add_argument("url")
    asked.add_argument("--characters", type=int, default=1500)
    arguments = asked.parse_args()
    started = time.perf_counter()
    engine = open_store(StoreSettings(url=arguments.url))
    fill(engine, arguments.items, arguments.characters)
    engine.dispose()
    print(f"{arguments.items} items in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
