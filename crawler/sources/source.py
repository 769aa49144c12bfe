"""A source: where news come from and how to read them. One schema for the catalogue and for files given by a user."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from parsel import css2xpath
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from store.errors import SourceError
from store.yaml_file import read_yaml

CATALOGUE = Path(__file__).parent / "catalogue"
_ID = r"^[a-z0-9][a-z0-9-]*$"
_DAY = re.compile(r"\{today(?:-(\d+))?:([^}]+)\}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceUrl(_Part):
    """One address of a source; `label` says which column it is. `fill_days` fills in days such as {today-7:%Y-%m-%d}."""

    url: str = Field(pattern=r"^https?://[^\s/?#]+\S*$")
    label: str | None = None


def _is_selector(value: str) -> str:
    try:
        css2xpath(value)
    except (SyntaxError, RuntimeError, ValueError) as error:  # what cssselect's errors are besides
        raise ValueError(f"is no CSS selector: {error}") from error
    return value


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return value


def _is_path(value: str) -> str:
    try:
        jmespath.compile(value or "@")
    except JMESPathError as error:
        raise ValueError(f"is no path: {str(error).splitlines()[0]}; expected a form like data.list[].title") from error
    return value


def _is_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone; expected a name like Asia/Shanghai") from error
    return value


def _is_encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError as error:
        raise ValueError("is no encoding; expected a name like gb18030") from error
    return value


def _is_reader(value: str) -> str:
    if not (Path(__file__).parents[1] / "readers" / f"{value.replace('-', '_')}.py").is_file():
        raise ValueError("is no reader in crawler/readers/")
    return value


Css = Annotated[str, Field(min_length=1), AfterValidator(_is_selector)]
JsonPath = Annotated[str, AfterValidator(_is_path)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_is_pattern)]


class Paging(_Part):
    """How further list pages are reached: a `link` selector, or a `template` with {page}; POST with a form and a token."""

    link: Css | None = None
    template: str | None = None
    start: int = 1
    step: int = 1
    max: int = Field(default=1, ge=1, le=50)
    form: dict[str, str] = Field(default_factory=dict)
    token: dict[str, Pattern] = Field(default_factory=dict)  # form field → regex read from the first page


class ListRules(_Part):
    """CSS selectors (as in parsel) of a list page; `extract` is a regex applied to the raw page before parsing."""

    item: Css
    link: Css
    title: Css
    summary: Css | None = None
    date: Css | None = None
    date_format: str | None = None
    extract: Pattern | None = None
    pages: Paging | None = None


class ApiRules(_Part):
    """Paths into a JSON answer (JMESPath). `items` "" is the top level; `list[]` steps into every element of a list."""

    items: JsonPath
    link: JsonPath | None = None
    title: JsonPath
    summary: JsonPath | None = None
    date: JsonPath | None = None
    date_format: str | None = None
    link_template: str | None = None  # str.format over the row's fields
    # jsonp: callback(…) · json-in-string: the value at `unwrap_path` is a string of JSON · js-assignment: JSON inside a script
    # html-in-json: the value at `unwrap_path` is HTML, read by the `list` rules of the source
    unwrap: Literal["jsonp", "json-in-string", "js-assignment", "html-in-json"] | None = None
    unwrap_path: JsonPath | None = None
    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    pages: Paging | None = None


class ArticleRules(_Part):
    """CSS selectors of the article page; each replaces what extraction would find on its own."""

    title: Css | None = None
    body: Css | None = None
    date: Css | None = None
    author: Css | None = None
    source: Css | None = None


class Source(_Part):
    """One source of news. See docs/sources.md for the meaning of every field."""

    id: str = Field(pattern=_ID)
    name: str
    name_zh: str | None = None
    homepage: str = Field(pattern=r"^https?://\S+$")
    language: Literal["zh", "zh-Hant", "en"] = "zh"
    category: Literal["media", "vertical", "government", "exchange", "company", "journal", "vc"]
    kind: Literal["feed", "list_page", "json_api", "sitemap"]
    scope: Literal["on_topic", "general"] = "general"
    urls: tuple[SourceUrl, ...] = Field(min_length=1)
    access: str = Field(default="ok", pattern=r"^(ok|probe_first|skip: .+)$")
    enabled: bool = True
    tier: Literal["official", "primary", "trade", "media", "aggregator"] = "media"
    poll_hours: float | None = Field(default=None, gt=0, le=168)  # the interval until its rhythm is known
    floor_hours: float | None = Field(default=None, gt=0, le=24)  # never polled more often than this
    timezone: Annotated[str, AfterValidator(_is_timezone)] | None = None
    encoding: Annotated[str, AfterValidator(_is_encoding)] | None = None
    list: ListRules | None = None
    api: ApiRules | None = None
    article: ArticleRules | None = None
    fetch_articles: bool = True  # False: the entry's own text is all there is to read (metered sites)
    exclude: Pattern | None = None  # regex: titles to leave out (adverts, corrections)
    link_param: str | None = None  # query parameter of an entry's link that holds the address it leads to
    reader: Annotated[str, AfterValidator(_is_reader)] | None = None  # name of the module that reads it, for the few sites that need code
    verified_on: date | None = None
    notes: str | None = None
    evidence: str | None = None

    @property
    def zone(self) -> str | None:
        """The zone of a time on its pages that names none: its own, China's for a source in Chinese; None when nobody knows."""
        return self.timezone or ("Asia/Shanghai" if self.language.startswith("zh") else None)

    @model_validator(mode="after")
    def _rules_fit_kind(self) -> Self:
        if self.enabled and self.kind == "list_page" and self.list is None and self.reader is None:
            raise ValueError("kind list_page needs `list` with item, link and title")
        if self.enabled and self.kind == "json_api" and self.api is None and self.reader is None:
            raise ValueError("kind json_api needs `api` with items and title")
        if self.enabled and self.access != "ok":
            raise ValueError(f"enabled although access is {self.access!r}: set `enabled: false`")
        return self


