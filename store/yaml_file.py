"""YAML as Yixun reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# PyYAML built without libyaml reads the same, ten times slower.
YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """What a file says. Raises OSError, UnicodeDecodeError or yaml.YAMLError where it cannot be read."""
    return yaml.load(path.read_text(encoding="utf-8"), YamlLoader)  # noqa: S506 - both are safe
