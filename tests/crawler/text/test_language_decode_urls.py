"""Languages of short texts, encodings of faulty pages, addresses that are and are not the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.decode import decode, python_encoding
from crawler.text.language import detect_language
from crawler.text.urls import canonical_url


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("DeepSeek接入三甲医院", "zh"),
        ("AI病院", "zh"),
        ("Harbour Labs opens a health assistant in China (中国)", "en"),
        ("臺灣醫院導入AI輔助診斷", "zh-Hant"),
        ("医保局发布新规", "zh"),
        ("China's hospitals embrace DeepSeek", "en"),
        ("Los hospitales de China usan la IA para diagnosticar", "other"),
        ("Für die Ärzte ist das neu", "other"),
        ("日本の病院でAIを使う", "other"),
        ("한국 병원에서", "other"),
        ("Больница будущего", "other"),
        ("", "other"),
        ("2026-11-22", "other"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_time_a_language_takes_grows_with_the_text() -> None:
    text = "DeepSeek接入三甲医院，并且在全国推广使用，Qwen 与之同行。" * 12
    assert _seconds(text * 16) < _seconds(text) * 64


def _seconds(text: str) -> float:
    """The least time of this thread that one of many readings took: what others do on the machine does not count."""
    spent = []
    for _ in range(50):
        started = time.thread_time()
        detect_language(text)
        spent.append(time.thread_time() - started)
    return min(spent)


TEXT = "<html><head><meta charset=gb2312></head><p>朱镕基医院引进了新的影像系统，患者的候诊时间明显缩短。</p>"


def test_gb2312_is_read_as_gb18030() -> None:
    assert decode(TEXT.encode("gb18030"), content_type=None) == (TEXT, "gb18030")


def test_a_wrong_declaration_is_noticed() -> None:
    assert decode(TEXT.encode("utf-8"), content_type="text/html; charset=gbk") == (TEXT, "utf-8")
    assert decode(TEXT.encode("gb18030"), content_type="text/html; charset=utf-8")[0] == TEXT
    big5 = "<p>臺北的醫院引進了新的影像系統，病患的候診時間明顯縮短，這是第一次。</p>"
    assert decode(big5.encode("big5"), content_type=None, declared="utf-8")[0] == big5


def test_marks_and_broken_bytes() -> None:
    assert decode(b'\xef\xbb\xbf[{"a":1}]', content_type="application/json") == ('[{"a":1}]', "utf-8")
    assert decode("新闻".encode("utf-16"), content_type=None)[0] == "新闻"
    assert decode("It’s “new”".encode("cp1252"), content_type=None)[0] == "It’s “new”"
    cut = "医院".encode() * 40 + b"\xe5\x8c"
    assert decode(cut, content_type=None)[0] == "医院" * 40 + "\ufffd"
    assert python_encoding("rot13") is None and python_encoding("utf-7") is None and python_encoding("GB2312") == "gb18030"


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_decode_takes_anything(body: bytes, header: str, declared: str) -> None:
    text, _ = decode(body, content_type=header, declared=declared)
    assert isinstance(text, str)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://M.Example.com:80/a/../b/./c?utm_source=x&id=2&amp;x=1#f", "http://www.example.com/b/c?id=2&x=1"),
        ("https://m.example.com.cn/a", "https://www.example.com.cn/a"),
        ("https://m.health.example.com/a", "https://health.example.com/a"),
        ("https://m.yiyuan.sh.cn/a", "https://www.yiyuan.sh.cn/a"),
        ("https://m.clinic.example.test/a", "https://clinic.example.test/a"),
        ("https://m.com.cn/a", "https://m.com.cn/a"),
        ("//x.cn/a", "https://x.cn/a"),
        ("../x.html", "https://b.cn/d/x.html"),
        ("./t1.html", "https://b.cn/d/e/t1.html"),
        ("https://a.cn/p/amp/", "https://a.cn/p"),
        ("https://a.cn/p.amp.html", "https://a.cn/p.html"),
        ("https://a.cn/x?from=timeline&from=2", "https://a.cn/x?from=2"),
        ("https://a-cn.cdn.ampproject.org/c/s/a.cn/x", "https://a.cn/x"),
        ("https://例子.中国/路", "https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF"),
        ("https://x.cn/%7Ea/%e4%b8", "https://x.cn/~a/%E4%B8"),
        (
            "https://mp.weixin.qq.com/s?__biz=M==&mid=1&idx=1&sn=ab&chksm=1&scene=0",
            "https://mp.weixin.qq.com/s?__biz=M==&idx=1&mid=1&sn=ab",
        ),
        ("https://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fp.com%2fa", "https://p.com/a"),
        ("http://x.cn/view.asp?12345", "http://x.cn/view.asp?12345"),
        ("http://user:pw@x.cn/", "http://x.cn/"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    assert canonical_url(url, "https://b.cn/d/e/f.html") == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "  ",
        "mailto:a@b.cn",
        "javascript:void(0)",
        "JavaScript:x",
        "data:text/html,x",
        "tel:10086",
        "ftp://x.cn/a",
        "http://",
        "http://x.cn:99999/",
    ],
)
def test_no_web_address(url: str) -> None:
    assert canonical_url(url) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://x.cn/details?id=1", "http://x.cn/details?id=2"),
        ("http://x.cn/a?page=1", "http://x.cn/a?page=2"),
        ("http://x.cn/a?from=1", "http://x.cn/a?from=2"),
        ("http://x.cn/A", "http://x.cn/a"),
        ("http://x.cn/camp", "http://x.cn/c"),
        ("http://x.cn/a%2Fb", "http://x.cn/a/b"),
        ("http://mx.cn/a", "http://x.cn/a"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@given(st.text(max_size=80), st.one_of(st.none(), st.just("https://b.cn/d/e.html")))
def test_canonical_takes_anything(url: str, base: str | None) -> None:
    form = canonical_url(url, base)
    assert form is None or (form.startswith(("http://", "https://")) and "#" not in form and canonical_url(form) == form)


def test_what_hides_a_dot_segment_goes_before_it_is_resolved() -> None:
    for path in (".&", "./&", ".;jsessionid=1", "x/../..amp/amp", "amp/amp"):
        form = canonical_url(path, "https://b.cn/d/e.html")
        assert form is not None and canonical_url(form) == form
    assert canonical_url(".&", "https://b.cn/d/e.html") == "https://b.cn/d/"
