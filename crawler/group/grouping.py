"""One text after the other → its story. Pure: whoever calls brings the texts that may be related.

A text joins the story it is likest to, when one member says that it is the same event and the members do not on the whole speak
against it. Where it is that close to several stories, they were one all along, if their own members agree; where the members that
speak for it and those that speak against it do not hold together any more, the story was two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .profile import Profile, keys
from .similarity import SAME, Likeness, Relation, compare, one_language

AGREE = SAME - 1.0  # what two sets of texts say of each other on the whole when they are one story
CANDIDATES = 16  # texts that a text is held against; 340 of 344 that have a relative in the labelled sets together find it so
PER_KEY = 40  # texts looked up by one key; a key that more have says nothing
MEMBERS = 6  # members of a story that are asked


Member = TypeVar("Member")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a text belongs: the story with this id, or None for one of its own.

    `of` is the text that it repeats or follows and `likeness` what they have in common; `merge` are further stories that are the
    same one, `apart` the members of the story that are not.
    """

    story: str | None
    relation: Relation = "first"
    of: str | None = None
    likeness: Likeness | None = None
    merge: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


@dataclass(slots=True)
class _Story:
    id: str
    members: Sequence[Profile]
    likeness: list[Likeness]

    @property
    def nearest(self) -> tuple[Likeness, Profile]:
        return max(zip(self.likeness, self.members, strict=True), key=lambda pair: pair[0].score)

    @property
    def agrees(self) -> bool:
        return _whole(self.likeness)


def place(text: Profile, stories: Mapping[str, Sequence[Profile]]) -> Placement:
    """Find the story of `text` among stories given with (some of) their members, which are not empty."""
    near = [_Story(name, members, [compare(text, member) for member in members]) for name, members in stories.items()]
    # Of equal ones the one that was named first: ids tell in which order texts arrived.
    near.sort(key=lambda story: -story.nearest[0].score)
    fitting = [story for story in near if story.nearest[0].score >= SAME and not _contradicted(text, story)]
    for story in fitting:
        apart = _not_of_it(text, story)
        if not apart and not story.agrees:
            continue
        likeness, of = story.nearest
        others = (other for other in fitting if other is not story and other.agrees) if story.agrees and not apart else ()
        merge = tuple(other.id for other in others if _whole(_between([text, *story.members], other.members)))
        return Placement(story.id, likeness.relation, of.id, likeness, merge, apart)
    for story in near:
        for likeness, of in sorted(zip(story.likeness, story.members, strict=True), key=lambda pair: -pair[0].score):
            if likeness.relation == "follow_up":
                return Placement(None, "follow_up", of.id, likeness)
    return Placement(None)


def _contradicted(text: Profile, story: _Story) -> bool:
    """Whether most members in the language of `text` that state facts contradict it, where the nearest is none of them: who tells an event
    in another language, or states no fact of it, only guesses at names."""
    told = [one for one, member in zip(story.likeness, story.members, strict=True) if one_language(text, member) and one.compares_facts]
    likeness, nearest = story.nearest
    guesses = not one_language(text, nearest) or not likeness.compares_facts
    return guesses and sum(one.contradicts for one in told) > len(told) / 2


def _between(some: Iterable[Profile], others: Sequence[Profile]) -> Iterator[Likeness]:
    return (compare(later, earlier) for later in some for earlier in others)


def _whole(likeness: Iterable[Likeness]) -> bool:
    # A few words in which nothing stands say little, and nothing against it.
    said = [max(one.score, AGREE) if one.silent else one.score for one in likeness]
    return sum(said) / len(said) >= AGREE


def _not_of_it(text: Profile, story: _Story) -> tuple[str, ...]:
    """The members of a story that are another one, now that `text` belongs to the rest; none where they hold together."""
    against = [member for member, one in zip(story.members, story.likeness, strict=True) if one.score < AGREE]
    with_it = [text, *(member for member, one in zip(story.members, story.likeness, strict=True) if one.score >= AGREE)]
    return () if not against or _whole(_between(with_it, against)) else tuple(member.id for member in against)


@dataclass(frozen=True, slots=True)
class Grouped:
    """A text with the name of its story (the id of its first text, or a name given), and how it is related to text `of`."""

    text: Profile
    story: str
    relation: Relation
    of: str | None


def group_texts(texts: Iterable[Profile], fixed: Mapping[str, str] | None = None) -> list[Grouped]:
    """Put texts with different ids together, in the order given. `fixed` names the stories of texts that a person put there."""
    fixed = fixed or {}
    by_id: dict[str, Profile] = {}
    found: dict[str, Placement] = {}
    story_of: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    index: dict[int | str, list[str]] = defaultdict(list)
    for text in texts:
        lasting, passing = keys(text)
        named = [*lasting, *passing]
        shared = Counter(name for key in named for name in index[key][-PER_KEY:])
        near = dict.fromkeys(story_of[name] for name, _ in shared.most_common(CANDIDATES))
        placed = place(text, {story: [by_id[name] for name in asked(members[story])] for story in near})
        by_id[text.id], found[text.id] = text, placed
        story = fixed.get(text.id) or placed.story or text.id
        if text.id not in fixed:
            _rearrange(placed, story, members, story_of, fixed)
        members.setdefault(story, []).append(text.id)
        story_of.update(dict.fromkeys(members[story], story))
        for key in named:
            index[key].append(text.id)
    return [Grouped(by_id[name], story_of[name], one.relation, one.of) for name, one in found.items()]


def _rearrange(placed: Placement, story: str, members: dict[str, list[str]], story_of: dict[str, str], fixed: Mapping[str, str]) -> None:
    """Merge and part stories as a placement says, where no person said otherwise."""
    apart = [name for name in placed.apart if name not in fixed]
    if apart:
        members[story] = [name for name in members[story] if name not in apart]
        members[apart[0]] = apart
        story_of.update(dict.fromkeys(apart, apart[0]))
    for other in placed.merge:
        if not any(name in fixed for name in members[other]):
            members[story] += members.pop(other)


def asked(members: Sequence[Member]) -> Sequence[Member]:
    """The members of a story that are asked: the first and the latest."""
    return members if len(members) <= MEMBERS else [*members[: MEMBERS // 2], *members[-MEMBERS // 2 :]]
