"""Who takes a model into use: which of a sentence's organisations, groups of hospitals and pronouns a verb belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.judge.document import Sentence
from crawler.judge.facts import Mention
from crawler.judge.parties import MEDIA, Field, is_group
from store.text import fold

from .cues import Cue
from .models import is_maker

_PUBLIC = ("hospital", "regulator", "agency")
# Groups that name nobody: what they do is no one's adoption.
_NOBODY = re.compile(
    r"(?<!等)(?:越来越多|许多|很多|不少|众多|大量|多|数十|数百|上百|几十|百余|近?\d+余?|一些|部分|各大|各级|各地|各|所有|"
    r"全部|绝大多数|不同|其他|其它|每家|多数|大多数|大型|基层|国内|全国)(?:的|家|所|个|级)*(?:三甲|三级|二级|公立|县级|基层|"
    r"大型|头部|甲等|顶级|的)*(?:医院|医疗机构|机构|险企|保险公司|药企|企业|公司)|"
    r"\b(?:many|more|other|some|several|most|hundreds of|dozens of|numerous|all|county|top-tier|local|"
    r"grassroots)(?: [a-z\-]+){0,2} (?:hospitals|clinics|institutions|insurers|companies)\b(?! (?:including|such as|like))"
)
# Left of an organisation that only makes, sells, helps or reports.
_VENDOR_LEFT = re.compile(
    r"(?:联合|联手|携手|协同|牵手|会同|依托|来自|采购|购买|采用|借助|委托|对接|搭载|引进|引入|接入|使用|选用|基于|继|仅次于|"
    r"除了?|参考|借鉴|对标|不同于|超过|获|经|受|据|向|"
    r"\b(?:with|from|developed by|made by|created by|built by|provided by|supplied by|designed by|supported by|backed by|"
    r"according to|told|unlike|like|than|on|using|uses|via|after|besides)(?: the)?)\s*[“\"「]?$"
)
_WITH_LEFT = re.compile(r"(?:与|和|同|跟|由)\s*$")
_VENDOR_RIGHT = re.compile(
    r"\s*[”\"」]?(?:[(（][^)）]{0,30}[)）])?(?:的?(?:技术团队|工程师|技术支持)|[\u4e00-\u9fff]{2,14}?(?=提供的))?(?:则|也|"
    r"还|正|共同|公司|团队)*(?:提供|研发的|开发的|自研的|自主研发的|推出的|出品|旗下(?!\d+家|多家|全部|所有)|发布的|打造的|承建|中标|助力|协助|帮助|"
    r"赋能|支持|赞助|报道|消息|记者|获悉|之后|等合作|合作|提供商|供应商|技术支持|指导下|支持下|领导下|牵头下|的支持|的指导|"
    r"的?模型|"
    r"['’]s? [^,.;]{0,40}\b(?:models?|llm)\b| (?:provided|supplied|helped|supports?|supported|reported|developed the|built the))"
)
_TOGETHER = re.compile(r"\s*(?:等)?(?:共同|联合|合作|携手|共建|签约|签署|达成|联手|协作)")
_LIST_GAP = re.compile(
    r"(?: china| asia)?\s*(?:[(（][^)）]{0,40}[)）])?\s*(?:、|之?后[,，]|,|，|/|和|与|及|以及|还有|并|and|&|, and|"
    r"as well as|n?or)\s*(?:and\s|the\s|cros?\s|insurers?\s|drugmakers?\s|以及|"
    r"还有|及)?(?:[(（][^)）]{0,40}[)）])?\s*"
)
# English: nothing but whose it is before the model, so that the model is the subject.
_MODEL_ACTS = re.compile(r"(?:the |[a-z\-]+['’]s? |its )*[“\"]?")
_AFTER_VERB = re.compile(r"落地|落户|入驻|进驻")
_CLOUDS = re.compile(
    r"(?:腾讯|华为|阿里|百度智能|天翼|移动|联通|金山|京东|浪潮|火山)云$|火山引擎|^中国(?:移动|电信|联通)|(?:cloud|telecom|mobile)$"
)
_PRONOUN = re.compile(
    r"该院|我院|本院|全院|院方|院内(?!感染)|(?<![\u4e00-\u9fff])(?:医院|该局|我局|该委|该中心|该机构|该公司|公司|该企业|双方|其)(?!感染|"
    r"管理协会|等级)|打开医院|"
    r"(?<![\w’'])(?:the (?:hospital|clinic|bureau|commission|insurer|company|centre|center|institution|firm)|it|its)(?![\w’'])"
)
_NO_SUBJECT = re.compile(
    r"\s*(?:它|(?:该|这套|这款|这个|这一)(?:系统|平台|智能体|助手|工具|应用|机器人|模型|项目)|(?:the|this) (?:system|platform|"
    r"tool|assistant|app|chatbot|model)\b|"
    r"(?:同时|目前|此外|另外|随后|日前|近日|现在|如今|并且?|还|也|其中|[，,])*(?:通过|依托|借助|基于|利用|使用|运用|调用|"
    r"采用|引入|接入|部署|上线|搭载|将|已|率先|成功|正式|复杂任务|核心))"
)
_MEMBERS = re.compile(r"(?:包括|其中|如|涵盖|分别[是为]|including|such as|among them)[^,，。;；]{0,8}$")
_OWNS = re.compile(r"(?:['’]s|的|自研的?|自主研发的?)\s*[^,，。;；]{0,12}[“\"「《]?")
_BACK = 3


def adopters_of(field: Field, sentence: Sentence, cue: Cue, model: Mention | None) -> list[Mention]:
    """Who takes up by `cue` in `sentence`, lists in full; empty when the sentence names nobody for it."""
    folded = field.folded
    named = field.within(sentence.start, sentence.end)
    if (
        model is not None
        and model.start < cue.start
        and _MODEL_ACTS.fullmatch(folded, sentence.start, model.start)
        and folded[cue.start].isascii()
    ):
        named = [m for m in named if m.start > cue.start or m.end < model.start or not _does(folded, model, m)]
    open_ = [m for m in named if not _is_bystander(folded, m, sentence, model, field, named)]
    start = min(cue.start, model.start if model else cue.start)
    left = [m for m in open_ if m.end <= cue.start]
    right = [m for m in open_ if m.start >= cue.end]
    if _AFTER_VERB.match(cue.verb) and right and right[0].start - cue.end < 24:
        return _listed(folded, open_, _foremost(right[:1]) or right[0])
    anchor = _nearest_left(left)
    if anchor is not None and _is_nobody_between(folded, anchor, cue, start):
        return []
    if anchor is not None and anchor.found_by == "rule" and is_group(anchor):
        members = [m for m in right if m.kind == "hospital"]
        anchor = members[0] if members and _MEMBERS.search(folded, anchor.end, members[0].start) else anchor
    if anchor is None:
        reach = _right_reach(folded, cue, sentence)
        anchor = _foremost([m for m in right if m.start < reach and (m.kind in _PUBLIC or _is_object(folded, cue, m))])
    return _listed(folded, open_, anchor) if anchor is not None else []


def _does(folded: str, model: Mention, mention: Mention) -> bool:
    """Whether the model itself is what acts, so that an organisation after it is not the subject of what follows."""
    return not re.search(r"\b(?:which|that|where)\b|,", folded[model.end : mention.start])


def _right_reach(folded: str, cue: Cue, sentence: Sentence) -> int:
    """Up to where an organisation right of the verb may be who takes up."""
    return sentence.end if folded[cue.start].isascii() else min(sentence.end, cue.end + 60)


def _is_object(folded: str, cue: Cue, mention: Mention) -> bool:
    """Whether a company right of the verb stands close enough to be where the model goes: 已接入某公司, "deployed at X"."""
    gap = folded[cue.end : mention.start]
    return (gap.endswith((",是", "，是")) or not re.search(r"[,，。;；:：]", gap)) and len(gap) <= (
        60 if gap.isascii() and folded[cue.start].isascii() else 24
    )


def _nearest_left(left: Sequence[Mention]) -> Mention | None:
    for kinds in (_PUBLIC[:1], _PUBLIC, ("company",), ("university", "investor")):
        found = [m for m in left if m.kind in kinds]
        if found:
            return found[-1]
    return None


def _foremost(right: Sequence[Mention]) -> Mention | None:
    for kinds in (_PUBLIC[:1], _PUBLIC, ("company",), ("university", "investor")):
        found = [m for m in right if m.kind in kinds]
        if found:
            return found[0]
    return None


def _is_nobody_between(folded: str, anchor: Mention, cue: Cue, start: int) -> bool:
    return bool(_NOBODY.search(folded, anchor.end, max(anchor.end, cue.start)))


def _listed(folded: str, named: Sequence[Mention], anchor: Mention) -> list[Mention]:
    """`anchor` and those joined to it in a list, in order of the text; of a list with places for its members, those."""
    at = named.index(anchor)
    first = last = at
    while first > 0 and _joined(folded, named[first - 1], named[first]):
        first -= 1
    while last + 1 < len(named) and _joined(folded, named[last], named[last + 1]):
        last += 1
    return list(named[first : last + 1])


def _joined(folded: str, one: Mention, other: Mention) -> bool:
    return bool(_LIST_GAP.fullmatch(folded, one.end, other.start)) and (one.kind in _PUBLIC) == (other.kind in _PUBLIC)


def _is_bystander(folded: str, mention: Mention, sentence: Sentence, model: Mention | None, field: Field, named: Sequence[Mention]) -> bool:
    if MEDIA.search(mention.as_written) or (model is not None and is_maker(field.reading, mention, model)):
        return True
    before = folded[max(sentence.start, mention.start - 24) : mention.start]
    if _AFTER_OTHERS.match(folded, mention.end, sentence.end) and _FOLLOWING.search(folded[sentence.start : mention.start]):
        return False
    owns = mention.kind == "hospital" and model is not None and _OWNS.fullmatch(folded, mention.end, model.start)
    sells = _VENDOR_RIGHT.match(folded, mention.end, sentence.end)
    only_hospital = mention.kind == "hospital" and sum(m.kind == "hospital" for m in named) <= 1
    made_here = only_hospital and sells is not None and sells.group().endswith(("的", "合作"))
    if sells and not owns and not made_here:
        return True
    if mention.kind == "company" and _CLOUDS.search(fold(mention.as_written)):
        return True
    alone = mention.kind not in ("hospital", "regulator", "agency") or len(named) > 1
    if alone and _VENDOR_LEFT.search(before):
        return not _LISTED_WITH.search(before)
    if mention.kind != "hospital" and _WITH_LEFT.search(before) and _TOGETHER.match(folded, mention.end, sentence.end):
        return True
    return mention.kind == "company" and bool(re.search(r"由\s*$", before))


# 继甲、乙之后,丙也接入: all three have.
_AFTER_OTHERS = re.compile(r"[^,，。]{0,40}之?后[,，][^,，。]{2,30}?(?:也|同样|亦)")
_FOLLOWING = re.compile(r"继[^,，。;；]{0,60}$")
_LISTED_WITH = re.compile(
    r"包括\s*$|(?:hospitals?|compan(?:y|ies)|institutions?|insurers?|firms?|providers?|clinics?|platforms?|centres?|"
    r"centers?)(?: \w+){0,3},? (?:such as|like|including)(?: the)?\s*$"
)


def resolve(field: Field, sentence: Sentence, cue: Cue) -> Mention | None:
    """Who a sentence that names nobody speaks of: what its pronoun stands for, or the subject it leaves out."""
    folded = field.folded
    if _NOBODY.search(folded, sentence.start, sentence.end):
        return None
    pronoun = _PRONOUN.search(folded, sentence.start, cue.start + 12) or _PRONOUN.search(folded, cue.start, sentence.end)
    if pronoun:
        return field.before(pronoun.start(), pronoun.group())
    if not _NO_SUBJECT.match(folded, sentence.start, sentence.end):
        return None
    for previous in reversed([s for s in field.reading.sentences if s.end <= sentence.start][-_BACK:]):
        named = field.within(previous.start, previous.end)
        if named:
            return _foremost([m for m in named if not _is_bystander(folded, m, previous, None, field, [])])
    return None
