"""Who put the money in, from Chinese sentences: 由甲、乙领投，丙等跟投；投资方为丁；老股东戊继续加码."""

from __future__ import annotations

import re

from .deal import Backer, Name, View
from .lists_zh import names_in_list
from .words_zh import any_of

TRIGGER = re.compile(
    "领投|跟投|参投|投资方|投资机构|投资者|投资人|资方|领衔|主导|牵头|追投|加码|独家投资"
    "|由[^。]{2,60}投资|参与|跟进|认购|加入|出资|注资|重返|回归|投入"
)
_LIST = r"[^。;!?:\n]"
_LEAD = r"(?:领投|领衔|主导|牵头)"
_FOLLOW = (
    r"(?:跟投|参投|追投|跟进|参与(?!者|度)|加码|加注|加入(?=[此本这]|投资|洽谈|谈判|融资|[,。]|$)|共同投资|联合投资|独家投资|联合注资"
    r"|战略投资(?=[,。;]|$)|超额认购|认购|注资|出资|投资(?=[,。;]|$)|重返|洽谈(?:回归|投资|参与)|投入一定|加持)"
)
_TOGETHER = any_of("共同 联合 独家 分别 等 在内的 的 战略") + "*"
_BY = re.compile(rf"(?:由|获得?[了过]?|引入|来自)(?P<list>{_LIST}{{2,160}}?){_TOGETHER}(?P<verb>{_LEAD}|{_FOLLOW}|完成(?=[,。;]|$))")
_DOES = re.compile(
    rf"(?:^|[,。;:\n ]|(?<=投)、|并且?|而)(?P<list>[^。;!?:\n,]{{2,120}}?)(?:共同|联合|独家|分别|等|在内的)*(?P<verb>{_LEAD}|{_FOLLOW})"
)
_ROLES = any_of(
    """
        领投方 领投机构 领投人 领投者 跟投方 参投方 跟投机构 参投机构 投资方 投资机构 投资者 投资人 出资方 资方 新股东 新增股东 参与方
        """
)
_IS = re.compile(rf"(?P<role>{_ROLES})(?:则|均|主要|分别)?(?:为|是|包括了?|有|包含|系|:|涵盖|如)(?P<list>{_LIST}{{2,160}})")
_CUT = re.compile(
    "预计|将(?!军)|拟(?!合)|计划|也|则(?!成)|正在|正(?=洽|探|寻)|在(?=洽|探)|已|继续|持续|仍|都|均(?!胜)"
    "|曾|此次|本次|本轮|此轮|以(?=[约近超十百千\\d])|追加|再度|再次|参与"
    "|作为|进行|欲|有意|最新|的?(?:上一轮|新一轮)"
)
_BEFORE_LIST = re.compile(r"(?:融资|轮) |由|来自|投,|获得?[了过]?(?!批)|引入|宣布")
_NOT_LIST = re.compile(
    "融资|轮(?!值)|亿元|种子|天使(?!湾|汇|投)|数百万|数千万|万元|美元|估值|公司将|资金|用于|业务|产品|研发|创始人|曾任|上市|顾问|他|她"
)
_STOP_LIST = re.compile(
    rf"(?:等[^,。、]{{0,12}}|预计|将|继续[^,。、]{{0,8}}|也[^,。、]{{0,8}}),|,(?=[^,。]{{0,120}}(?:{_LEAD}"
    rf"|{_FOLLOW}|用于|资金|融资|担任|表示|成立|完成|将))|担任|表示|(?<!\()(?:参投|跟投|领投)|共同投资"
)


def find_backers(view: View, start: int, end: int) -> list[Backer]:
    """Investors named between two offsets, each once, those of the fuller pattern first."""
    found: list[Backer] = []
    text = view.folded[start:end]
    position = 0
    while match := _IS.search(text, position):
        first, last = match.span("list")
        stop = _STOP_LIST.search(text, first, last)
        position = stop.start() if stop else last
        names = names_in_list(view, start + first, start + (stop.start() if stop else last))
        _add(found, names, lead=match["role"].startswith("领投"))
        _add(found, [n for n in names if view.folded.startswith("(领投", n.end) or "(领投" in n.text], lead=True)
    for pattern in (_BY, _DOES):
        for match in pattern.finditer(text):
            first, last = match.span("list")
            _add(found, _names(view, start + first, start + last), lead=re.match(_LEAD, match["verb"]) is not None)
    return found


def _names(view: View, start: int, end: int) -> list[Name]:
    """Names of a list slot; text that speaks of the round itself is no list."""
    text = view.folded[start:end]
    skip = max((match.end() for match in _BEFORE_LIST.finditer(text)), default=0)
    start, text = start + skip, text[skip:]
    cut = _CUT.search(text, 2)
    if cut:
        text = text[: cut.start()]
    return [] if _NOT_LIST.search(text) else names_in_list(view, start, start + len(text))


def _add(found: list[Backer], names: list[Name], *, lead: bool) -> None:
    for name in names:
        known = next((b for b in found if b.name.text.startswith(name.text) or name.text.startswith(b.name.text)), None)
        if known is None:
            found.append(Backer(name, lead))
        else:
            known.name = max(known.name, name, key=lambda n: len(n.text))
            known.lead = known.lead or lead
