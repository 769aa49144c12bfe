"""What the names of an element (tag, class, id, role) hint at. Words that many systems use, no site's own names.

A name is looked through once for all stems by an Aho-Corasick automaton; only the patterns of the stems that were found are tried.
Trying every pattern on every name took as long as parsing the page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import IntEnum, IntFlag
from functools import cache, lru_cache
from typing import Any, NamedTuple

import ahocorasick

from .names import telling_names


class Hint(IntEnum):
    """What an element's names say about its text."""

    NONE = 0
    GOOD = 1  # the article
    DOUBTFUL = 2  # probably around the article
    BAD = 3  # surely around the article
    CAPTION = 4
    HIDDEN = 5
    CENTRED = 6


class Holds(IntFlag):
    """Whom an element's names say that it names."""

    NOBODY = 0
    PERSON = 1
    OUTLET = 2


class Meaning(NamedTuple):
    """What the names of an element say."""

    hint: Hint
    holds: Holds


HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|(?<![\w-])(?:left|top|text-indent)\s*:\s*-\d{4,}(?:px|em)|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.I
)

_BAD_TAGS = frozenset({"nav", "aside", "footer"})
_DOUBTFUL_TAGS = frozenset({"header", "menu"})
_BAD_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "menu", "menubar", "toolbar"})

# Where a name of several words is written in one, as in commentText.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# What only names without those of style and layout may mean.
_OF_SURROUNDINGS = frozenset({"BAD", "DOUBTFUL", "CAPTION"})
_S = r"(?:^|[\s_\-:.])"  # a name begins
_E = r"(?:$|[\s_\-:.\d])"  # a name ends
_OF_POST = r"(?:post|article|entry|news)[_-]?"
_OF_TEXT = r"(?:post|entry|story|news|main|page|text|detail)[_-]?"
_OF_IMAGE = r"[_-]?(?:desc|info|txt|text|note|title|alt|credit|cap)"
# What stands around an article is named after it, too: article-info is none.
_AROUND = r"(?![_-]?(?:info|meta|source|time|date|author|editor|byline|tools?|foot(?:er)?|bottom|other|about)(?:$|[\s_\-:.\d]))"
# Whole names only: overflow-hidden hides nothing, and "hidden lg:block" is shown on a wide screen.
_ALL = r"(?:^|\s)(?:{})(?=\s|$)(?!.*\b(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline))"

