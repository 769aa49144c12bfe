"""What a story's items state, once each: facts of one event reconciled, with all their proofs and what they say differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String, bindparam, cast, exists, func, insert, or_, text
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete

from .kinds import BY_NAME
from .models import FACT_TABLES, Item, ItemTopic, SourceRow, StoryFact
from .text import fold

TIERS = ("official", "primary", "trade", "media", "aggregator")
# How sure a sum is, the surest first; a sum that is not told comes last.
_HEDGES = ("exact", "about", "at_least", "under", "range", "undisclosed")
_COMPARED = ("stage", "round", "amount_as_written", "others", "product", "department", "hosting", "number", "detail", "value")
_ROUND = re.compile(r"series|round|轮|融资|[\s_-]", re.I)
_FACTS = text(
    "SELECT fact_id, type, item_id, subject_id, subject, product, model_family, stage, round, amount_as_written, amount_low,"
    " amount_high, amount_currency, amount_hedge, others, department, hosting, number, detail, value, period, announced_on, confidence,"
    " reviewed FROM v1_facts"
    " WHERE background = 0 AND COALESCE(reviewed, '') <> 'wrong' AND item_id IN :items ORDER BY item_id, fact_id"
).bindparams(bindparam("items", expanding=True))

_FORGET = delete(StoryFact).where(col(StoryFact.story_id) == bindparam("of"))
_ADD: Any = insert(StoryFact)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """What its story says of an item and of the item's source."""

    item_id: int
    story_id: int
    source_id: str
    title: str
    language: str
    outlet: str | None
    relation: str | None
    published_at: datetime | None
    first_seen_at: datetime
    tier: str
    homepage: str

    @property
    def moment(self) -> datetime:
        """When it was published, else first seen."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True)
class Proof(Member):
    """A member with its topics, written `id score,id score`, that may state facts, of a story that may have some."""

    states_facts: bool
    story_has_facts: bool
    topics: str | None


# Asked with the members because each statement has a price of its own, most items state no fact, and the view over all facts is slow.
_STATES_FACTS = or_(*(exists().where(col(table.item_id) == col(Item.id)) for table in FACT_TABLES.values()))
_ITS_TOPICS = (
    columns(func.aggregate_strings(col(ItemTopic.topic_id).concat(" ").concat(cast(col(ItemTopic.score), String)), ","))
    .where(col(ItemTopic.item_id) == col(Item.id))
    .scalar_subquery()
)
_MEMBERS: Any = (
    columns(
        *(Item.id, Item.story_id, Item.source_id, Item.title, Item.language, Item.outlet, Item.relation),  # type: ignore[call-overload]
        *(Item.published_at, Item.first_seen_at, SourceRow.tier, SourceRow.homepage),
        *(_STATES_FACTS, exists().where(col(StoryFact.story_id) == col(Item.story_id)), _ITS_TOPICS),
    )
    .join(SourceRow, col(SourceRow.id) == col(Item.source_id))
    .where(col(Item.story_id).in_(bindparam("stories", expanding=True)))
    .order_by(col(Item.first_seen_at), col(Item.id))
)


def members_of(session: Session, story_ids: Sequence[int]) -> dict[int, list[Proof]]:
    """The members of stories that have any, in the order in which they were first seen."""
    found: dict[int, list[Proof]] = {}
    for row in session.connection().execute(_MEMBERS, {"stories": list(story_ids)}):
        found.setdefault(row[1], []).append(Proof(*row))
    return found


def refresh_facts(session: Session, story_ids: Sequence[int], members: Mapping[int, list[Proof]]) -> None:
    """Write the events that the items of stories state anew."""
    connection = session.connection()
    by_id = {member.item_id: member for those in members.values() for member in those}
    bare = {story_id for story_id, those in members.items() if not those[0].story_has_facts}
    if outdated := [{"of": story_id} for story_id in story_ids if story_id not in bare]:
        connection.execute(_FORGET, outdated)
    stating = [member.item_id for member in by_id.values() if member.states_facts]
    if not stating:
        return
    told: dict[int, list[Row]] = {}
    row: Any
    for row in connection.execute(_FACTS, {"items": stating}).mappings():
        told.setdefault(by_id[row["item_id"]].story_id, []).append(row)
    found = [_reconciled(story_id, proofs, by_id) for story_id, rows in told.items() for proofs in same_events(rows)]
    if found:
        connection.execute(_ADD, found)


def _reconciled(story_id: int, proofs: list[Row], by_id: Mapping[int, Member]) -> dict[str, Any]:
    """One event of a story as a row of its facts."""
    ordered = sorted(proofs, key=lambda row: _rank(row, by_id[row["item_id"]].tier))
    told = sorted((by_id[row["item_id"]] for row in proofs), key=lambda member: (member.moment, member.item_id))
    official = [member for member in told if member.tier == "official"]
    return {
        "story_id": story_id,
        "fact_id": ordered[0]["fact_id"],
        "type": ordered[0]["type"],
        "proofs": [row["fact_id"] for row in ordered],
        "sources": len({member.outlet or member.source_id for member in told if member.relation != "reprint"}) or 1,
        "first_source_id": told[0].source_id,
        "first_reported_at": told[0].moment,
        "official_at": official[0].moment if official else None,
        "announced_on": next((_day(row["announced_on"]) for row in ordered if row["announced_on"]), None),
        "differences": differences(ordered),
    }


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def same_events(rows: Iterable[Row]) -> list[list[Row]]:
    """Facts of one story that tell one event, together. Rows are those of v1_facts."""
    found: list[list[Row]] = []
    for row in rows:
        home = next((proofs for proofs in found if all(_one_event(row, other) for other in proofs)), None)
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return found


def _one_event(one: Row, other: Row) -> bool:
    if one["type"] != other["type"] or not _one_subject(one, other):
        return False
    return all(_agree(one, other, column, how) for column, how in BY_NAME[one["type"]].told_apart)


def _agree(one: Row, other: Row, column: str, how: str) -> bool:
    """Whether two facts may say the same in a column; what one of them leaves open is no difference."""
    if how == "alike":
        return _alike(one[column], other[column])
    plain = _plain_round if column == "round" else _plain
    mine, theirs = plain(one[column]), plain(other[column])
    return not mine or not theirs or mine == theirs


def _one_subject(one: Row, other: Row) -> bool:
    if one["subject_id"] and other["subject_id"]:
        return bool(one["subject_id"] == other["subject_id"])
    mine, theirs = fold(one["subject"] or ""), fold(other["subject"] or "")
    # In two scripts one story's names of one kind of fact are each other's translation.
    return mine in theirs or theirs in mine or mine.isascii() != theirs.isascii()


def _alike(one: str | None, other: str | None) -> bool:
    mine, theirs = _plain(one), _plain(other)
    return not mine or not theirs or mine in theirs or theirs in mine or mine.isascii() != theirs.isascii()


def _plain(value: Any) -> str:
    return re.sub(r"[\W_]+", "", fold(str(value or "")))


def _plain_round(value: str | None) -> str:
    return _ROUND.sub("", fold(value or ""))


def _rank(row: Row, source_tier: str) -> tuple[Any, ...]:
    """What a person looked at first, then the more official and the more precise."""
    tier = TIERS.index(source_tier) if source_tier in TIERS else len(TIERS)
    hedge = _HEDGES.index(row["amount_hedge"]) if row["amount_low"] is not None and row["amount_hedge"] in _HEDGES else len(_HEDGES)
    others = len((row["others"] or "").split(", ")) if row["others"] else 0
    return row["reviewed"] is None, tier != 0, hedge, -others, row["round"] is None, tier, -row["confidence"], row["fact_id"]


def differences(ordered: list[Row]) -> list[dict[str, Any]]:
    """What proofs say otherwise than the best of them: field, value, fact_id. A sum in other words is no difference."""
    best = ordered[0]
    return [
        {"field": name.removesuffix("_as_written"), "value": str(row[name]), "fact_id": row["fact_id"]}
        for row in ordered[1:]
        for name in _COMPARED
        if row[name] and best[name] and _plain(row[name]) != _plain(best[name]) and not (name == "amount_as_written" and _equal(row, best))
    ]


def _equal(one: Row, other: Row) -> bool:
    return _sum(one) == _sum(other)


def _sum(row: Row) -> tuple[Any, ...]:
    bounds = (None if row[name] is None else Decimal(str(row[name])) for name in ("amount_low", "amount_high"))
    return (*bounds, row["amount_currency"])
