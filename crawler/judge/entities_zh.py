"""Organisations outside the catalogue in Chinese sentences.

A sentence is cut into pieces at punctuation, 和 and 等. In a piece a name is found by its end (医院, 科技, 资本 …), as the
subject of a clause about money, before 领投 or 跟投, in quotes, or beside another name in a list. What stands before the
name (verbs, dates, 医疗AI公司) is cut off by word lists and by the word boundaries of `tagger`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from store.text import is_han

from . import entity_words as words
from .facts import OrganisationKind
from .tagger import Token, cut, tag

_PARENS = re.compile(r"[(（][^()（）]{1,40}[)）]")
_DELIMITER = re.compile(r"[，,、;；:：。!！?？\[\]【】《》<>|\n\t…—~·丨]*[，,、;；:：。!！?？\[\]【】《》<>|\n\t…—~丨“”\"「」『』‘’]")
_ET_CETERA = re.compile(r"等(?=[^候待于级分]|$)")
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"，,。;；]{2,14})[”」』\"]")
_SHORT_FORM = re.compile(r"(?:以下简称|下称|简称|又称|前身为|原名)[为:：]?[“「『\"]?([^“”「」『』\"()（），,。]{2,20})[”」』\"]?")
_CONJUNCTIONS = frozenset(("和", "与", "及", "以及", "暨", "并"))
_LATIN = re.compile(r"[a-z][a-z0-9.&' \-]*[a-z0-9]|[a-z]")
_STOCK = re.compile(
    r"\s?[(（](?:[a-z][a-z .&\-]{1,40}|\d{4,6}(?:\.[a-z]{1,3})?|[^()（）]{0,8}\d{4,6}(?:\.[a-z]{2})?)[,，;；\s]?[^()（）]{0,16}[)）]"
)
_CUT_TAGS = frozenset(("v", "d", "p", "u", "r", "c", "q", "xc", "TIME", "f", "ad", "vd", "w"))
_NAME_TAGS = frozenset(("ORG", "nz", "PER", "LOC", "nw"))
# What may own a hospital whose name follows without a gap: 某大学某医院, 某医疗集团总医院.
_HOLDS = re.compile(r"(?:大学|学院|集团)$")
_AFTER_HARMONY = re.compile(r"(?:医院|医疗|药业|医药|集团|资本|健康|保险)$")
_EDGE = " \x01.·-_'’&"


@dataclass(frozen=True, slots=True)
class Span:
    """A name found in a sentence, offsets in that sentence."""

    start: int
    end: int
    kind: OrganisationKind
    found_by: str = "rule"
    known: bool = False
    sure: bool = False  # by an end that only names have


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    after: str  # the delimiter that ends it: one of ",、&等." or another mark


# Pages that print the reading behind each character, 長(zhǎng)治市: the marks stand inside the name.
_READING = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}[)）]")
_TONE = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")


def find_chinese(text: str, known: Sequence[tuple[int, int, OrganisationKind]]) -> list[Span]:
    """Names in one folded Chinese sentence, by start, never overlapping; `known` are those of the catalogue in it.

    A name that holds a known one inside it (厦门大学附属中山医院) is returned, the known ones themselves are not.
    """
    if _TONE.search(text) is None:
        return _Sentence(text, known).find()
    kept = [i for i in range(len(text)) if not any(m.start() <= i < m.end() for m in _READING.finditer(text))]
    plain = "".join(text[i] for i in kept)
    spans = _Sentence(plain, [(kept.index(a), kept.index(b - 1) + 1, kind) for a, b, kind in known if a in kept and b - 1 in kept]).find()
    ends = [*kept[1:], len(text)]
    return [replace(span, start=kept[span.start], end=ends[span.end - 1]) for span in spans]


class _Sentence:
    def __init__(self, text: str, known: Sequence[tuple[int, int, OrganisationKind]]) -> None:
        self.text = text
        self.flat = _PARENS.sub(lambda match: "\x01" * len(match[0]), text)
        self.tokens = _with_harmony(tag(text) if words.TRIGGER.search(text) else cut(text))
        self.known = [Span(start, end, kind, "catalogue", True, True) for start, end, kind in known]
        self.pieces = self._split()
        self.about_money = words.FUNDING_CUE.search(text) is not None

    def find(self) -> list[Span]:
        """The names in the sentence that the catalogue does not know, by start, never overlapping."""
        found = [span for piece in self.pieces for span in self._by_end(piece.start, piece.end)]
        for match in _PARENS.finditer(self.text):
            found += self._by_end(match.start() + 1, match.end() - 1)
        found += self._quoted()
        if self.about_money:
            found += self._subjects()
            found += self._investors()
            found += self._bought()
        found += self._tagged(found)
        found = _without_overlap([*found, *self.known])
        found = self._along_lists(found)
        return [span for span in _without_overlap(found) if not span.known]

    def _split(self) -> list[_Piece]:
        marks = {match.start(): (match.end(), match[0]) for match in _DELIMITER.finditer(self.flat)}
        marks |= {match.start(): (match.end(), "等") for match in _ET_CETERA.finditer(self.flat)}
        for token in self.tokens:
            if token.text in _CONJUNCTIONS and token.tag in ("", "c", "p") and self.flat[token.start] != "\x01":
                marks.setdefault(token.start, (token.end, "&"))
        pieces, start = [], 0
        for at in sorted(marks):
            end, mark = marks[at]
            if any(span.start < at < span.end for span in self.known):
                continue
            pieces.append(_Piece(start, at, mark))
            start = end
        pieces.append(_Piece(start, len(self.flat), "."))
        return pieces

    def _by_end(self, start: int, end: int) -> Iterator[Span]:
        """Names that end as organisations do, those with a legal form first: 电子商务有限公司 is one end, not two."""
        for match in words.LEGAL_FORM.finditer(self.text, start, end):
            span = self._span(self._left(start, match.end(), match.start()), match.end(), "company")
            if span is not None:
                yield replace(span, kind=words.kind_of(self.text[span.start : match.start()]), sure=True)
            start = match.end()
        last: Span | None = None
        for match in words.ENDS.finditer(self.text, start, end):
            stop = match.end()
            if _goes_on(self.text, match[0], stop):
                continue
            begin = self._left(start, stop, match.start())
            span = self._span(begin, stop)
            if span is None and len(match[0]) == 1:
                continue  # 云县人民医院 begins with what other names end with
            start = stop
            if span is None or not self._is_evident(span, match[0]):
                continue
            if (
                last is not None
                and last.end == begin == span.start
                and span.kind == "hospital"
                and _HOLDS.search(self.text, last.start, last.end)
            ):
                span = replace(span, start=last.start)
            last = replace(span, sure=words.STRONG_END.search(match[0]) is not None)
            yield last

    def _left(self, start: int, end: int, limit: int) -> int:
        """Where the name that ends at `end` begins: after the last word before `limit` that cannot belong to it."""
        for hard in words.CUT_ANYWHERE.finditer(self.text, start, limit):
            rest = self.text[hard.end() : end]
            if rest and not self._inside_known(hard.start()) and not (words.LEGAL_END.search(rest) and _is_generic(rest)):
                start = hard.end()
        for token in self.tokens:
            if not start <= token.start < limit or token.end > limit or self._inside_known(token.start):
                continue
            rest = self.text[token.end : end]
            if token.text in words.CUT_WORDS or (token.tag in _CUT_TAGS and len(token.text) > 1 and rest and not _is_generic(rest)):
                start = token.end
        while start < end and (self.text[start] in _EDGE or (self.text[start] in "与和及暨" and self._ends_before(start))):
            start += 1
        return start

    def _ends_before(self, at: int) -> bool:
        """Whether a name ends just before `at`: what follows is a conjunction, whatever the words say."""
        before = self.text[max(0, at - 8) : at]
        ends = words.STRONG_END.search(before) or words.LEGAL_END.search(before)
        return ends is not None or any(span.end == at for span in self.known)

    def _inside_known(self, at: int) -> bool:
        return any(span.start <= at < span.end for span in self.known)

    def _span(self, start: int, end: int, kind: OrganisationKind | None = None) -> Span | None:
        """The span without its edges, or None when it is no name."""
        while start < end and self.flat[start] in _EDGE:
            start += 1
        while start < end and self.flat[end - 1] in _EDGE:
            end -= 1
        name = self.text[start:end]
        if name.endswith("公司") and not re.search(r"(?:有限|股份|控股|保险|集团|科技|投资|责任)公司$", name):
            end -= 2
            name = name[:-2].rstrip()
            end = start + len(name)
        if not 2 <= len(name) <= 40 or words.NOT_A_NAME.search(name) or _is_generic(name):
            return None
        return Span(start, end, kind or words.kind_of(name))

    def _is_evident(self, span: Span, ending: str) -> bool:
        """Whether a name found by its end is one: strong ends are, weak ones need a sign."""
        name = self.text[span.start : span.end]
        if len(name) <= len(ending):
            return False
        stem = name[: len(name) - len(ending)]
        if words.STRONG_END.search(ending) or words.LEGAL_END.search(ending):
            return True
        if len(stem) > 12:
            return False
        if any(token.tag == "ORG" and token.start < span.end and span.start < token.end for token in self.tokens):
            return True
        if words.APPOSITION.search(self.text, max(0, span.start - 12), span.start) or _STOCK.match(self.text, span.end):
            return True
        inside = [token for token in self.tokens if span.start <= token.start and token.end <= span.start + len(stem)]
        if any(token.tag in ("nz", "PER", "nw") and len(token.text) > 1 and not _is_generic(token.text) for token in inside):
            return True
        return 2 <= len(stem) <= 4 and len(inside) >= 2 and all(len(token.text) == 1 for token in inside)

    def _quoted(self) -> Iterator[Span]:
        """“X” where X ends as a name, or where the text goes on as after a company; and （以下简称“X”）."""
        for match in _SHORT_FORM.finditer(self.text):
            span = self._span(match.start(1), match.end(1))
            if span is not None and not _LATIN.fullmatch(match[1]):
                yield span
        for match in _QUOTED.finditer(self.text):
            ending = words.ENDS.search(match[1])
            whole = ending is not None and ending.end() == len(match[1])
            goes_on = self.about_money and words.MONEY_SUBJECT.match(self.text, match.end())
            named = words.APPOSITION.search(self.text, max(0, match.start() - 8), match.start())
            if whole or goes_on or (named and self.about_money):
                span = self._span(match.start(1), match.end(1))
                if span is not None:
                    yield span

    def _subjects(self) -> Iterator[Span]:
        """What stands before 完成, 获得, 拿到 … in clauses about money."""
        for piece in self.pieces:
            match = words.MONEY_SUBJECT_AT.search(self.flat, piece.start, piece.end)
            if match is None or match.start() - piece.start < 2:
                continue
            end = match.start()
            span = self._span(self._after_description(self._left(piece.start, end, end), end), end)
            if span is None or span.end - span.start > 20 or not self._reads_as_name(span):
                continue
            opens = not self.text[: piece.start].strip(" \x01") or self.text[: piece.start].rstrip()[-1] in "。|!！?？"
            if self._is_named(span) or (opens and words.STRONG_FRAME.match(self.text, match.end())):
                yield span

    def _bought(self) -> Iterator[Span]:
        """What is bought or invested in: 收购X100%股权, 投资X."""
        for match in words.BOUGHT.finditer(self.flat):
            end = match.end("name")
            span = self._span(self._after_description(self._left(match.start("name"), end, end), end), end)
            if span is not None and span.end - span.start <= 16 and self._is_named(span) and self._reads_as_name(span):
                yield span

    def _tagged(self, found: Sequence[Span]) -> Iterator[Span]:
        """What the entity model calls an organisation and no rule has found."""
        for i, token in enumerate(self.tokens):
            if token.tag != "ORG" or any(span.start < token.end and token.start < span.end for span in (*found, *self.known)):
                continue
            last = token
            for other in self.tokens[i + 1 : i + 3]:
                if other.tag not in ("ORG", "nz") or other.start != last.end:
                    break
                last = other
            span = self._span(self._left(token.start, last.end, last.end), last.end)
            if span is not None and not words.CUT_ANYWHERE.search(self.text, span.start, span.end):
                yield replace(span, found_by="entity_model")

    def _is_named(self, span: Span) -> bool:
        """Whether the words of a span speak for a name: an entity, Latin letters, or an end such as 科技."""
        name = self.text[span.start : span.end]
        ending = words.ENDS.search(name)
        if _LATIN.search(name) or (ending and ending.end() == len(name)):
            return True
        return any(token.tag in _NAME_TAGS and token.start < span.end and span.start < token.end for token in self.tokens)

    def _after_description(self, start: int, end: int) -> int:
        """Skip 大数据初创企业 before Paxata: a Latin name, or an entity, that ends the subject stands for itself."""
        tail = re.search(r"[a-z0-9][a-z0-9.&'\- ]*$", self.text[start:end])
        if tail and re.search(r"[a-z]", tail[0]) and tail.start() > 0 and _is_generic(self.text[start : start + tail.start()].strip()):
            return start + tail.start()
        return start

    def _reads_as_name(self, span: Span) -> bool:
        """Whether no word of a span is a pronoun, a particle or the like, and the span is no person's name alone."""
        inside = [token for token in self.tokens if token.start < span.end and span.start < token.end]
        person = len(inside) == 1 and inside[0].tag == "PER" and inside[0].end - inside[0].start <= 3
        place = (
            bool(inside) and all(token.tag == "LOC" for token in inside) and not words.STRONG_END.search(self.text[span.start : span.end])
        )
        return (
            not person
            and not place
            and not any(token.tag in ("r", "u", "p", "c", "w", "m", "TIME", "d") and len(token.text) > 1 for token in inside)
        )

    def _investors(self) -> Iterator[Span]:
        """The last name before 领投, 跟投 …; its neighbours come in along the list. Also 获X投资, 来自X的."""
        for match in words.INVEST_ANCHOR.finditer(self.flat):
            piece = next((p for p in self.pieces if p.start <= match.start() <= p.end), None)
            if piece is None:
                continue
            if match.start() - piece.start < 2:
                piece = next((p for p in reversed(self.pieces) if p.end <= match.start() and p.end - p.start >= 2), None)
                if piece is None or match.start() - piece.end > 3:
                    continue
            end = min(piece.end, match.start()) if match.start() > piece.start else piece.end
            span = self._span(self._left(piece.start, end, end), end)
            if span is not None and span.end - span.start <= 24 and self._is_named(span):
                yield replace(span, kind="investor")
        for match in words.INVEST_OBJECT.finditer(self.flat):
            span = self._span(match.start(1), match.end(1))
            if span is not None and self._reads_as_name(span) and self._is_named(span):
                yield replace(span, kind="investor")

    def _along_lists(self, found: list[Span]) -> list[Span]:
        """Names beside a name in a list (A、B和C等) are names of its kind."""
        out = list(found)
        for order in (range(len(self.pieces)), range(len(self.pieces) - 1, -1, -1)):
            for i in order:
                out += self._neighbour(out, i)
        return out

    def _neighbour(self, found: list[Span], i: int) -> list[Span]:
        piece = self.pieces[i]
        if any(piece.start <= span.start < piece.end for span in found) or piece.end - piece.start < 2:
            return []
        seed = self._seed(found, i)
        if seed is None:
            return []
        end = self._right(piece.start, piece.end) if piece.after not in "、&等,，" else piece.end
        span = self._span(self._left(piece.start, end, end), end)
        if span is None or span.end - span.start > 20 or not self._reads_as_name(span):
            return []
        if words.CUT_ANYWHERE.search(self.text, span.start, span.end):
            return []
        return [
            replace(
                span,
                kind=words.kind_of(self.text[span.start : span.end]) if words.ENDS.search(self.text, span.start, span.end) else seed.kind,
            )
        ]

    def _seed(self, found: list[Span], i: int) -> Span | None:
        """The name that touches piece `i` across 、 or 和."""
        piece = self.pieces[i]
        if piece.after and piece.after in "、&" and i + 1 < len(self.pieces):
            after = self.pieces[i + 1]
            hit = next((span for span in found if after.start <= span.start <= after.start + 1), None)
            if hit is not None:
                return hit
        if i and self.pieces[i - 1].after and self.pieces[i - 1].after in "、&":
            before = self.pieces[i - 1]
            return next((span for span in found if before.start <= span.start and not self.flat[span.end : before.end].strip(_EDGE)), None)
        return None

    def _right(self, start: int, end: int) -> int:
        """Where a name at the end of a list stops: before the first word that cannot belong to it."""
        for token in self.tokens:
            if start < token.start < end and (token.text in words.CUT_WORDS or token.tag in _CUT_TAGS):
                return token.start
        hard = words.CUT_ANYWHERE.search(self.text, start + 1, end)
        return hard.start() if hard else end