# Stem → pattern, both in lower case. Whatever the pattern matches holds the stem.
_HIDDEN_NAMES = {
    "hidden": _ALL.format("hidden|visually-?hidden|u-hidden|is-hidden"),
    "hidden-text": _ALL.format("hidden-text"),
    "sr-only": _ALL.format("sr-only"),
    "screen-reader-text": _ALL.format("screen-reader-text"),
    "editsection": r"(?:^|\s)mw-editsection(?=\s|$)",
    "jammer": _ALL.format("jammer"),
}
_CAPTION_NAMES = {
    "caption": r"(?<!no)(?<!no[_-])(?<!has[_-])(?<!with[_-])caption",
    "img": f"img{_OF_IMAGE}",
    "image": f"image(?:{_OF_IMAGE}|-?source)",
    "pic": f"pic(?:ture)?{_OF_IMAGE}",
    "photo": f"photo(?:{_OF_IMAGE}|-?credit)",
    "media": "media-?credit",
    "tuzhu": "tuzhu",
    "tushuo": "tushuo",
}
_CENTRED_NAMES = {"center": rf"{_S}(?:f_center|text-?center|align-?center|has-text-align-center|textalign-?center|ql-align-center){_E}"}
_BAD_NAMES = {
    "comment": rf"comments?{_E}|comment[_-]?(?:list|box|area|wrap|section|form)",
    "cmt": rf"{_S}cmts?{_E}",
    "pinglun": "pinglun",
    "gentie": "gentie",
    "disqus": "disqus",
    "respond": rf"respond{_E}",
    "repl": rf"repl(?:y|ies){_E}",
    "relat": rf"relat(?:ed|ion|ive)?[_-]?(?:news|post|article|read|link|content|stor)|{_S}related|{_S}relat(?:e|ion)s?{_E}",
    "xiangguan": "xiangguan",
    "recommend": "recommend",
    "tuijian": "tuijian",
    "rec": rf"{_S}rec(?:om)?{_E}",
    "guess": "guess[_-]?like",
    "side": rf"side-?bar|{_S}side{_E}",
    "right": rf"right[_-]?(?:side|bar|col|box|part){_E}|right-rail",
    "rail": rf"{_S}rail{_E}",
    "crumb": rf"breadcrumb|{_S}crumbs?{_E}",
    "path": rf"{_S}path{_E}",
    "nav": rf"{_S}nav(?:bar|igation|i)?{_E}|post-?nav",
    "foot": rf"{_S}foot(?:er|nav)?{_E}",
    "copyright": "copyright",
    "banquan": "banquan",
    "shar": rf"{_S}share(?!holder)|sharing",
    "outbrain": "outbrain",
    "taboola": "taboola",
    "social": "social",
    "ad": rf"{_S}ads?{_E}|advert|adsense",
    "sponsor": "sponsor",
    "promo": rf"{_S}promo",
    "newsletter": "newsletter",
    "subscri": "subscri(?:be|ption)",
    "sign": "sign-?up",
    "log": rf"log-?in{_E}",
    "regist": rf"regist(?:er|ration){_E}",
    "pop": "pop-?up",
    "modal": "modal",
    "cookie": "cookie",
    "gdpr": "gdpr",
    "qr": "qr-?code",
    "ewm": rf"{_S}ewm{_E}",
    "erwei": "erwei",
    "toolbar": rf"{_S}toolbar",
    "widget": rf"(?:^|[\s_:.]|(?<!elementor)-)widgets?{_E}",
    "hot": "hot[_-]?(?:news|list|rank|article|words?)",
    "rank": rf"rank(?:ing)?(?:[_-]?list)?{_E}",
    "paihang": "paihang",
    "most": "most-?(?:read|popular|viewed)",
    "trending": "trending",
    "prev": rf"{_S}prev[_-]?next",
    "next": "next[_-]?(?:prev|post|article)",
    "shang": "shang(?:yi|xia)pian",
    "statement": "statement",
    "disclaim": "disclaim",
    "mianze": "mianze",
    "declare": rf"{_S}declare",
    "tag": rf"article[_-]?tags?{_E}|post-?tags?{_E}|(?:^|[\s_-])tags?(?:[_-]?(?:list|links|cloud|box|wrap))?(?=\s|$)",
    "key": rf"key-?words?{_E}",
    "follow": "wx-?follow|follow-?us",
    "weixin": "weixin",
    "wechat": "wechat",
    "download": rf"download(?:[_-]?app)?{_E}",
    "app": "app[_-]?down",
    "author": "author[_-]?(?:info|box|bio|card|desc|intro|profile|about)|about[_-]?(?:the-?)?author",
    "bio": rf"{_S}bio{_E}",
    "toc": rf"{_S}toc{_E}",
    "table-of": "table-of-contents",
    "skip": "skip-?link",
    "report": "report-?error",
    "jubao": "jubao",
    "feedback": "feedback",
    "reprint": "reprint",
}
_DOUBTFUL_NAMES = {
    "share": "share",
    "meta": rf"{_S}meta{_E}|{_OF_POST}meta",
    "info": rf"{_S}info{_E}|{_OF_POST}info|video-?info",
    "head": rf"{_S}head(?:er)?{_E}|{_OF_POST}head",
    "foot": rf"{_OF_POST}foot",
    "source": rf"{_S}source{_E}|{_OF_POST}source",
    "time": rf"{_S}time{_E}|{_OF_POST}time|pub-?time",
    "date": rf"{_S}date{_E}|{_OF_POST}date|pub-?date",
    "about": rf"{_OF_POST}about",
    "bottom": rf"{_OF_POST}bottom",
    "other": rf"{_OF_POST}other",
    "tool": rf"{_S}tools?{_E}|{_OF_POST}tool",
    "byline": "byline",
    "author": "author",
    "editor": rf"{_S}editors?{_E}|article-?editor",
    "summary": rf"summary{_E}",
    "zhaiyao": "zhaiyao",
    "daodu": "daodu",
    "abstract": rf"abstract{_E}",
    "pag": rf"pag(?:er|ination|ing|enav|e-?num|es){_E}",
    "menu": rf"{_S}menu{_E}",
    "banner": "banner",
    "top": rf"{_S}top(?:bar|nav){_E}",
    "tip": rf"{_S}tips?{_E}",
    "vote": "vote",
    "poll": rf"{_S}poll{_E}",
    "like": rf"{_S}like{_E}",
    "zan": rf"zan{_E}",
    "hot": rf"{_S}hot{_E}",
    "more": rf"{_S}(?:read-?)?more{_E}|{_S}read-?more",
    "next": rf"{_S}read-?next",
    "video": "video[_-]?(?:list|player|desc|asset|resource)",
    "player": "player",
    "quotation": "quotation",
    "copy": rf"{_S}copy-?(?:link|url|btn|button){_E}",
    "edit": rf"edit{_E}",
    "op": rf"op(?:er|t)s?{_E}",
    "search": "search",
    "callout": "callout",
    "quote": "pull-?quote",
    "insert": rf"{_S}insert{_E}",
    "inline": "inline-?(?:promo|link)",
    "card": r"(?:^|\s)card(?=\s|$)",
}
_GOOD_NAMES = {
    "article": rf"article[_-]?(?:body|content|text|main|detail|con|txt)|{_S}article{_AROUND}{_E}",
    "body": rf"{_OF_TEXT}bodys?{_E}",
    "con": rf"{_OF_TEXT}con(?:t|tent)?s?{_E}|con_?text|xl_?con",
    "text": rf"{_OF_TEXT}texts?{_E}",
    "txt": rf"{_OF_TEXT}txts?{_E}|xl_?txt",
    "content": rf"{_S}(?:content{_AROUND}|ucap-content|rich_media_content|js_content){_E}|vsb_content|(?:editor-?|view-?)content",
    "story": rf"{_S}story{_AROUND}{_E}",
    "zoom": rf"{_S}zoom{_E}",
    "editor": rf"{_S}trs_u?editor{_E}|ueditor",
    "artibody": rf"{_S}artibody{_E}",
    "endtext": rf"{_S}endtext{_E}",
    "zhengwen": rf"{_S}zhengwen{_E}",
    "neirong": rf"{_S}neirong{_E}",
    "detail": rf"{_S}detail{_AROUND}{_E}",
    "copy": rf"(?:article|body|story|post|entry|main|page)[_-]?copy{_E}",
    "prose": rf"{_S}prose{_E}",
    "hentry": "hentry",
    "type-post": "type-post",
    "rich": "rich-?text",
}
_PERSON_NAMES = {
    **{stem: rf"(?:^|[\s_-]){stem}s?(?:$|[\s_-])" for stem in ("writer", "byline", "reporter", "zuozhe", "contributor")},
    "author": r"(?:^|[\s_-])authors?(?:$|[\s_-])|author-?name",
    "fn": r"(?:^|\s)fn(?:$|\s)",
    "display-name": r"(?:^|\s)display-name(?:$|\s)",
    "writername": "writername",
    "rich_media_meta": r"(?:^|\s)rich_media_meta_text(?=\s|$)",
}
_OUTLET_NAMES = {
    **{stem: rf"(?:^|[\s_-]){stem}(?:$|[\s_-])" for stem in ("laiyuan", "origin", "account", "publisher", "ly")},
    "source": r"(?:^|[\s_-])source(?:$|[\s_-])|source-?name",
    "media": r"(?:^|[\s_-])media-?name(?:$|[\s_-])",
    "author": "author-?name",
    "nick": r"(?:^|[\s_-])nick-?name(?:$|[\s_-])",
}
_TABLES: tuple[tuple[Hint | Holds, dict[str, str]], ...] = (
    (Hint.HIDDEN, _HIDDEN_NAMES),
    (Hint.CAPTION, _CAPTION_NAMES),
    (Hint.BAD, _BAD_NAMES),
    (Hint.DOUBTFUL, _DOUBTFUL_NAMES),
    (Hint.GOOD, _GOOD_NAMES),
    (Hint.CENTRED, _CENTRED_NAMES),
    (Holds.PERSON, _PERSON_NAMES),
    (Holds.OUTLET, _OUTLET_NAMES),
)


