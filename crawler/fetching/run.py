"""A crawl as the rest of Yixun sees it: one call, which runs one child process.

`python -m crawler.fetching.run` is that child (see `child`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from crawler.judge.knowledge import KnowledgeExtra
from crawler.memory import cap_memory
from crawler.settings import CrawlSettings
from crawler.sources.source import Source
from store import errors
from store.database import session_scope, utc_now
from store.errors import FetchError, YixunError
from store.migrate import open_store
from store.runs import close_open_runs
from store.settings import StoreSettings
from store.status import RunStatus

from .report import CrawlOrder, RunReport

Event = dict[str, Any]
# glibc would keep what large answers freed; memory blocks of their own are given back at once. Elsewhere this means nothing.
# numpy's library would set memory aside for a thread a core, and we use none of them.
_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
_GRACE_SECONDS = 60.0
_GOODBYE_SECONDS = 15.0


def crawl(
    sources: Sequence[Source],
    crawl_settings: CrawlSettings,
    store_settings: StoreSettings,
    *,
    resume: Sequence[Source] = (),
    keep_answers: Path | None = None,
    since: datetime | None = None,
    max_articles: int | None = None,
    is_part: bool = False,
    knowledge: KnowledgeExtra | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> RunReport:
    """Poll `sources`, read what is wanted of them and store it; of `resume` only finish what an earlier crawl left unread.

    `keep_answers` is a folder that gets every answer of a source as it came, `max_articles` bounds how many articles are fetched. With
    `since` (aware) older pages of the sources, and sitemaps of their sites, are read as far back; what only they list is marked backlog.
    With `is_part` other sources may be crawled at the same time, on this machine and on others; the report names those of ours that
    another crawl was at, and which were left to it.
    `on_event` is called, from another thread, with every log line of the crawl as a mapping: `event` "progress" says how far it
    is. Blocks until the crawl is over; kills it a minute after `crawl.max_seconds`. Raises StoreBusyError when another crawl
    holds the store, other StoreErrors when it cannot be used, and FetchError when the crawl ended without a report.
    """
    order = CrawlOrder(
        sources=list(sources),
        resume=list(resume),
        crawl=crawl_settings,
        store=store_settings,
        knowledge=knowledge or KnowledgeExtra(),
        keep_answers=str(keep_answers) if keep_answers else None,
        since=since,
        max_articles=max_articles,
        is_part=is_part,
    )
    return _carry_out(order, on_event)


def _carry_out(order: CrawlOrder, on_event: Callable[[Event], None] | None) -> RunReport:
    """Run the child, hand it the order, listen to it, and wait for its report."""
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.fetching.run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | _FRUGAL,
    )
    assert child.stdin and child.stdout and child.stderr
    cap_memory(child.pid, order.crawl.max_megabytes)
    last_words: deque[str] = deque(maxlen=20)
    listener = threading.Thread(target=_listen, args=(child.stderr, on_event, last_words), daemon=True)
    listener.start()
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(child.stdout.read() if child.stdout else b""), daemon=True)
    reader.start()
    try:
        # Standard input stays open: the child takes its end as ours.
        with suppress(BrokenPipeError):
            child.stdin.write(order.as_line())
            child.stdin.flush()
        late = _wait(child, order.crawl.max_seconds + _GRACE_SECONDS)
    finally:
        _end(child)
    reader.join(_GOODBYE_SECONDS)
    listener.join(_GOODBYE_SECONDS)
    child.stdout.close()
    child.stderr.close()
    return _report(answers[0] if answers else b"", late=late, child=child, last_words=last_words, order=order)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the child; True when it had to be killed."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True
    return False


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let the child go: it ends by itself when its standard input is closed, or is killed."""
    with suppress(BrokenPipeError):
        if child.stdin:
            child.stdin.close()
    try:
        child.wait(_GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _listen(stream: IO[bytes], on_event: Callable[[Event], None] | None, last_words: deque[str]) -> None:
    for raw in stream:
        line = raw.decode("utf-8", "replace").rstrip()
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            last_words.append(line)
        elif on_event is not None:
            on_event(event)


def _report(answer: bytes, *, late: bool, child: subprocess.Popen[bytes], last_words: deque[str], order: CrawlOrder) -> RunReport:
    line = answer.strip().splitlines()[-1] if answer.strip() else b"{}"
    found = json.loads(line)
    if "report" in found:
        return RunReport.model_validate(found["report"])
    if "error" in found:
        error = _as_error(found["error"])
        _close_run(order, RunStatus.failed, str(error))
        raise error
    why = "had to be killed at its deadline" if late else f"ended without a report (exit status {child.returncode})"
    _close_run(order, RunStatus.killed, why)
    detail = f": {last_words[-1]}" if last_words else ""
    raise FetchError(f"the process {why}{detail}", subject="crawl", hint="what it had saved is kept; the next crawl does the rest")


def _close_run(order: CrawlOrder, status: RunStatus, note: str) -> None:
    """Record how a run ended that could not record it itself; where the store fails still, the next run does."""
    with suppress(YixunError):
        engine = open_store(order.store, create=False)
        try:
            with session_scope(engine) as session:
                close_open_runs(session, status=status, note=note, now=utc_now())
        finally:
            engine.dispose()


def _as_error(values: dict[str, Any]) -> YixunError:
    kind = getattr(errors, str(values.get("type")), YixunError)
    return kind(values["message"], subject=values.get("subject"), hint=values.get("hint"))


if __name__ == "__main__":
    from .child import main

    main()
