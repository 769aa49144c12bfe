# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Which of an element's names may say what it is: classes that only style it, states of the layout and slugs of headings do not."""

from __future__ import annotations

import re

# Elements that hold one paragraph: what they are called counts only when it is said and nothing else.
ONE_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dt", "dd"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# Where a name of several words is written in one, as in commentText.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_STYLE = re.compile(
    r"^(?:text|txt|font|fw|fs|ff|lh|line|leading|tracking|bg|background|border|margin|padding|space|spacing|gap|align|vertical|valign|"
    r"items|justify|self|colou?r|theme|shadow|rounded|radius|overflow|object|opacity|cursor|whitespace|break|underline|decoration|"
    r"animate|transition|size|weight|typography|typo|type|mui[a-z]*|chakra|headings?|h[1-6]|category|tag(?!-(?:list|links?|cloud|box|wrap)))-"
    r"|(?:^|-)u-"
)
# "with-sidebar", "content-has-comments": what stands beside an element, not what it is.
_STATE = re.compile(r"(?:^|[-_])(?:with|has|had|no|non|not|without|hide|show|is)[-_].*$")
# "sidebar-grid", "comments-open": a layout with room for such a thing, or a switch.
_LAYOUT = re.compile(r"[\w-]*[-_](?:grid|layout|template|enabled|disabled|open|opened|closed|loaded|ready|active)(?:$|(?=[-_]))")
_POST = re.compile(r"^(?:hentry|type-post|post-\d+)$")

_AROUND = (
    r"share|sharing|shares|copyrights?|copy-?right|relat(?:ed|ion|ive)?s?(?:[-_]?(?:news|posts?|articles?|links?|stor(?:y|ies)|read(?:ing)?))?|tags?|post-?tags?|"
    r"disclaimers?|declare|mianze|comments?|breadcrumbs?|crumbs?|promos?|advert(?:isement|orial)?s?|ads?|adsense|sponsor(?:ed)?|"
    r"newsletters?|subscribe|subscription|sign-?up|follow-?us|key-?words?|bio|author-?(?:bio|info|box|card|desc)|social|nav|navigation|"
    r"pag(?:er|ination)|qr-?code|ewm|erweima|side-?bar|foot(?:er)?|menu|recommend(?:ed|ation)?s?|tuijian|xiangguan|hot-?(?:news|words?)|"
    r"respond|repl(?:y|ies)|feedback|report-?error|jubao|reprint|banquan|login|register|toolbar|popup|modal|cookies?|gdpr|follow"
)
_NEARBY = (
    r"meta|info|byline|by-line|authors?|source|from|laiyuan|time|date|pub-?(?:time|date)|editors?|summary|zhaiyao|daodu|abstract|tips?|"
    r"read-?more|more(?:-?link)?|credits?"
)
_WHOLE = r"^(?:(?:the|post|article|entry|news|story|page|content|site|js|art)[-_]{{0,2}})?(?:{})(?:[-_]{{0,2}}(?:text|txt|line|box|item|links?|list|wrap|wrapper|container|\d+))?$"
_WHOLE_AROUND = re.compile(_WHOLE.format(_AROUND))
_WHOLE_NEARBY = re.compile(_WHOLE.format(f"{_AROUND}|{_NEARBY}"))
_CAPTION = re.compile(r"caption|^(?:img|image|pic|picture|photo|media|tuzhu|tushuo)")

# Words of which the ids of parts of a layout are made; a slug has others.
_PARTS = re.compile(
    r"about|ads|advert|area|article|articles|author|banner|bar|bio|block|body|bottom|box|breadcrumb|breadcrumbs|btn|button|"
    r"cell|center|code|col|column|comment|comments|container|content|contents|cookie|copyright|desktop|disclaimer|disqus|"
    r"download|entry|feedback|first|fixed|foot|footer|form|full|global|group|head|header|hot|image|info|inner|item|items|js|"
    r"keywords|latest|left|link|links|list|login|main|menu|meta|mini|mobile|modal|module|more|most|nav|new|news|newsletter|"
    r"next|old|online|outer|page|pager|pagination|pane|panel|photo|popular|popup|post|posts|prev|previous|primary|promo|rank|"
    r"ranking|picks?|choice|read|recommend|recommended|register|related|relation|replies|reply|respond|right|row|search|second|secondary|"
    r"section|share|sharing|side|sidebar|signup|site|social|sponsor|sponsored|statement|sticky|stories|story|subscribe|tab|"
    r"tabs|tags|text|thread|title|tool|tools|top|trending|user|video|view|widget|widgets|wrap|wrapper"
)
_FUNCTION_WORDS = frozenset({"of", "the", "and", "to", "for", "how", "what", "why", "in", "on", "at", "by", "from", "your", "our"})


def telling_names(tag: str, classes: str, identifier: str, kind: str) -> str:
    """The names of an element `tag` that may say that it surrounds a text: lower case, words parted by hyphens, blanks between names.

    `classes`, `identifier` and `kind` are the attributes class, id and itemprop as written.
    """
    tokens = _HUMP.sub("-", classes).lower().split()
    if any(_POST.match(token) for token in tokens):
        return ""
    if identifier and not _is_slug(tag, name := _HUMP.sub("-", identifier).lower()):
        tokens.append(name)
    if tag in ONE_PARAGRAPH:
        whole = _WHOLE_AROUND if tag in _HEADINGS else _WHOLE_NEARBY
        tokens = [token for token in tokens if _bare(token) and (whole.match(token) or _CAPTION.search(token))]
    else:
        tokens = [_LAYOUT.sub("", bare) for token in tokens if (bare := _bare(token))]
    return " ".join([*tokens, kind.lower()]).strip()


def _bare(token: str) -> str:
    """A class without its state; "" for one that styles only."""
    if ":" in token or "[" in token or "/" in token or _STYLE.search(token):
        return ""
    start = token.find("--")
    return _STATE.sub("", token[:start] if start > 0 else token)


def _is_slug(tag: str, name: str) -> bool:
    """Whether an id is made from the words of a heading, as those of sections are."""
    words = [word for word in re.split(r"[-_\s]+", name) if word]
    strange = sum(1 for word in words if len(word) > 3 and not _PARTS.fullmatch(word.rstrip("0123456789")))
    if tag in {"section", "article"} or tag in ONE_PARAGRAPH:
        return strange > 0 and len(words) > 1
    return len(words) > 2 and (strange > 1 or not _FUNCTION_WORDS.isdisjoint(words))
