"""An old week as it was known then, and what is told otherwise now."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, select

from reports.as_of import edition_as_of
from reports.difference import differences
from reports.digest import make_edition
from reports.labels import Labels, subject_line, warnings
from reports.plain import text
from store.database import session_scope
from store.entries import Entry
from store.errors import UsageError
from store.items import save_entries
from store.migrate import open_store
from store.models import Fetch, Item, Judging, Run, SourceState
from store.reviews import correct, review
from store.settings import StoreSettings
from store.stories import merge, refresh, split
from tests.store.rows import NOON, READ, a_round, a_story, an_adoption, an_item, grouped, with_topics

from .command import run
from .conftest import an_order

THEN = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # known by the evening of the 23rd
LATER = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


def a_poll(session: Session, *, at: datetime, source: str = "hospital-daily") -> None:
    """An answer of a source at a moment."""
    run_row = Run(started_at=at, finished_at=at, status="done")
    session.add(run_row)
    session.flush()
    session.add(Fetch(run_id=run_row.id, source_id=source, url="https://hospital.example/feed", started_at=at, status="ok"))
    session.flush()


@pytest.fixture
def history(newsroom: Session) -> Session:
    """A week that was read by the 23rd, and much that people and crawls changed of it since."""
    for source in ("hospital-daily", "wire"):
        a_poll(newsroom, at=READ, source=source)
    round_item = an_item(newsroom, title="某影像公司完成近亿元B轮融资", fetched_at=NOON)
    story = a_story(newsroom, round_item)
    told = a_round(newsroom, round_item)
    with_topics(newsroom, round_item, "funding")
    adoption_item = an_item(newsroom, title="某医院部署DeepSeek", fetched_at=NOON, found_at="feed", entry_title="某医院部署DeepSeek")
    adopted = a_story(newsroom, adoption_item)
    adoption = an_adoption(newsroom, adoption_item)
    doubted = an_item(newsroom, title="某药企牵手云厂商", fetched_at=NOON)
    other = a_story(newsroom, doubted)
    refresh(newsroom, [story.id or 0, adopted.id or 0, other.id or 0], now=THEN)
    # Since then: a sum corrected, an adoption called wrong, a headline edited, two stories merged, a late item, a fact of a later judging.
    amount = {"amount_as_written": "2亿元", "cny_low": Decimal(200_000_000), "cny_high": Decimal(200_000_000)}
    correct(newsroom, told, "amount", "2亿元", amount, who="ann", now=LATER)
    review(newsroom, adoption, "wrong", who="ann", now=LATER)
    edited = Entry(title="某医院并未部署DeepSeek", link=adoption_item.link, language="zh")
    adoption_item.link_key = "hospital.example/" + str(adoption_item.link).rpartition("/")[2]
    newsroom.flush()
    saved = save_entries(newsroom, "hospital-daily", [edited], found_at="feed", now=LATER, backlog=False)
    assert saved.changed == 1
    adoption_item.status, adoption_item.fetched_at = "kept", LATER
    merge(newsroom, story.id or 0, other.id or 0, by="person", reason="one event", now=LATER)
    late = an_item(newsroom, title="补录的一条旧闻", first_seen_at=LATER, fetched_at=LATER, changed_at=LATER)
    a_story(newsroom, late)
    a_round(newsroom, doubted, company="后来读出的公司", evidence="后来读出的公司完成A轮融资。", recorded_at=LATER)
    newsroom.flush()
    return newsroom


def test_the_week_is_told_as_it_was_known(history: Session) -> None:
    order = an_order()
    then, now = edition_as_of(history, order, DAY), make_edition(history, order)
    told, telling = text(then), text(now)
    assert "近亿元" in told and "2亿元" in telling and "2亿元" not in told
    assert "某医院部署DeepSeek" in told and "并未部署" in telling and "并未部署" not in told
    assert (then.totals.adoptions, now.totals.adoptions) == (1, 0)
    assert (then.totals.stories, then.coverage.read) == (3, 2)
    assert "补录的一条旧闻" in telling and "补录的一条旧闻" not in told
    assert "后来读出的公司" not in told
    assert then.unknown == {"facts": 1, "pages": 1}
    assert subject_line(then).startswith("[as of 2026-11-23] ") and then.name == "weekly-2026-W47-as-of-2026-11-23"
    assert warnings(then, Labels("en")) == [
        "AS OF 2026-11-23: this is what was known then, selected by today's rules.",
        "Items whose page was read again since, so that facts of then may be missing: 1.",
        "Facts left out because they were found or changed by later judging: 1.",
    ]
    # Nothing of it stays: the store tells what it told before.
    history.flush()
    assert make_edition(history, order) == now
    assert history.exec(select(Item).where(Item.title == "补录的一条旧闻")).one().status == "kept"


def test_what_was_not_read_or_not_asked_by_then_is_not_known(history: Session) -> None:
    a_poll(history, at=NOON)
    early = edition_as_of(history, an_order(), date(2026, 11, 22))
    assert (early.coverage.read, early.coverage.enabled) == (0, 2)
    unread = an_item(history, title="当时还没读到的一篇", fetched_at=LATER)
    a_story(history, unread)
    state = history.get_one(SourceState, "wire")
    state.status, state.status_since = "failing", LATER
    history.add(Judging(asked="all", judged_with="2", started_at=LATER, finished_at=LATER, judged=4))
    history.flush()
    then = edition_as_of(history, an_order(), DAY)
    assert "当时还没读到的一篇" not in text(then)
    assert (then.unknown["sources"], then.unknown["judged"], then.health.ok) == (1, 3, 2)
    assert then.coverage.pages_waiting == 1
    for fetch in history.exec(select(Fetch)):
        history.delete(fetch)
    history.flush()
    assert edition_as_of(history, an_order(), DAY).unknown["polls"] == 2
    with pytest.raises(UsageError, match="is still to come"):
        edition_as_of(history, an_order(), date(2026, 11, 24))


def test_what_was_parted_since_was_one_story(newsroom: Session) -> None:
    a_poll(newsroom, at=READ)
    first, second = (an_item(newsroom, title=title, fetched_at=NOON) for title in ("甲医院上线智能分诊", "乙医院上线智能分诊"))
    story = a_story(newsroom, first)
    second.story_id, second.relation = story.id, "same_event"
    refresh(newsroom, [story.id or 0], now=THEN)
    split(newsroom, story.id or 0, [second.id or 0], by="person", reason="two hospitals", now=LATER)
    assert make_edition(newsroom, an_order()).totals.stories == 2
    assert edition_as_of(newsroom, an_order(), DAY).totals.stories == 1


def test_differences_are_figures_and_lines_gained_lost_and_changed(history: Session) -> None:
    order = an_order()
    found = differences(edition_as_of(history, order, DAY), make_edition(history, order))
    by_change = {(one.change, one.what): one for one in found if one.what != "figure"}
    assert {one.name for one in found if one.what == "figure"} >= {"adoptions", "raised_cny"}
    assert by_change["changed", "funding_table"].fields["amount"] == ("近亿元", "2亿元")
    lost = [(one.what, one.name) for one in found if one.change == "lost"]
    assert any(what == "adoption_table" for what, _ in lost)
    assert "补录的一条旧闻" in [one.name for one in found if one.change == "gained"]
    same = make_edition(history, order)
    assert differences(same, same) == []


def test_on_the_command_line(config: Path, tmp_path: Path) -> None:
    assert run(config, "build", "weekly", "--week", "2026-W47").exit_code == 0
    engine = open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'store.db'}"))
    with session_scope(engine) as session:
        an_item(session, title="后来才发现的一条相关新闻", first_seen_at=NOON + timedelta(days=1))
        grouped(session)
    engine.dispose()
    lines = run(config, "diff", "weekly-2026-W47", "weekly-2026-W47@now", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"change": "changed", "what": "figure", "name": "stories", "fields": {"value": [1, 2]}},
        {"change": "gained", "what": "other", "name": "后来才发现的一条相关新闻", "fields": {}},
    ]
    shown = run(config, "diff", "weekly-2026-W47@2026-11-17", "weekly-2026-W47@2026-11-18")
    assert "~ figure: stories (value: 1 → 2)" in shown.stdout and "+ other: 后来才发现的一条相关新闻" in shown.stdout
    assert "they tell the same" in run(config, "diff", "weekly", "weekly-2026-W47").stderr
    built = run(config, "build", "weekly", "--week", "2026-W47", "--as-of", "2026-11-22")
    assert Path(built.stdout.splitlines()[0]).name == "weekly-2026-W47-as-of-2026-11-22.html"
    assert "AS OF 2026-11-22" in built.stderr
    for words, message in (
        (("build", "weekly", "--week", "2026-W47", "--as-of", "2026-11-18"), "was not over on 2026-11-18"),
        (("diff", "weekly-2026-W47@soon", "weekly"), "expected a day"),
        (("diff", "monthly-2026-W47", "weekly"), "there is no such issue"),
    ):
        refused = run(config, *words)
        assert isinstance(refused.exception, UsageError) and message in str(refused.exception)
    assert run(config, "build", "weekly", "--as-of", "2026-11-18", "--rebuild").exit_code == 2
