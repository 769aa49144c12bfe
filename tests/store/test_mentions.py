"""Names outside the catalogue, ranked, and what promoting one changes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, select

from store.mentions import link_name, unknown_names
from store.models import FundingFact, InvestorRow, Mention

from .rows import NOON, a_round, a_source, an_item


def named(session: Session, item_id: int, name: str, *, kind: str = "company", times: int = 1, id: str | None = None) -> None:
    session.add(
        Mention(
            item_id=item_id,
            target="organisation",
            target_id=id,
            as_written=name,
            kind=kind,
            found_by="rule",
            start=0,
            end=len(name),
            times=times,
        )
    )
    session.flush()


def test_names_rank_by_items_then_times(session: Session) -> None:
    a_source(session)
    first, second = (an_item(session, title=f"Item {n}").id or 0 for n in (1, 2))
    named(session, first, "青石云医")
    named(session, second, "青石云医", times=2)
    named(session, first, "白鹭基金", kind="investor", times=9)
    named(session, first, "智云健康", id="cloudr")
    rows = unknown_names(session)
    assert [(row["name"], row["items"], row["times"]) for row in rows] == [("青石云医", 2, 3), ("白鹭基金", 1, 9)]
    assert rows[0]["example"] == "Item 2"
    assert [row["name"] for row in unknown_names(session, kind="investor")] == ["白鹭基金"]


def test_old_and_turned_away_items_are_left_out(session: Session) -> None:
    a_source(session)
    old = an_item(session, title="old", first_seen_at=NOON - timedelta(days=40)).id or 0
    away = an_item(session, title="away", status="turned_away").id or 0
    named(session, old, "旧名科技")
    named(session, away, "别处科技")
    assert [row["name"] for row in unknown_names(session)] == ["旧名科技"]
    assert unknown_names(session, since=NOON - timedelta(days=7)) == []


def test_an_organisation_that_a_second_name_comes_to_counts_once_in_an_item(session: Session) -> None:
    a_source(session)
    both, one = (an_item(session, title=title).id or 0 for title in ("both", "one"))
    named(session, both, "青石", times=2, id="qingshi")
    named(session, both, "青石云医", times=3)
    named(session, one, "青石云医", times=4)
    link_name(session, "qingshi", ["青石云医"], "company")
    rows = session.connection().execute(text("SELECT item_id, as_written, times FROM v1_mentions ORDER BY item_id")).all()
    assert rows == [(both, "青石", 5), (one, "青石云医", 4)]


def test_linking_points_mentions_and_facts_at_the_organisation(session: Session) -> None:
    a_source(session)
    item = an_item(session)
    named(session, item.id or 0, "青石云医")
    named(session, item.id or 0, "青石云医科技", id="other")
    round_ = a_round(session, item, company="青石云医")
    session.add(InvestorRow(funding_id=round_.id or 0, position=0, name="青石云医", organisation_id=None))
    session.flush()
    assert link_name(session, "qingshi", ["青石云医", "Qingshi"], "company") == 1
    session.expire_all()
    assert sorted(str(id) for id in session.exec(select(Mention.target_id))) == ["other", "qingshi"]
    assert session.exec(select(FundingFact.company_id)).one() == "qingshi"
    assert session.exec(select(InvestorRow.organisation_id).where(InvestorRow.name == "青石云医")).one() == "qingshi"
    assert unknown_names(session) == []
