# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Notices of licences, rights and terms under an article: they may be longer than it and stand in elements without a telling name."""

from __future__ import annotations

import re

from .page import Block, Page

_SIGNS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:许可证|許可證|许可证号|服务许可)(?:编号|号|证号)?\s*[:：]|经营许可证|视听节目许可|新闻信息服务许可|网络文化经营许可|广播电视节目制作|药品信息服务资格|出版物经营许可",
        r"ICP[备证備]|公网安备|备案号|備案號|备案编号",
        r"举报(?:电话|邮箱|热线|中心|专区)|不良信息举报|舉報(?:電話|信箱)|客服(?:电话|热线)|联系电话|(?:新闻|监督)热线",
        r"版权所有|版权均?归|版权均?属|版權所有|著作权归|均为.{0,12}版权|All rights reserved|Alle Rechte vorbehalten|Tous droits réservés|Todos los derechos reservados|Tutti i diritti riservati",
        r"未经.{0,16}(?:授权|许可|同意|允许).{0,20}(?:转载|使用|复制|链接|镜像|摘编|下载|不得|禁止)|禁止下载|不得(?:转载|复制|镜像)|may not be (?:published|reproduced|redistributed|copied)|without (?:the )?(?:express |prior |written |our )+(?:permission|consent)",
        r"法律(?:顾问|声明|责任)|免责声明|隐私(?:政策|权)|用户协议|服务条款|侵权(?:投诉|举报)|本网站?所(?:刊|登|载)|Terms (?:of|and) (?:Use|Service|Conditions)|Privacy (?:Policy|Notice)|Cookie (?:Policy|Settings)|user agreement|Impressum|Datenschutz",
        r"主办单位|承办单位|主办[:：]|地址[:：].{2,40}(?:邮编|电话)|邮政编码|网站标识码|网站地图|Copyright\s*(?:©|\(c\)|\d{4})|©\s*(?:19|20)\d\d|registered (?:trade ?marks?|office|in [A-Z]\w+)|trademarks? of",
        r"earn (?:an? )?(?:portion|share|commission)|affiliate (?:partner(?:ship)?s?|links?|program)|联盟计划",
    )
)
# Without one of these no text is looked at closely.
_MAY_HOLD = re.compile(
    r"[许許]可|[备備]案|[举舉][报報]|版[权權]|授[权權]|声明|隐私|主办|ICP|©|ights reserved|opyright|COPYRIGHT|rivacy|Terms|Datenschutz|vorbehalten|réservés|reservados|riservati|ermission|ffiliate|egistered"
)
_LEAST_UNITS = 12.0
_LAST = 60
_ENOUGH = 3
_SHARE = 0.8


def _signs_of(block: Block) -> int:
    """The kinds of signs that a line has, a bit each; 0 for a short line and for one of links."""
    if block.units <= _LEAST_UNITS or 2 * block.link_chars >= len(block.text) or not _MAY_HOLD.search(block.text):
        return 0
    return sum(1 << n for n, sign in enumerate(_SIGNS) if sign.search(block.text))


def is_legal(block: Block) -> bool:
    """Whether a line has any sign of such notices."""
    return _signs_of(block) > 0


def without_legal_tail(page: Page, indexes: list[int]) -> list[int]:
    """The blocks of a text without the lines at its end, two and more, that have signs of such notices, of three and more kinds."""
    end, kinds = len(indexes), 0
    while end and (found := _signs_of(page.blocks[indexes[end - 1]])):
        kinds |= found
        end -= 1
    return indexes[:end] if len(indexes) - end > 1 and kinds.bit_count() >= _ENOUGH else indexes


def legal_boxes(page: Page) -> set[int]:
    """Boxes near the end of a page most of whose text are lines with signs of such notices, of three and more kinds."""
    signs = {i: _signs_of(page.blocks[i]) for i in range(max(0, len(page.blocks) - _LAST), len(page.blocks))}
    signs = {i: found for i, found in signs.items() if found}
    if sum(value.bit_count() for value in signs.values()) < _ENOUGH:
        return set()
    found: set[int] = set()
    for index, box in enumerate(page.boxes):
        inside = [i for i in signs if box.first <= i < box.last]
        if not inside or index == 0:
            continue
        kinds = 0
        for i in inside:
            kinds |= signs[i]
        blocks = page.blocks[box.first : box.last]
        signed = sum(page.blocks[i].units for i in inside)
        headed = any(block.tag == "h1" for block in blocks)
        if kinds.bit_count() >= _ENOUGH and not headed and signed > _SHARE * sum(block.units for block in blocks):
            found.add(index)
    return found
