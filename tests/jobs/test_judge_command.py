"""`yixun judge`: stored items judged again, stopped and gone on with, while people's word and built issues stand."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from crawler.judge.document import Document
from crawler.judge.facts import Judgement
from crawler.judge.judging import Judge
from jobs.judge_again import Broken, ItemChange, judge_again
from store.database import session_scope
from store.judgings import Asked, faults
from store.migrate import open_store
from store.models import DigestIssue, FundingFact, IssueEntry, Item, ItemTopic, Judging
from store.reviews import review
from store.settings import StoreSettings
from tests.databases import postgresql_in_soak
from tests.jobs.command import Yixun, as_process
from tests.locking import kill_holder
from tests.store.rows import NOON, a_round, a_source, an_adoption, an_item, grouped, with_topics

TITLE = "病理AI企业云桥医疗完成A轮融资"
TEXT = "云桥医疗宣布完成5000万元A轮融资。医生用其人工智能软件阅片。"


@pytest.fixture
def engine(store_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A store with an item that old rules judged otherwise, one that was turned away and one that waits for its article."""
    engine = open_store(store_settings)
    monkeypatch.setenv("YIXUN_STORE__URL", store_settings.url.get_secret_value())
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session, title=TITLE, text=TEXT, relevant=False, judged_with="old")
        with_topics(session, item, "elder_care")
        an_adoption(session, item)
        an_item(session, title="手术机器人出海", status="turned_away", judged_with="")
        an_item(session, title="等待全文", status="pending", judged_with="")
    yield engine
    engine.dispose()


def judged(session: Session) -> tuple[bool, list[str], list[str]]:
    """What the store says of the first item: relevance, topics, companies that raised money."""
    topics = session.exec(select(ItemTopic.topic_id).where(ItemTopic.item_id == 1).order_by(ItemTopic.topic_id))
    return session.get_one(Item, 1).relevant, list(topics), list(session.exec(select(FundingFact.company)))


def test_a_dry_run_tells_what_would_change_and_writes_nothing(engine: Engine, yixun: Yixun) -> None:
    change, run = map(json.loads, yixun("judge", "--outdated", "--dry-run", "--json").stdout.splitlines())
    assert (change["item"], change["relevant"], change["topics_lost"]) == (1, [False, True], ["elder_care"])
    assert "funding" in change["topics_gained"]
    facts = {(fact["change"], fact["type"], fact["subject"]) for fact in change["facts"]}
    assert facts == {("gained", "funding", "云桥医疗"), ("lost", "adoption", "某医院")}
    assert (run["judged"], run["gained"], run["lost"], run["changed"], run["dry_run"]) == (1, 1, 1, 0, True)
    with session_scope(engine) as session:
        assert judged(session) == (False, ["elder_care"], [])
        assert session.exec(select(Judging)).all() == []
        assert session.get_one(Item, 1).judged_with == "old"


def test_outdated_items_are_judged_once(engine: Engine, yixun: Yixun) -> None:
    told = yixun("judge", "--outdated").stdout
    assert "relevant now" in told and "+ funding funding:1: 云桥医疗" in told and "- adoption adoption:1: 某医院" in told
    assert told.splitlines()[-1] == "1 items judged: 1 facts gained, 1 lost, 0 changed"
    with session_scope(engine) as session:
        relevant, topics, companies = judged(session)
        assert (relevant, "funding" in topics, companies) == (True, True, ["云桥医疗"])
        assert session.get_one(Item, 1).judged_with == Judge().version
    assert yixun("judge", "--outdated").stdout == "0 items judged: 0 facts gained, 0 lost, 0 changed\n"
    assert yixun("judge", "--all").stdout == "1 items judged: 0 facts gained, 0 lost, 0 changed\n"


def test_only_items_since_a_day(engine: Engine, yixun: Yixun) -> None:
    assert yixun("judge", "--since", "2026-11-18", "--dry-run").stdout.startswith("0 items judged")
    assert "1 items judged" in yixun("judge", "--since", "2026-11-17", "--dry-run").stdout


@pytest.mark.parametrize("words", [(), ("--all", "--outdated"), ("--since", "yesterday"), ("--all", "--since", "2026-11-17")])
def test_wrong_usage_is_said(engine: Engine, yixun: Yixun, words: tuple[str, ...]) -> None:
    assert "--" in yixun("judge", *words, check=2).stderr


