"""Mentions and ties → events: what belongs to which anchor, and what is one event told twice. Words of the text only; no catalogue here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from crawler.judge.registry import BY_NAME, KINDS, Kind
from store.text import fold

from .shape import CHOICE, FLAG, LINK, MARK
from .spans import Mention, Readout

TIED, TIED_FROM_AFAR = 0.5, 0.7  # mentions that belong together at least this likely do; the latter over whole sentences between them
TIED_GROUPS = 0.9  # and parties that each have another in a sentence of their own
PLAYS = 0.4  # a role other than the anchor is filled from this likelihood on
_HAN = re.compile("[\u4e00-\u9fff]")
_NUMBERED = re.compile(r"[\n。.!！;；]\s*\d{1,2}\s?[.、)）](?!\d)")
_LEGAL = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|,? ?inc\.?|,? ?ltd\.?|,? ?corp\.?|,? ?plc|limited|holdings?)$")


@dataclass(slots=True)
class Told:
    """One event as the text tells it. Roles hold mentions by likelihood; `choices` are the likeliest values, None where none is likely."""

    kind: str
    anchor: Mention
    likely: float
    roles: dict[str, list[Mention]] = field(default_factory=dict)
    choices: dict[str, tuple[str | None, float]] = field(default_factory=dict)
    background: float = 0.0
    health: float = 1.0
    sure: float = 1.0  # how sure the ties are, the least of them
    also: list[Mention] = field(default_factory=list)  # anchors of the same event told elsewhere in the text

    def words(self, full: str, role: str) -> list[str]:
        """What stands in the text for a role."""
        return [full[m.start : m.end].strip() for m in self.roles.get(role, ())]


def events_of(readouts: Sequence[Readout], full: str, least: Mapping[str, float]) -> list[Told]:
    """The events of a text from the readouts of its windows; `least` gives for each kind how likely an anchor must be."""
    found: list[Told] = []
    for readout in readouts:
        for kind in KINDS:
            tell = _partnerships if kind.anchor in {role.name for role in kind.linked} else _anchored
            found += tell(kind, readout, least.get(kind.name, 0.5))
    split = [part for event in found for part in _split(event)]
    return sorted(_once(_merged(split, full), full), key=lambda event: event.anchor.start)


def _anchored(kind: Kind, readout: Readout, least: float) -> Iterator[Told]:
    column = MARK[kind.name, kind.anchor]
    taken: set[int] = set()
    for a, anchor in enumerate(readout.mentions):
        if anchor.mark != column or anchor.likely < least:
            continue
        event = _told(kind, anchor)
        event.roles[kind.anchor] = [anchor]
        for role in kind.linked:
            link = LINK[kind.name, role.name]
            tied = [
                (readout.ties.get((link.column, a, m), 0.0), m)
                for m, mention in enumerate(readout.mentions)
                if mention.mark == link.mark and mention.likely >= PLAYS
            ]
            near = (pair for pair in tied if pair[0] >= _least_tie(anchor, readout.mentions[pair[1]]))
            kept = sorted(near, key=lambda pair: -pair[0] * readout.mentions[pair[1]].likely)
            if kept:
                event.roles[role.name] = [readout.mentions[m] for _, m in kept]
                event.sure = min(event.sure, kept[0][0])
                taken |= {m for _, m in kept}
        yield event
    if kind.alone is None:
        return
    alone = MARK[kind.name, kind.alone]
    for m, mention in enumerate(readout.mentions):
        if mention.mark == alone and mention.likely >= least and m not in taken and mention.told[FLAG["alone"]] >= 0.5:
            event = _told(kind, mention)
            event.roles[kind.alone] = [mention]
            yield event


def _least_tie(a: Mention, b: Mention) -> float:
    """How likely two mentions must be tied: more where sentences stand between them."""
    return TIED if abs(a.sentence - b.sentence) <= 1 else TIED_FROM_AFAR


def _told(kind: Kind, anchor: Mention) -> Told:
    event = Told(kind.name, anchor, anchor.likely)
    event.background, event.health = anchor.told[FLAG["background"]], anchor.told[FLAG["health"]]
    for choice, values in kind.choices.items():
        value, p = max(((v, anchor.told[CHOICE[kind.name, choice, v]]) for v in values), key=lambda pair: pair[1])
        event.choices[choice] = (value, p)
    return event


def _partnerships(kind: Kind, readout: Readout, least: float) -> Iterator[Told]:
    """Groups of parties that all belong together, two at least, with what is tied to any of them."""
    column, link = MARK[kind.name, kind.anchor], LINK[kind.name, kind.anchor]
    parties = [i for i, m in enumerate(readout.mentions) if m.mark == column and m.likely >= least * 0.7]
    friends: dict[int, set[int]] = {i: set() for i in parties}
    ties = {
        (a, b): (readout.ties.get((link.column, a, b), 0.0) + readout.ties.get((link.column, b, a), 0.0)) / 2
        for a, b in combinations(parties, 2)
    }
    sentence = {i: readout.mentions[i].sentence for i in parties}
    paired = {i for (a, b), tie in ties.items() if tie >= TIED and sentence[a] == sentence[b] for i in (a, b)}
    for (a, b), tie in ties.items():
        apart = sentence[a] != sentence[b] and {a, b} <= paired
        if tie >= (TIED_GROUPS if apart else _least_tie(readout.mentions[a], readout.mentions[b])):
            friends[a].add(b)
            friends[b].add(a)
    for group in _cliques(friends):
        members = [readout.mentions[i] for i in sorted(group)]
        if len(members) < 2 or sorted(m.likely for m in members)[-2] < least:
            continue
        event = _told(kind, members[0])
        event.likely = sorted((m.likely for m in members), reverse=True)[1]
        event.roles[kind.anchor] = members
        for role in kind.linked:
            if role.name == kind.anchor:
                continue
            other = LINK[kind.name, role.name]
            tied = [
                (max(readout.ties.get((other.column, i, m), 0.0) for i in group), mention)
                for m, mention in enumerate(readout.mentions)
                if mention.mark == other.mark and mention.likely >= PLAYS
            ]
            kept = [mention for tie, mention in sorted(tied, key=lambda pair: -pair[0]) if tie >= TIED]
            if kept:
                event.roles[role.name] = kept
        yield event


def _cliques(friends: Mapping[int, set[int]]) -> list[set[int]]:
    """The maximal groups whose members are all friends (Bron and Kerbosch 1973)."""
    out: list[set[int]] = []

    def grow(group: set[int], may: set[int], not_any: set[int]) -> None:
        if not may and not not_any:
            out.append(group)
        for one in sorted(may):
            grow(group | {one}, may & friends[one], not_any & friends[one])
            may, not_any = may - {one}, not_any | {one}

    if len(friends) <= 24:
        grow(set(), set(friends), set())
    return out


def _split(event: Told) -> Iterator[Told]:
    """Two rounds told of one mention are two events: each sum with the nearest round, investors with the round of their sentence."""
    amounts = _distinct(event.roles.get("amount", ()))
    rounds = _distinct(event.roles.get("round", ()))
    if event.kind != "funding" or len(amounts) < 2 or len(rounds) < 2:
        yield event
        return
    sentences = {m.sentence for m in rounds}
    for amount in amounts[: len(rounds)]:
        nearest = min(rounds, key=lambda m: abs(m.start - amount.start))
        rounds = [m for m in rounds if m is not nearest]
        own = [m for m in event.roles.get("investors", ()) if m.sentence == nearest.sentence or m.sentence not in sentences]
        roles = {**event.roles, "amount": [amount], "round": [nearest], "investors": own}
        yield Told(event.kind, event.anchor, event.likely, roles, event.choices, event.background, event.health, event.sure)


def _distinct(mentions: Iterable[Mention]) -> list[Mention]:
    out: list[Mention] = []
    for mention in mentions:
        if all(mention.end <= m.start or m.end <= mention.start for m in out):
            out.append(mention)
    return out


def bare(name: str) -> str:
    """A name without width, case, blanks, quotes and legal form, for comparing."""
    return _LEGAL.sub("", re.sub(r"[\s“”\"'‘’「」《》【】()（）]+", "", fold(name)))


def same(a: str, b: str) -> bool:
    """Whether two names are one: equal when bare, or the shorter, of half the length at least, inside the longer."""
    x, y = sorted((bare(a), bare(b)), key=len)
    return bool(x) and (x == y or (len(x) >= 2 and x in y and 2 * len(x) >= len(y)))


def fuller(a: str, b: str) -> bool:
    """Whether name `a` holds `b` and so much more that `b` alone may not say whose it is: a school before its hospital's name."""
    x, y = bare(a), bare(b)
    return len(y) >= 2 and y in x and 2 * len(y) < len(x)


