# ruff: noqa: E501 (pages are kept as they are written)
"""Who wrote an article and what its headline is, as pages of many sites put it."""

from __future__ import annotations

import pytest

from crawler.reading.article import Article
from crawler.reading.extract import read_page

from .texts import ZH

_TEXT = "".join(f"<p>{line}</p>" for line in ZH[:5])


def _read(
    above: str = "",
    below: str = "",
    *,
    head: str = "<title>分诊系统覆盖全部门诊_青石网</title>",
    h1: str = "分诊系统覆盖全部门诊",
    text: str = _TEXT,
) -> Article:
    heading = f"<h1>{h1}</h1>" if h1 else ""
    page = f'<html lang="zh"><head><meta charset="utf-8">{head}</head><body><div class="wrap">{heading}{above}<div class="content">{text}{below}</div></div></body></html>'
    return read_page(page.encode(), url="https://news.example.org/a/b.html")


@pytest.mark.parametrize(
    ("below", "authors"),
    [
        ("<p>（作者：王立新青石大学医学院教授）</p>", ("王立新",)),
        ("<p>作者：李明北京某医院院长</p>", ("李明",)),
        ("<p>（作者：欧阳文清系江北药科大学副教授）</p>", ("欧阳文清",)),
        ("<p>（作者：周小禾，青石市第二医院副院长）</p>", ("周小禾",)),
        ("<p>作者：陈望临江大学公共卫生学院副教授</p>", ("陈望",)),
        ("<p>（作者系临江医科大学教授 欧阳明）</p>", ("欧阳明",)),
        ("<p>作者：陈望 李棉（作者单位：临江大学）</p>", ("陈望", "李棉")),
        ("<p>陈望/文</p>", ("陈望",)),
        ("<p>作者陈望，系临江大学教授。</p>", ("陈望",)),
        ("<p>执笔/青禾、小满&老周</p>", ("青禾", "小满", "老周")),
        ("<p>执笔：王小满、青禾</p>", ("王小满", "青禾")),
        ("<p>（职工通讯员 王小满 李立）</p>", ("王小满", "李立")),
        ("<p>（本报通讯员 陈一文）</p>", ("陈一文",)),
        ("<p>作者：青石日报</p>", ()),
        ("<p>文/青石观察</p>", ()),
    ],
)
def test_authors_at_the_end(below: str, authors: tuple[str, ...]) -> None:
    assert _read(below=below).authors == authors


def test_a_pen_name_behind_its_label_is_no_outlet() -> None:
    article = _read("<p>文 | 阿梨</p>")
    assert (article.authors, article.source) == (("阿梨",), None)


def test_a_correspondent_in_the_first_line() -> None:
    text = f"<p>（职工通讯员 王小满 李立）{ZH[0]}</p>" + "".join(f"<p>{line}</p>" for line in ZH[1:5])
    assert _read(text=text).authors == ("王小满", "李立")


@pytest.mark.parametrize(
    "above",
    [
        '<div id="meta_content" class="rich_media_meta_list"><span class="rich_media_meta rich_media_meta_text">王小满</span> <span class="rich_media_meta rich_media_meta_nickname"><a id="js_name">青石健康观察</a></span> <em id="publish_time"></em></div>',
        '<div><span>原创</span> <span>王小满</span> <a class="nickname">青石健康观察</a> <em>2026年3月1日 10:00</em></div>',
    ],
)
def test_a_writer_before_the_accounts_name(above: str) -> None:
    article = _read(above)
    assert (article.authors, article.source) == (("王小满",), "青石健康观察")


@pytest.mark.parametrize(
    ("title", "h1"),
    [
        ("健康周刊--分诊系统覆盖全部门诊", ""),
        ("观点--分诊系统覆盖全部门诊--青石网", ""),
        ("分诊系统覆盖全部门诊-规划发展司", ""),
        ("分诊系统覆盖全部门诊——规划发展与信息化司", ""),
        ("分诊系统覆盖全部门诊_信息化处_青石市卫健委", ""),
        ("分诊系统覆盖全部门诊", "健康周刊--分诊系统覆盖全部门诊"),
        ("图解 -- 分诊系统覆盖全部门诊", ""),
        ("名医讲堂--分诊系统覆盖全部门诊", ""),
        ("分诊系统覆盖全部门诊-信息中心-青石市卫健委", "分诊系统覆盖全部门诊-信息中心"),
        ("分诊系统覆盖全部门诊_青石网", "分诊系统覆盖全部门诊-规划发展司"),
        ("分诊系统覆盖全部门诊 - 青石市卫生健康委员会医政处", "分诊系统覆盖全部门诊"),
    ],
)
def test_headlines_without_column_and_department(title: str, h1: str) -> None:
    named = "" if h1 else '<div class="bt">分诊系统覆盖全部门诊</div>'
    assert _read(named, head=f"<title>{title}</title>", h1=h1).title == "分诊系统覆盖全部门诊"
    assert _read(head=f'<title>{title}</title><meta property="og:title" content="{title}">', h1=h1).title == "分诊系统覆盖全部门诊"


def test_a_headline_of_two_parts_is_whole() -> None:
    for title in ("数字医疗向前一步——青石市县域医共体建设纪实", "从“能看病”到“看好病”--青石市分诊改革调查"):
        assert _read(head=f"<title>{title}</title>", h1=title).title == title
