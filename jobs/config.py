"""The settings of all parts: read once from yixun.toml and the environment, then passed down."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from crawler.judge.knowledge import KnowledgeExtra
from crawler.settings import CrawlSettings
from reports.second_reader.settings import SecondReaderSettings
from reports.settings import (
    OTHER,
    ChannelSettings,
    DigestSettings,
    MailboxSettings,
    MailSettings,
    ServeSettings,
    WatchSettings,
    usual_digests,
)
from store.errors import ConfigError
from store.settings import StoreSettings

from .settings import AlertSettings, BackupSettings, HealthSettings, LogSettings, ScheduleSettings

PREFIX = "YIXUN_"
FILE_NAME = "yixun.toml"
Key = tuple[str, ...]


class Settings(BaseSettings):
    """All settings of Yixun; each part is given only its own. The file and the variables are asked by `load_settings` alone."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=True)

    store: StoreSettings = Field(default_factory=StoreSettings, description="The store")
    crawl: CrawlSettings = Field(default_factory=CrawlSettings, description="The crawl, and how it behaves towards the world")
    digest: dict[str, DigestSettings] = Field(default_factory=usual_digests, description="One table a digest, by its name")
    mail: MailSettings = Field(default_factory=MailSettings, description="How mail leaves; without `host` issues are written to files")
    second_reader: SecondReaderSettings = Field(
        default_factory=SecondReaderSettings, description="A large language model as second reader, off by default"
    )
    serve: ServeSettings = Field(default_factory=ServeSettings, description="Where readers leave a digest, or say what is wrong")
    mailbox: MailboxSettings = Field(
        default_factory=MailboxSettings, description="Where bounces and wishes to leave arrive: a mailbox (IMAP) or a folder of .eml files"
    )
    channel: dict[str, ChannelSettings] = Field(
        default_factory=dict, description="One table a chat or webhook that is told of issues and watched stories, by its name"
    )
    watch: dict[str, WatchSettings] = Field(default_factory=dict, description="One table a search whose new stories are told at once")
    schedule: ScheduleSettings = Field(default_factory=ScheduleSettings, description="When `yixun run` does what")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="Backups that `yixun run` makes")
    health: HealthSettings = Field(default_factory=HealthSettings, description="Where the daemon answers questions about its health")
    alerts: AlertSettings = Field(default_factory=AlertSettings, description="Who is told when something needs a person")
    log: LogSettings = Field(default_factory=LogSettings, description="The log of `yixun run`")
    knowledge: KnowledgeExtra = Field(
        default_factory=KnowledgeExtra, description="Additions to the catalogue, by the schema of the built-in files (docs/knowledge.md)"
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: PydanticBaseSettingsSource, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: no variable reaches a Settings() that somebody makes in passing."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_left_out(cls, values: Any) -> Any:
        return _without_empty(values) if isinstance(values, dict) else values


class _Environment(EnvSettingsSource):
    """The variables that begin with YIXUN_; `NAME_FILE` is read from that file. `origins` tells which variable set a key."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings, case_sensitive=False)
        self.origins: dict[Key, str] = {}
        found: dict[str, str] = {}
        for name in sorted(environ):
            if name.startswith(PREFIX):
                key, text = _named(name, environ[name])
                self.origins[key] = name
                found["__".join((PREFIX.lower() + key[0], *key[1:]))] = text
        self.env_vars = found

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        """The value of a variable: lists take commas, anything that is no plain value is written as in TOML."""
        if field is not None and not _is_several(field):
            return value
        try:
            return tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            return [part.strip() for part in value.split(",") if part.strip()]


def find_config() -> Path | None:
    """The configuration file that is read when none is named: ./yixun.toml, else ~/.config/yixun/yixun.toml, else None."""
    for path in (Path(FILE_NAME), Path("~/.config/yixun").expanduser() / FILE_NAME):
        if path.is_file():
            return path
    return None


def load_settings(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from a TOML file (default `find_config()`) and, over it, from YIXUN_ variables.

    Raises ConfigError for a file that cannot be read, a key that does not exist, a value that does not fit and a
    secret written into the file; its subject is `file: key` or the variable's name.
    """
    file = path if path is not None else find_config()
    written: dict[str, Any] = _read_toml(file) if file is not None else {}
    origins: dict[Key, str] = {key: f"{file}: {'.'.join(key)}" for key in _walk(written)}
    for key in origins:
        _refuse_secret(key, _value_at(written, key), origins[key])
    variables = _Environment(os.environ if environ is None else environ)
    for key, name in variables.origins.items():
        _forget(written, key, name)
    origins |= variables.origins
    try:
        settings = Settings(_build_sources=((variables, InitSettingsSource(Settings, written)), {}))
    except ValidationError as error:
        raise _explain(error, origins, str(file) if file else "settings") from error
    _refuse_unknown_topics(settings, origins)
    _refuse_unknown_channels(settings, origins)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"is no TOML: {error}", subject=str(path)) from error


