"""Writing an addition to the catalogue into yixun.toml: the file keeps its comments, the entry goes to its end."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import tomlkit
from pydantic import ValidationError

from crawler.judge.knowledge import KnowledgeExtra, Organisation
from store.errors import ConfigError

_NAME = "organisations"


def append_organisation(path: Path, entry: Organisation) -> None:
    """Append `[[knowledge.organisations]]` with `entry` to a configuration file, which is made when there is none.

    The file is replaced in one step, so that a reader sees the old or the new one. Raises ConfigError where it cannot be
    read or written, where it has an entry with this id already, and where it lists organisations in brackets, to which
    nothing can be appended.
    """
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        added = as_toml(entry)
        after = f"{before.rstrip()}\n\n{added}" if before.strip() else added
        _check(after, entry.id, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting = path.with_name(f".{path.name}.{os.getpid()}")
        waiting.write_text(after, encoding="utf-8")
        waiting.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be written: {error}", subject=str(path)) from error


def as_toml(entry: Organisation) -> str:
    """One entry as a table of an array of tables, keys without a value left out."""
    values = {key: value for key, value in entry.model_dump(mode="json", exclude_defaults=True).items() if value}
    return tomlkit.dumps({"knowledge": {_NAME: [values]}})


def _check(text: str, id: str, path: Path) -> None:
    subject = f"{path}: knowledge.{_NAME}"
    try:
        entries = tomllib.loads(text)["knowledge"]
        known = [str(one.get("id")) for one in entries[_NAME]]
        KnowledgeExtra.model_validate(entries)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"cannot take another entry: {error}", subject=subject, hint=f"write entries as [[knowledge.{_NAME}]] tables"
        ) from error
    except ValidationError as error:
        raise ConfigError(error.errors()[0]["msg"], subject=subject) from error
    if known.count(id) > 1:
        raise ConfigError(f"{id} is there already", subject=subject, hint="change that entry, or give another --id")
