"""The headline: candidates from headings, metas and the title tag support each other; a site's name at the end is cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .body import Body
from .head import Head
from .hints import Hint
from .page import HEADINGS, Page, clean_text, squash

_SEPARATOR = re.compile(
    r"\s*(?:_|\||｜|丨|--+|—{1,2}|–|»|>|·{2}|«)\s*|\s+[-·•:]\s+|(?<=[\u4e00-\u9fff！？」』”…】）\"!?\d])-(?=[\u4e00-\u9fffA-Z])"
)
_SITE = re.compile(
    r"网|频道|新闻|官网|资讯|门户|首页|在线|日报|晚报|周刊|杂志|财经|头条|客户端|平台|中心|公众号|论坛|博客|\.(?:com|cn|net|org)\b|News|Times|Daily|Post$|Journal|Magazine|Blog|Media|Health$",
    re.I,
)
_TITLE_METAS = (
    "articletitle",
    "og:title",
    "twitter:title",
    "dc.title",
    "title",
    "headline",
    "parsely-title",
    "sailthru.title",
    "citation_title",
    "weibo: article:title",
    "bytedance:title",
)
_GENERIC = re.compile(
    r"^首页\s*[-–>»›/]|您的?(?:当前)?位置|^(?:首页|新闻(?:动态|中心|详情|资讯)?|详情(?:页)?|文章(?:详情|正文)?|正文|内容(?:页)?|home|news|untitled|article|404|403|错误|提示信息|公告)$",
    re.I,
)
# A mark of the site's glued to a headline.
_STUCK = re.compile(r"^(?:原创|置顶|推荐|独家|转载)|(?:原创|置顶|推荐|独家|转载|精华)$")
# The column before a headline, and the office behind one.
_COLUMN = re.compile(
    r"^[\u4e00-\u9fffA-Za-z]{0,8}(?:周刊|评论|時評|时评|快评|锐评|观点|專欄|专栏|栏目|频道|视点|访谈|专访|理论|聚焦|要闻|快讯|人物|观察|论坛|健康|医药|医疗|科技|财经|社会|国内|国际|专题|资讯|新闻|"
    r"动态|日报|晚报|网|解读|公告|通知|特稿|深度|独家|调查|报道|图解|图说|视频|科普|讲堂|课堂)\s*(?:--+|——?\s|\s[|｜丨]\s)\s*(?=.{6})"
)
_OFFICE = re.compile(
    r"\s*(?:_|--?|[|｜丨]|\s[–—]\s|——)\s*(?!访|记|走进|来自|对话|专访)(?:[\u4e00-\u9fff、]{1,14}(?:司|厅|处|办公室|委员会|卫健委|局)|[\u4e00-\u9fff]{0,8}(?:信息|新闻|宣传)中心)\s*$"
    r"|\s*(?:_|--|[|｜丨])\s*[\u4e00-\u9fff]{2,8}(?:网|频道|客户端)\s*$"
)
_MAX = 160
_LONGEST = 1000
_LEAST = 6


@dataclass(slots=True)
class Title:
    """A headline, where it was read, and the block it stands in (-1 when it is in the head only)."""

    text: str = ""
    origin: str = ""
    block: int = -1
    candidates: tuple[tuple[str, float, str], ...] = ()


def read_title(page: Page, head: Head, body: Body) -> Title:
    """Choose the headline of a page: the candidate with the most support, metas and headings against the title tag."""
    found = _candidates(page, head, body)
    if not found:
        return Title()
    raw_title = squash(head.title)
    scored = []
    for text, own, origin, block in found:
        mark = squash(text)
        support = own + sum(other for text2, other, origin2, _ in found if origin2 != origin and squash(text2) == mark)
        if raw_title and origin != "title" and raw_title.startswith(mark) and len(mark) >= 6:
            support += 2.5
        if _GENERIC.match(text) or len(mark) < 4:
            support *= 0.2
        scored.append((support, text, origin, block))
    support, text, origin, block = max(scored, key=lambda one: (one[0], one[3]))
    if block < 0:
        block = next((b for s, t, o, b in scored if b >= 0 and squash(t) == squash(text)), -1)
    return Title(text, origin, block, tuple((t, round(s, 2), o) for s, t, o, _ in scored))


def _candidates(page: Page, head: Head, body: Body) -> list[tuple[str, float, str, int]]:
    site = squash(head.first("og:site_name", "application-name", "sitename"))
    found: list[tuple[str, float, str, int]] = []
    for name in _TITLE_METAS:
        text = head.first(name)
        if text and squash(text) != site:
            weight = 4.0 if name == "articletitle" else 3.0 if name == "og:title" else 1.5
            found.append((_without_site(text, site, keep=True), weight, name, -1))
    if head.linked.headline:
        found.append((_without_site(head.linked.headline, site, keep=True), 3.0, "json-ld", -1))
    if head.title:
        found.append((_without_site(head.title, site), 2.0, "title", -1))
    found += _headings(page, body, site, squash(head.title[:_LONGEST]))
    found += _behind_site(page, head, body)
    return [(_bare(text)[:_MAX], weight, origin, block) for text, weight, origin, block in found if text]


def _bare(text: str) -> str:
    """A headline without the column it stands in and the office that published it."""
    bare = _COLUMN.sub("", text)
    while (cut := _OFFICE.sub("", bare)) != bare and len(squash(cut)) >= _LEAST:
        bare = cut
    return bare


def _behind_site(page: Page, head: Head, body: Body) -> list[tuple[str, float, str, int]]:
    """A line above the text that the title tag repeats behind the name of the site: "Daily News - Headline"."""
    parts = [part for part in _SEPARATOR.split(head.title[:_LONGEST]) if part.strip()]
    if len(parts) < 2 or len(parts[0]) > 16 or not _SITE.search(parts[0]):
        return []
    marks = {squash(part) for part in parts[1:]}
    last = max(0, body.first)
    for i in range(last, max(-1, last - 20), -1):
        text = page.blocks[i].text if i < len(page.blocks) else ""
        if len(text) > 5 and squash(text) in marks and not _GENERIC.match(text) and page.blocks[i].link_chars < 0.5 * len(text):
            return [(text, 2.5, "part", i)]
    return []


def _headings(page: Page, body: Body, site: str, head_title: str) -> list[tuple[str, float, str, int]]:
    """Headings above the text, the nearer the better; h1 first."""
    found = []
    limit = body.first if body.first >= 0 else len(page.blocks)
    for i, block in enumerate(page.blocks[: limit + 1]):
        text = block.text
        if not 2 < block.units < 90 or (block.link_chars > 0.8 * len(text) and block.tag != "h1") or squash(text) == site:
            continue
        bare = _STUCK.sub("", text)
        if bare != text and len(bare) > 5 and head_title.startswith(squash(bare)) and not head_title.startswith(squash(text)):
            text = bare
        box = page.boxes[block.box] if block.box >= 0 else None
        near = 1.0 if limit - i < 14 else 0.0
        near += 0.5 if limit - i < 4 else 0.0
        if block.tag == "h1":
            found.append((text, (4.0 if block.link_chars < 0.8 * len(text) else 1.0) + near, "h1", i))
        elif block.tag in HEADINGS and (box is None or box.hint is not Hint.BAD):
            found.append((text, 1.5 + near, block.tag, i))
        elif box is not None and near and re.search(r"tit(?:le)?(?:$|[\s_\d-])|headline|biaoti|bt$", box.names, re.I):
            found.append((text, 1.4, "named", i))
    return found


def _without_site(title: str, site: str, *, keep: bool = False) -> str:
    """`title` without the names of site and channel at its end. With `keep` only a name that is known to be the site's goes."""
    title = clean_text(title[:_LONGEST])
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    marks = list(_SEPARATOR.finditer(title))
    end = len(parts)
    while end > 1:
        last = parts[end - 1].strip()
        known = bool(site) and (squash(last) == site or (len(site) > 2 and squash(last) in site))
        separator = marks[end - 2].group().strip()
        loose = (
            not keep
            and len(squash("".join(parts[: end - 1]))) >= 6
            and (len(last) <= 14 or (len(last.split()) <= 4 and last.isascii()) or _SITE.search(last) is not None)
        )
        if not last or known or (loose and not (separator in {"—", "——", "–"} and not _SITE.search(last))):
            end -= 1
            continue
        break
    return title[: marks[end - 1].start()].strip() if end < len(parts) else title
