"""A line in the language that a headline is not in, put together from facts, topics and catalogue names by templates. Never a guess: what
has no name in that language stands as it was written, and what has no translation is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session

from store.news import Name, Names, News, Report, Told, names_in, source_names

from .glossary import term_in
from .labels import Labels
from .lines import is_chinese
from .prose import bare, clean

_MOST = 3  # topics, and names

LineMaker = Callable[[News, str], str | None]


def line_maker(session: Session, leads: Sequence[Report], topics: Names, language: str) -> LineMaker:
    """What makes the line about a story of a section, for a digest in `language`; `leads` are the reports that headlines come from.

    It gives None for a headline in a language of the digest that is the only one.
    """
    wanted = [lead for lead in leads if language_of(lead, language)]
    named = names_in(session, {lead.item_id for lead in wanted})
    outlets = source_names(session)

    def make(story: News, section: str) -> str | None:
        code = language_of(story.lead, language)
        if code is None:
            return None
        stated = next((line for told in story.stating("launch", "results") if (line := _stated(told, code))), None)
        return stated or _about(story, section, code, topics, named.get(story.lead.item_id, []), outlets)

    return make


def language_of(lead: Report, language: str) -> str | None:
    """The language a line is to be made in beside a headline, None where none is wanted."""
    code = "en" if is_chinese(lead) else "zh"
    return code if language in (code, "both") else None


def _said(name: Name, code: str) -> str | None:
    return name[0] if code == "en" else name[1]


def _stated(told: Told, code: str) -> str | None:
    """What a launch or a result says; None where a part of it cannot be told in the language."""
    row: Any = told.row
    label = Labels(code)
    if not row.organisation:
        return None
    if told.kind == "launch":
        what = row.product or row.model
        return label("made_launch", who=clean(row.organisation), what=clean(term_in(what, code) or what)) if what else None
    measure = term_in(row.measure, code)
    if not measure or not row.amount_as_written:
        return None
    return label("made_results", who=clean(row.organisation), measure=measure, amount=clean(row.amount_as_written))


def _about(story: News, section: str, code: str, topics: Names, named: list[Name], outlets: dict[str, Name]) -> str:
    """Who reports on which topics, and what of the catalogue is named."""
    ordered = sorted(story.topics, key=lambda topic: (topic != section, -story.topics[topic], topic))
    subjects = [name for topic in ordered if (name := _said(topics.get(topic, (None, None)), code))][:_MOST]
    label = Labels(code)
    who = _outlet(story.lead, code, outlets)
    said = list(dict.fromkeys(name for one in named if (name := _said(one, code)) and bare(name) not in bare(who)))[:_MOST]
    comma = "、" if code == "zh" else ", "
    line = label("made_about", who=who, topics=comma.join(subjects)) if subjects else who
    return label("made_names", line=line, names=comma.join(said)) if said else line


def _outlet(lead: Report, code: str, outlets: dict[str, Name]) -> str:
    """The name of who published a report in a language, where the source itself did; else as written."""
    names = outlets.get(lead.source_id, (None, None))
    itself = not lead.outlet or bare(lead.outlet) in {bare(name) for name in names if name}
    return clean((_said(names, code) if itself else None) or lead.outlet or lead.source_name)
