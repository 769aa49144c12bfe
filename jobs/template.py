"""The commented configuration file that `yixun init` writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from reports.settings import DigestSettings, usual_digests
from store.errors import ConfigError

from .config import PREFIX, Settings, every_setting, is_secret

_HEAD = """\
# Settings of Yixun. Every key is optional and stands here with its default; take away the `#` to change it.
# Every key is also an environment variable, which goes first: store.url is YIXUN_STORE__URL.
# Secrets are read from the environment or from a file named there (YIXUN_MAIL__PASSWORD_FILE), never from this file.
"""


def template() -> str:
    """The text of a configuration file with all settings, their meaning and their defaults."""
    lines = [_HEAD]
    table: tuple[str, ...] = ()
    for key, field in every_setting():
        if key[:-1] != table:
            table = key[:-1]
            about = Settings.model_fields[table[0]].description
            # A channel or a watch without an address or a search would be none.
            mark = "#" if table[0] in ("channel", "watch") else ""
            lines += ["", f"# {about}", f"{mark}[{'.'.join(table).replace('NAME', 'weekly' if not mark else 'NAME')}]"]
        if is_secret(field):
            lines.append(f"# {key[-1]}: {field.description} ({PREFIX}{'__'.join(key).upper()})")
            continue
        lines += [f"# {field.description}"] if field.description else []
        default = field.get_default(call_default_factory=True, validated_data={})
        lines.append(f"#{key[-1]} = {toml_value(default)}")
        if key[:2] == ("digest", "NAME") and key[-1] == list(DigestSettings.model_fields)[-1]:
            lines += _further_digests()
    return "\n".join(lines) + "\n"


def _further_digests() -> Iterator[str]:
    """The other digests of a configuration that names none, by what they have of their own."""
    for name, digest in usual_digests().items():
        if own := digest.model_dump(exclude_defaults=True):
            yield from ("", f"[digest.{name}]", *(f"{key} = {toml_value(value)}" for key, value in own.items()))


def toml_value(value: Any) -> str:
    """A default written as TOML; what has none is the empty text."""
    if value is None or value is PydanticUndefined:
        return '""'
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table.as_string()
    return tomlkit.item(value if isinstance(value, bool | int | float | list | tuple | time) else str(value)).as_string()


def write_template(path: Path) -> bool:
    """Write a configuration file unless there is one; says whether it did. Raises ConfigError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", subject=str(path)) from error
    return True
