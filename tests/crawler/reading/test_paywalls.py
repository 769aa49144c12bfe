"""Paywalls and logins: told from pages that show their article, and recorded as what they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, select

from crawler.fetching.faults import of_page
from crawler.fetching.report import RunReport
from crawler.fetching.run import crawl
from crawler.reading.extract import read_page
from crawler.reading.paywalls import find_paywall
from crawler.sources.source import ListRules
from store.migrate import open_store
from store.models import Item, SourceState
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, TEXT, Answer, Asked, serve_site

SHARED = Path(__file__).parents[4] / "shared" / "data" / "pages" / "html"
TITLE = "某市医院影像科上线人工智能阅片系统"
TEASER = "放射科主任介绍，人工智能软件先看片，医生再复核。试用三个月以来，平均每例少用六分钟，漏诊也少了"
SHORT = f"{TEASER}。"
EN = "The county hospital tried the software for three months. Radiologists saved six minutes a case."


def page(below: str = "", *, text: str = SHORT, head: str = "", body: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{TITLE}</title>{head}</head><body {body}>"
        f"<nav><a href='/paid'>付费阅读</a><a href='/login'>登录</a></nav><h1>{TITLE}</h1><div class='content'><p>{text}</p></div>{below}"
        "<footer>关于我们 会员服务 订阅</footer></body></html>"
    )


def linked(**fields: object) -> str:
    value = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE} | fields
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


def wall_of(markup: str) -> str | None:
    found = find_paywall(markup, read_page(markup.encode(), url="https://news.test/a/1.html").text)
    return found.kind if found else None


PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
WALLED = {
    "declared": (page(head=linked(isAccessibleForFree=False)), "paywall"),
    "declared-as-text": (page(head=linked(isAccessibleForFree="False")), "paywall"),
    "declared-in-a-graph": (
        page(head=linked(**{"@type": "WebPage", "@graph": [{"@type": "Article", "isAccessibleForFree": "false"}]})),
        "paywall",
    ),
    "declared-though-the-text-is-all-there": (page(text=TEXT * 3, head=linked(isAccessibleForFree=False, hasPart=PART)), "paywall"),
    "declared-as-microdata": (page(head="<meta itemprop='isAccessibleForFree' content='http://schema.org/False'>"), "paywall"),
    "tier-locked": (page(head="<meta property='article:content_tier' content='locked'>"), "paywall"),
    "tier-metered": (page(head="<meta content='metered' name='article:content_tier'>"), "paywall"),
    "element": (page("<div class='article-paywall-box'><h3>动脉网专业版</h3><a>三十天畅享</a></div>"), "paywall"),
    "element-by-id": (page("<section id='reg-wall'><p>动脉网专业版</p></section>"), "paywall"),
    "log-in-for-the-whole": (page("<div><a>登录</a>后查看全文</div>"), "login"),
    "log-in-politely": (page("<p>您好，请<a>登录</a>后继续阅读全文。还没有账号？<a>立即注册</a></p>"), "login"),
    "log-in-traditional": (page("<p>請先登入後閱讀全文</p>"), "login"),
    "log-in-after-half-a-sentence": (page("<div>注册/登录后可查看剩余内容</div>", text=TEASER + "…"), "login"),
    "subscribe-for-the-whole": (page("<div>订阅后可阅读全文</div>", text=TEASER + "……"), "paywall"),
    "pay-for-the-rest": (page("<div>剩余80%内容需付费阅读</div>"), "paywall"),
    "members-only": (page("<p>本文为会员专享内容，开通会员后即可阅读全文</p>"), "paywall"),
    "unlock": (page("<p>扫码解锁全文</p>"), "paywall"),
    "a-label-after-half-a-sentence": (page("<p>付费阅读</p>", text=TEASER + "..."), "paywall"),
    "inside-the-text": (page(text=f"{TEASER}……</p><p>登录后查看全文"), "login"),
    "nothing-but-a-wall": (page("<p>请登录后查看详情</p>", text=""), "login"),
    "subscribe-in-english": (page("<p>Subscribe to continue reading this story</p>", text=EN), "paywall"),
    "sign-in-in-english": (page("<p>Sign in to read the full article</p>", text=EN), "login"),
    "for-subscribers": (page("<p>This article is exclusively for subscribers.</p>", text=EN), "paywall"),
}
FREE = {
    "plain": page(),
    "declared-free": page(head=linked(isAccessibleForFree=True) + "<meta property='article:content_tier' content='free'>"),
    "another-article-is-locked": page(
        head=linked(**{"@type": "ItemList", "itemListElement": [{"@type": "Article", "isAccessibleForFree": False}]})
    ),
    "only-a-part-is-locked": page(head=linked(isAccessibleForFree=True, hasPart=PART)),
    "it-contradicts-itself": page(head=linked(isAccessibleForFree=False) + "<meta property='article:content_tier' content='free'>"),
    "written-about": page(text=f"{SHORT}</p><p>知网要求读者登录后查看全文，这一做法引发争议，多所高校宣布停用。"),
    "written-about-in-english": page(text=f"{EN}</p><p>Hospitals that want to continue reading scans by hand may do so."),
    "a-long-article-with-a-note": page("<div>登录后查看全文</div><div class='paywall'>专业版</div>", text=TEXT * 3),
    "comments-need-a-login": page("<p>登录后可发表评论</p><p>登录后查看更多评论</p>"),
    "a-paid-column-beside-it": page("<aside><h3>付费阅读</h3><ul><li><a href='/p/1'>专栏：影像三十讲</a></li></ul></aside>"),
    "a-wall-that-is-not-put-up": page(
        "<div class='paywall' style='display: none'>付费后阅读全文</div><template><p>登录后查看全文</p></template>"
    ),
    "marked-as-free": page(body="class='no-paywall paywall-off'"),
    "its-own-text-stands-in-it": page(text=f"{SHORT}</p></div><div class='paywall'><p>{SHORT}第二段也在这里。"),
    "a-talk-to-register-for": page("<p>Register for the webinar to access the slides and meet the team.</p>", text=EN),
    "wallpaper": page("<div class='wallpaper wall-of-fame'>年度十大产品发布</div>"),
}


@pytest.mark.parametrize("name", WALLED)
def test_a_wall_is_told(name: str) -> None:
    markup, kind = WALLED[name]
    assert wall_of(markup) == kind


@pytest.mark.parametrize("name", FREE)
def test_a_free_page_is_not_taken_for_a_wall(name: str) -> None:
    assert wall_of(FREE[name]) is None


def test_no_recorded_page_is_taken_for_a_wall() -> None:
    folder = Path(__file__).parents[1] / "sources" / "recorded"
    pages = [*folder.glob("*/inputs/article.html"), *(Path(__file__).parent / "corpus").rglob("*.html")]
    assert len(pages) > 20
    assert [str(path) for path in pages if wall_of(path.read_bytes().decode("utf-8", "replace"))] == []


def test_no_real_page_is_taken_for_a_wall() -> None:
    if not SHARED.exists():
        pytest.skip("the shared pages are not here")
    pages = [path for path in SHARED.rglob("*") if path.is_file()]
    assert len(pages) > 20
    assert [
        str(path)
        for path in pages
        if wall_of(path.read_bytes().decode("gb18030" if b"gb2312" in path.read_bytes()[:3000] else "utf-8", "replace"))
    ] == []


@pytest.mark.parametrize(
    ("url", "is_login"),
    [
        ("https://news.test/login", True),
        ("https://news.test/user/sign-in.aspx?back=/a/1.html", True),
        ("https://news.test/user_login.jsp", True),
        ("https://passport.news.test/", True),
        ("https://news.test/a/login-troubles-of-hospitals.html", False),
        ("https://www.cas.test/cas/news/1.html", False),
        ("https://news.test/a/2.html", False),
    ],
)
def test_a_redirect_to_a_login_is_told_by_its_address(url: str, *, is_login: bool) -> None:
    found = of_page(page(text=TEXT).encode(), status=200, url=url, asked="https://news.test/a/1.html")
    assert (found is not None and found.kind == "login") == is_login
    assert of_page(page(text=TEXT).encode(), status=200, url=url, asked=url) is None
    assert of_page(b"<rss version='2.0'><channel/></rss>", status=200, url=url, asked="https://news.test/feed") is None


@dataclass
class Walled:
    """One crawl of a site of which much stands behind walls."""

    report: RunReport
    items: dict[str, Item]
    states: dict[str, SourceState]


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    store = StoreSettings(url=f"sqlite:///{tmp_path_factory.mktemp('walls')}/store.db")
    with serve_site() as site:
        site.put_feed("/feed.xml", [(f"/a/{name}.html", f"{TITLE}：{name}") for name in ("free", "paid", "login", "redirected")])
        site.put_article("/a/free.html", TITLE)
        site.put("/a/paid.html", WALLED["subscribe-for-the-whole"][0])
        site.put("/a/login.html", WALLED["log-in-for-the-whole"][0])
        site.pages["/a/redirected.html"] = lambda _: Answer(status=302, headers={"Location": "/user/login?back=1"})
        site.put("/user/login", "<html><body><div id='app'>欢迎回来</div><script src='/app.js'></script><a href='/'>首页</a></body></html>")
        site.put("/list.html", page("<p>请登录后查看全部内容</p>", text=""))
        site.pages["/moved.html"] = lambda _: Answer(status=302, headers={"Location": "/user/login?back=2"})
        rules = ListRules(item="li.row", link="a", title="a::text")
        sources = [site.source(), *(site.source("list_page", f"/{name}.html", id=name, list=rules) for name in ("list", "moved"))]
        report = crawl(sources, LOCAL, store)
        assert all(isinstance(asked, Asked) and asked.method == "GET" for asked in site.log)
    engine = open_store(store)
    with Session(engine, expire_on_commit=False) as session:
        items = {item.title.rpartition("：")[2]: item for item in session.exec(select(Item))}
        states = {state.source_id: state for state in session.exec(select(SourceState))}
    yield Walled(report, items, states)
    engine.dispose()


@pytest.mark.parametrize(("name", "said"), [("paid", "paywall"), ("login", "login"), ("redirected", "login")])
def test_what_stands_behind_a_wall_is_recorded_and_not_stored_as_an_article(walled: Walled, name: str, said: str) -> None:
    item = walled.items[name]
    assert item.status == "unread"
    assert said in item.status_reason
    assert item.text == ""
    assert item.method == "entry"


def test_what_stands_beside_it_is_read(walled: Walled) -> None:
    assert (walled.items["free"].status, "医生再复核" in walled.items["free"].text) == ("kept", True)
    report = next(one for one in walled.report.sources if one.id == "site")
    assert (report.status, report.articles, report.articles_failed) == ("ok", 1, 3)
    assert "articles end at a" in report.note


@pytest.mark.parametrize("name", ["list", "moved"])
def test_a_list_behind_a_login_blocks_its_source(walled: Walled, name: str) -> None:
    report = next(one for one in walled.report.sources if one.id == name)
    assert (report.status, report.error_kind) == ("failed", "login")
    assert walled.states[name].status == "blocked"
    assert "login" in walled.states[name].status_reason
