"""The whole job on the sample sites: crawl them, build, mail and write three weekly digests. Loopback only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crawler.fetching.report import RunReport
from crawler.fetching.run import crawl
from crawler.settings import CrawlSettings
from crawler.sources.source import Source, load_sources
from reports.archive import write_issue
from reports.digest import build_issue
from reports.edition import Edition
from reports.mail import Outcome, deliver
from reports.period import Period, week
from reports.select import Order
from reports.settings import DigestSettings, MailSettings
from reports.site.publish import publish
from store.database import Engine, session_scope, utc_now
from store.errors import YixunError
from store.migrate import open_store
from store.settings import StoreSettings

from .postbox import Postbox
from .server import Request, SampleWeb
from .sites import FOLDER, load_sites

WEEKS = ("2026-W45", "2026-W46", "2026-W47")
READERS = ("reader@example.org", "editor@example.org")
_DIGEST, _SETTINGS = "weekly", DigestSettings(recipients=list(READERS))
SOURCES = Path(__file__).parent / "sources.yaml"
_MARK = ".yixun-demo"
_CONFIG = """# Settings that make any command work on the demo's store: yixun COMMAND --config THIS_FILE
[store]
url = '{url}'
"""


@dataclass(slots=True)
class DemoReport:
    """What the demo did: the crawl, an edition and its deliveries a week, the files written, what the sites were asked for."""

    run: RunReport
    editions: list[Edition] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)  # where in the folder the copy of a page lies, by the page's address

    def files_of(self, period: str) -> list[Path]:
        """The files of one week's issue, the HTML first."""
        return [path for path in self.files if period in path.name]


def run_demo(
    folder: Path, *, sites: Path = FOLDER, store: StoreSettings | None = None, tell: Callable[[str], None] = lambda _: None
) -> DemoReport:
    """Run the demo into `folder`, which is emptied first if an earlier demo made it; `tell` hears how far it is.

    `store` is an empty store; without one, a file in the folder is.
    Raises YixunError when the folder holds something else, and whatever the crawl or the store raise.
    """
    folder = folder.resolve()
    _clear(folder)
    store = store or StoreSettings(url=f"sqlite:///{folder / 'demo.db'}")
    periods = [week(label) for label in WEEKS]
    (folder / "yixun.toml").write_text(_CONFIG.format(url=store.url.get_secret_value()), encoding="utf-8")
    engine = open_store(store)
    try:
        with SampleWeb(load_sites(sites), periods[-1].bounds()[1]) as web, Postbox(folder / "mail") as postbox:
            mail = MailSettings(host="127.0.0.1", port=postbox.port, security="none", sender="Yixun demo <yixun@example.org>")
            tell(f"crawling {len(web.sites)} sample sites")
            report = DemoReport(crawl(_sources(web, folder), _crawl_settings(), store))
            report.copies = _keep_copies(folder, web)
            for period in periods:
                tell(f"building and mailing the issue of {period.label}")
                _issue(report, engine, period, folder, mail)
            tell("publishing the archive")
            with session_scope(engine) as session:
                publish(session, folder / "archive", {_DIGEST: _SETTINGS}, now=utc_now(), rewrite=partial(_anywhere, folder, report.copies))
            report.requests = list(web.requests)
    finally:
        engine.dispose()
    return report


def _crawl_settings() -> CrawlSettings:
    return CrawlSettings(min_delay=0, allow_networks=["127.0.0.0/8"], contact="demo on this machine", max_seconds=120)


def _clear(folder: Path) -> None:
    """Make the folder, or empty it if an earlier demo made it."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise YixunError("is not empty and was not made by the demo", subject=str(folder), hint="choose another --out")
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("Made by `yixun demo`, which empties this folder when it runs again.\n", encoding="utf-8")
    except OSError as error:
        raise YixunError(f"cannot be written: {error.strerror}", subject=str(folder)) from error


def _sources(web: SampleWeb, folder: Path) -> list[Source]:
    """The sample sites as sources, read from the same kind of file a user gives with --sources."""
    text = SOURCES.read_text(encoding="utf-8")
    for site in web.sites:
        text = text.replace(f"http://{{{site.id}}}", site.base)
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    sources, errors = load_sources([path])
    if errors:
        raise errors[0]
    return sources


def _keep_copies(folder: Path, web: SampleWeb) -> dict[str, str]:
    """Write a copy of each sample page; returns the addresses of the copies within the folder, by those of the pages."""
    copies = {url: copy for site in web.sites for url, copy in site.copies(web.until).items()}
    for name, body in copies.values():
        path = folder / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return {url: f"site/{name}" for url, (name, _) in copies.items()}


def _anywhere(folder: Path, copies: Mapping[str, str], link: str) -> str:
    """The kept copy of a page, as an address that is good from everywhere on this machine."""
    return (folder / copies[link]).as_uri() if link in copies else link


def _issue(report: DemoReport, engine: Engine, period: Period, folder: Path, mail: MailSettings) -> None:
    """Build the issue of a week, mail it, and write it with links to the kept copies of the sample pages."""
    order = Order(name=_DIGEST, settings=_SETTINGS, period=period, now=utc_now())
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order)
    report.editions.append(edition)
    report.subjects.append(issue.subject)
    report.outcomes += deliver(engine, issue.id or 0, edition, READERS, mail, rewrite=partial(_anywhere, folder, report.copies))
    report.files += write_issue(
        edition, folder, mail, date=issue.built_at, recipient=READERS[0], rewrite=lambda link: report.copies.get(link, link)
    )
