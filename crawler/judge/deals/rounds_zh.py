"""Funding rounds in Chinese sentences: subject, verb of getting, amount, round, and who paid."""

from __future__ import annotations

import re

from crawler.judge.document import Sentence
from crawler.judge.facts import Amount, FundingKind, FundingStage

from .backers_zh import find_backers
from .deal import Backer, Deal, Name, View
from .lists_zh import names_in_list
from .names_zh import cut_name, is_sure, subject_before
from .roles import role_of
from .rounds import Round, find_rounds
from .when import find_day, published_day

_NOT_ROUND = (
    r"(?!融券|余额|租赁|净|买入|客(?!户)|盘|成本|难|渠道|环境|能力|需求|担保|服务|市场|事件|数据|工具|券"
    r"|性|款|历史|经历|活动|业务|平台|公司|机构|情况|记录|顾问|轮次|对接|路演|会|保证金|标的|资金|功能"
    r"|方式|条件|租|类|端|界|领域|主体|结构)"
)
_NUCLEUS = re.compile(
    rf"融资{_NOT_ROUND}|(?:轮|天使|种子|战略|股权|万元|万美元|亿元|亿美元|人民币|港元|欧元|[万亿]"
    r"|的)(?:股权)?(?:投|募)资(?!者|人|机构|方|公司|额|总额|于|价值|项目|组合|协议|收益|基金|银行|管理|组)"
    r"|(?<=轮)(?=[，。,;、）)”」 ]|$)|融资轮|注资(?!本)|(?<![金通])融(?=[近超约数上逾过]?\d|近|超|约|数|上亿|了[近超约\d])"
)
_GET = re.compile(
    r"完成|获得|(?<!捕)获(?!悉|批|奖|利|客|取|准|评|选|知|释)|拿到|拿下|斩获|揽获|收获|敲定|公布|官宣|迎来"
    r"|签署|筹集|募集|筹得|募得|融得|融到|收到|引入|引进|披露|曝出|洽谈|筹备|寻求|谋求|开启|启动|进行|商谈"
    r"|谈判|筹划|争取|准备|展开|推进|终止|取消|暂停|宣布(?=新一轮|[^,。]{0,12}轮|[^,。]{0,4}融资)"
)
_DIRECT = re.compile(
    r"(?:再|又|共|已|将|拟|新|刚|接近|即将|正|完成|计划|欲|或|正在)?(?:融资|融了?|募资|吸金|揽资|融)(?:额"
    r"|金额|规模|总额)?(?:约|近|超过?|逾|过|达到?|高达|为|了|又|:|至少)*$"
)
_TALKS = re.compile(
    r"洽谈|谈判|商谈|筹备|寻求|谋求|计划|拟|考虑|接近(?:完成|敲定|融资)|即将|预计|有望|启动|开启"
    r"|(?<!否)或(?:将|以)|欲|将(?:于|以|完成|获|融|筹|募)|正在|正(?:筹|募|进行|寻)|准备|传(?!统|感|染|播"
    r"|媒|承|奇|闻)|争取|筹划|商讨|探讨|目标"
)
_DONE = re.compile(r"完成|获|拿到|拿下|敲定|到账|交割|落定|收到|公布|官宣|迎来|宣布")
_DENIED = re.compile(
    r"否认|不实|不属实|辟谣|并未|尚未|没有(?!披露|透露|公开|公布)|未能|从未|未曾|无融资计划|暂无|未获|未完成|子虚乌有|并无|不存在|假消息"
)
_ENDED = re.compile(r"终止|取消|搁浅|告吹|失败|流产|暂停")
_PAST = re.compile(
    r"此前|曾(?!经?表示)|早在|去年|前年|早前|上一轮|历史上|过去|先前|当年|之前|成立(?:之)?初|(?:19|20)\d\d年[^,。]{0,20}(?:曾|就)"
)
_STATISTIC = re.compile(
    r"平均|合计|\d+ ?(?:起|笔|宗|例)(?!.{0,3}融资由)|家[^,。]{0,8}(?:企业|公司)[^,。]{0,6}(?:完成|获)|总额"
    r"|统计|同比|环比|投融资|一级市场|榜单|排名|融资(?:总额|规模)[^,。]{0,6}(?:同比|增长|下降)"
)
_DEBT = re.compile(r"融资券|中期票据|公司债|可转债|债券|银行贷款|债权融资|债务融资|授信|abs|信用债|债转股")
_INVESTED = re.compile(
    r"(?:对|向)(?P<who>[^,。;对向]{2,24}?) ?(?:公司)?(?:追加|进行|完成|战略)?[约近超逾过]?[\d.,亿万千百 数美港欧元人民币的]{0,18}"
    r"(?:投资(?!者|人|机构|方)|注资)"
)
_INTO = re.compile(r"(?:(?:战略入股|战略投资|独家投资|(?<!技术)(?<!作价)入股)了?|投资了)(?P<who>[^,，。;、]{2,24}?)(?=[,，。;]|$)")
_AFTER_QUOTED = re.compile(r"[,，]\s?(?=[「“])(?P<name>[「“][^」”]{2,16}[」”])")
_OTHER_MONEY: tuple[tuple[FundingKind, re.Pattern[str]], ...] = (
    (
        "debt",
        re.compile(
            r"(?:成功|完成|拟|获准)?(?:公开|非公开)?发行(?:了|完成)?[^,。;]{0,24}(?:融资券|中期票据|公司债券?"
            r"|可转换?公司?债券?|可转债|科创债|企业债)"
        ),
    ),
    ("grant", re.compile(r"获得?(?:了|批)?[^,。;]{0,24}(?:科研经费资助|专项资助|项目资助|资助|拨款|专项资金支持)")),
    ("fund", re.compile(r"(?:完成|宣布)[^,。;]{0,20}基金[^,。;]{0,8}(?:募集|首关|终关|关账|首轮关闭|最终关闭)")),
)


