"""Issues are frozen: the same edition, the same bytes, whatever the store says later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session

from reports.digest import MAX_HTML_BYTES, load_edition
from reports.edition import freeze, thaw
from reports.labels import subject_line
from reports.plain import text
from reports.render import html
from reports.select import Order
from store.digests import entries_of, find_issue
from store.errors import DigestError, UsageError
from store.models import Delivery, Item, SourceState
from store.overview import overview
from store.sources import drop_unlisted
from tests.reports.conftest import an_order, built, made
from tests.store.rows import NOON, a_round, a_source, an_adoption, an_item, with_topics


def test_a_frozen_issue_keeps_its_bytes_when_the_store_changes(newsroom: Session, order: Order) -> None:
    item = an_item(newsroom, title="示例医院部署大模型")
    a_round(newsroom, item)
    an_adoption(newsroom, item)
    issue, edition = built(newsroom, order)
    before = (html(edition), text(edition), issue.subject)
    newsroom.exec(update(Item).values(title="改过的标题"))
    an_item(newsroom, title="后来才发现的一条相关新闻")
    again, frozen = built(newsroom, order)
    assert (html(frozen), text(frozen), again.subject) == before
    assert frozen == edition == load_edition(newsroom, again)


def test_rebuilding_replaces_the_frozen_issue_under_the_same_number(newsroom: Session, order: Order) -> None:
    an_item(newsroom, title="示例医院部署大模型")
    issue, _ = built(newsroom, order)
    an_item(newsroom, title="后来才发现的一条相关新闻")
    again, edition = built(newsroom, order, rebuild=True)
    assert again.id == issue.id
    assert edition.totals.stories == 2
    assert len(entries_of(newsroom, again)) == 2


def test_a_mailed_issue_is_not_rebuilt(newsroom: Session, order: Order) -> None:
    issue, _ = built(newsroom, order)
    newsroom.add(Delivery(issue_id=issue.id or 0, recipient="reader@example.org", message_id="<1@x>", state="sent"))
    newsroom.flush()
    with pytest.raises(DigestError, match="weekly 2026-W47: was mailed to 1 recipients"):
        built(newsroom, order, rebuild=True)


def test_an_edition_survives_freezing(newsroom: Session, order: Order) -> None:
    item = an_item(newsroom, title="示例医院部署大模型")
    with_topics(newsroom, item, "funding")
    a_round(newsroom, item)
    an_adoption(newsroom, item)
    edition = made(newsroom, order)
    assert thaw(*freeze(edition)) == edition


def test_a_big_week_is_cut_below_what_mail_programs_clip_and_says_so(newsroom: Session) -> None:
    for number in range(260):
        title = f"第{number}家医院与第{number}家公司就{'医学影像与临床辅助决策系统' * 3}开展合作"
        item = an_item(
            newsroom, title=title, text=f"第{number}家医院介绍说，{'双方将共同验证系统在真实环境中的表现，' * 6}这项工作历时{number}天。"
        )
        with_topics(newsroom, item, ("imaging", "regulation", "funding", "approvals")[number % 4])
        if number % 2:
            a_round(newsroom, item, company=f"第{number}家公司")
            an_adoption(newsroom, item, adopter=f"第{number}家医院")
    edition = made(newsroom, an_order(stories_per_section=200, rows_per_table=200))
    page = html(edition)
    assert len(page.encode()) <= MAX_HTML_BYTES
    hidden = sum(section.hidden for section in edition.sections)
    assert hidden > 0
    assert all(f"and {section.hidden} more" in page for section in edition.sections if section.hidden)
    assert "archive" not in text(edition) and "whole issue" not in text(edition)
    linked = replace(edition, archive_url="https://letters.example.org/weekly/")
    assert all(f"{section.hidden} more in the whole issue" in html(linked) for section in edition.sections if section.hidden)
    assert 'href="https://letters.example.org/weekly/issues/weekly-2026-W47.html"' in html(linked)
    whole = html(edition, full=True)
    assert edition.rows_shown < len(edition.funding) and f"and {len(edition.funding) - edition.rows_shown} more" in page
    assert all(story.title in whole for section in edition.sections for story in section.stories)


def test_a_week_without_news_says_so(newsroom: Session, order: Order) -> None:
    issue, edition = built(newsroom, order)
    assert issue.subject == "Yixun 医讯 2026-W47: a quiet week"
    assert "A quiet week: all our sources were read, and nothing relevant was published." in html(edition)
    assert find_issue(newsroom, "weekly", "2026-W47") is not None


def unread(session: Session, *names: str) -> None:
    """Let sources not have answered since the week of the tests ended."""
    for name in names:
        session.get_one(SourceState, name).last_success_at = NOON
    session.flush()


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_a_week_that_was_not_looked_at_is_never_called_quiet(newsroom: Session, language: str) -> None:
    unread(newsroom, "wire")
    edition = made(newsroom, an_order(language=language))
    assert (edition.coverage.read, edition.coverage.enabled, edition.coverage.is_enough) == (1, 2, False)
    said = text(edition)
    first = said.splitlines()[0]
    assert first.startswith("本期内容不完整：" if language == "zh" else "This issue is incomplete: only 1 of 2 sources could be read")
    assert "media 0 of 1" in " ".join(said.split()) or language == "zh"
    for words in (said, html(edition), subject_line(edition)):
        assert "quiet" not in words and "平静" not in words
    assert ("1 of 2 sources read" if language != "zh" else "2个来源已读取1个") in subject_line(edition)
    assert html(edition).index("incomplete" if language != "zh" else "不完整") < html(edition).index("<h1")


def test_enough_is_not_all(newsroom: Session) -> None:
    unread(newsroom, "wire")
    edition = made(newsroom, an_order(least_coverage=0.5))
    assert edition.coverage.is_enough and not edition.coverage.is_full
    assert text(edition).startswith("Yixun")
    assert "only 1 of 2 sources could be read" in text(edition) and "quiet" not in subject_line(edition)


def test_pages_that_wait_count_against_a_week(newsroom: Session) -> None:
    for number in range(4):
        an_item(newsroom, title=f"第{number}条", identity=f"read {number}")
    an_item(newsroom, title="待读", identity="waits", status="pending", relevant=False)
    assert made(newsroom, an_order()).coverage.is_enough
    an_item(newsroom, title="待读二", identity="waits too", status="pending", relevant=False, published_at=None)
    an_item(newsroom, title="下周", identity="next week", status="pending", relevant=False, published_at=NOON + timedelta(days=7))
    edition = made(newsroom, an_order())
    assert (edition.coverage.pages_read, edition.coverage.pages_waiting, edition.coverage.is_enough) == (4, 2, False)
    assert text(edition).startswith("This issue is incomplete: 2 pages of the period could not be read yet.")


def test_sources_that_are_off_or_gone_count_nowhere(newsroom: Session) -> None:
    a_source(newsroom, id="off", enabled=False)
    a_source(newsroom, id="gone")
    unread(newsroom, "off", "gone")
    drop_unlisted(newsroom, ["hospital-daily", "wire", "off"])
    edition = made(newsroom, an_order())
    assert (edition.coverage.enabled, edition.health.total, edition.coverage.is_full) == (2, 2, True)
    assert overview(newsroom).sources == {"ok": 2, "disabled": 1}
    view = newsroom.connection().exec_driver_sql("SELECT source_id FROM v1_source_health ORDER BY 1")
    assert [row[0] for row in view] == ["hospital-daily", "off", "wire"]


def test_a_week_that_is_not_over_is_never_frozen(newsroom: Session) -> None:
    an_item(newsroom)
    running = replace(an_order(), now=NOON)
    with pytest.raises(UsageError, match=r"2026-W47 is not over yet .*--partial"):
        built(newsroom, running)
    assert find_issue(newsroom, "weekly", "2026-W47") is None
    edition = made(newsroom, running)
    assert text(edition).startswith("PARTIAL: this period is not over")
    assert subject_line(edition).startswith("[PARTIAL] Yixun") and edition.name == "weekly-2026-W47-partial"
