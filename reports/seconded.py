"""An edition with what the second reader said of it before: translations of headlines, and an opening. Reads the store, asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlmodel import Session

from store.second_readings import HEADLINE, OPENING, answers

from .edition import TABLES, Edition, Section, StoryLine
from .opening import opening
from .prose import cut
from .second_reader.questions import headline_subject, opening_subject

_COLUMNS = 180
_MOST_LINES = 60


def languages_of(edition: Edition) -> tuple[str, ...]:
    """The languages that an edition speaks."""
    return ("en", "zh") if edition.language == "both" else (edition.language,)


def untranslated(edition: Edition) -> Iterator[tuple[StoryLine, str]]:
    """The stories whose headline, and no twin of it, stands in a language of the edition, each with that language."""
    for section in edition.sections:
        for story in section.stories[: section.shown]:
            language = "en" if story.chinese else "zh"
            if story.twin is None and language in languages_of(edition):
                yield story, language


def lines_of(edition: Edition, language: str) -> list[str]:
    """What an opening may be made of: the built-in opening, then headlines with what tells them, the weightiest stories first."""
    rows = [line for table in TABLES for line in edition.rows(table)]
    stories = [story for section in edition.sections for story in section.stories]
    ranked = sorted([*rows, *stories], key=lambda line: (-line.score, line.item_id))
    told = dict.fromkeys(" ".join(filter(None, (line.title, line.summary))) for line in ranked)
    return [*opening(edition, language), *told][:_MOST_LINES]


def with_second_reading(session: Session, edition: Edition) -> Edition:
    """The edition with the translations and the opening that the second reader gave for exactly these headlines and lines, where it did."""
    wanted = {headline_subject(story.title, language) for story, language in untranslated(edition)}
    said = {subject: str(answer["translation"]) for subject, (answer, _) in answers(session, HEADLINE, wanted).items()}
    edition = replace(edition, sections=tuple(_translated(section, said) for section in edition.sections))
    subjects = {language: opening_subject(lines_of(edition, language), language) for language in languages_of(edition)}
    found = answers(session, OPENING, set(subjects.values()))
    written = {language: tuple(found[subject][0]["sentences"]) for language, subject in subjects.items() if subject in found}
    return replace(edition, written=written)


def _translated(section: Section, said: Mapping[str, str]) -> Section:
    return replace(section, stories=tuple(_with_translation(story, said) for story in section.stories))


def _with_translation(story: StoryLine, said: Mapping[str, str]) -> StoryLine:
    translation = said.get(headline_subject(story.title, "en" if story.chinese else "zh"))
    return replace(story, made=cut(translation, _COLUMNS), translated=True) if translation and story.twin is None else story
