"""What a crawl is asked to do, and what it reports: plain values that travel between two processes as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from crawler.judge.knowledge import KnowledgeExtra
from crawler.settings import CrawlSettings
from crawler.sources.source import Source
from store.settings import REVEALED, StoreSettings
from store.status import RunStatus


class CrawlOrder(BaseModel):
    """Poll these sources; of `resume` only read what an earlier crawl left unread."""

    sources: list[Source]
    resume: list[Source] = Field(default_factory=list)
    crawl: CrawlSettings
    store: StoreSettings
    knowledge: KnowledgeExtra = Field(default_factory=KnowledgeExtra)
    keep_answers: str | None = None  # a folder that gets every answer of a source as it came (see `crawler.scouting.probe`)
    is_part: bool = False  # other crawls may be at other sources meanwhile; what they are at already is left to them
    since: datetime | None = None  # older pages are read back to this moment, and what they list is history
    max_articles: int | None = None  # articles that are fetched at most; other items are judged by their entry

    def only(self, source_ids: set[str]) -> CrawlOrder:
        """The same for some of its sources."""
        sources, resume = ([one for one in chosen if one.id in source_ids] for chosen in (self.sources, self.resume))
        return self.model_copy(update={"sources": sources, "resume": resume})

    def as_line(self) -> bytes:
        """The order as the process that crawls reads it: one line of JSON, the password of the store in it."""
        return self.model_dump_json(context=REVEALED).encode() + b"\n"


class SourceReport(BaseModel):
    """How one source fared in a run. `note` has a sentence for each thing there is to say."""

    id: str
    status: Literal["ok", "unchanged", "empty", "partly", "failed", "refused", "skipped", "unfinished"] = "unfinished"
    error_kind: str | None = None
    note: str = ""
    requests: int = 0
    found: int = 0
    new: int = 0
    changed: int = 0
    turned_away: int = 0
    passed_over: int = 0
    articles: int = 0
    articles_failed: int = 0
    seconds: float = 0.0
    back_to: date | None = None  # the earliest day that an entry tells, of a crawl that goes back in time

    def remark(self, text: str) -> None:
        """Add a sentence to the note, once."""
        if text not in self.note:
            self.note = "; ".join(filter(None, (self.note, text)))


class RunReport(BaseModel):
    """How a run went: done, partly (some sources failed), failed (all did), killed (at its deadline)."""

    run_id: int
    status: RunStatus
    started_at: datetime
    finished_at: datetime
    network_down: bool = False
    note: str = ""
    sources: list[SourceReport] = Field(default_factory=list)
    left: list[str] = Field(default_factory=list)  # sources that another crawl was at, of which nothing was asked
    unread: list[str] = Field(default_factory=list)  # sources with articles left though their hosts need no time: the next crawl reads them

    def totals(self) -> dict[str, Any]:
        """Sums over all sources."""
        names = ("requests", "found", "new", "changed", "turned_away", "passed_over", "articles", "articles_failed")
        sums = {name: sum(getattr(source, name) for source in self.sources) for name in names}
        failed = sum(1 for source in self.sources if source.status in FAILED - {"unfinished"})
        return {"sources": len(self.sources), "sources_failed": failed, **sums}


FAILED = frozenset({"failed", "refused", "partly", "unfinished"})
