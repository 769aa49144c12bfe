"""Names in a Chinese list: 知名投资机构某资本、某创投和老股东某基金等机构 gives three."""

from __future__ import annotations

import re

from .deal import Name, View
from .names_zh import cut_name
from .words_zh import any_of

_SPLIT = re.compile(
    r"[、,/;]|(?<=[\u4e00-\u9fffa-z)])(?:以及|及其|还有|和(?![玉谐君利灵暄盛铂])|与|及|并|跟)(?=[\u4e00-\u9fffa-z「“])"
    r"| (?:and|&) (?=[a-z])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
)
_CONJUNCTIONS = ("和", "与", "及", "并", "跟")
_BRACKETS = re.compile(r"\([^()]*\)")
_LEAD = re.compile(
    "^(?:"
    + any_of(
        """
        包括但不限于 包括 包括了 包含 例如 如 有 由 为 是 系 来自 其中 以及 还有 另有 分别 新进 新增 新老 老 原 原有 现 现有 既有 早期
        本轮 此轮 该轮 公司 知名 著名 顶级 头部 一线 国际 国内 国内外 海内外 全球 大型 顶尖 专业 美元 人民币 产业 战略 财务 老牌 多家
        两家 三家 数家 硅谷 风险 私募 股权 本土 市场化 政府 国资 上市 互联网 双方 获 得 得到 获得 了 与 和 及 并 以 对 在内 的 方 者
        投资者 投资方 投资人 投资机构 投资公司 机构 股东 资方 资本方 巨头 平台 企业 风投 基金 新股东 老股东
        """
    )
    + r"|[ :“「”」])+(?=.{2,})"
)
_TAIL = re.compile(
    any_of(
        """
        共同 联合 独家 分别 领投 跟投 参投 继续 持续 超额 也 均 都 则 本轮 此轮 参与 预计 将 会 进行 加码 加注 追加 追投 增持 作为 担任
        方面 在内 正式 的 战略 完成
        """
    )
    + "+$"
)
_AND_OTHERS = re.compile("等(?!级|候|待|离子|教育|学)|在内")
_NOT_NAME = re.compile(r"[。;]|融资|轮|亿|万元|投后|估值|产品|研发|人士|表示|认为|哪些|无法|是否|同时|多少")


def names_in_list(view: View, start: int, end: int) -> list[Name]:
    """The names of a list slot, each once, without what describes them."""
    out: list[Name] = []
    for first, last in _pieces(view, start, end):
        name = _item(view, first, last)
        if name is not None and all(name.text != other.text for other in out):
            out.append(name)
    return out


def _pieces(view: View, start: int, end: int) -> list[tuple[int, int]]:
    """Split a list; names of the catalogue and brackets are kept whole."""
    whole = [(m.start, m.end) for m in view.reading.catalogued if m.start >= start and m.end <= end]
    whole += [m.span() for m in _BRACKETS.finditer(view.folded, start, end)]
    out, first = [], start
    for match in _SPLIT.finditer(view.folded, start, end):
        joined = match[0] in _CONJUNCTIONS and match.start() - first < 2
        if not joined and not any(a < match.end() and match.start() < b for a, b in whole):
            out.append((first, match.start()))
            first = match.end()
    return [*out, (first, end)]


def _item(view: View, start: int, end: int) -> Name | None:
    """One investor: what describes it is cut off on both sides."""
    text = view.folded[start:end].rstrip()
    others = _AND_OTHERS.search(text, 2)
    if others:
        text = text[: others.start()]
    bare = _TAIL.sub("", text)
    text = bare if len(bare) >= 2 else text
    lead = _LEAD.match(text)
    if lead and not any(m.start == start for m in view.reading.catalogued):
        start, text = start + lead.end(), text[lead.end() :]
    name = cut_name(view, start, start + len(text), investor=True)
    return name if name is not None and not _NOT_NAME.search(name.text) else None
