"""The views beyond items, facts and stories: who is named where, who invests, what sources bring by week, how facts changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import select

from store.database import session_scope
from store.items import ReadItem, save_judgements
from store.models import Fetch, Mention, Organisation, Run
from store.placed import place_all_names
from store.reviews import correct, review
from store.stories import refresh
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item
from tests.store.test_views import ask


def named(item_id: int | None, written: str, target_id: str | None = None, times: int = 1) -> Mention:
    """A mention of a hospital."""
    return Mention(
        item_id=item_id, target="organisation", target_id=target_id, as_written=written, kind="hospital", found_by="reader", start=0, end=1,
        times=times,
    )  # fmt: skip


def test_mentions_organisations_and_where_they_are(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        session.add(
            Organisation(id="huashan", kind="hospital", name_zh="华山医院", province="shanghai", city="上海", aliases=["HS", "华山"])
        )
        first, second = an_item(session, title="one"), an_item(session, title="two")
        mentions = [named(first.id, "华山", "huashan", 2), named(first.id, "HS", "huashan"), named(first.id, "湖州市第九医院")]
        save_judgements(session, [ReadItem(first.id or 0, {}, mentions=mentions)], now=NOON)
        session.add(named(second.id, "某医院"))
        an_adoption(session, first, adopter="湖州市第九医院")
        an_adoption(session, second, adopter_id="huashan", adopter="华山", model_version="R1")
    rows = ask(engine, "SELECT * FROM v1_mentions ORDER BY item_id, organisation_id DESC, as_written")
    told = {(row["organisation_id"], row["organisation"], row["province"], row["city"], row["times"]) for row in rows}
    assert len(rows) == 3
    assert told == {
        ("huashan", "华山医院", "shanghai", "上海", 3),
        (None, "湖州市第九医院", "zhejiang", "湖州", 1),
        (None, "某医院", None, None, 1),
    }
    assert {row["week"] for row in rows} == {"2026-W47"}
    assert ask(engine, "SELECT aliases, mentions, city FROM v1_organisations") == [{"aliases": "HS, 华山", "mentions": 2, "city": "上海"}]
    facts = ask(engine, "SELECT subject, subject_kind, province, city, model_version FROM v1_facts ORDER BY fact_id")
    assert [tuple(row.values()) for row in facts] == [
        ("湖州市第九医院", "hospital", "zhejiang", "湖州", None),
        ("华山", "hospital", "shanghai", "上海", "R1"),
    ]
    with session_scope(engine) as session:
        session.add(named(second.id, "宁波市第八医院"))
        place_all_names(session)
    assert ask(engine, "SELECT COUNT(*) AS n FROM v1_mentions WHERE province = 'zhejiang'") == [{"n": 2}]


def test_investors_are_rows_of_their_own(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        session.add(Organisation(id="hillhouse", kind="investor", name_zh="高瓴"))
        first = an_item(session, title="one")
        story = a_story(session, first)
        second = an_item(session, title="two", story_id=story.id)
        investors = [{"id": "hillhouse", "name": "Hillhouse", "lead": True}, {"id": None, "name": "江河资本", "lead": False}]
        a_round(session, first, investors=investors)
        a_round(session, second, investors=investors)
        refresh(session, [story.id or 0], now=NOON)
    rows = ask(engine, "SELECT * FROM v1_investors WHERE counted = 1 ORDER BY position")
    assert [(row["investor"], row["investor_id"], row["investor_kind"], row["lead"], row["position"]) for row in rows] == [
        ("高瓴", "hillhouse", "investor", 1, 1),
        ("江河资本", None, None, 0, 2),
    ]
    assert (rows[0]["company"], rows[0]["cny_low"], rows[0]["week"]) == ("某影像公司", 100000000, "2026-W47")
    assert ask(engine, "SELECT COUNT(*) AS n FROM v1_investors") == [{"n": 4}]


def test_weeks_of_sources_with_items_and_without(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        a_source(session, id="silent", name="Silent")
        an_item(session, title="kept")
        an_item(session, title="away", status="turned_away", relevant=False)
        an_item(session, title="off topic", relevant=False)
        run = Run(started_at=NOON)
        session.add(run)
        session.flush()
        for source, status, moment in [
            ("hospital-daily", "ok", NOON),
            ("hospital-daily", "failed", NOON),
            ("silent", "failed", NOON + timedelta(days=7)),
        ]:
            session.add(Fetch(run_id=run.id, source_id=source, url="https://hospital.example/", started_at=moment, status=status))
    rows = ask(engine, "SELECT source_id, week, source, entries, kept, relevant, fetches, failed FROM v1_sources_by_week ORDER BY week")
    assert [tuple(row.values()) for row in rows] == [
        ("hospital-daily", "2026-W47", "Hospital Daily", 3, 2, 1, 2, 1),
        ("silent", "2026-W48", "Silent", 0, 0, 0, 1, 1),
    ]


def test_sources_are_counted_in_any_week_that_news_can_have(engine: Engine) -> None:
    thursdays = [date(1970, 1, 1) + timedelta(weeks=number) for number in range(6784)]
    assert thursdays[-1] == date(2099, 12, 31)
    with engine.connect() as connection:
        weeks = connection.exec_driver_sql("SELECT week FROM calendar_week ORDER BY week").scalars().all()
    assert weeks == [f"{day:%G-W%V}" for day in thursdays]
    with session_scope(engine) as session:
        a_source(session)
        for day in (datetime(1995, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)):
            an_item(session, title=str(day), published_at=day)
    rows = ask(engine, "SELECT week, entries FROM v1_sources_by_week ORDER BY week DESC")
    assert [tuple(row.values()) for row in rows] == [("2026-W53", 1), ("1994-W52", 1)]


def test_a_story_tells_its_sources_and_when_it_became_official(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        a_source(session, id="ministry", name="Ministry", tier="official")
        first = an_item(session, title="one")
        story = a_story(session, first)
        later = NOON + timedelta(hours=5)
        an_item(session, title="two", story_id=story.id, relation="reprint", first_seen_at=later)
        an_item(session, title="three", story_id=story.id, source_id="ministry", published_at=later, first_seen_at=later)
        session.add(named(first.id, "某医院"))
        a_round(session, first)
        refresh(session, [story.id or 0], now=later)
    row = ask(engine, "SELECT * FROM v1_stories")[0]
    assert (row["source_ids"], row["first_source_id"], row["source_id"]) == ("hospital-daily, ministry", "hospital-daily", "ministry")
    assert (row["official_at"], row["reprints"], row["items"], row["facts"]) == ("2026-11-17T09:00:00Z", 1, 3, 1)
    assert (row["organisations"], row["models"]) == ("某医院", None)


def test_the_past_of_facts_can_be_asked(engine: Engine) -> None:
    """Found, read anew, corrected by a person, and no more there: each step is a row, and earlier sums come back."""
    found, again, gone = NOON, NOON + timedelta(days=1), NOON + timedelta(days=3)
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        row = a_round(session, item, investors=[])
        other = an_adoption(session, item)
        values = {name: getattr(row, name) for name in type(row).model_fields if name != "id"}
        kept = {name: getattr(other, name) for name in type(other).model_fields if name != "id"}
        for fact in (row, other):
            session.delete(fact)
        session.flush()
        adoption, funding = type(other), type(row)
        judged = {"judged_with": "v1"}
        save_judgements(session, [ReadItem(item.id or 0, judged, facts=[funding(**values), adoption(**kept)])], now=found)
        values |= {"cny_low": Decimal("200000000"), "announced_on": date(2026, 11, 16)}
        judged = {"judged_with": "v2"}
        save_judgements(session, [ReadItem(item.id or 0, judged, facts=[funding(**values), adoption(**kept)])], now=again)
        save_judgements(session, [ReadItem(item.id or 0, judged, facts=[funding(**values)])], now=gone)
        now_there = session.exec(select(funding)).one()
        review(session, now_there, "right", who="Ann", now=gone)
        correct(session, now_there, "round", "C", {"round": "C"}, who="Ann", now=gone)
    rows = ask(engine, "SELECT * FROM v1_fact_changes ORDER BY changed_at, change_id")
    assert [(row["change"], row["type"], row["who"], row["field"], row["before"], row["after"]) for row in rows[:4]] == [
        ("gained", "funding", "judge v1", None, None, None),
        ("gained", "adoption", "judge v1", None, None, None),
        ("changed", "funding", "judge v2", "cny_low", "100000000.00", "200000000.00"),
        ("changed", "funding", "judge v2", "announced_on", "2026-11-17", "2026-11-16"),
    ]
    lost, right, edited = rows[4:]
    assert (lost["change"], lost["type"]) == ("lost", "adoption") and '"adopter": "某医院"' in lost["before"]
    assert (right["change"], right["who"], right["type"]) == ("right", "Ann", "funding")
    assert (edited["change"], edited["field"], edited["after"]) == ("edited", "round", "C")
    assert {row["week"] for row in rows} == {"2026-W47"}
