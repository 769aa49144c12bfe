"""HTML, text, Markdown and the mail of one issue: the same lines, its pictures, hostile words, and what they weigh."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from markupsafe import escape
from sqlmodel import Session

from reports.edition import Edition
from reports.letter import compose
from reports.markdown import escaped, markdown
from reports.plain import text
from reports.render import html, leading
from reports.settings import MailSettings
from tests.reports.conftest import BUILT, an_order, made
from tests.reports.weeks import filled
from tests.store.rows import a_round, an_adoption, an_item, with_topics


@pytest.fixture
def edition(newsroom: Session) -> Edition:
    """An issue with tables, sections and pictures."""
    filled(newsroom)
    return made(newsroom, an_order())


def test_every_rendering_has_every_line_and_every_figure_of_the_pictures(edition: Edition) -> None:
    assert [trend.id for trend in edition.trends] == ["topics", "funding", "adopters"]
    page, plain, marked = html(edition), text(edition), markdown(edition)
    for line in edition.lines():
        for said in (page, plain, marked):
            assert line.title in said and line.outlet in said and (line.link or "") in said
    for said in (page, plain, marked):
        assert "Disclosed funding a week" in said and "2 Nov" in said
    assert re.search(r"16 Nov\s+CNY 100 m\s+1", plain) and "| 16 Nov | CNY 100 m | 1 |" in marked
    assert page.count("<picture>") == 3 and page.count(' alt="Chart. ') == 3


def test_the_story_that_matters_most_leads_and_stands_nowhere_else(edition: Edition) -> None:
    lead = leading(edition)
    assert lead is not None and lead in edition.sections[-1].stories
    page = html(edition)
    assert page.count(lead.title) == 1
    assert page.index("Top story") < page.index(lead.title) < page.index("Who took up which model")


def test_a_mail_carries_its_pictures_and_is_the_same_each_time(edition: Edition) -> None:
    def written() -> bytes:
        return compose(edition, MailSettings(), recipient="ann@example.org", date=BUILT).as_bytes()

    assert written() == written()
    mail = message_from_bytes(written(), policy=policy.default)
    body = mail.get_body(("html",))
    assert body is not None
    wanted = set(re.findall(r'cid:([^" ]+)', body.get_content()))
    parts = {part["Content-ID"].strip("<>"): part for part in mail.walk() if part["Content-ID"]}
    assert set(parts) == wanted and len(wanted) == 6
    assert all(part.get_content().startswith(b"\x89PNG") and part.get_content_disposition() == "inline" for part in parts.values())
    assert len(written()) < 200_000


def test_sixty_stories_weigh_less_than_mail_programs_clip(newsroom: Session) -> None:
    filled(newsroom)
    for number in range(60):
        title = f"第{number}家机构在{'影像、病理与临床辅助决策' * 2}上同研究所合作"
        item = an_item(
            newsroom,
            title=title,
            identity=title,
            text=f"第{number}家机构今天说，{'双方将一起检验这套系统在门诊里的表现，' * 3}为期三个月。",
        )
        with_topics(newsroom, item, ("imaging", "regulation", "market", "approvals")[number % 4])
        if number % 6 == 0:
            a_round(newsroom, item, company=f"第{number}家公司")
            an_adoption(newsroom, item, adopter=f"第{number}家医院")
    edition = made(newsroom, an_order(stories_per_section=30))
    assert edition.totals.stories >= 60 and edition.hidden == 0
    assert len(html(edition).encode()) < 90_000


HOSTILE = [
    *("<script>alert(1)</script>", "{{7*7}}", "[x](javascript:alert(1))", "![x](http://e.example/p.png)", "http://e.example"),
    *("www.e.example", "# heading", "1. list", "- list", "a | b", "`code`", "**bold**", "a@e.example", "$x$", "&lt;b&gt;"),
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_arrive_as_text(newsroom: Session, title: str) -> None:
    with_topics(newsroom, an_item(newsroom, title=title, outlet=title, link="javascript:alert(1)"), "imaging")
    edition = made(newsroom, an_order())
    page = re.sub(r"<style>.*?</style>", "", html(edition), flags=re.S)
    assert not re.search(r"<(script|b|marquee)\b", page) and 'href="javascript' not in page and "49" not in page
    assert str(escape(title)) in page and title in text(edition)
    said = markdown(edition)
    assert f"**{escaped(title)}**" in said
    # A backslash stands before each mark that could begin something.
    marks = [mark.start() for mark in re.finditer(r"[`*<>|@$&\[\]]|://", escaped(title))]
    assert all(escaped(title)[at - 1] == "\\" for at in marks) and not re.match(r"[#-]|\d+\.", escaped(title))
