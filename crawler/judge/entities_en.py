"""Organisations outside the catalogue in English text: runs of capitalised words, judged by their end and their place.

A run is cut where a list goes on (`, `, ` and `) or where a sentence merely begins with a capital, freed of what stands
before the name (`Suzhou-based`, `Chinese drug developer`), and kept when it ends as organisations do (Hospital, Capital,
Co., Ltd.), stands where only an organisation can (`led by`, `has raised`), or beside such a name in a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .entities_zh import Span
from .facts import OrganisationKind

_CONNECTIVES = (
    "Co|Inc|Ltd|LLC|Corp|INC|LTD|And|For|In|With|To|On|At|By|From|As|Is|Are|The|A|An|Its|Their|After|Amid|Over|Into|"
    "Launch|Launches|Raises|Secures|Files"
)
_WORD = rf"(?:(?!(?:{_CONNECTIVES})\b)[A-Z\d][A-Za-z0-9À-ɏ’'\u2010\-]*(?:\.(?:com|ai|cn|io|AI))?|[a-z]{{1,2}}[A-Z][A-Za-z0-9\-]*|&)"
_LEGAL = (
    r"(?:,?\s(?:Co\.?,?\s?(?:Ltd|LTD|Limited)\b\.?|Inc\b\.?|INC\b\.?|Ltd\b\.?|LLC\b|Corp\b\.?|Limited\b|PLC\b|plc\b|GmbH\b|AG\b|"
    r"S\.A\.|LP\b|L\.P\.))"
)
_PLACED = r"(?:\s\((?:[A-Z][a-z]+)(?:\s[A-Z][a-z]+)?\))"
_INSTITUTION = re.compile(
    r"(?:Hospitals?|University|Institutes?|Institution|Bureau|Ministry|Commission|Academy|Department|School|College|Center|Centre|"
    r"Bank|Administration|Office|Council|Association|Society|Fund|"
    r"Federation|Foundation|Branch|Committee|Laboratory)$"
)
_LINK = rf"\s(?:(?:of|for|and)\s(?:the\s)?)?(?={_WORD})"
_RUN = re.compile(rf"(?<![A-Za-z0-9’'])(?:{_WORD}{_LINK})*{_WORD}{_PLACED}?{_LEGAL}*")
_ENDS: dict[OrganisationKind, str] = {
    "hospital": "Hospital|Hospitals|Clinic|Clinics|Infirmary|Medical Center|Medical Centre|Health System|Healthcare System|Health "
    "Service Center",
    "university": "University|College|Institute|Academy|School of Medicine|Medical School|Laboratory|Lab|Institute of Technology",
    "regulator": "Administration|Commission|Bureau|Ministry|Agency|Authority",
    "agency": "Foundation|Association|Council|Federation|Committee|Exchange|Society|Center|Centre|Government|Department",
    "investor": (
        "Capital|Ventures|Venture|Partners|Investment|Investments|Fund|Funds|Equity|VC|PE|Asset Management|Venture Capital|Venture "
        "Partners|"
        "Private Equity|Angel|Advisors|Investors|FOFs|Fund Partnership Limited|Innovation Fund|Innovation Investment|Angels|Accelerator"
    ),
    "company": (
        "Medical|Therapeutics|Biotech|Biotechnology|Biotechnologies|Pharma|Pharmaceutical|Pharmaceuticals|Biopharma|Biopharmaceutical|"
        "Biopharmaceuticals|Biosciences|Bioscience|Biologics|Biomedical|Biosystems|Biologicals|Genomics|Genetics|Bio|Health|"
        "Healthcare|AI|Technologies|Technology|Tech|TechBio|Medtech|"
        "MedTech|Robotics|Diagnostics|Sciences|Science|Group|Holdings|Holding|Systems|Software|Labs|Insurance|Life|Bank|Securities|"
        "Company|Imaging|"
        "Intelligence|Devices|Instruments|Networks|Digital|Data|Cloud|Electronics|Semiconductor|Motors|Consulting|Doctor|Medicine|"
        "Drugs|Surgical|Neuro|Omics"
    ),
}
_END = [(re.compile(rf"(?:^|.*[\s\-])(?:{group})$"), kind) for kind, group in _ENDS.items()]
_LEGAL_END = re.compile(rf"{_LEGAL}+$")
_FRONT = re.compile(
    r"^(?:University|Ministry|Institute|Bureau|Bank|Academy|Department|National|Municipal|Provincial|Hospital|Commission|"
    r"Administration|Center|College|School)\b.* of "
)
# What begins a sentence or describes a name without being part of it.
_LEADING = re.compile(
    r"^(?:(?:The|A|An|On|In|At|By|From|To|For|And|But|With|Last|This|That|These|Those|Its|Their|Our|His|Her|It|He|She|They|We|Other|"
    r"Another|Some|Many|Most|Several|Both|All|Each|Two|Three|"
    r"Four|Five|Six|Seven|Eight|Nine|Ten|More|New|Also|As|When|While|After|Before|Since|During|Recently|Meanwhile|However|Moreover|"
    r"Today|Yesterday|Earlier|Later|Now|Then|Here|There|"
    r"Founded|Headquartered|Based|Backed|Led|Hospitals|Companies|Investors|Insurers?|Drugmakers?|CROs?|CDMOs?|Hospital operator|"
    r"Startups?|Startup|Biotech (?=firm|startup)|Chinese|"
    r"China-based|American|European|Japanese|Israeli|Indian|British|German|"
    r"Drug|Developer|Maker|Shares|Existing|Leading|Exclusive|Digest|Report|News|Update|Breaking|Why|How|What|Who|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|"
    r"Nov|Dec|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon|Tue|Wed|Thu|Fri|Sat|Sun|CEO|CTO|CFO|COO|Founder|Chairman|"
    r"President|Dr|Mr|Ms|Prof|Professor|Q[1-4]|\d[\d,.]*|[A-Z]\w+[-\u2010]based|"
    r"Medical AI|AI-driven|AI-powered|AI Driven)\s|(?!People|Children|Women|Men|King|Queen|Doctor|Guy|St)[A-Z][\w\-]*[’']s\s)"
)
# The saints and the people after whom hospitals are called own no product.
_OWNER = re.compile(
    r"(?P<owner>(?:[\w\-.&]+\s)+(?!(?:People|Children|Women|Men|King|Queen|Doctor|Guy|Worker|Soldier|Mary|Luke|John|Paul|Thomas|"
    r"Joseph|Teresa|Margaret|Mother)[’'])[A-Z][\w\-]*)[’']s\s(?!(?:Hospital|Clinic|University|Republic)\b)"
)
_CITIES = (
    "China Beijing Shanghai Shenzhen Guangzhou Hangzhou Suzhou Wuhan Nanjing Chengdu Chongqing Tianjin Xiamen Changsha Hefei Ningbo "
    "Qingdao Jinan Xi'an Xian Zhengzhou Dalian Shenyang "
    "Changchun Harbin Kunming Guiyang Hainan Zhejiang Jiangsu Guangdong Sichuan Hubei Hunan Shandong Hebei Henan Fujian Anhui "
    "Jiangxi Yunnan Guizhou Gansu Xinjiang Tibet Taiwan Macau "
    "Singapore Japan Korea Europe America Asia London Boston Israel India Germany France Canada Australia Nasdaq NYSE HKEX STAR "
    "ChiNext Bloomberg Reuters Xinhua Caixin COVID AI IPO US UK EU"
)
_PLACES = frozenset(_CITIES.split()) | {
    "Hong Kong",
    "Hong Kong Stock Exchange",
    "New York",
    "United States",
    "United Kingdom",
    "Greater China",
    "Mainland China",
    "Silicon Valley",
    "Series A",
    "Series B",
    "Series C",
    "Series D",
    "Series E",
    "Saudi Arabia",
    "Middle East",
    "Southeast Asia",
    "Stock Exchange",
}
_NEVER = re.compile(
    r"^(?:Series|Pre-A|Round|Phase|Class|Stage|Figure|Table|Q[1-4]|RMB|USD|CNY|HK|US|CEO|CTO|CFO|FDA|The|It|He|She|We|They|This|That|"
    r"In|On|[A-Z]\d*|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|"
    r"November|December|\d[\w,.]*)$"
    r"|^Series\s[A-H]|^(?:Artificial Intelligence|Medical AI|Healthcare AI|Digital Health|Public Health|Mental Health|Generative AI|"
    r"Clinical Medicine|Internal Medicine|Traditional Chinese Medicine|"
    r"Chinese Medicine|Big Data|Medical Technology|Life Sciences?|Health Care|Private Equity|Venture Capital|Stock Exchange|Medical "
    r"Devices?|Precision Medicine|Smart Hospital|Internet Hospital|Health AI|"
    r"Chief Technology|Health Insurance|Internet Healthcare|Global Health|Smart Healthcare|Data Science|Computer Science|Physical AI|"
    r"Agentic AI|Responsible AI|Open Source AI)$"
)
_BEFORE = re.compile(
    r"(?:\bled by|\bco-led by|\bled jointly by|\bbacked by|\bjoined by|\bparticipation (?:of|from|by)|\binvestors?(?: (?:include|"
    r"included|including|such as|are|were|firms?))?|\binvestment firms?|\bincluding|\balongside(?: new investors)?|"
    r"\bfunding from|\bfinancing from|\bmoney from|\binvestments? (?:from|by)|\bsupport from|\bacquired by|\bowned by|\bpartnership "
    r"with|\bpartnered with|\bcollaboration with|\bin partnership with|"
    r"\bcompany|\bfirm|\bstartup|\bstart-up|\bdeveloper|\bmaker|\bmanufacturer|\bprovider|\bplatform|\bgroup|\bunicorn|\bgiant|"
    r"\bbiotech|\bequity firms?|\bacquires?|\bacquired|\bled the (?:former|latter|round) while)[,:]?\s(?:the\s)?$"
)
_AFTER = re.compile(
    r"^(?:,[^,.;]{3,90},)?(?:\s\([^)]{1,30}\))?,?\s(?:has\s|have\s|had\s|recently\s|reportedly\s|just\s|also\s|is\s|was\s|will\s|"
    r"plans\s|said\s|it\s|last\s\w+\s|successfully\s|today\s|yesterday\s|officially\s)*"
    r"(?:rais(?:ed?|es|ing)|secur(?:ed|es|ing)|complet(?:ed|es)|clos(?:ed|es)|net(?:s|ted)|announc(?:ed|es)|bag(?:s|ged)|land(?:s|"
    r"ed)|receiv(?:ed|es)|fil(?:ed|es)|appl(?:ied|ies) for|submit(?:s|ted)|"
    r"introduc(?:ed|es)|(?:has|have) put |plugged|rolled out|"
    r"deploy(?:ed|s)|integrat(?:ed|es)|adopt(?:ed|s)|list(?:ed|s)\b|started trading|start(?:s|ed) trading|opened at|to raise|to list|"
    r"debuts?\b|debuted|acquir(?:ed|es)|stages?|staged|snags?|scores?|"
    r"scored|pulls in|pulled in|led\b|leads\b|co-led|participated|joined the|invested|backed|roped in|poured|took part|used in|"
    r"uses\b|using\b|launch(?:ed|es)|unveil(?:ed|s)|snagged|nabs|nabbed)"
)
# The same in a Chinese sentence around a Latin name: 初创企业Paxata宣布, 收购Eyefluence.
_BEFORE_ZH = re.compile(
    r"(?:公司|企业|平台|品牌|厂商|机构|独角兽|巨头|团队|收购|投资|入股|注资|由|获得?|来自|买下|并购|控股|投了)了?\s?[“「\"]?$"
)
_AFTER_ZH = re.compile(
    r"^[”」\"]?\s?(?:[(（][^()（）]{1,30}[)）])?(?:公司)?(?:已|正式|近日|日前|今日|今天|宣布|正在|即将|又|再|拟|计划|连续|也|成功|"
    r"最近|刚刚){0,3}"
    r"(?:获|完成|宣布|拿到|融资|领投|跟投|参投|收购|投资|上市|递表|递交|募|筹|发布|推出|上线|接入|部署|的[ABCDEF]轮|再融|公司|"
    r"首席执行官|创始人|CEO|联合创始人|\d[\d.]*\s?[亿万])"
)
_LIST = re.compile(r"^\s?(?:,|;|,? and|,? &|, as well as| as well as|,? together with)\s(?:the\s|new investors\s|existing investors\s)?$")
_CUE = re.compile(
    r"\brais|\bfund|\bround\b|\bfinanc|\binvest|\bIPO\b|\blist|\bacqui|\bcapital\b|\bdeploy|\badopt|\bintegrat|\bhospitals?\b|"
    r"\bin-?house\b|\bcompan|\bprospectus|\bstake|\bpartner|\bcollaborat|\busing\b|\bimplement",
    re.I,
)
# AstraZeneca China and Fosun Pharma are two.
_SUBSIDIARY = re.compile(r"\s(?:China|Asia|Asia Pacific|Japan|Europe|Greater China|Hong Kong)$")
_PAIR = re.compile(
    r"(?:Medical|Health|Science|Technology|Research|Development|Commerce|Industry|Life|Drug|Food|Economic|Innovation|Education|"
    r"Insurance|Engineering|Women|Maternal|Prevention|Information|Control|Family|Arts|Pharmacy|Reform|Import|Pudong|Social|Human|"
    r"Women's|Maternity|Obstetrics|Eye|Ear)$"
)


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    text: str


def find_english(text: str, known: Sequence[tuple[int, int, OrganisationKind]]) -> list[Span]:
    """Names in one English sentence, or in the Latin parts of a Chinese one, by start, never overlapping.

    `known` are the catalogue's names in it; a longer name around one is returned, the known ones themselves are not.
    """
    spans = {(start, end) for start, end, _ in known}
    kinds = {(start, end): kind for start, end, kind in known}
    runs = [run for match in _RUN.finditer(text) for run in _cut_run(_Run(match.start(), match.end(), match[0]), spans)]
    accepted: dict[int, OrganisationKind] = {}
    for i, run in enumerate(runs):
        kind = kinds.get((run.start, run.end)) or _kind(text, run)
        if kind is not None:
            accepted[i] = kind
    if _CUE.search(text):
        _along_lists(text, runs, accepted)
    return [Span(run.start, run.end, accepted[i]) for i, run in enumerate(runs) if i in accepted and (run.start, run.end) not in spans]


def _cut_run(run: _Run, known: set[tuple[int, int]]) -> list[_Run]:
    """A run of capitalised words as the names in it, each without what merely stands before it."""
    out = []
    for piece in [whole for part in _split_conjunctions(run, known) for whole in _split_owner(part)]:
        while True:
            lead = _LEADING.match(piece.text)
            if lead is None or (piece.start, piece.end) in known:
                break
            piece = _Run(piece.start + lead.end(), piece.end, piece.text[lead.end() :])
        text = piece.text.rstrip(" &")
        text = re.sub(r"[’']s$", "", text)
        if text.endswith("-based") or not text:
            continue
        out.append(_Run(piece.start, piece.start + len(text), text))
    return out


def _split_owner(run: _Run) -> list[_Run]:
    """`Alibaba Health's AI` as who owns and what is owned; People's Hospital and the like stay whole."""
    owner = _OWNER.match(run.text)
    if owner is None:
        return [run]
    return [
        _Run(run.start, run.start + owner.end("owner"), owner["owner"]),
        _Run(run.start + owner.end(), run.end, run.text[owner.end() :]),
    ]


