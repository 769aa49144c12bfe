"""The docs say what the code does: commands, settings, columns, dependencies."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import files, metadata, packages_distributions

import pytest
from packaging.requirements import Requirement
from sqlalchemy import Engine, inspect

from jobs.saved import saved_queries
from store.database import session_scope
from store.models import SourceState
from store.queries import run_query
from store.schema import view_names
from store.stories import refresh
from tests.store.rows import NOON, a_round, a_source, a_story, an_adoption, an_item, with_topics

from .generate import DOCS, PAGES, every_command, with_generated

PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_settings_are_documented_as_they_are(name: str) -> None:
    assert page(name) == with_generated(page(name), PAGES[name]()), "run `make docs`"


def test_every_command_says_what_it_does() -> None:
    for name, command in every_command():
        assert len(command.help or "") > 15, name
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.opts}"


def test_commands_named_in_the_docs_are_there() -> None:
    there = {name for name, _ in every_command()}
    groups = {name.split()[0] for name in there if " " in name}
    for path in sorted(DOCS.glob("*.md")):
        for words in re.findall(r"`yixun ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)", path.read_text(encoding="utf-8")):
            # A word behind a command of one word is an argument of it.
            command = words if words in there or words in groups else words.split()[0]
            assert command in there | groups and (command not in groups or command == words), f"{path.name}: yixun {words}"


def documented_columns() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in page("data.md").split("\n## ")[1:]:
        found[part.splitlines()[0]] = re.findall(r"^\| (\w+) \|", part, re.MULTILINE)[1:]
    return found


def test_the_column_dictionary_is_the_schema(engine: Engine) -> None:
    documented = documented_columns()
    for view in view_names():
        assert documented[view] == [column["name"] for column in inspect(engine).get_columns(view)], view


def worked_queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", page("data.md"), re.DOTALL)


def test_worked_and_saved_queries_run_and_find_something(engine: Engine) -> None:
    with session_scope(engine) as session:
        a_source(session)
        item = an_item(session)
        story = a_story(session, item)
        with_topics(session, item, "deepseek", "model_adoption")
        a_round(session, item)
        an_adoption(session, item)
        refresh(session, [story.id or 0], now=NOON)
        a_source(session, id="broken", name="Broken")
        session.get_one(SourceState, "broken").status = "failing"
    now, then = worked_queries()[:3], worked_queries()[3:]
    for sql in [*now, *(one.sql for one in saved_queries().values())]:
        assert run_query(engine, sql, max_rows=100, seconds=20).rows, sql
    # Of these facts nothing was judged, so they have no past.
    assert len(then) == 2 and not any(run_query(engine, sql, max_rows=100, seconds=20).rows for sql in then)


def test_saved_queries_say_what_they_answer() -> None:
    assert len(saved_queries()) >= 5
    for query in saved_queries().values():
        assert len(query.about) > 20 and not query.about.startswith("SELECT"), query.name


def requirements() -> dict[str, str]:
    """Direct dependencies with the extra they belong to; tools to build, test and train with are not shipped."""
    found = {Requirement(line).name.lower(): "" for line in PROJECT["dependencies"]}
    for extra in ("demo", "postgres", "parquet"):
        found |= {Requirement(line).name.lower(): extra for line in PROJECT["optional-dependencies"].get(extra, [])}
    return found


def licence_of(name: str) -> str:
    """What a package says of its licence: in its metadata, else the head of its licence file."""
    about = metadata(name)
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    said = " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:80], *classifiers]).strip()
    texts = [file for file in files(name) or [] if "license" in file.name.lower()]
    return said or " ".join(texts[0].read_text(encoding="utf-8").split())[:80]


def test_every_dependency_is_listed_with_licence_and_reason() -> None:
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\w*) ?\| (\S+) \| (.+?) \|$", page("dependencies.md"), re.MULTILINE)
    rows = [row for row in rows if row[0] != "package"]
    assert {name: extra for name, extra, _, _ in rows} == requirements()
    assert [row[0] for row in rows] == sorted(requirements())
    for name, _, licence, why in rows:
        assert licence.split("-")[0].lower() in licence_of(name).lower(), f"{name}: {licence_of(name)}"
        assert len(why) > 10, name


def test_no_core_dependency_binds_us_to_the_gpl() -> None:
    for name, extra in requirements().items():
        licence = licence_of(name)
        # One that may be had under a BSD licence as well leaves the choice to us.
        assert extra or "BSD" in licence or not re.search(r"\bA?GPL|\bGNU", licence), f"{name}: {licence}"


def test_what_is_imported_is_what_is_declared() -> None:
    owners = packages_distributions()
    imported: set[str] = set()
    for package in ("store", "crawler", "reports", "jobs"):
        for path in sorted((DOCS.parent / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = [name.name for name in node.names] if isinstance(node, ast.Import) else []
                modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                imported |= {owner.lower() for module in modules for owner in owners.get(module.partition(".")[0], [])}
    ours = {"yixun", "pydantic-core"}  # pydantic is made of two packages
    assert {re.sub(r"[._]", "-", name) for name in imported} - ours == set(requirements())
