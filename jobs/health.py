"""Is this installation well: what `yixun doctor` looks at. Nothing goes out to the network, but to the mail server when asked."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crawler.judge.judging import Judge
from crawler.judge.knowledge import load_knowledge
from crawler.sources.source import load_sources
from reports.recipients import readers_of
from store.activity import last_of_job, last_success
from store.check import unindexed
from store.database import Engine, safe_url, session_scope, utc_now
from store.digests import list_issues
from store.errors import ConfigError, YixunError
from store.judgings import count_outdated, faults
from store.migrate import newest_revision, open_store
from store.runs import last_run

from .config import Settings, find_config, load_settings
from .hours import BACKUP
from .troubles import CRAWL_JOB, find_troubles, places, said


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: fine, worth a look, or wrong; and what to do."""

    name: str
    state: Literal["ok", "warning", "wrong"]
    found: str
    hint: str = ""


def examine(config: Path | None, *, smtp: bool = False) -> Iterator[Check]:
    """Look at settings, knowledge, sources, mail, alerts, store, crawls and digests; yields one check after another.

    With `smtp` the mail server is asked for a login. Says the same of trouble as `yixun status` does.
    """
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
    if smtp:
        yield login_check(settings)
    yield _alerts(settings)
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
    known, broken = load_sources(added=settings.crawl.sources, catalogue=settings.crawl.catalogue)
    if broken:
        return Check("sources", "wrong", f"{len(broken)} entries are broken, the first: {broken[0]}")
    return Check("sources", "ok", f"{len(known)} in the catalogue, {sum(source.enabled for source in known)} enabled")


def _contact(settings: Settings) -> Check:
    if settings.crawl.contact:
        return Check("contact", "ok", settings.crawl.contact)
    return Check("contact", "warning", "crawl.contact is not set", "sites cannot tell whom to ask about this crawler")


def _mail(settings: Settings) -> Check:
    mail = settings.mail
    if mail.host is None:
        return Check("mail", "ok", f"mail.host is not set: issues are written to {mail.out}")
    try:
        mail.read_password()
    except ConfigError as error:
        return Check("mail", "wrong", str(error), "issues are built, but none is mailed")
    if not mail.username and (mail.password or mail.password_file):
        return Check("mail", "wrong", "a password is set without mail.username", "nobody is logged in, so servers refuse the mail")
    return Check("mail", "ok", mail.host, "`yixun doctor --smtp` logs in, `yixun digest send NAME --to YOU` proves it")


def login_check(settings: Settings) -> Check:
    """Whether the mail server takes our login; nothing is sent."""
    if settings.mail.host is None:
        return Check("smtp", "warning", "mail.host is not set: there is no server to log in to")
    # What mail needs is not loaded for the rest.
    from reports.smtp import login_fault

    fault = login_fault(settings.mail)
    return Check("smtp", "wrong" if fault else "ok", fault or f"{settings.mail.host}:{settings.mail.effective_port} took the login")


def _alerts(settings: Settings) -> Check:
    alerts = settings.alerts
    if alerts.to and settings.mail.host is None:
        return Check("alerts", "wrong", "alerts.to is set, mail.host is not: nobody can be mailed", "set alerts.urls, or [mail]")
    ways = [f"mail to {len(alerts.to)}"] if alerts.to else []
    ways += [f"{len(alerts.urls)} Apprise addresses"] if alerts.urls else []
    ways += ["dead man's switch"] if alerts.ping_url else []
    if not ways:
        return Check("alerts", "warning", "nobody is told of trouble", "set alerts.to, alerts.urls or alerts.ping_url")
    if not alerts.urls and not alerts.ping_url:
        hint = "that server cannot tell that it fails: set alerts.urls or alerts.ping_url as well"
        return Check("alerts", "warning", f"{ways[0]}, by the server that mails the digests", hint)
    return Check("alerts", "ok", ", ".join(ways))


def _space(settings: Settings) -> Iterator[Check]:
    """The disks that are written; too little space is among the troubles."""
    for name, folder in places(settings).items():
        yield Check("space", "ok", f"{shutil.disk_usage(folder).free // 1024**2} MB free at {folder} ({name})")


def _store(engine: Engine) -> Iterator[Check]:
    yield Check("store", "ok", f"{safe_url(engine.url)}, schema {newest_revision()}")
    missing = unindexed(engine)
    if missing:
        yield Check("rows", "wrong", f"{missing} items are missing from the search index", "`yixun db check` looks at every row")
    else:
        yield Check("rows", "ok", "as many in the search index as there are items")


def _work(engine: Engine, settings: Settings) -> Iterator[Check]:
    now = utc_now()
    found = find_troubles(engine, settings, now=now)
    for one in found:
        yield Check(str(one.kind), "wrong", f"{one.subject}: {one.what}, since {said(one.since)}", one.todo)
    if not found:
        yield Check("troubles", "ok", "nothing needs a person")
    with session_scope(engine) as session:
        nobody = [name for name, digest in settings.digest.items() if not (digest.channels or readers_of(session, name, digest.recipients))]
        crawled, backed_up = last_of_job(session, CRAWL_JOB), last_success(session, BACKUP)
        built = {name for name in settings.digest if list_issues(session, name)}
        run = last_run(session)
    if crawled is None and run is None:
        yield Check("crawl", "warning", "nothing was crawled yet", "`yixun crawl`")
    if backed_up is None:
        yield Check("backup", "warning", "none was ever made", "set backup.folder, or call `yixun db backup FILE`")
    if nobody and settings.mail.host is not None:
        yield Check(
            "recipients", "wrong", f"nobody gets {', '.join(nobody)}", "`yixun recipients add --digest NAME`, or digest.NAME.recipients"
        )
    if unbuilt := sorted(set(settings.digest) - built):
        yield Check("digests", "warning", f"never built: {', '.join(unbuilt)}", "`yixun digest preview NAME`")
