"""How well events told fit events labelled: by kind and together.

An event told and one labelled are one where who and what they are of agree: funding, ipo and acquisition by company; adoption by adopter
and model; approval by product, else holder; partnership by half of the parties, two at least; policy by number, title or issuer;
launch by product; results by organisation and amount; figure by value. History (`background`) is neither wanted nor held against the
reader, nor is what it says of other industries (`health: false`), whose events are not labelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.judge.money import find_amounts
from crawler.judge.reader.events import same
from crawler.judge.registry import KINDS
from store.text import fold, simplify

Event = Mapping[str, Any]
ALL = "all"


@dataclass(slots=True)
class Count:
    """Events of one kind: told and right, told, wanted."""

    right: int = 0
    told: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float:
        """F1 of precision and recall; 1 where nothing is told and nothing wanted."""
        return 2 * self.right / (self.told + self.wanted) if self.told + self.wanted else 1.0

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f} ({self.right} right of {self.told} told, {self.wanted} wanted)"


def score(texts: Iterable[tuple[Sequence[Event], Sequence[Event]]]) -> dict[str, Count]:
    """Counts by kind, and of all kinds as `all`, over texts given as (events labelled, events told as `facts.as_json` writes them)."""
    counts = {name: Count() for name in (*(kind.name for kind in KINDS), ALL)}
    for labelled, told in texts:
        for kind in KINDS:
            right, said, wanted = compare([e for e in labelled if e["type"] == kind.name], [e for e in told if e["type"] == kind.name])
            for count in (counts[kind.name], counts[ALL]):
                count.right, count.told, count.wanted = count.right + right, count.told + said, count.wanted + wanted
    return counts


def compare(labelled: Sequence[Event], told: Sequence[Event]) -> tuple[int, int, int]:
    """How many events of one kind and text are told and right, told, wanted."""
    free = list(told)
    right = wanted = 0
    for event in sorted(labelled, key=lambda event: bool(event.get("background"))):
        twin = next((other for other in free if agree(event, other)), None)
        if twin is not None:
            free.remove(twin)
        if not event.get("background"):
            wanted += 1
            right += twin is not None
    return right, right + sum(event.get("health", True) and not event.get("background") for event in free), wanted


def agree(labelled: Event, told: Event) -> bool:
    """Whether an event told is the one labelled."""
    return _RULES[labelled["type"]](labelled, told)


def words(value: Any) -> str:
    """A role's words, whether a string, an amount or an organisation."""
    if isinstance(value, Mapping):
        return str(value.get("as_written") or value.get("name") or "")
    return str(value or "")


def _named(role: str, labelled: Event, told: Event) -> bool:
    return same(simplify(words(labelled.get(role))), simplify(words(told.get(role))))


def _alike(role: str, labelled: Event, told: Event) -> bool:
    """Whether one wording holds the other, and the shorter has a third of the longer at least."""
    x, y = sorted((re.sub(r"[\W_]+", "", fold(words(event.get(role)))) for event in (labelled, told)), key=len)
    return len(x) >= 2 and x in y and 3 * len(x) >= len(y)


def _sums(written: str) -> list[Any]:
    found = [(amount.low, amount.high) for amount in find_amounts(written)]
    return found or re.findall(r"\d+(?:\.\d+)?", written) or [fold(written)]


def _same_sum(role: str, labelled: Event, told: Event) -> bool:
    return _sums(words(labelled.get(role))) == _sums(words(told.get(role))) or _alike(role, labelled, told)


def _adoption(labelled: Event, told: Event) -> bool:
    if not _named("adopter", labelled, told):
        return False
    wanted = labelled.get("model") or labelled.get("product")
    given = [words(told.get(role)) for role in ("model", "product")]
    return not wanted or any(_alike("of", {"of": wanted}, {"of": one}) for one in given)


def _approval(labelled: Event, told: Event) -> bool:
    return _alike("product", labelled, told) or _named("holder", labelled, told)


def _partnership(labelled: Event, told: Event) -> bool:
    names = [words(party) for party in told.get("parties", ())]
    shared = sum(any(same(simplify(party), simplify(name)) for name in names) for party in labelled["parties"])
    return shared >= max(2, len(labelled["parties"]) / 2)


def _policy(labelled: Event, told: Event) -> bool:
    if labelled.get("title") and told.get("title"):
        return _alike("title", labelled, told)
    if labelled.get("number") and told.get("number"):
        return fold(labelled["number"]) == fold(told["number"])
    return _named("issuer", labelled, told)


def _results(labelled: Event, told: Event) -> bool:
    return _named("organisation", labelled, told) and (not labelled.get("amount") or _same_sum("amount", labelled, told))


def _company(labelled: Event, told: Event) -> bool:
    return _named("company", labelled, told)


_RULES = {
    "funding": _company,
    "ipo": _company,
    "acquisition": _company,
    "adoption": _adoption,
    "approval": _approval,
    "partnership": _partnership,
    "policy": _policy,
    "launch": lambda labelled, told: _alike("product", labelled, told) or _alike("model", labelled, told),
    "results": _results,
    "figure": lambda labelled, told: _same_sum("value", labelled, told),
}
