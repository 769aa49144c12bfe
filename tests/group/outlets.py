"""The set of events with invented names that several outlets tell in their own words (`outlets.txt`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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


def read_outlets() -> list[Told]:
    """All texts of the set, in the order of the file."""
    found: list[Told] = []
    event = 0
    for line in (Path(__file__).parent / "outlets.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            event += 1
        elif line[:1] in KINDS:
            kind, day, rest = line.split(" ", 2)
            title, text = rest.split("|")
            found.append(Told(f"{event:02}-{len(found)}", event, KINDS[kind], None if day == "-" else day, title.strip(), text.strip()))
    return found
