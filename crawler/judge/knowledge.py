"""What Yixun knows beforehand: organisations and AI models, read from crawler/knowledge and from the user's additions.

Knowledge is data, not code: one YAML entry is one organisation, model, topic or term. `load_entries` reads any such file
and names file, line and entry where one is wrong; see docs/knowledge.md for the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from store.errors import KnowledgeError
from store.places import provinces
from store.yaml_file import YamlLoader

from .facts import OrganisationKind

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"

ModelFamily = Literal[
    "deepseek", "qwen", "hunyuan", "doubao", "kimi", "glm", "ernie", "spark", "pangu", "baichuan", "gpt", "claude",
    "gemini", "llama", "wingpt", "ruipath", "other",
]  # fmt: skip


class Entry(BaseModel):
    """Base of all knowledge entries: unknown keys are refused, and every entry has an id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_\-]*$")


AnyEntry = TypeVar("AnyEntry", bound=Entry)


class Ambiguity(BaseModel):
    """When a short name counts as this organisation or model. All the conditions given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="the name or alias that needs the rule, as written in the entry")
    near: tuple[str, ...] = Field((), description="one of these stands within 40 characters of the name")
    text: tuple[str, ...] = Field((), description="one of these stands anywhere in the text")
    not_before: tuple[str, ...] = Field((), description="none of these follows the name at once")
    not_after: tuple[str, ...] = Field((), description="none of these precedes the name at once")
    case: bool = Field(False, description="upper and lower case must be as in the name")


class Named(Entry):
    """What organisations and models have in common."""

    aliases: tuple[str, ...] = Field((), description="other names: short, former, legal, traditional script, mistranslated")
    ambiguous: tuple[Ambiguity, ...] = ()
    notes: str | None = None

    def main_names(self) -> tuple[str, ...]:
        """The names that stand first, in Chinese and English or as one."""
        raise NotImplementedError

    def names(self) -> tuple[str, ...]:
        """Every name once, main names first."""
        return tuple(dict.fromkeys((*self.main_names(), *self.aliases)))

    @model_validator(mode="after")
    def _rules_fit_names(self) -> Named:
        known = set(self.names())
        for rule in self.ambiguous:
            if rule.name not in known:
                raise ValueError(f"ambiguous: {rule.name!r} is none of the entry's names")
        if any(not name.strip() for name in known):
            raise ValueError("a name is empty")
        return self


class Organisation(Named):
    """An organisation of the catalogue. `zh` or `en` must be there; `ticker` is CODE.MARKET, such as 300253.SZ or 2158.HK; `province` is
    where it is at home in China, needed where its names do not tell."""

    zh: str | None = None
    en: str | None = None
    kind: OrganisationKind
    ticker: str | None = Field(None, pattern=r"^[A-Z0-9.\-]+\.[A-Z]{1,6}$")
    province: str | None = Field(None, description="id of a province (store/places.yaml)")

    def main_names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.zh, self.en) if name is not None)

    @field_validator("province")
    @classmethod
    def _is_a_province(cls, value: str | None) -> str | None:
        if value is not None and value not in provinces():
            raise ValueError(f"there is no such province; there are: {', '.join(provinces())}")
        return value

    @model_validator(mode="after")
    def _has_name(self) -> Organisation:
        if not self.main_names():
            raise ValueError("expected a name in `zh` or `en`")
        return self


class AiModel(Named):
    """An AI model of the catalogue.

    `versions` is a regular expression over folded text for what may follow the name as its version; the default takes
    forms such as `-R1`, ` V3.1`, `2.5-72B`, ` Pro`.
    """

    family: ModelFamily
    name: str
    zh: str | None = None
    maker: str | None = Field(None, description="id of an organisation")
    versions: str | None = None

    def main_names(self) -> tuple[str, ...]:
        return (self.name,) if self.zh is None else (self.name, self.zh)


class KnowledgeExtra(BaseModel):
    """The user's additions, `[knowledge]` in yixun.toml, by the same schema as the built-in files.

    An entry whose id is in the catalogue takes its place; others are added. Topics and terms are checked by the judges
    that read them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisations: tuple[Organisation, ...] = ()
    models: tuple[AiModel, ...] = ()
    topics: tuple[dict[str, Any], ...] = ()
    terms: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The catalogue: organisations and models by id, and what the user adds for the other judges."""

    organisations: dict[str, Organisation]
    models: dict[str, AiModel]
    extra: KnowledgeExtra = field(default_factory=KnowledgeExtra)


def load_entries(path: Path, model: type[AnyEntry]) -> list[AnyEntry]:
    """Read a YAML list of entries, each checked against `model`.

    Raises KnowledgeError with `file:line: entry` for a file that is missing or no YAML list, for an entry that does not
    fit, for a key given twice in one entry and for an id that two entries share.
    """
    try:
        loader = YamlLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
    except OSError as error:
        raise KnowledgeError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise KnowledgeError(f"is no YAML: {getattr(error, 'problem', None) or error}", subject=f"{path.name}{line}") from error
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise KnowledgeError("expected a list of entries, each beginning with `- id:`", subject=f"{path.name}:{root.start_mark.line + 1}")
    entries: list[AnyEntry] = []
    seen: dict[str, int] = {}
    for node in root.value:
        entry = _read_entry(path, loader, node, model)
        if entry.id in seen:
            raise KnowledgeError(f"the id is taken by the entry in line {seen[entry.id]}", subject=_subject(path, node, entry.id))
        seen[entry.id] = node.start_mark.line + 1
        entries.append(entry)
    return entries


def _read_entry(path: Path, loader: Any, node: yaml.Node, model: type[AnyEntry]) -> AnyEntry:
    if not isinstance(node, yaml.MappingNode):
        raise KnowledgeError("expected an entry with keys, beginning with `- id:`", subject=_subject(path, node, "entry"))
    keys = [key.value for key, _ in node.value]
    name = next((value.value for key, value in node.value if key.value == "id" and isinstance(value.value, str)), "entry without id")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise KnowledgeError(f"the key {twice!r} stands twice", subject=_subject(path, node, name))
    try:
        return model.model_validate(loader.construct_object(node, deep=True))
    except yaml.YAMLError as error:
        raise KnowledgeError(f"cannot be read: {error}", subject=_subject(path, node, name)) from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = fault["loc"]
        message = fault["msg"].removeprefix("Value error, ")
        key = ".".join(str(part) for part in where)
        subject = _subject(path, _node_at(node, where), name)
        raise KnowledgeError(f"{key}: {message}" if key else message, subject=subject) from error


def _subject(path: Path, node: yaml.Node, name: str) -> str:
    return f"{path.name}:{node.start_mark.line + 1}: {name}"


def _node_at(node: yaml.Node, where: Sequence[int | str]) -> yaml.Node:
    """The node that a validation fault points at, or the nearest one around it."""
    for step in where:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        else:
            found = None
        if found is None:
            return node
        node = found
    return node


def merge_entries(builtin: Iterable[AnyEntry], added: Iterable[AnyEntry]) -> dict[str, AnyEntry]:
    """Entries by id; an added entry takes the place of the built-in one with its id."""
    return {entry.id: entry for entry in (*builtin, *added)}


@cache
def _builtin() -> Knowledge:
    organisations: dict[str, Organisation] = {}
    for path in sorted((KNOWLEDGE / "organisations").glob("*.yaml")):
        for entry in load_entries(path, Organisation):
            if entry.id in organisations:
                raise KnowledgeError("the id is taken by an entry of another file", subject=f"{path.name}: {entry.id}")
            organisations[entry.id] = entry
    models = {entry.id: entry for entry in load_entries(KNOWLEDGE / "models.yaml", AiModel)}
    return Knowledge(organisations, models)


def load_knowledge(extra: KnowledgeExtra | None = None) -> Knowledge:
    """The built-in catalogue, with the user's additions where given. Without them it is read once per process.

    Raises KnowledgeError for a wrong file, and for a model whose maker is not in the catalogue.
    """
    known = _builtin()
    if extra is not None:
        organisations = merge_entries(known.organisations.values(), extra.organisations)
        known = Knowledge(organisations, merge_entries(known.models.values(), extra.models), extra)
    for model in known.models.values():
        if model.maker is not None and model.maker not in known.organisations:
            raise KnowledgeError(f"maker: no organisation has the id {model.maker!r}", subject=f"models: {model.id}")
    return known
