"""What the names of an element (tag, class, id, role) hint at. Words that many systems use, no site's own names."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Hint(IntEnum):
    """What an element's names say about its text."""

    NONE = 0
    GOOD = 1  # the article
    DOUBTFUL = 2  # probably around the article
    BAD = 3  # surely around the article
    CAPTION = 4
    HIDDEN = 5
    CENTRED = 6


HIDDEN_STYLE = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.I)

_BAD_TAGS = frozenset({"nav", "aside", "footer"})
_DOUBTFUL_TAGS = frozenset({"header", "menu"})
_BAD_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "menu", "menubar", "toolbar"})

_S = r"(?:^|[\s_\-:.])"  # a name begins
_E = r"(?:$|[\s_\-:.\d])"  # a name ends
# Whole names only: overflow-hidden hides nothing, and "hidden lg:block" is shown on a wide screen.
_HIDDEN_NAMES = re.compile(
    r"(?:^|\s)(?:hidden|sr-only|visually-?hidden|screen-reader-text|jammer|u-hidden|is-hidden|hidden-text)(?=\s|$)"
    r"(?!.*\b(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline))",
    re.I,
)
_CAPTION_NAMES = re.compile(
    r"caption|(?:img|image|pic|photo|picture)[_-]?(?:desc|info|txt|text|note|title|alt|credit|cap)|tuzhu|tushuo|imgdesc|photo-?credit|media-?credit|image-?source",
    re.I,
)
_CENTRED_NAMES = re.compile(
    rf"{_S}(?:f_center|text-?center|align-?center|has-text-align-center|textalign-?center|ql-align-center){_E}", re.I
)
_BAD_NAMES = re.compile(
    rf"comments?{_E}|comment[_-]?(?:list|box|area|wrap|section|form)|{_S}cmts?{_E}|pinglun|gentie|disqus|respond{_E}|repl(?:y|ies){_E}|"
    rf"relat(?:ed|ion|ive)?(?:[_-]?(?:news|post|article|read|link|content|stor))|{_S}related|{_S}relat(?:e|ion)s?{_E}|xiangguan|recommend|tuijian|{_S}rec(?:om)?{_E}|guess[_-]?like|"
    rf"side-?bar|{_S}side{_E}|right[_-]?(?:side|bar|col|box|cont|part|main){_E}|{_S}rail{_E}|right-rail|breadcrumb|{_S}crumbs?{_E}|{_S}path{_E}|"
    rf"{_S}nav(?:bar|igation|i)?{_E}|{_S}foot(?:er|nav)?{_E}|copyright|banquan|{_S}share|sharing|social|{_S}ads?{_E}|advert|adsense|sponsor|{_S}promo|"
    rf"newsletter|subscri(?:be|ption)|sign-?up|log-?in{_E}|regist(?:er|ration){_E}|pop-?up|modal|cookie|gdpr|qr-?code|{_S}ewm{_E}|erwei|"
    rf"paywall|{_S}toolbar|(?:^|[\s_:.]|(?<!elementor)-)widgets?{_E}|hot[_-]?(?:news|list|rank|article|words?)|rank(?:ing)?(?:[_-]?list)?{_E}|paihang|most-?(?:read|popular|viewed)|trending|"
    rf"{_S}prev[_-]?next|next[_-]?(?:prev|post|article)|post-?nav|shang(?:yi|xia)pian|statement|disclaim|mianze|{_S}declare|"
    rf"article[_-]?tags?{_E}|post-?tags?{_E}|(?:^|[\s_-])tags?(?:[_-]?(?:list|links|cloud|box|wrap))?(?=\s|$)|key-?words?{_E}|wx-?follow|follow-?us|weixin|wechat|download(?:[_-]?app)?{_E}|app[_-]?down|"
    rf"author[_-]?(?:info|box|bio|card|desc|intro|profile|about)|about[_-]?(?:the-?)?author|{_S}bio{_E}|skip-?link|report-?error|jubao|feedback|reprint",
    re.I,
)
_DOUBTFUL_NAMES = re.compile(
    rf"share|{_S}meta{_E}|(?:post|article|entry|news)[_-]?(?:meta|info|header|head|foot|footer|source|time|date|about|bottom|other|tool)|"
    rf"byline|{_S}author{_E}|{_S}editors?{_E}|show_author|article-?editor|{_S}source{_E}|{_S}time{_E}|{_S}date{_E}|{_S}info{_E}|pub-?(?:time|date)|"
    rf"summary{_E}|zhaiyao|daodu|abstract{_E}|pag(?:er|ination|ing|enav|e-?num|es){_E}|{_S}tools?{_E}|{_S}menu{_E}|banner|{_S}top(?:bar|nav){_E}|{_S}head(?:er)?{_E}|"
    rf"{_S}tips?{_E}|vote|{_S}poll{_E}|{_S}like{_E}|zan{_E}|{_S}hot{_E}|{_S}more{_E}|video-?(?:info|list|player)|player|quotation|{_S}copy{_E}|"
    rf"edit{_E}|op(?:er|t)s?{_E}|search|{_S}read-?(?:more|next)|callout|pull-?quote|{_S}insert{_E}|inline-?(?:promo|link)|{_S}card{_E}|author",
    re.I,
)
_GOOD_NAMES = re.compile(
    rf"article[_-]?(?:body|content|text|main|detail|con|txt)|(?:post|entry|story|news|main|page|text|detail)[_-]?(?:body|content|text|con|txt|cont)s?{_E}|"
    rf"{_S}(?:article|content|story|zoom|ucap-content|trs_editor|trs_ueditor|rich_media_content|js_content|artibody|endtext|zhengwen|neirong|detail|prose){_E}|"
    rf"articlebody|hentry|type-post|vsb_content|ueditor|editor-?content|rich-?text|view-?content|con_?text|xl_?(?:con|txt)",
    re.I,
)


@lru_cache(maxsize=8192)
def hint_of(tag: str, class_name: str, id_name: str, role: str) -> Hint:
    """What `tag`, class, id and role of an element say about the text inside."""
    names = f"{class_name} {id_name}"[:300]
    if len(names) > 1:
        if _HIDDEN_NAMES.search(names):
            return Hint.HIDDEN
        if _CAPTION_NAMES.search(names):
            return Hint.CAPTION
        good = _GOOD_NAMES.search(names) is not None
        if not good and tag not in {"html", "body", "main"}:
            if _BAD_NAMES.search(names):
                return Hint.BAD
            if _DOUBTFUL_NAMES.search(names):
                return Hint.DOUBTFUL
        elif good and _BAD_NAMES.search(names):
            return Hint.DOUBTFUL
        if good:
            return Hint.GOOD
        if _CENTRED_NAMES.search(names):
            return Hint.CENTRED
    if tag in _BAD_TAGS or role.lower() in _BAD_ROLES:
        return Hint.BAD
    if tag in _DOUBTFUL_TAGS:
        return Hint.DOUBTFUL
    if tag == "figcaption" or tag == "caption":
        return Hint.CAPTION
    return Hint.GOOD if tag == "article" else Hint.NONE