def _walk(values: dict[str, Any], above: Key = ()) -> Iterator[Key]:
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _walk(value, (*above, name))


def _value_at(values: dict[str, Any], key: Key) -> Any:
    found: Any = values
    for part in key:
        found = found[part]
    return found


def _refuse_secret(key: Key, value: Any, origin: str) -> None:
    field = field_at(key)
    variable = PREFIX + "__".join(key).upper()
    if field is not None and is_secret(field):
        raise ConfigError("secrets are not read from this file", subject=origin, hint=f"set {variable} or {variable}_FILE")
    if key == ("store", "url") and isinstance(value, str):
        from store.database import has_password

        if not has_password(value):
            return
        raise ConfigError("a password is not read from this file", subject=origin, hint=f"set {variable} or {variable}_FILE, or ~/.pgpass")


def field_at(key: Key) -> FieldInfo | None:
    """The setting that `key` names, None when there is none; the name of a digest may be any."""
    model: Any = Settings
    field: FieldInfo | None = None
    for part in key:
        if get_origin(model) is dict:
            model = get_args(model)[1]
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return None
        field = model.model_fields[part]
        model = field.annotation
    return field


def _named(name: str, text: str) -> tuple[Key, str]:
    """The key that a variable sets, and its text; that of `NAME_FILE` stands in the first line of the file."""
    key = tuple(name.removeprefix(PREFIX).lower().split("__"))
    if field_at(key) is None and key[-1].endswith("_file"):
        key = (*key[:-1], key[-1].removesuffix("_file"))
        text = _first_line(text, name)
    field = field_at(key)
    if field is None:
        raise ConfigError("there is no such setting", subject=name, hint=_nearest(key))
    # An empty text is not decoded, and no list.
    return key, text or ("[]" if _is_several(field) else "")


def _first_line(path: str, variable: str) -> str:
    try:
        line = Path(path).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", subject=variable) from error
    if not line:
        raise ConfigError(f"expected the value in the first line of {path}, which is empty", subject=variable)
    return line


def _is_several(field: FieldInfo) -> bool:
    kinds = {get_origin(part) or part for part in (field.annotation, *get_args(field.annotation))}
    return bool(kinds & {list, tuple, dict})


def _forget(written: dict[str, Any], key: Key, name: str) -> None:
    """Take out of the file's values what a variable sets: a table in a variable replaces that of the file, and is not added to it."""
    for part in key[:-1]:
        below = written.get(part, {})
        if not isinstance(below, dict):
            raise ConfigError(f"expected a table at {part}", subject=name)
        written = below
    written.pop(key[-1], None)


