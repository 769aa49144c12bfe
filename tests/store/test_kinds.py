"""Tables, views and values follow the registry of kinds of fact."""

from __future__ import annotations

import pickle
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.fetching.rows import fact_rows
from crawler.judge.facts import OF_KIND, Amount, Evidence, Fact, Investor, Judgement, ModelRef, Party, as_json
from crawler.judge.registry import COLUMNS, KINDS, STORED, Kind, stored_text
from store.database import session_scope
from store.facts import facts_of_items, replace_facts, stated
from store.kinds import BY_NAME, columns_of
from store.models import FACT_TABLES, FactColumns
from store.overview import overview
from store.queries import run_query
from tests.store.rows import NOON, a_source, an_item

SUM = Amount("近亿元", 0, 3, Decimal("1e8"), Decimal("1e8"), "CNY", "under")
VALUES: dict[str, Any] = {
    "party": Party("tencent", "腾讯"),
    "parties": (Party(None, "某医院"), Party("tencent", "腾讯")),
    "investors": (Investor(None, "江河资本", True), Investor(None, "海川创投")),
    "amount": SUM,
    "model": ModelRef("deepseek-r1", "deepseek", "DeepSeek-R1", "R1"),
    "day": date(2027, 1, 1),
    "text": "写在文中的话",
}


def a_fact(kind: Kind) -> Fact:
    """A fact of a kind that states every role."""
    roles = {role.column: VALUES[role.type] for role in kind.roles}
    choices = {name: values[-1] for name, values in kind.choices.items()}
    return OF_KIND[kind.name](type=kind.name, evidence=Evidence("原句。", 0, 3), announced_on=date(2026, 11, 16), **roles, **choices)  # type: ignore[arg-type]


def test_the_store_was_told_of_the_registry() -> None:
    assert STORED.read_text(encoding="utf-8") == stored_text(), "run `make kinds`"


@pytest.mark.parametrize("table", FACT_TABLES)
def test_tables_have_the_columns_of_their_kinds(table: str) -> None:
    own = set(FACT_TABLES[table].model_fields) - set(FactColumns.model_fields)
    assert own == {name for name, _ in columns_of(table)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_values_have_the_roles_of_their_kind_and_print_them(kind: Kind) -> None:
    assert {role.column for role in kind.roles} | set(kind.choices) <= {field.name for field in fields(OF_KIND[kind.name])}
    fact = a_fact(kind)
    assert pickle.loads(pickle.dumps(fact)) == fact
    assert {role.name for role in kind.roles} <= set(as_json(fact))


def test_every_role_is_shown_in_a_column_there_is_and_every_kind_has_a_subject() -> None:
    filled = {column.name for column in COLUMNS if column.type}
    for kind in KINDS:
        assert BY_NAME[kind.name].subject.name in {role.name for role in kind.roles}
        assert set(kind.shown) <= {role.name for role in kind.roles} | set(kind.choices)
        assert set(kind.shown.values()) <= filled
        assert set(kind.apart) <= {role.name for role in kind.roles}


def test_a_fact_of_every_kind_is_kept_seen_and_counted(engine: Engine) -> None:
    judged = Judgement(id="1", language="zh", relevant=True, score=0.9, events=tuple(a_fact(kind) for kind in KINDS))
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        assert item.id is not None
        rows = fact_rows(item.id, judged, published=NOON, now=NOON)
        replace_facts(session, {item.id: rows})
    with session_scope(engine) as session:
        again = fact_rows(item.id, judged, published=NOON, now=NOON)
        assert replace_facts(session, {item.id: again})[item.id] == []
        assert [stated(row) for row in facts_of_items(session, [item.id])[item.id]]
        assert overview(session).facts == {kind.name: 1 for kind in KINDS}
    seen = {row["type"]: row for row in run_query(engine, "SELECT * FROM v1_facts", max_rows=99, seconds=20).as_dicts()}
    assert set(seen) == {kind.name for kind in KINDS}
    for kind in KINDS:
        row, subject = seen[kind.name], BY_NAME[kind.name].subject
        assert row["subject"] == {"party": "腾讯", "parties": "某医院", "text": "写在文中的话"}[subject.type]
        assert (row["counted"], row["health"], row["week"]) == (1, 1, "2026-W47")
    assert (seen["funding"]["others"], seen["funding"]["leads"]) == ("江河资本, 海川创投", "江河资本")
    assert (seen["ipo"]["venue"], float(seen["ipo"]["valuation_low"]), seen["ipo"]["valuation_as_written"]) == (
        "写在文中的话",
        1e8,
        "近亿元",
    )
    assert (seen["approval"]["stage"], seen["approval"]["kind"]) == ("withdrawn", "写在文中的话")
    assert (seen["adoption"]["model_version"], seen["partnership"]["others"]) == ("R1", "某医院, 腾讯")
    assert {seen["figure"][name] for name in ("value", "period", "others")} == {"写在文中的话"}
