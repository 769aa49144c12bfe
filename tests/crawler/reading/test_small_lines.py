"""Small lines around an article that many systems write: where they end, whom they name, when they say it was published."""

from __future__ import annotations

import pytest

from crawler.reading.article import Article
from crawler.reading.extract import read_page

_FIRST = "去年三月，研究组在澄海完成了首批入组，全部受试者均签署了知情同意书，随访时间中位数为十八个月。"
_LAST = "下一步，他们计划把同样的办法带到三个县，看看在没有放射科医生的地方会发生什么。"
_TEXT = f"{_FIRST}\n{_LAST}"


def _read(*, above: str = "", inside: str = "", title: str = "一份病历的四十年", head: str = "", after: str = "") -> Article:
    page = f"<html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body><h1>{title}</h1>{above}"
    return read_page(f"{page}<div class='con'><p>{_FIRST}</p><p>{_LAST}</p>{inside}</div>{after}</body></html>".encode())


@pytest.mark.parametrize(
    "line",
    [
        "<p>(江陵日报 记者：陆文澜 责编：许国梁)</p>",
        "<p>《江陵日报》（2024年03月15日 14版）</p>",
        "<p>（医讯在线example.com）</p>",
        "<p>desk@daily.example</p>",
        "<p>此内容为江陵财经原创，著作权归江陵财经所有。未经书面授权，不得以任何方式加以使用。</p>",
        "<p>【推荐课程】管理研修班开始招生，点击报名</p>",
        "<p>参考文献</p><p>[1] Zhang Y, et al. Lancet, 2020.</p><p>[2] 李四. 中华放射学杂志, 2019.</p>",
        "<div><b>相关阅读</b><dl><dt><a>胶片消失</a></dt><dd>胶片消失以后，档案室空了一半，谁也没有说话。</dd>"
        "<dt><a>算力下乡</a></dt><dd>算力下乡之后，村医的手机响个不停，夜里也一样。</dd></dl></div>",
        "<img src='a'><p class='desc'>研发团队合影</p>",
        "<div style='position:absolute;left:-9999px'><p>这里的话只写给搜索引擎看，读者从来没有见过它们。</p></div>",
        "<img src='a'><p align='center'>診間示意圖。（記者林敬旻攝）</p>",
    ],
)
def test_lines_that_are_no_part_of_the_text_go(line: str) -> None:
    assert _read(inside=line).text == _TEXT


@pytest.mark.parametrize(
    "line",
    [
        "当前位置：手术室三号间。护士把器械盘递过来的时候，墙上的钟指向了凌晨两点。",
        "该作品的著作权归原告所有，被告未经许可复制发行，法院认为其行为构成侵权。",
        "“点击报名”的按钮灰了三天，家长们只好打电话去问。",
        "这篇文章为他本人原创，未经修饰的文字反而更有力量。",
        "（记者：您后悔过吗？）",
        "《健康报》（2021年3月4日）曾以整版篇幅报道过这家医院，此后来访者络绎不绝。",
    ],
)
def test_sentences_that_look_like_them_stay(line: str) -> None:
    assert line in _read(inside=f"<p>{line}</p><p>{_LAST}</p>").text


@pytest.mark.parametrize(
    ("above", "authors"),
    [
        ("<p>蒋兰亭 · 2023.02.09 16:45</p>", ("蒋兰亭",)),
        ("<table><tr><td>何晓棠</td><td>2020-11-19 10:41</td></tr></table>", ("何晓棠",)),
        ("<p>何晓棠 江陵证券报 2021-02-26 06:38</p>", ("何晓棠",)),
        ("<div class='author'><div><p>宋雨桐</p></div></div>", ("宋雨桐",)),
        ("<p>作者：叶知秋，彭立新（青禾大学医学院）</p>", ("叶知秋", "彭立新")),
        ("<p>本报记者 陆文澜 见习记者 宋雨桐</p>", ("陆文澜", "宋雨桐")),
        ("<p>〔記者林惠琴／台北報導〕</p>", ("林惠琴",)),
        ("<p>By <a>Jane Doe</a><span>Aug 14, 2023 9:50am</span></p>", ("Jane Doe",)),
        ("<p>房地产 2023-02-09 16:45</p>", ()),
        ("<p>2023-02-09 16:45</p><p>高血压</p>", ()),
    ],
)
def test_people(above: str, authors: tuple[str, ...]) -> None:
    assert _read(above=above).authors == authors


def test_a_headline_names_no_author() -> None:
    assert _read(title="王小明丨把病人留在县里", above="<p>2023-02-09 16:45</p>").authors == ()
    assert _read(title="Acme Bio Announces Results", head="<meta name='author' content='Acme Bio'>").authors == ()


@pytest.mark.parametrize(
    ("above", "after", "moment"),
    [
        ("<p>于 2022-03-14 10:20:39 发布 阅读量1.2k</p>", "", "2022-03-14T02:20"),
        ("<p>2018-3-2 09:12 | 发布者: kf | 查看: 1893</p>", "", "2018-03-02T01:12"),
        ("<p>2023 年 06 月 30 日 8:30</p>", "", "2023-06-30T00:30"),
        ("", "<script>var ct = '1698924600'; var createTime = '2023-11-02 19:30';</script>", "2023-11-02T11:30"),
    ],
)
def test_moments(above: str, after: str, moment: str) -> None:
    published = _read(above=above, after=after).published
    assert published is not None
    assert published.isoformat().startswith(moment)


def test_scripts_that_name_several_days_say_nothing() -> None:
    assert _read(after="<script>[{createTime:'2021-01-01 10:00'},{createTime:'2022-01-01 10:00'}]</script>").published is None


def test_titles() -> None:
    page = "<html><head><meta charset='utf-8'><title>{}</title></head><body>{}<div class='con'><p>{}</p><p>{}</p></div></body></html>"
    behind = page.format("云浦日报-把病历还给病人", "<table><tr><td>把病历还给病人</td></tr></table>", _FIRST, _LAST)
    stuck = page.format("导管室的年轻人_健康", "<h1>导管室的年轻人<span>原创</span></h1>", _FIRST, _LAST)
    assert read_page(behind.encode()).title == "把病历还给病人"
    assert read_page(stuck.encode()).title == "导管室的年轻人"


def test_a_box_named_comment_that_holds_the_headline_is_the_article() -> None:
    article = read_page(
        f"<html><head><meta charset='utf-8'><title>一份病历的四十年</title></head><body><div class='comment-wrapper'>"
        f"<h1>一份病历的四十年</h1><div class='comment-content'><p>{_FIRST}</p><p>{_LAST}</p></div></div></body></html>".encode()
    )
    assert article.text == _TEXT
