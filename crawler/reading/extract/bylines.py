# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Who wrote, who edited, which outlet: from the source's own selector, visible bylines, linked data and metas, in order of trust."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from .body import Body
from .head import Head
from .hints import Holds
from .page import Block, Page
from .people import english_names, is_chinese_name, is_latin_name, leading_names, pen_names

_HAN = "\u4e00-\u9fff"
_LABEL = r"[\s　]*[：:|丨｜∣/／][\s　]*"
_AUTHOR = re.compile(
    rf"(?:^|[\s　|丨(（\[【/·•，,；;])(?:本文|文章|特约)?(?:作\s*者|作家|撰\s*文|撰\s*稿(?:人)?|采写|执\s*笔|執\s*筆|主\s*笔|編譯|编译|原创|原創|文\s*/\s*图|文图|图文|文)(?:/[{_HAN}]{{1,4}})?{_LABEL}(?:[{_HAN}]{{0,8}}(?:记者|記者)\s*)?([{_HAN}·A-Za-z][^：:。；]{{1,60}})"
)
_AUTHOR_SPACE = re.compile(
    rf"^[\s(（\[【]*(?:文\s*[/／、&]\s*图|图\s*[/／、&]\s*文|图文|文图|撰文|采写|作者|《[^》]{{1,12}}》作者)[\s　]+([{_HAN}][^：:。；]{{1,40}})"
)
_AUTHOR_IS = re.compile(
    rf"作者(?:系|为|是)[{_HAN}]{{2,24}}[\s　]+([{_HAN}]{{2,4}})(?![{_HAN}])|^[（(]?作者([{_HAN}]{{2,4}})[，,]\s*[系为是现]"
)
_BEFORE_LABEL = re.compile(rf"^[（(]?([{_HAN}][{_HAN}\s　、]{{1,20}}?)\s*[/／]\s*(?:文|撰文|撰稿|采写)[)）]?$")
_REPORTER = re.compile(
    rf"(?:^|[\s　|丨(（\[【〔／/，,。；]|(?<=[{_HAN}\d]))(?:首席|资深|实习|见习|特约|特派|全媒体|融媒体|文字)?(?:记\s*者|記\s*者|评论员|评论员：)\s*{_LABEL[0:0]}[：:|丨｜/／\s　]*([{_HAN}][{_HAN}·A-Za-z\s　、，,和]{{1,50}})"
)
_PAREN_REPORTER = re.compile(
    rf"[(（【\[〔]([^()（）【】〔〕]{{0,24}}?)(?:记者|記者)[：:\s　]*([{_HAN}][^()（）【】〔〕：:。]{{1,60}})[)）】\]〕]"
)
_PAREN_CORRESPONDENT = re.compile(
    rf"[(（【\[〔][^()（）【】〔〕]{{0,12}}?(?:通讯员|通訊員|供稿人?|投稿人?)[：:\s　]*([{_HAN}][^()（）【】〔〕：:。]{{1,60}})[)）】\]〕]"
)
# Labels of writing, after which a list may hold pen names only.
_PENNED = re.compile(
    rf"(?:^|[\s　|丨(（\[【])(?:执\s*笔|執\s*筆|撰\s*文|采\s*写|主\s*笔|文)(?:人)?{_LABEL}([{_HAN}][^：:。；()（）]{{1,40}})[)）\]】]?$"
)
_REPORTS = re.compile(rf"(?:记者|記者)\s*([{_HAN}]{{2,3}})\s*(?:报道|報導)")
_CORRESPONDENT = re.compile(rf"通讯员[：:\s　]*([{_HAN}][{_HAN}\s　、，,]{{1,40}})")
_SIGNED = re.compile(
    rf"[(（]\s*((?:文\s*[/／、]?\s*图|图\s*[/／、]?\s*文|文|作者|撰文|记者)?[：:/／\s　]*[{_HAN}][{_HAN}\s　、]{{1,16}})[)）]\s*$"
)
_NAME_OUTLET = re.compile(rf"^([{_HAN}][{_HAN}\s、]{{1,16}}?)\s*[/／|丨｜]\s*([{_HAN}《A-Za-z0-9]{{2,16}})$")
_EDITOR = re.compile(
    rf"(?:责任编辑|責任編輯|责\s*任\s*编\s*辑|责\s*编|責\s*編|值班编辑|本期编辑|网络编辑|网站编辑|(?<!责任)编\s*辑|(?<!責任)編\s*輯)\s*[：:|丨｜∣/／\s　]\s*([{_HAN}A-Za-z][{_HAN}·A-Za-z0-9_\s　、，,]{{0,40}})"
)
_SOURCE = re.compile(
    r"(?<![图圖片])(?:(?:本文|文章|稿件|信息|内容|新闻|消息)?(?:来\s*源|來\s*源|出\s*处|转自|轉自|转载自|摘自)|稿源|文章出处)\s*[于自]?\s*[：:|丨｜∣]\s*(?:微信公众号)?[\s　《“\"「【]*([^\s　|｜丨》”\"」】]{2,30}(?: [A-Za-z][\w.]*)*)"
)
_SOURCE_END = re.compile(
    r"(?:作\s*者|责任?编|编\s*辑|发布(?=时间|日期|人|者|单位|于|\s*[：:])|日期|时间|字\s*号|浏览|点击|阅读|\d{4}[-年/]|（|\(|原创稿|，|,|；|。|记者|访问|分享|打印|【|撰稿|20\d\d).*$"
)
_BY = re.compile(r"^\s*(?:(?:written|posted|reported|published|story|words)\s+)?by:?\s+(?=[A-ZÀ-Þ])(.{3,140})", re.I)
_NOBODY = re.compile(
    r"^(?:name|admin|administrator|author|editor|webmaster|root|user|test|unknown|anonymous|default|null|none|undefined)\b|@|https?:|\d{3}",
    re.I,
)


