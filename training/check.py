"""Hold labelled texts of our own against the rules of labels: `python -m training.check FILE.jsonl … [--shared FOLDER]`.

Prints what is wrong, one line each, and exits with 1 where there is anything: unknown fields and values, role words that do not stand
in the text, ids given twice; with the shared folder, runs of over 12 characters in common with its texts but names, amounts and
stock phrases.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crawler.judge.reader.shape import TOPICS
from crawler.judge.registry import BY_NAME

from .rows import read_jsonl

LONGEST_RUN = 12  # Chinese characters, white space left out; of Latin letters and digits three count as one
ROW = {"id", "title", "text", "relevant", "topics", "events", "story"}
ALSO = {"note"}
# Formulas of filings, wires and official announcements that everybody writes the same: regular expressions, white space left out.
STOCK_PHRASES = re.compile("|".join(Path(__file__).with_name("stock_phrases.txt").read_text(encoding="utf-8").split()))


def main() -> None:
    """Parse the command line, print the faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--shared", type=Path)
    a = parser.parse_args()
    rows = [row for path in a.files for row in read_jsonl(path)]
    faults = list(label_faults(rows))
    if a.shared is not None:
        faults += common_runs(rows, shared_runs(a.shared))
    for fault in faults:
        sys.stdout.write(fault + "\n")
    sys.stdout.write(f"{len(rows)} texts, {len(faults)} faults\n")
    sys.exit(bool(faults))


def label_faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the labels of rows."""
    ids: set[str] = set()
    for row in rows:
        name = str(row.get("id"))
        if not set(row) >= ROW or set(row) - ROW - ALSO:
            yield f"{name}: keys {sorted(row)}"
            continue
        if name in ids:
            yield f"{name}: the id stands twice"
        ids.add(name)
        if row["relevant"] not in ("yes", "no", "partial"):
            yield f"{name}: relevant: {row['relevant']}"
        if unknown := set(row["topics"]) - set(TOPICS):
            yield f"{name}: topics: {sorted(unknown)}"
        full = f"{row['title']}\n{row['text']}"
        for event in row["events"]:
            yield from (f"{name}: {fault}" for fault in event_faults(event, full))


def event_faults(event: Mapping[str, Any], full: str) -> Iterator[str]:
    """What is wrong with one labelled event of the text `full`."""
    kind = BY_NAME.get(event.get("type", ""))
    if kind is None:
        yield f"no kind of fact: {event.get('type')}"
        return
    roles = {role.name: role for role in kind.roles}
    allowed = {"type", "background", "health", *roles, *kind.choices, *(("lead",) if "investors" in roles else ())}
    for field, value in event.items():
        if field not in allowed:
            yield f"{kind.name}: unknown field {field}"
        elif field in kind.choices and value is not None and value not in kind.choices[field]:
            yield f"{kind.name}: {field}: {value}"
        elif field in roles or field == "lead":
            for words in value if isinstance(value, list) else [value]:
                if words is not None and (not isinstance(words, str) or words not in full):
                    yield f"{kind.name}: {field} does not stand in the text: {words}"


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def shared_runs(shared: Path) -> set[str]:
    """All runs of one character more than allowed in the texts of the shared folder."""
    runs: set[str] = set()
    for path in [*sorted((shared / "data" / "facts").glob("*.jsonl")), shared / "data" / "text" / "pool.jsonl"]:
        for row in read_jsonl(path):
            text = squeezed(f"{row.get('title') or ''}\n{row.get('text') or row.get('excerpt') or ''}")
            runs.update(text[i : i + LONGEST_RUN + 1] for i in range(len(text) - LONGEST_RUN))
    return runs


def common_runs(rows: list[dict[str, Any]], runs: set[str]) -> list[str]:
    """Where texts share more than names, amounts and stock phrases with others."""
    faults = []
    for row in rows:
        text = squeezed(f"{row['title']}\n{row['text']}")
        named = [squeezed(words) for event in row["events"] for value in event.values() for words in _strings(value)]
        for run in (run for run in _longest_common(text, runs) if worth(STOCK_PHRASES.sub("", run)) > LONGEST_RUN):
            if not any(run in name or (name in run and len(run) - len(name) < 8) for name in named):
                faults.append(f"{row['id']}: in common with the shared texts: {run[:60]}")
    return faults


def worth(run: str) -> float:
    """The length of a run in Chinese characters."""
    return sum(1.0 if "\u4e00" <= char <= "\u9fff" else 1 / 3 for char in run)


def _strings(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _longest_common(text: str, runs: set[str]) -> Iterator[str]:
    at, size = 0, LONGEST_RUN + 1
    while at + size <= len(text):
        if text[at : at + size] not in runs:
            at += 1
            continue
        end = at + size
        while end < len(text) and text[end - size + 1 : end + 1] in runs:
            end += 1
        yield text[at:end]
        at = end


if __name__ == "__main__":
    main()
