"""The archive: what stands in it, where its links lead, what feeds and the search find, and that hostile words stay words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import feedparser
import pytest
from sqlmodel import Session

from jobs.config import Settings
from jobs.issues import archive_folder, write_files
from reports.plain import text
from reports.settings import DigestSettings, MailSettings
from reports.site.publish import publish
from reports.site.search import Line, index, terms
from store.errors import DigestError
from store.models import Organisation
from tests.reports.conftest import BUILT, an_order, built
from tests.reports.weeks import WEEKS, filled
from tests.store.rows import an_adoption, an_item, with_topics

URL = "https://letters.example.org/yixun"
DIGESTS = {"weekly": DigestSettings(archive_url=URL)}


@dataclass
class Found(HTMLParser):
    """The links, ids, tags and text of a page."""

    page: str
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src", "srcset", "action"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def printed(session: Session, folder: Path) -> dict[str, Found]:
    """The pages of the archive of all that was frozen, by address."""
    publish(session, folder, DIGESTS, now=BUILT)
    return {path.relative_to(folder).as_posix(): Found(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


@pytest.fixture
def archive(newsroom: Session, tmp_path: Path) -> dict[str, Found]:
    """The archive of three weeks."""
    filled(newsroom)
    for period in WEEKS:
        built(newsroom, an_order(period, archive_url=URL))
    return printed(newsroom, tmp_path / "archive")


def test_every_link_within_the_archive_leads_somewhere(archive: dict[str, Found], tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    assert {"index.html", "search.html", "issues/weekly-2026-W47.html", "topics/imaging.html", "models/deepseek.html"} <= set(archive)
    assert "organisations/lakeside.html" in archive
    for address, page in archive.items():
        assert len(page.ids) == len(set(page.ids)), address
        for link in page.links:
            if link.startswith(("https://hospital.example/", "data:")):
                continue
            path, _, part = link.partition("#")
            target = (folder / address).parent / path if path else folder / address
            assert target.is_file(), (address, link)
            if part:
                assert part in archive[target.resolve().relative_to(folder.resolve()).as_posix()].ids, (address, link)


def test_an_organisation_has_its_facts_and_a_chart(archive: dict[str, Found]) -> None:
    page = archive["organisations/lakeside.html"]
    assert "Lakeside Hospital" in page.words and "7 facts in twelve months" in page.words
    assert page.words.count("某医院本地部署DeepSeek-R1。") == 7  # the sentence that proves each
    assert sum(link.endswith(".png") for link in page.links) == 2  # light and dark
    assert {"DeepSeek", "湖畔医院"} <= set(re.findall(r"DeepSeek|湖畔医院", archive["models/deepseek.html"].words))
    assert "影像新闻第0条" in archive["topics/imaging.html"].words


def test_publishing_again_changes_nothing_and_takes_away_what_is_gone(newsroom: Session, tmp_path: Path) -> None:
    filled(newsroom)
    built(newsroom, an_order(archive_url=URL))
    folder = tmp_path / "archive"
    first = publish(newsroom, folder, DIGESTS, now=BUILT)
    assert len(first) > 20
    assert publish(newsroom, folder, DIGESTS, now=BUILT) == []
    newsroom.delete(newsroom.get_one(Organisation, "lakeside"))
    newsroom.flush()
    assert publish(newsroom, folder, DIGESTS, now=BUILT)
    assert not (folder / "organisations/lakeside.html").exists()


def test_a_folder_of_somebody_else_is_left_alone(newsroom: Session, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DigestError, match="holds no archive"):
        publish(newsroom, folder, DIGESTS, now=BUILT)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_feeds_tell_issues_and_topics(archive: dict[str, Found], tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "feeds"
    assert archive["index.html"].links.count("feeds/weekly.atom") == 2  # for programs, and for people
    for ending, version in (("rss", "rss20"), ("atom", "atom10")):
        issues = feedparser.parse((folder / f"weekly.{ending}").read_bytes())
        assert (issues.bozo, issues.version) == (False, version)
        assert [entry.link for entry in issues.entries] == [f"{URL}/issues/weekly-2026-W{week}.html" for week in (47, 46, 45)]
        assert "adoption" in issues.entries[0].title
        stories = feedparser.parse((folder / f"topic-imaging.{ending}").read_bytes())
        assert (stories.bozo, len(stories.entries)) == (False, 4)
        for entry in stories.entries:
            path, _, number = entry.link.removeprefix(f"{URL}/").partition("#")
            assert number in archive[path].ids
            assert entry.title in archive[path].words


def test_an_archive_without_an_address_has_no_feeds(newsroom: Session, tmp_path: Path) -> None:
    filled(newsroom)
    built(newsroom, an_order())
    publish(newsroom, tmp_path / "archive", {"weekly": DigestSettings()}, now=BUILT)
    assert not (tmp_path / "archive" / "feeds").exists()
    assert "feeds/" not in (tmp_path / "archive" / "index.html").read_text(encoding="utf-8")


def test_a_mail_that_leads_to_the_archive_finds_its_page_there(newsroom: Session, tmp_path: Path) -> None:
    filled(newsroom)
    issue, edition = built(newsroom, an_order(archive_url=URL, stories_per_section=1))
    settings = Settings(mail=MailSettings(out=tmp_path), digest=DIGESTS)
    written = write_files(newsroom, issue, edition, settings)
    said = re.search(rf"{URL}/(\S+)", text(edition))
    assert said is not None
    page = archive_folder(settings) / said[1]
    assert page in written and [path.suffix for path in written[:4]] == [".html", ".txt", ".md", ".eml"]
    # What the mail leaves out stands there.
    assert edition.hidden == 3 and "影像新闻第0条" in page.read_text(encoding="utf-8")
    assert all(line.title in page.read_text(encoding="utf-8") for line in edition.lines())


def test_hostile_words_stay_words(newsroom: Session, tmp_path: Path) -> None:
    bad = '"><script>alert(1)</script>{{7*7}}\u202e</td>'
    newsroom.add(Organisation(id="bad", kind="hospital", name_zh=f"医院{bad}", name_en=bad))
    item = an_item(newsroom, title=f"医院{bad}", link="javascript:alert(1)", outlet=bad)
    with_topics(newsroom, item, "imaging")
    an_adoption(newsroom, item, adopter=f"医院{bad}", adopter_id="bad", evidence=bad)
    for number in range(4):
        with_topics(
            newsroom, an_item(newsroom, title=f"{bad}{number}", identity=f"{number}", link="https://x.example/'><marquee>"), "imaging"
        )
    built(newsroom, an_order(archive_url=URL, title=f"Yixun {bad}"[:80]))
    pages = printed(newsroom, tmp_path / "archive")
    for address, page in pages.items():
        scripts = {"script"} if address == "search.html" else set()
        assert page.tags & {"script", "marquee", "iframe", "object"} == scripts, address
        assert not [link for link in page.links if link.startswith("javascript:")], address
        assert "49" not in page.words and "\u202e" not in page.words, address
    assert "{{7*7}}" in pages["topics/imaging.html"].words
    script = (tmp_path / "archive/assets/index.js").read_text(encoding="utf-8")
    assert json.loads(script.removeprefix("window.yixunIndex=").removesuffix(";\n"))["lines"]
    for feed in (tmp_path / "archive/feeds").iterdir():
        assert not feedparser.parse(feed.read_bytes()).bozo, feed


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("医院采用DeepSeek-R1", ["医院", "院采", "采用", "deepseek", "r1"]),
        ("醫院", ["医院"]),
        ("Ｘ光", ["x", "光"]),
        ("", []),
        ("——", []),
    ],
)
def test_texts_are_found_by_words_and_pairs(said: str, found: list[str]) -> None:
    assert list(terms(said)) == found


def test_the_index_lists_lines_as_steps() -> None:
    lines = [Line("a.html", "A", number, "2026-11-17", "Outlet", f"医院{number}", ("医院", f"w{number}")) for number in (0, 3, 4)]
    told = json.loads(index(lines).removeprefix("window.yixunIndex=").removesuffix(";\n"))
    assert told["terms"]["医院"] == [0, 1, 1] and told["terms"]["w3"] == [1]
    assert told["pages"] == [["a.html", "A"]] and told["lines"][1] == [0, 3, "2026-11-17", "Outlet", "医院3"]
    assert dict(zip(told["traditional"], told["simplified"], strict=True))["醫"] == "医"
