"""Writes what docs/ says of commands, settings, kinds of fact and the columns of v1_facts, from the code: `make docs`.

Only what stands between the two marks is written; the rest of a page is written by people.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from crawler.judge.registry import COLUMNS, KINDS
from jobs.cli.app import build_app
from jobs.config import PREFIX, every_setting, is_secret
from jobs.template import toml_value

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- generated: make docs -->", "<!-- end -->"


def every_command() -> Iterator[tuple[str, Any]]:
    """All commands with what comes after `yixun`, sorted."""

    def below(group: Any, above: str) -> Iterator[tuple[str, Any]]:
        for name in sorted(group.commands):
            command = group.commands[name]
            if hasattr(command, "commands"):
                yield from below(command, f"{above}{name} ")
            else:
                yield f"{above}{name}", command

    return below(typer.main.get_command(build_app()), "")


def commands() -> str:
    """One section a command: what it does, its arguments and options."""
    lines: list[str] = []
    for name, command in every_command():
        lines += [f"## yixun {name}", "", _text(command.help or ""), ""]
        for parameter in command.params:
            if parameter.opts[-1] in ("--config", "--help"):
                continue
            shown = ", ".join([*parameter.opts, *parameter.secondary_opts])
            shown = shown if shown.startswith("-") else parameter.metavar or shown.upper()
            lines.append(f"- `{shown}`{_default(parameter)} {_text(parameter.help or '')}")
        lines += [""] if lines[-1] else []
    return "\n".join(lines).rstrip()


def _text(written: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in written.split("\n\n"))


def _default(parameter: Any) -> str:
    default = getattr(parameter.default, "value", parameter.default)
    if default in (None, False, "", ()) or parameter.required:
        return ""
    return f" (default {default})"


def settings() -> str:
    """One table a part: key, default, meaning."""
    lines: list[str] = []
    table: tuple[str, ...] = ()
    for key, field in every_setting():
        if key[:-1] != table:
            table = key[:-1]
            lines += ["", f"## {'.'.join(table)}", "", "| key | default | meaning |", "|---|---|---|"]
        default = "" if is_secret(field) else toml_value(field.get_default(call_default_factory=True, validated_data={}))
        shown = f"`{default}`" if default not in ("", '""') else ""
        meaning = f"{field.description or 'Entries by the schema of the built-in files (docs/knowledge.md)'}"
        variable = f" Only as `{PREFIX}{'__'.join(key).upper()}` or in a file that `…_FILE` names." if is_secret(field) else ""
        lines.append(f"| `{key[-1]}` | {shown} | {meaning}.{variable} |".replace("..", "."))
    return "\n".join(lines).strip()


def kinds() -> str:
    """One row a kind of fact: roles, values that are chosen from, table, where a digest tells it."""
    lines = ["| `type` | fields | chosen from | table | topic in a digest | industries |", "|---|---|---|---|---|---|"]
    for kind in KINDS:
        roles = ", ".join(role.name for role in kind.roles)
        choices = "; ".join(f"{name}: {', '.join(values)}" for name, values in kind.choices.items())
        industries = "all" if kind.any_industry else "health"
        lines.append(f"| {kind.name} | {roles} | {choices} | {kind.table} | {', '.join(kind.home)} | {industries} |")
    return "\n".join(lines)


def columns() -> str:
    """One row a column of v1_facts."""
    return "\n".join(["| column | meaning |", "|---|---|", *(f"| {column.name} | {column.meaning} |" for column in COLUMNS)])


PAGES = {"commands.md": commands, "configuration.md": settings, "facts.md": kinds, "data.md": columns}


def with_generated(page: str, generated: str) -> str:
    """The page with what stands between its marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}"


if __name__ == "__main__":
    for name, make in PAGES.items():
        path = DOCS / name
        path.write_text(with_generated(path.read_text(encoding="utf-8"), make()), encoding="utf-8")
