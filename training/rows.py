"""Labelled texts: the repository's own, and those of the shared folder when it is beside the repository.

A row is {id, title, text, relevant, topics, events, story, of} as LABELS.md has it; `told` says which labels it carries, so that a
text labelled for relevance alone teaches nothing about facts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TEXTS, LABELS = HERE / "texts", HERE / "labels"
SECOND = LABELS / "second"
HEAD = 1200  # characters of a long item that are labelled
DEALS = frozenset({"funding", "ipo", "acquisition"})
# Deals of other industries are facts too; where a text was labelled for health alone, these words leave it open whether it tells one.
DEAL_WORDS = re.compile(
    r"融资|募资|领投|跟投|IPO|招股|上市|挂牌|收购|并购|入股|增资|raises?d?\b|funding"
    r"|acqui|Series [A-H]\b|buyout|takeover|invest|stake|merge|go(?:es)? public",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Row:
    """One labelled text. `open_kinds` are kinds of fact that its labels leave open."""

    id: str
    title: str
    text: str
    relevant: str | None  # yes, partial, no; None: not labelled
    topics: list[str] | None
    events: list[dict[str, Any]] | None  # None: not labelled
    story: str
    of: str  # the set it comes from
    open_kinds: frozenset[str] = field(default_factory=frozenset)
    weight: float = 1.0

    @property
    def full(self) -> str:
        """Title, line feed, text; the text alone without a title."""
        return f"{self.title}\n{self.text}" if self.title else self.text


def text_hash(text: str) -> str:
    """The name under which labels without their text know it."""
    return hashlib.sha256(re.sub(r"\s+", "", text).encode()).hexdigest()[:16]


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines; none where the file is absent."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def own_rows(folder: Path = TEXTS) -> list[Row]:
    """The texts written for this project."""
    rows = [_row(made, path.stem) for path in sorted(folder.glob("*.jsonl")) for made in read_jsonl(path)]
    for row in rows:
        row.open_kinds = frozenset()
    return rows


def shared_rows(shared: Path, labels: Path = LABELS) -> list[Row]:
    """The labelled texts of the shared folder; none where it is absent."""
    added, rows = _added(labels), _shared_rows(shared)
    for row in rows:
        for more in added.get(text_hash(row.full), ()):
            _apply(row, more)
    return [row for row in rows if row.relevant is not None or row.events is not None]


def _shared_rows(shared: Path) -> list[Row]:
    facts = shared / "data" / "facts"
    rows = [_row(made, "news") for made in read_jsonl(facts / "news.jsonl")]
    rows += [_row(made, "relevance_2026") for made in read_jsonl(facts / "relevance_2026.jsonl")]
    rows += [_row(made, "relevance") for made in read_jsonl(facts / "relevance.jsonl")]
    rows += [
        _row({**made, "text": made["excerpt"]} if "excerpt" in made else made, "domain") for made in read_jsonl(facts / "domain.jsonl")
    ]
    rows += [_row({**made, "text": made["text"][:HEAD]}, "reprints") for made in read_jsonl(facts / "reprints.jsonl")]
    rows += [_row(made, "pool") for made in read_jsonl(shared / "data" / "text" / "pool.jsonl")]
    for name, kinds in (("adoption", {"adoption"}), ("funding_health", {"funding", "ipo", "acquisition"}), ("funding_36kr", {"funding"})):
        for made in read_jsonl(facts / f"{name}.jsonl"):
            row = _row(made, name)
            row.open_kinds = frozenset(_all_kinds() - kinds)
            row.events = [{"health": None, **event} if name == "funding_36kr" else event for event in row.events or ()]
            rows.append(row)
    return [*rows, *_fewfc(facts)]


def texts_by_id(shared: Path) -> dict[tuple[str, str], str]:
    """The own and the shared texts by set and id: title, line feed, text."""
    return {(row.of.removesuffix("_other"), row.id): row.full for row in [*own_rows(), *_shared_rows(shared)]}


def labelled_again(shared: Path, labels: Path = SECOND) -> list[tuple[Row, Row]]:
    """Texts that a second reader labelled without seeing the first one's labels: each as both have it, of the kinds that both labelled."""
    second = _added(labels)
    pairs = []
    for first in [*own_rows(), *shared_rows(shared)]:
        for more in second.get(text_hash(first.full), ()):
            kinds = more.get("kinds", _all_kinds())
            other = replace(first, relevant=None, topics=None, events=None)
            _apply(other, more)
            pairs.append((replace(first, events=[event for event in first.events or () if event["type"] in kinds]), other))
    return pairs


def _all_kinds() -> set[str]:
    from crawler.judge.registry import BY_NAME

    return set(BY_NAME)


def _added(folder: Path) -> dict[str, list[dict[str, Any]]]:
    added: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for made in read_jsonl(path):
            added.setdefault(made["hash"], []).append(made)
    return added


def _apply(row: Row, more: dict[str, Any]) -> None:
    """Put labels kept without their text on it; roles given as offsets become words again."""
    for key in ("relevant", "topics"):
        if key in more:
            setattr(row, key, more[key])
    if "events" in more:
        kinds = set(more.get("kinds", _all_kinds()))
        left_open = set(row.open_kinds) if row.events is not None else _all_kinds()
        kept = [event for event in row.events or () if event["type"] not in kinds or ("kinds" in more and row.of == "news")]
        row.events = [*kept, *(_worded(row.full, event) for event in more["events"])]
        row.open_kinds = frozenset(left_open - kinds)


def _worded(full: str, event: dict[str, Any]) -> dict[str, Any]:
    def worded(value: Any) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], list):
            return [full[a:b] for a, b in value]
        if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value):
            return full[value[0] : value[1]]
        return value

    return {key: worded(value) for key, value in event.items()}


def _row(made: dict[str, Any], of: str) -> Row:
    row = Row(
        id=str(made["id"]),
        title=made.get("title") or "",
        text=made.get("text") or "",
        relevant=made.get("relevant"),
        topics=made.get("topics") if made.get("relevant") in ("yes", "partial") else None,
        events=made.get("events"),
        story=f"{of}:{made.get('story') or made['id']}",
        of=of,
    )
    if row.title and row.title == row.text:
        row.title = ""
    deals = {event["type"] for event in row.events or ()} & DEALS
    if row.events is not None and not deals and DEAL_WORDS.search(row.full):
        row.open_kinds = DEALS
    return row


def _fewfc(facts: Path) -> Iterator[Row]:
    """Business sentences of FewFC (CC BY-SA 4.0): purchases of companies and rounds; purchases of shares stay open."""
    for made in read_jsonl(facts / "fewfc_investment.jsonl"):
        events = []
        for found in made["investments"]:
            if found.get("obj") and re.search("收购|并购", found.get("trigger") or ""):
                buyers = [found["sub"]] if found.get("sub") else []
                events.append(
                    {"type": "acquisition", "company": found["obj"], "investors": buyers, "amount": found.get("money"), "health": None}
                )
        whole = bool(events) and len(events) == len(made["investments"])
        row = _row({**made, "title": "", "events": events if whole else None}, "fewfc")
        row.open_kinds, row.weight = frozenset(_all_kinds() - {"acquisition"}), 0.3
        yield row
    for made in read_jsonl(facts / "fewfc_other.jsonl"):
        row = _row(made, "fewfc_other")
        row.open_kinds, row.weight = frozenset(_all_kinds() - {"funding"}), 0.3
        yield row
