"""The sets of events with invented names that several outlets tell in their own words (`outlets.txt`, `excerpts.txt`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crawler.judge.knowledge import KnowledgeExtra, Organisation

KINDS = {"t": "told", "p": "same party", "k": "same kind"}


@dataclass(frozen=True)
class Told:
    """One text about event number `event`, of a kind of KINDS; `day` is None where nobody dated it."""

    id: str
    event: int
    kind: str
    day: str | None
    title: str
    text: str


def read_told(name: str) -> list[Told]:
    """All texts of the set in the file `name`, in its order."""
    found: list[Told] = []
    event = 0
    for line in _lines(name):
        if line.startswith("= "):
            event += 1
        elif line[:1] in KINDS:
            kind, day, rest = line.split(" ", 2)
            title, text = rest.split("|")
            found.append(Told(f"{event:02}-{len(found)}", event, KINDS[kind], None if day == "-" else day, title.strip(), text.strip()))
    return found


def read_known(name: str) -> KnowledgeExtra:
    """The organisations that the set in the file `name` takes as known: `+ id kind Chinese name; English name`."""
    rows = [line[2:].split(" ", 2) for line in _lines(name) if line.startswith("+ ")]
    known = [(org_id, kind, names.split("; ")) for org_id, kind, names in rows]
    return KnowledgeExtra(organisations=tuple(Organisation(id=org_id, kind=kind, zh=zh, en=en) for org_id, kind, (zh, en) in known))


def _lines(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
