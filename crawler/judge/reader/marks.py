"""Formal marks of a role, read by grammar beside the reader: who leads a round, where a model runs, the number of a document."""

from __future__ import annotations

import re

# 由甲、乙联合领投: all between the last break and the word lead. English names the leaders after "led by" or before "led".
_LEADS = re.compile(r"(?:联合|共同)?(?:独家)?领投")
_BREAK = re.compile(r"[,，。;；]|(?<=[轮资元])由|本轮|本次")
_LED_BY = re.compile(r"\b(?:co-?)?led by |\bled jointly by |\blead investors? (?:is|was|were|are) ")
_LED_BY_END = re.compile(r"[.;]|,? with |,? alongside|,? joined|,? and (?:included|supported|joined)|,? participat|,? while| as well as")
_LED = re.compile(r" (?:co-?)?(?:led|leads|leading) (?:the|a|an|its|this|investment)\b")

_LOCAL = re.compile(
    r"本地化?(?:的?(?:部署|蒸馏|引入|落地|运行|版|接入|上线|安装|服务器|化)|私有)|在地化?部署|私有化|私有云|院内(?:部署|服务器|私有)|内网|局域网"
    r"|自有(?:服务器|算力|机房)|数据不出(?:院|域|门)|部署在(?:院内|医院|本地)"
    r"|\bon-?prem(?:ises?)?\b|\b(?:its|their) own (?:servers?|data cent(?:re|er)s?|hardware)\b|\blocally\b"
    r"|\blocal (?:deployment|servers?)\b"
    r"|\bprivate(?:ly)? (?:deploy\w*|cloud|servers?)\b"
)
_HOSTED = re.compile(r"云端|公有云|云上|(?<![a-z])api(?![a-z])|云服务|(?:腾讯|华为|阿里|百度|火山|移动|天翼|联通)云|\bcloud\b|\bhosted\b")

# 国卫办医发〔2025〕12号: the form of numbers of Chinese official documents (GB/T 9704-2012, 7.2.5).
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,10}[〔\[［(（]20\d\d[〕\]］)）]\s?第?\d{1,4}号")
_TITLE = re.compile(
    r"《([^《》\n]{4,60}(?:通知|意见|办法|规划|方案|条例|指南|规定|目录|细则|计划|标准|规范|法|公告|措施|指引|征求意见稿|试行|年\)|年）)[^《》\n]{0,16})》"
)

_DOCUMENT = re.compile(r"的?[\u4e00-\u9fff]{0,4}?(?:通知|指南|意见|办法|方案|批复|复函|函|规定|细则|规划|公告)(?![\u4e00-\u9fff])")
_LONGEST_TITLE = 80  # characters
_FIGURE = re.compile(
    r"(?P<hedge>\b(?:more than|less than|as (?:much|many) as|up to|at least|nearly|almost|about|around|roughly|some|over)\s|[约超近逾])?"
    r"(?P<figure>(?:\b(?:rmb|cny|usd|us\$|hk\$)\s?|[¥￥$€£]\s?)?"
    r"\d[\d,，]*(?:\.\d+)?\s?(?:[十百千万萬亿億兆]+|[%％]|(?:trillion|billion|million|thousand|tn|bn|per ?cent)\b)?)",
    re.IGNORECASE,
)


def is_lead(folded: str, start: int, end: int) -> bool:
    """Whether the investor that stands at `start` to `end` of a folded text is told to lead the round."""
    for match in _LEADS.finditer(folded, end, min(len(folded), end + 60)):
        if not re.search(r"[。;；]|跟投|参投", folded[end : match.start()]):
            between = folded[end : match.start()]
            return not re.search(r"[,，]", between) or not _BREAK.search(between)
        break
    before = folded[max(0, start - 90) : start]
    led_by = None
    for match in _LED_BY.finditer(before):
        led_by = match
    if led_by is not None and not _LED_BY_END.search(before, led_by.end()):
        return True
    return _LED.match(folded, end) is not None


def hosting(folded: str, start: int, end: int) -> str | None:
    """Where a model runs, by the words of the sentence: local, hosted, None where it says neither."""
    if _LOCAL.search(folded, start, end):
        return "local"
    return "hosted" if _HOSTED.search(folded, start, end) else None


