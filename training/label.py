"""Labels kept without their text: words become offsets, the text its hash.

    python -m training.label SHARED WORDED.jsonl OUT.jsonl [--kinds funding,ipo,acquisition]

WORDED has a line a text: {set, id, relevant?, topics?, events}, roles as words. With `--kinds` the events are all there are of those
kinds, and say nothing of others. Prints what could not be placed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .rows import read_jsonl, text_hash, texts_by_id

WORDS = frozenset({"type", "stage", "kind", "hosting", "decision", "background", "health"})


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path), parser.add_argument("worded", type=Path), parser.add_argument("out", type=Path)
    parser.add_argument("--kinds", default="")
    a = parser.parse_args()
    texts = texts_by_id(a.shared)
    with a.out.open("w", encoding="utf-8") as out:
        for row in read_jsonl(a.worded):
            full = texts[row["set"], str(row["id"])]
            made: dict[str, Any] = {"set": row["set"], "id": row["id"], "hash": text_hash(full)}
            made |= {key: row[key] for key in ("relevant", "topics") if key in row}
            if a.kinds:
                made["kinds"] = a.kinds.split(",")
            made["events"] = [_placed(full, event, str(row["id"])) for event in row["events"]]
            out.write(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n")


def _placed(full: str, event: dict[str, Any], where: str) -> dict[str, Any]:
    def offsets(words: str) -> list[int] | None:
        at = full.find(words)
        if at < 0:
            sys.stdout.write(f"{where}: not in the text: {words}\n")
            return None
        return [at, at + len(words)]

    return {
        role: value
        if role in WORDS or value is None
        else [o for v in value if (o := offsets(v)) is not None]
        if isinstance(value, list)
        else offsets(value)
        for role, value in event.items()
    }


if __name__ == "__main__":
    main()
