"""Keeping the store: the catalogue as rows, pruning, damage, the overview, savepoints and money."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, insert, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, select

from store.catalogue import sync_catalogue
from store.check import damage
from store.database import session_scope, utc_now
from store.errors import StoreError
from store.items import ReadItem, save_read
from store.judgings import Asked, some_to_judge
from store.models import (
    AiModel,
    Alert,
    Delivery,
    DigestIssue,
    FactReview,
    Fetch,
    FundingFact,
    HostDay,
    HostState,
    IssueEntry,
    Item,
    ItemKey,
    ItemVersion,
    Ledger,
    Organisation,
    Run,
    SourceState,
    Topic,
)
from store.overview import overview
from store.prune import prune
from store.search import index_items, index_missing, search
from store.settings import StoreSettings
from store.status import FetchStatus
from tests.store.rows import NOON, a_round, a_source, a_story, an_item


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


def test_pruning_takes_what_is_old_and_never_news(engine: Engine) -> None:
    with session_scope(engine) as session:
        fill_with_old_and_new(session)
    settings = StoreSettings(keep_turned_away_days=30, keep_fetch_days=14)
    counts = prune(engine, settings, now=NOON)
    removed = {
        "entries turned away": 1,
        "keys of stories": 1,
        "fetches": 2,
        "runs": 2,
        "days of hosts": 2,
        "turns at hosts": 0,
        "hosts": 1,
        "slots of jobs": 1,
        "alerts": 1,
    }
    assert counts == removed
    with session_scope(engine) as session:
        assert sorted(session.exec(select(HostState.host))) == ["kept.example", "waits.example"]
        assert len(session.exec(select(Item)).all()) == 7
        assert len(search(session, "医院", limit=100, with_turned_away=True)) == 7
        assert sorted((row.job, row.status) for row in session.exec(select(Ledger))) == [
            ("crawl", "done"),
            ("digest weekly", "done"),
            ("digest weekly", "done"),
        ]
    assert set(prune(engine, settings, now=NOON).values()) == {0}


def fill_with_old_and_new(session: Session) -> None:
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
    for job, days in (("crawl", 40), ("crawl", 39), ("digest weekly", 40), ("digest weekly", 20)):
        session.add(Ledger(job=job, slot=NOON - timedelta(days=days), status="done"))
    session.add(ItemKey(key=7, item_id=4711))
    for days in (40, 0):
        closed = NOON - timedelta(days=days)
        session.add(Alert(kind="source", subject="s", what="w", since=closed, seen_at=closed, closed_at=closed))


def test_nothing_goes_that_an_issue_or_a_fact_refers_to(engine: Engine) -> None:
    old = NOON - timedelta(days=400)
    with session_scope(engine) as session:
        a_source(session)
        told = {"first_seen_at": old, "text": "全文提到病理切片。", "summary": "摘要"}
        names = ("plain", "fact", "entry", "story", "reviewed")
        kept = {name: an_item(session, title=f"医院 {name}", **told) for name in names}
        away = {name: an_item(session, title=f"away {name}", status="turned_away", first_seen_at=old) for name in names}
        issue = DigestIssue(digest="d", period="p", starts_on=NOON.date(), ends_on=NOON.date(), built_at=NOON, language="en", subject="s")
        session.add(issue)
        session.flush()
        for group in (kept, away):
            a_round(session, group["fact"])
            story = a_story(session, group["story"])
            entries = ({"item_id": group["entry"].id}, {"story_id": story.id})
            session.add_all(IssueEntry(issue_id=issue.id or 0, section="funding", position=1, **one) for one in entries)
            session.add(FactReview(item_id=group["reviewed"].id or 0, fact_id="funding:9", verdict="wrong", who="me", said_at=NOON))
        session.add(ItemVersion(item_id=kept["plain"].id or 0, title="旧", text="旧的全文", replaced_at=old))
        index_items(session, [item.id or 0 for item in kept.values()])
    counts = prune(engine, StoreSettings(keep_turned_away_days=30, keep_body_days=90), now=NOON)
    assert (counts["entries turned away"], counts["bodies"]) == (1, 1)
    with session_scope(engine) as session:
        emptied = session.exec(select(Item).where(Item.text_removed_at != None)).one()  # noqa: E711
        assert (emptied.title, emptied.text, emptied.summary, emptied.text_removed_at) == ("医院 plain", "", "摘要", NOON)
        assert session.exec(select(ItemVersion.text)).one() == ""
        assert len(search(session, "病理切片")) == 4 and len(search(session, "医院 plain 摘要")) == 1
        # What was judged by a text that is gone keeps its judgement.
        again = some_to_judge(session, Asked(), "another version", after=0, limit=100)
        assert {item.title for item in again} == {f"医院 {name}" for name in names} - {"医院 plain"}
        save_read(session, [ReadItem(emptied.id or 0, {"text": "又有了全文。", "status": "kept"})], now=NOON)
    with session_scope(engine) as session:
        assert session.exec(select(Item).where(Item.title == "医院 plain")).one().text_removed_at is None


def test_pruning_lets_others_write_and_can_be_stopped(engine: Engine) -> None:
    old = NOON - timedelta(days=400)
    with session_scope(engine) as session:
        a_source(session)
        session.connection().execute(
            insert(Item),
            [
                {
                    **_PLAIN,
                    "identity": f"i{number}",
                    "title": f"第 {number} 篇",
                    "first_seen_at": old,
                    "changed_at": old,
                    "text": "正文。" * 500,
                }
                for number in range(3000)
            ],
        )
        index_missing(session)
    waits: list[float] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            began = time.monotonic()
            with session_scope(engine) as session:
                session.add(Ledger(job="crawl", slot=utc_now(), status="done"))
            waits.append(time.monotonic() - began)
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    asked = iter([False, False, False, True])
    first = prune(engine, StoreSettings(keep_turned_away_days=30), now=NOON, stopped=lambda: next(asked, True))["entries turned away"]
    rest = prune(engine, StoreSettings(keep_turned_away_days=30), now=NOON)["entries turned away"]
    over.set()
    writer.join()
    assert 0 < first < 3000 and first + rest == 3000
    assert len(waits) > 5 and max(waits) < 1


_PLAIN = {
    "source_id": "hospital-daily",
    "language": "zh",
    "status": "turned_away",
    "authors": [],
    "editors": [],
    "reasons": [],
}


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
