"""How well judging does: one table of its numbers over the shared gold, its speed and memory. `python benchmarks/judge.py [FOLDER]`.

FOLDER is the shared folder (default: ../shared beside the repository). It holds gold texts in data/facts and the scorers in score.
The reader that ships was trained on most of these texts: figures marked * say that nothing broke, not how well it reads what it has
never seen. For that see docs/reader.md, measured on texts held apart.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.judge.judging import Judge  # noqa: E402
from jobs.cli.analyse import as_row, read_document  # noqa: E402

Rows = list[dict[str, Any]]
Line = tuple[str, str, float, str]  # gold, measure, value, wanted

NEWS_AIMS = {
    "funding": ">= .90", "ipo": ">= .85", "acquisition": ">= .78", "adoption": ">= .78", "approval": ">= .75", "partnership": ">= .68",
    "policy": ">= .72", "launch": ">= .68", "results": ">= .50", "figure": ">= .62",
}  # fmt: skip
EVENT_AIMS = {
    ("funding_health", "funding"): {"event": ">= .88", "amount": ">= .88", "investor": ">= .82", "lead": ">= .80"},
    ("funding_health", "ipo"): {"event": ">= .85", "amount": ">= .80"},
    ("funding_36kr", "funding"): {"event": ">= .80", "amount": ">= .80", "round": ">= .85", "investor": ">= .75"},
    ("adoption", "adoption"): {"event": ">= .80", "stage": ">= .75"},
}


def shared_folder(given: str | None = None) -> Path:
    """The shared folder: the one given, else the one beside the repository."""
    return Path(given) if given else ROOT.parent / "shared"


def read_rows(path: Path) -> Rows:
    """The rows of a gold file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def load_scorer(shared: Path, name: str) -> ModuleType:
    """One of the shared scorers as a module."""
    spec = importlib.util.spec_from_file_location(f"shared_{name}", shared / "score" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def analyse_rows(judge: Judge, rows: Rows) -> dict[str, dict[str, Any]]:
    """What `yixun analyse` prints of the rows, by id. The gold's own labels are not shown to the judge."""
    out = {}
    for row in rows:
        document = read_document({key: row.get(key) for key in ("id", "title", "text", "url", "published")}, str(row["id"]))
        assert document is not None
        out[str(row["id"])] = as_row(judge.judge(document, deep=True))
    return out


def by_id(rows: Rows) -> dict[str, dict[str, Any]]:
    """Gold rows by id."""
    return {str(row["id"]): row for row in rows}


def news_lines(judge: Judge, shared: Path) -> list[Line]:
    """Every kind of fact, relevance, topics and calibration over labelled news."""
    sys.path.insert(0, str(shared / "score"))  # the scorer imports its neighbour
    scorer = load_scorer(shared, "news")
    gold = read_rows(shared / "data" / "facts" / "news.jsonl")
    score, _ = scorer.score(by_id(gold), analyse_rows(judge, gold))
    lines: list[Line] = [
        ("news *", "events micro F1", score["events_micro"]["f1"], ">= .80"),
        ("news *", "relevance precision", score["relevance"]["precision"], ">= .93"),
        ("news *", "relevance recall", score["relevance"]["recall"], ">= .94"),
        ("news *", "topics micro F1", score["topics_micro_f1"], ">= .80"),
        ("news *", "gap of calibration", score["calibration"]["gap"], "<= .06"),
    ]
    return lines + [(f"news ({kind}) *", "event F1", row["event"]["f1"], NEWS_AIMS[kind]) for kind, row in score["types"].items()]


def relevance_lines(judge: Judge, shared: Path) -> list[Line]:
    """Relevance and topics."""
    scorer = load_scorer(shared, "relevance")
    lines: list[Line] = []
    for name in ("relevance", "domain"):
        gold = read_rows(shared / "data" / "facts" / f"{name}.jsonl")
        said = analyse_rows(judge, gold)
        score = scorer.score(by_id(gold), said)
        kept = sum(said[str(row["id"])]["relevant"] for row in gold if row["relevant"] == "no")
        found = round(score["recall"] * score["rows"]["yes"])
        lines += [
            (f"{name} *", f"found of {score['rows']['yes']}", found, ">= 7 of 8" if name == "relevance" else ">= .94"),
            (f"{name} *", f"false of {score['rows']['no']}", kept, "<= 4" if name == "relevance" else "<= 3"),
            (f"{name} *", "topics micro F1", score["topic_micro_f1"], ">= .80" if name == "domain" else ""),
        ]
    return lines


def event_lines(judge: Judge, shared: Path) -> list[Line]:
    """Funding rounds, IPO steps and adoptions in sets of their own."""
    scorer = load_scorer(shared, "events")
    lines: list[Line] = []
    for (name, kind), aims in EVENT_AIMS.items():
        gold = read_rows(shared / "data" / "facts" / f"{name}.jsonl")
        score = scorer.score(by_id(gold), analyse_rows(judge, gold), kind)
        lines += [(f"{name} ({kind}) *", f"{field} F1", score[f"{field}_f1"], aim) for field, aim in aims.items()]
        without = score["texts_without_event"]
        lines.append((f"{name} ({kind}) *", f"false among {without} without", score["of_these_with_a_false_one"], ""))
    gold = read_rows(shared / "data" / "facts" / "fewfc_other.jsonl")
    false = sum(any(event["type"] == "funding" for event in row["events"]) for row in analyse_rows(judge, gold).values())
    return [*lines, ("fewfc_other *", f"texts with a false round of {len(gold)}", false, "<= 4")]


def amount_lines(judge: Judge, shared: Path) -> list[Line]:
    """Sums of money with their currency, over the specification's inputs that expect one."""
    right = total = 0
    for number, case in enumerate(json.loads((shared / "data" / "text" / "recognizers_zh_currency.json").read_text(encoding="utf-8-sig"))):
        expected = [result.get("Resolution") or {} for result in case["Results"]]
        if not expected or any(not one.get("isoCurrency") or one.get("value") is None for one in expected):
            continue  # not a plain amount with its currency
        total += 1
        said = analyse_rows(judge, [{"id": str(number), "text": case["Input"]}])[str(number)]["amounts"]
        got = {(amount["currency"], float(amount["low"])) for amount in said if amount["low"] is not None}
        right += all((one["isoCurrency"], float(one["value"])) in got for one in expected)
    return [("recognizers_zh_currency", f"right of {total}", round(right / max(1, total), 3), ">= .92")]


def speed_lines(judge: Judge, shared: Path) -> list[Line]:
    """Texts a second of one core: as the crawl judges and as `yixun analyse` does."""
    facts = shared / "data" / "facts"
    general = read_rows(facts / "relevance.jsonl")[::6]  # enough for a figure that holds
    relevant = [
        row
        for row in read_rows(facts / "news.jsonl")
        if row["relevant"] == "yes" and 300 <= len(row.get("title") or "") + len(row["text"]) <= 500
    ]
    ways = (
        ("general news", general, None, ">= 400"),
        ("general news", general, True, ">= 20"),
        ("relevant, 300-500 long", relevant, True, ">= 8"),
    )
    lines: list[Line] = []
    for name, rows, deep, aim in ways:
        documents = [d for row in rows if (d := read_document({key: row.get(key) for key in ("id", "title", "text")}, name))]
        start = time.process_time()
        for document in documents:
            judge.judge(document, deep=deep)
        how = "as the crawl judges" if deep is None else "by analyse"
        lines.append((name, f"texts/s {how}", round(len(documents) / (time.process_time() - start), 1), aim))
    return lines


def memory_lines(_judge: Judge, shared: Path) -> list[Line]:
    """Megabytes that a process like the reading process of a crawl comes to hold, the model loaded and 200 texts judged."""
    code = (
        "import json, resource, sys; from crawler.reading.process import Reader; from crawler.judge.judging import Judge; "
        "from crawler.judge.document import Document; Reader([]); judge = Judge(); "
        "rows = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')][:200]; "
        "[judge.judge(Document(str(r['id']), r.get('title') or '', r['text']), deep=True) for r in rows]; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    news = str(shared / "data" / "facts" / "news.jsonl")
    done = subprocess.run([sys.executable, "-c", code, news], cwd=ROOT, capture_output=True, text=True, check=True)
    return [("memory", "MB of the reading process", round(float(done.stdout)), "<= 450")]


def start_lines(_judge: Judge, _shared: Path) -> list[Line]:
    """Seconds of processor time that a new process needs up to its first judgement, and that the reading process of a crawl needs."""
    first = "from crawler.judge.judging import Judge; from crawler.judge.document import Document; Judge().judge(Document('1', '医院'))"
    reading = "from crawler.reading import Reader; Reader([])"
    lines: list[Line] = []
    for measure, code in (("first judgement", first), ("reading process", reading)):
        code += "; import time; print(time.process_time())"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        lines.append(("start", f"CPU seconds to {measure}", round(float(done.stdout), 2), "<= 1"))
    return lines


def main() -> None:
    """Print the table."""
    shared = shared_folder(sys.argv[1] if len(sys.argv) > 1 else None)
    if not (shared / "data" / "facts").is_dir():
        sys.exit(f"{shared}: there is no data/facts here; name the shared folder")
    judge = Judge()
    for part in (news_lines, relevance_lines, event_lines, amount_lines, speed_lines, memory_lines, start_lines):
        for gold, measure, value, aim in part(judge, shared):
            print(f"{gold:28} {measure:32} {value:>8} {aim:>10}")


if __name__ == "__main__":
    main()
