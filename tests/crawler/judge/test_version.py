"""What judged an item has a name that changes with the weights, the code, the rules and the catalogue, and with nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.judge.judging import Judge
from crawler.judge.knowledge import KnowledgeExtra, Organisation, load_knowledge

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what judging is made of."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("crawler", "store"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def version(tree: Path) -> str:
    words = [sys.executable, "-c", "from crawler.judge.judging import Judge; print(Judge().version)"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(words, cwd=tree, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.mark.parametrize(
    ("file", "added"),
    [
        ("crawler/judge/reader/reader.onnx", "weights"),
        ("crawler/judge/money.py", "\n# another rule\n"),
        ("crawler/text/language.py", "\n# another rule\n"),
        ("crawler/knowledge/terms.yaml", "\n# another word\n"),
    ],
)
def test_weights_code_and_words_change_it(tree: Path, file: str, added: str) -> None:
    before = version(tree)
    assert before == version(tree)
    with (tree / file).open("a", encoding="utf-8") as out:
        out.write(added)
    assert version(tree) != before


def test_the_catalogue_changes_it() -> None:
    added = KnowledgeExtra(organisations=(Organisation(id="qingshi", kind="company", zh="青石云医"),))
    versions = {Judge().version, Judge(load_knowledge(added)).version}
    assert len(versions) == 2
    assert len(Judge().version) == 12