_LABELS = re.compile(
    r"((?:责任|責任)?编\s*辑|责\s*编|(?<![图圖片])来\s*源|(?<![图圖片])來\s*源|作\s*者|记\s*者|記\s*者|发布(?:时间|日期|人|者|单位)?|時間|时间|日期|字号|阅读|浏览|点击|摄影|校对|审核|通讯员)(?=\s*[：:|丨｜∣])"
)
# Cheap test before the costly patterns: none of them matches a text without one of these.
_MAY_NAME = re.compile(r"[作撰文采执編编译譯原记記论]")
_MAY_LABEL = re.compile(r"[：:|丨｜∣]")
_MAY_CITE = re.compile(r"[来來出转轉摘稿]")
_MAY_EDIT = re.compile(r"[编編]")
_PICTURE = re.compile(r"摄|图片|供图|photo|image", re.I)
_ZONE = re.compile(r"^(?:UTC|GMT|[ECMP][SD]?T|BST|CES?T|AM|PM)$", re.I)
# A name before its outlet or a date, or with nothing else in its line: "张三 · 2026-03-14 10:20", "张三 江陵日报 2026-03-14".
_DATED = r"(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}|\d{1,2}\s*[-/月]\s*\d{1,2}|\d{1,2}\s*(?:分钟|小时|天)前|昨天|今天)"
_NAME_DATE = re.compile(
    rf"^([{_HAN}]{{3}}|[{_HAN}]{{2}}(?=\s*[·•∙|｜丨]))\s*[·•∙|｜丨\s]\s*(?:[{_HAN}A-Za-z0-9·《》]{{2,16}}[报網网社刊台]?\s+)?{_DATED}"
)
# What three characters under a headline are, when they are no name, though they begin with a surname: 高血压.
_NO_LONE = re.compile(r"[病症科炎癌压糖脂障药率费法股类学所省市县区展赛奖榜刊集辑讲课谈话评篇版栏]$")
_HAS_DATE = re.compile(_DATED)
_ATTACHED = re.compile(rf"作\s*者[：:\s]*([{_HAN}]{{2,4}})(?![{_HAN}])")
_AFTER_DATE = re.compile(
    rf"\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?\s+(?:来源\s*)?([{_HAN}A-Za-z][{_HAN}A-Za-z0-9·\-]{{1,19}})(?:$|\s+(?=字体|字号|作者|编辑|评论|阅读|浏览|分享))"
)
_FROM = re.compile(
    r"^[\s（(【\[*※]*(?:本文|文章|内容)(?:转载|综合)?(?:来自|來自|首发于|源自)[：:\s]*(?:微信)?(?:公众号|公眾號)?[：:\s]*[“\"「《【]?([^\s，,。（(”\"」》】：:]{2,20})"
)
_REPORTER_OF = re.compile(
    rf"^[\s（(【\[]*([{_HAN}A-Za-z0-9]{{1,10}}?(?:[报報网網社刊台]|新闻|新聞|周刊|报道|報導|财经))\s*[／/|]?\s*(?:首席|资深|见习|实习|全媒体|融媒体|摄影)?(?:记者|記者)"
)
_BEFORE_DATE = re.compile(rf"^([{_HAN}A-Za-z0-9]{{1,12}}(?:[报報网網社刊台]|新闻|新聞|周刊|财经))\s*[·•∙|｜丨\s]\s*{_DATED}")
_OURS = re.compile(r"^(?:本[报報网網社刊台]|据)")
_CITED = re.compile(r"^(?:来\s*源|來\s*源|出处|稿源)\s*[于自於]?\s*[：:]?\s*")
_NO_OUTLET = re.compile(
    r"^(?:(?:星期|周|礼拜)[一二三四五六日天]|听新闻|朗读|收听|语音播报|分享|评论|收藏|打印|关注|举报|阅读|浏览|字号|原创|转载|发布|发表|编辑|更新|登录|正文)"
)