def find_rounds_zh(view: View, sentence: Sentence) -> list[Deal]:
    """Funding rounds that one Chinese sentence tells, in the order it tells them."""
    deals: list[Deal] = []
    used: set[int] = set()
    found = list(_NUCLEUS.finditer(view.folded, sentence.start, sentence.end))
    nuclei, ends = [m.start() for m in found], [m.end() for m in found]
    anchors = [_anchor(view, sentence, start, end) for start, end in zip(nuclei, ends, strict=True)]
    for index, anchor in enumerate(anchors):
        if anchor is None or anchor in used:
            continue
        used.add(anchor)
        following = next((a for a in anchors[index + 1 :] if a is not None and a > ends[index]), sentence.end)
        last = max(e for a, e in zip(anchors, ends, strict=True) if a == anchor)
        deal = _build(view, sentence, (anchor, nuclei[index], max(last, ends[index])), following)
        if deal is not None:
            deals.append(deal)
            view.last = deal.company
    return deals + _invested(view, sentence, deals) + _bought_into(view, sentence, deals) + _other_money(view, sentence)


def _invested(view: View, sentence: Sentence, told: list[Deal]) -> list[Deal]:
    """`某集团欲对某公司追加3亿美元投资`: the investor is the subject; what it adds is its share, not the round."""
    deals = []
    for match in _INVESTED.finditer(view.folded, sentence.start, sentence.end):
        company = cut_name(view, *match.span("who"))
        investor = subject_before(view, sentence.start, match.start())
        amounts = view.amounts_in(match.start(), match.end() + 16)
        if company is None or investor is None or not amounts or not (is_sure(view, company) and is_sure(view, investor)) or told:
            continue
        size = None if "追加" in match[0] else amounts[0]
        deal = Deal("funding", company, sentence, size, backers=[Backer(investor)], weight=0.55)
        clause = view.folded[max(sentence.start, match.start() - 16) : match.end()]
        deal.stage, deal.denied = _stage(clause), bool(_DENIED.search(clause))
        deal.on = find_day(view.folded[sentence.start : match.end()], view.published)
        deals.append(deal)
    return deals


def _bought_into(view: View, sentence: Sentence, told: list[Deal]) -> list[Deal]:
    """`某集团战略入股某公司`, `某基金、某资本投资了某公司`: the investors are the subject; who is paid must surely be a name."""
    match = _INTO.search(view.folded, sentence.start, sentence.end)
    if match is None or told or _STATISTIC.search(view.folded, sentence.start, sentence.end):
        return []
    company = cut_name(view, *match.span("who"))
    investors = names_in_list(view, sentence.start, match.start())
    if company is None or not is_sure(view, company) or not any(is_sure(view, name) for name in investors):
        return []
    clause = view.folded[sentence.start : match.end()]
    sizes = [a for a in view.amounts_in(match.end(), sentence.end) if role_of(a, view.folded, sentence.start, sentence.end) == "size"]
    deal = Deal("funding", company, sentence, sizes[0] if sizes else None, backers=[Backer(name) for name in investors], weight=0.55)
    deal.kind = "strategic" if "战略" in match[0] else "venture"
    deal.round = "战略" if deal.kind == "strategic" else None
    deal.stage, deal.denied = _stage(clause), bool(_DENIED.search(clause))
    deal.background = bool(_PAST.search(clause))
    deal.on = find_day(clause, view.published)
    return [deal]


