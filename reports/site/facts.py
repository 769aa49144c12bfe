"""Events of the last year → what the pages of topics, models and organisations print of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.labels import Labels
from reports.period import local_day
from reports.prose import clean, cut, safe_link
from reports.render import Rewrite
from store.kinds import BY_NAME
from store.trends import Event

_SENTENCE_COLUMNS = 240


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as printed: its day, kind, what it says in a few words, the sentence that proves it, and where that stands."""

    day: str
    kind: str
    said: str
    sentence: str
    outlet: str
    link: str | None


def printed(event: Event, labels: Labels, rewrite: Rewrite) -> Fact:
    """An event in the words of a language; `rewrite` maps its link to the one to print."""
    link = safe_link(event.link)
    return Fact(
        day=local_day(event.at).isoformat(),
        kind=labels(f"kind_of_{event.kind}"),
        said=" · ".join(dict.fromkeys(filter(None, map(clean, _parts(event))))),
        sentence=cut(clean(event.row.evidence), _SENTENCE_COLUMNS),
        outlet=clean(event.outlet),
        link=rewrite(link) if link else None,
    )


def _parts(event: Event) -> Iterator[str]:
    """The parties of an event and what it is about, as written."""
    row = event.row
    for role in BY_NAME[event.kind].roles:
        match role.type:
            case "parties" | "investors":
                yield from (str(one.get("as_written") or one.get("name") or "") for one in getattr(row, role.column) or [])
            case "amount":
                yield getattr(row, f"{role.column}_as_written") or ""
            case "day":
                day = getattr(row, role.column)
                yield day.isoformat() if day else ""
            case _:
                yield getattr(row, role.column) or ""


def organisations_of(event: Event) -> Iterator[str]:
    """The organisations of the catalogue that take part in an event."""
    for role in BY_NAME[event.kind].roles:
        if role.type == "party":
            yield getattr(event.row, f"{role.column}_id") or ""
        elif role.type in ("parties", "investors"):
            yield from (str(one.get("id") or "") for one in getattr(event.row, role.column) or [])


def families_of(event: Event) -> Iterator[str]:
    """The families of models that an event is about."""
    for role in BY_NAME[event.kind].roles:
        if role.type == "model":
            yield getattr(event.row, f"{role.column}_family") or ""