def document_number(full: str, start: int, end: int) -> str | None:
    """The number of an official document that stands between `start` and `end`."""
    match = _NUMBER.search(full, start, end)
    return match[0] if match else None


def document_title(full: str, start: int, end: int) -> str | None:
    """The title of an official document in its marks 《》 between `start` and `end`, without them."""
    match = _TITLE.search(full, start, end)
    return match[1] if match else None


def titled(full: str, start: int, end: int) -> tuple[int, int]:
    """A part of a title widened to the whole title in its marks 《》, without them, or to the name of the document right behind."""
    opened = full.rfind("《", max(0, start - _LONGEST_TITLE), start + 1)
    closed = full.find("》", end - 1, end + _LONGEST_TITLE)
    inside = opened >= 0 and closed >= 0 and not re.search("[》\n]", full[opened:start]) and not re.search("[《\n]", full[end:closed])
    if inside:
        return opened + 1, closed
    behind = _DOCUMENT.match(full, end)
    return start, behind.end() if behind else end


_IN = r"([^“”「」『』\"，。；！？\n]{2,20})"
_QUOTED = re.compile(f'“{_IN}”|「{_IN}」|『{_IN}』|"{_IN}"')


def quoted(full: str, start: int, end: int) -> tuple[int, int]:
    """A part of a name in quotation marks widened to the whole name, without them."""
    for match in _QUOTED.finditer(full, max(0, start - 22), end + 22):
        if match.start() < start and end < match.end() and not _closes(full, match.start()):
            return match.start() + 1, match.end() - 1
    return start, end


def _closes(full: str, at: int) -> bool:
    """Whether a mark that opens and closes alike closes there: an odd number of them stands before it in its line."""
    return full[at] == '"' and full.count('"', full.rfind("\n", 0, at) + 1, at) % 2 == 1


def whole_figure(full: str, start: int, end: int) -> tuple[int, int]:
    """A figure widened to its currency, all of its digits and its scale: 48 in 489 亿 becomes that, RMB the sum behind it."""
    for match in _FIGURE.finditer(full, max(0, start - 24), end + 24):
        if match.start() < end and start < match.end():
            return min(start, match.start("figure") if start >= match.start("figure") else start), max(end, match.end())
    return start, end


# Small English words never begin or end what plays a role, but join it to its sentence.
_JOINS = r"(?:in|of|by|for|to|with|on|at|from|and|or|the|an?|its|their|that|which|is|are|has|have)"
_JOINS_BEFORE, _JOINS_BEHIND = re.compile(rf"(?:{_JOINS}\s+)+(?=\S)"), re.compile(rf"\S((?:\s+{_JOINS})+)$")
# A sum told once more in another currency: ¥14.2 trillion ($1.95 trillion), 442亿元（约合61亿美元）.
_CONVERTED = re.compile(
    r"\s?[(（]\s?(?:约?合|约|相当于|about|around|roughly|some|or|equivalent to)?\s?(?:[A-Z]{2,3}|[A-Z]{0,2}[¥￥$€£])?\s?\d[^()（）]*[)）]?"
)


def without_joins(full: str, start: int, end: int) -> tuple[int, int]:
    """A span without the small English words at its ends that only join it to its sentence: "in subsidies for" becomes "subsidies"."""
    if before := _JOINS_BEFORE.match(full, start, end):
        start = before.end()
    if behind := _JOINS_BEHIND.search(full[start:end]):
        end = start + behind.start(1)
    return start, end


def conversion(full: str, at: int) -> int | None:
    """Where the bracket opens in which the sum at `at` says only what another comes to in its currency; None where there is none."""
    opened = max(full.rfind("(", 0, at), full.rfind("（", 0, at))
    converted = _CONVERTED.match(full, opened - full[opened - 1 : opened].isspace()) if opened > 0 else None
    return opened if converted is not None and at < converted.end() else None


def without_conversion(value: str) -> str:
    """A sum as written, without the same in another currency behind it in brackets."""
    return _CONVERTED.split(value)[0].strip()


# What may stand between a measure and its sum, and between a sum and its measure.
_BEHIND, _BEFORE = (
    re.compile(r"\s?(?:合计|分别)?(?:约为|约|为|达到|达|超|近| of| was| reached| at| rose to| fell to| to)?\s?"),
    re.compile(r"\s?(?:in|of|的)?\s?"),
)


