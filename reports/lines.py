"""Stories and their facts → the lines of an edition. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from store.kinds import BY_NAME
from store.news import Names, News, Report, Told

from .edition import AdoptionLine, ApprovalLine, DealLine, FigureLine, FundingLine, Party, PolicyLine
from .edition import Report as Other
from .period import local_day
from .prose import bare, clean, cut, safe_link, telling
from .rank import RANKED, Standing, score

_TITLE_COLUMNS = 180
_DEPARTMENT = re.compile(r"(?:科|部|室|中心|门诊|急诊|病区|病房)$")
_CLASS = re.compile(r"(?i)(?:第?[一二三ⅠⅡⅢ]+类|class\s+[I1-3]+)")
_QUOTED = re.compile(r"[“\"《「『‘]([^”\"》」』’]{1,40})[”\"》」』’]")
_SUMMED_UP = frozenset(kind.name for kind in RANKED if kind.summed_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lines are written with: what stories are held against, names of organisations and AI models by id, (summary, text) by item."""

    standing: Standing
    names: Names = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def outlet_of(report: Report) -> str:
    """Who published a report."""
    return clean(report.outlet or report.source_name)


def is_chinese(report: Report) -> bool:
    """Whether a report is in Chinese, of either script."""
    return report.language.startswith("zh")


def origin(story: News, report: Report, evidence: Iterable[str], facts: Iterable[str], desk: Desk) -> dict[str, Any]:
    """The fields of `Origin` of a line about a story that stands on one of its reports, and on facts (ids)."""
    title, link, outlet = clean(report.title), safe_link(report.link), outlet_of(report)
    twins = (clean(one.title) for one in story.reports if is_chinese(one) != is_chinese(report))
    others = {outlet_of(one): safe_link(one.link) for one in reversed(story.reports) if one is not report}
    return {
        "item_id": report.item_id,
        "story_id": story.story_id,
        "outlet": outlet,
        "day": local_day(report.moment).isoformat(),
        "link": link,
        "title": cut(title, _TITLE_COLUMNS) or link or "—",
        "chinese": is_chinese(report),
        "twin": next((cut(twin, _TITLE_COLUMNS) for twin in twins if twin), None),
        "summary": telling(title, evidence, *desk.texts.get(report.item_id, ("", ""))),
        "others": tuple(Other(outlet=name, link=place) for name, place in reversed(others.items()) if name != outlet),
        "facts": tuple(facts),
        "score": score(story, desk.standing),
    }


def evidence_of(story: News) -> list[str]:
    """The sentences of the lead that prove its facts, those of the first kinds first."""
    return [told.row.evidence for kind in RANKED if kind.summed_up for told in story.stating(kind.name) if told.report is story.lead]


def organisations_of(told: Told) -> set[str]:
    """Ids of the organisations that a fact names."""
    row = told.row
    ids = {getattr(row, f"{role.column}_id") for role in BY_NAME[told.kind].roles if role.type == "party"}
    listed = [
        one.get("id") for role in BY_NAME[told.kind].roles if role.type in ("parties", "investors") for one in getattr(row, role.column)
    ]
    return {str(one) for one in (*ids, *listed) if one}


def _of(story: News, told: Told, desk: Desk) -> dict[str, Any]:
    return origin(story, told.report, [told.row.evidence] if told.kind in _SUMMED_UP else [], told.proofs, desk)


def party(written: str | None, known: str | None, names: Names) -> Party | None:
    """An organisation of a fact, None where the fact names none."""
    if not written:
        return None
    english, chinese = names.get(known or "", (None, None))
    return Party(written=clean(written), english=english, chinese=chinese)


def funding_line(story: News, told: Told, desk: Desk) -> FundingLine:
    """A round or a step of a listing."""
    row = told.row
    ordered = sorted(row.investors, key=lambda one: not one.get("lead"))
    return FundingLine(
        **_of(story, told, desk),
        **_priced(row),
        company=_subject(row.company, row.company_id, desk),
        type=row.type,
        kind=row.kind,
        stage=row.stage,
        round=_words(row.round),
        valuation=_words(row.valuation_as_written),
        investors=tuple(clean(str(one.get("name", ""))) for one in ordered),
        leads=sum(bool(one.get("lead")) for one in ordered),
    )


def _subject(written: str, known: str | None, desk: Desk) -> Party:
    return party(written, known, desk.names) or Party(written="—", english=None, chinese=None)