def _split_conjunctions(run: _Run, known: set[tuple[int, int]]) -> list[_Run]:
    out, start = [], 0
    for match in re.finditer(r"\s(and|of|for)\s(?:the\s)?", run.text):
        left = run.text[start : match.start()]
        if match[1] != "and":
            if not _INSTITUTION.search(left):
                out.append(_Run(run.start + start, run.start + match.start(), left))
                start = match.end()
            continue
        at = (run.start + start, run.start + match.start())
        listed = at in known or _ends_as(left) is not None or _LEGAL_END.search(left)
        if (listed and not _PAIR.search(left)) or at in known or " " not in left.strip() or _SUBSIDIARY.search(left):
            out.append(_Run(at[0], at[1], left))
            start = match.end()
    out.append(_Run(run.start + start, run.end, run.text[start:]))
    return out


def _ends_as(text: str) -> OrganisationKind | None:
    bare = _LEGAL_END.sub("", text)
    return next((kind for pattern, kind in _END if pattern.match(bare)), None)


def _kind(text: str, run: _Run) -> OrganisationKind | None:
    """The kind of organisation a run names by its end or its place; None when it names none."""
    if run.text in _PLACES or _NEVER.search(run.text) or len(run.text) < 2:
        return None
    legal = _LEGAL_END.search(run.text)
    kind = _ends_as(run.text)
    if legal:
        return kind if kind in ("investor", "hospital") else "company"
    if _FRONT.match(run.text):
        return next((k for k, group in _ENDS.items() if re.match(rf"^(?:{group})\b", run.text)), "agency")
    if kind is not None and " " in run.text:
        return kind
    if len(run.text.split()) > 6:
        return None
    before = _BEFORE.search(text, max(0, run.start - 60), run.start)
    if before is not None:
        return kind or (
            "investor" if re.search(r"led|invest|backed|joined|participation|equity|alongside|including", before[0]) else "company"
        )
    if _AFTER.match(text[run.end : run.end + 140]):
        return kind or "company"
    if _BEFORE_ZH.search(text, max(0, run.start - 8), run.start) or _AFTER_ZH.match(text[run.end : run.end + 60]):
        return kind or ("investor" if re.match(r"\s?(?:领投|跟投|参投)", text[run.end : run.end + 6]) else "company")
    return None


def _along_lists(text: str, runs: Sequence[_Run], accepted: dict[int, OrganisationKind]) -> None:
    """Names beside an accepted one in a list are names of its kind."""
    for order in (range(1, len(runs)), range(len(runs) - 2, -1, -1)):
        step = -1 if order.step == 1 else 1
        for i in order:
            run, seed = runs[i], runs[i + step]
            if i in accepted or i + step not in accepted or run.text in _PLACES or _NEVER.search(run.text) or len(run.text.split()) > 7:
                continue
            between = text[seed.end : run.start] if step == -1 else text[run.end : seed.start]
            if _LIST.match(between):
                accepted[i] = _ends_as(run.text) or accepted[i + step]
