"""Figures that organisations report: measure, amount, period. Forecasts, targets and market sizes are none.

Measures: revenue, net_profit, adjusted_net_profit, net_loss, gross_profit, operating_profit, rd_expense, sales.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from .deals.when import published_day
from .document import Reading, Sentence
from .facts import Amount, Fact, Found, Mention, Party, Results
from .parties import MEDIA, Field, speaks_of_health

_MEASURES: tuple[tuple[str, str], ...] = (
    (
        "adjusted_net_profit",
        r"扣非(?:后)?(?:归母)?净利润?|经调整(?:后)?(?:净)?(?:利润|溢利)|adjusted net (?:profit|income)|non-gaap net income|"
        r"non-ifrs (?:profit|net profit)",
    ),
    ("net_loss", r"净亏损|归母净亏损|亏损(?!面)|net loss(?:es)?|adjusted loss|loss(?:es)? for the (?:year|period)"),
    ("net_profit", r"归母净利润?|归属于[^,，。]{0,16}净利润|净利润?|净溢利|net profits?|net income|profit attributable"),
    ("operating_profit", r"营业利润|经营利润|operating (?:profit|income)"),
    ("gross_profit", r"毛利(?!率)润?|gross profit(?! margin)"),
    (
        "rd_expense",
        r"研发(?:投入|费用|开支|支出)|r&d (?:expenses?|spending|investment|costs?)|research and development (?:expenses?|spending)",
    ),
    ("sales", r"销售(?:额|收入)|\bsales\b"),
    ("revenue", r"营业总?收入|营收|(?<!年)(?<!家庭)(?<!人均)总?收入(?!中位数|低于|高于|差距)|营业额|total revenues?|revenues?|turnover"),
)
_MEASURE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _MEASURES))
_PERIOD = re.compile(
    r"(?:20\d\d ?年)?(?:度)?(?:第[一二三四1-4]季度|前[一二三]季度|上半年|下半年|前[三六九]个?月|全年|[一二三四]季度|中期|"
    r"半年度)|20\d\d ?(?:财年|年度|年)|20\d\d ?(?:q[1-4]|h[12])|(?:fy|q[1-4]|h[12]|[1-4]q|[12]h) ?(?:20)?\d\d|"
    r"\b(?:(?:the )?(?:first|second|third|fourth) (?:quarter|half)(?: of)?(?: 20\d\d)?|"
    r"first nine months(?: of)?(?: 20\d\d)?|(?:full|fiscal) year(?: 20\d\d)?|(?:the )?(?:year|period|quarter|six months|"
    r"nine months) end(?:ed|ing) [a-z]+ ?\d{0,2},?(?: 20\d\d)?|in 20\d\d|for 20\d\d|last (?:year|quarter))"
)
_AHEAD = re.compile(
    r"预计|预期|有望|目标|预测|指引|将达|或达|展望|力争|计划|市场规模|估计|假设|累计|家庭|\b(?:expect(?:s|ed)?|forecasts?|"
    r"guidance|projected|targets?|outlook|estimated?|could reach|will|market size|analysts)\b"
)
_CONTRARY = re.compile(r"未披露|没有公布|并未公布|尚未公布|\b(?:did not|has not) (?:disclose|report|publish)")
_BETWEEN = re.compile(r"(?:[^,，。;；\d]|(?<=\d)[.,](?=\d)|[\d.]+ ?%|20\d\d ?年?)*")
_FROM = re.compile(r"(?:从|由|\bfrom)\s?$")
_TO = re.compile(r"[^,，。;；]{0,12}(?:至|到|为|\bto)\s?")
_REPORTS = re.compile(
    r"财报|年报|季报|业绩|同比|实现|营收|收入|利润|亏损|\b(?:report(?:ed|s)?|posted|recorded|year[- ]on[- ]year|revenues?|"
    r"net|up|rose|fell|results|profit|loss)\b"
)
_FAR, _BACK = 48, 200


def find_results(reading: Reading) -> Found:
    """Reported figures, one per organisation, measure and period. Nothing is ever denied here."""
    if not _MEASURE.search(reading.folded) or not speaks_of_health(reading) or not reading.amounts:
        return Found([], [])
    facts: list[Fact] = []
    field: Field | None = None
    seen: set[tuple[str, str, str | None]] = set()
    for sentence in reading.sentences:
        for match, amount in _figures(reading, sentence):
            field = field or Field(reading)
            who = _organisation(field, sentence, match)
            if who is None:
                continue
            measure, period = match.lastgroup or "revenue", _period(reading, sentence, match)
            key = (field.identity(who), measure, period)
            if key not in seen:
                seen.add(key)
                facts.append(_fact(reading, sentence, who, measure=measure, amount=amount, period=period))
    return Found(facts, [])


def _figures(reading: Reading, sentence: Sentence) -> list[tuple[re.Match[str], Amount]]:
    """Measures of the sentence with the sum that follows each."""
    folded = reading.folded
    out: list[tuple[re.Match[str], Amount]] = []
    starts = [a.start for a in reading.amounts]
    for match in _MEASURE.finditer(folded, sentence.start, sentence.end):
        at = bisect_left(starts, match.end())
        if at == len(starts):
            continue
        amount = reading.amounts[at]
        if _FROM.search(folded, match.end(), amount.start) and at + 1 < len(starts) and _TO.fullmatch(folded, amount.end, starts[at + 1]):
            amount = reading.amounts[at + 1]
        near = (
            amount.end <= sentence.end
            and amount.start - match.end() <= _FAR
            and (amount is not reading.amounts[at] or _BETWEEN.fullmatch(folded, match.end(), amount.start))
        )
        before = folded[max(sentence.start, match.start() - 60) : amount.start]
        taken = any(other is amount for _, other in out)
        if near and not taken and not _AHEAD.search(before) and not _CONTRARY.search(before) and amount.low is not None:
            out.append((match, amount))
    return out if _REPORTS.search(folded, sentence.start, sentence.end) else []


def _organisation(field: Field, sentence: Sentence, match: re.Match[str]) -> Mention | None:
    named = [m for m in field.within(sentence.start, match.start()) if m.kind == "company" and not MEDIA.search(m.as_written)]
    return named[-1] if named else field.before(sentence.start, "company", reach=_BACK)


def _period(reading: Reading, sentence: Sentence, match: re.Match[str]) -> str | None:
    """The period as written: the nearest before the measure in this sentence, else after it, else the last one before."""
    inside = list(_PERIOD.finditer(reading.folded, sentence.start, sentence.end))
    left = [m for m in inside if m.end() <= match.start()]
    chosen = left[-1] if left else inside[0] if inside else None
    if chosen is None:
        earlier = list(_PERIOD.finditer(reading.folded, max(0, sentence.start - 200), sentence.start))
        chosen = earlier[-1] if earlier else None
    return reading.full[chosen.start() : chosen.end()].strip() if chosen else None


def _fact(reading: Reading, sentence: Sentence, who: Mention, *, measure: str, amount: Amount, period: str | None) -> Results:
    return Results(
        type="results",
        evidence=sentence.evidence(),
        announced_on=published_day(reading.document.published),
        confidence=0.8 if who.id else 0.65,
        organisation=Party(who.id, who.as_written),
        measure=measure,
        amount=amount,
        period=period,
    )
