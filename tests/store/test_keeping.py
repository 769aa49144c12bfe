"""Keeping the store: the catalogue as rows, pruning, damage, the overview, savepoints and money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from store.catalogue import sync_catalogue
from store.check import damage
from store.database import session_scope
from store.errors import StoreError
from store.models import (
    AiModel,
    Delivery,
    DigestIssue,
    Fetch,
    FundingFact,
    HostDay,
    Item,
    Ledger,
    Organisation,
    Run,
    SourceState,
    Topic,
)
from store.overview import overview
from store.prune import prune
from store.search import index_items, search
from store.settings import StoreSettings
from tests.store.rows import NOON, a_round, a_source, an_item


def test_the_catalogue_follows_what_is_given(session: Session) -> None:
    tencent = {"id": "tencent", "kind": "company", "name_zh": "腾讯", "aliases": ["Tencent"]}
    models = [{"id": "qwen", "family": "qwen", "name": "Qwen"}]
    topics = [{"id": "funding", "position": 0, "name_en": "Funding", "name_zh": "融资"}]
    old = {"id": "old", "kind": "agency", "name_en": "Old"}
    sync_catalogue(session, organisations=[tencent, old], models=models, topics=topics)
    sync_catalogue(session, organisations=[{**tencent, "ticker": "0700.HK"}], models=models, topics=[])
    assert [(row.id, row.ticker, row.aliases) for row in session.exec(select(Organisation))] == [("tencent", "0700.HK", ["Tencent"])]
    assert [row.id for row in session.exec(select(AiModel))] == ["qwen"]
    assert session.exec(select(Topic)).all() == []


def test_pruning_takes_what_is_old_and_never_news(session: Session) -> None:
    settings = StoreSettings(keep_turned_away_days=30, keep_fetch_days=14)
    a_source(session)
    for days in (0, 10, 20, 40):
        moment = NOON - timedelta(days=days)
        for status in ("kept", "turned_away"):
            item = an_item(session, title=f"医院{status}{days}", status=status, first_seen_at=moment)
            index_items(session, [item.id or 0])
        run = Run(started_at=moment, status="done")
        session.add(run)
        session.flush()
        session.add(Fetch(run_id=run.id, source_id="hospital-daily", url="u", started_at=moment, status="ok"))
        session.add(HostDay(host="hospital.example", day=moment.date()))
    session.flush()
    counts = prune(session, settings, now=NOON)
    assert counts == {"entries turned away": 1, "fetches": 2, "runs": 2, "days of hosts": 2}
    assert len(session.exec(select(Item)).all()) == 7
    assert len(search(session, "医院", limit=100, with_turned_away=True)) == 7
    assert set(prune(session, settings, now=NOON).values()) == {0}


def test_a_whole_store_has_no_damage_and_a_lost_index_is_named(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        index_items(session, [item.id or 0])
    assert damage(engine) == []
    with session_scope(engine) as session:
        session.connection().execute(text("DELETE FROM item_search"))
    assert damage(engine) == ["1 items are missing from the search index"]


def test_the_overview_counts_what_is_there(session: Session) -> None:
    assert overview(session).last_run is None
    a_source(session)
    a_source(session, id="off", enabled=False)
    a_source(session, id="bad")
    bad = session.get_one(SourceState, "bad")
    bad.status, bad.status_reason = "failing", "answers 500, 3 times in a row"
    a_round(session, an_item(session))
    an_item(session, title="away", status="turned_away", relevant=False)
    run = Run(started_at=NOON, status="partly", asked=["bad"])
    issue = DigestIssue(
        digest="weekly", period="2026-W47", starts_on=NOON.date(), ends_on=NOON.date(), built_at=NOON, language="en", subject="s"
    )
    session.add_all([run, issue, Ledger(job="digest weekly", slot=NOON, status="missed", note="asleep")])
    session.flush()
    session.add(Fetch(run_id=run.id, source_id="bad", url="u", started_at=NOON, status="failed"))
    session.add(Delivery(issue_id=issue.id, recipient="a@example.org", message_id="m", state="sent"))
    session.flush()
    seen = overview(session)
    assert (seen.items, seen.relevant, seen.facts["funding"]) == ({"kept": 1, "turned_away": 1}, 1, 1)
    assert seen.sources == {"ok": 1, "disabled": 1, "failing": 1}
    assert [(one.source, one.reason) for one in seen.troubles] == [("bad", "answers 500, 3 times in a row")]
    assert (seen.failed_fetches, seen.issues[0].mails) == (1, {"sent": 1})
    assert [slot.note for slot in seen.open_slots] == ["asleep"]


def test_a_savepoint_goes_with_its_transaction(engine: Engine) -> None:
    with pytest.raises(RuntimeError), session_scope(engine) as session:
        with session.begin_nested():
            a_source(session)
        raise RuntimeError
    with session_scope(engine) as session:
        assert session.connection().execute(text("SELECT count(*) FROM source")).scalar() == 0


@pytest.mark.parametrize("sum_", ["0.01", "9999999999999.99", "3541070000", "14200000000000"])
def test_money_comes_back_as_it_went_in(engine: Engine, sum_: str) -> None:
    with session_scope(engine) as session:
        a_source(session)
        a_round(session, an_item(session), amount_low=Decimal(sum_))
    with session_scope(engine) as session:
        assert session.exec(select(FundingFact.amount_low)).one() == Decimal(sum_)


def test_a_time_without_zone_is_refused(session: Session) -> None:
    a_source(session)
    with pytest.raises(Exception, match="naive time") as caught:
        an_item(session, published_at=NOON.replace(tzinfo=None))
    assert isinstance(caught.value.__cause__ or caught.value, StoreError)
    session.rollback()
