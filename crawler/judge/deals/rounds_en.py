"""Funding rounds in English sentences: subject, verb of raising, amount, round, and who paid."""

from __future__ import annotations

import re

from crawler.judge.document import Sentence
from crawler.judge.facts import Amount, FundingStage

from .backers_en import find_backers
from .deal import Backer, Deal, Name, View
from .names_en import first_name, names_in_list, subject_before
from .roles import role_of
from .rounds import find_rounds
from .when import find_day, published_day

_RAISE = (
    r"(?:raises?|raised|raising|bags?|bagged|bagging|nets?|netted|pulls? in|pulled in|brings in|brought in"
    r"|hauls? in|amass(?:es|ed)|garners?|garnered|nabs?|nabbed|snags?|snagged|pockets?|pocketed|lands?"
    r"|landed|banks?|banked|scoops?(?: up)?|scooped(?: up)?|snaps? up|snapped up|secures?|secured|securing|fetch(?:es|ed)"
    r"|rakes? in|raked in|grabs?|grabbed|scores?|scored|attracts?|attracted|obtains?|obtained|picks? up"
    r"|picked up|receives?|received|gets?|got|wins|won|lures?|lured|draws?|drew|takes? in|took in"
    r"|collects?|collected|reels? in|seals?|sealed|gathers?|gathered)"
)
_CLOSE = (
    r"(?:clos(?:es|ed|ing)|complet(?:es|ed|ing)|announc(?:es|ed|ing)|unveil(?:s|ed)|reveal(?:s|ed)"
    r"|finaliz(?:es|ed)|finalis(?:es|ed)|conclud(?:es|ed)|inks?|inked|launch(?:es|ed)|reports?|reported"
    r"|disclos(?:es|ed)|clinch(?:es|ed)|wraps? up|wrapped up|emerges?|emerged|debuts|confirm(?:s|ed)"
    r"|seek(?:s|ing)?|sought|eye(?:s|ing)|is in talks|in talks|targets?|targeting|kicks? off|scrapp?(?:s"
    r"|ed)|cancell?(?:s|ed)|abandon(?:s|ed))"
)
_VERB = re.compile(rf"\b(?P<raise>{_RAISE})\b|\b(?P<close>{_CLOSE})\b")
# Verbs of raising that need no noun beside the sum.
_OF_MONEY = ("rais", "bag", "net", "secur", "pull", "haul", "nab", "snag", "snap")
_NOUN = re.compile(
    r"\b(?:round|financing|fundraising|fundraise|funding|fund-raising|series|seed|venture capital"
    r"|investments?|private placement|capital raise|equity|angel|pre-ipo)\b"
)
_NOMINAL = re.compile(
    r"\b(?:fundraising|fundraise|funding(?: round)?|financing(?: round)?|round"
    r"|series [a-h]\+*(?: round)?) (?:by|for|of) (?!the |its |a |about|around|\$|us\$|rmb|over|up)"
)
_POSSESSED = re.compile(
    r"(?P<name>[A-Z][\w.&\-]*(?: [A-Z][\w.&\-]*){0,4})(?:’s|'s|’|ʼs) (?:latest |new |recent |massive "
    r"|[^ ]{1,4}[\d.]+ ?(?:m|million|billion|bn|b)? )?(?:[Pp]re-)?(?:[Ss]eries [A-H]|[Ss]eed"
    r"|[Aa]ngel)[\w+]*(?: (?:round|funding|financing|extension))?"
)
_LEADS = re.compile(r"\b(?:leads|led|co-leads|co-led|to lead|invests?|invested|pours?|poured|pumps?|pumped|injects?|injected)\b")
_ROUND_UP = re.compile(r"\band (?:\d+ )?(?:other|more)\b|\b(?:which|had)\b")
_IPO = re.compile(
    r"\bipo\b|initial public offering|stock exchange|\bdebut\b|share sale|\blisting\b|prospectus|nasdaq"
    r"|share offering|public offering|hkex|went public|secondary|(?:start|begin|started|began) trading"
)
_FUND = re.compile(
    r"\b(?:for (?:its|a|the) (?:\w+[ -]){0,4}(?:fund|vehicle)\b|(?:venture|healthcare|buyout"
    r"|\w+) fund\b(?! led)|fund (?:i|ii|iii|iv|v|vi)\b|new fund\b|debut fund\b|investment fund\b|forms?"
    r"|formed|set(?:s|ting)? up)"
)
_TALKS = re.compile(
    r"\b(?:in talks|seek(?:s|ing)?|sought|plans? to|planning to|looking to|looks to|aims? to|aiming to"
    r"|consider(?:s|ing)|mull(?:s|ing)|eye(?:s|ing)|hopes? to|set to|expects? to|expected to|near(?:s|ing)"
    r"|close to (?:rais|clos|secur)|is raising|are raising|wants? to|intends? to|could raise|may raise"
    r"|to raise|target(?:s|ing)|reportedly raising|discussions?|kicks? off)\b"
)
_DENIED = re.compile(
    r"\b(?:denied|denies|deny|has not|have not|had not|hasn't|haven't|did not|didn't|no plans?|not raised"
    r"|never raised|failed to|untrue|false report|yet to)\b"
)
_ENDED = re.compile(
    r"\b(?:scrapp?(?:s|ed)|cancell?(?:s|ed)|abandon(?:s|ed)|called off|fell through|collapsed|shelved|terminated|suspended)\b"
)
_PAST = re.compile(
    r"\b(?:previously|earlier|prior|last year|(?<!it )had (?:raised|secured|closed|completed)|in (?:19|20)\d\d"
    r"|comes? (?:after|on (?:the )?heels?)|came after|on heels? of|following (?:its|a|the)|followed (?:its"
    r"|a)|its (?:last|previous)|previous round|(?:months|years?) ago|already raised|most recently)\b"
)
_MANY = re.compile(
    r"\b(?:companies|startups|start-ups|firms|biotechs|bioventures|ventures|drugmakers|deals|sector"
    r"|industry|investors|players|vc-backed|combined|\d+ (?:deals|rounds|companies))\b"
)
# `raised $20m`, not `raised its guidance to $20m`.
_SUM_FOLLOWS = re.compile(
    r" (?:(?:a|an|another|some|about|around|approximately|over|more than|nearly|up to|as much as|at least"
    r"|further|fresh|additional|total|of|“) ?)*"
)
_INVESTS = re.compile(
    r"\b(?:invest(?:s|ed)|pours?|poured|pumps?|pumped|injects?|injected|puts?) [^.;]{2,40}? (?:in"
    r"|into) (?!\w+ (?:\d{4}|centres?|centers?|research|facilit))"
)
_UNDATED = re.compile(r"\b(?:founded|established|launched|set up|incorporated|created|since) (?:in )?(?:\w+ )?(?:19|20)\d\d")
_DEBT = re.compile(r"\b(?:bonds?|notes|loan|credit facility|debt|convertible)\b")
_GRANT = re.compile(r"\bgrants?\b")


