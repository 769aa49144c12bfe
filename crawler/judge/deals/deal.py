"""A deal under construction, and the shared view of the text that the grammars read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from crawler.judge.document import Reading, Sentence
from crawler.judge.facts import Amount, FundingKind, FundingStage, Mention

from .words_zh import GENERIC, NOT_IN_NAME


class Name(NamedTuple):
    """A name as written, and where it stands in the whole text."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Backer:
    """An investor or a buyer."""

    name: Name
    lead: bool = False


@dataclass(slots=True)
class Deal:
    """What one sentence tells about one deal."""

    type: Literal["funding", "ipo", "acquisition"]
    company: Name
    sentence: Sentence
    amount: Amount | None = None
    round: str | None = None
    backers: list[Backer] = field(default_factory=list)
    valuation: Amount | None = None
    stage: FundingStage = "done"
    kind: FundingKind = "venture"
    on: date | None = None
    background: bool = False
    denied: bool = False
    in_title: bool = False
    weight: float = 0.6


class View:
    """One text as the grammars of deals read it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.full = reading.full
        self.folded = reading.folded
        self.published = reading.document.published
        self.last: Name | None = None  # the company spoken of last

    def sentence_text(self, sentence: Sentence) -> str:
        """The folded text of a sentence."""
        return self.folded[sentence.start : sentence.end]

    def amounts_in(self, start: int, end: int) -> list[Amount]:
        """Amounts that lie between two offsets."""
        return [a for a in self.reading.amounts if a.start >= start and a.end <= end]

    def organisation_in(self, start: int, end: int) -> Mention | None:
        """The organisation of the catalogue that covers most of the span, or None."""
        best: Mention | None = None
        for mention in self.reading.catalogued:
            inside = mention.target == "organisation" and mention.start >= start and mention.end <= end
            if inside and (best is None or mention.end - mention.start > best.end - best.start):
                best = mention
        return best if best is not None and 2 * (best.end - best.start) >= end - start else None

    def is_chinese(self, sentence: Sentence) -> bool:
        """Whether a sentence is read by the Chinese grammar."""
        bare = _IN_BRACKETS.sub("", sentence.text)
        return _HAN.search(bare) is not None or not _WORDS.search(bare)

    def notice(self, sentence: Sentence) -> None:
        """Remember the organisation that a sentence opens with, for 公司 and "the company" in what follows."""
        opening = (_OPENING_ZH if self.is_chinese(sentence) else _OPENING_EN).match(self.full, sentence.start, sentence.end)
        if opening:
            start, end = opening.span("name")
            while start < end and self.full[start] in '“「"':
                start += 1
            while end > start and self.full[end - 1] in '”」"':
                end -= 1
            name = self.folded[start:end]
            if GENERIC.fullmatch(name) is None and NOT_IN_NAME.search(name) is None:
                self.last = Name(self.full[start:end], start, end)

    def topic(self) -> Name | None:
        """The organisation that the title is about, where it opens with one: `Name(02587.HK)`, `Name: prospectus`."""
        match = _TITLE_NAME.match(self.full, 0, max(self.reading.body_start - 1, 0))
        return Name(match["name"], *match.span("name")) if match else None


_HAN = re.compile("[\u4e00-\u9fff]")
_IN_BRACKETS = re.compile(r"[(（][^()（）]{1,30}[)）]")
_WORDS = re.compile(r"[A-Za-z]{2,} [a-z$]{2,}|[a-z]{2,}")
_OPENING_ZH = re.compile(
    r"(?:据悉[,，])?(?P<name>[“「]?[\w&.·+\-]{2,16}?[”」]?)(?: ?[（(][^（()）]{1,40}[)）])? ?(?:是一?[家个]"
    r"|是国内|成立于|创立于|创办于|创始于|总部位于)"
)
_OPENING_EN = re.compile(
    r"(?:[a-z][\w\-]* |[A-Z][\w]*(?:-based|-listed) |(?:Online|Chinese|The) |[\w]+ (?:[a-z]+ )+)?"
    r"(?P<name>[A-Z][\w&.\-]*(?: [A-Z][\w&.\-]*){0,4})(?: \([^()]{1,60}\))?,? (?:is (?:a|an|the|one)"
    r"|was founded|founded in|a |an |which |who )"
)
_TITLE_NAME = re.compile(r"(?:【[^】]{1,12}】)?(?P<name>[\w\-]{2,16})\s*[(（](?:\d{4,6}\.?(?:HK|SZ|SH|BJ)?|[A-Z]+:? ?[A-Z]+)[)）]")
