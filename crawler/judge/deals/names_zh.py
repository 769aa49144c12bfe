"""Cutting names out of Chinese slots: the subject before a verb, the object after one, the investors of a list.

A slot reads [time and manner] [what it is] [name] ([another name]): 近日，国内手术机器人研发企业「某某」（Momo）. What it is ends in a noun for a
kind of organisation; the name follows it, or stands in quotes.
"""

from __future__ import annotations

import re

from .deal import Name, View

# Nouns that end a description of an organisation; the name follows.
_KIND = (
    r"(?:(?:初创|创业|上市|科技|生物|医药|制药|医疗|器械|研发|独角兽|龙头|明星|领军|头部|老牌|新兴|高新技术|技术|软件|互联网|机器人|投资|控股|风险投资|私募股权投资|风投|保险)?(?:公司|企业|机构|集团)"
    r"|平台|品牌|厂商|服务商|提供商|研发商|供应商|运营商|开发商|制造商|集成商|生产商|零售商|创企|独角兽|龙头|巨头|新锐|新贵|新秀|黑马|药企|械企|车企|企业家|开拓者|领先者|领军者|领导者|先行者|践行者"
    r"|研发方|团队|项目|之一|股东|金主|旗下|子公司|研究机构|实验室|投资方|投资者|投资人|资方|风投|创投机构|基金公司|大厂|机器人(?=[「“\"])|应用(?=[「“\"])|产品(?=[「“\"])|系统(?=[「“\"])|软件(?=[「“\"]))"
)
_KIND_END = re.compile(_KIND)
_LEGAL_TAIL = re.compile(r"(?:股份|有限责任|科技|集团|控股|技术|生物|医疗|医药)*(?:有限公司|有限责任公司|集团|公司)$")
_MANNER = (
    r"(?:近日|近期|日前|今日|今天|昨日|昨天|昨晚|今晨|最近|刚刚|目前|此前|随后|当时|早前|早些时候|现阶段|本周[一二三四五六日]?|上周[一二三四五六日]?|周[一二三四五六日]|本月|上月|今年年?初?|去年年?底?"
    r"|(?:19|20)\d\d ?年(?:年初|年底|初|底)?|\d{1,2} ?月(?:份|初|底|中旬|上旬|下旬)?|\d{1,2} ?日|截至|年初|年底|年内|今年以来|上午|下午"
    r"|于|在|自|从|即|其中|另外|此外|同时|同日|日|时|据|据悉|据了解|据报道|据媒体报道|获悉|消息|消息称|传|外媒称|快讯|首发|独家|重磅|又|也|还|再|再度|再次|正式|成功|顺利|宣布|官宣|宣告|对外|公开|公布|披露|透露|表示|声明|发布公告|公告称?"
    r"|已|已经|已于|正|正在|即将|将|将于|拟|计划|欲|有意|考虑|打算|有望|或将|或|预计|准备|曾|曾经|先后|连续|陆续|相继|首次|一举|最终|并|并且|而|且|都|均|双双|共同|分别|被曝|被爆|被传|被指|曝|方面|联合|共|则|便|就"
    r"|成立|接近|开始|不断|持续|继续|目标|因此|由此|于是|但|但是|不过|然而|其|该|上述|这家|这一|一家|此次|本次|这次|本轮|此轮|当日|一度|未来|主动|紧急|突然|意外|同样)"
)
_TRAIL = re.compile(rf"(?:{_MANNER}|[ ,:：，、了])+$")
_LEAD = re.compile(rf"^(?:{_MANNER}(?![\u4e00-\u9fff]?(?:医疗|科技|生物|资本))|36氪|动脉网|[ ,:：，、的了—-])+")
_STOP = re.compile(
    r"[，。；;！!？?|｜\n…•·]|——|—|,(?! ?(?:inc|ltd|llc|co))|[:：](?!\d)|(?<=[\u4e00-\u9fff，。]) +(?=[\u4e00-\u9fff“「])| {2,}|(?<=[\u4e00-\u9fff])[（(](?=[^）)]*$)"
)
_QUOTED = re.compile(r"[「“\"『《【‘]([^「」“”\"『』《》【】‘’]{2,24})[」”\"』》】’]")
_BRACKET = re.compile(r" ?[（(][^（()）]{0,60}[)）] ?$")
_LATIN_TAIL = re.compile(r"[A-Za-z0-9][\w.&'’+\-]*(?: (?:[A-Z0-9][\w.&'’+\-]*|&|of|and))*$")
_GENERIC = re.compile(
    r"^(?:.{0,6}(?:公司|企业|机构|平台|团队|项目|厂商|行业|市场|赛道|领域|产业|板块|股东|投资者|投资人|投资方|投资机构|创业者|初创|巨头|品牌|客户|用户|个人|散户|创始人|基金|银行|资本市场|资本|资金|双方|各方|多家|政府|部门)"
    r"|其|它|他|她|我|我们|他们|它们|大家|对方|前者|后者|本轮|此轮|该轮|本次|此次|这|那|这笔|该笔|融资|投资|募资|产品|技术|业务|主体|方面|消息|市场|中国|国内|全球|海外|美国|日本|印度|欧洲|香港|北京|上海|深圳|杭州"
    r"|上半年|下半年|[一二三四]季度|.*(?:数据|统计|显示|亿元|万元|美元|轮|融资|上市公司|月|年|家|起|笔|投资额)|ai|.{0,4}大模型|人工智能|医疗健康?|生物医药|创新药|机器人|脑机接口|医疗器械)$",
    re.I,
)
_ANAPHOR = re.compile(
    r"(?:^|[的，])(?:该公司|该企业|公司|这家(?:公司|企业|初创公司|创业公司)|其|它|他们|该平台|该品牌|团队|企业|项目|本公司|后者|该项目|平台|这个.{0,8}(?:公司|企业))$"
)


