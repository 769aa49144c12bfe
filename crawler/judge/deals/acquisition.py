"""Acquisitions in Chinese and English sentences: what is bought, by whom, for how much."""

from __future__ import annotations

import re

from crawler.judge.document import Sentence
from crawler.judge.facts import Amount, FundingStage

from . import names_en, names_zh
from .deal import Backer, Deal, Name, View
from .roles import role_of
from .when import find_day, published_day

TRIGGER = re.compile(r"收购|并购|全资买下|\bacqui|\bbuy(?:s|out)?\b|\bbought\b|takeover|\bpurchase[sd]?\b")

_BUYS = re.compile(
    r"(?:全资|战略|控股|反向)?(?:收购|并购|买下)(?!价|要约|方(?!舟)|案|协议|事项|交易|完成|标的|对象|战"
    r"|资金|款|草案|预案|报告|和|与|、|重组|基金|计划|意向|后|前|活动|市场|的?(?:股份|股权|资产|价格|消息"
    r"|过程|原因|进展|传闻|公司))了?"
)
_OF = re.compile(r"对(?P<what>[^,。;对]{2,30}?)(?:的|进行)?(?:全资|战略|控股)?(?:收购|并购)(?!的)")
_PASSIVE = re.compile(r"(?:被|获|遭|由)(?P<by>[^,。;被]{2,24}?)(?:以[^,。;]{2,14})?(?:全资|战略|控股)?(?:收购|并购|买下)(?!方|的)")
_OBJECT_END = re.compile(
    r"[,。;!?…\n|]|\d[\d.]*%|(?:约|合计)?\d|百分之|全部|部分|所有|(?:100|控股|少数|多数)?股权|控制权|控股权|股份|事宜"
    r"|一案|交易|资产|(?:全部)?业务|旗下|(?<=.)后|(?<=.)以(?!色列|岭)|的(?=股|全部|交易|\d|资产|业务|部分"
    r"|控|多数|少数|消息|过程|价|事|计划)|(?<=[a-z0-9]) ?与|之后|及其"
    r"|作为|来|是|已|正|将|获|时"
)
_TALKS = re.compile(r"拟|将(?!军)|计划|欲|有意|洽谈|考虑|谈判|筹划|或(?:将|以)?|考察|接近|传|商谈|探讨")
_ENDED = re.compile(r"终止|取消|放弃|告吹|失败|中止|叫停|未获批准")
_DENIED = re.compile(r"否认|不实|辟谣|并未|没有(?!披露|透露|公开|公布)|尚无|不会")
_PAST = re.compile(
    r"此前|曾|早在|去年|前年|早前|(?:19|20)\d\d年|过去|当年|previously|last year|in (?:19|20)\d\d|earlier|had (?:acquired|bought)"
)

_ACQUIRES = re.compile(
    r"\b(?:acquires?|acquired|acquiring|buys|bought|to acquire|to buy|agree[sd]? to (?:acquire|buy)"
    r"|takes over|took over|snaps up|snapped up|purchases|purchased)\b"
    r"(?! by\b| (?:shares|stock|the (?:rights|assets|licen[cs]e)|exclusive|global|rights|licen[cs]es?|more"
    r"|knowledge|data|skills|bitcoin|back|land)\b)"
)
_ACQUIRED_BY = re.compile(r"\b(?:was|were|been|be|being|is|are|gets?|got)? ?(?:acquired|bought|taken over|snapped up) by ")
_ACQUISITION_OF = re.compile(r"\b(?:acquisition|takeover|buyout|purchase) of (?!the (?:rights|assets)|shares|stock|a stake)")
_TALKS_EN = re.compile(r"\b(?:to (?:acquire|buy)|plans?|agree[sd]? to|in talks|consider|weigh|mull|offer|bid|propos|intend|eyes?|seek)")
_ENDED_EN = re.compile(r"\b(?:terminat|scrap|abandon|call(?:s|ed) off|walk(?:s|ed) away|block|cancel)")
_DENIED_EN = re.compile(r"\b(?:denied|denies|has not|will not|no plans)\b")


def find_acquisitions(view: View, sentence: Sentence) -> list[Deal]:
    """Acquisitions that one sentence tells, each bought organisation once."""
    found = _chinese(view, sentence) if view.is_chinese(sentence) else _english(view, sentence)
    out: list[Deal] = []
    for deal in found:
        if all(deal.company.text != other.company.text for other in out):
            out.append(deal)
    return out


