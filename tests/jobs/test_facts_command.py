"""`yixun facts`: what people say of facts, on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from store.database import session_scope
from store.migrate import open_store
from store.models import FactReview, FundingFact, InvestorRow, fact_table
from store.queries import run_query
from store.settings import StoreSettings
from tests.jobs.command import Yixun
from tests.store.rows import NOON, a_round, a_source, an_adoption, an_item, with_topics

TITLE = "某影像公司完成近亿元B轮融资"
TEXT = "某影像公司完成近亿元B轮融资。江河资本与海川创投参与。某医院本地部署DeepSeek-R1。"


@pytest.fixture
def engine(store_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A store with a round, an adoption and a figure told by one item."""
    engine = open_store(store_settings)
    monkeypatch.setenv("YIXUN_STORE__URL", store_settings.url.get_secret_value())
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session, title=TITLE, text=TEXT)
        with_topics(session, item, "funding")
        a_round(session, item)
        an_adoption(session, item, confidence=0.4)
        shared = {"evidence": "e", "evidence_start": 0, "evidence_end": 1, "confidence": 0.9, "found_by": "reader", "recorded_at": NOON}
        session.add(fact_table("figure")(item_id=item.id, subject="AI影像市场", value="210亿元", **shared))
    yield engine
    engine.dispose()


def rows(yixun: Yixun, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in yixun("facts", *words).stdout.splitlines()]


def a_funding_fact(engine: Engine) -> FundingFact:
    with session_scope(engine) as session:
        return session.exec(select(FundingFact)).one()


def test_facts_are_listed_and_shown(engine: Engine, yixun: Yixun) -> None:
    assert [row["fact_id"] for row in rows(yixun, "list", "--json")] == ["adoption:1", "figure:1", "funding:1"]
    assert [row["fact_id"] for row in rows(yixun, "list", "--json", "--below", "0.6")] == ["adoption:1"]
    assert "某影像公司" in yixun("facts", "list", "--type", "funding").stdout
    told = yixun("facts", "show", "funding:1").stdout
    assert "某影像公司完成近亿元B轮融资。" in told and "江河资本 (lead)" in told and "not reviewed" in told
    (shown,) = rows(yixun, "show", "figure:1", "--json")
    assert (shown["states"]["value"], shown["reviewed"], shown["reviews"]) == ("210亿元", None, [])


def test_right_and_wrong_are_kept_with_who_and_when(engine: Engine, yixun: Yixun) -> None:
    yixun("facts", "wrong", "funding:1", "figure:1", "--by", "anna")
    yixun("facts", "right", "funding:1", "--by", "bo")
    with session_scope(engine) as session:
        said = [(one.fact_id, one.verdict, one.who) for one in session.exec(select(FactReview).order_by(FactReview.id))]  # type: ignore[arg-type]
    assert said == [("funding:1", "wrong", "anna"), ("figure:1", "wrong", "anna"), ("funding:1", "right", "bo")]
    seen = run_query(engine, "SELECT fact_id, reviewed, counted FROM v1_facts ORDER BY fact_id", max_rows=9, seconds=20).rows
    assert seen == [("adoption:1", None, 1), ("figure:1", "wrong", 0), ("funding:1", "right", 1)]
    assert "bo: right" in yixun("facts", "show", "funding:1").stdout


def test_one_unknown_id_changes_nothing(engine: Engine, yixun: Yixun) -> None:
    assert "launch:7: there is no such fact" in yixun("facts", "wrong", "funding:1", "launch:7", check=1).stderr
    assert a_funding_fact(engine).reviewed is None


def test_fields_are_corrected_as_judging_would_read_them(engine: Engine, yixun: Yixun) -> None:
    words = [
        "amount=约2000万美元",
        "investors=江河资本; 海川创投；腾讯",
        "lead=海川创投",
        "round=",
        "stage=talks",
        "announced_on=2026-11-10",
    ]
    yixun("facts", "edit", "funding:1", *words, "--by", "bo")
    fact = a_funding_fact(engine)
    assert (fact.amount_as_written, fact.amount_low, fact.amount_currency, fact.amount_hedge) == (
        "约2000万美元",
        20_000_000,
        "USD",
        "about",
    )
    assert (fact.usd_low, fact.round, fact.stage, fact.announced_on) == (Decimal(20_000_000), None, "talks", date(2026, 11, 10))
    assert [(one["id"], one["name"], one["lead"]) for one in fact.investors] == [
        (None, "江河资本", False),
        (None, "海川创投", True),
        ("tencent", "腾讯", False),
    ]
    assert (fact.reviewed, (fact.as_read or {})["amount_as_written"], (fact.as_read or {})["round"]) == ("edited", "近亿元", "B")
    with session_scope(engine) as session:
        assert [one.name for one in session.exec(select(InvestorRow).where(InvestorRow.lead))] == ["海川创投"]
    assert "bo: edited amount=约2000万美元" in yixun("facts", "show", "funding:1").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["stage=soon"], "expected one of done, talks, terminated"),
        (["amount=many"], "expected one sum of money"),
        (["colour=red"], "has no field 'colour'"),
        (["announced_on=tomorrow"], "expected a day"),
        (["background=perhaps"], "expected yes or no"),
        (["company="], "yixun facts wrong"),
        (["lead=某人"], "none of the investors"),
        (["amount"], "expected FIELD=VALUE"),
        (["round=C轮", "stage=soon"], "expected one of"),
    ],
)
def test_a_value_that_does_not_fit_is_said_and_changes_nothing(engine: Engine, yixun: Yixun, words: list[str], expected: str) -> None:
    assert expected in " ".join(yixun("facts", "edit", "funding:1", *words, check=2).stderr.split())
    fact = a_funding_fact(engine)
    assert (fact.reviewed, fact.round, fact.stage, fact.company) == (None, "B", "done", "某影像公司")


def test_models_and_names_are_looked_up_in_the_catalogue(engine: Engine, yixun: Yixun) -> None:
    yixun("facts", "edit", "adoption:1", "model=通义千问", "adopter=腾讯", "hosting=")
    (shown,) = rows(yixun, "show", "adoption:1", "--json")
    states = shown["states"]
    assert (states["model_family"], states["adopter_id"], states["hosting"]) == ("qwen", "tencent", None)


def test_reviewed_texts_become_labelled_rows(engine: Engine, yixun: Yixun) -> None:
    assert yixun("facts", "export").stdout == ""
    yixun("facts", "wrong", "adoption:1")
    yixun("facts", "edit", "funding:1", "investors=江河资本; 海川创投", "company=他山影像")
    (row,) = rows(yixun, "export")
    assert (row["id"], row["title"], row["text"], row["relevant"], row["topics"]) == ("item1", TITLE, TEXT, "yes", ["funding"])
    funding, figure = row["events"]
    assert funding == {
        "type": "funding",
        "company": "他山影像",
        "amount": "近亿元",
        "round": "B",
        "investors": ["江河资本", "海川创投"],
        "lead": ["江河资本"],
        "stage": "done",
        "kind": "venture",
        "background": False,
        "health": True,
    }
    assert (figure["type"], figure["subject"], figure["value"], figure["year"]) == ("figure", "AI影像市场", "210亿元", None)
    assert row["note"] == "not reviewed: figure:1; not in the text: 他山影像, 210亿元, AI影像市场"
