"""The verbs of taking a model into use, and how far along they are: planned, announced, on trial, live, expanded, denied, possible."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.judge.facts import AdoptionStage

# Verbs that by themselves say that something is taken into use; and verbs that do so only right before the model or with a product.
_STRONG = re.compile(
    r"部署|接入|导入|引入|引进|采购|上线|落地|落户|启用|投入使用|投入运行|投入应用|投用|入驻|进驻|植入|搭载|集成|嵌入|内嵌|"
    r"对接|装上|用上|上岗|试运行|试用|试办|试行|内测|测试|融入|联通|"
    r"\bdeploy(?:s|ed|ing|ment)?\b|\bintegrat(?:e|es|ed|ing|ion)\b|\badopt(?:s|ed|ing|ion)?\b|\binstall(?:s|ed|ing|"
    r"ation)?\b|\broll(?:s|ed|ing)? out\b|\brollout\b|"
    r"\bimplement(?:s|ed|ing|ation)?\b|\bintroduc(?:e|es|ed|ing|tion)\b|\b(?:go|goes|went|gone) live\b|\bembed(?:s|ded|"
    r"ding)?\b|\bincorporat(?:e|es|ed|ing|ion)\b|"
    r"\blaunch(?:es|ed|ing)?\b|\b(?:clinically )?test(?:s|ed|ing)\b|\bpilot(?:s|ed|ing)\b|\btrial(?:s|led|ling|ing)?\b|"
    r"\bconnect(?:s|ed|ing)?\b|\bput into (?:use|operation|service)\b|"
    r"\benter(?:s|ed) (?:operation|service|use)\b|\bbrought in\b|\bb(?:rought|rings?)\b(?=[^.;,]{0,30} in-?house\b)|"
    r"\bset up\b|\bputs?\b(?=[^.;,]{0,30} (?:to work|to use|into use|into practice))|"
    r"\bplugged\b|\btap(?:s|ped|ping)\b|"
    r"\bexpand(?:s|ed|ing)?\b|\bextend(?:s|ed|ing)?\b|\bmade its debut\b|\bdebut(?:s|ed)?\b"
)
_WEAK = re.compile(
    r"应用|用于|使用|运用|采用|利用|借助|借力|依托|基于|通过|赋能|调用|结合|融合|推出|打造|构建|研发|开发|搭建|建成|实现|"
    r"拥抱|牵手|携手|打开|打通|发布|亮相|升级|接受了?|支撑|驱动|加持|底座|背后是|基座|内核|"
    r"\bus(?:e|es|ed|ing)\b|\butili[sz](?:e|es|ed|ing)\b|\bleverag(?:e|es|ed|ing)\b|\bpowered by\b|\bbased on\b|"
    r"\bbuilt (?:on|with|upon)\b|\bwith the help of\b|\bemploy(?:s|ed|ing)\b|"
    r"\bunveil(?:s|ed|ing)?\b|\breleas(?:es|ed|ing)\b|\bdevelop(?:s|ed|ing)\b|\bembrac(?:es|ed|ing)\b|\brely(?:ing)? on\b|"
    r"\brelies on\b|\bturn(?:s|ed|ing)? to\b|\brun(?:s|ning)?\b|-based\b|-powered\b|\bconsult(?:s|ed|ing)?\b"
)
_PLANNED = re.compile(
    r"(?<![模草])拟(?![人定合真])|计划|即将|将[于会要]|将把|将在[^,，]{0,12}$|将(?:陆续|逐步|全面|正式|率先|进一步|继续|"
    r"尽快|同步|通过|以|与[^,，]{2,16}|择机|首批)*$|预计|有望|准备|打算|筹备|争取|力争|规划|考虑|着手|酝酿|下一步|"
    r"未来|今后|后续|下一阶段|明年|推进[^,，]{0,12}$|(?:将|进一步|继续)[^,，]{0,6}探索[^,，]{0,24}$|探索[^,，]{0,8}$|"
    r"\bwill\b|\bwould\b|\bplan(?:s|ned|ning)? (?:to|on|for)\b|\bis set to\b|\bare set to\b|\baims? to\b|\bintends? to\b|"
    r"\bexpect(?:s|ed)? to\b|\babout to\b|\bconsider(?:s|ing)\b|\bgoing to\b|"
    r"\bseek(?:s|ing)? to\b|\bpreparing\b|\bis to\b|\bare to\b|\bto be\b|\bhop(?:es|ing) to\b|\bplans for\b|\bagreed to\b|\bready to\b"
)
_PLANNED_NEXT = re.compile(
    r"^(?:[^,，。]{0,8}(?:的计划|的规划|筹备工作|招标|采购)|[^,.;]{0,30} (?:next|later this) (?:year|month|quarter))"
)
_DENIED = re.compile(
    r"(?<![从是曾])(?:尚未|并未|还未|仍未|暂未|从未|未曾|没有|并没有|没|未(?![来必婚成知免])|并无|暂无|无意|不会|暂不|不再|"
    r"拒绝|叫停|暂停|停止|停用|否认|澄清|辟谣|禁止|不(?:计划|打算|考虑))[^,，。]{0,16}$|"
    r"\b(?:has|have|had|is|are|was|were|did|does|do|will|would|can)(?: not|n['’]t)(?! only)\b[^,;.]{0,40}$|"
    r"\bnever\b[^,;.]{0,30}$|\bneither\b[^,;.]{0,110}$|\bno plans\b[^,;.]{0,30}$|"
    r"\b(?:denied|denies|denying|refused|declined|rejected|ruled out|banned|suspended|halted|stopped|without)\b[^;.]{0,60}$|"
    r"\byet to\b[^,;.]{0,20}$|\bno longer\b[^,;.]{0,20}$"
)
_DENIED_NEXT = re.compile(
    r"^[^,，。]{0,14}(?:的(?:消息|传言|说法|传闻)(?:不实|不属实|系谣言|纯属|是假)|计划?(?:被|已)(?:叫停|取消|搁置)|"
    r"并不属实)|^[^.;]{0,40}\b(?:untrue|not true|was (?:halted|cancelled|scrapped))\b"
)
_POSSIBLE = re.compile(
    r"(?:不得|不应|不可|严禁|切勿|避免|防止|可以?|能够?|可能|应该?|应当|需要?|须|建议|鼓励|支持|允许|希望|如果|假如|若|一旦|"
    r"如何|怎么|怎样|为何|是否|能否|呼吁|"
    r"要求|指导|引导|倡导|想要?|为了|旨在|便于|推动[^,，]{0,10}|助力[^,，]{0,10})(?:在[^,，]{0,8}|把|将|全面|进一步|先|"
    r"更好地?|合理|规范|本地化?|其|安全|审慎|谨慎|稳妥|慎重|尽快|加快|积极)*$|"
    r"\b(?:can|could|should|may|might|must|if|how|whether|whether to|urged? to|encouraged? to|recommend(?:s|ed)?|how to|"
    r"helps?|allow(?:s|ing)?|able to|in order to)\b(?:(?! (?:has|have|had|is|are|was) )[^,;.]){0,24}$"
)
_PILOT = re.compile(
    r"试运行|试办|试点(?!单位|城市|基地|省|地区|医院|项目名|名单)|试用|内测|公测|测试|试水|试行|灰度|试验性|试验阶段|小范围|先行先试|"
    r"\b(?:is|are|being|been|was|were|began|begun|started|currently|clinically) (?:clinically |now |still |also |"
    r"currently )*(?:test|trial|pilot)(?:ed|ing|l?ing|led)\b|\btrialling\b|\btrialing\b|\bpiloting\b|"
    r"\b(?:pilot|trial|beta|test) (?:run|phase|programme|program|use|basis|stage|operation|project|version)\b|\bon trial\b|"
    r"\bin (?:a )?(?:pilot|trial|beta)\b|\btest(?:s|ed|ing)\b(?= (?:a|an|the|deepseek|qwen|its|how))|\btrials?\b(?= of\b)"
)
_PILOT_OVER = re.compile(
    r"(?:完成|结束|通过|经过|历经|前期|此前)[^,，。]{0,10}$|\bafter (?:a|an|the)?[^,.;]{0,20}$|\b(?:completed|following|"
    r"finished) (?:a|an|the|its)?[^,.;]{0,16}$"
)
_EXPANDED = re.compile(
    r"(?:推广|拓展|扩展|扩大|延伸|普及|辐射|覆盖|推开|铺开|延展|扩容|复制)(?:应用|使用|部署)?(?:到|至|了|于|全院|全市|全区|"
    r"全省|全县|全部|所有|\d+[个家余多])|全院(?:范围内?)?(?:推广|推开|铺开|覆盖)|全(?:市|省|区|县|系统|"
    r"集团)(?:范围内?)?(?:推广|推开|铺开|覆盖)|全覆盖|"
    r"在全(?:院|市|区|省|县|集团)[^,，]{0,14}(?:推广|推开|铺开)|推广应用|全面推广|全面推开|全面铺开|"
    r"\b(?:rolled out|rollout|roll-out|expanded|extended|scaled|spread|expanding|extending) (?:it |them |use |its use |"
    r"the (?:system|model|tool|service) )?(?:to|across|throughout|into|hospital-?wide)\b|\bhospital-?wide\b|"
    r"\bacross all (?:\d+ |of )?(?:its |the )?(?:departments|campuses|branches|hospitals|wards)\b|"
    r"\b(?:to|in|across) all (?:of )?(?:its )?(?:departments|campuses|wards)\b"
)
_ANNOUNCED = re.compile(
    r"宣布|公告|官宣|揭牌|发布|亮相|揭幕|首次公开|签约|披露|对外公布|宣告|启动(?!仪式后)|\bannounc(?:e|es|ed|ing|ement)\b|"
    r"\bunveil(?:s|ed|ing)?\b|\bdebut(?:s|ed)?\b|\breveal(?:s|ed|ing)?\b|\bsaid it (?:had|has) (?:begun|started)\b"
)
_DONE = re.compile(
    r"完成|成功|(?<!不)已(?!宣布|公告|经宣布|有)|正式上线|全面(?:上线|接入|部署|启用)|正式启用|正式运行|正式投入|投入使用|投入运行|投用|"
    r"投入应用|率先(?:在|实现)|实现|用上|"
    r"\b(?:has|have|had) (?:already |successfully |fully |now |since )?(?:been |completed|deployed|integrated|adopted|"
    r"installed|connected|rolled out|put|gone live|launched|embedded|incorporated)|\bcomplet(?:ed|ion)\b|"
    r"\bsuccessful(?:ly)?\b|\bwent live\b|\balready\b|\bin use\b|\bnow uses?\b|\bin operation\b|\bentered operation\b"
)
# 表示正在引入, "is integrating": begun and told, not yet in use.
_UNDER_WAY = re.compile(
    r"(?:正在|正|在)(?:加快|加速|积极|逐步|全面|陆续|同步|稳步)?(?:推进|推动|进行)?$|(?:此次|本次)$|\b(?:is|are) (?:now |"
    r"currently |also )?$"
)
LIVE_LATER = re.compile(
    r"正式上线|投入使用|投入运行|已经?上线|正式启用|投入临床|已运行|上线以来|上线后|\bentered (?:operation|service|"
    r"clinical use)\b|\bwent live\b|\bhas been (?:used|in use|in operation)\b|\bput into (?:use|operation|service)\b"
)
# Where a clause of planning, denying or wishing ends.
_BREAK = re.compile(r"[,，。;；:：!！?？\n]|\bbut\b|\band (?:has|have|had|is|are)\b|\bwhile\b")


# 举办DeepSeek应用培训班, "a DeepSeek workshop": talk about use, not use.
_TALK = re.compile(
    r"[^,，。;；]{0,8}(?:培训|讲座|论坛|研讨|大赛|比赛|竞赛|沙龙|座谈|学习班|研修|招标|中标|调研|考察|课题|教程|攻略|指南|"
    r"白皮书|学术|会议|分享会|推介会|发布会|共识)|"
    r"[^,.;]{0,24}\b(?:training (?:course|session|programme|program)|workshops?|forum|seminar|lectures?|conference|guide|"
    r"tutorial|webinar|tender|stud(?:y|ies)|survey)\b"
)

# A sentence that tells of a study: what researchers use is not what their hospital runs.
_STUDY = re.compile(
    r"(?:对比|回顾性|横断面|队列|评估|比较)研究|开展了?[^,，。]{0,8}研究(?!应用)|研究(?:发现|显示|表明|结果)|论文|期刊|考题|试题|"
    r"\bresearchers\b|\ba study\b|\bstudy (?:found|shows|by)\b|\bexam questions\b|\bpublished in\b"
)


class Cue(NamedTuple):
    """A verb of taking up in the folded text."""

    start: int
    end: int
    verb: str
    strong: bool


def find_cues(folded: str, start: int, end: int) -> list[Cue]:
    """Verbs of taking up between two offsets, by start; strong ones hide weak ones that they overlap."""
    out = [Cue(m.start(), m.end(), m.group(), True) for m in _STRONG.finditer(folded, start, end)]
    for match in _WEAK.finditer(folded, start, end):
        if all(match.end() <= c.start or c.end <= match.start() for c in out):
            out.append(Cue(match.start(), match.end(), match.group(), False))
    return sorted(out)


def _clause(folded: str, start: int, at: int, *, reach: int) -> str:
    """What stands before `at` in its clause, at most `reach` characters of it."""
    left = max(start, at - reach)
    cut = left
    for match in _BREAK.finditer(folded, left, at):
        cut = match.end()
    return folded[cut:at]


def is_denied(folded: str, cue: Cue, start: int, end: int) -> bool:
    """Whether the sentence from `start` to `end` says that the taking up of `cue` did not or will not happen."""
    before = folded[max(start, cue.start - 90) : cue.start]
    near = _clause(folded, start, cue.start, reach=90)
    return bool(
        _DENIED.search(near) or _DENIED_NEXT.search(folded[cue.end : end]) or re.search(r"(?:denied|denies|denying)\b[^;.]{0,80}$", before)
    )


def is_possible(folded: str, cue: Cue, start: int, end: int) -> bool:
    """Whether the taking up is only possible, wished for, asked about, taught or studied."""
    if not cue.strong and _STUDY.search(folded, start, end):
        return True
    return bool(_POSSIBLE.search(_clause(folded, start, cue.start, reach=36)) or _TALK.match(folded, cue.end))


def _is_planned(folded: str, cue: Cue, start: int, end: int) -> bool:
    near = _clause(folded, start, cue.start, reach=60)
    if cue.verb == "采购":
        return not folded.endswith(("已", "完成"), start, cue.start)
    return bool(_PLANNED.search(near) or _PLANNED_NEXT.search(folded[cue.end : end]))


def _stated(pattern: re.Pattern[str], folded: str, start: int, end: int) -> bool:
    """Whether `pattern` occurs in the sentence other than as a plan."""
    for match in pattern.finditer(folded, start, end):
        near = _clause(folded, start, match.start(), reach=30)
        if not _PLANNED.search(near) and not (pattern is _PILOT and _PILOT_OVER.search(near)):
            return True
    return False


def stage_of(folded: str, cue: Cue, start: int, end: int) -> AdoptionStage:
    """How far along the taking up of `cue` is, by the sentence from `start` to `end`."""
    if _is_planned(folded, cue, start, end):
        return "planned"
    if _stated(_PILOT, folded, start, end):
        return "pilot"
    if _stated(_EXPANDED, folded, start, end):
        return "expanded"
    if cue.strong and _UNDER_WAY.search(_clause(folded, start, cue.start, reach=30)):
        return "announced"
    announced = _ANNOUNCED.search(folded, start, end)
    if announced and announced.start() <= cue.end and not _stated(_DONE, folded, announced.end(), end):
        return "announced"
    return "live"