def stands_beside(full: str, role: tuple[int, int], amount: tuple[int, int]) -> bool:
    """Whether a sum stands right behind a role, or right before it as in "$2 million in revenue"."""
    if amount[0] >= role[1]:
        return _BEHIND.fullmatch(full, role[1], amount[0]) is not None
    return _BEFORE.fullmatch(full, amount[1], role[0]) is not None


_PAIR = re.compile(
    r"([A-Z]\w+) and ([A-Z]\w+) (?:file|price|raise|plan|seek|eye|aim|set|land|close|net|bag|go|join|debut|list|score|get|prepare|test)\b"
)


def pair_at(full: str, start: int) -> re.Match[str] | None:
    """Two names joined by "and" before a plural verb of deals, as groups 1 and 2, where they stand at `start`."""
    return _PAIR.match(full, start)


def _words(**stages: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((stage, re.compile(pattern)) for stage, pattern in stages.items())


# The first that matches holds: what undoes or narrows a step stands before the step itself.
_STEPS: dict[tuple[str, str], tuple[tuple[str, re.Pattern[str]], ...]] = {
    ("adoption", "stage"): _words(
        pilot=r"试点|试用|试运行|试行|内测|公测|\bpilot|\btrial(?:ing|led|s)?\b",
        planned=r"计划|拟(?!人|合)|将于|将在|明年|年底前|预计|筹备|采购意向|\bwill\b|\bplans? to\b|\bset to\b"
        r"|\bto (?:deploy|roll out|introduce|adopt|launch)\b|by year-end",
        expanded=r"推广(?:到|至)|扩展(?:到|至)|扩大(?:到|至)|铺(?:到|开)|全部(?:门店|院区|科室)|\bexpand|\ball (?:its|of its|\d+)\b",
        announced=r"签约|签署|启动建设|达成合作|中标|\bsigned\b|\bsigns\b",
    ),
    ("ipo", "stage"): _words(
        terminated=r"终止|撤回|撤单|失效|withdr|shelve|pull(?:s|ed)(?! in\b)|postpone|scrap|cancel|call(?:s|ed) off",
        listed=r"首日|敲钟|开盘|成功上市|正式上市|(?:began|begin|begins|start|starts|started) trading|opened? at|first day|\brang\b",
        done=r"定价|完成发行|\bpriced?\b|\bprices\b|\bpricing\b",
        filed=r"递交|递表|招股|聆讯|受理|问询|过会|预审|注册生效|提交|\bfil(?:e|es|ed|ing)\b|\bs-1\b|prospectus|price range"
        r"|sets? terms|upsize",
    )
    + _words(
        listed=r"挂牌|登陆|debut",
        talks=r"拟|筹备|计划|考虑|辅导|plans?\b|seek|consider|weigh|\beye|mull|\baim|prepar|ready",
    ),
    ("acquisition", "stage"): _words(
        terminated=r"终止|取消收购|告吹|拒绝|terminat|scrap|calls? off|called off|walk(?:s|ed) away|\breject|abandon|rebuff|collaps",
        talks=r"洽谈|考虑|接近|有意|据传|传.{0,8}收购|\btalks\b|explor|consider|weigh|mull|\bnears?\b|\bnearing\b"
        r"|\bbids?\b|\boffer(?:s|ed)? (?:to|for)|\beye",
    ),
    ("approval", "decision"): _words(
        withdrawn=r"撤回|撤市|注销|withdr|revok|\bpull(?:s|ed)?\b(?! in\b)",
        rejected=r"不予|拒绝|否决|驳回|reject|refus|complete response|\bcrls?\b|declin|turn(?:s|ed) down|spurn|snub|rebuff",
        designated=r"突破性|优先审评|优先审批|孤儿药|快速通道|绿色通道|designat|breakthrough|fast[- ]track|priority review|orphan",
        accepted=r"受理|\baccept|validat",
        cleared=r"510\(k\)|fda\b[^.]{0,80}\bclear|\bclear[^.]{0,60}\bfda\b|de novo|lifts?\b[^.]{0,30}hold|解除",
    ),
}  # fmt: skip


def step(kind: str, choice: str, folded: str, start: int, end: int) -> str | None:
    """The value of a choice that the words of a sentence name; None where they name none."""
    return next((value for value, pattern in _STEPS.get((kind, choice), ()) if pattern.search(folded, start, end)), None)
