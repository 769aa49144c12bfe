"""Both READMEs, and that of deploy/, offer commands that work; the Chinese one offers the same as the English one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.jobs.command import Yixun

from .generate import every_command

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
# They go out to the real web, or stay; their tests run them on loopback.
_GOES_OUT = {("crawl", "--due"), ("run", "--once")}


def commands(path: str) -> list[list[str]]:
    """The words of each line of the shell, comments aside."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / path).read_text(encoding="utf-8"), re.DOTALL)
    return [words for line in "".join(blocks).splitlines() if (words := shlex.split(line, comments=True))]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_both_languages_offer_the_same_commands_and_pages() -> None:
    assert commands(READMES[0]) == commands(READMES[1])
    for path in READMES:
        links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / path).read_text(encoding="utf-8"))
        assert len(links) > 15 and all((ROOT / link).is_file() for link in links), path


@pytest.mark.parametrize("path", READMES)
def test_its_commands_work_one_after_another(path: str, yixun: Yixun) -> None:
    made = {tuple(words) for words in commands(path) if words[0] == "make"}
    assert {word for _, *words in made for word in words} <= targets()
    called = [words[1:] for words in commands(path) if words[0].endswith("bin/yixun")]
    assert len(called) > 5 and called[0] == ["init"]
    for words in called:
        if tuple(words) not in _GOES_OUT:
            # Nothing was crawled: there is nothing to tell of the one address.
            done = yixun(*words, check=1 if words[0] == "why" else 0)
            assert "Traceback" not in done.stderr
    for words in _GOES_OUT:
        assert words[1] in yixun(words[0], "--help").stdout


def test_the_deployment_calls_commands_and_copies_files_that_are_there() -> None:
    options = {name: {text for parameter in command.params for text in parameter.opts} for name, command in every_command()}
    called = [words[words.index(one) + 1 :] for words in commands("deploy/README.md") for one in words if one.endswith("bin/yixun")]
    assert len(called) >= 4
    for words in called:
        name = " ".join(words[:2]) if " ".join(words[:2]) in options else words[0]
        assert {word for word in words if word.startswith("--")} <= options[name], words
    files = {word for words in commands("deploy/README.md") for word in words if word.startswith("deploy/")}
    assert len(files) >= 3 and all((ROOT / file).is_file() for file in files)
