"""Full-text search that finds Chinese words of any length, and Latin words glued to Chinese ones.

Neither database segments Chinese. So both index what `tokens` makes of folded text: of a run of Chinese characters every
pair of neighbours and the last character, of anything else whole words. A searched phrase is a run of such tokens, which
is there exactly when the phrase is: what is found equals what a look through the folded text finds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Text, cast, delete, func, insert, literal_column, or_
from sqlmodel import Session, col, select

from .errors import UsageError
from .models import Item
from .schema import SEARCH
from .status import ItemStatus
from .text import fold, is_han

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+")
_QUERY = re.compile(r'"([^"]*)"|(\S+)')
# Stands between summary and text, so that no phrase reaches over; no text has it as a token.
_BOUNDARY = "¶"
_CHUNK = 200
_AROUND = 28


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow each other; of the last one only the beginning counts when `open_end`."""

    tokens: tuple[str, ...]
    open_end: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An item that was found, and the words around the first place where it says so."""

    item: Item
    snippet: str


def tokens(written: str) -> list[str]:
    """What a text is indexed by, in order."""
    found: list[str] = []
    for run in _RUN.findall(fold(written)):
        if is_han(run[0]):
            found += [run[at : at + 2] for at in range(len(run))]
        else:
            found.append(run)
    return found


def read_query(query: str) -> list[Phrase]:
    """The phrases of a query: words apart by spaces, or several in double quotes. Raises UsageError when there is none."""
    phrases = []
    for quoted, word in _QUERY.findall(query):
        found = tokens(quoted or word)
        if found and is_han(found[-1][0]) and len(found) > 1 and len(found[-2]) == 2 and found[-2][1] == found[-1]:
            # The text may go on after the last character, so its single token proves nothing more.
            found.pop()
        if found:
            phrases.append(Phrase(tuple(found), is_han(found[-1][0]) and len(found[-1]) == 1))
    if not phrases:
        raise UsageError("expected a word to search for", subject=f"query {query!r}")
    return phrases


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


def search(session: Session, query: str, *, limit: int = 20, with_turned_away: bool = False) -> list[Found]:
    """Items that contain every phrase of `query` in title, summary or text, newest first.

    Case, width and traditional or simplified script make no difference; Latin words are whole words. Raises UsageError
    for a query without a word.
    """
    phrases = read_query(query)
    rules = [_on_sqlite(phrases)] if session.get_bind().dialect.name == "sqlite" else _on_postgresql(phrases)
    if not with_turned_away:
        rules.append(col(Item.status) != ItemStatus.turned_away)
    newest_first = func.coalesce(Item.published_at, Item.first_seen_at).desc()
    found = select(Item).join(SEARCH, SEARCH.c.rowid == col(Item.id)).where(*rules).order_by(newest_first, col(Item.id).desc())
    words = [fold(quoted or word) for quoted, word in _QUERY.findall(query)]
    return [Found(item, _snippet(item, words)) for item in session.exec(found.limit(limit))]


def _on_sqlite(phrases: list[Phrase]) -> ColumnElement[bool]:
    match = " AND ".join(f'"{" ".join(phrase.tokens)}"{" *" if phrase.open_end else ""}' for phrase in phrases)
    return literal_column(SEARCH.name, Text).bool_op("MATCH")(match)


def _on_postgresql(phrases: list[Phrase]) -> list[ColumnElement[bool]]:
    # Spelled as in the index, which is used for no other expression.
    space = literal_column("' '", Text)
    indexed = func.string_to_array(SEARCH.c.title + space + SEARCH.c.body, space)
    rules: list[ColumnElement[bool]] = []
    for phrase in phrases:
        pattern = f"% {' '.join(phrase.tokens)}{'%' if phrase.open_end else ' %'}"
        rules.append(or_((space + SEARCH.c.title + space).like(pattern), (space + SEARCH.c.body + space).like(pattern)))
        whole = list(phrase.tokens[:-1] if phrase.open_end else phrase.tokens)
        if whole:
            rules.append(indexed.bool_op("@>")(cast(whole, ARRAY(Text))))
    return rules


def _snippet(item: Item, words: list[str]) -> str:
    for written in (item.text, item.summary):
        folded = fold(written)
        at = min((place for word in words if (place := folded.find(word)) >= 0), default=-1)
        if at >= 0:
            start, end = max(0, at - _AROUND), at + 2 * _AROUND
            piece = " ".join(written[start:end].split())
            return f"{'…' if start else ''}{piece}{'…' if end < len(written) else ''}"
    return " ".join((item.summary or item.text)[: 3 * _AROUND].split())
