"""Cutting names out of Chinese slots: the subject before a verb, the object after one.

A slot reads [time and manner] [what it is] [name] ([another name]): 近日，国内手术机器人研发企业「某某」（Momo）. What it is
ends in a noun for a kind of organisation; the name follows it, or stands in quotes. Patterns run over folded text.
"""

from __future__ import annotations

import re

from .deal import Name, View
from .words_zh import ANAPHOR, ANAPHOR_FIRST, GENERIC, KIND, LEAD, LEGAL_TAIL, MANNER, NOT_IN_NAME, ORGANISATION_LIKE, PLACE_TAIL, TRAIL

_STOP = re.compile(
    r"[。;!?|丨\n…•]|——|—|,(?! ?(?:inc|ltd|llc|co)\b)|(?<!简称)(?<!下称)(?<!称为):(?!\d)"
    r"|(?<=[\u4e00-\u9fff,。]) +(?=[\u4e00-\u9fff“「])| {2,}"
    r"|(?<=[\u4e00-\u9fff])\((?=[^)]*$)"
)
_QUOTED = re.compile(r"[「“\"『《【‘]([^「」“”\"『』《》【】‘’]{2,24})[」”\"』》】’]")
_BRACKET = re.compile(r" ?\([^()]{0,60}\) ?$")
_LATIN_TAIL = re.compile(r"[A-Za-z0-9][\w.&'’+\-]*(?: (?:[A-Z0-9][\w.&'’+\-]*|&|of|and))*$", re.ASCII)
# A clause that has its own verb: only what stands before it can be the subject.
# Single characters of manner that also begin names: 再鼎医药, 时代天使, 未名生物.
_PARTICLES = frozenset("讯再正未同总共时即则便且均都并欲将日")
_UNIT = re.compile(MANNER)
_INNER_VERB = re.compile(
    r"是(?:一[家个款]|国内|中国|全球|一|专|由|目前)|成立于|创立于|总部位于|获得|完成|宣布|专注于?|致力于?"
    r"|表示|位于|拿到|(?<=[\u4e00-\u9fff])获(?!悉)|作为|凭借|正式|推出|注册|前身|递表|递交|提交|招股(?!书|说明|价|章程)|(?:计划|拟|考虑|冲刺|筹备|谋求)?赴[港美](?=ipo|上市)|办理"
)
_NO_SUBJECT = re.compile(
    r"前身|曾用名|初创于|创办于|一家|作为|专注|是|致力|总部|位于|成立于|由|以|为|通过|根据|随着|对于|关于"
    r"|截至|因为|由于|如果|虽然|尽管|除了|除|包括|来自|经过|在"
)
# 由某人创立的甲: what is told of a company before its name.
_MADE_BY = re.compile(
    r"(?:由[^,。的]{2,24}(?:创立|创办|创建|成立|孵化|投资|支持|打造|领衔|领导|拆分)|总部(?:位于|设在|在)[^,。的]{2,14})的"
)
_FULL_NAME = re.compile(r"(?:(?<=成立)|(?<=注册)|(?<=[,。;:]))[\u4e00-\u9fff()]{4,24}有限(?:责任)?公司")
_INVESTOR_END = re.compile(
    r"(?<=[\u4e00-\u9fffa-z]{2})(?:产业|股权|创业|风险|科技|医疗|健康)*(?<!独家)(?<!联合)(?<!共同)(?<!战略)"
    r"投资(?:管理|控股|集团|发展|创业|产业|公司|中心|基金)*$"
)
_NAME_WITH_DE = ("美的", "亚信的", "的卢")


def usable(text: str) -> bool:
    """Whether a trimmed slot, folded, can be the name of an organisation."""
    return 2 <= len(text) <= 40 and GENERIC.fullmatch(text) is None and re.fullmatch(r"[\d.\W]+", text) is None


def subject_before(view: View, start: int, verb: int) -> Name | None:
    """The organisation that does what the verb at offset `verb` says, within the sentence that begins at `start`.

    Looks back clause by clause; 公司, 其 and an empty slot stand for the company spoken of last.
    """
    end = verb
    for back in range(4):
        first = _clause_start(view, start, end)
        name, go_on = _trim(view, first, end, strict=back > 0)
        if name is not None or not go_on:
            return name
        if first <= start:
            break
        end = first
        while end > start and view.folded[end - 1] in " ,—(:":
            end -= 1
    return view.last or view.topic()


def _clause_start(view: View, start: int, end: int) -> int:
    """Where the clause that ends at `end` begins."""
    last = start
    for match in _STOP.finditer(view.folded, start, end):
        if match.end() <= end - 1:
            last = match.end()
    return last