def _without_empty(values: dict[str, Any], above: Key = ()) -> dict[str, Any]:
    """The values without those that are the empty text where leaving them out is allowed: `host = ""` means no host."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        field = field_at((*above, name))
        if isinstance(value, dict):
            kept[name] = _without_empty(value, (*above, name))
        elif value != "" or field is None or field.default is not None:
            kept[name] = value
    return kept


def _explain(error: ValidationError, origins: dict[Key, str], file: str) -> ConfigError:
    """The first thing wrong, as one line: where it stands, what was expected, what was found, the nearest key."""
    faults = error.errors()
    first = faults[0]
    key = tuple(str(part) for part in first["loc"])
    known = next((key[:length] for length in range(len(key), 0, -1) if key[:length] in origins), ())
    subject = origins.get(known, file)
    if key != known and first["type"] != "extra_forbidden":
        subject = f"{subject}.{'.'.join(key[len(known) :])}" if known else f"{file}: {'.'.join(key)}"
    more = f"; {len(faults) - 1} more wrong" if len(faults) > 1 else ""
    if first["type"] == "extra_forbidden":
        return ConfigError(f"there is no such setting{more}", subject=subject, hint=_nearest(key))
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    secret = (field := field_at(key)) is not None and _is_masked(field)
    plain = isinstance(first["input"], str | int | float | list) and not secret and first["type"] != "value_error"
    found = f", got {str(first['input'])[:80]!r}" if plain else ""
    return ConfigError(f"{message}{found}{more}", subject=subject)


def _refuse_unknown_topics(settings: Settings, origins: dict[Key, str]) -> None:
    """Raise ConfigError for a digest with a topic that nothing is ever put under: its issues would say that nothing happened."""
    wanted = [
        (name, key, topic)
        for name, digest in settings.digest.items()
        for key, topics in digest.named_topics.items()
        for topic in topics
        if key != "section_lengths" or topic != OTHER
    ]
    if not wanted:
        return
    from crawler.judge.knowledge import load_knowledge
    from crawler.judge.topics import load_topics

    known = [rule.id for rule in load_topics(load_knowledge(settings.knowledge))]
    for name, key, topic in wanted:
        if topic not in known:
            close = difflib.get_close_matches(topic, known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
            subject = origins.get(("digest", name, key), f"digest.{name}.{key}")
            raise ConfigError(f"expected ids of topics, got {topic!r}", subject=subject, hint=hint)


def _refuse_unknown_channels(settings: Settings, origins: dict[Key, str]) -> None:
    """Raise ConfigError for a digest or a watch that names a channel which no table describes."""
    tables: tuple[tuple[str, Mapping[str, DigestSettings | WatchSettings]], ...] = (("digest", settings.digest), ("watch", settings.watch))
    for table, parts in tables:
        for name, part in parts.items():
            for channel in part.channels:
                if channel not in settings.channel:
                    there = f"there are: {', '.join(settings.channel) or 'none'}"
                    subject = origins.get((table, name, "channels"), f"{table}.{name}.channels")
                    raise ConfigError(f"expected names of channels, got {channel!r}", subject=subject, hint=there)


def _nearest(key: Key) -> str:
    """A hint: the most alike key, or the keys there are."""
    while len(key) > 1 and field_at(key[:-1]) is None:
        key = key[:-1]
    parent = field_at(key[:-1])
    model: Any = parent.annotation if parent is not None else Settings
    if get_origin(model) is dict:
        model = get_args(model)[1]
    names = list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
    close = difflib.get_close_matches(key[-1], names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {'.'.join((*key[:-1], close[0]))}?"
    return f"there are: {', '.join(names)}"


def every_setting() -> Iterator[tuple[Key, FieldInfo]]:
    """All settings with their keys, in order; the name of a digest is `NAME`."""

    def below(model: type[BaseModel], above: Key) -> Iterator[tuple[Key, FieldInfo]]:
        for name, field in model.model_fields.items():
            inner = field.annotation
            if get_origin(inner) is dict and issubclass(get_args(inner)[1], BaseModel):
                yield from below(get_args(inner)[1], (*above, name, "NAME"))
            elif isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from below(inner, (*above, name))
            else:
                yield (*above, name), field

    return below(Settings, ())


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting may come only from the environment or a file."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _is_masked(field: FieldInfo) -> bool:
    """Whether the value of a setting is not to be shown: a secret, or what may hold one."""
    return any(isinstance(kind, type) and issubclass(kind, SecretStr) for kind in (field.annotation, *get_args(field.annotation)))