def usable(text: str) -> bool:
    """Whether a trimmed slot can be the name of an organisation."""
    return (
        2 <= len(text) <= 40
        and not _GENERIC.match(text)
        and not re.fullmatch(r"[\d.\W]+", text)
        and (not text.isascii() or text[0].isalnum())
    )


def subject_before(view: View, start: int, verb: int) -> Name | None:
    """The organisation that does what the verb at offset `verb` says, within the sentence that begins at `start`.

    Looks back clause by clause; 公司, 其 and an empty slot stand for the company spoken of last.
    """
    end = verb
    for _ in range(4):
        first = _clause_start(view, start, end)
        slot, anaphor = _trim(view, first, end)
        if slot is not None:
            return slot
        if anaphor:
            return view.last
        if first <= start:
            return view.last
        end = first
        while end > start and view.full[end - 1] in " ，,—（(:：":
            end -= 1
    return view.last


def _clause_start(view: View, start: int, end: int) -> int:
    """Where the clause that ends at `end` begins; quotes and brackets are not broken."""
    last = start
    for match in _STOP.finditer(view.full, start, end):
        if match.end() < end:
            last = match.end()
    return last


def _trim(view: View, first: int, end: int) -> tuple[Name | None, bool]:
    """Cut the name out of a subject slot; the second value says that a pronoun stood there."""
    text = view.full[first:end]
    while True:
        shorter = _BRACKET.sub("", _TRAIL.sub("", text))
        if shorter == text:
            break
        text = shorter
    if _ANAPHOR.search(text):
        return None, True
    offset = first
    lead = _LEAD.match(text)
    if lead and len(text) - lead.end() >= 2:
        offset += lead.end()
        text = text[lead.end() :]
    if re.match(r"^(?:一家|作为|专注|是|致力|总部|位于|成立于|由|以|为|通过|根据|随着|对于|关于)", text) or not text:
        return None, False
    return cut_name(view, offset, offset + len(text)), False


def cut_name(view: View, start: int, end: int) -> Name | None:
    """The name within a slot: in quotes, after the noun that says what it is, or the slot itself."""
    text = view.full[start:end]
    quotes = list(_QUOTED.finditer(text))
    if quotes and (
        quotes[-1].end() >= len(text) - 2
        or len(quotes) == 1
        and not _KIND_END.search(text, quotes[-1].end())
        and len(text) - quotes[-1].end() < 3
    ):
        match = quotes[-1]
        return _name(view, start + match.start(1), start + match.end(1))
    listed = _catalogued_tail(view, start, end)
    if listed is not None:
        return listed
    cut = _after_kind(text)
    text, start = text[cut:], start + cut
    latin = _LATIN_TAIL.search(text)
    if latin and latin.start() and (latin.start() > 5 or "的" in text[: latin.start()]) and len(latin[0]) > 2 and not latin[0].isdigit():
        start, text = start + latin.start(), latin[0]
    elif "的" in text and not text.startswith(("美的", "的")):
        rest = text.rpartition("的")[2]
        start, text = start + len(text) - len(rest), rest
    text = text.rstrip(" ，,")
    stripped = text.lstrip(" ，,")
    start += len(text) - len(stripped)
    return _name(view, start, start + len(stripped))


def _name(view: View, start: int, end: int) -> Name | None:
    text = view.full[start:end].strip('“”"「」『』《》')
    start = view.full.find(text, start) if text else start
    return Name(text, start, start + len(text)) if usable(text) else None


def _after_kind(text: str) -> int:
    """Where the name begins after the last noun that describes it."""
    body = len(_LEGAL_TAIL.sub("", text)) or len(text)
    cut = 0
    for match in _KIND_END.finditer(text):
        # A company's full name ends in 公司 and may hold 科技 or 集团 within: only what stands before it describes.
        if match.end() < body and len(text) - match.end() >= 2 and not re.match("股份|有限|控股|旗下", text[match.end() :]):
            cut = match.end()
    return cut