def find_rounds_en(view: View, sentence: Sentence) -> list[Deal]:
    """Funding rounds that one English sentence tells, in the order it tells them."""
    verbs = list(_VERB.finditer(view.folded, sentence.start, sentence.end))
    deals: list[Deal] = []
    for index, verb in enumerate(verbs):
        following = _next_start(view, verbs, index, sentence)
        if deals and deals[-1].amount is not None and verb.start() < deals[-1].amount.end:
            continue
        deal = _told(view, sentence, verb, following)
        if deal is not None:
            known = next(
                (d for d in deals if d.company.text == deal.company.text and not (d.round and deal.round and d.round != deal.round)), None
            )
            if known is None:
                deals.append(deal)
                view.last = deal.company
    return deals or _invested(view, sentence) or _nominal(view, sentence)


def _next_start(view: View, verbs: list[re.Match[str]], index: int, sentence: Sentence) -> int:
    """Where the next verb's clause begins: the object of this verb ends there."""
    for other in verbs[index + 1 :]:
        breaks = list(
            re.compile(r"[;•]|, while | while |, and (?=[a-z]+ )|\band (?=[A-Z])|, but ").finditer(
                view.full, verbs[index].end(), other.start()
            )
        )
        if breaks and "," not in view.full[breaks[-1].end() : other.start()]:
            return breaks[-1].start()
    return sentence.end


def _told(view: View, sentence: Sentence, verb: re.Match[str], following: int) -> Deal | None:
    """The deal that one verb tells, or None when it raises something else."""
    region = view.folded[verb.end() : following]
    before = view.folded[sentence.start : verb.start()]
    around = view.folded[sentence.start : following]
    noun = _NOUN.search(region)
    amount, valuation = _amounts(view, sentence, verb.end(), following)
    rounds = find_rounds(view.full, view.folded, verb.end(), following)
    if verb["raise"] is None and not (rounds or (noun and noun.start() < 90 and (amount or "round" in region or "financing" in region))):
        return None
    if not rounds and not (noun and noun.start() < 110) and not (verb["raise"] and verb["raise"].startswith(_OF_MONEY) and amount):
        return None
    if (_IPO.search(around) and not rounds) or (_FUND.search(around) and not rounds) or _MANY.search(before[-60:]):
        return None
    if amount is not None and amount.start - verb.end() > 90 and not rounds:
        amount = None
    if amount is not None and not rounds and noun is None and not _SUM_FOLLOWS.fullmatch(view.folded[verb.end() : amount.start]):
        return None
    if amount is None and not rounds and not (noun and re.search(r"round|financing|fundrais|new funding|fresh funding", region)):
        return None
    if amount is not None and role_of(amount, view.folded, sentence.start, sentence.end) == "total":
        return None
    company = subject_before(view, sentence.start, verb.start())
    if company is None:
        return None
    deal = Deal("funding", company, sentence, amount, rounds[0].written if rounds else None, valuation=valuation)
    return _finish(view, deal, (verb.start(), following), strategic=bool(rounds and rounds[0].strategic))


