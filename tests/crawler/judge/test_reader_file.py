"""The model as it ships, on texts it was not trained on: own texts held apart, older labelled sentences, known kinds of fault."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from crawler.judge.document import Document
from crawler.judge.facts import as_json
from crawler.judge.judging import Judge
from crawler.judge.reader import encoder
from crawler.judge.reader.encoder import MODEL, MOST_WINDOWS, card, windows_of
from crawler.judge.reader.spans import Readout
from crawler.judge.reader.tokens import Window
from crawler.judge.registry import BY_NAME, KINDS
from training.prepare import HELD_SETS, prepared
from training.score import ALL, score, words

HERE = Path(__file__).parent
Event = dict[str, Any]
# Floors under event F1; `all` is micro over all kinds.
HELD_FLOORS = {
    "funding": 0.85, "ipo": 0.84, "acquisition": 0.80, "adoption": 0.76, "approval": 0.84, "partnership": 0.76, "policy": 0.77,
    "launch": 0.80, "results": 0.74, "figure": 0.80, ALL: 0.82,
}  # fmt: skip
SENTENCE_FLOORS = {
    "funding": 0.75, "ipo": 0.7, "acquisition": 0.7, "adoption": 0.7, "approval": 0.65, "partnership": 0.7, "policy": 0.6, "launch": 0.6,
    "results": 0.5, ALL: 0.75,
}  # fmt: skip
FAULTS_FLOOR = 0.6
MOST_MEGABYTES = 45


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@cache
def judge() -> Judge:
    return Judge()


def told(title: str, text: str) -> list[Event]:
    return [as_json(event) for event in judge().judge(Document("x", title, text), deep=True).events]


@pytest.fixture(scope="module")
def held() -> list[tuple[list[Event], list[Event]]]:
    """Labels and what is told of the own texts that no reader learns from."""
    return [(row.events or [], told(row.title, row.text)) for row, _ in prepared(None) if row.of in HELD_SETS]


def test_the_file_is_small_and_carries_its_card() -> None:
    assert Path(str(files("crawler.judge.reader").joinpath(MODEL))).stat().st_size <= MOST_MEGABYTES * 10**6
    assert set(card().least) <= set(BY_NAME)
    assert all(0 < least < 1 for least in card().least.values())


def test_held_texts_show_every_kind_and_as_many_without_any(held: list[tuple[list[Event], list[Event]]]) -> None:
    kinds = Counter(event["type"] for labelled, _ in held for event in labelled)
    assert set(kinds) == {kind.name for kind in KINDS}
    assert len(held) >= 100
    assert sum(not labelled for labelled, _ in held) >= len(held) / 4


@pytest.mark.parametrize("kind", HELD_FLOORS)
def test_floor_on_own_texts_held_apart(held: list[tuple[list[Event], list[Event]]], kind: str) -> None:
    counts = score(held)[kind]
    assert counts.f1 >= HELD_FLOORS[kind], counts


@pytest.fixture(scope="module")
def sentences() -> list[tuple[list[Event], list[Event]]]:
    """Labels and what is told of short texts labelled before there was a reader; each is labelled for `kinds` alone."""
    return [
        (row["events"], [event for event in told(row["title"], row["text"]) if event["type"] in row["kinds"]]) for row in rows("told.jsonl")
    ]


@pytest.mark.parametrize("kind", SENTENCE_FLOORS)
def test_floor_on_older_labelled_texts(sentences: list[tuple[list[Event], list[Event]]], kind: str) -> None:
    counts = score(sentences)[kind]
    assert counts.f1 >= SENTENCE_FLOORS[kind], counts


def test_no_training_text_is_among_the_texts_of_tests() -> None:
    own = {"".join((row.title + row.text).split()) for row, _ in prepared(None)}
    assert not [row for row in [*rows("told.jsonl"), *rows("faults.jsonl")] if "".join((row["title"] + row["text"]).split()) in own]


def fits(wanted: Event, event: Event) -> bool:
    """Whether an event told has each value that is named of it."""
    return event["type"] == wanted["type"] and all(
        _has(event, role, value) for role, value in wanted.items() if role not in ("type", "once")
    )


def _has(event: Event, role: str, value: Any) -> bool:
    got = event.get(role)
    if isinstance(value, list):
        return all(any(one in words(other) for other in got or ()) for one in value)
    if isinstance(value, bool) or role in BY_NAME[event["type"]].choices:
        return got == value
    return value in words(got) or (len(words(got)) > 1 and words(got) in value)


def faulty(row: dict[str, Any], events: list[Event]) -> list[str]:
    faults = []
    for wanted in row["wanted"]:
        found = [event for event in events if fits(wanted, event)]
        if not found or (wanted.get("once") and len([e for e in events if e["type"] == wanted["type"]]) > 1):
            faults.append(f"wanted {wanted}, told {len(found)}")
    return faults + [f"told, but never {never}" for never in row["never"] if any(fits(never, event) for event in events)]


def test_known_kinds_of_fault_have_ended() -> None:
    sentences = rows("faults.jsonl")
    faults = {row["text"]: (row["fault"], found) for row in sentences if (found := faulty(row, told(row["title"], row["text"])))}
    share = 1 - len(faults) / len(sentences)
    assert share >= FAULTS_FLOOR, "\n".join(f"{fault}: {text}: {found}" for text, (fault, found) in faults.items())


@pytest.mark.parametrize("text", ["今天多云，气温二十度，游人如织。", "The match ended in a draw after extra time."])
def test_a_text_without_a_cue_never_loads_the_model(text: str) -> None:
    code = (
        "import sys; from crawler.judge.judging import Judge; from crawler.judge.document import Document; "
        f"Judge().judge(Document('x', '', {text!r}), deep=True); print('onnxruntime' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_texts_of_any_length_are_read_window_by_window() -> None:
    text = "青禾市人民医院接入DeepSeek。" + "医院门诊大厅人来人往。" * 300 + "松湖市中医院接入通义千问。"
    assert len(windows_of(text, 0)) > 1
    assert {words(event["adopter"]) for event in told("", text) if event["type"] == "adoption"} >= {"青禾市人民医院", "松湖市中医院"}


def test_a_window_without_a_cue_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    weather = "今天多云转晴，气温二十度，公园里游人如织。"
    text = "青禾市人民医院接入DeepSeek。" + weather * 200 + "松湖市中医院接入通义千问。"
    seen: list[Window] = []

    def counted(window: Window) -> Readout:
        seen.append(window)
        return read(window)

    read = encoder.read
    monkeypatch.setattr(encoder, "read", counted)
    assert {words(event["adopter"]) for event in told("", text) if event["type"] == "adoption"} >= {"青禾市人民医院", "松湖市中医院"}
    assert len(windows_of(text, 0)) > 2 and len(seen) == 2


def test_of_an_endless_text_the_beginning_is_read() -> None:
    text = "青禾市人民医院接入DeepSeek。" + "医院门诊大厅人来人往。" * 6000
    assert len(windows_of(text, 0)) == MOST_WINDOWS


def test_reading_is_the_same_every_time() -> None:
    text = "凌岳医疗完成近亿元B轮融资，由云程资本领投。"
    assert told("", text) == told("", text)


@pytest.mark.parametrize("text", ["", "。", "融资", "获融资。", "raised $", "医" * 2000, "融资" * 800, "🩺" * 3000, "﷽" * 500])
def test_hostile_text_ends_quietly(text: str) -> None:
    for event in told("", text):
        assert text[event["evidence"]["start"] : event["evidence"]["end"]] == event["evidence"]["text"]