def _merged(events: Sequence[Told], full: str) -> list[Told]:
    out: list[Told] = []
    for event in sorted(events, key=lambda e: -e.likely * e.sure):
        twin = next((kept for kept in out if _one_event(kept, event, full)), None)
        if twin is None:
            out.append(event)
        else:
            _join(twin, event, full)
    return out


def _one_event(a: Told, b: Told, full: str) -> bool:
    if a.kind != b.kind:
        return False
    kind = BY_NAME[a.kind]
    if kind.anchor in {role.name for role in kind.linked}:
        one, other = a.words(full, kind.anchor), b.words(full, kind.anchor)
        shared = sum(any(same(x, y) for y in other) for x in one)
        return shared >= min(len(one), len(other)) or shared >= 2
    x, y = a.words(full, kind.anchor), b.words(full, kind.anchor)
    if kind.alone is not None and not (x and y):
        holders = a.words(full, kind.alone), b.words(full, kind.alone)
        return any(same(p, q) for p in holders[0] for q in holders[1])
    if not (x and y and (same(x[0], y[0]) or _short_for(a, b, full))):
        return False
    if kind.name == "adoption":
        return True
    if kind.name in ("results", "figure"):
        return _agree(a, b, full, "organisation") and _agree(a, b, full, "amount")
    background = (a.background >= 0.5) == (b.background >= 0.5)
    return (
        _agree(a, b, full, "amount")
        and _agree(a, b, full, "round")
        and (background or not a.roles.get("amount") or not b.roles.get("amount"))
    )


