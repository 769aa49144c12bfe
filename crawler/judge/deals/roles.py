"""What an amount stands for: the size of a round, a valuation, a total over years, one investor's share, a price, or something else.

Decided by the words beside it; patterns run over folded text.
"""

from __future__ import annotations

import re
from typing import Literal

from crawler.judge.facts import Amount

from .words_zh import any_of

Role = Literal["size", "valuation", "total", "share", "price", "converted", "other"]

_LINK = (
    any_of(
        """
        约 为 达 达到 将 已 已经 有望 或 可能 能够 能 在 至 升至 涨至 提升 提升至 突破 高达 了 的 是 超 超过 从 由 近 逾 过 人民币 :
        最新 目前 最低 最高 不低于 预计 未来 均 仅
        """
    )
    + "*"
)
_PRICES = any_of(
    """
        每股 股价 发行价 发售价 招股价 售价 定价 单价 收报 开盘 开盘价 现报 报价 每股面值 首日报 收盘价 发行价格
        """
)
_OTHER_SUMS = any_of(
    """
        营业收入 营业 营收 收入 利润 净利润 净利 亏损 销售额 市场规模 资产规模 管理规模 基金规模 管理资产 交易额 成交额 gmv 票房 成本
        费用 订单 合同 合同额 罚款 奖金 净资产 注册资本 注册资本金 注册资金 出资额 市场空间 节省 补贴 首付款 里程碑 里程碑款 里程碑付款
        总投资 总投资额 投资额 实缴资本 债务 负债 产值 政府补助 市场 资产 存款 现金 业绩 年收入 研发投入 授信额度
        """
)
_EN_BEFORE = r"(?: about| around| over| more than| nearly| up to| at least)? ?$"

_LEFT: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("valuation", re.compile(rf"(?:估值|市值|身价)(?:水平|规模)?{_LINK}$")),
    (
        "total",
        re.compile(
            r"(?:累计|迄今|至今|历史|总共|一共|合共|过往|总计(?!.{0,12}融资轮)|(?<!上市)(?<!发行)共(?:计|获|筹集"
            r"|融资|募集|完成))[^,。;]{0,16}$"
            r"|(?:迄今为止|至今为止|到目前为止|截至目前|成立以来)[^。;]{0,30}$"
        ),
    ),
    ("share", re.compile(r"(?:将|拟|计划|会|分别|各|并|其中)[^,。;、]{0,6}(?:投资|出资|投入|认购|注资|贡献)(?:了|约|近|超过?|不超过)*$")),
    ("price", re.compile(rf"{_PRICES}[^,。;]{{0,10}}$")),
    ("other", re.compile(rf"{_OTHER_SUMS}(?:金额|总额|额|规模)?{_LINK}$")),
    (
        "valuation",
        re.compile(
            r"(?:valuation (?:of|at|to)|valued at|valu(?:es|ed|ing) [^.,;]{0,40} at(?: an enterprise value of)?|enterprise value of"
            rf"|market cap(?:itali[sz]ation)? of|(?:company|startup|business|firm) worth){_EN_BEFORE}"
        ),
    ),
    (
        "total",
        re.compile(
            r"(?:\btotal (?:funding|raised|capital|amount|financing|investment)[^.;]{0,30}|its total[^.;]{0,40}"
            r"|combined|cumulative|altogether"
            r"|bring(?:s|ing)?[^.;]{0,70} to|brought[^.;]{0,70} to|to date|so far[^.;]{0,20}) ?$"
        ),
    ),
    ("share", re.compile(r"(?:contribut(?:ed|ing|es)|put(?:ting)? in|chipp?(?:ed|ing) in|committ?(?:ed|ing)) ?$")),
    ("price", re.compile(r"(?:priced? (?:at|of)|opened at|closed at|shares? at|price range of|offer price of|apiece at) ?$")),
    (
        "other",
        re.compile(
            r"(?:revenues?|sales|profits?|loss(?:es)?|market|upfront|milestones?|costs?|fees?|fine|grow from|deals worth)"
            r" ?(?:of|was|were|is|reached|payment of|to|at)? ?$"
        ),
    ),
)
_RIGHT: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "valuation",
        re.compile(
            r"^(?:左右)?(?:的|以上的?)?(?:最新|投前|投后|整体|公司|企业)?(?:估值|市值)"
            r"|^[ -](?:pre-|post-)?(?:money )?(?:valuation|market cap)"
        ),
    ),
    ("share", re.compile(r"^的?(?:投入|出资(?!额))")),
    ("price", re.compile(r"^ ?(?:/ ?股|每股|一股|/月|/年)|^ (?:per|a|each|apiece) (?:share|ads|month|year|piece)\b|^ apiece")),
    (
        "total",
        re.compile(
            r"^[^.;]{0,60}\b(?:to date|in total|since (?:19|20)\d\d|so far|since (?:its|it was)|across \d+|combined)\b"
            r"|^[^,.;]{0,20}\bin private equity funding\b"
        ),
    ),
    (
        "other",
        re.compile(
            r"^的?(?:营收|收入|市场|订单|票房|销售|罚款|净利|利润|亏损|产业基金|基金(?!领投|会|公司|跟投|投资)"
            r"|母基金|产业园|规模的?(?:市场|基金))"
            r"|^ (?:in |of )?(?:annual |net |total )?(?:revenues?|sales|profits?|loss|market\b(?! cap)|upfront"
            r"|deal value|healthcare fund)\b"
        ),
    ),
)


def role_of(amount: Amount, folded: str, start: int, end: int) -> Role:
    """What `amount` stands for within the sentence from `start` to `end` of the folded text."""
    left, right = folded[max(start, amount.start - 80) : amount.start], folded[amount.end : min(end, amount.end + 80)]
    if _is_converted(left):
        return "converted"
    for role, pattern in _RIGHT:
        if pattern.search(right):
            return role
    for role, pattern in _LEFT:
        if pattern.search(left):
            return role
    return "size"


def _is_converted(left: str) -> bool:
    """Whether the amount stands in a bracket after another sum: `2.5亿元(约3500万美元)`."""
    return re.search(r"(?:[0-9][0-9.,]*|[亿万千百])[^()]{0,24}\([^()]*$", left) is not None
