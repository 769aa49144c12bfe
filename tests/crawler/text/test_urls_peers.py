# ruff: noqa: E501 (pages and patterns are kept as they are written)
"""The cases of w3lib and courlan: what they hold for one address, we hold for one address. Read from their source archives, never copied."""

from __future__ import annotations

import ast
import re
import tarfile
from pathlib import Path

import pytest

from crawler.text.urls import canonical_url
from tests.archives import source_archive

# pip builds what it downloads, which takes half a minute each.
pytestmark = pytest.mark.soak

# Where we differ on purpose, and nowhere else.
_ON_PURPOSE = {
    "two addresses in one are not guessed apart": re.compile(r"https?:.*https?:"),
    "a parameter without value is not one with an empty value": re.compile(r"[?&][^=&]+(?:&|$)"),
    "the order of equal names may matter": re.compile(r"[?&](\w+)=[^&]*&\1="),
    "a parameter that may tell articles apart stays": re.compile(r"[?&]\w+_(?:source|affiliate)="),
    "what stands in braces is a part of the address": re.compile(r"\{"),
}
_FUNCTIONS = {"w3lib": {"canonicalize_url"}, "courlan": {"clean_url", "scrub_url", "normalize_url"}}


def _cases(archive: Path, functions: set[str]) -> list[tuple[str, str]]:
    """Pairs of address and result in asserts of the form f("…") == "…", without further arguments."""
    cases = []
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if "test" not in member.name or not member.name.endswith(".py"):
                continue
            file = tar.extractfile(member)
            for node in ast.walk(ast.parse(file.read().decode("utf-8"))) if file else ():
                if not (isinstance(node, ast.Compare) and isinstance(node.left, ast.Call) and isinstance(node.ops[0], ast.Eq)):
                    continue
                call, right = node.left, node.comparators[0]
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                if (
                    name in functions
                    and len(call.args) == 1
                    and not call.keywords
                    and isinstance(call.args[0], ast.Constant)
                    and isinstance(right, ast.Constant)
                ):
                    cases.append((call.args[0].value, right.value))
    return [(a, b) for a, b in cases if isinstance(a, str) and isinstance(b, str)]


@pytest.fixture(scope="module", params=sorted(_FUNCTIONS))
def cases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The cases of one library."""
    found = _cases(source_archive(request.param, tmp_path_factory.mktemp(request.param)), _FUNCTIONS[request.param])
    assert len(found) > 10, "the archive's tests changed their form"
    return found


def test_what_peers_fold_is_folded(cases: list[tuple[str, str]]) -> None:
    held = [(a, b) for a, b in cases if canonical_url(b)]
    assert len(held) > 10
    apart = [(a, b, canonical_url(a), canonical_url(b)) for a, b in held if canonical_url(a) != canonical_url(b)]
    assert not [case for case in apart if not any(pattern.search(case[0]) for pattern in _ON_PURPOSE.values())]
    assert len(apart) <= 0.15 * len(held), "\n".join(map(str, apart))


def test_the_canonical_form_is_its_own(cases: list[tuple[str, str]]) -> None:
    for pair in cases:
        for address in pair:
            form = canonical_url(address)
            assert form is None or canonical_url(form) == form