def _trim(view: View, first: int, end: int, *, strict: bool) -> tuple[Name | None, bool]:
    """Cut the name out of a subject slot; the second value says whether to look further back when there is none.

    `strict`, for clauses before the verb's own: only what is surely a name counts.
    """
    if ANAPHOR_FIRST.match(view.folded, first, end):
        return _antecedent(view, first), False
    made = _MADE_BY.match(view.folded, first, end)
    first = made.end() if made else first
    lead = LEAD.match(view.folded, first, end)
    if lead and end - lead.end() >= 2 and not _starts_name(view, first):
        first = _before_particle(view, lead)
        if view.folded[first - 1] in "在于从自" and not _QUOTED.search(view.folded, first, end):
            return None, True
    text = view.folded[first:end]
    verb = _INNER_VERB.search(text, 2)
    told = verb is not None and not re.search(r"[「“\"『][^」”\"』]*$", text[: verb.start()])
    if verb and told:
        text = text[: verb.start()]
    while True:
        shorter = PLACE_TAIL.sub("", _BRACKET.sub("", TRAIL.sub("", text)))
        if shorter == text:
            break
        text = shorter
    if ANAPHOR.search(text):
        return _antecedent(view, first), False
    if not text or _NO_SUBJECT.match(text):
        return None, True
    name = cut_name(view, first, first + len(text))
    if name is None:
        return None, NOT_IN_NAME.search(text) is None or strict
    if strict and not told and not is_sure(view, name):
        name = _listed_company(view, first, end)
    return name, True


def _before_particle(view: View, lead: re.Match[str]) -> int:
    """Where the name begins after time and manner: 再, 正, 传 at their end belong to it (再鼎医药), as adverbs stand by the verb."""
    units = list(_UNIT.finditer(view.folded, lead.start(), lead.end()))
    last = units[-1] if units else None
    return last.start() if last is not None and last.end() == lead.end() and last[0] in _PARTICLES else lead.end()


def _listed_company(view: View, start: int, end: int) -> Name | None:
    """The first company of the catalogue in a clause."""
    for mention in view.reading.catalogued:
        if start <= mention.start and mention.end <= end and mention.target == "organisation" and mention.kind == "company":
            return Name(mention.as_written, mention.start, mention.end)
    return None


def _antecedent(view: View, before: int) -> Name | None:
    """Whom 该公司 means: a full legal name earlier in the sentence, else the company spoken of last."""
    legal = list(_FULL_NAME.finditer(view.folded, max(0, before - 60), before))
    if legal:
        return cut_name(view, *legal[-1].span()) or view.last
    return view.last or view.topic()


def is_sure(view: View, name: Name) -> bool:
    """Whether a name is one by itself: quoted, listed, Latin, or with an organisation's ending."""
    quoted = view.full[max(0, name.start - 1) : name.start] in ("「", "“", '"', "『")
    return (
        quoted
        or name.text.isascii()
        or ORGANISATION_LIKE.fullmatch(view.folded[name.start : name.end]) is not None
        or _starts_name(view, name.start)
    )


def _starts_name(view: View, offset: int) -> bool:
    """Whether a name of the catalogue begins here: 从容医疗, 已泰科技 would lose their first character."""
    return any(m.start == offset for m in view.reading.catalogued)


def cut_name(view: View, start: int, end: int, *, investor: bool = False) -> Name | None:
    """The name within a slot: in quotes, after the noun that says what it is, or the slot itself.

    An `investor` may be called 某某投资, which elsewhere is what is told of a company.
    """
    text = view.folded[start:end]
    quotes = list(_QUOTED.finditer(text))
    if quotes and quotes[-1].end() >= len(text) - 2:
        return _name(view, start + quotes[-1].start(1), start + quotes[-1].end(1), sure=True)
    listed = _catalogued_tail(view, start, end)
    if listed is not None:
        return listed
    start += _after_kind(text)
    text = view.folded[start:end]
    latin = _LATIN_TAIL.search(view.full[start:end])
    if latin and latin.start() and len(latin[0]) > 2 and not latin[0].isdigit() and (latin.start() > 4 or "的" in text[: latin.start()]):
        start += latin.start()
    elif "的" in text and not text.startswith(_NAME_WITH_DE):
        start += text.rfind("的") + 1
    return _name(view, start, end, investor=investor)


def _name(view: View, start: int, end: int, *, sure: bool = False, investor: bool = False) -> Name | None:
    """The name at these offsets without quotes and spaces around it, if it can be one."""
    while start < end and view.full[start] in ' ，,“”"「」『』《》‘’':
        start += 1
    while end > start and view.full[end - 1] in ' ，,“”"「」『』《》‘’':
        end -= 1
    text = view.folded[start:end]
    told = _INVESTOR_END.sub("", text) if investor else text
    doubtful = (
        NOT_IN_NAME.search(told) or "、" in told or (len(text) > 12 and not text.isascii() and ORGANISATION_LIKE.fullmatch(text) is None)
    )
    return Name(view.full[start:end], start, end) if usable(text) and (sure or not doubtful) else None


def _after_kind(text: str) -> int:
    """Where the name begins after the last noun that describes it."""
    text = _BRACKET.sub("", text)
    body = len(LEGAL_TAIL.sub("", text)) or len(text)
    cut = 0
    for match in KIND.finditer(text):
        # Only what stands before a full name describes it: its own 科技 and 集团 do not.
        if match.end() <= body and len(text) - match.end() >= 2 and not re.match("股份|有限|控股|旗下|式", text[match.end() :]):
            cut = match.end()
    return cut


def _catalogued_tail(view: View, start: int, end: int) -> Name | None:
    """A name of the catalogue that ends the slot."""
    for mention in reversed(view.reading.catalogued):
        if mention.start >= start and mention.end <= end and mention.target == "organisation":
            if mention.kind in ("regulator", "agency"):
                return None
            tail = view.folded[mention.end : end]
            whole = re.fullmatch(r"(?:公司|集团|方面|旗下|[”」』\"]|\([^)]*\)| )*", tail)
            return Name(mention.as_written, mention.start, mention.end) if whole else None
    return None
