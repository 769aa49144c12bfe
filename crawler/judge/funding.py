"""Funding rounds, IPO steps and acquisitions that a text states, each with the sentence that proves it."""

from __future__ import annotations

import re

from .deals import acquisition, backers_en, backers_zh, ipo, merge
from .deals.deal import Deal, View
from .deals.rounds_en import find_rounds_en
from .deals.rounds_zh import find_rounds_zh
from .document import Reading, Sentence
from .facts import Found

# Without one of these no deal is told; most news ends here.
_ROUND_TRIGGER = re.compile(
    r"战略投资|入股|投资了|融资|融了|再融|轮投资|天使|领投|跟投|参投|注资|募资|追加[^。]{1,14}投资|中期票据|公司债|可转债"
    r"|科创债|资助|拨款|基金[^。]{0,8}(?:募集|首关|终关|关账)|\brais(?:e[sd]?|ing)\b|series [a-h]\b"
    r"|financing"
    r"|funding|fundrais|\bseed\b|strategic investment|invests |invested |pours |poured "
    r"|\b(?:bags?|bagged|nabs?|nabbed|snaps up|snapped up|nets|netted|secures?|secured|hauls|snags|lands|landed)\b"
)


_THIS_ROUND = re.compile(r"[本此]轮|本次|这轮|\bth(?:is|e new|e latest) round")
_TRIGGER = re.compile(f"{_ROUND_TRIGGER.pattern}|{ipo.TRIGGER.pattern}|{acquisition.TRIGGER.pattern}")


def find_funding(reading: Reading) -> Found:
    """Find what the text tells about rounds, IPO steps and acquisitions (`type`: funding, ipo, acquisition).

    `facts` holds what happened or is said to happen, newest first within a company; `denied` what the text says is not so.
    Pure; cheap for texts without any word of finance.
    """
    if not _TRIGGER.search(reading.folded):
        return Found([], [])
    view = View(reading)
    deals: list[Deal] = []
    quiet = 0  # sentences since the last round was told
    for sentence in reading.sentences:
        view.notice(sentence)
        found = _in_sentence(view, sentence)
        deals += found
        quiet = 0 if found else quiet + 1
        if not found and deals and quiet <= 6:
            _continue(view, deals, sentence)
    return merge.as_facts(view, merge.merged(view, deals))


def _in_sentence(view: View, sentence: Sentence) -> list[Deal]:
    """All deals of one sentence."""
    found: list[Deal] = []
    if _ROUND_TRIGGER.search(view.folded, sentence.start, sentence.end):
        found += find_rounds_zh(view, sentence) if view.is_chinese(sentence) else find_rounds_en(view, sentence)
    if ipo.TRIGGER.search(view.folded, sentence.start, sentence.end):
        found += ipo.find_ipos(view, sentence)
    if acquisition.TRIGGER.search(view.folded, sentence.start, sentence.end):
        found += acquisition.find_acquisitions(view, sentence)
    for deal in found:
        deal.in_title = sentence.end < view.reading.body_start
    return found


def _continue(view: View, deals: list[Deal], sentence: Sentence) -> None:
    """Investors that a sentence after the round's own names belong to that round."""
    rounds = [deal for deal in deals if deal.type == "funding" and not deal.denied]
    if _THIS_ROUND.search(view.folded, sentence.start, sentence.end):
        rounds = [deal for deal in rounds if not deal.background] or rounds
    if not rounds:
        return
    if view.is_chinese(sentence):
        if backers_zh.TRIGGER.search(view.folded, sentence.start, sentence.end):
            merge.add_backers(rounds[-1], backers_zh.find_backers(view, sentence.start, sentence.end))
    elif backers_en.TRIGGER.search(view.folded, sentence.start, sentence.end):
        merge.add_backers(rounds[-1], backers_en.find_backers(view, sentence.start, sentence.end))
