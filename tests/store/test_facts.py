"""Facts of an item that is judged again: what is the same keeps its number, and what a person said stands."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from store.database import session_scope
from store.errors import StoreError
from store.facts import compare_facts, facts_of_items, replace_facts
from store.models import AdoptionFact, FactReview, FundingFact, InvestorRow, Item, fact_id, fact_table
from store.queries import run_query
from store.reviews import correct, find_fact, list_facts, review, reviewed_items, reviews_of
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item

LATER = NOON + timedelta(days=1)


@pytest.fixture
def item(session: Session) -> Item:
    """An item with a story."""
    a_source(session)
    item = an_item(session)
    a_story(session, item)
    return item


def read_again(row: Any, **values: Any) -> Any:
    """The same fact as judging would find it once more, with some values changed."""
    kept = {name: getattr(row, name) for name in type(row).model_fields if name not in ("id", "reviewed", "as_read")}
    return type(row)(**{**kept, "recorded_at": LATER, **values})


def test_a_fact_found_again_keeps_its_row_and_one_that_changed_says_how(session: Session, item: Item) -> None:
    kept, changed, lost = (
        a_round(session, item),
        an_adoption(session, item, stage="planned"),
        an_adoption(session, item, adopter="海川医院"),
    )
    gained = an_adoption_elsewhere(item)
    found = [read_again(kept, confidence=0.7), read_again(changed, stage="live"), gained]
    changes = {change.change: change for change in replace_facts(session, {item.id: found})[item.id]}
    assert set(changes) == {"changed", "lost", "gained"}
    assert (changes["changed"].row, dict(changes["changed"].before)) == (changed, {"stage": "planned"})
    assert changes["lost"].row is lost
    assert changes["gained"].row is gained
    session.expire_all()
    assert {fact_id(row) for row in facts_of_items(session, [item.id])[item.id]} == {"funding:1", "adoption:1", fact_id(gained)}
    assert (kept.confidence, kept.recorded_at, changed.stage, changed.recorded_at) == (0.7, NOON, "live", LATER)


def an_adoption_elsewhere(item: Item) -> AdoptionFact:
    values = {"evidence": "另一家医院上线通义千问。", "evidence_start": 40, "evidence_end": 52, "confidence": 0.9, "found_by": "reader"}
    return AdoptionFact(item_id=item.id, adopter="另一家医院", model="通义千问", model_family="qwen", recorded_at=LATER, **values)


def test_comparing_says_the_same_and_writes_nothing(session: Session, item: Item) -> None:
    a_round(session, item)
    row = an_adoption(session, item, stage="planned")
    found = [read_again(row, stage="live"), an_adoption_elsewhere(item)]
    told = compare_facts(facts_of_items(session, [item.id])[item.id], found)
    assert sorted(change.change for change in told) == ["changed", "gained", "lost"]
    session.rollback()


def test_investors_follow_their_round(session: Session, item: Item) -> None:
    row = a_round(session, item)
    replace_facts(session, {item.id: [read_again(row, investors=[{"id": None, "name": "海川创投", "lead": False}])]})
    assert [(one.name, one.lead) for one in session.exec(select(InvestorRow))] == [("海川创投", False)]
    replace_facts(session, {item.id: []})
    session.flush()
    assert not session.exec(select(InvestorRow)).all() and not session.exec(select(FundingFact)).all()


def test_two_rounds_of_one_company_stay_apart(session: Session, item: Item) -> None:
    first, second = a_round(session, item, round="A"), a_round(session, item, round="B", amount_low=Decimal(200_000_000))
    changes = replace_facts(session, {item.id: [read_again(second), read_again(first)]})[item.id]
    assert changes == []


def test_a_wrong_fact_stays_wrong_however_it_is_read_again(session: Session, item: Item) -> None:
    row = an_adoption(session, item)
    review(session, row, "wrong", who="anna", now=NOON)
    for again in (read_again(row), read_again(row, stage="expanded", product="病历助手", confidence=0.99)):
        assert replace_facts(session, {item.id: [again]})[item.id] == []
    assert replace_facts(session, {item.id: []})[item.id] == []
    session.flush()
    (kept,) = session.exec(select(AdoptionFact)).all()
    assert (kept.reviewed, kept.stage) == ("wrong", "live")


def test_another_fact_about_the_same_subject_is_not_taken_for_the_wrong_one(session: Session, item: Item) -> None:
    row = an_adoption(session, item)
    review(session, row, "wrong", who="anna", now=NOON)
    other = read_again(row, model="通义千问", model_family="qwen", evidence="某医院上线通义千问。")
    assert [change.change for change in replace_facts(session, {item.id: [other]})[item.id]] == ["gained"]


def test_what_a_person_wrote_stands_also_where_it_names_another_subject(session: Session, item: Item) -> None:
    row = an_adoption(session, item)
    correct(session, row, "adopter", "海川医院", {"adopter": "海川医院", "adopter_id": None}, who="bo", now=NOON)
    correct(session, row, "stage", "pilot", {"stage": "pilot"}, who="bo", now=NOON)
    assert replace_facts(session, {item.id: [read_again(row, adopter="某医院", stage="live")]})[item.id] == []
    assert (row.adopter, row.stage, row.reviewed) == ("海川医院", "pilot", "edited")
    assert row.as_read == {"adopter": "某医院", "adopter_id": None, "stage": "live"}
    said = reviews_of(session, row)
    assert [(one.verdict, one.field, one.after, one.who) for one in said] == [
        ("edited", "adopter", "海川医院", "bo"),
        ("edited", "stage", "pilot", "bo"),
    ]


def test_reviews_go_with_their_item(session: Session, item: Item) -> None:
    review(session, a_round(session, item), "right", who="anna", now=NOON)
    assert [(one.id, len(facts)) for one, facts in reviewed_items(session)] == [(item.id, 1)]
    session.delete(item)
    session.flush()
    assert not session.exec(select(FactReview)).all()


@pytest.mark.parametrize("wanted", ["funding:2", "funding:", "funding", "item:1", "funding:1x", "funding:99999999999999999999", "", ":"])
def test_a_fact_that_is_not_there_is_said_so(session: Session, item: Item, wanted: str) -> None:
    a_round(session, item)
    with pytest.raises(StoreError, match="no such fact"):
        find_fact(session, wanted)


def test_facts_are_listed_by_what_is_known_of_them(session: Session, item: Item) -> None:
    sure, unsure = a_round(session, item), an_adoption(session, item, confidence=0.4)
    review(session, sure, "right", who="anna", now=NOON)
    session.flush()

    def ids(**rules: Any) -> list[str]:
        return [row["fact_id"] for row in list_facts(session, limit=10, **rules)]

    assert ids() == ["adoption:1", "funding:1"]
    assert ids(reviewed=True) == ids(type="funding") == ["funding:1"]
    assert ids(reviewed=False) == ids(below=0.5) == [fact_id(unsure)]
    assert ids(item_id=item.id + 1) == []


def test_the_view_tells_reviews_and_counts_no_wrong_fact(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        a_story(session, item)
        wrong, right = an_adoption(session, item, confidence=0.99), an_adoption(session, item, confidence=0.3)
        review(session, wrong, "wrong", who="anna", now=NOON)
        review(session, right, "right", who="anna", now=NOON)
        session.add(fact_table("figure")(**a_figure(item), value="超420亿元", year="2030"))
        session.add(fact_table("figure")(**a_figure(item), value="210亿元", year="2025"))
    sql = "SELECT fact_id, counted, reviewed, health, value, period FROM v1_facts ORDER BY fact_id"
    assert run_query(engine, sql, max_rows=9, seconds=20).rows == [
        ("adoption:1", 0, "wrong", 1, None, None),
        ("adoption:2", 1, "right", 1, None, None),
        ("figure:1", 1, None, 1, "超420亿元", "2030"),
        ("figure:2", 1, None, 1, "210亿元", "2025"),
    ]


def a_figure(item: Item) -> dict[str, Any]:
    shared = {"evidence": "e", "evidence_start": 0, "evidence_end": 1, "confidence": 0.9, "found_by": "reader", "recorded_at": NOON}
    return {"item_id": item.id, "subject": "AI医学影像市场", **shared}
