"""Who takes which model into use: adopter, model, product, department, stage, hosting.

A verb of taking up is read together with the model nearest to it and the organisations whose verb it is; one fact per adopter
and model. What is only possible, wished for or said of nobody in particular is none; a vendor's product built on a model is a launch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from .document import Document, Reading, Sentence
from .facts import Adoption, AdoptionStage, Evidence, Found, Mention, ModelRef, Party
from .parties import Field, is_of_health, speaks_of_health, told_on
from .uptake.adopters import adopters_of, resolve
from .uptake.cues import LIVE_LATER, Cue, find_cues, is_denied, is_possible, stage_of
from .uptake.details import find_department, find_product, hosting_of
from .uptake.models import is_maker, models_in, reference
from .uptake.noise import Plain, without_glosses

_MODEL_WORD = re.compile(
    r"大?模型|deep\W?seek|深度求索|gpt|qwen|千问|model|llm|混元|豆包|文心|盘古|星火|百川|kimi|claude|gemini|llama|智谱|glm|"
    r"ruipath|瑞智|hunyuan|ernie|doubao|pangu"
)
_SELLS = re.compile(
    r"(?:推出|发布|上市|面向|销售|研发|开发|上线)[^,，。]{0,24}(?:一体机|解决方案|产品|套件|面向(?:医院|客户|基层))|向客户|"
    r"为(?:客户|医院)(?:提供|打造)|旗下[^,，。]{0,12}产品[^,，。]{0,6}支持|"
    r"\b(?:appliance|all-in-one|solution|product line|to sell|customers|clients)\b"
)
_OWN_PRODUCTS = re.compile(r"(?:在|将)[^,，。]{0,8}产品中|into (?:its|their) products?")
_CARRY = re.compile(
    r"\s*(?:[—\-*·•\d.、]*)(?:例如|比如|譬如|如|其中|此外|另外|同时|目前|截至|据悉|据了解|in addition|for example|"
    r"for instance|meanwhile|also|in particular)"
)
_DEICTIC = re.compile(r"(?:该|这一|这款|上述|这套)(?:大?模型|系统)|本地化?部署|大模型|\bthe (?:large )?(?:model|system|tool)\b")
_PRODUCT = re.compile(r"(?:上线|推出|启用|打造|引入|接入|部署)[^,，。]{0,12}(?:ai|智能|助手|机器人|数字人|系统)")
# Weak verbs that take the model as their object and so stand before it.
_ONLY_BEFORE = re.compile(
    r"采用|利用|借助|借力|依托|基于|通过|调用|结合|研发|开发|发布|亮相|释出|based on|powered by|built (?:on|with|upon)|with the help of"
)
# A company's own release of a model.
_MAKES = re.compile(r"研发|开发|发布|推出|亮相|unveil\w*|releas\w*|develop\w*|launch\w*")
# A house's own model at work: "Ruijin Hospital's RuiPath automates …".
_OWNED = re.compile(r"(?:['’]s|的)\s*[“\"「『《]?$")
_WORKS = re.compile(
    r"(?:已|每天|日均|累计)[^,，。]{0,10}(?:处理|辅助|分析|生成|识别|服务)|\b(?:automates|processes|assists|analy[sz]es|"
    r"screens|serves|handles|generates|reads|has (?:processed|read|helped|served|analy[sz]ed))\b"
)
# A company that brings out something built on the model; what insurers bring out serves their own customers.
_BRINGS_OUT = re.compile(r"(?:推出|发布|\bunveil\w*|\blaunch\w*|\breleas\w*|\bintroduc\w*)[^,，。;；]{0,40}$")
_INSURES = re.compile(r"人寿|人壽|保险|保險|财险|財險|太保|人保|平安|insur|life\b", re.IGNORECASE)
_JOINT = re.compile(r"(?:联合|共同)(?:对外|正式|重磅)?(?:发布|推出|研发|开发)$")
_BUILT_ON = re.compile(r"基于|搭载|接入|融合|依托|powered by|based on|built (?:on|with)|using|uses|with")
_ORDER: dict[AdoptionStage, int] = {"planned": 0, "announced": 1, "pilot": 2, "live": 3, "expanded": 4}
_FAR, _FAR_LATIN, _NEAR = 60, 160, 30


class _Take(NamedTuple):
    """One verb of taking up with its model, in its sentence."""

    sentence: Sentence
    cue: Cue
    model: Mention
    carried: bool


def find_adoptions(reading: Reading) -> Found:
    """Adoptions that the text states, one per adopter and model, and those it denies."""
    modelled = _MODEL_WORD.search(reading.folded) or any(m.target == "model" for m in reading.catalogued)
    if not modelled or not speaks_of_health(reading):
        return Found([], [])
    plain = without_glosses(reading.full)
    if plain is None:
        return _find(reading)
    source = reading.document
    found = _find(Reading(Document(source.id, "", plain.text, source.url, source.published, source.language), reading.names))
    given = [[_as_given(fact, plain, reading.full) for fact in facts if isinstance(fact, Adoption)] for facts in found]
    return Found([*given[0]], [*given[1]])


def _find(reading: Reading) -> Found:
    takes = list(_takes(reading))
    if not takes:
        return Found([], [])
    field = Field(reading)
    stated: dict[tuple[str, str], Adoption] = {}
    denied: dict[tuple[str, str], Adoption] = {}
    for take in takes:
        for adopter in _adopters(field, take):
            if _sells(field, take, adopter) or not is_of_health(reading, adopter, take.sentence):
                continue
            fact = _fact(field, take, adopter)
            key = (field.identity(adopter), fact.model.family if fact.model.family != "other" else fact.model.as_written.lower())
            into = denied if is_denied(reading.folded, take.cue, take.sentence.start, take.sentence.end) else stated
            into[key] = _joined(into[key], fact) if key in into else fact
    return Found([_later(reading, fact) for fact in stated.values()], [fact for key, fact in denied.items() if key not in stated])


def _takes(reading: Reading) -> Iterator[_Take]:
    """Every verb of taking up that has a model to it, models named in an earlier sentence included."""
    models: list[Mention] = []
    linked = False
    for sentence in reading.sentences:
        here = models_in(reading, sentence)
        cues = [
            c
            for c in find_cues(reading.folded, sentence.start, sentence.end)
            if not is_possible(reading.folded, c, sentence.start, sentence.end)
        ]
        if here:
            models, linked = here, True
            yield from _direct(reading, sentence, cues, here)
        elif models and linked and (goes_on := _goes_on(reading, sentence)):
            linked = goes_on
            yield from (_Take(sentence, cue, models[0], True) for cue in cues if cue.strong)
        else:
            linked = sentence.end <= reading.body_start


def _goes_on(reading: Reading, sentence: Sentence) -> bool:
    """Whether a sentence without a model still speaks of the one before: an example, a member of a list, "the model"."""
    folded = reading.folded
    gap = folded[max(0, sentence.start - 2) : sentence.start].strip()
    if gap.endswith((";", "；")) or _CARRY.match(folded, sentence.start, sentence.end):
        return bool(_PRODUCT.search(folded, sentence.start, sentence.end) or _DEICTIC.search(folded, sentence.start, sentence.end))
    return bool(_DEICTIC.search(folded, sentence.start, sentence.end))


def _direct(reading: Reading, sentence: Sentence, cues: list[Cue], models: list[Mention]) -> Iterator[_Take]:
    for model in models:
        near = sorted((c for c in cues if _reaches(reading.folded, c, model)), key=lambda c: (not c.strong, _gap(c, model)))
        if not near and _OWNED.search(reading.folded, sentence.start, model.start):
            near = [Cue(m.start(), m.end(), m.group(), False) for m in _WORKS.finditer(reading.folded, model.end, sentence.end)]
        for cue in near[:3]:
            yield _Take(sentence, cue, model, False)


def _gap(cue: Cue, model: Mention) -> int:
    return max(model.start - cue.end, cue.start - model.end, 0)


def _reaches(folded: str, cue: Cue, model: Mention) -> bool:
    latin = folded[cue.start].isascii()
    if cue.strong:
        return _gap(cue, model) <= (_FAR_LATIN if latin else _FAR)
    if _ONLY_BEFORE.fullmatch(cue.verb) and cue.start > model.start:
        return False
    if not latin and cue.end <= model.start:
        return re.search(r"[,，。;；]", folded[cue.end : model.start]) is None and _gap(cue, model) <= _NEAR
    return _gap(cue, model) <= (60 if latin else 14)


def _adopters(field: Field, take: _Take) -> list[Mention]:
    found = adopters_of(field, take.sentence, take.cue, None if take.carried else take.model)
    if found or take.carried:
        return found
    resolved = resolve(field, take.sentence, take.cue)
    return [resolved] if resolved and not is_maker(field.reading, resolved, take.model) else []


def _sells(field: Field, take: _Take, adopter: Mention) -> bool:
    """Whether it is a product for others rather than something in use, or a model brought out jointly."""
    if _JOINT.search(field.folded, take.sentence.start, take.cue.end) and 0 <= take.model.start - take.cue.end <= 4:
        return True
    if adopter.kind not in ("company", "investor"):
        return False
    folded = field.folded
    between = folded[take.cue.end : take.model.start]
    if _MAKES.fullmatch(take.cue.verb) and not _BUILT_ON.search(between) and take.cue.end <= take.model.start:
        return True
    if not _INSURES.search(adopter.as_written) and _BRINGS_OUT.search(folded, take.sentence.start, min(take.cue.start, take.model.start)):
        return True
    if _OWN_PRODUCTS.search(folded, take.sentence.start, take.sentence.end):
        return False
    return bool(_SELLS.search(folded, take.sentence.start, take.sentence.end))


def _fact(field: Field, take: _Take, adopter: Mention) -> Adoption:
    reading, sentence = field.reading, take.sentence
    folded, span = reading.folded, (sentence.start, sentence.end)
    on, recalled = told_on(reading, sentence)
    model: ModelRef = reference(reading, take.model)
    return Adoption(
        type="adoption",
        evidence=sentence.evidence(),
        announced_on=on,
        confidence=0.65 if take.carried else 0.9 if take.cue.strong else 0.75,
        background=recalled,
        adopter=Party(adopter.id, adopter.as_written),
        model=model,
        product=find_product(folded, reading.full, *span),
        department=find_department(folded, reading.full, *span),
        stage=stage_of(folded, take.cue, *span),
        hosting=hosting_of(folded, *span),
    )


def _joined(one: Adoption, other: Adoption) -> Adoption:
    """Two tellings of one adoption: the earlier one, with what only the later one says.

    The stage is the one further along; within one sentence the verb nearest to the model decides.
    """
    same = one.evidence == other.evidence
    stage = one.stage if same else max(one.stage, other.stage, key=lambda stage: _ORDER[stage])
    return replace(
        one,
        stage=stage,
        product=one.product or other.product,
        department=one.department or other.department,
        hosting=one.hosting or other.hosting,
        confidence=max(one.confidence, other.confidence),
        background=one.background and other.background,
    )


def _later(reading: Reading, fact: Adoption) -> Adoption:
    """The fact, live when one of the next two sentences says that what was announced has gone into use."""
    if fact.stage != "announced":
        return fact
    following = [s for s in reading.sentences if s.start >= fact.evidence.end][:2]
    live = any(LIVE_LATER.search(reading.folded, s.start, s.end) for s in following)
    return replace(fact, stage="live") if live else fact


def _as_given(fact: Adoption, plain: Plain, full: str) -> Adoption:
    """The fact in the words and offsets of the text with its glosses."""
    start, end = plain.offset(fact.evidence.start), plain.offset(fact.evidence.end, end=True)
    at = plain.text.find(fact.adopter.as_written, fact.evidence.start)
    if at < 0:
        at = plain.text.find(fact.adopter.as_written)
    name = full[plain.offset(at) : plain.offset(at + len(fact.adopter.as_written), end=True)]
    return replace(fact, evidence=Evidence(full[start:end], start, end), adopter=replace(fact.adopter, as_written=name))
