"""What organisations bring out: products and models. A hospital's tool on somebody else's model is an adoption, not a launch."""

from __future__ import annotations

import re

from .document import Reading, Sentence
from .facts import Fact, Found, Launch, Mention, ModelRef, Party
from .parties import MEDIA, Field, is_of_health, speaks_of_health, told_on
from .uptake.models import is_maker, models_in, reference

_CUE = re.compile(
    r"(?:正式|全新|重磅|联合|首次|宣布|率先)?(?:推出|发布|上线|亮相|首发|开源|面世|问世|揭晓|公测|开放内测)(?!会|稿|者|量|"
    r"时间|后的|报告|公告|财报|业绩|招股|声明|消息)|"
    r"\b(?:launch(?:ed|es)?|unveil(?:ed|s)?|releas(?:ed|es)|introduc(?:ed|es)|debut(?:ed|s)?|roll(?:ed|s) out|open-sourc(?:ed|es))\b"
)
_THING = (
    r"(?:系统|平台|大模型|模型|智能体|助手|助理|机器人|一体机|软件|解决方案|应用|工作站|产品|小程序|app|数字人|医生|引擎|工具|芯片|套件|版)"
)
_PRODUCT_QUOTED = re.compile(
    rf"[^“\"「『,，。]{{0,16}}{_THING}[^“\"「『,，。]{{0,6}}[“\"「『](?P<p>[^”\"」』]{{2,30}})[”\"」』]|"
    rf"[^“\"「『,，。]{{0,24}}[“\"「『](?P<q>[^”\"」』]{{2,30}}(?:(?=[”\"」』][^,，。“]{{0,12}}{_THING})|(?<=模型)|"
    r"(?<=[\d.])|(?<=系统)|(?<=平台)))"
)
_GENERIC = re.compile(rf"(?:了|新|ai|大|首[款个]|全新|一|款|个|的|人工智能|智能)*{_THING}")
_PRODUCT_ZH = re.compile(
    r"(?:了|其|旗下|国内|全球|首[款个]|全新|新一代|新款|一?款|"
    rf"的)*(?P<p>[^,，。;；“”\"《》]{{2,36}}?{_THING}(?:[ a-z0-9.\-]{{1,12}})?)(?=[^\u4e00-\u9fffa-z0-9]|的|并|和|后|，|,|$|"
    r"面向|用于|可|为|能|成|已|将|在|是)"
)
_PRODUCT_EN = re.compile(
    r"\s*(?:(?:an?|its|their|the|two|what it calls|new|first|latest|country['’]s|china['’]s|"
    r"world['’]s)\s)*(?P<p>[^,.;]{3,90}?)(?= (?:that|which|for|on|at|to|in|with|designed|aimed|powered|based|built|capable|"
    r"this|last|and)\b|[,.;]|$)"
)
_THING_EN = re.compile(
    r"\b(?:systems?|platforms?|models?|llm|agents?|assistants?|chatbots?|robots?|software|solutions?|apps?|tools?|products?|"
    r"appliance|engine|suite|service|device|doctor|copilot|version|ai)\b|\d"
)
_NOT_PRODUCT = re.compile(
    r"报告|白皮书|指南|共识|公告|财报|业绩|招股书|通知|意见|办法|规定|声明|榜单|论文|研究成果|数据集|标准|计划|政策|倡议|"
    r"\b(?:report|results|white paper|guidelines?|statement|study|findings|paper|ipo|shares|offering|probe|investigation|"
    r"plan|prospectus|earnings|campaign|trial|policy|rules)\b"
)
_AHEAD = re.compile(
    r"(?:拟|计划|将|即将|预计|有望|准备|打算|筹备|或将|明年|未来)[^,，。;；]{0,14}$|\b(?:will|plans? to|expected to|"
    r"is set to|aims? to|about to|to|could|may|would)\s*(?:soon |also )?$"
)
_NOT = re.compile(
    r"(?:尚未|并未|没有|从未|未|暂未|推迟|取消|暂缓)[^,，。]{0,6}$|\b(?:has|have|had) not\b[^,.;]{0,16}$|"
    r"\bnever\b[^,.;]{0,10}$|\byet to\b[^,.;]{0,10}$|\b(?:postponed|delayed|cancelled)\b[^,.;]{0,24}$"
)
_FAR = 60


