"""Issues are frozen: the same edition, the same bytes, whatever the store says later."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import Session

from reports.digest import MAX_HTML_BYTES, build_issue, load_edition, make_edition
from reports.edition import freeze, thaw
from reports.plain import text
from reports.render import html
from reports.select import Order
from store.digests import entries_of, find_issue
from store.errors import DigestError
from store.models import Delivery, Item
from tests.reports.conftest import an_order
from tests.store.rows import a_round, an_adoption, an_item, with_topics


def test_a_frozen_issue_keeps_its_bytes_when_the_store_changes(newsroom: Session, order: Order) -> None:
    item = an_item(newsroom, title="示例医院部署大模型")
    a_round(newsroom, item)
    an_adoption(newsroom, item)
    issue, edition = build_issue(newsroom, order)
    before = (html(edition), text(edition), issue.subject)
    newsroom.exec(update(Item).values(title="改过的标题"))
    an_item(newsroom, title="后来才发现的一条相关新闻")
    again, frozen = build_issue(newsroom, order)
    assert (html(frozen), text(frozen), again.subject) == before
    assert frozen == edition == load_edition(newsroom, again)


def test_rebuilding_replaces_the_frozen_issue_under_the_same_number(newsroom: Session, order: Order) -> None:
    an_item(newsroom, title="示例医院部署大模型")
    issue, _ = build_issue(newsroom, order)
    an_item(newsroom, title="后来才发现的一条相关新闻")
    again, edition = build_issue(newsroom, order, rebuild=True)
    assert again.id == issue.id
    assert edition.totals.stories == 2
    assert len(entries_of(newsroom, again)) == 2


def test_a_mailed_issue_is_not_rebuilt(newsroom: Session, order: Order) -> None:
    issue, _ = build_issue(newsroom, order)
    newsroom.add(Delivery(issue_id=issue.id or 0, recipient="reader@example.org", message_id="<1@x>", state="sent"))
    newsroom.flush()
    with pytest.raises(DigestError, match="weekly 2026-W47: was mailed to 1 recipients"):
        build_issue(newsroom, order, rebuild=True)


def test_an_edition_survives_freezing(newsroom: Session, order: Order) -> None:
    item = an_item(newsroom, title="示例医院部署大模型")
    with_topics(newsroom, item, "funding")
    a_round(newsroom, item)
    an_adoption(newsroom, item)
    edition = make_edition(newsroom, order)
    assert thaw(*freeze(edition)) == edition


def test_a_big_week_is_cut_below_what_mail_programs_clip_and_says_so(newsroom: Session) -> None:
    for number in range(260):
        title = f"第{number}家医院与第{number}家公司就{'医学影像与临床辅助决策系统' * 3}开展合作"
        item = an_item(
            newsroom, title=title, text=f"第{number}家医院介绍说，{'双方将共同验证系统在真实环境中的表现，' * 6}这项工作历时{number}天。"
        )
        with_topics(newsroom, item, ("imaging", "regulation", "funding", "approvals")[number % 4])
        a_round(newsroom, item, company=f"第{number}家公司")
        an_adoption(newsroom, item, adopter=f"第{number}家医院")
    edition = make_edition(newsroom, an_order(stories_per_section=200, rows_per_table=200))
    page = html(edition)
    assert len(page.encode()) <= MAX_HTML_BYTES
    hidden = sum(section.hidden for section in edition.sections)
    assert hidden > 0
    assert all(f"{section.hidden} more in the archive" in page for section in edition.sections if section.hidden)
    assert "more in the archive" in text(edition)
    whole = html(edition, full=True)
    assert all(story.title in whole for section in edition.sections for story in section.stories)


def test_a_week_without_news_says_so(newsroom: Session, order: Order) -> None:
    issue, edition = build_issue(newsroom, order)
    assert issue.subject == "Yixun 医讯 2026-W47: a quiet week"
    assert "Nothing relevant was published" in html(edition)
    assert find_issue(newsroom, "weekly", "2026-W47") is not None
