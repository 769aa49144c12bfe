"""Names of the catalogue, on labelled sentences of our own, and the kinds of names outside it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler.judge.document import Document, Reading
from crawler.judge.facts import Mention
from crawler.judge.knowledge import AiModel, Ambiguity, Knowledge, Organisation, load_knowledge
from crawler.judge.name_ends import kind_of, without_legal_form
from crawler.judge.names import Names
from store.text import fold

SENTENCES = [json.loads(line) for line in Path(__file__).with_name("names.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(load_knowledge())


def mentions(names: Names, text: str) -> list[Mention]:
    return Reading(Document("t", text=text), names).catalogued


@pytest.mark.parametrize("row", SENTENCES, ids=[row["text"][:24] for row in SENTENCES])
def test_labelled_sentence(names: Names, row: dict[str, Any]) -> None:
    found = mentions(names, row["text"])
    organisations = [m for m in found if m.target == "organisation"]
    assert [m.id for m in organisations if m.id] == row.get("organisations", []) or "organisations" not in row
    if "models" in row:
        assert [m.as_written for m in found if m.target == "model"] == row["models"]
    assert not {m.id for m in found} & set(row.get("not", []))


@pytest.mark.parametrize("row", SENTENCES, ids=[row["text"][:24] for row in SENTENCES])
def test_mentions_hold_their_place_and_do_not_overlap(names: Names, row: dict[str, Any]) -> None:
    found = mentions(names, row["text"])
    for mention in found:
        assert row["text"][mention.start : mention.end] == mention.as_written
    for before, after in pairwise(found):
        assert before.end <= after.start


@pytest.mark.parametrize(
    ("written", "version"),
    [("DeepSeek-R1", "R1"), ("Qwen2.5-72B", "2.5-72B"), ("GPT-4o", "4o"), ("通义千问", None), ("WiNGPT 3.0", "3.0"), ("Kimi K2", "K2")],
)
def test_version_of_a_model(names: Names, written: str, version: str | None) -> None:
    (mention,) = names.find(written, fold(written))
    assert mention.as_written == written
    assert names.version(mention) == version


def catalogue(*entries: Organisation | AiModel) -> Names:
    organisations = {e.id: e for e in entries if isinstance(e, Organisation)}
    return Names(Knowledge(organisations, {e.id: e for e in entries if isinstance(e, AiModel)}))


def ids(names: Names, text: str) -> list[str | None]:
    return [m.id for m in names.find(text, fold(text))]


def test_longest_name_wins_and_a_refused_one_leaves_the_shorter() -> None:
    long = Organisation(id="long", zh="青石医疗集团", kind="company", ambiguous=(Ambiguity(name="青石医疗集团", text=("上市",)),))
    short = Organisation(id="short", zh="青石医疗", kind="company")
    names = catalogue(long, short)
    assert ids(names, "青石医疗集团将上市") == ["long"]
    assert ids(names, "青石医疗集团开业") == ["short"]


def test_latin_names_need_boundaries_but_not_beside_chinese() -> None:
    names = catalogue(Organisation(id="o", en="Vexa", kind="company"))
    assert ids(names, "接入Vexa平台") == ["o"]
    assert ids(names, "Vexa's plan") == ["o"]
    assert ids(names, "Vexaline and UniVexa") == []


def test_short_acronym_needs_its_case() -> None:
    names = catalogue(Organisation(id="o", en="HAX", kind="company"))
    assert ids(names, "the HAX board") == ["o"]
    assert ids(names, "a hax board") == []


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (Ambiguity(name="云山", near=("融资",)), "云山完成融资", ["o"]),
        (Ambiguity(name="云山", near=("融资",)), "云山" + "很" * 60 + "融资", []),
        (Ambiguity(name="云山", text=("融资",)), "云山" + "很" * 60 + "融资", ["o"]),
        (Ambiguity(name="云山", not_before=("路",)), "云山路", []),
        (Ambiguity(name="云山", not_after=("白",)), "白云山", []),
        (Ambiguity(name="云山", not_after=("白",)), "看云山", ["o"]),
    ],
)
def test_context_rules(rule: Ambiguity, text: str, expected: list[str]) -> None:
    assert ids(catalogue(Organisation(id="o", zh="云山", kind="company", ambiguous=(rule,))), text) == expected


def test_full_width_and_traditional_script_fold() -> None:
    names = catalogue(Organisation(id="o", zh="云医科技", en="Yunyi", kind="company"))
    assert ids(names, "雲醫科技（ＹＵＮＹＩ）") == ["o", "o"]


def test_folding_goes_one_step() -> None:
    assert fold("薴苧") == "苧苎"
    assert fold("ＡＢＣ，Ä Ω　Big") == "abc,ä ω big"


def test_broken_characters_do_not_stop_the_search() -> None:
    names = catalogue(Organisation(id="o", zh="云医科技", kind="company"))
    (mention,) = names.find("\ud83d坏😀云医科技", fold("\ud83d坏😀云医科技"))
    assert (mention.start, mention.end) == (3, 7)


def test_a_name_as_a_whole_is_known(names: Names) -> None:
    assert names.knows("智云健康")
    assert not names.knows("智云健康的朋友")


def test_every_own_name_is_found(names: Names) -> None:
    """A name without a context rule finds its own entry, also between Chinese characters."""
    missed = []
    for entry in (*names.knowledge.organisations.values(), *names.knowledge.models.values()):
        ruled = {rule.name for rule in entry.ambiguous}
        missed += [name for name in entry.names() if name not in ruled and entry.id not in ids(names, f"据{name}。")]
    assert missed == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("青浦区中医院", "hospital"),
        ("苏州大学附一院", "hospital"),
        ("Lakeside Hospital", "hospital"),
        ("湖山市医保局", "regulator"),
        ("湖山市大数据局", "agency"),
        ("Lakeside University", "university"),
        ("远山创业投资有限公司", "investor"),
        ("Northbank Capital", "investor"),
        ("云桥医疗科技有限公司", "company"),
        ("云桥", "company"),
    ],
)
def test_the_kind_of_a_name_outside_the_catalogue_is_read_from_its_end(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("微医控股有限公司", "微医"),
        ("讯飞医疗科技股份有限公司", "讯飞医疗科技"),
        ("推想医疗（Infervision）有限责任公司", "推想医疗"),
        ("XtalPi Holdings Ltd.", "XtalPi"),
        ("Keya Medical Technology Co., Ltd", "Keya Medical Technology"),
        ("中国控股医院", "中国控股医院"),
        ("Incline Health", "Incline Health"),
    ],
)
def test_a_name_without_its_legal_form(name: str, bare: str) -> None:
    assert without_legal_form(name) == bare
