"""What the demo's issues must and must not say (gold.yaml), held against what they do say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.edition import TABLES, Edition, Party
from reports.glossary import round_in

_SUBJECTS = {
    "adoptions": "adopter",
    "funding": "company",
    "deals": "company",
    "approvals": "holder",
    "policies": "name",
    "figures": "subject",
}


@cache
def gold() -> dict[str, dict[str, Any]]:
    """The facts by week."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "gold.yaml").read_text(encoding="utf-8"))
    return loaded


def untrue_rows(edition: Edition) -> list[str]:
    """Rows that no article states, each with what is wrong with it."""
    wanted = gold()[edition.period]
    found = []
    for table, subject in _SUBJECTS.items():
        for line in edition.rows(table):
            facts = [fact for fact in wanted.get(table, []) if fact[subject] == _said(line, subject)]
            faults = [list(_faults(fact, line)) for fact in facts]
            if [] not in faults:
                found.append(f"{table}: {_said(line, subject)}: {min(faults, default=['no article says so'], key=len)}")
    return found


def missing_rows(edition: Edition) -> list[str]:
    """Facts that the issue must show and does not."""
    wanted = gold()[edition.period]
    return [
        f"{table}: {fact[subject]}"
        for table, subject in _SUBJECTS.items()
        for fact in wanted.get(table, [])
        if fact.get("must") and fact[subject] not in {_said(line, subject) for line in edition.rows(table)}
    ]


def told_again(edition: Edition) -> list[str]:
    """Headlines of stories that stand in more than one place: in two tables, in a table and a section, or in two sections."""
    places = [{line.story_id: line.title for line in edition.rows(table)} for table in TABLES]
    places += [{line.story_id: line.title for line in section.stories} for section in edition.sections]
    times = Counter(story for place in places for story in place)
    return sorted({place[story] for place in places for story in place if times[story] > 1})


def _said(line: Any, name: str) -> str | None:
    value = getattr(line, name)
    return value.written if isinstance(value, Party) else value


def _faults(fact: dict[str, Any], line: Any) -> Iterator[str]:
    for name, value in fact.items():
        if name in ("must", "read_as"):
            continue
        said = _value(name, line)
        allowed = [value, fact["read_as"]] if "read_as" in fact and name in ("stage", "kind") else [value]
        # What a row leaves open it does not say wrongly.
        if said not in allowed and not (said is None and name in ("hosting", "leads")):
            yield f"{name} is {value!r}, not {said!r}"


def _value(name: str, line: Any) -> Any:
    if name == "leads":
        return list(line.investors[: line.leads]) or None
    if name == "parties":
        return [party.written for party in line.parties]
    said = _said(line, name)
    if name in ("cny_low", "usd_low"):
        return None if said is None else int(Decimal(said))
    if name == "round":
        return round_in(said, "zh").removesuffix("轮") if said else None
    return said
