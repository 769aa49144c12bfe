"""Frozen issues and the facts of the last year → the archive as a static site."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from sqlmodel import Session

from reports.digest import load_edition
from reports.editing import waiting
from reports.edition import TABLES, Edition, Origin, StoryLine
from reports.labels import Labels, heading, subject_line
from reports.opening import opening
from reports.panels import panel
from reports.period import local_day
from reports.prose import clean
from reports.render import Rewrite, Shown, environment, issue_page
from reports.settings import DigestSettings
from reports.trends import FAMILIES, Trend, by_month
from store.digests import list_issues
from store.kinds import KINDS
from store.models import DigestIssue
from store.news import catalogue_names, topic_rows
from store.trends import Event, events, story_topics

from .facts import families_of, organisations_of, printed
from .feeds import Entry, Feed, atom, rss
from .files import Files
from .search import Line, index

_ON_FRONT = 6  # issues of a digest
_FACTS = 100  # a page
_STORIES = 60
_LEAST_CHARTED = 3  # facts; fewer make no chart
_YEAR = timedelta(days=365)
_ASSETS = ("style.css", "search.js")
# The topic under which the rows of a table are found.
_HOME_OF = {
    "adoptions": "model_adoption",
    "funding": "funding",
    "deals": "mergers",
    "approvals": "approvals",
    "policies": "regulation",
    "figures": "market",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A subject that has a page: its names in both languages, its kind and address, and what is told of it."""

    kind: str  # topics, models, organisations
    id: str
    names: tuple[str, str]
    events: Sequence[Event]
    moments: Sequence[datetime]
    lines: Sequence[Line]

    @property
    def address(self) -> str:
        """Where its page stands."""
        return f"{self.kind}/{self.id}.html"


def publish(
    session: Session, folder: Path, digests: Mapping[str, DigestSettings], *, now: datetime, rewrite: Rewrite | None = None
) -> list[Path]:
    """Write the archive of all issues that wait for no editor into `folder`; returns the files that are new or changed. `now` is aware;
    `rewrite` maps each link that leads out to the one to print (default: as it is).

    Pages of topics, models and organisations tell the facts of the year before; feeds are made where a digest says in `archive_url` where
    the folder is published. Raises DigestError when the folder cannot be written to.
    """
    hours = {name: one.hold_hours for name, one in digests.items()}
    free = [issue for issue in list_issues(session) if waiting(session, issue, hold_hours=hours.get(issue.digest, 0), now=now) is None]
    issues = [(issue, load_edition(session, issue)) for issue in free]
    first = next(iter(digests.values()), DigestSettings())
    url = next((one.archive_url for one in digests.values() if one.archive_url), None)
    press = _Press(Files(folder), first, url, issues, rewrite or (lambda link: link))
    topics = {row.id: (clean(row.name_en), clean(row.name_zh)) for row in topic_rows(session)}
    sure = max((one.least_confidence for one in digests.values()), default=first.least_confidence)
    told = events(session, now - _YEAR, now, least_confidence=sure)
    shelves = _shelves(session, told, topics, press.lines, story_topics(session, now - _YEAR, now))
    press.print_issues({shelf.id for shelf in shelves if shelf.kind == "topics"})
    press.print_shelves(shelves, now)
    press.print_front(shelves)
    press.print_feeds(topics)
    return press.files.store()


def _shelves(
    session: Session,
    told: Sequence[Event],
    topics: Mapping[str, tuple[str, str]],
    lines: Sequence[tuple[str, Origin, Line]],
    stories: Iterable[tuple[datetime, tuple[str, ...]]],
) -> list[Shelf]:
    """The subjects that something is told of: topics in their order, models and organisations those with the most facts first."""
    by_topic: dict[str, list[datetime]] = defaultdict(list)
    for at, named in stories:
        for topic in named:
            by_topic[topic].append(at)
    homes = {kind.name: kind.home for kind in KINDS}
    found: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in reversed(told):
        keys = [("topics", topic) for topic in homes[event.kind]] + [("models", family) for family in families_of(event)]
        for key in dict.fromkeys(keys + [("organisations", one) for one in organisations_of(event)]):
            found[key].append(event)
    names = catalogue_names(session, {name for kind, name in found if kind == "organisations"})
    told_in: dict[str, list[Line]] = defaultdict(list)
    for section, _, line in lines:
        told_in[section].append(line)
    shelves = [
        Shelf("topics", topic, both, found[("topics", topic)], by_topic[topic], told_in[topic])
        for topic, both in topics.items()
        if by_topic[topic] or told_in[topic]
    ]
    for kind in ("models", "organisations"):
        for key in sorted((key for key in found if key[0] == kind), key=lambda key: (-len(found[key]), key)):
            both = (FAMILIES.get(key[1]), FAMILIES.get(key[1])) if kind == "models" else names.get(key[1], (None, None))
            if any(both):
                here = found[key]
                shelves.append(
                    Shelf(
                        kind, key[1], (clean(both[0] or both[1] or ""), clean(both[1] or both[0] or "")), here, [one.at for one in here], ()
                    )
                )
    return shelves


