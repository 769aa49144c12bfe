"""Search that finds Chinese words of any length, Latin words glued to Chinese ones, and names under all their aliases.

Neither database segments Chinese. So both index what `tokens` makes of folded text: of a run of Chinese characters every
pair of neighbours and the last character, of anything else whole words. A searched phrase is a run of such tokens, which
is there exactly when the phrase is: what is found equals what a look through the folded text finds. Neither index keeps the order of
tokens, and PostgreSQL's tells pairs apart only roughly, so a run is asked for in the texts that have all of its tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Float,
    Integer,
    Text,
    and_,
    case,
    cast,
    column,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    table,
    text,
)
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session, col, select

from .clock import SHANGHAI
from .models import AiModel, Item, ItemTopic, Mention, Organisation
from .query_language import Both, Either, FieldRule, Node, Not, Phrase, pattern, phrases, read_query, runs, runs_of, tokens
from .ranked import Hits, Ranked
from .schema import DRAWER, FIRST_SECOND, RUNS_ENCODING, SEARCH, SEARCH_VECTOR, SECONDS, WORDS
from .status import ItemStatus
from .text import fold, is_han

RANKED = 10_000  # of more items that have all tokens of what is searched, the newest are ranked
# Stands between title, summary and text, so that no phrase reaches over; no text has it as a token.
_BOUNDARY = "¶"
_MOST_DRAWERS = 32  # at most so many of the newest are asked for by themselves
_CHUNK = 200
_ASKED = 1000  # items asked about by one statement
_AROUND = 28
_DAY = 86_400  # seconds
_EPOCH = 2_440_587.5  # the Julian day on which 1970 began


@dataclass(frozen=True, slots=True)
class Found:
    """A hit: the item of its story that fits best, the words around the first place, marked 【】, and how many of the hits tell it."""

    item: Item
    snippet: str
    items: int


def index_items(session: Session, item_ids: Sequence[int]) -> None:
    """Index items anew after their title, summary or text was written. Of an item that is still to be read the text is left for then."""
    session.flush()
    connection = session.connection()
    for start in range(0, len(item_ids), _CHUNK):
        chunk = list(item_ids[start : start + _CHUNK])
        asked = columns(col(Item.id), col(Item.title), col(Item.summary), col(Item.text), col(Item.status))
        asked = asked.where(col(Item.id).in_(chunk)).order_by(col(Item.id))
        rows = connection.execute(asked).all()
        connection.execute(delete(SEARCH).where(SEARCH.c.item_id.in_(chunk)))
        if not rows:
            continue
        entries = [{"item_id": item_id, "title": fold(title)} for item_id, title, *_ in rows]
        sqlite = connection.dialect.name == "sqlite"
        cut = tokens if sqlite else runs
        told = [indexed(title, summary, "" if status == ItemStatus.pending else body, cut) for _, title, summary, body, status in rows]
        if sqlite:
            connection.execute(insert(SEARCH), entries)
            placed = connection.execute(columns(SEARCH.c.place).where(SEARCH.c.item_id.in_(chunk)).order_by(SEARCH.c.item_id)).scalars()
            connection.execute(insert(WORDS), [{"rowid": place, "words": one} for place, one in zip(placed, told, strict=True)])
        else:
            packed = [{**row, "runs": one.encode(RUNS_ENCODING)} for row, one in zip(entries, told, strict=True)]
            connection.execute(insert(SEARCH), packed)


def indexed(title: str, summary: str, body: str, cut: Callable[[str], list[str]]) -> str:
    """What an item is found by, as its tokens, or the runs that they are made of, apart by spaces: `cut` into these.

    A summary that the text repeats adds nothing.
    """
    parts = [title, body] if summary in body else [title, summary, body]
    return f" {_BOUNDARY} ".join(" ".join(cut(part)) for part in parts)


def unknown() -> ColumnElement[bool]:
    """Whether an item is one that the index does not know. NOT IN would have PostgreSQL look through the whole index for each item."""
    return ~exists().where(SEARCH.c.item_id == col(Item.id))


def index_missing(session: Session, *, limit: int | None = None) -> int:
    """Index the items that the index does not know, at most `limit` of them; returns how many."""
    missing = select(Item.id).where(unknown()).order_by(col(Item.id)).limit(limit)
    ids = [item_id for item_id in session.exec(missing) if item_id]
    index_items(session, ids)
    return len(ids)


def search(session: Session, query: str, *, limit: int = 20, with_turned_away: bool = False, now: datetime | None = None) -> list[Found]:
    """One hit a story, by fit and freshness at `now` (by default the newest hit's time).

    Case, width and traditional or simplified script make no difference. Raises UsageError for a query that cannot be meant.
    """
    node = read_query(query)
    words = list(dict.fromkeys(phrase.written for phrase in phrases(node)))
    rules = _Rules(session)
    ranked = rules.newest(node, words, with_turned_away=with_turned_away, now=now)
    best, counts = ranked.best(limit)
    if ranked.doubt is not None and len(ranked.ordered[0]) == RANKED and len(best) < limit:
        # Of the newest that may be hits too few are: then all are looked at.
        best, counts = rules.newest(node, words, with_turned_away=with_turned_away, now=now, looked_at=True).best(limit)
    items = {item.id: item for item in session.exec(select(Item).where(col(Item.id).in_(list(best.values()))))}
    return [Found(items[item_id], _snippet(items[item_id], words), counts[story]) for story, item_id in best.items()]


def matching(session: Session, query: str, item_ids: Collection[int]) -> set[int]:
    """Those of the items that a query asks for, turned away ones too. Raises UsageError for a query that cannot be meant."""
    rules, node = _Rules(session), read_query(query)
    ordered = sorted(item_ids)
    found: set[int] = set()
    for start in range(0, len(ordered), _ASKED):
        chunk = ordered[start : start + _ASKED]
        asked = columns(col(Item.id)).where(col(Item.id).in_(chunk), rules.of(node))
        found |= {item_id for item_id in session.connection().execute(asked).scalars() if item_id}
    return found


class _Rules:
    """A query as a condition on items."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sqlite = session.get_bind().dialect.name == "sqlite"
        self._drawers = 3  # so many of the newest hold enough hits, as far as is known

    def newest(self, node: Node, words: Sequence[str], *, with_turned_away: bool, now: datetime | None, looked_at: bool = False) -> Ranked:
        """Of what a query asks for the `RANKED` items that were saved last, the best first; of more that only may be hits, the last of
        these, unless all of their texts are to be `looked_at`."""
        hits, doubt = self._asked(node, words, with_turned_away=with_turned_away, looked_at=looked_at)
        today = now.timestamp() / _DAY + _EPOCH if now else None
        return Ranked(self._session, self._last_saved(hits), doubt, today)

    def _asked(
        self, node: Node, words: Sequence[str], *, with_turned_away: bool, looked_at: bool
    ) -> tuple[Any, ColumnElement[bool] | None]:
        """What a query asks for, the last saved first, and what of it the index leaves in doubt."""
        asked = self._columns(words)
        if not with_turned_away:
            asked = asked.where(col(Item.status) != ItemStatus.turned_away)
        parts = list(node.parts) if isinstance(node, Both) else [node]
        indexed = [part for part in parts if (_match(part) is not None if self._sqlite else isinstance(part, Phrase))]
        rest = [self.of(part) for part in parts if part not in indexed]
        doubts = [doubt for part in indexed if (doubt := self._doubt(part)) is not None]
        if looked_at:
            rest, doubts = rest + doubts, []
        if not self._sqlite or not indexed:
            found = [_in_vector(part) for part in indexed if isinstance(part, Phrase)]
            hits = asked.join_from(Item, SEARCH, SEARCH.c.item_id == Item.id).where(*found, *rest).order_by(SEARCH.c.place.desc())
            return hits, and_(*doubts) if doubts else None
        # The index gives its newest hits by itself and stops there; as a condition it would give all of them first.
        hits = asked.select_from(WORDS).join(SEARCH, SEARCH.c.place == WORDS.c.rowid).join(Item, col(Item.id) == SEARCH.c.item_id)
        hits = hits.where(_matches(" AND ".join(str(_match(part)) for part in indexed)), *rest).order_by(WORDS.c.rowid.desc())
        if not rest:
            # All that ranking asks of an item stands in this index; the row itself would bring pages of its text along.
            hits = hits.with_hint(Item, "INDEXED BY ix_item_hit", "sqlite")
        return hits, and_(*doubts) if doubts else None

    def _columns(self, words: Sequence[str]) -> Any:
        moment = func.coalesce(Item.published_at, Item.first_seen_at)
        day = func.julianday(moment, type_=Float) if self._sqlite else cast(func.extract("epoch", moment), Float) / _DAY + _EPOCH
        place_of = func.instr if self._sqlite else func.strpos
        in_title = sum((case((place_of(SEARCH.c.title, word) > 0, 1), else_=0) for word in words), literal(0, Integer))
        share = in_title * literal(1 / max(1, len(words)), Float)
        story = func.coalesce(Item.story_id, -col(Item.id))
        return columns(col(Item.id).label("id"), story.label("story"), day.label("day"), share.label("in_title"))

    def _last_saved(self, hits: Any) -> Hits:
        """The `RANKED` hits that were saved last."""

        def listed(some: Any) -> Hits:
            # Long values: ten thousand rows would take as long to make as to find.
            as_list = func.json_group_array if self._sqlite else func.json_agg
            ids, stories, days, in_title = connection.execute(
                columns(*(as_list(one, type_=JSON) for one in some.limit(RANKED).subquery().c))
            ).one()
            return ids or [], stories or [], days or [], in_title or []

        connection = self._session.connection()
        if self._sqlite:
            return listed(hits)
        try:
            # The tokens of a text are slow to make, which the planner cannot know: it would make those of all texts.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL work_mem = '64MB'"))
            return self._newest_drawers(lambda drawers: listed(hits if drawers is None else hits.where(_in_drawers(drawers))))
        finally:
            connection.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
            connection.execute(text("SET LOCAL work_mem TO DEFAULT"))

    def _newest_drawers(self, listed: Callable[[range | None], Hits]) -> Hits:
        """The hits in as many of the newest drawers of PostgreSQL's index as hold `RANKED` of them, or in all.

        The index names all hits before they are sorted, half of all items of a common word; of a rare one there are few."""
        last = (self._session.connection().execute(columns(func.max(SEARCH.c.place))).scalar() or 0) // DRAWER
        while (looked := self._drawers) <= min(last, _MOST_DRAWERS):
            found = listed(range(last - looked + 1, last + 1))
            if (hits := len(found[0])) == RANKED:
                return found
            # A quarter more than would be enough if older ones were as full of hits.
            self._drawers = max(2 * looked, 5 * looked * RANKED // (4 * max(1, hits)) + 1)
        return listed(None)

    def _doubt(self, node: Node) -> ColumnElement[bool] | None:
        """What has to be looked up in an item's text, of what the index found for a part of a query; None where it is sure."""
        if self._sqlite:
            return None if _is_exact(node) else _held(node)
        return _in_order(node) if isinstance(node, Phrase) and (len(node.tokens) > 1 or _is_pair(node.tokens[0])) else None

    def of(self, node: Node) -> ColumnElement[bool]:
        """The condition that a query sets."""
        if self._sqlite and (match := _match(node)) is not None:
            hits = columns(SEARCH.c.item_id).join_from(WORDS, SEARCH, SEARCH.c.place == WORDS.c.rowid).where(_matches(match))
            return and_(col(Item.id).in_(hits), *([] if _is_exact(node) else [_held(node)]))
        match node:
            case Phrase():
                doubt = self._doubt(node)
                return col(Item.id).in_(columns(SEARCH.c.item_id).where(_in_vector(node), *([] if doubt is None else [doubt])))
            case FieldRule():
                return self._field(node)
            case Not(part=part):
                return not_(self.of(part))
            case Either(parts=parts):
                return or_(*(self.of(part) for part in parts))
            case Both(parts=parts):
                return and_(*(self.of(part) for part in parts))

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


def kept_under(token: str) -> str:
    """What PostgreSQL's index keeps a token under, as `store.schema` has it."""
    return f"{token[0]}{chr(FIRST_SECOND + ord(token[1]) % SECONDS)}" if _is_pair(token) else token


def _is_pair(token: str) -> bool:
    return len(token) == 2 and is_han(token[0])


def _in_vector(phrase: Phrase) -> ColumnElement[bool]:
    """Whether an entry of PostgreSQL's index may have all tokens of a phrase."""
    lexemes = [f"'{kept_under(token)}'" for token in phrase.tokens]
    if phrase.open_end:
        lexemes[-1] += ":*"
    return _asked_of_vector(" & ".join(lexemes))


def _in_drawers(drawers: range) -> ColumnElement[bool]:
    return _asked_of_vector(" | ".join(f"'#{drawer}'" for drawer in drawers))


def _asked_of_vector(query: str) -> ColumnElement[bool]:
    return literal_column(SEARCH_VECTOR, TSVECTOR).bool_op("@@")(cast(query, TSQUERY))


def _in_order(phrase: Phrase) -> ColumnElement[bool]:
    """Whether they follow each other there: a Latin run begins where a word does, and ends there unless the phrase is open."""
    space = literal_column("' '", Text)
    found = runs_of(phrase)
    closed = not phrase.open_end and not is_han(found[-1][0])
    # Far faster than LIKE, which looks at every character of ten thousand.
    run = f"{'' if is_han(found[0][0]) else ' '}{' '.join(found)}{' ' if closed else ''}"
    return func.strpos(space + func.convert_from(SEARCH.c.runs, RUNS_ENCODING, type_=Text) + space, run) > 0


def _matches(match: str) -> ColumnElement[bool]:
    return literal_column(WORDS.name, Text).bool_op("MATCH")(match)


def _match(node: Node) -> str | None:
    """What SQLite's index is asked for a query: all of its hits and, unless `_is_exact`, some more; None for what the index cannot say."""
    if isinstance(node, Phrase):
        quoted = [f'"{token}"' for token in node.tokens]
        return f"({' AND '.join(quoted)}{' *' if node.open_end else ''})"
    if isinstance(node, Either | Both):
        wanted = [part for part in node.parts if not isinstance(part, Not)]
        denied = [part.part for part in node.parts if isinstance(part, Not)]
        found = [_match(part) for part in wanted]
        if not found or None in found or (denied and isinstance(node, Either)) or any(_match(part) is None for part in denied):
            return None
        joined = f"({(' AND ' if isinstance(node, Both) else ' OR ').join(str(one) for one in found)})"
        without = " OR ".join(str(_match(part)) for part in denied if _is_exact(part))
        return f"({joined} NOT ({without}))" if without else joined
    return None


def _is_exact(node: Node) -> bool:
    """Whether the index of SQLite alone tells who has what is asked for: it knows which tokens a text has, not which follow each other."""
    if isinstance(node, Phrase):
        return len(node.tokens) == 1
    if isinstance(node, Not):
        return _is_exact(node.part)
    return isinstance(node, Either | Both) and all(map(_is_exact, node.parts))


def _held(node: Node) -> ColumnElement[bool]:
    """What a query of words asks of an item's own text, on SQLite."""
    match node:
        case Both(parts=parts):
            return and_(*map(_held, parts))
        case Either(parts=parts):
            return or_(*map(_held, parts))
        case Not(part=part):
            return not_(_held(part))
        case Phrase():
            places = (col(Item.title), col(Item.text), col(Item.summary))
            # Most texts that have it have it as it is asked for: SQLite sees that without folding.
            plain = [func.instr(place, node.written) > 0 for place in places] if all(map(is_han, node.written)) else []
            return or_(*plain, func.yixun_holds(literal(pattern(node)), *places) == 1)
    raise ValueError(f"no words in {node}")


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