def _other_money(view: View, sentence: Sentence) -> list[Deal]:
    """Debt, grants and closed funds, each with its own kind, so that no venture total counts them."""
    deals: list[Deal] = []
    for kind, pattern in _OTHER_MONEY:
        match = pattern.search(view.folded, sentence.start, sentence.end)
        company = subject_before(view, sentence.start, match.start()) if match else None
        amounts = [a for a in view.amounts_in(sentence.start, sentence.end) if (a.low or 0) >= 100_000]
        if match is None or company is None or not amounts or not is_sure(view, company):
            continue
        clause = view.folded[max(sentence.start, match.start() - 16) : match.end()]
        deal = Deal("funding", company, sentence, amounts[0], kind=kind, weight=0.55)
        deal.stage, deal.denied = _stage(clause), bool(_DENIED.search(clause))
        deal.on = find_day(view.folded[sentence.start : match.end()], view.published)
        deals.append(deal)
    return deals


def _anchor(view: View, sentence: Sentence, start: int, end: int) -> int | None:
    """Where the verb (or, without one, the round or amount) begins whose subject raised the money."""
    bound = max(view.folded.rfind(stop, sentence.start, start) for stop in ";!?！？")
    bound = max(bound, sentence.start - 1) + 1
    verbs = list(_GET.finditer(view.folded, bound, start))
    if verbs and not re.search(r"[，,。].*[,]", view.folded[verbs[-1].end() : start]) and start - verbs[-1].end() <= 70:
        return _first_of_chain(view, verbs, start)
    amounts = [
        a for a in view.amounts_in(bound, min(end + 14, sentence.end)) if role_of(a, view.folded, sentence.start, sentence.end) == "size"
    ]
    rounds = find_rounds(view.full, view.folded, bound, min(end + 8, sentence.end))
    if view.folded.startswith("融", start) and any(
        0 <= a.start - end <= 6 or _DIRECT.search(view.folded[bound : a.start]) for a in amounts
    ):
        return min([start, *(r.start for r in rounds if r.end >= start - 3)])
    near = [a for a in amounts if start - 16 <= a.start <= end + 6]
    if near and rounds and rounds[-1].start >= start - 16:
        return min(near[0].start, rounds[-1].start)
    return None


def _first_of_chain(view: View, verbs: list[re.Match[str]], start: int) -> int:
    """`宣布完成`, `筹备…获得`: the verb nearest to the round, or the one before it in the same breath."""
    chosen = verbs[-1]
    for verb in reversed(verbs[:-1]):
        if chosen.start() - verb.end() <= 2:
            chosen = verb
        else:
            break
    return chosen.start()


def _build(view: View, sentence: Sentence, span: tuple[int, int, int], following: int) -> Deal | None:
    """Read the deal whose verb is at `span[0]` and whose noun runs from `span[1]` to `span[2]`."""
    anchor, nucleus, end = span
    clause = view.folded[max(sentence.start, anchor - 30) : min(end + 2, sentence.end)]
    if _STATISTIC.search(view.folded[max(sentence.start, anchor - 16) : min(end + 12, following)]):
        return None
    company = subject_before(view, sentence.start, anchor) or _subject_after(view, sentence, anchor)
    if company is None:
        return None
    rounds = (
        find_rounds(view.full, view.folded, anchor, min(end + 8, following))
        or find_rounds(view.full, view.folded, sentence.start, following)[:1]
    )
    written = _joined(view, rounds, nucleus)
    region = (anchor if anchor > sentence.start else sentence.start, following)
    amount, valuation = _amounts(view, sentence, region, nucleus)
    if not (
        written
        or amount
        or re.search(r"新一轮|[多数两三]轮|(?:完成|获得?|拿到|洽谈|寻求|谋求|筹备)[^,。]{0,16}(?:融资|注资)", view.folded[anchor : end + 2])
    ):
        return None
    backers = _giver(view, anchor, nucleus) + find_backers(
        view, sentence.start if not find_earlier(view, sentence, anchor) else anchor, following
    )
    on = find_day(view.folded[sentence.start : end], view.published)
    deal = Deal("funding", company, sentence, amount, written, _unique(backers, company), valuation, on=on)
    deal.stage = _stage(clause)
    deal.denied = bool(_DENIED.search(clause))
    base = published_day(view.published)
    deal.background = bool(_PAST.search(view.folded[_clause(view, sentence, anchor) : end])) or bool(on and base and (base - on).days > 75)
    deal.kind = _kind(clause, rounds)
    deal.weight = 0.5 + 0.15 * bool(written) + 0.15 * bool(amount) + 0.1 * bool(backers)
    return deal