def find_launches(reading: Reading) -> Found:
    """Launches that the text states, one per organisation and product, and those it says have not come."""
    if not _CUE.search(reading.folded) or not speaks_of_health(reading):
        return Found([], [])
    found = Found([], [])
    field = Field(reading)
    for sentence in reading.sentences:
        for cue in _CUE.finditer(reading.folded, sentence.start, sentence.end):
            before = reading.folded[max(sentence.start, cue.start() - _FAR) : cue.start()]
            if _AHEAD.search(before):
                continue
            fact = _launch(field, sentence, cue)
            if fact is not None:
                _add(found.denied if _NOT.search(before) else found.facts, fact)
                break
    return found


def _launch(field: Field, sentence: Sentence, cue: re.Match[str]) -> Launch | None:
    reading = field.reading
    product = _product(reading, sentence, cue)
    model = next((m for m in models_in(reading, sentence) if _brings_out(reading.folded, cue, m)), None)
    if product is None and model is None:
        return None
    who = _organisation(field, sentence, cue)
    if who is not None and model is not None and model.kind != "other" and not is_maker(reading, who, model):
        return None
    if who is None or not is_of_health(reading, who, sentence) or (who.kind == "hospital" and _on_other_model(reading, sentence)):
        return None
    on, recalled = told_on(reading, sentence)
    made: ModelRef | None = reference(reading, model) if model else None
    return Launch(
        type="launch",
        evidence=sentence.evidence(),
        announced_on=on,
        confidence=0.8 if who.id else 0.65,
        background=recalled,
        organisation=Party(who.id, who.as_written),
        product=product,
        model=made,
    )


def _brings_out(folded: str, cue: re.Match[str], model: Mention) -> bool:
    """Whether the model is what is brought out: right after the verb, or the subject of 上线, 亮相."""
    if model.start >= cue.end():
        gap = folded[cue.end() : model.start]
        return len(gap) <= 40 and not re.search(r"[,，。;；]|基于|搭载|接入|融合|\b(?:powered|based|built|using|with|on|that|which)\b", gap)
    return 0 <= cue.start() - model.end <= 8


def _on_other_model(reading: Reading, sentence: Sentence) -> bool:
    return any(m.target == "model" and sentence.start <= m.start < sentence.end for m in reading.catalogued)


def _organisation(field: Field, sentence: Sentence, cue: re.Match[str]) -> Mention | None:
    """Who brings it out: the organisation before the verb, its own subject; or the one the pronoun stands for."""
    named = [
        m
        for m in field.within(sentence.start, sentence.end)
        if m.kind not in ("investor", "regulator", "agency") and not MEDIA.search(m.as_written)
    ]
    left = [m for m in named if m.end <= cue.start() and m.kind in ("company", "university")] or [m for m in named if m.end <= cue.start()]
    if left:
        return left[0]
    if re.match(r"\s*(?:公司|该公司|the company|it)\b", field.folded[sentence.start : cue.start()]):
        return field.before(sentence.start, "company", reach=200)
    by = re.search(r"(?:由|\bby)\s*$", field.folded[sentence.start : named[0].start]) if named else None
    return named[0] if by else None


def _product(reading: Reading, sentence: Sentence, cue: re.Match[str]) -> str | None:
    folded, full = reading.folded, reading.full
    latin = folded[cue.start()].isascii()
    if latin:
        match = _PRODUCT_EN.match(folded, cue.end(), sentence.end)
        fits = match is not None and _THING_EN.search(match["p"]) is not None
    else:
        match = _PRODUCT_QUOTED.match(folded, cue.end(), sentence.end) or _PRODUCT_ZH.match(folded, cue.end(), sentence.end)
        fits = match is not None
    if match is None or not fits:
        return None
    group = match.lastgroup or "p"
    if _NOT_PRODUCT.search(match[group]) or _GENERIC.fullmatch(match[group]):
        return None
    return full[match.start(group) : match.end(group)].strip(" “”\"'‘’「」") or None


def _add(into: list[Fact], fact: Launch) -> None:
    for other in into:
        if (
            isinstance(other, Launch)
            and other.organisation == fact.organisation
            and (other.product == fact.product or other.model == fact.model is not None)
        ):
            return
    into.append(fact)
