"""Adoptions: own labelled texts row by row, what goes with them, and floors on the real ones where they are at hand."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.judge.adoption import find_adoptions
from crawler.judge.document import Document, Reading
from crawler.judge.facts import Adoption, Fact
from crawler.judge.knowledge import load_knowledge
from crawler.judge.names import Names
from crawler.judge.uptake.noise import without_glosses

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("adoption.jsonl").read_text(encoding="utf-8").splitlines()
]


@cache
def _names() -> Names:
    return Names(load_knowledge())


def _reading(text: str, *, title: str = "", published: str | None = None) -> Reading:
    day = datetime.fromisoformat(published).replace(tzinfo=ZoneInfo("Asia/Shanghai")) if published else None
    return Reading(Document("x", title, text, published=day), _names())


def _adoptions(facts: list[Fact]) -> list[Adoption]:
    return [fact for fact in facts if isinstance(fact, Adoption)]


def _only(text: str, **more: Any) -> Adoption:
    (fact,) = _adoptions(find_adoptions(_reading(text, **more)).facts)
    return fact


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_labelled_text(row: dict[str, Any]) -> None:
    reading = _reading(row["text"], title=row.get("title", ""))
    found = find_adoptions(reading)
    said = [[f.adopter.as_written, f.model.family, f.stage, f.hosting] for f in _adoptions(found.facts)]
    assert sorted(said, key=str) == sorted(row["events"], key=str)
    assert sorted([f.adopter.as_written, f.model.family] for f in _adoptions(found.denied)) == sorted(row.get("denied", []))
    for fact in [*found.facts, *found.denied]:
        assert reading.full[fact.evidence.start : fact.evidence.end] == fact.evidence.text


def test_labels_cover_every_stage_and_language() -> None:
    stages = {event[2] for row in ROWS for event in row["events"]}
    assert stages == {"planned", "announced", "pilot", "live", "expanded"}
    assert sum(not row["events"] for row in ROWS) >= 30
    assert {row["id"].split("-")[0] for row in ROWS} == {"zh", "hant", "en"}


def test_one_row_per_adopter_and_model_with_what_later_sentences_add() -> None:
    text = "桐川市中心医院（下称“桐川中心医院”）接入DeepSeek。桐川中心医院影像科采用本地化部署的DeepSeek，推出“桐小影”报告助手。"
    fact = _only(text)
    assert (fact.adopter.as_written, fact.hosting, fact.product, fact.department) == ("桐川市中心医院", "local", "桐小影", "影像科")


def test_version_of_the_model() -> None:
    assert _only("青禾市第二人民医院部署了DeepSeek-R1。").model.version == "R1"


def test_day_in_the_text_goes_before_the_day_of_publication() -> None:
    assert _only("3月8日，青禾市第二人民医院部署了DeepSeek。", published="2025-03-12").announced_on == date(2025, 3, 8)
    assert _only("青禾市第二人民医院部署了DeepSeek。", published="2025-03-12").announced_on == date(2025, 3, 12)


def test_what_the_text_recalls_is_background() -> None:
    assert _only("早在2023年，青禾市第二人民医院就引进了盘古大模型。", published="2025-03-12").background
    assert not _only("日前，青禾市第二人民医院引进了盘古大模型。", published="2025-03-12").background


def test_announced_becomes_live_when_the_text_goes_on_to_say_so() -> None:
    text = "青禾市第二人民医院宣布接入DeepSeek。3月底，系统正式上线。"
    assert _only(text).stage == "live"


def test_glosses_are_read_over_and_kept_in_what_is_reported() -> None:
    reading = _reading("青(qīng)禾市中醫(yī)院已(yǐ)部署DeepSeek。")
    (fact,) = _adoptions(find_adoptions(reading).facts)
    assert fact.adopter.as_written == "青(qīng)禾市中醫(yī)院"
    assert fact.evidence.text == reading.full


def test_text_without_glosses_is_left_alone() -> None:
    assert without_glosses("松湖市中心医院（简称中心医院）(R1)") is None


def test_offsets_through_glosses() -> None:
    plain = without_glosses("長(zhǎng)治(zhì)市")
    assert plain is not None
    assert plain.text == "長治市"
    assert (plain.offset(2), plain.offset(2, end=True)) == (14, 9)


@pytest.mark.parametrize("text", ["", "。", "DeepSeek", "部署" * 3000, "医院接入DeepSeek" * 300, "(" * 2000 + "醫院DeepSeek部署"])
def test_hostile_text_ends_quietly(text: str) -> None:
    found = find_adoptions(_reading(text))
    assert isinstance(found.facts, list)