def _catalogued_tail(view: View, start: int, end: int) -> Name | None:
    """A name of the catalogue that ends the slot."""
    for mention in reversed(view.reading.catalogued):
        if mention.end <= end and mention.start >= start and mention.target == "organisation":
            tail = view.full[mention.end : end]
            if re.fullmatch(r"(?:公司|集团|方面|旗下|[”」』\"]|[（(][^）)]*[）)]| )*", tail):
                return Name(mention.as_written, mention.start, mention.end)
            return None
    return None


_SPLIT = re.compile(
    r"[、,，/；;]|(?<=[\u4e00-\u9fffA-Za-z）)])(?:以及|及其|还有|和(?![玉谐君利灵暄盛铂])|与|及|并|跟)(?=[\u4e00-\u9fffA-Z「“])| (?:and|&) (?=[A-Z])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
)
_ITEM_LEAD = re.compile(
    r"^(?:包括但不限于|包括了?|包含|例如|如|有|由|为|是|系|来自|其中|以及|还有|另有|分别|新进|新增|新老|老|原有?|现有|既有|早期|本轮|此轮|该轮|公司|知名|著名|顶级|头部|一线|国际|国内外?|海内外|全球|中国|美国|欧洲|日本|英国|大型|顶尖|专业"
    r"|美元|人民币|产业|战略|财务|老牌|多家|两家|三家|数家|硅谷|医疗|风险|私募|股权|本土|市场化|政府|国资|地方|上市|互联网|双方|获|得|得到|获得|了|与|和|及|并|以|对|、|在内|的|方|者|投资者|投资方|投资人|投资机构|投资公司|基金|机构|股东|资方|资本方|巨头|平台|公司|集团|企业|风投|[ :：“「”」])+(?=.{2,})"
)
_ITEM_TAIL = re.compile(
    r"(?:等)?(?:多家|数家|知名|一众|众多|海内外|国内外|国内|国际|[一二三四五六七八九十两\d]+家|专业|产业|头部|一线|老|新老|新|原有?|现有|既有|机构|投资机构|投资方|投资者|投资人|股东|资本方?|产业资本|产业方|公司|企业|基金|战略|财务|新面孔|在内|持续|继续|超额|共同|联合|独家|分别|领投|跟投|参投|投资|也|均|都|则|本轮|此轮"
    r"|参与|预计|将|会|进行|完成|加码|加注|追加|追投|增持|作为|担任|方面|风险投资|私募股权)*$"
)


def names_in_list(view: View, start: int, end: int) -> list[Name]:
    """Investors of a list slot: 知名投资机构某资本、某创投等机构 gives two names."""
    out: list[Name] = []
    for first, last in _pieces(view, start, end):
        name = _item(view, first, last)
        if name is not None and all(name.text != other.text for other in out):
            out.append(name)
    return out


def _pieces(view: View, start: int, end: int) -> list[tuple[int, int]]:
    """Split a list; names of the catalogue and brackets are kept whole."""
    whole = [(m.start, m.end) for m in view.reading.catalogued if m.start >= start and m.end <= end]
    whole += [m.span() for m in re.compile(r"[（(][^（()）]*[)）]").finditer(view.full, start, end)]
    out, first = [], start
    for match in _SPLIT.finditer(view.full, start, end):
        if not any(a < match.end() and match.start() < b for a, b in whole):
            out.append((first, match.start()))
            first = match.end()
    return [*out, (first, end)]


def _item(view: View, start: int, end: int) -> Name | None:
    """One investor: what describes it is cut off on both sides."""
    text = view.full[start:end]
    cut = re.search(
        r"等(?=$|[^\u4e00-\u9fff]|机构|多家|知名|新|老|产业|投资|资本|海内|国|股东|[一二三四五六七八九十两\d]|专业|头部|一|原|众|参|跟|共|联|战|公司|企业|基金|在|持|继|超|在内)",
        text,
    )
    if cut and cut.start() >= 2:
        text = text[: cut.start()]
    text = text.rstrip()
    bare = text
    if not re.search(r"[\u4e00-\u9fff](?:基金|资本|投资|集团|公司)$", text) or re.search(
        r"(?:等|共同|联合|独家|领投|跟投|参投)", text[-6:]
    ):
        bare = _ITEM_TAIL.sub("", text)
    if len(bare) >= 2:
        text = bare
    lead = _ITEM_LEAD.match(text)
    offset = start
    if lead and not view.organisation_in(start, start + len(text)):
        offset, text = start + lead.end(), text[lead.end() :]
    name = cut_name(view, offset, offset + len(text))
    return name if name is not None and not re.search(r"[。；]|融资|轮|亿|万元", name.text) else None