_OUTLET_METAS = (
    "contentsource", "source", "article:source", "og:source", "mediaid", "content-source", "dc.source", "bytedance:source", "copyright-source",
)  # fmt: skip


@dataclass(slots=True)
class Credits:
    """People and outlet a page names, each with where it was read."""

    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    source: str = ""
    trust: dict[str, str] = field(default_factory=dict)


def read_credits(page: Page, head: Head, body: Body, *, title_block: int = -1) -> Credits:
    """Authors, editors and outlet of the article that `body` found on `page`.

    Authors are people's names only: never an editor, a desk or the outlet. Nothing is guessed from the running text but a reporter in
    brackets and a signature at its end.
    """
    above, first, tail = _zones(page, body, title_block)
    marked = [page.blocks[i] for i, reason in body.dropped if reason in {"byline", "source", "credit", "furniture"}]
    credits = Credits()
    credits.editors = _editors([*above, *tail])
    credits.source, origin = _outlet(page, head, [*above, *tail, *first[:1]], first[:4])
    if credits.source:
        credits.trust["source"] = origin
    named_above = _labelled(above)
    for origin, names in (
        ("byline", named_above),
        ("byline", _labelled([block for block in first if block.units < 45])),
        ("reporter", _reporters(first)),
        ("byline", _labelled([block for block in marked if block.units < 45 and not _PICTURE.search(block.text)])),
        ("byline", _labelled([block for block in tail if block.units < 45], latin=False)),
        ("signature", _reporters([block for block in tail if block.units < 30])),
        ("named", _named_people(page, above)),
        ("above", _before_outlet(above, credits.source)),
        ("above", _plain(above)),
        ("signature", _signature(page, body)),
        ("json-ld", [name for one in head.linked.authors for name in _person(one)]),
        ("meta", [name for one in _meta_authors(head) for name in _person(one)]),
    ):
        if origin in {"json-ld", "meta"}:
            names = [name for name in names if not _is_subject(name, page.title)]
        # Who is called author or reporter of the report is one, even if he edited it, too.
        kept = names is named_above or origin == "reporter"
        names = [name for name in names if (kept or name not in credits.editors) and name != credits.source]
        if names:
            credits.authors = list(dict.fromkeys(names))
            credits.trust["authors"] = origin
            break
    return credits


def _is_subject(name: str, title: str) -> bool:
    """Whether a headline says what somebody does, as those of releases do: "Acme Bio Announces Results" names a company."""
    return re.match(rf"{re.escape(name)}\s+[A-Za-z]+(?:s|ed)\b", title) is not None


