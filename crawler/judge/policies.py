"""Rules, plans and guidelines that public bodies issue: issuer, title, document number, day of effect."""

from __future__ import annotations

import re
from datetime import date

from .deals.when import find_day
from .document import Reading, Sentence
from .facts import Fact, Found, Mention, Party, Policy
from .parties import Field, told_on

_KIND_ZH = (
    r"(?:办法|规定|条例|意见|通知|方案|指南|规划|指导原则|目录|规范|标准|法|细则|行动计划|计划|清单|公告|措施|决定|要点|"
    r"政策|规则|指引|纲要|制度|若干措施|通告|函|草案|征求意见稿|(?:试行)|\(.{2,6}\)|（.{2,6}）)"
)
_TITLE_ZH = re.compile(r"《(?P<t>[^》《]{4,80}(?:《[^》]{2,60}》[^》《]{0,20})?)》")
_TITLE_PLAIN = re.compile(
    r"(?:印发|发布|出台|公布|颁布|下发)了?(?P<t>[\u4e00-\u9fff]{6,40}?(?:管理办法|规定|意见|指南|指导原则|实施细则|审评要点|"
    r"审查要点|规范|行动计划|实施方案))(?=[^\u4e00-\u9fff]|$)"
)
_IS_POLICY_ZH = re.compile(rf".*{_KIND_ZH}(?:[(（][^)）]{{2,12}}[)）])?$")
_ISSUES_ZH = re.compile(
    r"印发|发布|出台|公布|颁布|下发|施行|实施|制定|推出|审议通过|正式通过|公开征求意见|征求意见|联合发文|发文|出炉|起草|修订"
)
_TITLE_EN = re.compile(
    r"[“\"](?P<q>[A-Z][^”\"]{8,140})[”\"]|\b(?P<t>(?:[A-Z][\w\-]*(?: |-))*(?:Guidelines?|Measures|Regulations?|Provisions|"
    r"Opinions|Notice|Rules|Law|Action Plan|Plan|Standards?|Principles|Ordinance|Framework)(?: (?:on|for|of|"
    r"to) (?:the )?(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][\w\-]*(?: (?:of|and|for|in|the|on(?! (?:Mon|Tues|"
    r"Wednes|Thurs|Fri|Satur|Sun)day| [A-Z][a-z]+ \d)|to|[A-Z][\w\-]*))*)?)(?![\w])"
)
_KIND_EN = re.compile(
    r"\b(?:guid(?:e|eline|ance)s?|measures?|regulations?|provisions?|opinions?|notice|rules?|law|plan|standards?|principles|"
    r"ordinance|framework|catalogue|programme|program|implementation)\b",
    re.IGNORECASE,
)
_ISSUES_EN = re.compile(
    r"\b(?:issu(?:ed?|es|ing|ance)|releas(?:ed?|es|ing)|publish(?:ed|es)?|promulgat(?:ed?|es)|unveil(?:ed|s)|adopt(?:ed|s)|"
    r"enact(?:ed|s)|approv(?:ed|es)|introduc(?:ed|es)|rolled out|set out|took effect|takes? effect|solicit(?:ed|s|ing))\b"
)
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,12}?[〔\[(（【]\s?20\d\d\s?[〕\])）】]\s?第?\s?\d{1,4}\s?号|(?:国令|主席令|部令|局令|总局令|"
    r"令)?第\s?\d{1,4}\s?号(?:令|公告|通告)?|20\d\d年第\s?\d{1,4}\s?号|\bNo\. ?\d{1,4}(?:,| of| \[)? ?20\d\d|\b(?:Order|"
    r"Decree|Announcement|Circular) No\. ?\d{1,4}\b"
)
_EFFECT_ZH = re.compile(
    r"(?:自|从|于|将于|已于)?(?P<d>(?:20\d\d ?年)?\d{1,2} ?月 ?\d{1,2} ?日)(?:起|开始)?[^,，。;；《]{0,6}(?:施行|实施|执行|生效|实行)"
)
_EFFECT_NOW = re.compile(r"自(?:发布|印发|公布)之日起(?:施行|实施|执行|生效)")
_EFFECT_EN = re.compile(
    r"\b(?:effective|tak(?:e|es|ing) effect|took effect|come(?:s)? into (?:force|effect)|came into force|in force|enter(?:s|"
    r"ed)? into force)(?: on| from| as of| since| starting)? (?P<d>(?:\d{1,2} )?[a-z]+\.? ?(?:\d{1,2})?,? ?(?:20\d\d)?)"
)
_ISSUER_ZH = re.compile(
    r"国务院(?:办公厅)?|全国人大常委会|中共中央办公厅|财政部|教育部|民政部|科技部|商务部|工业和信息化部|工信部|"
    r"国家[\u4e00-\u9fff]{2,10}?(?:委员会|委|局|总局|办公室)|[\u4e00-\u9fff]{2,8}?(?:省|市|区|县|"
    r"自治区)[\u4e00-\u9fff]{0,12}?(?:委员会|卫健委|政府(?:办公厅)?|局|厅|办公厅|委)|国家[\u4e00-\u9fff]{2,6}办"
)
_ISSUER_EN = re.compile(
    r"\b(?:State Council|National Health Commission|National Medical Products Administration|"
    r"National Healthcare Security Administration|Ministry of [A-Z]\w+(?: and [A-Z]\w+(?: [A-Z]\w+)*)?|"
    r"Cyberspace Administration of China|Legislative Council|Hospital Authority|Department of Health|Hong Kong government)\b"
)
_PLANNED = re.compile(
    r"(?:拟|将|计划|即将|预计|有望|正在|着手|酝酿)(?:研究|抓紧|尽快|适时|加快|陆续|联合|于[^,，]{0,8})*$|\b(?:will|"
    r"plans? to|is drafting|is preparing to|expected to|is to|are to|would|should)\b[^,.;]{0,20}$"
)
_NOT = re.compile(r"(?:尚未|并未|没有|从未|未)[^,，。]{0,6}$|\b(?:has|have|had) (?:not|yet to)\b[^,.;]{0,20}$|\bnot yet\b[^,.;]{0,16}$")
_MENTIONED = re.compile(
    r"(?:根据|按照|依据|依照|违反|参照|遵照|依|落实|贯彻|对照|符合|响应|解读|据|遵循)\s*$|\b(?:under|according to|"
    r"in line with|pursuant to|in accordance with|violat\w+|based on|required by)\b[^,.;]{0,40}$"
)
_FAR = 60


