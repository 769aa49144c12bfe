"""Texts whose facts people reviewed → labelled rows, from which the reader can be trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crawler.judge.registry import BY_NAME
from store.doubts import doubts_about
from store.models import Doubt, FactColumns, Item, fact_id, kind_of


def labelled(item: Item, facts: Sequence[FactColumns], doubts: Sequence[Doubt] = ()) -> dict[str, Any]:
    """A text with what people said of its facts, as a row of labels: every fact but those called wrong.

    `note` names facts that nobody looked at or that readers doubt, and strings that are not in the text as they stand; `doubts` are what
    readers said.
    """
    kept = [fact for fact in facts if fact.reviewed != "wrong"]
    events = [_event(fact) for fact in kept]
    text = item.text or item.summary
    unseen = [fact_id(fact) for fact in kept if fact.reviewed is None]
    absent = [words for event in events for words in _words(event) if words not in item.title and words not in text]
    notes = [f"not reviewed: {', '.join(unseen)}"] * bool(unseen) + [f"not in the text: {', '.join(absent)}"] * bool(absent)
    row = {"id": f"item{item.id}", "title": item.title, "text": text, "relevant": "yes" if item.relevant else "no", "events": events}
    doubted = [fact_id(fact) for fact in kept if fact.reviewed is None and doubts_about(doubts, fact)]
    notes += [f"doubted by readers: {', '.join(doubted)}"] * bool(doubted)
    said = [{"about": one.about, "words": one.words, "said_at": one.said_at.isoformat()} for one in doubts]
    return row | ({"note": "; ".join(notes)} if notes else {}) | ({"doubts": said} if said else {})


def _event(fact: FactColumns) -> dict[str, Any]:
    kind = BY_NAME[kind_of(fact)]
    event: dict[str, Any] = {"type": kind.name}
    for role in kind.roles:
        if not role.tagged:
            continue
        value: Any = getattr(fact, f"{role.column}_as_written" if role.type == "amount" else role.column)
        if role.type == "parties":
            value = [party["as_written"] for party in value]
        if role.type == "investors":
            event["lead"] = [one["name"] for one in value if one["lead"]]
            value = [one["name"] for one in value]
        event[role.name] = value
    event |= {choice: getattr(fact, choice) for choice in kind.choices}
    return event | {"background": fact.background, "health": fact.health}


def _words(event: dict[str, Any]) -> Iterator[str]:
    kind = BY_NAME[event["type"]]
    for role in kind.roles:
        value = event.get(role.name)
        yield from value if isinstance(value, list) else [value] if value else []
