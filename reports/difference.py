"""What two editions tell differently: stories and rows gained, lost and changed, and figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .edition import Edition, freeze

# Where a line stands says nothing about what it says.
_PLACE = frozenset({"item_id", "story_id"})
_NAMED_BY = ("title", "company", "adopter", "holder", "issuer", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two editions tell differently.

    `what` is figure, or the section of a line; `name` the figure or the line's headline; `fields` the values that differ, each as
    (before, after). A line that stands in another section than before is changed in `section`.
    """

    change: Literal["gained", "lost", "changed"]
    what: str
    name: str
    fields: Mapping[str, tuple[Any, Any]]


def differences(before: Edition, after: Edition) -> list[Difference]:
    """What `after` tells otherwise than `before`: figures first, then lines in the order of the issues."""
    (old_head, old_lines), (new_head, new_lines) = freeze(before), freeze(after)
    found = [
        Difference(change="changed", what="figure", name=name, fields={"value": (old_head["totals"].get(name), value)})
        for name, value in new_head["totals"].items()
        if old_head["totals"].get(name) != value
    ]
    old, new = _by_key(old_lines, old_head), _by_key(new_lines, new_head)
    for key, (section, line) in new.items():
        if key not in old:
            found.append(Difference(change="gained", what=section, name=_name(line), fields={}))
        elif fields := _fields(old[key], (section, line)):
            found.append(Difference(change="changed", what=section, name=_name(line), fields=fields))
    found += [
        Difference(change="lost", what=section, name=_name(line), fields={}) for key, (section, line) in old.items() if key not in new
    ]
    return found


Line = tuple[str, dict[str, Any]]


def _by_key(lines: list[Line], head: Mapping[str, Any]) -> dict[tuple[Any, ...], Line]:
    """Lines by what they are about: a story in whatever section, or a row of a table by its story and its subject."""
    sections = {section["id"] for section in head["sections"]}
    found: dict[tuple[Any, ...], Line] = {}
    for section, line in lines:
        story = line["story_id"] or f"item {line['item_id']}"
        key = ("story", story) if section in sections else (section, story, _name(line))
        while key in found:
            key = (*key, "again")
        found[key] = section, line
    return found


def _fields(before: Line, after: Line) -> dict[str, tuple[Any, Any]]:
    (old_section, old), (new_section, new) = before, after
    moved = {"section": (old_section, new_section)} if old_section != new_section else {}
    names = dict.fromkeys([*old, *new])
    return moved | {
        name: (_said(old.get(name)), _said(new.get(name))) for name in names if name not in _PLACE and old.get(name) != new.get(name)
    }


def _name(line: Mapping[str, Any]) -> str:
    return str(next((said for name in _NAMED_BY if (said := _said(line.get(name)))), "—"))


def _said(value: Any) -> Any:
    """A value as one reads it: of a party its name as written."""
    return value["written"] if isinstance(value, dict) and "written" in value else value
