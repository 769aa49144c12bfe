"""Articles behind a paywall or login, told from articles that are there to read. Pure.

Two kinds of signs. The page declares itself: schema.org's isAccessibleForFree, the meta tag article:content_tier. Or it shows a
wall: an element named as one, or a line that says nothing but to log in or pay, right after a text that is short. A page that only
speaks of such things, links to a paid column or hides a wall it does not put up is free.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html
from lxml.etree import LxmlError
from resiliparse.extract.html2text import extract_plain_text

# A text of this many Chinese characters (three Latin letters count as one) is an article, whatever stands below it.
_SHORT = 600
_MAX_CHARS = 1_000_000
_MAX_TAGS = 60_000
_LINES_AFTER = 8
_SMALL_PAGE = 1500

# Without one of these no page is looked at closely.
_HINTS = (
    "isaccessibleforfree", "content_tier", "wall", "paid", "-mask", "登录", "登陆", "登錄", "登入", "付费", "付費", "订阅", "訂閱", "会员",
    "會員", "解锁", "解鎖", "购买", "subscri", "sign in", "log in", "to continue reading", "to keep reading", "member",
)  # fmt: skip

_SCRIPT = re.compile(r"<script[^>]{0,300}ld\+json[^>]{0,300}>", re.I)
_END_OF_SCRIPT = re.compile(r"</script", re.I)
_ARTICLE = re.compile(r"article|posting|report(?!er)|creativework", re.I)
_META = re.compile(r"<meta\b[^>]{0,1000}>", re.I)
_TIER = re.compile(r"""(?:property|name)\s*=\s*["']?article:content_tier\b""", re.I)
_FREE = re.compile(r"""itemprop\s*=\s*["']?isAccessibleForFree\b""", re.I)
_CONTENT = re.compile(r"""content\s*=\s*["']?\s*([\w:/.]+)""", re.I)

