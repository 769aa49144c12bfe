"""Runs and fetches: what each crawl asked for and what came of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from .locks import is_alive
from .models import Fetch, Run, SourceUrlState
from .status import RunStatus


def start_run(session: Session, asked: Sequence[str], *, now: datetime) -> int:
    """Open a run for these source ids and return its id.

    Runs that were left open by a process of this machine which is dead are closed as killed.
    """
    close_open_runs(session, status=RunStatus.killed, note="its process ended without a word", now=now)
    run = Run(started_at=now, host=socket.gethostname(), pid=os.getpid(), asked=list(asked))
    session.add(run)
    session.flush()
    assert run.id is not None
    return run.id


def close_open_runs(session: Session, *, status: RunStatus, note: str, now: datetime) -> None:
    """Close the runs whose process on this machine is dead; `status` is failed or killed."""
    for row in session.exec(select(Run).where(col(Run.status) == RunStatus.running)):
        if row.host == socket.gethostname() and not is_alive(row.pid):
            row.status, row.finished_at, row.note = status, now, note


def finish_run(
    session: Session, run_id: int, *, status: RunStatus, now: datetime, totals: dict[str, Any], note: str = "", network_down: bool = False
) -> None:
    """Close a run: `status` is done, partly, failed or killed."""
    run = session.get_one(Run, run_id)
    run.status, run.finished_at, run.totals, run.note, run.network_down = status, now, totals, note, network_down


def last_run(session: Session) -> Run | None:
    """The newest run."""
    return session.exec(select(Run).order_by(col(Run.id).desc()).limit(1)).first()


def url_states(session: Session, source_ids: Sequence[str]) -> dict[tuple[str, str], SourceUrlState]:
    """What is remembered of each address of these sources, by (source id, address)."""
    rows = session.exec(select(SourceUrlState).where(col(SourceUrlState.source_id).in_(list(source_ids))))
    return {(row.source_id, row.url): row for row in rows}


def save_url_state(session: Session, source_id: str, url: str, values: dict[str, Any]) -> None:
    """Remember `values` (columns of SourceUrlState) for one address of a source."""
    query = select(SourceUrlState).where(col(SourceUrlState.source_id) == source_id, col(SourceUrlState.url) == url)
    row = session.exec(query).first()
    if row is None:
        session.add(SourceUrlState(source_id=source_id, url=url, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)


def last_fetches(session: Session, source_id: str, *, limit: int) -> list[Fetch]:
    """The last fetches of a source, newest first."""
    return list(session.exec(select(Fetch).where(col(Fetch.source_id) == source_id).order_by(col(Fetch.id).desc()).limit(limit)))