def find_policies(reading: Reading) -> Found:
    """Documents of public bodies whose issue the text tells, once each, and those it says have not been issued."""
    if (
        "《" not in reading.full
        and not _TITLE_PLAIN.search(reading.folded)
        and not (_KIND_EN.search(reading.full) and _ISSUES_EN.search(reading.folded))
    ):
        return Found([], [])
    found = Found([], [])
    field: Field | None = None
    titles: set[str] = set()
    for sentence in reading.sentences:
        for start, end in _titles(reading, sentence):
            title = reading.full[start:end].strip()
            verb = _verb(reading.folded, sentence, start, end)
            if title in titles or verb is None:
                continue
            field = field or Field(reading)
            issuer = _issuer(field, sentence, start)
            if issuer is None:
                continue
            titles.add(title)
            before = reading.folded[max(sentence.start, verb.start() - _FAR) : verb.start()]
            if not _PLANNED.search(before):
                _into(found, before).append(_fact(reading, sentence, issuer, title))
    return found


def _into(found: Found, before: str) -> list[Fact]:
    return found.denied if _NOT.search(before) else found.facts


def _titles(reading: Reading, sentence: Sentence) -> list[tuple[int, int]]:
    out = [
        m.span("t")
        for m in _TITLE_ZH.finditer(reading.full, sentence.start, sentence.end)
        if _IS_POLICY_ZH.match(m["t"]) or _NUMBER.match(reading.folded, m.end() + 1)
    ]
    out += [m.span("t") for m in _TITLE_PLAIN.finditer(reading.folded, sentence.start, sentence.end)]
    for match in _TITLE_EN.finditer(reading.full, sentence.start, sentence.end):
        group = match.lastgroup or "t"
        if _KIND_EN.search(match[group]) and len(match[group].split()) >= 3:
            out.append(match.span(group))
    return out


def _verb(folded: str, sentence: Sentence, start: int, end: int) -> re.Match[str] | None:
    """The verb of issuing next to the title; None when the title is only cited."""
    if _MENTIONED.search(folded[max(sentence.start, start - _FAR) : max(start - 1, 0)].rstrip('《“"')):
        return None
    verbs = [
        m
        for pattern in (_ISSUES_ZH, _ISSUES_EN)
        for m in pattern.finditer(folded, sentence.start, sentence.end)
        if m.end() <= start or m.start() >= end
    ]
    near = [m for m in verbs if -_FAR <= m.start() - end <= 40 or 0 <= start - m.end() <= 40]
    return min(near, key=lambda m: min(abs(start - m.end()), abs(m.start() - end)), default=None)


def _issuer(field: Field, sentence: Sentence, title: int) -> Mention | None:
    """The public body that issues: the first one named before the title, else one named after it or in the sentence before."""
    reading = field.reading
    named = [m for m in field.within(sentence.start, sentence.end) if m.kind in ("regulator", "agency")]
    for pattern, text in ((_ISSUER_ZH, reading.folded), (_ISSUER_EN, reading.full)):
        for match in pattern.finditer(text, sentence.start, sentence.end):
            if all(match.end() <= m.start or m.end <= match.start() for m in named):
                written = reading.full[match.start() : match.end()]
                named.append(Mention("organisation", None, written, *match.span(), "regulator", found_by="rule"))
    named = [m for m in sorted(named, key=lambda m: m.start) if not _quoted(reading.full, m)]
    left = [m for m in named if m.end <= title]
    return left[0] if left else named[0] if named else None


def _quoted(full: str, mention: Mention) -> bool:
    """Whether the name is part of a title."""
    before = full[max(0, mention.start - 80) : mention.start]
    return before.rfind("《") > before.rfind("》")


def _fact(reading: Reading, sentence: Sentence, issuer: Mention, title: str) -> Policy:
    number = _NUMBER.search(reading.full, sentence.start, sentence.end)
    on, recalled = told_on(reading, sentence)
    return Policy(
        type="policy",
        evidence=sentence.evidence(),
        announced_on=on,
        confidence=0.9 if number else 0.8,
        background=recalled,
        issuer=Party(issuer.id, issuer.as_written),
        title=title,
        number=number.group().strip() if number else None,
        effect_on=_effect(reading, sentence),
    )


def _effect(reading: Reading, sentence: Sentence) -> date | None:
    """The day from which it holds, by this sentence or the next two; the day of issue where it says so."""
    folded, published = reading.folded, reading.document.published
    following = [s for s in reading.sentences if s.start >= sentence.start][:3]
    end = following[-1].end if following else sentence.end
    for pattern in (_EFFECT_ZH, _EFFECT_EN):
        match = pattern.search(folded, sentence.start, end)
        if match:
            return find_day(match["d"], published)
    if _EFFECT_NOW.search(folded, sentence.start, end):
        return told_on(reading, sentence)[0]
    return None