def fill_days(template: str, now: datetime) -> str:
    """Replace `{today:%Y-%m-%d}` and `{today-7:%Y-%m-%d}` in an address or a form value by days counted back from `now`."""
    return _DAY.sub(lambda m: (now - timedelta(days=int(m.group(1) or 0))).strftime(m.group(2)), template)


def validation_message(error: ValidationError) -> str:
    """The first fault of a source entry in one line: field, what was expected, what was found."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "entry"
    got = "" if isinstance(first.get("input"), dict) else f", got {str(first.get('input'))[:60]!r}"
    return f"{where}: {first['msg']}{got}"


def read_source_file(path: Path) -> tuple[list[Source], list[SourceError]]:
    """Read one YAML file of sources.

    Returns the valid sources and one error for each entry that is not; a broken entry never hides the others.
    Raises SourceError when the file itself cannot be read as a list of sources.
    """
    try:
        loaded = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"cannot be read: {' '.join(str(error).split())}", subject=str(path)) from error
    rows = loaded.get("sources") if isinstance(loaded, dict) else loaded
    if not isinstance(rows, list):
        raise SourceError("expected a list of sources under the key `sources`", subject=str(path))
    sources, errors = [], []
    for number, row in enumerate(rows, 1):
        name = str(row.get("id", f"entry {number}")) if isinstance(row, dict) else f"entry {number}"
        try:
            sources.append(Source.model_validate(row))
        except ValidationError as error:
            errors.append(SourceError(validation_message(error), subject=f"{path.name}: {name}"))
    return sources, errors


def load_sources(
    paths: Sequence[Path] | None = None, *, added: Sequence[Path] = (), catalogue: Sequence[str] | None = None
) -> tuple[list[Source], list[SourceError]]:
    """Load the built-in catalogue and the files `added` to it, or the given files instead of both.

    `catalogue` says what of the built-in one is wanted, by category or id; a word behind a minus is left out, of all where nothing else
    is named. Returns the sources sorted by id and the errors of broken entries; a repeated id is an error of the later entry. An added file
    that cannot be read at all is one more error and hides nothing else. Raises SourceError for such a file among `paths`.
    """
    found: dict[str, Source] = {}
    errors: list[SourceError] = []
    if paths is None and catalogue != []:
        built_in, errors = load_sources(sorted(CATALOGUE.glob("*.yaml")))
        wanted, unknown = _wanted(built_in, catalogue)
        found, errors = {source.id: source for source in wanted}, errors + unknown
    for path in paths if paths is not None else added:
        try:
            sources, broken = read_source_file(path)
        except SourceError as error:
            if paths is not None:
                raise
            sources, broken = [], [error]
        errors += broken
        for source in sources:
            if source.id in found:
                errors.append(SourceError("id is used twice", subject=f"{path.name}: {source.id}"))
            else:
                found[source.id] = source
    return [found[key] for key in sorted(found)], errors


def _wanted(sources: Sequence[Source], words: Sequence[str] | None) -> tuple[list[Source], list[SourceError]]:
    """The sources that these words name, and an error for each word that names none.

    A category names its sources, `36kr` the source of that id and those of the same house: 36kr-feed.
    """

    def named(source: Source, word: str) -> bool:
        return word in (source.id, source.category) or source.id.startswith(f"{word}-")

    out = {word[1:] for word in words or () if word.startswith("-")}
    only = {word for word in words or () if not word.startswith("-")}
    wanted = [
        source
        for source in sources
        if (not only or any(named(source, word) for word in only)) and not any(named(source, word) for word in out)
    ]
    unknown = [word for word in sorted(out | only) if not any(named(source, word) for source in sources)]
    what = "is no category and no id of the built-in catalogue"
    return wanted, [SourceError(what, subject=f"crawl.catalogue: {word}") for word in unknown]
