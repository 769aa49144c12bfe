"""The AI models a sentence speaks of as something one can take into use: those of the catalogue, and named ones outside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.judge.document import Reading, Sentence
from crawler.judge.facts import Mention, ModelRef

# The model as a topic, a yardstick or a business, not as something in use.
_TOPIC_AFTER = re.compile(
    r"\s*(?:概念|板块|指数|热潮|热度|热(?!线)|爆火|火爆|走红|出圈|横空|风潮|浪潮|时刻|时代|效应|冲击|现象|旋风|风暴|创始人|"
    r"公司|团队|母公司|官方|官网|官宣|融资|估值|股价|发布|开源(?!大?模型|的?[^,，。]{0,4}版|技术)|推出|宣布|"
    r"创办|崛起|之父|后获悉|数据显示|的(?:出现|问世|发布|开源|爆火|走红|崛起|横空|创始人|诞生|成功(?!(?:部署|接入|上线|落地|应用)))|"
    r"['’]s (?:founder|rise|release|success|emergence|popularity|ipo|launch|debut|parent)\b|(?: has| had)? (?:releas|unveil|"
    r"announc|publish|surpass|outperform|beat)\w*|-related|-inspired| (?:craze|fever|boom|mania|effect|moment|concept|"
    r"shares|stocks|rally|shock)\b)"
)
_YARDSTICK_BEFORE = re.compile(
    r"(?:超越|超过|超|优于|高于|强于|媲美|相比|对标|比肩|堪比|不逊于|领先于?|类似于?|像|不同于|区别于|有别于|击败|胜过|赶超|"
    r"追平|不如|弱于|较之?|与|和|"
    r"surpass(?:es|ed|ing)?|outperform(?:s|ed|ing)?|beat(?:s|ing)?|better than|compared (?:with|to)|comparable (?:with|to)|"
    r"rival(?:s|led|ling)?|versus|vs\.?|than|unlike|similar to|such as)\s*(?:the\s)?(?:[a-z0-9.\-·]+\s?(?:、|和|与|及|,|and|"
    r"or)\s?){0,3}$"
)
_COMPARED_AFTER = re.compile(r"[^,，。;；]{0,12}(?:相比|相媲美|不相上下|相当|比较而言|等(?:通用)?(?:大模型|模型)?相比)")
_QUOTED_MODEL = re.compile(
    r"[“\"「『《‘](?P<name>[^”\"」』》’\s,，。]{2,14})[”\"」』》’]\s*(?:(?:ai|人工智能|智慧|多模态|医疗|医学|医保|中医药?|"
    r"临床|病理|影像|儿科|眼科|口腔|肿瘤|专科|通用|垂直|垂类|行业|领域|语言|健康|护理|心血管|肝胆|骨科|妇产科?|基础|推理|"
    r"千亿级?|百亿级?)\s*){0,4}大?模型"
)
_LATIN_MODEL = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[A-Z][A-Za-z0-9]*(?:[-·.][A-Za-z0-9]+)*)\s?(?:(?:AI|人工智能|多模态|医疗|医学|中医药?|临床|"
    r"病理|影像|儿科|眼科|专科|垂直|语言|健康)){0,3}大模型"
)
_ENGLISH_MODEL = re.compile(
    r"(?P<name>(?:(?:[A-Z][A-Za-z0-9]*[-·]?)+ ){1,4}(?:Large |Language |Foundation |Medical |Vision )*(?:Model|LLM))\b"
)
_INTRODUCED = re.compile(
    r"(?P<name>[A-Z][A-Za-z0-9]+(?:[-·.][A-Za-z0-9]+)*),? (?:is )?(?:an?|the|its|China['’]s first|the country['’]s first|"
    r"a new) [^,.;]{0,60}?\b(?:[Mm]odels?|LLM)\b"
)
_CALLED = re.compile(
    r"(?:\b(?:[Mm]odel|LLM)(?: (?:called|named|dubbed|known as|"
    r"under the name))?,? [“\"]?(?P<name>[A-Z][A-Za-z0-9]+(?:[-·. ][A-Z0-9][A-Za-z0-9]*)*)|"
    r"大?模型[“\"「](?P<zh>[^”\"」]{2,14})[”\"」])"
)
# A model that holds another is the product built on it: "Med-Go, a model integrated with DeepSeek-R1".
_CONTAINS = re.compile(
    r"[”\"」]?(?:大?模型)?[^,，。;；、]{0,12}(?:基于|搭载|融合)[^,，。;；、]{0,8}|,? (?:(?:an?|the|its|"
    r"which is) )?[^.;]{0,40}\b(?:integrated with|based on|built on|powered by)\b[^.;,]{0,24}"
)
_LISTED = re.compile(r"[”\"」]?(?:大?模型)?\s*(?:、|和|与|及|以及|,|and|&|, and)\s*[“\"「]?")
_GENERIC_NAME = re.compile(
    r"(?:the |a |an |its |our |chinese |china's )*(?:ai|it|large|language|medical|foundation|health|healthcare|multimodal|"
    r"open|source|llm|model|big|data|ai\+|\s|-)+|人工智能.*|互联网.*"
)


def models_in(reading: Reading, sentence: Sentence) -> list[Mention]:
    """Models of `sentence` that may be in use there, by start; the same family once per run of alternative names."""
    known = [m for m in reading.catalogued if m.target == "model" and sentence.start <= m.start < sentence.end]
    out = [m for m in known if not _is_topic(reading.folded, m, sentence)]
    for mention in _outside(reading, sentence):
        if all(mention.end <= m.start or m.end <= mention.start for m in known) and _stands_alone(reading.folded, mention, out):
            out.append(mention)
    out.sort(key=lambda m: m.start)
    return [m for i, m in enumerate(out) if not any(_CONTAINS.fullmatch(reading.folded, m.end, o.start) for o in out[i + 1 :])]


def _is_topic(folded: str, mention: Mention, sentence: Sentence) -> bool:
    before = folded[max(sentence.start, mention.start - 40) : mention.start]
    if _YARDSTICK_BEFORE.search(before):
        joined = before.rstrip().endswith(("与", "和", " and", "such as"))
        return not joined or bool(_COMPARED_AFTER.match(folded, mention.end, sentence.end))
    return bool(_TOPIC_AFTER.match(folded, mention.end, sentence.end) or _COMPARED_AFTER.match(folded, mention.end, sentence.end))


def _stands_alone(folded: str, mention: Mention, known: Sequence[Mention]) -> bool:
    """Whether a named model is one of its own: beside a known one it is the product built on it, unless the two are listed."""
    pairs = [(mention, m) if mention.start < m.start else (m, mention) for m in known]
    return not pairs or any(_LISTED.fullmatch(folded, one.end, other.start) for one, other in pairs)


def _outside(reading: Reading, sentence: Sentence) -> list[Mention]:
    out: list[Mention] = []
    for pattern in (_QUOTED_MODEL, _LATIN_MODEL, _ENGLISH_MODEL, _INTRODUCED, _CALLED):
        for match in pattern.finditer(reading.full, sentence.start, sentence.end):
            group = match.lastgroup or "name"
            name = match[group]
            if _GENERIC_NAME.fullmatch(name.lower().strip()):
                continue
            start, end = match.span(group)
            if all(end <= m.start or m.end <= start for m in out):
                out.append(Mention("model", None, name, start, end, "other", found_by="rule"))
    return out


def reference(reading: Reading, mention: Mention) -> ModelRef:
    """The model as a fact names it, with the version it is written with."""
    version = reading.names.version(mention)
    return ModelRef(mention.id, mention.kind, mention.as_written, version)


def is_maker(reading: Reading, organisation: Mention, model: Mention) -> bool:
    """Whether `organisation` is the company that makes `model`, so that what it says of it is a launch."""
    if organisation.id is None or model.id is None or organisation.kind != "company":
        return False
    entry = reading.names.model(model.id)
    return entry is not None and entry.maker == organisation.id