def test_what_a_person_said_stands(engine: Engine, yixun: Yixun) -> None:
    with session_scope(engine) as session:
        item = session.get_one(Item, 1)
        review(
            session, a_round(session, item, company="云桥医疗", evidence="云桥医疗宣布完成5000万元A轮融资。"), "wrong", who="anna", now=NOON
        )
    for _ in range(2):
        yixun("judge", "--all")
    with session_scope(engine) as session:
        (kept,) = session.exec(select(FundingFact)).all()
        assert (kept.reviewed, kept.round) == ("wrong", "B")


def test_built_issues_stay_as_they_were_built(engine: Engine, yixun: Yixun) -> None:
    with session_scope(engine) as session:
        an_adoption(session, an_item(session, title="某医院上线DeepSeek辅助诊断", text="某医院已上线DeepSeek辅助诊断。"))
        grouped(session)
    yixun("digest", "build", "weekly", "--week", "2026-W47")

    def frozen() -> list[object]:
        with session_scope(engine) as session:
            issues = [(issue.frozen, issue.built_at) for issue in session.exec(select(DigestIssue))]
            return [*issues, *((entry.section, entry.frozen) for entry in session.exec(select(IssueEntry).order_by(col(IssueEntry.id))))]

    before = frozen()
    assert len(before) > 1
    yixun("judge", "--all")
    assert frozen() == before


class Breaking(Judge):
    """A judge whose code breaks on one title, as code does."""

    tried = 0

    def judge(self, document: Document, *, deep: bool | None = None) -> Judgement:
        """Judge, or break."""
        if document.title == TITLE:
            self.tried += 1
            raise ZeroDivisionError("a figure of nothing")
        return super().judge(document, deep=deep)


def test_an_item_that_our_code_breaks_on_keeps_what_it_had_and_is_tried_again(engine: Engine, yixun: Yixun) -> None:
    with session_scope(engine) as session:
        an_item(session, title="油价下调", text="每升降一角。", judged_with="old")
    breaking = Breaking()
    for times in (1, 2):
        told = list(judge_again(engine, breaking, Asked(outdated=True), dry_run=False))
        assert [one.reason for one in told if isinstance(one, Broken)] == ["ZeroDivisionError: a figure of nothing"]
        with session_scope(engine) as session:
            assert judged(session) == (False, ["elder_care"], [])
            (fault,) = faults(session)
            assert (fault.item_id, fault.tries, breaking.tried) == (1, times, 2 * times)
            assert "in judge" in fault.trace and fault.trace.endswith("a figure of nothing\n")
            assert session.get_one(Item, 4).judged_with == breaking.version
    assert "our code broke on 1 items, at last 1: ZeroDivisionError: a figure of nothing" in yixun("doctor", check=3).stdout
    told = list(judge_again(engine, Judge(), Asked(outdated=True), dry_run=False))
    assert [one.item for one in told if isinstance(one, ItemChange)] == [1]
    with session_scope(engine) as session:
        assert faults(session) == []
        assert [(run.judged, run.failed) for run in session.exec(select(Judging).order_by(col(Judging.id)))] == [(1, 1), (0, 1), (1, 0)]


@postgresql_in_soak
def test_a_killed_run_goes_on_where_it_was(engine: Engine, yixun: Yixun) -> None:
    with session_scope(engine) as session:
        for number in range(120):
            an_item(session, title=f"{TITLE}，第{number}号", text=TEXT * 4, judged_with="old")
    command = as_process("judge", "--all")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ)) as process:
        before = wait_for_some(engine, process)
        kill_holder(engine, "judge")
    with session_scope(engine) as session:
        done = session.exec(select(func.count()).select_from(Item).where(Item.judged_with == Judge().version)).one()
    assert before.judged <= done < 121, "the run was over before it could be killed"
    yixun("judge", "--all")
    with session_scope(engine) as session:
        (run,) = session.exec(select(Judging)).all()
        assert (run.started_at, run.judged, run.gained) == (before.started_at, 121, 121)
        assert run.finished_at is not None
        assert session.exec(select(func.count()).select_from(Item).where(Item.judged_with == Judge().version)).one() == 121


def wait_for_some(engine: Engine, process: subprocess.Popen[bytes]) -> Judging:
    """The run of a process, as soon as its first batch is saved."""
    while process.poll() is None:
        with session_scope(engine) as session:
            run = session.exec(select(Judging)).first()
        if run is not None and run.judged:
            return run
        time.sleep(0.02)
    raise AssertionError("the process ended before anything was judged")
