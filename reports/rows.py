"""The tables of an edition in the words of a language: what HTML, text and pages print row by row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .edition import TABLES, AdoptionLine, ApprovalLine, DealLine, Edition, FigureLine, FundingLine, Origin, PolicyLine
from .labels import Labels, agreed, backers, deal, dealers, decided, issued, progress, total_note, worth
from .prose import bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event: who, what, what it comes to, and small print; `headline` is that of the story where it says more than the row."""

    line: Origin
    name: str
    detail: str
    value: str
    values: tuple[str, ...]  # the value put otherwise: in two currencies
    small: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that is not empty, by its name in `TABLES`: its title, the heads of its two columns, its rows, how many more the whole issue
    has, and a note on what it counts."""

    id: str
    title: str
    left: str
    right: str
    rows: tuple[Row, ...]
    hidden: int
    note: str


def shown_tables(edition: Edition, labels: Labels, *, full: bool = False) -> list[Table]:
    """The tables in the order in which they are printed; `full` has all rows."""
    found = []
    for table, name in TABLES.items():
        lines = edition.rows(table)
        shown = lines if full else lines[: edition.rows_shown]
        if not shown:
            continue
        note = total_note(edition, labels) if table == "funding" else ""
        rows = tuple(_row(line, labels) for line in shown)
        heads = {"left": labels(f"{name}_left"), "right": labels(f"{name}_right")}
        found.append(Table(id=table, title=labels(name), **heads, rows=rows, hidden=len(lines) - len(shown), note=note))
    return found


def _row(line: Origin, labels: Labels) -> Row:
    said = _SAID[type(line)](line, labels)
    told = bare(" ".join((said["name"], said.get("detail", ""))))
    headline = "" if bare(line.title) in told else line.title
    return Row(line=line, headline=headline, **({"detail": "", "value": "", "values": (), "small": ""} | said))


def _adoption(line: AdoptionLine, labels: Labels) -> dict[str, Any]:
    use = " · ".join(labels.term(part) for part in (line.product, line.department) if part)
    return {"name": labels.name(line.adopter), "detail": labels.name(line.model), "value": progress(line, labels), "small": use}


def _funding(line: FundingLine, labels: Labels) -> dict[str, Any]:
    valuation = [labels("valuation", amount=line.valuation)] if line.valuation else []
    sums = {"value": line.amount or labels("undisclosed"), "values": (*worth(line, labels), *valuation)}
    return {"name": labels.name(line.company), "detail": deal(line, labels), "small": backers(line, labels), **sums}


def _deal(line: DealLine, labels: Labels) -> dict[str, Any]:
    sums = {"value": line.amount or labels("undisclosed"), "values": tuple(worth(line, labels))}
    return {"name": dealers(line, labels), "detail": agreed(line, labels), **(sums if line.amount or line.company else {})}


def _approval(line: ApprovalLine, labels: Labels) -> dict[str, Any]:
    product = labels.term(line.product) if line.product else ""
    holder = labels.name(line.holder) if line.holder else ""
    return {
        "name": holder or product,
        "detail": product if holder else "",
        "value": labels(f"decision_{line.decision}"),
        "small": decided(line, labels),
    }


def _policy(line: PolicyLine, labels: Labels) -> dict[str, Any]:
    day = labels("in_force", day=labels.day(line.effect_on)) if line.effect_on else ""
    return {"name": line.name or line.title, "value": day, "small": issued(line, labels)}


def _figure(line: FigureLine, labels: Labels) -> dict[str, Any]:
    return {"name": line.subject or line.title, "detail": line.year or "", "value": line.value, "small": line.said_by or ""}


_SAID: Mapping[type[Origin], Callable[[Any, Labels], dict[str, Any]]] = {
    AdoptionLine: _adoption,
    FundingLine: _funding,
    DealLine: _deal,
    ApprovalLine: _approval,
    PolicyLine: _policy,
    FigureLine: _figure,
}
