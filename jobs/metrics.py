"""The store and the work as Prometheus reads them. All names begin with `yixun_`."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from store.activity import fetches_since, last_of_job, last_success, store_bytes
from store.alerts import Found
from store.database import Engine, session_scope, utc_now
from store.overview import Overview, overview

from .config import Settings
from .hours import next_slots
from .troubles import CRAWL_JOB, places

_DAY_SECONDS = 86_400


def metrics(engine: Engine, settings: Settings, found: Iterable[Found], *, started_at: datetime, looked_at: datetime) -> bytes:
    """The metrics in Prometheus's text format. Raises StoreError when the store cannot be read."""
    registry = CollectorRegistry()
    ProcessCollector(namespace="yixun", registry=registry)
    registry.register(_Families([*_of_daemon(found, started_at, looked_at), *_of_store(engine), *_of_work(engine, settings)]))
    return generate_latest(registry)


class _Families(Collector):
    """Metrics that are known already."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> list[GaugeMetricFamily]:
        """Give them to the registry."""
        return self._families


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"yixun_{name}", about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _of_daemon(found: Iterable[Found], started_at: datetime, looked_at: datetime) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("yixun_started_timestamp_seconds", "When the daemon started", value=started_at.timestamp())
    yield GaugeMetricFamily("yixun_looked_timestamp_seconds", "When the daemon last looked for trouble", value=looked_at.timestamp())
    yield _gauge("troubles", "Troubles that need a person, by kind", "kind", Counter(str(one.kind) for one in found))


def _of_store(engine: Engine) -> Iterator[GaugeMetricFamily]:
    with session_scope(engine) as session:
        seen: Overview = overview(session)
        fetches: dict[str, Any] = fetches_since(session, datetime.fromtimestamp(utc_now().timestamp() - _DAY_SECONDS, utc_now().tzinfo))
    yield _gauge("items", "Items by how far they are", "status", {str(name): count for name, count in seen.items.items()})
    yield GaugeMetricFamily("yixun_items_on_topic", "Kept items that are on topic", value=seen.relevant)
    yield GaugeMetricFamily("yixun_stories", "Stories", value=seen.stories)
    yield _gauge("facts", "Facts by kind", "kind", seen.facts)
    yield _gauge("sources", "Sources by state", "state", {str(name): count for name, count in seen.sources.items()})
    yield _gauge("fetches_day", "Requests for listings in the last 24 hours, by what came of them", "status", fetches)
    mails = GaugeMetricFamily("yixun_deliveries", "Mails of the last issue of each digest, by state", labels=["digest", "state"])
    for issue in seen.issues:
        for state, count in sorted(issue.mails.items()):
            mails.add_metric([issue.digest, str(state)], count)
    yield mails
    yield GaugeMetricFamily("yixun_store_bytes", "Bytes of the store", value=store_bytes(engine))


def _of_work(engine: Engine, settings: Settings) -> Iterator[GaugeMetricFamily]:
    upcoming = next_slots(settings, now=utc_now())
    ran: dict[str, float] = {}
    fine: dict[str, float] = {}
    with session_scope(engine) as session:
        for job in (CRAWL_JOB, *upcoming):
            row, done = last_of_job(session, job), last_success(session, job)
            ran |= {job: row.slot.timestamp()} if row else {}
            fine |= {job: done.timestamp()} if done else {}
    yield _gauge("job_last_timestamp_seconds", "The last slot that a job began", "job", ran)
    yield _gauge("job_success_timestamp_seconds", "When a job last ended well", "job", fine)
    yield _gauge("job_next_timestamp_seconds", "The next slot of a job", "job", {job: at.timestamp() for job, at in upcoming.items()})
    free = {name: float(shutil.disk_usage(folder).free) for name, folder in places(settings).items()}
    yield _gauge("free_bytes", "Free space where the store and the issues are", "place", free)