def _with_harmony(tokens: list[Token]) -> list[Token]:
    """The words of a text, 和 joined to the single character before it where both begin a name: 养和医院, 泰和健康."""
    out: list[Token] = []
    for i, token in enumerate(tokens):
        alone = token.text == "和" and out and len(out[-1].text) == 1 and out[-1].end == token.start
        if alone and i + 1 < len(tokens) and _AFTER_HARMONY.match(tokens[i + 1].text) and is_han(out[-1].text):
            out[-1] = Token(out[-1].text + token.text, "nz", out[-1].start)
        else:
            out.append(token)
    return out


def _goes_on(text: str, ending: str, end: int) -> bool:
    """Whether the word goes on after the ending: 投资了, 医疗器械 is caught by the longest match, 健康管理 is not a name."""
    if ending.endswith(("有限公司", "公司", ")")) or (ending.endswith(("院", "中心")) and text.startswith("ai", end)):
        return False
    return words.GOES_ON.match(text, end) is not None


def _is_generic(name: str) -> bool:
    return words.GENERIC.fullmatch(name) is not None


def _without_overlap(spans: Sequence[Span]) -> list[Span]:
    """One span where several overlap: known and sure ones before those a clause suggests, then the longest."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda span: (not span.sure, span.start - span.end, not span.known, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in out):
            out.append(span)
    return sorted(out, key=lambda span: span.start)
