"""A store that `benchmarks.million` makes past the ORM has the schema of any other, and answers like any other."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlmodel import Session

from benchmarks.million import fill, texts
from store.database import utc_now
from store.models import Item
from store.search import search

_MADE = {
    "sqlite": "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    " UNION ALL SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
}


def schema(engine: Engine) -> set[tuple[str, str]]:
    with engine.connect() as connection:
        return {(name, told) for name, told in connection.execute(text(_MADE[engine.dialect.name]))}


def test_a_store_made_past_the_orm_is_like_any_other(engine: Engine) -> None:
    before, first = schema(engine), next(texts(0, 1, 120))
    fill(engine, 40, characters=120, copies=2)
    assert schema(engine) == before
    with Session(engine) as session:
        [found] = search(session, first.title)
        assert found.item.id in (1, 2) and found.items == 2
        now = utc_now()
        item = Item(source_id="source0", identity="new", title="x", language="zh", first_seen_at=now, changed_at=now)
        session.add(item)
        session.flush()
        assert item.id == 41, "the next number follows those that came along"
