"""Organisations outside the catalogue, and how they and the catalogue's settle where they meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from store.text import is_han

from .document import Sentence
from .entities_en import find_english
from .entities_zh import Span, find_chinese
from .facts import Mention

# A department or branch after its hospital folds into it: 北京协和医院神经科, 瑞金医院卢湾分院.
_BRANCH = re.compile(r"[^,，。、;；:：\s的在与和及]{0,8}?(?:分院|院区|互联网医院|医院集团)")
# What a legal name adds to the name everybody uses: 微医控股有限公司, Ant Group Co., Ltd.
_LEGAL_TAIL = re.compile(
    r"(?:科技|技术|控股|集团|信息|医疗|健康|智能|网络|生物|制药|股份|\(集团\)|[(（][^()（）]{2,4}[)）])*(?:有限责任|股份有限|有限)公司"
    r"|(?:\s(?:Technology|Technologies|Medical|Holdings|Group|Healthcare|Information|Pharmaceutical|Pharmaceuticals))*"
    r"(?:,?\s?(?:Co\.?,?\s?Ltd\.?|Inc\.?|Ltd\.?|Limited|Corp\.?|LLC|PLC))+"
)
_LEADING = re.compile(r"(?:China|Chinese|China['’]s|.*['’]s|中国|国内|美国)\s?")


def find_outside(full: str, folded: str, sentence: Sentence, catalogued: Sequence[Mention]) -> list[Mention]:
    """Those of `catalogued` that begin in `sentence`, plus the organisations that the rules find there, by start, never overlapping."""
    known = [m for m in catalogued if m.start < sentence.end and sentence.start < m.end]
    out = _in_sentence(full, folded, sentence, known)
    kept = [m for m in known if m.start >= sentence.start and all(m.end <= o.start or o.end <= m.start for o in out)]
    return sorted([*kept, *out], key=lambda mention: mention.start)


def _in_sentence(full: str, folded: str, sentence: Sentence, known: Sequence[Mention]) -> list[Mention]:
    written = full[sentence.start : sentence.end]
    taken = [(m.start - sentence.start, m.end - sentence.start, m) for m in known]
    organisations = [(start, end, m.kind) for start, end, m in taken if m.target == "organisation"]
    spans: list[Span] = []
    if any(is_han(char) for char in written):
        spans += find_chinese(folded[sentence.start : sentence.end], organisations)  # type: ignore[arg-type]
    spans += find_english(written, organisations)  # type: ignore[arg-type]
    out: list[Mention] = []
    for span in sorted(spans, key=lambda span: span.start - span.end):
        mention = _settle(full, sentence.start, span, [m for _, _, m in taken])
        if mention is not None and all(mention.end <= o.start or o.end <= mention.start for o in out):
            out.append(mention)
    return out


def _settle(full: str, base: int, span: Span, known: Sequence[Mention]) -> Mention | None:
    """The mention for a span: none where the catalogue knows better, the hospital's own where a branch of it is meant."""
    start, end = base + span.start, base + span.end
    inside = [m for m in known if m.start < end and start < m.end]
    for m in inside:
        if m.target == "model" or (m.start <= start and end <= m.end) or m.start < start or m.end > end:
            return None
    if any(m.end == end and _LEADING.fullmatch(full, start, m.start) for m in inside):
        return None
    same = next((m for m in inside if m.start == start and _LEGAL_TAIL.fullmatch(full, m.end, end)), None)
    if same is not None:
        return replace(same, as_written=full[start:end], end=end)
    host = next((m for m in inside if m.start == start and m.kind == "hospital"), None)
    as_written = full[start:end]
    if host is not None and (_BRANCH.fullmatch(full, host.end, end) or span.kind == "hospital"):
        return Mention("organisation", host.id, as_written, start, end, host.kind, host.name_en, host.name_zh)
    return Mention("organisation", None, as_written, start, end, span.kind, found_by="rule")
