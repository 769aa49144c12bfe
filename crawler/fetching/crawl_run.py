"""One crawl as it runs: what is asked of whom, how each source fares, and the report at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlmodel import Session

from crawler.readers import first_asks
from crawler.readers.base import Ask
from crawler.settings import CODE_VERSION
from crawler.sources.source import Source
from store.clock import SHANGHAI
from store.database import utc_now
from store.entries import Entry, ToRead
from store.hosts import host_of
from store.items import pending_items, postpone, reopen_broken, sources_with_pending
from store.models import Fetch, SourceUrlState
from store.runs import finish_run, start_run, url_states
from store.sources import sync_sources
from store.status import RunStatus

from .answers import AnswerContext, save_answer
from .faults import OUR_ERROR
from .report import FAILED, CrawlOrder, RunReport, SourceReport

log = structlog.get_logger()

# So many hosts must fail, and none answer, before our own network is blamed.
_HOSTS_DOWN = 3


class CrawlRun:
    """What was ordered, and what has become of it so far."""

    def __init__(self, order: CrawlOrder, session: Session) -> None:
        """Open the run in the store, and load what earlier crawls left: validators of addresses, items still to be read."""
        self.order = order
        self.started_at = utc_now()
        self.sources: dict[str, Source] = {source.id: source for source in [*order.resume, *order.sources]}
        self.asks: dict[str, list[Ask]] = {source.id: first_asks(source) for source in order.sources}
        self.reports = {source_id: SourceReport(id=source_id) for source_id in self.sources}
        sync_sources(session, [source.model_dump(mode="json") for source in self.sources.values()], now=self.started_at)
        session.flush()
        self.id = start_run(session, [source.id for source in order.sources], now=self.started_at)
        self._url_states = url_states(session, list(self.sources))
        reopen_broken(session, list(self.sources), version=CODE_VERSION)
        self.pending: list[ToRead] = pending_items(session, list(self.sources))
        session.expunge_all()
        self._unreachable: list[tuple[Fetch, Ask]] = []
        self._postponed: list[tuple[int, str]] = []
        self._waiting: set[int] = set()  # items whose hosts need time
        self._ours = 0  # answers and items lost to errors of ours
        self._failure = ""

    def url_state(self, source_id: str, root: str) -> SourceUrlState | None:
        """What earlier crawls remembered of an address of a source."""
        return self._url_states.get((source_id, root))

    def is_first_answer(self, source_id: str, root: str) -> bool:
        """Whether no earlier crawl has read this address: what it lists now is history."""
        known = self.url_state(source_id, root)
        return known is None or known.fetched_at is None

    def interval(self, source_id: str) -> timedelta:
        """The pause between two polls that the source's definition asks for."""
        return timedelta(hours=self.sources[source_id].poll_hours or self.order.crawl.poll_hours)

    # ------------------------------------------------------------------ what happens

    def record(self, fetch: Fetch, *, passed_over: int = 0) -> None:
        """Add one fetch to the report of its source."""
        report = self.reports[fetch.source_id]
        report.requests += 1
        for name in ("found", "new", "changed", "turned_away"):
            setattr(report, name, getattr(report, name) + getattr(fetch, name))
        report.passed_over += passed_over
        report.seconds = round(report.seconds + fetch.seconds, 3)
        report.status = _joined(report.status, fetch.status, first=report.requests == 1)
        if fetch.error_kind and not report.error_kind:
            report.error_kind, report.note = fetch.error_kind, fetch.note
        elif fetch.note and not report.note:
            report.note = fetch.note
        log.info("progress", step="source", id=report.id, status=report.status, found=report.found, new=report.new)

    def reached(self, source_id: str, entries: Sequence[Entry]) -> None:
        """Note how far back entries of a source go, in days of Shanghai."""
        days = [entry.published_at.astimezone(SHANGHAI).date() for entry in entries if entry.published_at]
        if days and self.order.since is not None:
            report = self.reports[source_id]
            report.back_to = min(*days, report.back_to or days[0])

    def unreachable(self, fetch: Fetch, ask: Ask) -> None:
        """A host could not be reached. Whose network is down, theirs or ours, is known at the end of the run."""
        self._unreachable.append((fetch, ask))

    def article_read(self, source_id: str) -> None:
        """One more article was read."""
        self.reports[source_id].articles += 1

    def article_failed(self, item: ToRead, kind: str, note: str) -> None:
        """One more article could not be read."""
        report = self.reports[item.source_id]
        report.articles_failed += 1
        if kind in ("paywall", "login", "challenge"):
            report.remark(f"articles end at a {kind}")
        if kind == OUR_ERROR:
            self._ours += 1
            report.remark(note[:200])
        else:
            self._waiting.add(item.item_id)
        log.info("article failed", source=item.source_id, url=item.link, kind=kind, note=note)

    def article_unreachable(self, item_id: int, note: str) -> None:
        """The host of an article could not be reached; whether that counts as a try is known at the end of the run."""
        self._postponed.append((item_id, note))

    def not_saved(self, source_id: str, number: int, why: str) -> None:
        """So many items of a source were read and could not be saved."""
        self._ours += number
        report = self.reports[source_id]
        report.articles_failed += number
        report.remark(f"{number} items could not be saved: {why}"[:300])

    def broke(self, source_id: str | None, why: str) -> None:
        """An answer of a source, where it is known which, was lost to an error of ours or of the store: the source stays due."""
        self._ours += 1
        if source_id is not None:
            report = self.reports[source_id]
            report.status, report.error_kind = "failed", report.error_kind or OUR_ERROR
            report.remark(why[:300])

    def fail(self, why: str) -> None:
        """The crawl as a whole failed: nothing more can be read or saved. The first reason stays."""
        self._failure = self._failure or why

    def article_waits(self, item: ToRead) -> None:
        """One article waits for the next crawl."""
        self._waiting.add(item.item_id)
        self.reports[item.source_id].remark("some articles wait for the next crawl")

    def cut_off(self, source_id: str) -> None:
        """A request for a source was given up because the crawl ended: nothing was learned of it, and it stays due."""
        self.reports[source_id].remark("not asked to the end: the crawl was ended; it is due again with the next")

    def tell(self) -> None:
        """Tell whoever started the crawl how far it is."""
        sums = {name: sum(getattr(r, name) for r in self.reports.values()) for name in ("articles", "articles_failed", "new")}
        log.info("progress", step="so far", **sums)

    # ------------------------------------------------------------------ the end

    def finish(self, session: Session, *, stopped_because: str) -> RunReport:
        """Close the run in the store and report. `stopped_because` says why the crawl was ended before it was done, if so."""
        for source_report in self.reports.values():
            if source_report.status == "ok" and not source_report.found:
                source_report.status = "empty"
            if source_report.status == "unfinished" and stopped_because:
                self.cut_off(source_report.id)
        answered = any(report.status not in ("failed", "unfinished") for report in self.reports.values() if report.requests)
        down = own_network_is_down([ask.url for _, ask in self._unreachable], answered=answered)
        self._settle(session, down)
        report = RunReport(
            run_id=self.id,
            status=self._status(down, stopped_because),
            started_at=self.started_at,
            finished_at=utc_now(),
            network_down=down,
            note=self._note(down, stopped_because),
            sources=[self.reports[source.id] for source in self.order.sources],
            # A crawl that was ended asked no more of any host.
            unread=sources_with_pending(session, self.sources, besides=set() if stopped_because else self._waiting),
        )
        ended: dict[str, Any] = {"status": report.status, "now": report.finished_at, "note": report.note, "network_down": down}
        finish_run(session, self.id, totals={**report.totals(), "lost_by_us": self._ours}, **ended)
        return report

    def _settle(self, session: Session, down: bool) -> None:
        """Write the failures whose cause is known only now."""
        for fetch, ask in self._unreachable:
            if down:
                fetch.error_kind, fetch.note = "own_network", f"our own network seems to be down ({fetch.note})"
            save_answer(session, fetch, None, AnswerContext(ask.root, self.interval(fetch.source_id)))
        if not down:
            for item_id, reason in self._postponed:
                postpone(session, item_id, reason)

    def _status(self, down: bool, stopped_because: str) -> RunStatus:
        polled = [self.reports[source.id] for source in self.order.sources]
        failed = [report for report in polled if report.status in FAILED]
        if down or self._failure or (polled and all(report.status in FAILED - {"unfinished"} for report in polled)):
            return RunStatus.failed
        return RunStatus.partly if failed or stopped_because or self._ours else RunStatus.done

    def _note(self, down: bool, stopped_because: str) -> str:
        if self._failure:
            return self._failure
        if down:
            return "our own network seems to be down: no source is blamed"
        ours = f"{self._ours} answers or items could not be read or saved by an error of ours" if self._ours else ""
        return stopped_because or ours


def own_network_is_down(failed: Iterable[str], *, answered: bool) -> bool:
    """Whether it was our own network: `failed` are the addresses that could not be reached, `answered` whether any source answered."""
    return len({host_of(url) for url in failed}) >= _HOSTS_DOWN and not answered


def _joined(before: str, fetch: str, *, first: bool) -> Any:
    """The status of a source of several addresses: one failure among answers makes it `partly`."""
    if first or before == fetch:
        return fetch
    good = {"ok", "unchanged", "empty"}
    if before in good and fetch in good:
        return "ok" if "ok" in (before, fetch) else "unchanged"
    return "partly"
