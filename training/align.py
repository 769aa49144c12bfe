"""Labels as strings → marks on characters: where in the text each role of each event stands, and what belongs together.

A label names a role by its words, not by its place. The occurrence meant is looked for in the sentences that hold most of the event;
others of the same words are neither right nor wrong for the reader, and are left out of its loss.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.judge.reader.shape import CHOICE, FLAG, LINK, MARK
from crawler.judge.registry import BY_NAME, Kind
from store.text import SENTENCE_END

Span = tuple[int, int]


def sentence_ends(full: str) -> list[int]:
    """Where the sentences of a text end."""
    return [match.end() for match in SENTENCE_END.finditer(full)]


@dataclass(slots=True)
class Aligned:
    """Marks of one text: spans count characters of title, line feed and text (the text alone without a title)."""

    marks: set[tuple[int, Span]] = field(default_factory=set)  # column of the mark, where
    unsure: set[tuple[int, Span]] = field(default_factory=set)  # left out of the loss
    links: dict[tuple[int, Span, Span], bool] = field(default_factory=dict)  # column of the link, anchor, mention → belongs together
    told: dict[tuple[int, Span], bool] = field(default_factory=dict)  # column of a choice or flag, where → holds


@dataclass(frozen=True, slots=True)
class _Event:
    kind: Kind
    words: dict[str, list[str]]  # role → its words
    row: Mapping[str, Any]


def align(full: str, events: Sequence[Mapping[str, Any]], ends: Sequence[int]) -> Aligned:
    """Where the roles of labelled `events` stand in `full`, whose sentences end at `ends`."""
    out = Aligned()
    read = [_read(event) for event in events]
    longer = {(event.kind.name, role, word) for event in read for role, words in event.words.items() for word in words}
    placed = [_place(full, event, ends, longer, out) for event in read]
    _link(read, placed, ends, out)
    for event, places in zip(read, placed, strict=True):
        _tell(full, event, places, out)
    out.unsure -= out.marks
    return out


def _read(row: Mapping[str, Any]) -> _Event:
    kind = BY_NAME[row["type"]]
    words: dict[str, list[str]] = {}
    for role in kind.roles:
        value = row.get(role.name)
        if role.name == "investors":
            value = list(dict.fromkeys([*(value or []), *(row.get("lead") or [])]))
        if role.tagged and value:
            words[role.name] = [value] if isinstance(value, str) else list(value)
    return _Event(kind, words, row)


def find(full: str, word: str) -> list[Span]:
    """Where `word` stands in `full` as a word of its own: not inside a longer Latin word or number."""
    spans, at = [], full.find(word)
    while at >= 0 and word:
        end = at + len(word)
        if not (_glued(full, at - 1, at) or _glued(full, end - 1, end)):
            spans.append((at, end))
        at = full.find(word, at + 1)
    return spans


def _glued(full: str, left: int, right: int) -> bool:
    if left < 0 or right >= len(full):
        return False
    a, b = full[left], full[right]
    return a.isascii() and b.isascii() and a.isalnum() and b.isalnum() and (a.isdigit() == b.isdigit())


def _occurrences(full: str, event: _Event, role: str, longer: Iterable[tuple[str, str, str]]) -> list[Span]:
    spans: list[Span] = []
    for word in event.words[role]:
        covering = [
            span
            for kind, other_role, other in longer
            if kind == event.kind.name and other_role == role and len(other) > len(word) and word in other
            for span in find(full, other)
        ]
        spans += [s for s in find(full, word) or _loose(full, word) if not any(c[0] <= s[0] and s[1] <= c[1] for c in covering)]
    return sorted(set(spans))


def _loose(full: str, word: str) -> list[Span]:
    at = full.find(word)
    return [(at, at + len(word))] if at >= 0 else []


def _place(full: str, event: _Event, ends: Sequence[int], longer: set[tuple[str, str, str]], out: Aligned) -> dict[str, list[Span]]:
    """Choose among the occurrences of each role; mark them, and note the others as unsure."""
    found = {role: _occurrences(full, event, role, longer) for role in event.words}
    anchor = _anchor_role(event)
    if not found.get(anchor):
        return {}
    held: dict[int, set[str]] = {}
    for role, spans in found.items():
        for span in spans:
            held.setdefault(_sentence(span, ends), set()).add(role + full[span[0] : span[1]])
    anchors = found[anchor]
    best = max(len(held[_sentence(span, ends)]) for span in anchors)
    chosen_sentences = {s for s in {_sentence(span, ends) for span in anchors} if len(held[s]) >= 2 or len(held[s]) == best}
    if best == 1:
        chosen_sentences = {_sentence(anchors[0], ends)}
    places: dict[str, list[Span]] = {}
    for role, spans in found.items():
        right = _choose(full, spans, ends, chosen_sentences, anchors)
        places[role] = right
        column = MARK[event.kind.name, role]
        out.marks |= {(column, span) for span in right}
        out.unsure |= {(column, span) for span in spans}
    return places


def _anchor_role(event: _Event) -> str:
    """The role that makes the event: its anchor, else the one that can stand alone."""
    return event.kind.anchor if event.kind.anchor in event.words or event.kind.alone is None else event.kind.alone


def _choose(full: str, spans: list[Span], ends: Sequence[int], sentences: set[int], anchors: list[Span]) -> list[Span]:
    """Of each wording its first occurrence in each chosen sentence, else the occurrence nearest to an anchor."""
    right: list[Span] = []
    by_word: dict[str, list[Span]] = {}
    for span in spans:
        by_word.setdefault(full[span[0] : span[1]], []).append(span)
    for same in by_word.values():
        first: dict[int, Span] = {}
        for span in same:
            if (s := _sentence(span, ends)) in sentences:
                first.setdefault(s, span)
        right += first.values() or [min(same, key=lambda span: min(abs(span[0] - a[0]) for a in anchors))]
    return right


def _sentence(span: Span, ends: Sequence[int]) -> int:
    return bisect_right(ends, span[0])


def _link(events: Sequence[_Event], placed: Sequence[dict[str, list[Span]]], ends: Sequence[int], out: Aligned) -> None:
    """Say of every anchor and every mention of a kind whether they belong together."""
    for event, places in zip(events, placed, strict=True):
        for role in places:
            link = LINK.get((event.kind.name, role))
            if link is None:
                continue
            for anchor in places.get(event.kind.anchor, ()):
                for mention in places[role]:
                    if anchor != mention and _near(anchor, mention, places, role, event.kind.anchor, ends):
                        out.links[link.column, anchor, mention] = True
    for (kind, role), link in LINK.items():
        anchors = {s for e, p in zip(events, placed, strict=True) if e.kind.name == kind for s in p.get(e.kind.anchor, ())}
        mentions = {s for e, p in zip(events, placed, strict=True) if e.kind.name == kind for s in p.get(role, ())}
        together = [p for e, p in zip(events, placed, strict=True) if e.kind.name == kind]
        for anchor in anchors:
            for mention in mentions - {anchor}:
                same = any(anchor in p.get(BY_NAME[kind].anchor, ()) and mention in p.get(role, ()) for p in together)
                if not same:
                    out.links.setdefault((link.column, anchor, mention), False)


def _near(anchor: Span, mention: Span, places: dict[str, list[Span]], role: str, anchor_role: str, ends: Sequence[int]) -> bool:
    """Whether the pair is one the reader should tie: in one sentence, or with no nearer partner on either side."""
    if _sentence(anchor, ends) == _sentence(mention, ends):
        return True
    anchored = {_sentence(span, ends) for span in places[anchor_role]}
    return _sentence(mention, ends) not in anchored


def _tell(full: str, event: _Event, places: dict[str, list[Span]], out: Aligned) -> None:
    row = event.row
    told = places.get(_anchor_role(event), [])
    for span in told:
        out.told.setdefault((FLAG["background"], span), bool(row.get("background")))
        if row.get("health", True) is not None:
            out.told.setdefault((FLAG["health"], span), bool(row.get("health", True)))
        for choice, values in event.kind.choices.items():
            if row.get(choice) in values:
                for value in values:
                    out.told.setdefault((CHOICE[event.kind.name, choice, value], span), value == row[choice])
            elif choice == "hosting" and choice in row:
                for value in values:
                    out.told.setdefault((CHOICE[event.kind.name, choice, value], span), False)
    for span in places.get(event.kind.alone or "", ()):
        out.told.setdefault((FLAG["alone"], span), not places.get(event.kind.anchor))
    lead = set(row.get("lead") or ())
    if "lead" in row:
        for span in places.get("investors", ()):
            out.told.setdefault((FLAG["lead"], span), full[span[0] : span[1]] in lead)