def _priced(row: Any) -> dict[str, Any]:
    sums = {name: None if (value := getattr(row, name)) is None else str(value) for name in ("cny_low", "cny_high", "usd_low", "usd_high")}
    return sums | {
        "amount": None if row.amount_hedge == "undisclosed" else _words(row.amount_as_written),
        "hedge": row.amount_hedge,
        "rate_on": row.rate_on.isoformat() if row.rate_on else None,
        "rate_source": row.rate_source,
    }


def _words(written: str | None) -> str | None:
    return (clean(written) or None) if written else None


def acquisition_line(story: News, told: Told, desk: Desk) -> DealLine:
    """A purchase with its buyers."""
    row = told.row
    buyers = (party(str(one.get("name", "")), one.get("id"), desk.names) for one in row.investors)
    company = _subject(row.company, row.company_id, desk)
    return DealLine(
        **_of(story, told, desk), **_priced(row), company=company, parties=tuple(filter(None, buyers)), subject=None, stage=row.stage
    )


def partnership_line(story: News, told: Told, desk: Desk) -> DealLine:
    """A partnership of equals."""
    row = told.row
    parties = (party(str(one.get("as_written", "")), one.get("id"), desk.names) for one in row.parties)
    return DealLine(
        **_of(story, told, desk),
        **_priced(row),
        company=None,
        parties=tuple(filter(None, parties)),
        subject=_words(row.subject),
        stage="done",
    )


def adoption_line(story: News, told: Told, desk: Desk) -> AdoptionLine:
    """An organisation and the model that it takes into use."""
    row = told.row
    written = clean(row.model or row.model_family)
    known = desk.models.get(row.model_id or "")
    model = Party(written=_versioned(written, row), english=_versioned(known, row) if known else None, chinese=None)
    product = _product(row)
    return AdoptionLine(
        **_of(story, told, desk),
        adopter=_subject(row.adopter, row.adopter_id, desk),
        model=model,
        family=row.model_family or "",
        product=product if product and bare(product) not in bare(written) else None,
        department=_department(row),
        stage=row.stage,
        hosting=row.hosting,
    )


def _versioned(name: str, row: Any) -> str:
    return f"{name} {clean(row.model_version)}" if row.model_version and bare(row.model_version) not in bare(name) else name


def _product(row: Any) -> str | None:
    """The name of a product; none where only a piece of one was read: a character or two that the sentence does not put in quotes."""
    written = _words(row.product)
    whole = written and (len(bare(written)) > 2 or bare(written) in map(bare, _QUOTED.findall(row.evidence)))
    return written if whole else None


def _department(row: Any) -> str | None:
    """The name of a department, to the end where the reading stopped before it (放射 of 放射科); none for what is no department."""
    written = _words(row.department)
    if not written:
        return None
    match = re.search(re.escape(written) + r"[科部室]", row.evidence)
    found = match[0] if match and not _DEPARTMENT.search(written) else written
    return found if _DEPARTMENT.search(found) or found.isascii() else None


def _whole(written: str | None, evidence: str) -> str | None:
    """A title with the quotation mark that opens it, where the reading began after it."""
    title = _words(written)
    opened = next((mark + title for mark in "“《「『" if title and mark + title in evidence), title)
    closing = {"“": "”", "《": "》", "「": "」", "『": "』"}
    return opened if title and opened and closing.get(opened[0], "") in title else title


def approval_line(story: News, told: Told, desk: Desk) -> ApprovalLine:
    """A decision on a product."""
    row = told.row
    return ApprovalLine(
        **_of(story, told, desk),
        holder=party(row.holder, row.holder_id, desk.names),
        product=_product(row),
        authority=_words(row.authority),
        device_class=row.device_class if row.device_class and _CLASS.fullmatch(row.device_class) else None,
        number=_words(row.number),
        decision=row.decision or "approved",
    )


def policy_line(story: News, told: Told, desk: Desk) -> PolicyLine:
    """A document of an authority."""
    row = told.row
    issuer, name = party(row.issuer, row.issuer_id, desk.names), _whole(row.title, row.evidence)
    day = row.effect_on.isoformat() if row.effect_on else None
    return PolicyLine(**_of(story, told, desk), issuer=issuer, name=name, number=_words(row.number), effect_on=day)


def figure_line(story: News, told: Told, desk: Desk) -> FigureLine:
    """A figure of the sector."""
    row = told.row
    said: dict[str, Any] = {
        "subject": _words(row.subject),
        "value": clean(row.value),
        "year": _words(row.year),
        "said_by": _words(row.source),
    }
    return FigureLine(**_of(story, told, desk), **said)