def _subject_after(view: View, sentence: Sentence, anchor: int) -> Name | None:
    """`获某基金投资,「某公司」加速出海`: a headline that opens with its verb names the company in quotes after it."""
    match = _AFTER_QUOTED.search(view.folded, anchor, sentence.end) if anchor - sentence.start <= 2 else None
    return cut_name(view, *match.span("name")) if match else None


def find_earlier(view: View, sentence: Sentence, anchor: int) -> bool:
    """Whether another deal's verb stands before `anchor` in the sentence."""
    return any(m.end() < anchor - 12 for m in _GET.finditer(view.folded, sentence.start, anchor))


def _clause(view: View, sentence: Sentence, anchor: int) -> int:
    """Where the clause before the verb begins, one comma further back."""
    comma = max(view.folded.rfind(mark, sentence.start, anchor) for mark in "，,")
    earlier = max(view.folded.rfind(mark, sentence.start, max(comma, sentence.start)) for mark in "，,")
    return max(earlier, sentence.start)


def _joined(view: View, rounds: list[Round], nucleus: int) -> str | None:
    """The round as written; several with nothing but commas between them are one text."""
    if not rounds:
        return None
    first, last = rounds[0], rounds[0]
    for other in rounds[1:]:
        if re.fullmatch(r"(?:融资)?[ 、和及与]*(?:以及)?|,", view.folded[last.end : other.start]):
            last = other
        elif other.end <= nucleus + 1 and first.end < nucleus - 12:
            first = last = other
    return view.full[first.start : last.end]


def _amounts(view: View, sentence: Sentence, region: tuple[int, int], nucleus: int) -> tuple[Amount | None, Amount | None]:
    """The size of the round and the valuation within the region of one deal."""
    sizes: list[Amount] = []
    valuation: Amount | None = None
    for amount in view.amounts_in(*region):
        role = role_of(amount, view.folded, sentence.start, sentence.end)
        if role == "size":
            sizes.append(amount)
        elif role == "valuation" and valuation is None:
            valuation = amount
    disclosed = [a for a in sizes if a.low is not None]
    near = [a for a in disclosed if a.start <= nucleus + 12] or [
        a
        for a in disclosed
        if re.search(
            r"(?:筹款|筹集|筹资|募集|融资|募资|金额|总额|规模|资金)[^,。]{0,8}$", view.folded[max(region[0], a.start - 14) : a.start]
        )
    ]
    chosen = min(near, key=lambda a: abs(a.start - nucleus)) if near else next((a for a in sizes if a.low is None), None)
    return chosen, valuation


def _giver(view: View, anchor: int, nucleus: int) -> list[Backer]:
    """`获甲资本近千万元A轮融资`, `拿到甲的融资`, `完成来自甲、乙的融资`: who stands between the verb and the figure."""
    verb = re.compile(
        r"(?:宣布|于|近日|正式|成功|已|完成|又|再)*(?:获得?|拿到|拿下|收到|斩获|引入|完成(?=了?(?:来自|由)))(?:了|过)?(?:来自|由)?"
    ).match(view.folded, anchor)
    if verb is None:
        return []
    stops = [a.start for a in view.amounts_in(verb.end(), nucleus + 1)] + [
        r.start for r in find_rounds(view.full, view.folded, verb.end(), nucleus + 1)
    ]
    end = min([*stops, nucleus])
    text = view.folded[verb.end() : end]
    if len(text) < 2 or re.search(r"[，,。]|一轮|首轮|领投|总|新一|股权$|累计|独家$|多轮|两轮|第", text):
        return []
    return [Backer(name) for name in names_in_list(view, verb.end(), end)]


def _unique(backers: list[Backer], company: Name) -> list[Backer]:
    out: list[Backer] = []
    for backer in backers:
        known = next((b for b in out if b.name.text == backer.name.text), None)
        if known is not None:
            known.lead = known.lead or backer.lead
        elif backer.name.text != company.text:
            out.append(backer)
    return out


def _stage(clause: str) -> FundingStage:
    if _ENDED.search(clause):
        return "terminated"
    if _TALKS.search(clause) and not re.search(r"(?:已|宣布|正式|刚刚|成功)[^,。]{0,6}(?:完成|获)", clause):
        return "talks"
    return "done"


def _kind(clause: str, rounds: list[Round]) -> FundingKind:
    if _DEBT.search(clause):
        return "debt"
    if any(r.strategic for r in rounds):
        return "strategic"
    return "venture"
