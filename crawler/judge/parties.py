"""The organisations of one text as parties to facts: whole names, short forms led back, placed groups, what a pronoun stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from store.text import fold

from .deals.when import find_day, published_day
from .document import Reading, Sentence
from .facts import Mention

# A group of hospitals counts as an adopter when it is tied to a place: 福建多家医院, "dozens of hospitals in Fujian".
_PLACE = (
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|"
    r"云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|"
    r"广州|深圳|杭州|南京|苏州|成都|武汉|西安|长沙|郑州|济南|青岛|厦门|福州|合肥|宁波|大连|沈阳|昆明|长三角|大湾区|"
    r"(?![在于由让把对向,、][\u4e00-\u9fff])"
    r"(?![\u4e00-\u9fff]{0,3}(?:全|辖|我|本|各|该|城|社|地|园|片|病|院|景|山|厂|校|灾|疫|牧|老|新|两|多|每|所|内|外)[省市县区州])"
    r"[\u4e00-\u9fff]{2,3}[省市县区州])"
)
_GROUP_ZH = re.compile(
    rf"{_PLACE}[省市]?(?:的|内|境内|已有|有|全[省市县区])?(?:多|数|数十|十余|几十|上百|百余|近百|超?\d+余?|首批\d*|全部|所有|"
    rf"各|[两三四五六七八九十]{{1,3}})(?:家|所)?(?:三甲|三级|二级|公立|县级|市属|基层|大型|甲等)*(?:医院|医疗机构|卫生院|"
    r"社区卫生服务中心)"
)
_GROUP_EN = re.compile(
    r"\b(?:[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Dd]ozens of|[Ss]everal|several|"
    r"dozens of|many|multiple|a number of|more than \d+|over \d+|\d+|top|major|"
    r"public)(?: [a-z\-]+){0,2} hospitals (?:in|across|of) (?:the )?(?:[A-Z][\w\-]+(?: [A-Z][\w\-]+){0,2})"
)
_ALIAS = re.compile(
    r"[(（]\s*(?:以下)?(?:简称|下称|又称|称|简称为|也称)\s*[:：为]?\s*[“\"「『‘]?(?P<alias>[^”\"」』’)）]{2,24})[”\"」』’]?\s*[)）]"
)
_AFFILIATED = re.compile(r"附属第?[\u4e00-\u9fff]{0,10}?(?:医院|附院|[一二三四五]院)")
_TRAILING = re.compile(r"(?<=[院心])\s?(?:AI|ai|DeepSeek)$|(?<=[医醫附]院)[\u4e00-\u9fff]{1,8}(?:科|科室|門診|门诊|诊区|党委|团队)$")
_BRACKETED = re.compile(r"(?:[(（][^)）]*[)）]\s*){0,2}[(（][^)）]*$")
_WEAK_END = r"(?:医疗|科技|软件|生物|医药|智能|健康|药业|制药|医学|影像|机器人|基因|信息|数科|集团|股份|器械|诊断|智药|智造|智慧)"
_OPENER = re.compile(
    rf"(?:[\d年月日]{{2,10}}[,，]?|近日[,，]|日前[,，]|[^,，。]{{2,10}}(?:公示|消息|"
    rf"显示)[,，])?(?P<name>[\u4e00-\u9fff]{{2,4}}{_WEAK_END})(?=公告|公布|回应|宣布|发布|推出|与|和|携手|联合|联手|实现|"
    r"上半年|前三季|20\d\d|第[一二三四]季|尚未|并未|已|的|签|获|完成|表示|称|、|自主|旗下|计划|拟|披露|上线|基于|[(（])"
)
# Right before AI a hospital's name may be taken for part of a longer word: 某医院AI医生上岗.
_HOSPITAL_AI = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,14}(?:医院|保健院))(?=\s?(?:ai|deepseek))")
_PARTNER = re.compile(
    rf"(?:与|携手|联合|联手|牵手)(?P<name>[\u4e00-\u9fff]{{2,4}}{_WEAK_END})(?=签|达成|的战略|的合作|共同|合作|联合|就|在|"
    r"共建|建立|举行|开展|、|宣布|[(（])"
)
_COMMON = re.compile(
    r"(?:人工|智慧|数字|互联网|移动|精准|远程|基层|社区|国家|中国|国内|全国|我国|医院|这|该|其|各|多|大|新|首|一|某|将|在|"
    r"为|对|从|由|以|把)"
)
MEDIA = re.compile(
    r"日报|晚报|新闻|时报|周刊|商报|早报|通讯社|news|daily|times|post|media|xinhua(?! hospital)|reuters|bloomberg", re.IGNORECASE
)
# What the rules for names outside the catalogue may take for one, but no adopter is called.
_NO_ADOPTER = re.compile(
    r"(?:中|西|人民|中心|公立|民营|综合|专科|三甲|县级|互联网|智慧)?医院|(?:本地化?|全院|全国).*|.*(?:技术|融合|系统|平台|模型|算法|"
    r"数据|方案|能力|知识库|智能体|助手|生成|推理|问诊|导诊)|" + _PLACE
)
_PRONOUN_KINDS = {
    "company": re.compile(r"公司|企业|company|insurer|firm"),
    "hospital": re.compile(r"院|hospital|clinic|cent(?:re|er)"),
    "regulator": re.compile(r"局|委|bureau|commission"),
}


class Field:
    """The organisations of one text, ready to be asked who does what."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.folded = reading.folded
        self._by_sentence: dict[int, list[Mention]] = {}

    def _named_in(self, sentence: Sentence) -> list[Mention]:
        """Organisations that a sentence names in full, by start."""
        if sentence.start not in self._by_sentence:
            whole = _whole(self.reading, [m for m in self.reading.mentions_in(sentence) if m.target == "organisation"])
            named = sorted([*whole, *_by_place(self.reading, sentence, whole)], key=lambda m: m.start)
            self._by_sentence[sentence.start] = named
        return self._by_sentence[sentence.start]

    @cached_property
    def _named(self) -> list[Mention]:
        return [mention for sentence in self.reading.sentences for mention in self._named_in(sentence)]

    @cached_property
    def _has_aliases(self) -> bool:
        return _ALIAS.search(self.reading.full) is not None

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Folded short forms to the folded full name or the catalogue id."""
        return _aliases(self.reading, self._named) if self._has_aliases else {}

    @cached_property
    def known(self) -> list[Mention]:
        """Every organisation of the text, by start. Costly: `known_between` looks only where it is asked to."""
        return sorted([*self._named, *_alias_mentions(self.reading, self._named, self.aliases)], key=lambda m: m.start)

    def known_between(self, start: int, end: int) -> list[Mention]:
        """The organisations that begin between two offsets, by start."""
        if self._has_aliases:
            found = self.known
        else:
            found = [m for s in self.reading.sentences if s.start < end and start < s.end for m in self._named_in(s)]
        return [m for m in found if start <= m.start < end]

    def within(self, start: int, end: int) -> list[Mention]:
        """Organisations and placed groups of hospitals between two offsets, without those in brackets after another."""
        inside = [m for m in self.known_between(start, end) if m.end <= end]
        out = [m for m in inside if not self._glosses(m, inside)]
        for pattern, text in ((_GROUP_ZH, self.folded), (_GROUP_EN, self.reading.full)):
            for match in pattern.finditer(text, start, end):
                if all(match.end() <= m.start or m.end <= match.start() or m.end == match.end() for m in out):
                    out = [m for m in out if m.end <= match.start() or match.end() <= m.start]
                    out.append(
                        Mention(
                            "organisation", None, self.reading.full[match.start() : match.end()], *match.span(), "hospital", found_by="rule"
                        )
                    )
        return sorted(out, key=lambda m: m.start)

    def _glosses(self, mention: Mention, inside: Sequence[Mention]) -> bool:
        bracket = _BRACKETED.search(self.folded, max(0, mention.start - 60), mention.start)
        return bracket is not None and any(m.end == bracket.start() for m in inside)

    def identity(self, mention: Mention) -> str:
        """What two mentions of one organisation share: its catalogue id, or its name with short forms led back."""
        if mention.id:
            return mention.id
        name = fold(mention.as_written)
        return self.aliases.get(name, name)

    def before(self, at: int, said: str, *, reach: int = 600) -> Mention | None:
        """What a pronoun `said` at the offset `at` stands for: the nearest organisation of its kind in the `reach` characters before."""
        kind = next((kind for kind, pattern in _PRONOUN_KINDS.items() if pattern.search(said)), None)
        earlier = self.known_between(at - reach, at)
        if kind == "company":
            earlier = [m for m in earlier if m.kind in ("company", "investor")]
        elif kind is not None:
            earlier = [m for m in earlier if m.kind == kind]
        else:
            earlier = [m for m in earlier if m.kind != "investor"]
        earlier = [m for m in earlier if not MEDIA.search(m.as_written)]
        return earlier[-1] if earlier else None


def is_group(mention: Mention) -> bool:
    """Whether a mention is a placed group of hospitals rather than one organisation."""
    return bool(_GROUP_ZH.fullmatch(fold(mention.as_written)) or _GROUP_EN.fullmatch(mention.as_written))


def _whole(reading: Reading, found: Sequence[Mention]) -> list[Mention]:
    """`found` with the hospitals of universities whole: 某大学 and 附属口腔医院 are one organisation."""
    out: list[Mention] = []
    for m in found:
        if (out and m.end <= out[-1].end) or (m.found_by != "catalogue" and _NO_ADOPTER.fullmatch(fold(m.as_written))):
            continue
        if m.id is None and m.as_written[0] in "与與由继繼" and len(m.as_written) > 3:
            m = replace(m, as_written=m.as_written[1:], start=m.start + 1)
        if m.id is None and _TRAILING.search(m.as_written):
            cut = _TRAILING.sub("", m.as_written)
            m = replace(m, as_written=cut, end=m.start + len(cut), kind="hospital")
        tail = _AFFILIATED.match(reading.folded, m.end) if m.kind == "university" else None
        if tail:
            m = Mention("organisation", None, reading.full[m.start : tail.end()], m.start, tail.end(), "hospital", found_by="rule")
        out.append(m)
    return out


def _by_place(reading: Reading, sentence: Sentence, known: Sequence[Mention]) -> list[Mention]:
    """Companies whose names end like common words (医疗, 软件), where a sentence opens with them or a partner follows 与."""
    out: list[Mention] = []
    opening = _OPENER.match(reading.folded, sentence.start, sentence.end)
    partners = _PARTNER.finditer(reading.folded, sentence.start, sentence.end)
    hospital = _HOSPITAL_AI.match(reading.folded, sentence.start, sentence.end)
    for match in [*(m for m in (opening, hospital) if m), *partners]:
        start, end = match.span("name")
        kind = "hospital" if match is hospital else "company"
        if all(end <= m.start or m.end <= start for m in known) and not _COMMON.match(reading.folded, start, end):
            out.append(Mention("organisation", None, reading.full[start:end], start, end, kind, found_by="rule"))
    return out


def _aliases(reading: Reading, known: Sequence[Mention]) -> dict[str, str]:
    """Folded short forms introduced in brackets, (下称“…”), to the folded full name or the catalogue id."""
    out: dict[str, str] = {}
    for match in _ALIAS.finditer(reading.full):
        owners = [m for m in known if m.end <= match.start() and match.start() - m.end <= 40]
        if owners:
            owner = owners[-1] if owners[-1].end == match.start() else owners[0]
            out[fold(match["alias"]).strip()] = owner.id or fold(owner.as_written)
    return out


def _alias_mentions(reading: Reading, known: Sequence[Mention], aliases: dict[str, str]) -> list[Mention]:
    owners = {m.id or fold(m.as_written): m for m in known}
    out = []
    for alias, owner in aliases.items():
        for match in re.finditer(re.escape(alias), reading.folded):
            if all(match.end() <= m.start or m.end <= match.start() for m in known):
                of = owners[owner]
                out.append(
                    Mention(
                        "organisation",
                        of.id,
                        reading.full[match.start() : match.end()],
                        *match.span(),
                        of.kind,
                        of.name_en,
                        of.name_zh,
                        "rule",
                    )
                )
    return out


_HEALTH = re.compile(
    r"医|药|健康|患者|诊|疾病|病历|保险|人寿|寿险|财险|太保|人保|疾控|养老|护理|生物|基因|临床|影像|卫生|保健|妇幼|health|"
    r"medic|hospital|clinic|pharma|insur|patient|doctor|nurs|biotech|physician|surg|drug|diagnos|therap|biolog|genom|clinic"
)


def speaks_of_health(reading: Reading) -> bool:
    """Whether a text has a word of health or insurance, or an organisation of the catalogue: a cheap first check."""
    return _HEALTH.search(reading.folded) is not None or any(m.target == "organisation" for m in reading.catalogued)


def is_of_health(reading: Reading, mention: Mention, sentence: Sentence) -> bool:
    """Whether an organisation that `sentence` names is one of health or insurance: by its kind, its name, or the words around it.

    A long text on technology may speak of health somewhere; who it names elsewhere takes no model into use in health.
    """
    if mention.kind == "hospital" or _HEALTH.search(fold(mention.as_written)):
        return True
    around = reading.folded[max(0, sentence.start - _AROUND) : sentence.end + _AROUND]
    return _HEALTH.search(around) is not None or _HEALTH.search(reading.folded, 0, reading.body_start) is not None


_AROUND = 100
_RECALLED = re.compile(r"去年|前年|早在|此前曾|曾于|曾经|\blast year\b|\bpreviously\b|\bback in\b|\byears ago\b")
_NOW = re.compile(r"目前|现已|如今|现在|日前|近日|今日|now\b|currently|recently|this (?:week|month)|since")
_LONG_AGO = 60


def told_on(reading: Reading, sentence: Sentence) -> tuple[date | None, bool]:
    """The day of what `sentence` tells, and whether the sentence only recalls it.

    The day is the one it names, unless that is still to come, else that of publication.
    What is dated more than 60 days before publication, or introduced by 去年, "last year" and the like, is recalled.
    """
    folded = reading.folded
    on = find_day(folded[sentence.start : sentence.end], reading.document.published)
    published = published_day(reading.document.published)
    if on is not None and published is not None and on > published:
        on = None
    old = on is not None and published is not None and (published - on).days > _LONG_AGO
    recalled = _RECALLED.search(folded, sentence.start, sentence.end) and not _NOW.search(folded, sentence.start, sentence.end)
    return on or published, old or bool(recalled)
