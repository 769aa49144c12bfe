"""Keeping the store: the catalogue as rows, pruning, damage, the overview, savepoints and money."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, select

from store.catalogue import sync_catalogue
from store.check import damage
from store.database import session_scope
from store.errors import StoreError
from store.items import ReadItem, save_read
from store.models import (
    AiModel,
    Delivery,
    DigestIssue,
    Fetch,
    FundingFact,
    HostDay,
    HostState,
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
from store.status import FetchStatus
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


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The statements that the database gets during the block, with how many rows each."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, _context: object, many: bool) -> None:
        seen.append(f"{statement} × {len(parameters) if many and isinstance(parameters, list) else 1}")

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(bind, "before_cursor_execute", note)


def test_a_catalogue_that_is_the_same_is_not_compared_again(session: Session) -> None:
    topics = [{"id": "funding", "position": 0, "name_en": "Funding", "name_zh": "融资"}]
    organisations = [{"id": f"o{number}", "kind": "company", "name_zh": f"公司{number}", "aliases": []} for number in range(50)]
    sync_catalogue(session, organisations=organisations, models=[], topics=topics)
    session.flush()
    session.expire_all()
    with statements(session) as seen:
        sync_catalogue(session, organisations=organisations, models=[], topics=topics)
    assert len(seen) == 3 and all("catalogue_digest" in one for one in seen)
    organisations[7]["name_zh"] = "新名"
    sync_catalogue(session, organisations=organisations, models=[], topics=topics)
    assert session.get_one(Organisation, "o7").name_zh == "新名"


def test_an_article_is_indexed_once_when_it_is_saved(session: Session) -> None:
    a_source(session)
    items = [an_item(session, title=f"医院上线第 {number} 套系统", status="pending") for number in range(3)]
    with statements(session) as seen:
        save_read(session, [ReadItem(item.id or 0, {"text": "全文提到病理切片。", "status": "kept"}) for item in items], now=NOON)
    assert [one.rpartition(" × ")[2] for one in seen if one.startswith("INSERT INTO item_search")] == ["3"]
    assert len(search(session, "病理切片", limit=10)) == 3


@pytest.mark.parametrize(
    ("table", "column"),
    [("delivery", "state"), ("fetch", "status"), ("item", "status"), ("ledger", "status"), ("run", "status"), ("source_state", "status")],
)
def test_no_table_takes_a_word_that_means_nothing(engine: Engine, table: str, column: str) -> None:
    names = {constraint["name"] for constraint in inspect(engine).get_check_constraints(table)}
    assert f"ck_{table}_{column}" in names
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        session.add(Run(started_at=NOON))
        session.flush()
        session.add(Fetch(run_id=1, source_id=item.source_id, url="u", started_at=NOON, status=FetchStatus.ok))
        session.add(Ledger(job="prune", slot=NOON))
        issue = DigestIssue(digest="d", period="p", starts_on=NOON.date(), ends_on=NOON.date(), built_at=NOON, language="en", subject="s")
        session.add(issue)
        session.flush()
        session.add(Delivery(issue_id=issue.id or 0, recipient="r@example.org", message_id="<m>"))
    with pytest.raises(IntegrityError), session_scope(engine) as session:
        session.execute(text(f"UPDATE \"{table}\" SET {column} = 'finished'"))


def test_a_word_that_means_nothing_never_reaches_the_database(session: Session) -> None:
    a_source(session)
    with pytest.raises(StatementError, match="finished"):
        an_item(session, status="finished")
    session.rollback()


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
    for host, days, wait in (("gone.example", 40, None), ("kept.example", 20, None), ("waits.example", 40, NOON + timedelta(hours=1))):
        session.add(HostState(host=host, robots_text="User-agent: *", robots_fetched_at=NOON - timedelta(days=days), wait_until=wait))
    session.flush()
    counts = prune(session, settings, now=NOON)
    assert counts == {"entries turned away": 1, "fetches": 2, "keys of stories": 0, "runs": 2, "days of hosts": 2, "hosts": 1}
    assert sorted(session.exec(select(HostState.host))) == ["kept.example", "waits.example"]
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
