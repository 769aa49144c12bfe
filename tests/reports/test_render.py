"""HTML and text: hostile words stay words, both tell the same, lines fit, days and sums read well."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from reports.edition import Edition
from reports.labels import Labels, round_sum
from reports.plain import COLUMNS, text, wrap
from reports.prose import clean, cut, safe_link, sentences, width
from reports.render import html
from tests.reports.conftest import an_order, made
from tests.store.rows import a_round, a_source, an_adoption, an_item, with_topics

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails on tags that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_edition(newsroom: Session, language: str = "en") -> Edition:
    """An edition whose every field tries to be more than a word."""
    bad = '"><script>alert(1)</script>\u202e{{7*7}}</td>'
    a_source(newsroom, id="bad", name=f"Outlet {bad}", name_zh=None)
    item = an_item(
        newsroom,
        source_id="bad",
        title=f"医院部署大模型 {bad}",
        link="javascript:alert(1)",
        text=f"一句足够长的正文，{bad}，写在这里用来检查转义是否完整。",
    )
    a_round(newsroom, item, company=f"公司{bad}", round=bad, amount_as_written=bad, investors=[{"id": None, "name": bad, "lead": True}])
    an_adoption(newsroom, item, adopter=f"医院{bad}", model=bad, product=bad)
    with_topics(newsroom, item, "imaging")
    return made(newsroom, an_order(language=language, title=f"Yixun {bad}"[:80]))


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_hostile_words_stay_words_and_nothing_is_loaded(newsroom: Session, language: str) -> None:
    edition = hostile_edition(newsroom, language)
    page = Page(html(edition))
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "background", "srcset") or name.startswith("on")]
    assert not [value for name, value in page.attributes if name == "href"]
    assert "url(" not in html(edition)
    assert "\u202e" not in page.text
    assert "\u202e" not in text(edition)
    assert "{{7*7}}" in page.text


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_html_and_text_tell_the_same(newsroom: Session, language: str) -> None:
    item = an_item(newsroom, title="示例医院部署大模型", link="https://hospital.example/a?x=1&y=2")
    with_topics(newsroom, item, "imaging")
    a_round(newsroom, item)
    an_adoption(newsroom, item, department="放射科")
    edition = made(newsroom, an_order(language=language))
    page, plain = Page(html(edition)), text(edition)
    assert {value for name, value in page.attributes if name == "href"} == {"https://hospital.example/a?x=1&y=2"}
    for said in ("示例医院部署大模型", "近亿元", "江河资本", "DeepSeek-R1", "radiology" if language == "en" else "放射科", "医院日报"):
        assert said in page.text
        assert said in plain
    assert ("Who raised how much" in plain) == (language != "zh")
    assert ("融资一览" in plain) == (language != "en")


def test_links_can_be_rewritten_for_a_copy(newsroom: Session) -> None:
    item = an_item(newsroom, title="示例医院部署大模型")
    a_round(newsroom, item)
    edition = made(newsroom, an_order())
    page = Page(html(edition, rewrite=lambda link: "site/" + link.rsplit("/", 1)[1]))
    assert {value for name, value in page.attributes if name == "href"} == {f"site/{(item.link or '').rsplit('/', 1)[1]}"}


def test_a_total_says_what_it_counts(newsroom: Session) -> None:
    item = an_item(newsroom, title="两家公司的融资消息汇总")
    a_round(newsroom, item, rate_on=None)
    a_round(newsroom, item, company="另一公司", cny_low=None, usd_low=None, amount_as_written=None)
    said = " ".join(text(made(newsroom, an_order())).split())
    assert "Total of 1 closed venture and strategic rounds by their low bounds: at least CNY 100 m (USD 14.1 m). 1 more did not say" in said
    assert "近亿元 (< CNY 100 m, < USD 14.1 m)" in said


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "//host/x", "https://a b/", "http://u:p@host/", "https://h/\u202ex", "http://[", "", None],
)
def test_odd_links_are_left_out(link: str | None) -> None:
    assert safe_link(link) is None


def test_ordinary_links_are_kept() -> None:
    for link in ("https://hospital.example/新闻?id=1&x=2#a", "http://127.0.0.2:8600/a.html"):
        assert safe_link(link) == link


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        ("950", "CNY 950", "950元"),
        ("850000", "CNY 850,000", "85万元"),
        ("13500000", "CNY 13.5 m", "1,350万元"),
        ("1240000000", "CNY 1.24 bn", "12.4亿元"),
    ],
)
def test_sums_read_well(amount: str, english: str, chinese: str) -> None:
    assert (round_sum(Decimal(amount), "CNY", "en"), round_sum(Decimal(amount), "CNY", "zh")) == (english, chinese)


def test_spans_of_days_read_well() -> None:
    english, chinese = Labels("en"), Labels("zh")
    assert english.span("2026-11-16", "2026-11-22") == "16–22 Nov 2026"
    assert english.span("2026-11-30", "2026-12-06") == "30 Nov–6 Dec 2026"
    assert english.span("2025-12-29", "2026-01-04") == "29 Dec 2025–4 Jan 2026"
    assert chinese.span("2026-11-16", "2026-11-22") == "2026年11月16日—22日"
    assert chinese.span("2025-12-29", "2026-01-04") == "2025年12月29日—2026年1月4日"


def test_long_chinese_lines_break_at_78_columns_but_not_before_a_comma() -> None:
    lines = wrap("医院，" * 60, indent="  ", first="* ")
    assert all(width(line) <= COLUMNS for line in lines)
    assert not [line for line in lines if line.strip().startswith("，")]
    assert "".join(line.strip().removeprefix("* ") for line in lines) == "医院，" * 60


@given(st.text(alphabet=st.sampled_from("医院，。（》ab c-1%"), max_size=200))
def test_wrapping_loses_nothing(words: str) -> None:
    assert re.sub(r"\s", "", "".join(wrap(words))) == re.sub(r"\s", "", words)


@given(st.text(max_size=80), st.integers(4, 60))
def test_cutting_fits(words: str, columns: int) -> None:
    assert width(cut(clean(words), columns)) <= columns


def test_sentences_lose_their_dateline() -> None:
    assert list(sentences("【医讯】本报讯（记者 甲）某院上线系统。Second one by A. Ltd. ends here. 第三句！")) == [
        "某院上线系统。",
        "Second one by A. Ltd. ends here.",
        "第三句！",
    ]