def _once(events: Sequence[Told], full: str) -> list[Told]:
    """Events without those of a translation: the only one of a kind in an English sentence and the only one in a Chinese are one.

    Not so where another item of a numbered list begins between them.
    """
    dropped: set[int] = set()
    for kind in {event.kind for event in events}:
        of_kind = [event for event in events if event.kind == kind and event.likely >= 0.4]
        if len(of_kind) == 2 and _in_english(of_kind[0], full) != _in_english(of_kind[1], full):
            first, second = sorted(of_kind, key=lambda event: event.anchor.start)
            if _NUMBERED.search(full, first.anchor.end, second.anchor.start):
                continue
            _join(first, second, full)
            first.likely = max(first.likely, second.likely)
            dropped.add(id(second))
    return [event for event in events if id(event) not in dropped]


def _in_english(event: Told, full: str) -> bool:
    return not _HAN.search(full, max(0, event.anchor.start - 12), event.anchor.end + 12)


def _short_for(a: Told, b: Told, full: str) -> bool:
    """Whether one anchor is the beginning of the other and both tell the same sum: a company named in full and in short."""
    anchor = BY_NAME[a.kind].anchor
    x, y = sorted((bare(a.words(full, anchor)[0]), bare(b.words(full, anchor)[0])), key=len)
    sums = [_figures(e.words(full, "amount")[0]) for e in (a, b) if e.words(full, "amount")]
    return len(x) >= 2 and y.startswith(x) and len(sums) == 2 and sums[0] == sums[1]


def _agree(a: Told, b: Told, full: str, role: str) -> bool:
    x, y = a.words(full, role)[:1], b.words(full, role)[:1]
    return not (x and y) or _figures(x[0]) == _figures(y[0]) or same(x[0], y[0])


def _figures(words: str) -> str:
    return re.sub(r"[^0-9a-z一二三四五六七八九十百千万亿数几.]+", "", fold(words))


def _join(kept: Told, more: Told, full: str) -> None:
    for role, mentions in more.roles.items():
        known = kept.words(full, role)
        fresh = [m for m in mentions if not any(same(full[m.start : m.end], word) for word in known)]
        kept.roles[role] = [*kept.roles.get(role, ()), *fresh]
    kept.also += [more.anchor, *more.also]
    kept.background = min(kept.background, more.background)
    kept.health = max(kept.health, more.health)
    for choice, (value, p) in more.choices.items():
        if p > kept.choices[choice][1] and more.likely > 0.8 * kept.likely:
            kept.choices[choice] = (value, p)
