"""A page's tags, read as they stand, give the lines that the tree of a browser gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from crawler.reading.extract.flatten import lay_out, read_markup

from .families import samples

SAMPLES = samples()


def lines(markup: str) -> list[tuple[str, str]]:
    """Tag and text of each block."""
    return [(block.tag, block.text) for block in lay_out(markup).blocks]


def as_a_browser(markup: str) -> str:
    """`markup` put right by Lexbor, which follows the standard (WHATWG HTML, section 13.2), and written back."""
    return str(HTMLTree.parse(markup))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>one<p>two<div>three</div>", [("p", "one"), ("p", "two"), ("div", "three")]),
        ("<ul><li>one<li>two<ul><li>deep</ul><li>three</ul>", [("li", "one"), ("li", "two"), ("li", "deep"), ("li", "three")]),
        ("<table><tr><td>a<td>b<tr><th>c</table>d", [("td", "a"), ("td", "b"), ("th", "c"), ("body", "d")]),
        ("<dl><dt>a<dd>b<dt>c</dl>", [("dt", "a"), ("dd", "b"), ("dt", "c")]),
        ("<div>a</p>b</div>c", [("div", "a"), ("div", "b"), ("body", "c")]),
        ("<div><span>a</div></span>b", [("div", "a"), ("body", "b")]),
        ("<div>a</section></div>b", [("div", "a"), ("body", "b")]),
        ("<div><table><tr><td>a</div>b</td></table>c</div>", [("td", "a"), ("td", "b"), ("div", "c")]),
        ("<DIV>a<BR>b</DIV><P>c</P>", [("div", "a"), ("div", "b"), ("p", "c")]),
        ("<p title='a > b'>c</p><p title=it's>d</p><p title=\"x'>\">e</p>", [("p", "c"), ("p", "d"), ("p", "e")]),
        ("<p>1 < 2 &lt; 3 &amp;amp; &nbsp;</p><p>&nbsp;</p>", [("p", "1 < 2 < 3 &amp;")]),
        ("<p>a<b>b</b> c<i>d</i></p>", [("p", "ab cd")]),
        ("<p>a <span hidden>no <span>no</span> no</span>b</p>", [("p", "a b")]),
        ("<div style='display:none'><div>no</div>no</div><p>a", [("p", "a")]),
        ("<p style='display:none'>no<p>a", [("p", "no"), ("p", "a")]),
        ("<select><option>no</select><noscript><p>no</p></noscript>a", [("body", "a")]),
        ("<h2>a<h3>b</h3>c", [("h2", "a"), ("h3", "b"), ("body", "c")]),
        ("a<x-box>b</x-box>c", [("body", "a"), ("x-box", "b"), ("body", "c")]),
        ("plain text", [("body", "plain text")]),
        ("<html><body>the whole body</body></html>", [("body", "the whole body")]),
        ("<div>a<br></br>b<wbr>c</wbr></div>", [("div", "a"), ("div", "bc")]),
        ("<p>a</p><p unfinished", [("p", "a")]),
    ],
)
def test_elements_end_where_they_must(markup: str, expected: list[tuple[str, str]]) -> None:
    assert lines(markup) == expected


def test_links_emphasis_and_captions_are_counted() -> None:
    page = lay_out("<p>ab<a href=x>cd</a><b>ef</b></p><div class=pic-caption>gh</div><p align=center><img src=x>ij</p>")
    first, caption, last = page.blocks
    assert (first.link_chars, first.bold_chars, first.after_image) == (2, 2, False)
    assert caption.caption and not first.caption
    assert last.centred and last.after_image
    assert lay_out("<p>a</p><amp-img src=x></amp-img><p>b</p>").blocks[1].after_image


def test_who_is_named_by_an_element_is_kept() -> None:
    page = lay_out(
        "<div class=info><span class=author>张三</span><a class=source href=x>健康报</a></div><div class=byline>Jane <b>Doe</b></div>"
    )
    assert [(named.text, named.holds.name) for named in page.named] == [("张三", "PERSON"), ("健康报", "OUTLET"), ("Jane Doe", "PERSON")]


def test_navigation_is_one_block_and_the_text_is_not() -> None:
    menu = "<ul>" + "<li><a href=/x>频道</a>" * 9 + "</ul>"
    prose = "<p>医院的影像科从三月起使用这套系统，医生每天用它复核五百份报告，漏诊率下降了一半。</p>"
    page = lay_out(f"<div class=nav>{menu}</div>{menu}<div class=share-area>{prose * 3}</div><div class=comment-list>{prose}</div>")
    assert [(block.tag, len(block.text.split())) for block in page.blocks[:2]] == [("div", 9), ("ul", 9)]
    assert [block.tag for block in page.blocks[2:5]] == ["p", "p", "p"], "the names of the text's own box are overruled by its weight"


def test_tags_that_do_not_nest_are_put_right_by_the_library() -> None:
    # Ends of another kind than what is open: taken as they come they would close the boxes around the text.
    broken = "<main><div>" + "<section><p>一段</section></article></main>" * 30 + "</div></main>"
    texts = [text for _, text in lines(broken)]
    assert texts == ["一段"] * 30


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_our_pages_read_like_in_a_browser(sample: Any) -> None:
    own = read_markup(sample.body.decode("utf-8", "replace"))
    other = read_markup(as_a_browser(sample.body.decode("utf-8", "replace")))
    assert [block.text for block in own.blocks] == [block.text for block in other.blocks]
    assert own.title == other.title and own.times == other.times


_NESTED = {
    "div": ("div", "p", "ul", "table", "h2", "span", "a"),
    "p": ("span", "a", "b"),
    "ul": ("li",),
    "li": ("p", "div", "ul", "span", "a"),
    "table": ("tr",),
    "tr": ("td",),
    "td": ("div", "p", "ul", "table", "span"),
    "h2": ("span", "a"),
    "span": ("b", "span"),
    "a": ("span", "b"),
    "b": ("span",),
}
_MAY_OMIT = {"p", "li", "td", "tr"}


@st.composite
def markup(draw: st.DrawFn, tag: str = "div", depth: int = 0) -> str:
    """A tree that HTML allows, written with any case and quotes, and without the end tags that may be left out."""
    parts: list[str] = []
    for _ in range(draw(st.integers(0, 4 if depth < 4 else 0))):
        parts.append(draw(markup(draw(st.sampled_from(_NESTED[tag])), depth + 1)))
        if tag not in {"ul", "table", "tr"} and draw(st.booleans()):
            parts.append(draw(st.sampled_from(["甲", "word ", "a < b", "&amp;", " "])))
    if tag not in {"ul", "table", "tr"}:
        # A full stop, so that no list is taken for a menu and made one line.
        parts.append(draw(st.sampled_from(["乙。", "text. ", "1&nbsp;2。"])))
    name = draw(st.sampled_from([tag, tag.upper()]))
    attribute = draw(st.sampled_from(["", " id=x", ' id="a>b"', " id='a\"b'", " data-x"]))
    end = "" if tag in _MAY_OMIT and draw(st.booleans()) else f"</{name}>"
    return f"<{name}{attribute}>{''.join(parts)}{end}"


@settings(max_examples=150, deadline=None)
@given(markup())
def test_any_nesting_reads_like_in_a_browser(written: str) -> None:
    assert [text for _, text in lines(written)] == [text for _, text in lines(as_a_browser(written))]
