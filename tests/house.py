"""The look of the house: its folders, how they import each other, and what has grown too large. `make house` prints it."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGES = ("crawler", "store", "reports", "jobs")
MOST_LINES = 400
MOST_IN_A_FUNCTION = 40
# A migration is written once, by a machine.
_LEFT_OUT = ("store/migrations/",)


def sources() -> Iterator[Path]:
    """The modules of the product that people write."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(_LEFT_OUT):
                yield path


def too_large() -> Iterator[str]:
    """Files and functions (docstrings aside) beyond what one may have, a line each."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(ROOT).as_posix()
        if (lines := text.count("\n")) > MOST_LINES:
            yield f"{place}: {lines} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := _length(node)) > MOST_IN_A_FUNCTION:
                yield f"{place}: {node.name} has {length} lines"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    length = (node.end_lineno or 0) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        length -= (first.end_lineno or 0) - first.lineno + 1
    return length


def folders() -> Iterator[str]:
    """Each folder with its modules, their lines, and what its docstring says."""
    modules: Counter[Path] = Counter()
    lines: Counter[Path] = Counter()
    for path in sources():
        modules[path.parent] += 1
        lines[path.parent] += path.read_text(encoding="utf-8").count("\n")
    for folder in sorted(modules):
        about = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        name = "  " * (len(folder.relative_to(ROOT).parts) - 1) + folder.name + "/"
        yield f"{name:24} {modules[folder]:3} modules {lines[folder]:6} lines  {about.splitlines()[0] if about else ''}"


def circles(graph: grimp.ImportGraph) -> list[str]:
    """Imports that would have to go to leave no package importing itself by way of its siblings."""
    return sorted(
        f"{importer} → {imported}"
        for package in graph.modules
        if graph.find_children(package)
        for importer, imported in graph.nominate_cycle_breakers(package)
    )


def edges(graph: grimp.ImportGraph, package: str) -> Iterator[str]:
    """Which child of a package imports which, one line an importer."""
    children = sorted(graph.find_children(package))
    for one in children:
        found = [other for other in children if other != one and graph.direct_import_exists(importer=one, imported=other, as_packages=True)]
        if found:
            yield f"{one} → {', '.join(other.rpartition('.')[2] for other in found)}"


def main() -> None:
    """Print the house."""
    graph = grimp.build_graph(*PACKAGES, include_external_packages=False)
    out = [*folders(), "", f"{len(graph.modules)} modules, {graph.count_imports()} imports", ""]
    out += [*edges(graph, "crawler"), ""]
    out += ["circles:", *(f"  {one}" for one in circles(graph) or ["none"])]
    out += [f"over {MOST_LINES} lines a file or {MOST_IN_A_FUNCTION} a function:", *(f"  {one}" for one in list(too_large()) or ["none"])]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
