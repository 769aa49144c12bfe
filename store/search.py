"""Search that finds Chinese words of any length, Latin words glued to Chinese ones, and names under all their aliases.

Neither database segments Chinese. So both index what `tokens` makes of folded text: of a run of Chinese characters every
pair of neighbours and the last character, of anything else whole words. A searched phrase is a run of such tokens, which
is there exactly when the phrase is: what is found equals what a look through the folded text finds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Text,
    and_,
    cast,
    column,
    delete,
    false,
    func,
    insert,
    literal_column,
    not_,
    or_,
    table,
)
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session, col, select

from .clock import SHANGHAI
from .models import AiModel, Item, ItemTopic, Mention, Organisation
from .query_language import Both, Either, FieldRule, Node, Not, Phrase, phrases, read_query, tokens
from .schema import SEARCH, SEARCH_VECTOR
from .status import ItemStatus
from .text import fold

RANKED = 10_000  # of more hits, the newest are ranked
# Stands between summary and text, so that no phrase reaches over; no text has it as a token.
_BOUNDARY = "¶"
_CHUNK = 200
_ASKED = 1000  # items asked about by one statement
_AROUND = 28
_IN_TITLE = 2.0  # what a hit whose title has all words is ahead of one of today whose title has none
_FRESH_DAYS = 30
_DAY = 86_400  # seconds
_EPOCH = 2_440_587.5  # the Julian day on which 1970 began


@dataclass(frozen=True, slots=True)
class Found:
    """A hit: the item of its story that fits best, the words around the first place, marked 【】, and how many of the hits tell it."""

    item: Item
    snippet: str
    items: int


def index_items(session: Session, item_ids: Sequence[int]) -> None:
    """Index items anew after their title, summary or text was written."""
    session.flush()
    for start in range(0, len(item_ids), _CHUNK):
        chunk = list(item_ids[start : start + _CHUNK])
        rows = session.exec(select(Item.id, Item.title, Item.summary, Item.text).where(col(Item.id).in_(chunk))).all()
        connection = session.connection()
        connection.execute(delete(SEARCH).where(SEARCH.c.rowid.in_(chunk)))
        values = [
            {"rowid": item_id, "title": " ".join(tokens(title)), "body": " ".join([*tokens(summary), _BOUNDARY, *tokens(body)])}
            for item_id, title, summary, body in rows
        ]
        if values:
            connection.execute(insert(SEARCH), values)


def index_everything(session: Session) -> int:
    """Index all items anew; returns how many."""
    ids = [item_id for item_id in session.exec(select(Item.id).order_by(col(Item.id))) if item_id is not None]
    index_items(session, ids)
    return len(ids)


def search(session: Session, query: str, *, limit: int = 20, with_turned_away: bool = False, now: datetime | None = None) -> list[Found]:
    """One hit a story, by fit and freshness at `now` (by default the newest hit's time).

    Case, width and traditional or simplified script make no difference. Raises UsageError for a query that cannot be meant.
    """
    node = read_query(query)
    asked = _Rules(session).newest(node)
    if not with_turned_away:
        asked = asked.where(col(Item.status) != ItemStatus.turned_away)
    rows = session.connection().execute(asked.limit(RANKED)).all()
    words = list(dict.fromkeys(phrase.written for phrase in phrases(node)))
    order = _ranked(rows, words, now)
    counts: dict[Any, int] = {}
    best: dict[Any, int] = {}
    for row in order:
        story = row[3] if row[3] is not None else -row[0]
        counts[story] = counts.get(story, 0) + 1
        best.setdefault(story, row[0])
    shown = list(best.items())[:limit]
    items = {item.id: item for item in session.exec(select(Item).where(col(Item.id).in_([item_id for _, item_id in shown])))}
    return [Found(items[item_id], _snippet(items[item_id], words), counts[story]) for story, item_id in shown]


def matching(session: Session, query: str, item_ids: Collection[int]) -> set[int]:
    """Those of the items that a query asks for, turned away ones too. Raises UsageError for a query that cannot be meant."""
    rules, node = _Rules(session), read_query(query)
    ordered = sorted(item_ids)
    found: set[int] = set()
    for start in range(0, len(ordered), _ASKED):
        chunk = ordered[start : start + _ASKED]
        rows = session.connection().execute(columns(col(Item.id)).where(col(Item.id).in_(chunk), rules.of(node)))
        found |= {row[0] for row in rows}
    return found


def _ranked(rows: Sequence[Any], words: list[str], now: datetime | None) -> list[Any]:
    """Rows of id, title, Julian day and story, the best first."""
    today = now.timestamp() / _DAY + _EPOCH if now else max((row[2] for row in rows), default=0.0)
    worth = []
    for place, (item_id, title, day, _) in enumerate(rows):
        folded = fold(title)
        fit = sum(word in folded for word in words) / len(words) if words else 0.0
        worth.append((_IN_TITLE * fit + 1 / (1 + max(0.0, today - day) / _FRESH_DAYS), day, item_id, place))
    return [rows[one[3]] for one in sorted(worth, reverse=True)]


class _Rules:
    """A query as a condition on items."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sqlite = session.get_bind().dialect.name == "sqlite"

    def newest(self, node: Node) -> Any:
        """Id, title, Julian day and story of the items that a query asks for, the latest saved first."""
        moment = func.coalesce(Item.published_at, Item.first_seen_at)
        day = func.julianday(moment, type_=Float) if self._sqlite else cast(func.extract("epoch", moment), Float) / _DAY + _EPOCH
        asked = columns(col(Item.id), col(Item.title), day, col(Item.story_id))
        parts = _together(node.parts) if isinstance(node, Both) else [node]
        if not self._sqlite or (match := _match(parts[0])) is None:
            return asked.where(self.of(node)).order_by(col(Item.id).desc())
        # The index gives its newest hits by itself and stops there; as a condition it would give all of them first.
        hits = asked.join_from(SEARCH, Item, SEARCH.c.rowid == Item.id).where(_matches(match))
        return hits.where(*map(self.of, parts[1:])).order_by(SEARCH.c.rowid.desc())

    def of(self, node: Node) -> ColumnElement[bool]:
        """The condition that a query sets."""
        if self._sqlite and (match := _match(node)) is not None:
            return col(Item.id).in_(columns(SEARCH.c.rowid).where(_matches(match)))
        match node:
            case Phrase():
                return self._on_postgresql(node)
            case FieldRule():
                return self._field(node)
            case Not(part=part):
                return not_(self.of(part))
            case Either(parts=parts):
                return or_(*(self.of(part) for part in parts))
            case Both(parts=parts):
                return and_(*(self.of(part) for part in (_together(parts) if self._sqlite else parts)))

    def _on_postgresql(self, phrase: Phrase) -> ColumnElement[bool]:
        lexemes = [f"'{token}'" for token in phrase.tokens]
        if phrase.open_end:
            lexemes[-1] += ":*"
        asked = cast(" & ".join(lexemes), TSQUERY)
        found = columns(SEARCH.c.rowid).where(literal_column(SEARCH_VECTOR, TSVECTOR).bool_op("@@")(asked))
        if len(phrase.tokens) > 1:
            space = literal_column("' '", Text)
            pattern = f"% {' '.join(phrase.tokens)}{'%' if phrase.open_end else ' %'}"
            found = found.where(
                or_((space + SEARCH.c.title + space).like(pattern), (space + SEARCH.c.body + space).like(pattern)),
            )
        return col(Item.id).in_(found)

    def _field(self, rule: FieldRule) -> ColumnElement[bool]:
        wanted = fold(rule.value)
        match rule.name:
            case "source":
                return or_(func.lower(Item.source_id) == wanted, col(Item.source_id).like(f"{wanted}%"))
            case "topic":
                return col(Item.id).in_(columns(col(ItemTopic.item_id)).where(col(ItemTopic.topic_id) == wanted))
            case "lang":
                return or_(func.lower(Item.language) == wanted, false() if wanted != "zh" else col(Item.language) == "zh-Hant")
            case "type":
                facts = table("v1_facts", column("item_id", Integer), column("type", Text))
                return col(Item.id).in_(columns(facts.c.item_id).where(facts.c.type == wanted))
            case "after" | "before":
                return self._day(rule)
        return col(Item.id).in_(self._named(rule.name, wanted))

    def _day(self, rule: FieldRule) -> ColumnElement[bool]:
        starts = datetime.combine(date.fromisoformat(rule.value), datetime.min.time(), SHANGHAI)
        if rule.name == "after":
            return or_(col(Item.published_at) >= starts, and_(col(Item.published_at).is_(None), col(Item.first_seen_at) >= starts))
        return or_(col(Item.published_at) < starts, and_(col(Item.published_at).is_(None), col(Item.first_seen_at) < starts))

    def _named(self, field: str, wanted: str) -> Any:
        """Mentions of an organisation or a model under any of its names."""
        if field == "org":
            known = {
                row.id: (row.id, row.name_zh, row.name_en, row.ticker, *row.aliases) for row in self._session.exec(select(Organisation))
            }
        else:
            known = {row.id: (row.id, row.family, row.name, *row.aliases) for row in self._session.exec(select(AiModel))}
        ids = [one for one, names in known.items() if any(name and fold(name) == wanted for name in names)]
        target = "organisation" if field == "org" else "model"
        rule = or_(col(Mention.target_id).in_(ids), func.lower(Mention.as_written) == wanted)
        return columns(col(Mention.item_id)).where(col(Mention.target) == target, rule)


def _matches(match: str) -> ColumnElement[bool]:
    return literal_column(SEARCH.name, Text).bool_op("MATCH")(match)


def _together(parts: tuple[Node, ...]) -> list[Node]:
    """Parts that SQLite's index answers in one go, together."""
    plain = [part for part in parts if _match(part) is not None]
    others: list[Node] = [part for part in parts if _match(part) is None]
    return [*([Both(tuple(plain)) if len(plain) > 1 else plain[0]] if plain else []), *others]


def _match(node: Node) -> str | None:
    """A query as SQLite's full-text index takes it; None for what it cannot answer."""
    if isinstance(node, Phrase):
        return f'"{" ".join(node.tokens)}"{" *" if node.open_end else ""}'
    if isinstance(node, Either | Both):
        wanted = [part for part in node.parts if not isinstance(part, Not)] if isinstance(node, Both) else list(node.parts)
        denied = [part.part for part in node.parts if isinstance(part, Not)] if isinstance(node, Both) else []
        found, without = [_match(part) for part in wanted], [_match(part) for part in denied]
        if not found or None in found or None in without:
            return None
        joined = f"({(' AND ' if isinstance(node, Both) else ' OR ').join(str(one) for one in found)})"
        return f"({joined} NOT ({' OR '.join(map(str, without))}))" if without else joined
    return None


def _snippet(item: Item, words: list[str]) -> str:
    for written in (item.text, item.summary):
        folded = fold(written)
        found = [(place, len(word)) for word in words if (place := folded.find(word)) >= 0]
        if found:
            at, size = min(found)
            start, end = max(0, at - _AROUND), at + size + 2 * _AROUND
            piece = f"{written[start:at]}【{written[at : at + size]}】{written[at + size : end]}"
            return f"{'…' if start else ''}{' '.join(piece.split())}{'…' if end < len(written) else ''}"
    return " ".join((item.summary or item.text)[: 3 * _AROUND].split())