_WALL_NAME = re.compile(
    r"(?:^|[-_])(?:(?:pay|reg|register|registration|login|subscribe|subscription|subscriber|member|meter)[-_]?wall"
    r"|paid[-_]?(?:mask|wall|tip|notice)|(?:pay|vip|login|member|read|lock|subscribe)[-_]?mask|paywall[\w-]*)(?:$|[-_])",
    re.I,
)
_NO_WALL_NAME = re.compile(r"(?:^|[-_])(?:no|non|not|free|off|hidden|hide|disabled|exempt|bypass|without)(?:$|[-_])", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SKIPPED = ["[hidden]", "[style*='display:none']", "[style*='display: none']", "nav", "header", "footer", "template"]

_WHOLE = r"(?:全文|全部|完整|剩余|剩餘|余下|餘下|后续|後續|更多内容|正文|本文|文章|详情|詳情|内容)"
_READ = r"(?:查看|阅读|閱讀|浏览|瀏覽|观看|继续|繼續)"
_LOG_IN = re.compile(
    rf"(?:登[录陆錄入]|注册|註冊)(?:/?(?:登[录陆錄入]|注册|註冊))?(?:后|後|之后|以|，)?[^，。]{{0,6}}?{_READ}[^，。]{{0,4}}?{_WHOLE}"
)
_PAY = re.compile(
    rf"(?:付费|付費|订阅|訂閱|购买|購買|开通会员|成为会员|升级会员|充值|支付[\d.]*元?)[^，。]{{0,8}}?(?:后|後|即可|可|以|才能|，)[^，。]{{0,6}}?{_READ}"
    rf"|(?:本文|此文|该文|以下|后续|剩余)[^，。]{{0,8}}?(?:付费|会员专[享属]|订阅者?专[享属]|VIP专[享属])"
    r"|(?:解锁|解鎖)(?:后[^，。]{0,6}?)?(?:全文|全部|本文|剩余|完整)"
    r"|(?:剩余|剩餘|还有|余下)\s*\d{1,3}(?:\.\d+)?\s*[%％]",
    re.I,
)
_WEAK_PAY = re.compile(
    r"付费(?:阅读|內?容|内容|文章)|会员专[享属]|VIP专[享属]|会员(?:可|免费)?(?:阅读|畅读)|试读(?:结束|已结束|部分)", re.I
)
# Words of which a wall's note is made; a line with much else in it only speaks of walls.
_VOCABULARY = re.compile(
    r"登[录陆錄入]|[注註][册冊]|会员|會員|订阅|訂閱|付费|付費|购买|購買|支付|充值|开通|成为|升级|阅读|閱讀|查看|浏览|瀏覽|观看|继续|繼續|全文|全部|完整|"
    r"剩[余餘]|[余餘]下|后续|後續|还有|更多|内容|內容|文章|本文|此文|该文|以下|正文|详情|詳情|解锁|解鎖|专[享属]|立即|即可|才能|需要|账号|帐号|賬號|没有|"
    r"用户|用戶|免费|免費|点击|试读|部分|结束|扫码|微信|手机号?|客户端|APP|VIP|优惠|限时|之后|部|篇|"
    r"[请請先后後可需您你您好已还還以再的为了将就此该就元￥¥\d%％.．\s，。！？!?、,:：>»/|…【】\[\]()（）]",
    re.I,
)
_ENGLISH = re.compile(
    r"^(?:please )?(?:subscribe|sign (?:in|up)|log in|register|upgrade|become a (?:member|subscriber)|create an? (?:free )?account)\b"
    r".{0,60}\bto (?:(?:continue|keep) reading|(?:read|unlock|access|view|finish)\b.{0,20}\b(?:article|story|report|more))\b"
    r"|^(?:this|the full|the rest of this) (?:article|story|report)\b.{0,30}\b(?:for|to) (?:\w+ ){0,2}(?:subscribers|members)\b"
    r"|^to (?:continue|keep) reading\b|^unlock (?:this|the full) (?:article|story)"
    r"|^you(?:'|’)?(?: ha)?ve (?:reached|read|used).{0,30}\bfree (?:articles?|stories)",
    re.I,
)
_ENDED = re.compile(r"[。！？.!?；;”」』\"')）】](?:\s*[（(][^（）()]{1,20}[)）])?\s*$")


@dataclass(frozen=True, slots=True)
class Paywall:
    """What a page ends at: `kind` is paywall or login, `note` one sentence that says by which sign."""

    kind: str
    note: str


def find_paywall(markup: str, text: str) -> Paywall | None:
    """The wall a page ends at, or None where the article is there to read.

    `markup` is the page as decoded, `text` the article that was read from it ("" for none).
    """
    markup = markup[:_MAX_CHARS]
    folded = markup.lower()
    if not any(hint in folded for hint in _HINTS):
        return None
    declared = _declared(markup)
    if declared in ("locked", "metered"):
        # A reader without cookies never uses up a meter: what it lets through is not meant for crawlers.
        return Paywall("paywall", f"stands behind a paywall: the page declares itself {declared}")
    if _size(text) >= _SHORT:
        return None
    return _written(markup, text) or (None if declared == "free" else _named(markup, text))


# ------------------------------------------------------------------ what a page declares


def _declared(markup: str) -> str:
    """locked, metered or free, as the page says of itself; "" when it says nothing or contradicts itself."""
    said = set(_of_linked_data(markup))
    for meta in _META.findall(markup):
        content = _CONTENT.search(meta)
        value = content.group(1).lower() if content else ""
        if _TIER.search(meta) and value in ("locked", "metered", "free"):
            said.add(value)
        elif _FREE.search(meta) and value:
            said.add("locked" if value.endswith("false") else "free")
    return said.pop() if len(said) == 1 else "locked" if said == {"locked", "metered"} else ""


def _of_linked_data(markup: str) -> Iterator[str]:
    end = 0
    while (start := _SCRIPT.search(markup, end)) and (close := _END_OF_SCRIPT.search(markup, start.end())):
        end = close.start()
        try:
            loaded = json.loads(markup[start.end() : end], strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _articles(loaded):
            free = node.get("isAccessibleForFree")
            if free is not None:
                yield "locked" if str(free).lower().endswith("false") else "free"


def _articles(loaded: Any) -> Iterator[dict[str, Any]]:
    """The articles a document describes as its own: not those it lists, nor the parts of one."""
    waiting = [loaded]
    for value in waiting:
        if len(waiting) > 500:
            return
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if _ARTICLE.search(str(value.get("@type", ""))):
                yield value
            waiting += [value[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if isinstance(value.get(key), dict | list)]


# ------------------------------------------------------------------ what a page shows


def _written(markup: str, text: str) -> Paywall | None:
    """A wall told by a line of its own near the end of the text."""
    if markup.count("<") > _MAX_TAGS:
        return None
    shown = extract_plain_text(
        markup, preserve_formatting=True, main_content=False, links=False, alt_texts=False, form_fields=False, skip_elements=_SKIPPED
    )
    lines = [line for line in (" ".join(raw.split()).strip("•· ") for raw in shown.split("\n")) if line]
    for line in _around_the_end(lines, text):
        if (line in text or len(line) <= 120) and (kind := _kind_of(line, text)):
            where = "a login" if kind == "login" else "a paywall"
            return Paywall(kind, f"stands behind {where}: {line[:60]!r} after {len(text)} characters")
    return None


def _around_the_end(lines: list[str], text: str) -> list[str]:
    """The lines among which a wall's note would stand: the last of the text and those below it."""
    if text:
        last = next((line for line in reversed(text.split("\n")) if not _says_wall(line)), "")
        end = "".join(last.split())[-24:]
        at = max((n for n, line in enumerate(lines) if end and end in "".join(line.split())), default=-1)
        if at >= 0:
            return lines[at : at + 1 + _LINES_AFTER]
    return lines if sum(map(len, lines)) <= _SMALL_PAGE else []


def _kind_of(line: str, text: str) -> str | None:
    if _ENGLISH.search(line):
        return "login" if re.match(r"(?:please )?(?:sign|log|register|create)", line, re.I) else "paywall"
    if not _says_wall(line):
        return None
    if _PAY.search(line):
        return "paywall"
    if _LOG_IN.search(line):
        return "login"
    return "paywall" if _is_cut(text) else None


def _says_wall(line: str) -> bool:
    """Whether a line asks to log in or pay and says next to nothing else."""
    if not (_PAY.search(line) or _LOG_IN.search(line) or _WEAK_PAY.search(line)):
        return bool(_ENGLISH.search(line))
    return len(_VOCABULARY.sub("", line)) <= 0.3 * len(line)


def _is_cut(text: str) -> bool:
    """Whether a text breaks off, or is not there at all."""
    kept = [line for line in text.split("\n") if line and not _says_wall(line)]
    return not kept or kept[-1].rstrip().endswith(("…", "...")) or not _ENDED.search(kept[-1])


def _named(markup: str, text: str) -> Paywall | None:
    """A wall told by the class or id of an element that is shown beside the text."""
    if markup.count("<") > _MAX_TAGS or not _WALL_HINT.search(markup):
        return None
    try:
        root = lxml_html.fromstring(markup.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (LxmlError, ValueError):
        return None
    end = "".join(text.split())[-24:]
    for element in root.iter("div", "section", "aside", "p", "form", "article"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
        name = next((n for n in names if _WALL_NAME.search(n) and not _NO_WALL_NAME.search(n)), None)
        if name is None or any(_NO_WALL_NAME.search(n) for n in names) or _is_hidden(element):
            continue
        shown = "".join(element.xpath("string()").split())
        if 4 <= len(shown) <= 800 and not (end and end in shown):
            return Paywall("paywall", f"stands behind a paywall: an element named {name[:40]} after {len(text)} characters")
    return None


_WALL_HINT = re.compile(r"wall|mask|paid", re.I)


def _is_hidden(element: Any) -> bool:
    return any(
        one.get("hidden") is not None or one.get("aria-hidden") == "true" or _HIDDEN.search(one.get("style") or "")
        for one in (element, *element.iterancestors())
    )


def _size(text: str) -> float:
    """Length in Chinese characters."""
    wide = sum(char > "\u2e7f" for char in text)
    return wide + (len(text) - wide) / 3
