"""Is this installation well: what `yixun doctor` looks at. Nothing goes out to the network."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from crawler.judge.judging import Judge
from crawler.judge.knowledge import load_knowledge
from crawler.sources.source import load_sources
from store.check import damage
from store.database import Engine, safe_url, session_scope, store_url, utc_now
from store.errors import ConfigError, YixunError
from store.judgings import count_outdated, faults
from store.migrate import newest_revision, open_store
from store.overview import overview
from store.status import RunStatus

from .config import Settings, find_config, load_settings

_LEAST_SPACE = 500 * 1024 * 1024
_NO_SPACE = 10 * 1024 * 1024
_LATE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: fine, worth a look, or wrong; and what to do."""

    name: str
    state: Literal["ok", "warning", "wrong"]
    found: str
    hint: str = ""


def examine(config: Path | None) -> Iterator[Check]:
    """Look at settings, store, space, knowledge, sources, crawls, digests and mail; yields one check after another."""
    yield Check("python", "ok", f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    try:
        settings = load_settings(config)
    except YixunError as error:
        yield Check("settings", "wrong", str(error))
        return
    path = config or find_config()
    yield Check("settings", "ok", str(path) if path else "no yixun.toml: defaults", "" if path else "`yixun init` writes one")
    yield from _each(lambda: [_knowledge(settings)], "knowledge")
    yield from _each(lambda: [_sources(settings)], "sources")
    yield _contact(settings)
    yield _mail(settings)
    yield from _each(lambda: _space(settings), "space")
    yield from _each(lambda: _opened(settings), "store")


def _opened(settings: Settings) -> Iterator[Check]:
    engine = open_store(settings.store, create=False)
    try:
        yield from _store(engine)
        yield from _work(engine, settings)
        yield from _each(lambda: _judging(engine, settings), "judging")
    finally:
        engine.dispose()


def _judging(engine: Engine, settings: Settings) -> Iterator[Check]:
    version = Judge(load_knowledge(settings.knowledge)).version
    with session_scope(engine) as session:
        broken, outdated = faults(session), count_outdated(session, version)
    if broken:
        last = broken[0].trace.strip().rpartition("\n")[2]
        said = f"our code broke on {len(broken)} items, at last {broken[0].item_id}: {last}"
        yield Check("judging", "wrong", said, "`yixun judge --outdated` tries again")
    if outdated:
        yield Check("judging", "warning", f"{outdated} items were judged by another version", "`yixun judge --outdated`")


def _each(look: Callable[[], Iterable[Check]], name: str) -> Iterator[Check]:
    try:
        yield from look()
    except YixunError as error:
        yield Check(name, "wrong", str(error))


def _knowledge(settings: Settings) -> Check:
    knowledge = load_knowledge(settings.knowledge)
    Judge(knowledge)
    return Check("knowledge", "ok", f"{len(knowledge.organisations)} organisations, {len(knowledge.models)} models")


def _sources(settings: Settings) -> Check:
    known, broken = load_sources(added=settings.crawl.sources)
    if broken:
        return Check("sources", "wrong", f"{len(broken)} entries are broken, the first: {broken[0]}")
    return Check("sources", "ok", f"{len(known)} in the catalogue, {sum(source.enabled for source in known)} enabled")


def _contact(settings: Settings) -> Check:
    if settings.crawl.contact:
        return Check("contact", "ok", settings.crawl.contact)
    return Check("contact", "warning", "crawl.contact is not set", "sites cannot tell whom to ask about this crawler")


def _mail(settings: Settings) -> Check:
    if settings.mail.host is None:
        return Check("mail", "ok", f"mail.host is not set: issues are written to {settings.mail.out}")
    try:
        settings.mail.read_password()
    except ConfigError as error:
        return Check("mail", "wrong", str(error), "issues are built, but none is mailed")
    empty = [name for name, digest in settings.digest.items() if not digest.recipients]
    if empty:
        return Check("mail", "warning", f"no recipients for {', '.join(empty)}", "set digest.NAME.recipients")
    return Check("mail", "ok", settings.mail.host, "`yixun digest send NAME --to YOU` proves it")


def _space(settings: Settings) -> Iterator[Check]:
    """The disks that are written: of the store where it is a file here, and of the issues."""
    url = store_url(settings.store)
    folders = {"mail.out": settings.mail.out.resolve()}
    if url.get_backend_name() == "sqlite" and url.database:
        folders = {"store.url": Path(url.database).resolve().parent, **folders}
    for name, folder in folders.items():
        while not folder.exists():
            folder = folder.parent
        if not os.access(folder, os.W_OK):
            yield Check("space", "wrong", f"{folder} cannot be written", f"{name} must lie where this user may write")
            continue
        free = shutil.disk_usage(folder).free
        state: Literal["ok", "warning", "wrong"] = "wrong" if free < _NO_SPACE else "warning" if free < _LEAST_SPACE else "ok"
        yield Check("space", state, f"{free // 1024**2} MB free at {folder} ({name})")


def _store(engine: Engine) -> Iterator[Check]:
    found = damage(engine)
    yield Check("store", "ok", f"{safe_url(engine.url)}, schema {newest_revision()}")
    hint = "`yixun db backup`, then restore into a new store" if found else ""
    yield Check("rows", "wrong" if found else "ok", "; ".join(found) or "whole", hint)


def _work(engine: Engine, settings: Settings) -> Iterator[Check]:
    with session_scope(engine) as session:
        seen = overview(session)
    last = seen.last_run
    if last is None:
        yield Check("crawl", "warning", "nothing was crawled yet", "`yixun crawl`")
    elif utc_now() - last.started_at > _LATE:
        yield Check("crawl", "wrong", f"the last crawl began {last.started_at:%Y-%m-%d %H:%M} UTC", "is `yixun run` going?")
    else:
        yield Check("crawl", "warning" if last.status == RunStatus.failed else "ok", f"run {last.id} {last.status}")
    if seen.troubles:
        names = ", ".join(trouble.source for trouble in seen.troubles[:5])
        yield Check("health", "warning", f"{len(seen.troubles)} sources in trouble: {names}", "`yixun status` says why")
    for slot in seen.open_slots:
        yield Check("schedule", "warning", f"{slot.job} of {slot.slot:%Y-%m-%d} {slot.status}: {slot.note}")
    unbuilt = set(settings.digest) - {issue.digest for issue in seen.issues}
    if unbuilt:
        yield Check("digests", "warning", f"never built: {', '.join(sorted(unbuilt))}", "`yixun digest preview NAME`")
