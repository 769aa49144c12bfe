"""Knowledge files: what they must hold, and what a wrong one is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from crawler.judge.knowledge import AiModel, KnowledgeExtra, Organisation, load_entries, load_knowledge
from store.errors import KnowledgeError
from store.text import fold


def test_the_catalogue_is_large_enough() -> None:
    known = load_knowledge()
    kinds = Counter(o.kind for o in known.organisations.values())
    assert len(known.organisations) >= 900
    assert kinds["hospital"] >= 180
    assert kinds["investor"] >= 130
    assert kinds["company"] >= 400
    assert kinds["regulator"] + kinds["agency"] >= 75
    assert kinds["university"] >= 80
    assert len(known.models) >= 90


@pytest.mark.parametrize(
    "name",
    [
        *("CardioMind", "Zhongshan Hospital", "Ping An Health", "ClouDr", "Insilico Medicine", "Baidu", "Sinovation Ventures", "Fosun"),
        *("National Healthcare Security Administration", "Ministry of Science and Technology", "Tencent", "WeDoctor", "JD Health"),
        *("Alibaba Health", "National AI Industry Investment Fund", "INF Technology", "Peking University", "Guosen Securities"),
        *("Frost & Sullivan", "Julius Bär", "Flare Capital Partners", "Duke Kunshan University", "Cheung Kong Graduate School of Business"),
        *(
            "微医",
            "医联",
            "圆心",
            "AQ",
            "阿福",
            "协和",
            "同济",
            "瑞金医院",
            "通义千问",
            "混元大模型",
            "盘古大模型",
            "华佗GPT",
            "氢离子",
            "京医千询",
        ),
    ],
)
def test_a_name_that_must_be_there(name: str) -> None:
    known = load_knowledge()
    names = {fold(n) for entry in (*known.organisations.values(), *known.models.values()) for n in entry.names()}
    assert fold(name) in names


def test_no_name_stands_for_two_entries_without_a_rule() -> None:
    known = load_knowledge()
    owners: dict[str, list[str]] = {}
    for entry in (*known.organisations.values(), *known.models.values()):
        ruled = {rule.name for rule in entry.ambiguous}
        for name in {fold(n) for n in entry.names() if n not in ruled}:
            owners.setdefault(name, []).append(entry.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_short_chinese_names_carry_a_rule_or_are_no_common_word() -> None:
    """Names of two characters that are also common words must have a context rule."""
    common = {"苹果", "字节", "联想", "圆心", "微医", "医联", "协和", "同济", "华西", "湘雅", "众安", "险峰", "红杉", "元智", "大医"}
    known = load_knowledge()
    for entry in (*known.organisations.values(), *known.models.values()):
        ruled = {rule.name for rule in entry.ambiguous}
        assert not (set(entry.names()) & common) - ruled, entry.id


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "things.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "subject", "message"),
    [
        ("- {id: a, zh: 甲, kind: company}\n- id: b\n  zh: 乙\n  kind: clinic\n", "things.yaml:4: b", "kind: Input should be"),
        (
            "- {id: a, zh: 甲, kind: company}\n- {id: a, zh: 乙, kind: company}\n",
            "things.yaml:2: a",
            "the id is taken by the entry in line 1",
        ),
        ("- id: a\n  zh: 甲\n  zh: 乙\n  kind: company\n", "things.yaml:1: a", "the key 'zh' stands twice"),
        ("- {id: a, zh: 甲, kind: company, colour: red}\n", "things.yaml:1: a", "colour: Extra inputs are not permitted"),
        ("- {id: a, kind: company}\n", "things.yaml:1: a", "expected a name in `zh` or `en`"),
        ("- {id: a, zh: 甲, kind: company, ticker: 600276}\n", "things.yaml:1: a", "ticker: Input should be a valid string"),
        ("- {id: a, zh: 甲, kind: company, ambiguous: [{name: 乙}]}\n", "things.yaml:1: a", "'乙' is none of the entry's names"),
        ("- {zh: 甲, kind: company}\n", "things.yaml:1: entry without id", "id: Field required"),
        ("- just words\n", "things.yaml:1: entry", "expected an entry with keys"),
        ("a: b\n", "things.yaml:1", "expected a list of entries"),
        ("- id: a\n\tzh: 甲\n", "things.yaml:2", "is no YAML"),
    ],
)
def test_a_wrong_file_names_file_line_and_entry(tmp_path: Path, text: str, subject: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_entries(write(tmp_path, text), Organisation)
    assert caught.value.subject == subject
    assert message in caught.value.message
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.yaml: cannot be read"):
        load_entries(tmp_path / "none.yaml", Organisation)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert load_entries(write(tmp_path, "# nothing yet\n"), AiModel) == []


def test_additions_join_and_replace() -> None:
    extra = KnowledgeExtra.model_validate(
        {
            "organisations": [
                {"id": "new_one", "zh": "青石云医", "kind": "company"},
                {"id": "cloudr", "en": "ClouDr Two", "kind": "company"},
            ],
            "models": [{"id": "new_model", "family": "other", "name": "Qingshi", "maker": "new_one"}],
        }
    )
    known = load_knowledge(extra)
    assert known.organisations["new_one"].zh == "青石云医"
    assert known.organisations["cloudr"].en == "ClouDr Two"
    assert known.models["new_model"].maker == "new_one"
    assert "new_one" not in load_knowledge().organisations


def test_a_maker_must_be_known() -> None:
    extra = KnowledgeExtra.model_validate({"models": [{"id": "m", "family": "other", "name": "M", "maker": "nobody"}]})
    with pytest.raises(KnowledgeError, match="models: m: maker: no organisation has the id 'nobody'"):
        load_knowledge(extra)


def test_additions_follow_the_schema() -> None:
    with pytest.raises(ValidationError, match="family"):
        KnowledgeExtra.model_validate({"models": [{"id": "m", "family": "unheard", "name": "M"}]})
