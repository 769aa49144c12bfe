"""Steps on the way to a listing, in Chinese and English: filing, hearing, listing, withdrawal, plans."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.judge.document import Sentence
from crawler.judge.facts import Amount, FundingStage

from . import names_en, names_zh
from .deal import Deal, Name, View
from .lists_zh import names_in_list
from .roles import role_of
from .when import find_day, published_day
from .words_zh import any_of

TRIGGER = re.compile(
    r"上市|招股|递表|聆讯|挂牌|ipo|过会|登陆|\bipos?\b|initial public offering|prospectus|stock exchange|\bnasdaq\b|\bhkex\b|trading debut"
    r"|start(?:ed)? trading|went public|go(?:es)? public|\blisting\b|first day of trading|\bdebut (?:on|in)\b"
)

_EXCHANGE = any_of(
    """
        港交所 联交所 香港联合交易所 香港交易所 上交所 深交所 北交所 上海证券交易所 深圳证券交易所 北京证券交易所 科创板 创业板 主板
        a股 港股 美股 h股 纳斯达克 纽交所 新三板 资本市场 香港 赴港 赴美
        """
)


class _Step(NamedTuple):
    stage: FundingStage
    pattern: re.Pattern[str]


# In this order: the first that fits decides.
_CHINESE = (
    _Step(
        "terminated",
        re.compile(
            r"(?:终止|撤回|撤销|撤单|中止|取消|暂缓|搁置|放弃|否决|被否|失效)[^。;]{0,16}(?:上市(?!地位|资格)|ipo|招股|发行"
            r"|申请)|(?:ipo|上市申请|招股书)[^。;,]{0,10}(?:终止|撤回|失效|被否|折戟|中止)"
        ),
    ),
    _Step(
        "filed",
        re.compile(
            r"(?:递交|提交|递表|呈交|报送|更新|披露|公布|发布)[^。;,]{0,24}(?:招股书|招股说明书|上市申请|申请书"
            r"|a1|ipo申请|聆讯后资料集|上市辅导)|递表(?!前)|(?:通过|完成|获)[^。;,]{0,16}(?:聆讯|上市委|过会"
            r"|境外上市备案|发审会)|过会|招股书(?:显示|披露|失效)?(?=[,。:]|$)|招股说明书|(?:启动|开始|开启"
            r"|正式|今[起日天]|明[起日])招股|(?:全球|香港)?(?:发售价|招股价)|预?路演(?!活动)|基石投资者|上市辅导备案|孖展|超购|公开发售|全球发售[约近]?\d"
            r"|科创板[^。;,]{0,6}获受理|获(?:上交所|深交所|港交所|北交所)受理"
        ),
    ),
    _Step(
        "talks",
        re.compile(
            r"(?:即将|准备|筹备|拟|计划|考虑|有意|寻求|谋求|有望|或将|或|冲刺|冲击|目标|启动|开启|预计"
            r"|将)[^。;,]{0,14}(?:递表|提交上市|递交招股|(?:赴港|赴美|a股|港股|香港|科创板"
            r"|独立)[^。;,]{0,4}(?:上市|ipo)|ipo(?!募|前)|上市(?=[,。;]|$|计划|进程|辅导))"
        ),
    ),
    _Step(
        "listed",
        re.compile(
            rf"(?:登陆|登录)[^。;,]{{0,4}}{_EXCHANGE}|(?:在"
            rf"|于)[^。;,]{{0,14}}{_EXCHANGE}[^。;,药品械]{{0,8}}(?:挂牌|上市(?!公司|许可))"
            rf"|{_EXCHANGE}[^。;,药品械]{{0,4}}(?:挂牌|敲钟|敲锣|上市(?=[,。;]|$|首日|交易))|挂牌上市|上市首日"
            rf"|(?:正式|成功)(?:在[^。;,]{{0,10}})?上市(?=[,。;]|$)|敲钟|首日[^。;,]{{0,6}}(?:收|开盘|高开|低开|平开|涨|跌|破发)"
        ),
    ),
)
_ENGLISH = (
    _Step(
        "terminated",
        re.compile(
            r"\b(?:withdr[ae]w(?:s|n|ing|al)?|scrap(?:s|ped)?|shelve[sd]?|cancel(?:s|led|ed)?|abandon(?:s|ed)?"
            r"|postpone[sd]?|pull(?:s|ed)|suspend(?:s|ed)?|terminat(?:es|ed)|laps(?:es"
            r"|ed))\b[^;]{0,50}\b(?:(?<!pre-)ipo|listing|initial public offering|prospectus|share sale"
            r"|application)"
        ),
    ),
    _Step(
        "filed",
        re.compile(
            r"\b(?:fil(?:es|ed|ing)s?|appl(?:ies|ied|ying)|submit(?:s|ted|ting)?|lodg(?:es|ed)|taking orders|opens? books|refil(?:es|ed)"
            r"|pass(?:es|ed)|clear(?:s|ed)|launch(?:es|ed)|kick(?:s|ed) off|plans? to raise|seek(?:s|ing) to raise"
            r"|aims? to raise|looking to raise|hopes to raise|set to raise|to raise|sets? (?:the|its|a) price range)\b[^;]{0,110}\b(?:ipos?"
            r"|listing|list|initial public offering|prospectus|stock exchange|hkex|nasdaq|share sale|hearing)\b"
        ),
    ),
    _Step(
        "talks",
        re.compile(
            r"\b(?:consider(?:s|ing)|mull(?:s|ing)|plan(?:s|ning)?|weigh(?:s|ing)|prepar(?:es|ing)|eye(?:s|ing)"
            r"|explor(?:es|ing)|target(?:s|ing)|in talks|aim(?:s|ing)?|intends?|seek(?:s|ing)?|may|could|gear(?:s"
            r"|ing) up)\b[^;]{0,60}\b(?:(?<!pre-)ipo|listing|to list|initial public offering|go(?:ing)? public"
            r"|share sale)\b"
        ),
    ),
    _Step(
        "listed",
        re.compile(
            r"\b(?:rais(?:es|ed|ing))\b[^;]{0,110}\b(?:(?<!pre-)ipo|initial public offering|listing|debut"
            r"|share sale|share offering|global offering|start(?:ed)? trading|begin trading)\b|\b(?:start(?:s|ed)"
            r"|began|begins) trading\b|\b(?:stag(?:es|ed)|complet(?:es|ed)|pric(?:es|ed)|clos(?:es|ed)|conduct(?:s"
            r"|ed))\b[^;]{0,60}\b(?:(?<!pre-)ipo|initial public offering|listing)\b|\bdebut(?:s|ed)? (?:on|in)\b"
            r"|\b(?:is |was |were |has |have )?list(?:s|ed)? (?:on|in) (?:the |hong kong)"
            r"|\blisting on (?:the )?[^.,;]{0,30}(?:exchange|market|nasdaq)|\bto list on\b|\bwent public\b"
            r"|\b(?:shares?|stock)\b[^;.]{0,40}\b(?:debut|first day of trading)\b"
            r"|\bits (?:\w+ ){0,3}(?:ipo|initial public offering|share sale) (?:was|were) [^.;]{0,30}subscribed"
            r"|\b(?:makes|made) (?:its|an?) (?:strong |weak |stellar |trading |market |stock market |hong kong |\w+ )?debut\b|\b(?:opened"
            r"|closed) at hk\$"
        ),
    ),
)
_PLANNED = re.compile(r"(?:即将|准备|筹备|拟|计划|考虑|有意|寻求|有望|或将|或|预计|最快|将)[^,。;]{0,10}$")
_NOT_LISTING = re.compile(
    r"上市(?:许可|销售|后|公司|药|产品|申请获批|前|批准|以来|企业|时间|品种|新药)|获批上市|药品上市"
    r"|批准上市|(?:新药|产品|新品|器械)[^。,;]{0,6}上市|上市(?=[^。]{0,6}(?:销售|适应症))"
)
_RAISED = re.compile(
    r"募集资金(?:总额|净额)?|募资(?:总额|净额|规模|金额)?|集资|筹资|筹集|融资|募集|规模|\brais(?:e[sd]?|ing)|ipo|offering|listing of"
)
_NOMINAL_FILINGS = re.compile(r"\bIPO (?:filings?|applications?|plans?) (?:of|by|from) ")
_AFTER_LISTING = re.compile(r"^After listing on [^,]{3,60}(?:,| on [A-Z]\w+ \d+,) ")
_PAST = re.compile(
    r"此前|曾|早在|去年|前年|早前|\bprior|previously|\blast year\b|\b(?:which|that) (?:went public"
    r"|listed)\b|自[^。,]{0,12}上市以?来|\bsince (?:its|the) (?:ipo|listing|debut)"
)
_DENIED = re.compile(
    r"否认|不实|辟谣|并未|没有[^。,]{0,6}计划|尚无|暂无|无[^。,]{0,4}上市计划|\b(?:denied|denies|no plans?|no timetable"
    r"|has not|have not|not planning)\b"
)
_LISTED_MANY = re.compile(r"(?:分别是|分别为|包括|有|为|是)(?P<list>[^。;]{2,400}?(?:、[^。;、]{2,14})+(?:和|及|以及)?[^。;、]{2,14})")
_PEOPLE = re.compile(r"[\d两三四五六七八九十] ?家|多家|这些|一批|数家")
_TITLE_FILING = re.compile(
    r"^(?:【[^】]{1,12}】)?(?P<name>[^:,。|]{2,20})[:：]\s*(?:招股说明书|招股书|聆讯后资料集|招股章程|申请版本|全球发售)"
)


def find_ipos(view: View, sentence: Sentence) -> list[Deal]:
    """Listing steps that one sentence tells."""
    if view.is_chinese(sentence):
        return _chinese(view, sentence)
    return _english(view, sentence)


def _chinese(view: View, sentence: Sentence) -> list[Deal]:
    folded = view.sentence_text(sentence)
    title = _TITLE_FILING.match(folded)
    if title and sentence.start == 0:
        start = title.start("name")
        name = names_zh.cut_name(view, start, title.end("name"))
        return [Deal("ipo", name, sentence, stage="filed", weight=0.6)] if name else []
    if _NOT_LISTING.search(folded) and not re.search(r"ipo|招股|递表|聆讯|挂牌|登陆|募资", folded):
        return []
    for step in _CHINESE:
        match = step.pattern.search(view.folded, sentence.start, sentence.end)
        if match is None:
            continue
        many = _LISTED_MANY.search(view.folded, match.end(), sentence.end) if _PEOPLE.search(folded) else None
        if many is not None:
            names = names_in_list(view, *many.span("list"))
        else:
            name = names_zh.subject_before(view, sentence.start, match.start()) or view.topic()
            names = [name] if name else []
        planned = step.stage == "filed" and _PLANNED.search(view.folded[sentence.start : match.start()])
        stage: FundingStage = "talks" if planned else step.stage
        return [_deal(view, sentence, name, match, stage, single=many is None) for name in names]
    return []


def _english(view: View, sentence: Sentence) -> list[Deal]:
    nominal = _NOMINAL_FILINGS.search(view.full, sentence.start, sentence.end)
    if nominal is not None:
        names = names_en.names_in_list(view, nominal.end(), sentence.end)
        return [_deal(view, sentence, name, nominal, "filed", single=False) for name in names]
    for step in _ENGLISH:
        match = step.pattern.search(view.folded, sentence.start, sentence.end)
        if match is None:
            continue
        name = _english_subject(view, sentence, match)
        if name is None:
            return []
        return [_deal(view, sentence, name, match, step.stage, single=True)]
    return []


def _english_subject(view: View, sentence: Sentence, match: re.Match[str]) -> Name | None:
    after = _AFTER_LISTING.match(sentence.text)
    if after is not None:
        verb = re.compile(r" (?:saw|has|had|fell|rose|opened|closed|said|reported)\b").search(
            view.full, sentence.start + after.end(), sentence.end
        )
        return names_en.subject_before(view, sentence.start + after.end(), verb.start()) if verb else None
    return names_en.subject_before(view, sentence.start, match.start()) or view.topic()


def _deal(view: View, sentence: Sentence, name: Name, match: re.Match[str], stage: FundingStage, *, single: bool) -> Deal:
    clause = view.folded[max(sentence.start, match.start() - 24) : match.end() + 10]
    deal = Deal("ipo", name, sentence, stage=stage, weight=0.65)
    deal.amount = _raised(view, sentence) if single else None
    deal.on = find_day(view.folded[sentence.start : sentence.end], view.published)
    base = published_day(view.published)
    deal.background = bool(_PAST.search(clause)) or bool(deal.on and base and (base - deal.on).days > 75)
    deal.denied = bool(_DENIED.search(clause))
    view.last = name
    return deal


def _raised(view: View, sentence: Sentence) -> Amount | None:
    """The sum raised, or to be raised, by the listing: an amount beside a word of raising, never a price or a turnover."""
    sizes = [
        a
        for a in view.amounts_in(sentence.start, sentence.end)
        if a.low is not None and role_of(a, view.folded, sentence.start, sentence.end) == "size" and a.low >= 1_000_000
    ]
    for amount in sizes:
        if _RAISED.search(view.folded[max(sentence.start, amount.start - 40) : amount.start]) or re.match(
            r"(?:的)?[^,。;]{0,6}ipo| (?:\w+ ){0,3}(?:ipo|initial public offering|offering|listing)",
            view.folded[amount.end : amount.end + 60],
        ):
            return amount
    return None
