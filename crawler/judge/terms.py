"""The words behind relevance: rules read from crawler/knowledge/terms.yaml, and one pass over a text that finds them all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import ahocorasick
from pydantic import Field, ValidationError, model_validator

from store.errors import KnowledgeError
from store.text import fold

from .facts import Mention
from .knowledge import KNOWLEDGE, Entry, Knowledge, load_entries, merge_entries

Axis = Literal["ai", "health", "both", "china", "foreign", "against", "mask"]


class TermRule(Entry):
    """One entry of terms.yaml: words, and how strongly each of them speaks for its axis."""

    axis: Axis
    weight: float = Field(1.0, ge=0, le=5, description="how strongly one occurrence speaks, 1 being a clear word")
    terms: tuple[str, ...] = Field((), description="literal words, compared after folding; Latin ones match whole words")
    patterns: tuple[str, ...] = Field((), description="regular expressions over folded text")
    organisations: tuple[str, ...] = Field((), description="ids of the catalogue: a mention of one counts as a word")
    models: tuple[str, ...] = Field((), description="ids of AI models of the catalogue")
    families: tuple[str, ...] = Field((), description="families of AI models")
    kinds: tuple[str, ...] = Field((), description="kinds of organisation")
    without: tuple[str, ...] = Field((), description="ids of organisations of these kinds that do not count")
    notes: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> TermRule:
        if not (self.terms or self.patterns or self.organisations or self.models or self.families or self.kinds):
            raise ValueError("expected at least one of terms, patterns, organisations, models, families, kinds")
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"patterns: {pattern!r} is no regular expression: {error}") from error
        return self


@dataclass(frozen=True, slots=True)
class Hit:
    """One occurrence of a word; offsets count in the text as given."""

    start: int
    end: int
    rule: TermRule


class Matcher:
    """Finds many literal words in folded text at once; the values given with a word come back with its place."""

    def __init__(self, words: Iterable[tuple[str, Any]]) -> None:
        table: dict[str, list[Any]] = {}
        for word, value in words:
            table.setdefault(fold(word), []).append(value)
        self._automaton = ahocorasick.Automaton()
        for key, values in table.items():
            edges = (_is_letter(key[0]), _is_letter(key[-1]))
            self._automaton.add_word(key, (len(key), *edges, values))
        if table:
            self._automaton.make_automaton()
        self._empty = not table

    def find(self, folded: str) -> list[tuple[int, int, list[Any]]]:
        """(start, end, values) by start, the longest of overlapping words only."""
        if self._empty:
            return []
        found: list[tuple[int, int, list[Any]]] = []
        size = len(folded)
        for last, (length, left, right, values) in self._automaton.iter(folded):
            start, end = last - length + 1, last + 1
            if left and start and _is_letter(folded[start - 1]):
                continue
            if right and end < size and _is_letter(folded[end]):
                continue
            found.append((start, end, values))
        found.sort(key=lambda hit: (hit[0], -hit[1]))
        kept: list[tuple[int, int, list[Any]]] = []
        covered = 0
        for hit in found:
            if hit[0] >= covered:
                kept.append(hit)
                covered = hit[1]
        return kept


def _is_letter(char: str) -> bool:
    return "a" <= char <= "z"


class Lexicon:
    """All term rules, ready to match."""

    def __init__(self, rules: Iterable[TermRule]) -> None:
        self.rules = tuple(rules)
        self._matcher = Matcher((term, rule) for rule in self.rules for term in rule.terms)
        self._masks = [re.compile(p) for rule in self.rules if rule.axis == "mask" for p in rule.patterns]
        self._patterns = [(re.compile(p), rule) for rule in self.rules if rule.axis != "mask" for p in rule.patterns]
        self._organisations = _by_key((id, rule) for rule in self.rules for id in rule.organisations)
        self._models = _by_key((id, rule) for rule in self.rules for id in rule.models)
        self._families = _by_key((family, rule) for rule in self.rules for family in rule.families)
        self._kinds = _by_key((kind, rule) for rule in self.rules for kind in rule.kinds)

    def find(self, folded: str) -> list[Hit]:
        """Literal words, by start; words inside a masked phrase are left out."""
        hits = [Hit(start, end, rule) for start, end, rules in self._matcher.find(folded) for rule in rules if rule.axis != "mask"]
        masked = [match.span() for mask in self._masks for match in mask.finditer(folded)]
        if masked:
            hits = [hit for hit in hits if not any(a <= hit.start and hit.end <= b for a, b in masked)]
        for pattern, rule in self._patterns:
            hits += (Hit(*match.span(), rule) for match in pattern.finditer(folded))
        return hits

    def of_mentions(self, mentions: Iterable[Mention]) -> list[Hit]:
        """What organisations and models named in the text say, by start."""
        hits: list[Hit] = []
        for mention in mentions:
            if mention.target == "organisation":
                of_kind = (rule for rule in self._kinds.get(mention.kind, ()) if mention.id not in rule.without)
                rules = [*self._organisations.get(mention.id or "", ()), *of_kind]
            else:
                rules = [*self._models.get(mention.id or "", ()), *self._families.get(mention.kind, ())]
            hits += (Hit(mention.start, mention.end, rule) for rule in rules)
        return hits


def _by_key(pairs: Iterable[tuple[str, TermRule]]) -> dict[str, list[TermRule]]:
    out: dict[str, list[TermRule]] = {}
    for key, rule in pairs:
        out.setdefault(key, []).append(rule)
    return out


def read_added(rows: Iterable[dict[str, Any]], model: type[Entry], key: str) -> list[Any]:
    """Check the user's entries of `[knowledge]` against `model`. Raises KnowledgeError naming key and entry."""
    out = []
    for number, row in enumerate(rows, 1):
        try:
            out.append(model.model_validate(row))
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in fault["loc"])
            name = row.get("id", f"entry {number}")
            raise KnowledgeError(f"{where}: {fault['msg'].removeprefix('Value error, ')}", subject=f"knowledge.{key}: {name}") from error
    return out


@cache
def builtin_lexicon() -> Lexicon:
    """The lexicon of the built-in terms, read once per process."""
    return Lexicon(load_entries(KNOWLEDGE / "terms.yaml", TermRule))


def load_lexicon(knowledge: Knowledge) -> Lexicon:
    """The built-in terms with the user's additions. Raises KnowledgeError for a wrong entry or an id nobody knows."""
    lexicon = builtin_lexicon()
    if knowledge.extra.terms:
        lexicon = Lexicon(merge_entries(lexicon.rules, read_added(knowledge.extra.terms, TermRule, "terms")).values())
    for rule in lexicon.rules:
        check_ids(knowledge, f"terms: {rule.id}", organisations=(*rule.organisations, *rule.without), models=rule.models)
    return lexicon


def check_ids(knowledge: Knowledge, subject: str, *, organisations: Iterable[str] = (), models: Iterable[str] = ()) -> None:
    """Raise KnowledgeError when a rule names an organisation or model that the catalogue does not have."""
    for id in organisations:
        if id not in knowledge.organisations:
            raise KnowledgeError(f"organisations: no organisation has the id {id!r}", subject=subject)
    for id in models:
        if id not in knowledge.models:
            raise KnowledgeError(f"models: no model has the id {id!r}", subject=subject)