def _zones(page: Page, body: Body, title_block: int) -> tuple[list[Block], list[Block], list[Block]]:
    """Blocks between title and text, the first ones of the text, and those at and after its end."""
    blocks = page.blocks
    if body.first < 0:
        return blocks[:60], [], []
    start = title_block if 0 <= title_block <= body.first else body.first - 12
    above = [blocks[i] for i in range(max(0, start - 3), body.first) if i != title_block and blocks[i].units < 70]
    box_first = page.boxes[body.box].first if body.box >= 0 else body.first
    first = blocks[min(box_first, body.first) : body.first + 3]
    tail = [block for block in blocks[max(body.first + 1, body.last - 2) : body.last + 14] if block.units < 90]
    return above, first, tail


def _spaced(text: str) -> str:
    """The first 200 characters with a blank before every label: fields stand side by side without one in the source."""
    text = text[:200]
    return _LABELS.sub(r" \1", text) if _MAY_LABEL.search(text) else text


def _labelled(blocks: list[Block], *, latin: bool = True) -> list[str]:
    for block in blocks:
        if not _MAY_NAME.search(block.text[:160]):
            continue
        for pattern in (_AUTHOR, _AUTHOR_SPACE):
            for match in pattern.finditer(_spaced(block.text)):
                names = leading_names(match.group(1), labelled=True) or _latin_list(match.group(1))
                penned = _PENNED.search(match.string)
                if penned and len(pen := pen_names(penned[1])) > len(names):
                    names = pen
                if names:
                    return names
        told = _AUTHOR_IS.search(block.text[:200]) or _BEFORE_LABEL.match(block.text[:200])
        if told and (names := leading_names(next(group for group in told.groups() if group))):
            return names
        if (penned := _PENNED.search(block.text[:200])) and (names := pen_names(penned[1])):
            return names
    for block in blocks if latin else ():
        byline = _BY.match(block.text[:200])
        if byline and (names := english_names(byline.group(1))):
            return names
    for block in blocks:
        if block.units < 60 and _MAY_NAME.search(block.text[:160]):
            names = [name for match in _REPORTER.finditer(_spaced(block.text)) for name in leading_names(match.group(1))]
            if names:
                return names
    return []


def _latin_list(text: str) -> list[str]:
    return english_names(text) if text[:1].isascii() else []


def _elements(page: Page, blocks: list[Block], holds: Holds) -> list[str]:
    """Texts of the elements around `blocks` whose names say that they hold a person or an outlet."""
    boxes: set[int] = set()
    for block in blocks:
        box = block.box
        for _ in range(3):  # the element that names somebody, or one around his name
            if box < 0 or page.boxes[box].last - page.boxes[box].first > 6:
                break
            boxes.add(box)
            box = page.boxes[box].parent
    return [named.text for named in page.named if named.box in boxes and holds in named.holds]


def _named_people(page: Page, blocks: list[Block]) -> list[str]:
    for text in _elements(page, blocks, Holds.PERSON):
        names = leading_names(text) or english_names(text)
        if names:
            return names
    return []


def _reporters(blocks: list[Block]) -> list[str]:
    for block in blocks:
        names = [name for match in _PAREN_REPORTER.finditer(block.text[:300]) for name in leading_names(match.group(2))]
        names = names or [name for match in _PAREN_CORRESPONDENT.finditer(block.text[:300]) for name in leading_names(match.group(1))]
        names = names or [name for match in _REPORTS.finditer(block.text[:120]) for name in leading_names(match.group(1))]
        if names:
            return names
    return []


def _plain(blocks: list[Block]) -> list[str]:
    """A name alone, or before its outlet, in the lines under the title."""
    for block in blocks:
        match = _NAME_OUTLET.match(block.text) or _ATTACHED.search(block.text[:200]) or _NAME_DATE.match(block.text[:80])
        if match and _NO_LONE.search(match.group(1)):
            continue
        if match and (names := leading_names(match.group(1))):
            return names
    for block, beside in itertools.chain(itertools.pairwise(blocks), itertools.pairwise(blocks[::-1])):
        if (
            len(block.text) == 3
            and not _NO_LONE.search(block.text)
            and is_chinese_name(block.text)
            and len(beside.text) < 40
            and _HAS_DATE.search(beside.text)
        ):
            return [block.text]
    return []