class _Press:
    """Prints the pages of the archive in the language of its first digest, each issue in its own."""

    def __init__(
        self, files: Files, first: DigestSettings, url: str | None, issues: Sequence[tuple[DigestIssue, Edition]], rewrite: Rewrite
    ) -> None:
        self.files = files
        self.rewrite = rewrite
        self.issues = issues
        self.labels = Labels(first.language)
        self.language = first.language
        self.site = clean(first.title)
        self.url = url.rstrip("/") if url else None
        self.lines = [entry for _, edition in issues for entry in _lines_of(edition)]

    def _page(self, template: str, path: str, *, feeds: Sequence[str] = (), labels: Labels | None = None, **values: Any) -> None:
        """Print one page; `feeds` are addresses of feeds without ending, with their titles after a bar."""
        t = labels or self.labels
        root = "../" * path.count("/")
        nav = [(t("site_topics"), "topics/index.html"), (t("site_models"), "models/index.html")]
        nav += [(t("site_organisations"), "organisations/index.html"), (t("site_search"), "search.html")]
        kinds = (("rss", "RSS"), ("atom", "Atom"))
        links = [
            {"kind": kind, "name": name, "path": f"{feed.partition('|')[0]}.{kind}", "title": feed.partition("|")[2]}
            for feed in feeds
            for kind, name in kinds
            if self.url
        ]
        shared = {"t": t, "root": root, "nav": nav, "site": self.site, "feeds": links, "page_language": _code(t), "built": self._built()}
        self.files.add(path, environment().get_template(f"site/{template}.html").render(shared | values))

    def _built(self) -> str:
        return max((edition.built_on for _, edition in self.issues), default="")

    def _picture(self, trends: Sequence[Trend], language: str, root: str, name: str) -> str:
        """The address of a picture, by the name that its panel gives it."""
        stem, _, shade = name.removesuffix(".png").rpartition("-")
        trend = next(one for one in trends if one.id == stem)
        return root + self.files.picture(trend, language, dark=shade == "dark")

    def print_issues(self, topics: set[str]) -> None:
        """The page of each issue."""
        for _, edition in self.issues:
            path = issue_page(edition)
            shown = Shown(edition, full=True, rewrite=self.rewrite, picture=partial(self._picture, edition.trends, edition.language, "../"))
            values = shown.values()
            for section in values["sections"]:
                section["page"] = f"topics/{section['id']}.html" if section["id"] in topics else None
            feed = f"feeds/{_safe(edition.digest)}|{edition.title}"
            shared = {"built", "t", "page_language"}
            self._page(
                "issue", path, feeds=[feed], labels=shown.labels, **{name: value for name, value in values.items() if name not in shared}
            )

    def print_shelves(self, shelves: Sequence[Shelf], now: datetime) -> None:
        """The page of each topic, model and organisation, and the three lists of them."""
        for kind in ("topics", "models", "organisations"):
            here = [shelf for shelf in shelves if shelf.kind == kind]
            rows = [{"name": self._name(one), "address": one.address, "small": self._counted(one)} for one in here]
            self._page("list", f"{kind}/index.html", title=self.labels(f"site_{kind}"), rows=rows)
            for shelf in here:
                self._print_shelf(shelf, now)

    def _print_shelf(self, shelf: Shelf, now: datetime) -> None:
        chart: dict[str, Any] = {"panel": None}
        if len(shelf.moments) >= _LEAST_CHARTED:
            counted = self.labels("site_counted_stories" if shelf.kind == "topics" else "site_counted_facts")
            trend = by_month(shelf.moments, (counted, counted), local_day(now))
            light, dark = (f"../{self.files.picture(trend, self.language, dark=shade)}" for shade in (False, True))
            chart = {"panel": panel(trend, self.labels), "light": light, "dark": dark}
        self._page(
            "subject",
            shelf.address,
            feeds=[f"feeds/topic-{shelf.id}|{self._name(shelf)}"] if shelf.kind == "topics" else [],
            title=self._name(shelf),
            kind=self.labels(f"site_{shelf.kind}"),
            small=self._counted(shelf),
            facts=[printed(event, self.labels, self.rewrite) for event in shelf.events[:_FACTS]],
            hidden=max(0, len(shelf.events) - _FACTS),
            stories=shelf.lines[:_STORIES],
            **chart,
        )

    def _name(self, shelf: Shelf) -> str:
        return self.labels.section(*shelf.names)

    def _counted(self, shelf: Shelf) -> str:
        stories = self.labels("site_stories", count=len(shelf.moments)) if shelf.kind == "topics" else ""
        facts = self.labels("site_count_facts", count=len(shelf.events)) if shelf.events or shelf.kind != "topics" else ""
        return " · ".join(filter(None, [stories, facts]))

    def print_front(self, shelves: Sequence[Shelf]) -> None:
        """The front page, the list of each digest's issues, the search page, and what pages are drawn with."""
        by_digest: dict[str, list[dict[str, Any]]] = defaultdict(list)
        titles: dict[str, str] = {}
        for issue, edition in self.issues:
            titles.setdefault(issue.digest, edition.title)
            by_digest[issue.digest].append(self._listed(edition))
        digests = []
        for digest, rows in by_digest.items():
            path = f"issues/{_safe(digest)}-all.html"
            self._page(
                "list",
                path,
                title=titles[digest],
                rows=[{"name": row["heading"], "address": row["address"], "small": row["counts"]} for row in rows],
            )
            digests.append({"title": titles[digest], "issues": rows[:_ON_FRONT], "more": path if len(rows) > _ON_FRONT else None})
        chips = [
            (self.labels(f"site_{kind}"), [(self._name(one), one.address) for one in shelves if one.kind == kind][:24])
            for kind in ("topics", "models", "organisations")
        ]
        feeds = [f"feeds/{_safe(digest)}|{title}" for digest, title in titles.items()]
        self._page("front", "index.html", feeds=feeds, digests=digests, shelves=[shelf for shelf in chips if shelf[1]])
        self._page("search", "search.html", title=self.labels("site_search"))
        self.files.add("assets/index.js", index(line for _, _, line in self.lines))
        for name in _ASSETS:
            self.files.add(f"assets/{name}", (resources.files(__package__) / "assets" / name).read_bytes())

    def _listed(self, edition: Edition) -> dict[str, Any]:
        t = Labels(edition.language)
        code = t.languages[0]
        return {
            "address": issue_page(edition),
            "heading": heading(edition, t) if edition.kind == "week" else f"{heading(edition, t)} · {edition.period}",
            "span": t.span(edition.starts_on, edition.ends_on),
            "opening": [(" " if code == "en" else "").join(opening(edition, code))],
            "counts": subject_line(edition),
        }

    def print_feeds(self, topics: Mapping[str, tuple[str, str]]) -> None:
        """RSS and Atom of each digest, an entry an issue, and of each topic, an entry a story, where it is known where they will stand."""
        if self.url is None:
            return
        by_digest: dict[str, list[tuple[DigestIssue, Edition]]] = defaultdict(list)
        for issue, edition in self.issues:
            by_digest[issue.digest].append((issue, edition))
        for digest, rows in by_digest.items():
            entries = [self._issue_entry(issue, edition) for issue, edition in rows]
            page = f"{self.url}/issues/{_safe(digest)}-all.html"
            self._feed(f"feeds/{_safe(digest)}", rows[0][1].title, page, entries)
        told: dict[str, list[Entry]] = defaultdict(list)
        for section, line, where in self.lines:
            moment = datetime.fromisoformat(line.day).replace(tzinfo=UTC)
            told[section].append(Entry(f"{self.url}/{where.page}#n{where.number}", line.title, line.summary, moment))
        for topic in (name for name in topics if name in told):
            entries = sorted(told[topic], key=lambda entry: entry.moment, reverse=True)
            self._feed(f"feeds/topic-{topic}", self.labels.section(*topics[topic]), f"{self.url}/topics/{topic}.html", entries)

    def _issue_entry(self, issue: DigestIssue, edition: Edition) -> Entry:
        code = Labels(edition.language).languages[0]
        said = (" " if code == "en" else "").join(opening(edition, code))
        return Entry(f"{self.url}/{issue_page(edition)}", subject_line(edition), said, issue.built_at)

    def _feed(self, path: str, title: str, page: str, entries: Sequence[Entry]) -> None:
        feed = Feed(f"{self.site}: {title}" if title != self.site else title, _code(self.labels), page, f"{self.url}/{path}", entries)
        self.files.add(f"{path}.rss", rss(feed))
        self.files.add(f"{path}.atom", atom(feed))


def _lines_of(edition: Edition) -> Iterator[tuple[str, Origin, Line]]:
    """The lines of an issue, each with its section, and with what the search page needs of it."""
    page, title = issue_page(edition), f"{edition.title} {edition.period}"
    homes = {id(line): _HOME_OF[table] for table in TABLES for line in edition.rows(table)}
    homes |= {id(story): section.id for section in edition.sections for story in section.stories}
    for number, line in enumerate(edition.lines()):
        made = line.made if isinstance(line, StoryLine) else None
        words = tuple(filter(None, (line.title, line.twin, made, line.outlet)))
        yield homes[id(line)], line, Line(page, title, number, line.day, line.outlet, line.title, words)


def _safe(name: str) -> str:
    """The name of a digest as part of an address."""
    return re.sub(r"[^\w.-]", "_", name)


def _code(labels: Labels) -> str:
    return "zh-CN" if labels.languages[0] == "zh" else "en"