@cache
def _automaton() -> Any:
    """All stems, each with what it may mean and the pattern that decides."""
    found: defaultdict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
    for meaning, table in _TABLES:
        for stem, pattern in table.items():
            found[stem].append((meaning.name or "", re.compile(pattern)))
    automaton = ahocorasick.Automaton()
    for stem, patterns in found.items():
        automaton.add_word(stem, patterns)
    automaton.make_automaton()
    return automaton


def _said(names: str) -> set[str]:
    """Names of all hints that `names` give."""
    said: set[str] = set()
    for _, patterns in _automaton().iter(names):
        for meaning, pattern in patterns:
            if meaning not in said and pattern.search(names):
                said.add(meaning)
    return said


@lru_cache(maxsize=8192)
def meaning_of(tag: str, classes: str, identifier: str = "", kind: str = "", *, role: str = "", rel: str = "") -> Meaning:
    """What an element says about the text inside by its tag and its attributes class, id, itemprop, role and rel."""
    names = f"{classes} {identifier} {kind}".rstrip()
    said = _said(_HUMP.sub("-", f"{names} {rel}"[:300]).lower()) if names or rel else set()
    if not said.isdisjoint(_OF_SURROUNDINGS):
        said = (said - _OF_SURROUNDINGS) | (_said(telling_names(tag, classes[:300], identifier[:100], kind)) & _OF_SURROUNDINGS)
    holds = (Holds.PERSON if "PERSON" in said else Holds.NOBODY) | (Holds.OUTLET if "OUTLET" in said else Holds.NOBODY)
    return Meaning(_hint(tag, said, role), holds)


def _hint(tag: str, said: set[str], role: str) -> Hint:
    if "HIDDEN" in said:
        return Hint.HIDDEN
    if "CAPTION" in said:
        return Hint.CAPTION
    if "GOOD" in said and tag not in _BAD_TAGS:
        return Hint.DOUBTFUL if "BAD" in said else Hint.GOOD
    if tag not in {"html", "body", "main"}:
        if "BAD" in said:
            return Hint.BAD
        if "DOUBTFUL" in said:
            return Hint.DOUBTFUL
    if "CENTRED" in said:
        return Hint.CENTRED
    if tag in _BAD_TAGS or role.lower() in _BAD_ROLES:
        return Hint.BAD
    if tag in _DOUBTFUL_TAGS:
        return Hint.DOUBTFUL
    if tag == "figcaption" or tag == "caption":
        return Hint.CAPTION
    return Hint.GOOD if tag == "article" else Hint.NONE
