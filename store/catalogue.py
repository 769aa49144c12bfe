"""Organisations, models and topics as rows, so that digests and SQL see the catalogue that judging works with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, select

from .models import AiModel, CatalogueDigest, Organisation, Topic


def sync_catalogue(
    session: Session,
    *,
    organisations: Iterable[Mapping[str, Any]],
    models: Iterable[Mapping[str, Any]],
    topics: Iterable[Mapping[str, Any]],
) -> None:
    """Make the rows of the catalogue equal to what is given; each mapping holds the columns of one row.

    Rows that are given no more are removed; mentions and facts keep their ids, which then name nothing. What was written last is
    not compared again.
    """
    for table, given in ((Organisation, organisations), (AiModel, models), (Topic, topics)):
        rows = list(given)
        digest = hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        known = session.get(CatalogueDigest, table.__tablename__)
        if known is not None and known.digest == digest:
            continue
        _sync(session, table, rows)
        session.merge(CatalogueDigest(name=str(table.__tablename__), digest=digest))


def _sync(session: Session, table: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    known = {str(row.id): row for row in session.exec(select(table))}
    for values in rows:
        row = known.pop(str(values["id"]), None)
        if row is None:
            session.add(table(**values))
        else:
            for name, value in values.items():
                if getattr(row, name) != value:
                    setattr(row, name, value)
    for gone in known.values():
        session.delete(gone)
    session.flush()