def _before_outlet(blocks: list[Block], outlet: str) -> list[str]:
    """A writer named before the outlet, as public accounts do: "原创 王小满 青石健康观察"."""
    for block in blocks if outlet else ():
        before, found, _ = block.text[:120].partition(outlet)
        before = re.sub(r"^(?:原创|原創|首发)[\s:：]*", "", before).strip(" ·•|丨｜　")
        if found and 1 < len(before) < 20 and (names := leading_names(before)) and "".join(names) == re.sub(r"[\s、，,&]", "", before):
            return names
    return []


def _signature(page: Page, body: Body) -> list[str]:
    for i in range(body.last, max(body.first, body.last - 3) - 1, -1):
        match = _SIGNED.search(page.blocks[i].text) if 0 <= i < len(page.blocks) else None
        if match:
            inner = re.sub(r"^(?:文\s*[/／、]?\s*图|图\s*[/／、]?\s*文|文|作者|撰文|记者)[：:/／\s　]*(?=.)", "", match.group(1))
            return leading_names(inner)
    return []


def _editors(blocks: list[Block]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if not _MAY_EDIT.search(block.text[:200]):
            continue
        line = _spaced(block.text)
        match = _EDITOR.search(line)
        while match:
            text = match.group(1).strip()
            names = leading_names(text, labelled=True) or ([text.split()[0]] if re.match(r"^[A-Za-z][\w]{2,19}(?:\s|$)", text) else [])
            found += [name for name in names if name not in found]
            match = _EDITOR.search(line, match.start(1))  # the next label may have been taken for a part of this one's names
    return found


def _outlet(page: Page, head: Head, blocks: list[Block], first: list[Block]) -> tuple[str, str]:
    for block in blocks:
        label = _SOURCE.search(_spaced(block.text)) if _MAY_CITE.search(block.text[:200]) else None
        if label and (name := _SOURCE_END.sub("", label.group(1)).strip(' :：-_·《》<>“”")）】]')):
            return name[:40] + ("》" if "《" in name[:40] and label.string[label.end(1) : label.end(1) + 1] == "》" else ""), "byline"
    for name in _OUTLET_METAS:
        value = re.sub(r"^(?:来源|來源)\s*[：:]\s*", "", head.first(name))
        value = _SOURCE_END.sub("", value).strip()
        if value and not value.isdigit() and not value.startswith("http"):
            return value[:40], "meta"
    for block in first:
        if label := _FROM.search(block.text[:120]):
            return label[1], "byline"
    people = _elements(page, blocks, Holds.PERSON)
    for text in _elements(page, blocks, Holds.OUTLET):
        text = _CITED.sub("", text).strip(" ：:")
        person = is_chinese_name(text) or (text in people and is_latin_name(text))
        if 1 < len(text) < 20 and not re.search(r"\d{2}[:：-]\d{2}|[：:]", text) and not person:
            return text, "named"
    for block in blocks:
        match = _AFTER_DATE.search(block.text[:80]) or _NAME_OUTLET.match(block.text)
        if (
            match
            and not _PENNED.search(block.text)
            and not is_chinese_name(name := match.group(match.lastindex or 1))
            and not _ZONE.match(name)
            and not _NO_OUTLET.match(name)
        ):
            return name, "byline"
    for pattern, zone in ((_BEFORE_DATE, blocks), (_REPORTER_OF, [*blocks, *first])):
        for block in zone:
            match = pattern.search(block.text[:120])
            if match and not _OURS.match(match[1]):
                return match[1], "byline"
    for name, origin in ((head.linked.publisher, "json-ld"), (head.first("og:site_name", "application-name"), "meta")):
        if name:
            return name[:40], origin
    return "", ""


def _meta_authors(head: Head) -> list[str]:
    names = (
        "author",
        "article:author",
        "dc.creator",
        "dc.creator.personalname",
        "parsely-author",
        "sailthru.author",
        "byl",
        "byline",
        "article:author_name",
        "twitter:creator:name",
        "citation_author",
        "dcterms.creator",
    )
    return [value for name in names for value in head.metas.get(name, ())]


def _person(text: str) -> list[str]:
    """People in a machine-readable author value; codes, addresses and outlets give nobody."""
    text = text.strip()
    if not text or _NOBODY.search(text) or len(text) > 120:
        return []
    if is_chinese_name(text) or is_latin_name(text):
        return [text]
    return leading_names(text) or english_names(text)
