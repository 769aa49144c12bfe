"""Who agrees to work with whom, on what, and for how much: cooperation, joint development, licences.

The amount of a licence is its total where the text gives one (up to, 总额), else the upfront payment. Rounds, purchases of
shares and listings are funding and none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .document import Reading, Sentence
from .facts import Amount, Found, Mention, Partnership, Party
from .parties import MEDIA, Field, speaks_of_health, told_on

_CUE = re.compile(
    r"(?:签署|签订|签约|达成|建立|缔结|开展)[^,，。;；]{0,24}(?:合作|协议|备忘录|联盟|授权|许可|伙伴)|战略合作(?!伙伴们)|"
    r"(?:独家)?(?:授权|许可)(?:协议|合作|引进|给|予)|合作协议|合作备忘录|"
    r"(?:携手|牵手|联手|联合|共同)(?:推出|发布|打造|开发|研发|共建|建设|成立|建立|开展|启动|推进|探索|构建|设立|研制)|"
    r"共建[^,，。]{0,16}(?:实验室|中心|平台|研究院|基地)|合资(?:公司|企业)|签约仪式|"
    r"\bpartner(?:ed|s|ing)? with\b|\bpartnership\b|\bteam(?:ed|s|ing)? up\b|\bcollaborat(?:e|es|ed|ing|ion)\b|\bjoin(?:ed|"
    r"s)? forces\b|\bsign(?:ed|s)? (?:an?|the) [^,.;]{0,60}(?:agreement|memorandum|mou|deal|contract|pact)\b|"
    r"\b(?:licen[cs]ing|cooperation|framework|collaboration|license|strategic) (?:agreement|deal|pact|alliance)\b|"
    r"\blicen[cs]ed? (?:to|from)\b|\bjoint venture\b|\bout-licen[cs]\w+|\bentered into (?:an?|the) [^,.;]{0,50}agreement\b|"
    r"\bjointly (?:develop|launch|build|establish|set up)\w*"
)
_OTHER = re.compile(
    r"融资|领投|跟投|收购|并购|入股|增资|上市|ipo|募资|股权|定增|白皮书|报告》|专项行动|印发|联合发文|\bacqui(?:re|red|res|"
    r"sition)\b|\binvest(?:ed|ors?|ment round)\b|\bseries [a-f]\b|\bfunding\b|\bshares? (?:rose|fell)\b"
)
_WISHED = re.compile(
    r"(?:希望|期待|呼吁|鼓励|建议|寻求|有意|或将|可能|拟|计划|洽谈|考虑|如果|未来可)[^,，。;；]{0,16}$|\b(?:hopes?|seeks?|"
    r"seeking|may|might|could|in talks|considering|wants?|would|should|plans? to|looking to)\b[^,.;]{0,40}$"
)
_NOT = re.compile(
    r"(?:尚未|并未|没有|从未|未与|不再|终止|停止|否认|取消)[^,，。]{0,24}$|\b(?:not|never|denied|denies|terminated|ended|no)\b[^,.;]{0,40}$"
)
_NOT_NEXT = re.compile(
    r"^[^,，。;；]{0,8}(?:终止|取消|破裂|不属实)|^[^,.;]{0,30}\b(?:was|were|has been|have been) (?:terminated|called off|cancelled)\b"
)
_JOIN = re.compile(
    r"(?:公告|宣布|表示|透露)?称?[,，](?:公司|其|已|日前|近日)*(?:与|和|同|携手|联合)|[^,，。;；]{0,6}(?:与|和|同|跟|及|"
    r"以及|、|携手|联手|牵手|联合|并与|向|授予|将)[^,，。;；]{0,10}|\s*(?:[(（][^)）]*[)）])?\s*(?:,|，)?\s*(?:与|和|携手|"
    r"联合|、)\s*|"
    r"[^.;]{0,80}?\b(?:with|and|between|to|from|alongside)\b[^.;,]{0,24}|\s*(?:,|&|/)\s*(?:and )?"
)
_SUBJECT = (
    re.compile(r"(?:就|围绕|聚焦)(?P<s>[^,，。;；]{2,40}?)(?:等?(?:领域|方面|方向)?)(?:展开|开展|达成|签署|签订|进行|深化|建立|加强|合作)"),
    re.compile(r"(?:在|于)(?P<s>[^,，。;；]{2,40}?)(?:等)?(?:领域|方面|方向|环节)(?:展开|开展|达成|进行|深化|建立|加强|全面|深度|合作)?"),
    re.compile(r"(?:共同|联合|合作|携手|联手)(?P<s>(?:开发|研发|打造|建设|推进|探索|推出|发布|构建|研制|开展|共建)[^,，。;；]{2,40})"),
    re.compile(r"(?P<s>[“「《][^”」》]{2,30}[”」》])"),
    re.compile(
        r"\bto (?P<s>(?:jointly |co-)?(?:develop|build|explore|deploy|create|advance|promote|launch|integrate|apply|bring|"
        r"commerciali[sz]e|accelerate|design|discover|establish|expand|train|use)\b[^,.;]{3,100})"
    ),
    re.compile(r"\b(?:agreement|partnership|collaboration|cooperation|deal|licen[cs]e) (?:on|for|covering|in|around) (?P<s>[^,.;]{3,80})"),
    re.compile(r"\bcollaborat\w+ (?:[^,.;]{2,40} )?(?:on|in) (?P<s>[^,.;]{3,80})"),
)
_TOTAL = re.compile(
    r"(?:总额|总价|合计|最高|总计|总金额|高达|总值|潜在|里程碑|累计)[^,，。;；]{0,14}$|\b(?:up to|worth|total(?:ling|ing)?|"
    r"total of|as much as|potentially|valued at|milestones? of up to)\b[^,.;]{0,20}$"
)
_FAR = 60


def find_partnerships(reading: Reading) -> Found:
    """Partnerships and licences that the text states, and those it denies or says have ended."""
    if not _CUE.search(reading.folded) or not speaks_of_health(reading):
        return Found([], [])
    found = Found([], [])
    field = Field(reading)
    seen: set[frozenset[str]] = set()
    for sentence in reading.sentences:
        cue = _cue(reading.folded, sentence)
        if cue is None:
            continue
        parties = _parties(field, sentence, cue)
        key = frozenset(field.identity(m) for m in parties)
        if len(key) < 2 or all(m.kind in ("regulator", "agency") for m in parties) or any(key <= other for other in seen):
            continue
        seen.add(key)
        before, after = reading.folded[max(sentence.start, cue.start() - _FAR) : cue.start()], reading.folded[cue.end() : sentence.end]
        into = found.denied if _NOT.search(before) or _NOT_NEXT.search(after) else found.facts
        into.append(_fact(reading, sentence, parties))
    return found


def _cue(folded: str, sentence: Sentence) -> re.Match[str] | None:
    if _OTHER.search(folded, sentence.start, sentence.end):
        return None
    for match in _CUE.finditer(folded, sentence.start, sentence.end):
        if not _WISHED.search(folded[max(sentence.start, match.start() - _FAR) : match.start()]):
            return match
    return None


def _parties(field: Field, sentence: Sentence, cue: re.Match[str]) -> list[Mention]:
    """The organisations that are joined to each other around the verb, each once."""
    named = [m for m in field.within(sentence.start, sentence.end) if not MEDIA.search(m.as_written)]
    best: list[Mention] = []
    chain: list[Mention] = []
    for mention in named:
        if chain and not _JOIN.fullmatch(field.folded, chain[-1].end, mention.start):
            chain = []
        chain = [*chain, mention]
        if len(chain) >= len(best) and min(abs(m.end - cue.start()) for m in chain) <= 3 * _FAR:
            best = chain
    unique: dict[str, Mention] = {}
    for mention in best:
        unique.setdefault(field.identity(mention), mention)
    return list(unique.values())


def _fact(reading: Reading, sentence: Sentence, parties: Sequence[Mention]) -> Partnership:
    on, recalled = told_on(reading, sentence)
    return Partnership(
        type="partnership",
        evidence=sentence.evidence(),
        announced_on=on,
        confidence=0.8 if any(m.id for m in parties) else 0.65,
        background=recalled,
        parties=tuple(Party(m.id, m.as_written) for m in parties),
        subject=_subject(reading, sentence),
        amount=_amount(reading, sentence),
    )


def _subject(reading: Reading, sentence: Sentence) -> str | None:
    for pattern in _SUBJECT:
        match = pattern.search(reading.folded, sentence.start, sentence.end)
        if match:
            return reading.full[match.start("s") : match.end("s")].strip() or None
    return None


def _amount(reading: Reading, sentence: Sentence) -> Amount | None:
    """The total where the sentence or the next one gives one, else the first sum."""
    inside = [a for a in reading.amounts if sentence.start <= a.start < sentence.end]
    total = next((a for a in inside if _TOTAL.search(reading.folded[max(sentence.start, a.start - 24) : a.start])), None)
    return total or (inside[0] if inside else None)
