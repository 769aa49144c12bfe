"""What regulators decide on devices and drugs: holder, product, authority, class, number, decision.

Authorities are NMPA, CMDE, CDE, FDA, CE and others by their usual short names. Decisions: approved, cleared (510(k)), certified
(CE), accepted (taken up for review), designated (breakthrough, innovative, priority), rejected, withdrawn. What is only
expected is no decision. Number formats: 国械注准 and its provincial forms as in the registration rules for medical devices
(NMPA order 47 of 2021), 国药准字 for drugs, K, DEN and P numbers of the FDA's databases.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .document import Reading, Sentence
from .facts import Approval, Fact, Found, Mention, Party
from .parties import MEDIA, Field, told_on

_TRIGGER = re.compile(
    r"national medical products administration|food and drug administration|class iii|械注|注册证|国药准字|nmpa|药监局|"
    r"药品监督管理局|器审中心|药审中心|cmde|(?<![a-z])cde(?![a-z])|(?<![a-z])fda(?![a-z])|510\(k\)|de novo|"
    r"(?<![a-z])ce(?![a-z])|三类证|二类证|[三二]类医疗器械|ⅲ类|创新医疗器械|创新通道|突破性|breakthrough device|"
    r"breakthrough therapy|(?<![a-z])pmda(?![a-z])|(?<![a-z])tga(?![a-z])|(?<![a-z])anvisa(?![a-z])|(?<![a-z])mhra(?![a-z])"
)
_AUTHORITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("CMDE", re.compile(r"(?<![a-z])cmde(?![a-z])|器审中心|医疗器械技术审评中心")),
    ("CDE", re.compile(r"(?<![a-z])cde(?![a-z])|药审中心|药品审评中心")),
    ("FDA", re.compile(r"(?<![a-z])fda(?![a-z])|510\(k\)|\bde novo\b|美国食品药品监督管理局|food and drug administration")),
    (
        "NMPA",
        re.compile(
            r"(?<![a-z])nmpa(?![a-z])|国家药监局|国家药品监督管理局|国械注|国药准字|national medical products administration|中国药监局"
        ),
    ),
    (
        "CE",
        re.compile(
            r"(?<![a-z])ce(?![a-z])(?=[ -]?(?:mark|mdr|cert|认证|证书|标志|approv|ivdr)|认证|证)|获(?:得|批)?(?:欧盟)?\s?ce|"
            r"欧盟[^,，。]{0,8}认证|(?<![a-z])mdr(?![a-z])|(?<![a-z])ivdr(?![a-z])"
        ),
    ),
    ("PMDA", re.compile(r"(?<![a-z])pmda(?![a-z])|厚生劳动省")),
    ("HSA", re.compile(r"(?<![a-z])hsa(?![a-z])(?=[^.]{0,60}singapore)|新加坡卫生科学局|health sciences authority")),
    ("TGA", re.compile(r"(?<![a-z])tga(?![a-z])")),
    ("MHRA", re.compile(r"(?<![a-z])mhra(?![a-z])")),
    ("ANVISA", re.compile(r"(?<![a-z])anvisa(?![a-z])")),
)
_PROVINCIAL = re.compile(
    r"[\u4e00-\u9fff]{2,3}(?:省|市|自治区)?(?:药监局|药品监督管理局)|[京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂藏宁新]械注"
)
_NUMBER = re.compile(
    r"(?:国|[京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂藏宁新])械注(?:准|进|许)\s?\d{8,14}|"
    r"国药准字\s?[hzsjb]\s?[hzsjb]?\d{8}|(?<![a-z0-9])(?:k\d{6}|den\d{6}|p\d{6})(?!\d)"
)
_CLASS = re.compile(r"(?:第?(?P<zh>[一二三])类|(?P<roman>ⅲ|ⅱ|ⅰ|iii|ii|i)\s?类|class[ -](?P<en>iii|ii|i|3|2|1)(?:[ab])?(?![a-z]))")
_CLASSES = {
    "一": "I",
    "二": "II",
    "三": "III",
    "ⅰ": "I",
    "ⅱ": "II",
    "ⅲ": "III",
    "i": "I",
    "ii": "II",
    "iii": "III",
    "1": "I",
    "2": "II",
    "3": "III",
}
_DECISIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "rejected",
        re.compile(
            r"不予(?:注册|批准|受理)|(?<![尚并还仍从暂])未(?:能)?获(?:得|批)?(?:批准|通过)?|被拒|驳回|退审|\breject(?:ed|s|ion)\b|"
            r"complete response letter|\bdeclined to approve\b|\brefused\b"
        ),
    ),
    ("withdrawn", re.compile(r"注销(?:了)?[^,，。]{0,12}注册证|撤回(?:了)?[^,，。]{0,12}(?:申请|注册)|\bwithdr(?:ew|awn|awal)\b")),
    (
        "designated",
        re.compile(
            r"创新医疗器械(?:特别)?(?:审查|审批|审评)|绿色通道|创新通道|突破性(?:治疗|器械|医疗器械|疗法)|优先审[评批]|"
            r"\bbreakthrough (?:device|therapy)\b|\bfast track\b|\borphan drug\b|\binnovative medical device\b|\bgreen channel\b"
        ),
    ),
    ("cleared", re.compile(r"510\(k\)(?!申请)|\bclear(?:ed|ance|s)\b")),
    (
        "accepted",
        re.compile(r"(?:获|已|被|正式|得到)?(?:受理)(?!费)|\baccept(?:ed|s) (?:for review|the|its)|\bfiling accepted\b|\baccepted for\b"),
    ),
    (
        "certified",
        re.compile(
            r"(?<![a-z])ce(?:[ -](?:mark|mdr)\w*)?[ -]?(?:certifi\w+|认证|证书|mark(?:ing)?)|ce ?(?:mdr)?\s?认证|\bcertifi(?:ed|"
            r"cation)\b|ce证"
        ),
    ),
    (
        "approved",
        re.compile(
            r"获批|批准|获得?[^,，。;；]{0,24}(?:注册证|认证|许可|三类证|二类证|证书)|(?:拿下|取得|斩获|拿到|领取|颁发|"
            r"核发)[^,，。;；]{0,30}(?:注册证|三类证|二类证|认证|证)|取证|准予注册|上市许可|\bapprov(?:ed|al|es)\b|\bgranted\b|"
            r"\bauthori[sz](?:ed|ation)\b|\breceived\b|\bobtain(?:ed|s)\b|\bgreen light\b"
        ),
    ),
)
_WAITING = re.compile(
    r"(?:拟|计划|将|预计|有望|即将|争取|申请(?!获|已|得到|正式|被)|申报|等待|正在|尚待|冲刺|力争|寻求|推进|"
    r"目标)[^,，。;；]{0,16}$|\b(?:will|plans?|planned|expects?|expected|aims?|seek(?:s|ing)?|pending|awaiting|await|hopes?|"
    r"apply|applying|applied|submitted|could|may|once|if)\b[^,.;]{0,50}$"
)
_NOT = re.compile(
    r"(?:尚未|并未|还未|仍未|没有|从未|未曾|暂未)[^,，。]{0,12}$|\b(?:has|have|had|was|were|is|are)(?: not|"
    r"n['’]t)\b[^,.;]{0,30}$|\bnot yet\b[^,.;]{0,20}$|\byet to\b[^,.;]{0,20}$"
)
_ELSEWHERE = re.compile(
    r"证监会|上交所|深交所|港交所|ipo|科创板|上市委|发行股|重点研发|自然科学基金|立项|课题|博士后|工作站|用地|环评|"
    r"fda commissioner|前fda|原fda|融资"
)
_PRODUCT_QUOTED = re.compile(r"[“\"「『《](?P<p>[^”\"」』》]{2,70})[”\"」』》]")
_PRODUCT_ZH = re.compile(
    r"(?:自主研发的?|旗下的?|研发的|研制的|申报的|其|推出的|公司的|产品|"
    r"全资子公司[^,，。]{2,20}的)(?P<p>[^,，。;；“”\"()（）]{2,40}?(?:系统|软件|平台|机器人|设备|仪|注射液|片|胶囊|支架|"
    r"导管|试剂盒|产品|算法|模型|助手|装置|内镜|ct|mr))(?=[^\u4e00-\u9fff]|正式|近日|日前|已|获|通过|成功|取得|顺利|的|于|"
    r"被|在|进入|$)"
)
_PRODUCT_PLAIN = re.compile(
    r"(?P<p>[\u4e00-\u9fffa-z0-9\-]{2,24}?(?:(?:辅助|智能|ai|影像|手术|检测|诊断|治疗|分析|评估|处理|导航|筛查|测量|"
    r"计算)[\u4e00-\u9fff]{0,10}(?:系统|软件|平台|机器人|设备|仪)))(?=正式|近日|日前|已|获|通过|成功|取得|顺利|的|于|被|在|"
    r"进入)"
)
_PRODUCT_EN = re.compile(
    r"\b(?:for|clear(?:ed|s)|approv(?:ed|es)|to) (?:its|the|their|a|an) (?P<p>[^,.;]{3,80}?)(?= (?:from|by|in|on|for|to|as|"
    r"under|that|which|with|after)\b|[,.;]|$)"
    r"|\b(?:its|['’]s|the company['’]s) (?P<q>[^,.;]{3,70}?(?:systems?|software|platform|robots?|devices?|tool|algorithm|"
    r"solution|assistant|model|ct|application|drug|therapy))\b"
)
_REGULATED = re.compile(
    r"器械|药|注册证|nmpa|fda|(?<![a-z])ce(?![a-z])|cmde|类证|软件|诊断|手术|影像|device|drug|software|diagnos|clear|"
    r"surgical|therapy|system"
)


def find_approvals(reading: Reading) -> Found:
    """Decisions of device and drug regulators that the text states, and those it says have not come."""
    if not _TRIGGER.search(reading.folded):
        return Found([], [])
    found = Found([], [])
    field = Field(reading)
    for sentence in reading.sentences:
        decided = _decision(reading.folded, sentence)
        if decided is None:
            continue
        decision, match = decided
        holder = _holder(field, sentence, match)
        if holder is None:
            continue
        fact = _fact(reading, sentence, holder, decision)
        near = reading.folded[max(sentence.start, match.start() - 60) : match.start()]
        _add(found.denied if _NOT.search(near) else found.facts, fact)
    return found


def _decision(folded: str, sentence: Sentence) -> tuple[str, re.Match[str]] | None:
    text = folded[sentence.start : sentence.end]
    if not _TRIGGER.search(text) or _ELSEWHERE.search(text) or not _REGULATED.search(text):
        return None
    for decision, pattern in _DECISIONS:
        for match in pattern.finditer(folded, sentence.start, sentence.end):
            if not _WAITING.search(folded[max(sentence.start, match.start() - 60) : match.start()]):
                return decision, match
    return None


def _holder(field: Field, sentence: Sentence, match: re.Match[str]) -> Mention | None:
    """Whose product it is: the company or institution named before the decision, else after it, else before the sentence."""
    named = [
        m for m in field.within(sentence.start, sentence.end) if m.kind not in ("regulator", "investor") and not MEDIA.search(m.as_written)
    ]
    named = [m for m in named if not any(pattern.fullmatch(m.as_written.lower()) for _, pattern in _AUTHORITIES)]
    companies = [m for m in named if m.kind == "company"] or named
    left = [m for m in companies if m.start < match.start()]
    if left:
        return left[0]
    return companies[0] if companies else field.before(sentence.start, "company", reach=200)


def _fact(reading: Reading, sentence: Sentence, holder: Mention, decision: str) -> Approval:
    folded, span = reading.folded, (sentence.start, sentence.end)
    number = _NUMBER.search(folded, *span)
    device_class = _CLASS.search(folded, *span)
    on, recalled = told_on(reading, sentence)
    return Approval(
        type="approval",
        evidence=sentence.evidence(),
        announced_on=on,
        confidence=0.9 if number or device_class else 0.75,
        background=recalled,
        holder=Party(holder.id, holder.as_written),
        product=_product(reading, sentence),
        authority=_authority(reading, sentence),
        device_class=_CLASSES[next(g for g in device_class.groups() if g)] if device_class else None,
        number=reading.full[number.start() : number.end()] if number else None,
        decision=decision,
    )


def _authority(reading: Reading, sentence: Sentence) -> str | None:
    folded = reading.folded
    for name, pattern in _AUTHORITIES:
        if pattern.search(folded, sentence.start, sentence.end):
            return name
    provincial = _PROVINCIAL.search(folded, sentence.start, sentence.end)
    if provincial:
        return reading.full[provincial.start() : provincial.end()]
    return "NMPA" if re.search(r"[三二ⅲⅱ]类|注册证", folded[sentence.start : sentence.end]) else None


def _product(reading: Reading, sentence: Sentence) -> str | None:
    for pattern in (_PRODUCT_QUOTED, _PRODUCT_ZH, _PRODUCT_EN, _PRODUCT_PLAIN):
        match = pattern.search(reading.folded, sentence.start, sentence.end)
        if match:
            group = match.lastgroup or "p"
            return reading.full[match.start(group) : match.end(group)].strip() or None
    return None


def _add(into: list[Fact], fact: Approval) -> None:
    """Add `fact` unless an earlier sentence told the same; the earlier one then gains what this one adds."""
    for i, other in enumerate(into):
        if isinstance(other, Approval) and _same(other, fact):
            merged = {name: getattr(other, name) or getattr(fact, name) for name in ("product", "authority", "device_class", "number")}
            into[i] = replace(other, **merged)
            return
    into.append(fact)


def _same(one: Approval, other: Approval) -> bool:
    def agree(name: str) -> bool:
        a, b = getattr(one, name), getattr(other, name)
        return a is None or b is None or a == b

    same_holder = one.holder.as_written == other.holder.as_written or (one.holder.id is not None and one.holder.id == other.holder.id)
    return same_holder and one.decision == other.decision and all(agree(name) for name in ("number", "authority", "product"))