def _chinese(view: View, sentence: Sentence) -> list[Deal]:
    deals: list[Deal] = []
    for match in _PASSIVE.finditer(view.folded, sentence.start, sentence.end):
        what = names_zh.subject_before(view, sentence.start, match.start())
        deals += _deal(view, sentence, (match.start(), match.end()), what, names_zh.cut_name(view, *match.span("by")))
    if deals:
        return deals
    for match in _OF.finditer(view.folded, sentence.start, sentence.end):
        what = names_zh.cut_name(view, *match.span("what"))
        deals += _deal(view, sentence, match.span(), what, names_zh.subject_before(view, sentence.start, match.start()))
    for match in _BUYS.finditer(view.folded, sentence.start, sentence.end):
        what = _object(view, match.end(), sentence.end)
        before = re.compile(r"(?:(?:豪掷|斥资|砸|耗资|以|用|作价|出资)[^,。;]{1,24}|重金|正式|全资)+$").search(
            view.folded[sentence.start : match.start()]
        )
        verb = sentence.start + before.start() if before else match.start()
        deals += _deal(view, sentence, match.span(), what, names_zh.subject_before(view, sentence.start, verb))
    return deals


def _object(view: View, start: int, end: int) -> Name | None:
    """What is bought: the slot after the verb up to the share, the price or the next clause."""
    while start < end and view.folded[start] in "的 了":
        start += 1
    quoted = re.compile(r"[^,。;]{0,16}?[「“\"《]([^」”\"》]{2,24})[」”\"》]").match(view.folded, start, end)
    if quoted:
        return Name(view.full[quoted.start(1) : quoted.end(1)], *quoted.span(1))
    stop = _OBJECT_END.search(view.folded, start + 1, end)
    return names_zh.cut_name(view, start, stop.start() if stop else end)


def _english(view: View, sentence: Sentence) -> list[Deal]:
    deals: list[Deal] = []
    for match in _ACQUIRED_BY.finditer(view.folded, sentence.start, sentence.end):
        what = names_en.subject_before(view, sentence.start, match.start())
        deals += _deal(view, sentence, match.span(), what, names_en.first_name(view, match.end(), sentence.end))
    for match in _ACQUISITION_OF.finditer(view.folded, sentence.start, sentence.end):
        what = names_en.first_name(view, match.end(), sentence.end)
        owner = re.compile(r"(?:’s|'s) (?:\w+ ){0,2}$").search(view.full[sentence.start : match.start()])
        verb = re.compile(r"\b(?:complet|announc|clos|finali|terminat|agree)\w+ (?:its |the |an? )?(?:\w+ )?$").search(
            view.folded[sentence.start : match.start()]
        )
        cut = owner or verb
        buyer = names_en.subject_before(view, sentence.start, sentence.start + cut.start()) if cut else None
        deals += _deal(view, sentence, match.span(), what, buyer)
    for match in _ACQUIRES.finditer(view.folded, sentence.start, sentence.end):
        what = names_en.first_name(view, _after_stake(view, match.end(), sentence.end), sentence.end)
        deals += _deal(view, sentence, match.span(), what, names_en.subject_before(view, sentence.start, match.start()))
    return deals


def _after_stake(view: View, start: int, end: int) -> int:
    """`acquires a 30% stake in Genetron`: the name follows `in`."""
    stake = re.compile(r"[^.,;]{0,40}\b(?:stake|interest|shares?|equity)\b[^.,;]{0,20} (?:in|of) ").match(view.folded, start, end)
    return stake.end() if stake else start


def _deal(view: View, sentence: Sentence, verb: tuple[int, int], what: Name | None, buyer: Name | None) -> list[Deal]:
    """A deal, when what is bought is named and a buyer or a price is known."""
    clause = view.folded[max(sentence.start, verb[0] - 24) : verb[1]]
    amount = _price(view, sentence, verb)
    if what is None or (buyer is None and amount is None) or (buyer is not None and buyer.text == what.text):
        return []
    if not _credible(view, what, buyer, amount):
        return []
    deal = Deal("acquisition", what, sentence, amount, kind="strategic", weight=0.6)
    deal.backers = [Backer(buyer)] if buyer else []
    deal.stage = _stage(clause, chinese=view.is_chinese(sentence))
    deal.denied = bool((_DENIED if view.is_chinese(sentence) else _DENIED_EN).search(clause))
    deal.on = find_day(view.folded[sentence.start : sentence.end], view.published)
    base = published_day(view.published)
    deal.background = bool(_PAST.search(clause)) or bool(deal.on and base and (base - deal.on).days > 75)
    return [deal]


def _credible(view: View, what: Name, buyer: Name | None, amount: Amount | None) -> bool:
    """Whether what is bought is surely an organisation, or a sure buyer pays a known price for it."""
    return names_zh.is_sure(view, what) or (amount is not None and buyer is not None and names_zh.is_sure(view, buyer))


def _price(view: View, sentence: Sentence, verb: tuple[int, int]) -> Amount | None:
    near = view.amounts_in(max(sentence.start, verb[0] - 40), min(sentence.end, verb[1] + 90))
    return next((a for a in near if role_of(a, view.folded, sentence.start, sentence.end) == "size" and (a.low or 0) >= 10_000), None)


def _stage(clause: str, *, chinese: bool) -> FundingStage:
    if (_ENDED if chinese else _ENDED_EN).search(clause):
        return "terminated"
    return "talks" if (_TALKS if chinese else _TALKS_EN).search(clause) else "done"