def _finish(view: View, deal: Deal, span: tuple[int, int], *, strategic: bool) -> Deal:
    sentence = deal.sentence
    clause = view.folded[max(sentence.start, span[0] - 60) : span[1]]
    near = view.folded[max(sentence.start, span[0] - 50) : min(span[0] + 60, span[1])]
    deal.backers = [b for b in find_backers(view, span[0], span[1]) if b.name.text not in deal.company.text]
    deal.stage = _stage(near)
    deal.denied = bool(_DENIED.search(near))
    deal.on = find_day(view.folded[span[0] : span[1]], view.published) or find_day(
        _UNDATED.sub("", view.folded[sentence.start : span[0]]), view.published
    )
    base = published_day(view.published)
    deal.background = bool(_PAST.search(_UNDATED.sub("", view.folded[max(sentence.start, span[0] - 40) : span[1]]))) or bool(
        deal.on and base and (base - deal.on).days > 75
    )
    deal.kind = (
        "strategic" if strategic else "grant" if _GRANT.search(clause) else "debt" if _DEBT.search(clause) and not deal.round else "venture"
    )
    deal.weight = 0.5 + 0.15 * bool(deal.round) + 0.15 * bool(deal.amount) + 0.1 * bool(deal.backers)
    return deal


def _stage(near: str) -> FundingStage:
    if _ENDED.search(near):
        return "terminated"
    return "talks" if _TALKS.search(near) else "done"


def _amounts(view: View, sentence: Sentence, start: int, end: int) -> tuple[Amount | None, Amount | None]:
    """The size of the round and the valuation that stand after the verb."""
    size = valuation = undisclosed = None
    for amount in view.amounts_in(start, end):
        role = role_of(amount, view.folded, sentence.start, sentence.end)
        if role == "valuation":
            valuation = valuation or amount
        elif role in ("size", "total") and amount.low is None:
            undisclosed = undisclosed or amount
        elif role in ("size", "total"):
            size = size or amount
    return size or undisclosed, valuation


def _invested(view: View, sentence: Sentence) -> list[Deal]:
    """`Tencent invests $20 million in imaging startup Lumen`: the investor is the subject."""
    match = _INVESTS.search(view.folded, sentence.start, sentence.end)
    amounts = view.amounts_in(match.start(), match.end()) if match else []
    company = first_name(view, match.end(), min(match.end() + 120, sentence.end)) if match else None
    if match is None or company is None or not amounts or _FUND.search(view.folded, sentence.start, sentence.end):
        return []
    verb = view.folded.rfind("have ", sentence.start, match.start())
    first = verb if 0 <= match.start() - verb <= 6 else match.start()
    deal = Deal("funding", company, sentence, amounts[0])
    _finish(view, deal, (match.start(), sentence.end), strategic=False)
    deal.backers = [Backer(name) for name in names_in_list(view, sentence.start, first)] + deal.backers
    return [deal] if deal.backers else []


def _nominal(view: View, sentence: Sentence) -> list[Deal]:
    """Rounds told by nouns: `$700m series C fundraising by Abogen`, `CICC Capital leads METiS's Series C round`."""
    deals: list[Deal] = []
    for match in _NOMINAL.finditer(view.folded, sentence.start, sentence.end):
        company = first_name(view, match.end(), min(match.end() + 90, sentence.end))
        if company is not None:
            deals += _noun_deal(view, sentence, company, (max(sentence.start, match.start() - 60), min(match.end() + 140, sentence.end)))
    for match in _POSSESSED.finditer(view.full, sentence.start, sentence.end):
        company = Name(match["name"], *match.span("name"))
        deals += _noun_deal(view, sentence, company, (match.start(), min(match.end() + 40, sentence.end)))
    return deals[:3]


def _noun_deal(view: View, sentence: Sentence, company: Name, span: tuple[int, int]) -> list[Deal]:
    amount, valuation = _amounts(view, sentence, *span)
    rounds = find_rounds(view.full, view.folded, *span)
    lead = _LEADS.search(view.folded, sentence.start, span[0])
    if amount is None and (lead is None or _ROUND_UP.search(view.folded, sentence.start, sentence.end)):
        return []
    deal = Deal("funding", company, sentence, amount, rounds[0].written if rounds else None, valuation=valuation)
    _finish(view, deal, (span[0], sentence.end), strategic=bool(rounds and rounds[0].strategic))
    if lead is not None:
        investor = subject_before(view, sentence.start, lead.start())
        if investor is not None and investor.text != company.text:
            deal.backers = [Backer(investor, "lead" in lead[0] or "led" in lead[0])]
    view.last = company
    return [deal]
