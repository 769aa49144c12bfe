"""The mail and the archive where readers see them: in a real browser, at three widths, light and dark; and what checkers say of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from reports.charts import within
from reports.render import html
from reports.settings import DigestSettings
from reports.site.publish import publish
from store.database import session_scope
from store.migrate import open_store
from store.settings import StoreSettings
from tests.browser import PROGRAM, WHY_NOT, Page, browser
from tests.npm import node, npm_folder
from tests.reports.conftest import BUILT, an_order, built, furnished
from tests.reports.weeks import WEEKS, filled

PAGES = ("index", "search", "issues/weekly-2026-W47", "topics/funding", "topics/index", "models/deepseek", "organisations/lakeside")
WIDTHS = (320, 600, 1200)
# What these programs do not know does no harm: pictures for dark rooms, rules for phones and breaks in long words fall away, the rest
# stands as on a desktop.
HARMLESS = {
    "<body> element",
    "<picture> element",
    "<style> element",
    "@media",
    "Type selector",
    "display:none",
    "overflow",
    "role attribute",
    "srcset and sizes attributes",
    "word-break",
}
CLIENTS = """
import {caniemail} from 'caniemail';
import {readFileSync} from 'fs';
const result = caniemail({clients: ['gmail.*', 'outlook.*', 'apple-mail.*'], html: readFileSync(process.argv[2], 'utf8')});
const found = {};
for (const [client, list] of result.issues.errors) for (const issue of list) (found[issue.title] ||= []).push(client);
console.log(JSON.stringify(found));
"""
VALID = """
import {HtmlValidate} from 'html-validate';
const checker = new HtmlValidate({extends: ['html-validate:standard'], rules: {'long-title': 'off', 'no-trailing-whitespace': 'off'}});
const found = [];
for (const file of process.argv.slice(2)) {
  const report = await checker.validateFile(file);
  for (const result of report.results) for (const one of result.messages) found.push(`${file}:${one.line}: ${one.message}`);
}
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A tab of a real browser."""
    if PROGRAM is None:
        pytest.skip(WHY_NOT)
    with browser() as tab:
        yield tab


@dataclass(frozen=True, slots=True)
class Shown:
    """What readers see: the mail of a week as one file, and the folder of the archive."""

    mail: Path
    archive: Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Three weeks of news, mailed and published."""
    folder = tmp_path_factory.mktemp("shown")
    engine = open_store(StoreSettings(url=f"sqlite:///{folder / 'store.db'}"))
    with session_scope(engine) as session:
        furnished(session)
        filled(session)
        edition = [built(session, an_order(period, archive_url="https://letters.example.org"))[1] for period in WEEKS][-1]
        publish(session, folder / "archive", {"weekly": DigestSettings(archive_url="https://letters.example.org")}, now=BUILT)
    engine.dispose()
    mail = folder / "mail.html"
    mail.write_text(html(edition, picture=within(edition.trends, edition.language)), encoding="utf-8")
    return Shown(mail, folder / "archive")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_mail_fits_every_screen_and_its_pictures_show(page: Page, shown: Shown, width: int, dark: bool) -> None:
    page.open(shown.mail.as_uri(), width=width, dark=dark)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert [link for link in page.asked if not link.startswith(("file:", "data:"))] == []
    images = page.run("[...document.images].map(one => [one.naturalWidth, one.width, one.currentSrc === one.src])")
    assert images, "there is no picture"
    # 272 px are drawn thrice as sharp; at 320 px letters keep four fifths of their size at least.
    assert all(natural == 816 and 220 <= across <= 272 and light is not dark for natural, across, light in images)
    ground = page.run("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert ground == ("rgb(22, 31, 37)" if dark else "rgb(255, 255, 255)")
    assert Image.open(io.BytesIO(page.picture())).size[0] == width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_the_archive_fits_every_screen_and_asks_nobody(page: Page, shown: Shown, name: str, width: int) -> None:
    folder = shown.archive
    page.open((folder / f"{name}.html").as_uri(), width=width)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert all(link.startswith((folder.as_uri(), "data:")) for link in page.asked), page.asked
    assert page.run("[...document.images].every(one => one.loading === 'lazy' || one.naturalWidth)")


@pytest.mark.parametrize("query", ["医院", "醫院", "模型 湖畔", "影像新闻第2条"])
def test_search_finds_headlines_in_both_scripts(page: Page, shown: Shown, query: str) -> None:
    page.open(f"{(shown.archive / 'search.html').as_uri()}?q={query}")
    rows = page.run("[...document.querySelectorAll('#results a')].map(one => [one.closest('li').textContent, one.href])")
    assert rows
    for title, link in rows:
        said = title.casefold().replace("醫", "医")
        assert all(word in said for word in query.casefold().replace("醫", "医").replace("ｗ", "w").split())
        path, _, number = link.partition("#")
        assert f'id="{number}"' in Path(path.removeprefix("file://")).read_text(encoding="utf-8")
    page.run("document.getElementById('q').value = '绝无此事'; document.getElementById('q').dispatchEvent(new Event('input'))")
    assert page.run("document.querySelectorAll('#results li').length") == 0
    assert page.run("document.getElementById('said').textContent") == "0 found"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_barrier(page: Page, shown: Shown, dark: bool) -> None:
    axe = (npm_folder("axe-core") / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    for path in [shown.mail, *(shown.archive / f"{name}.html" for name in PAGES)]:
        page.open(path.as_uri(), width=1200, dark=dark)
        page.run(axe + ";0")
        found = page.run("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        assert [one for one in found if one[0] in ("serious", "critical")] == [], path


def test_mail_programs_know_what_the_mail_is_made_of(shown: Shown) -> None:
    assert set(node(npm_folder("caniemail"), CLIENTS, str(shown.mail))) <= HARMLESS


def test_the_pages_are_valid(shown: Shown) -> None:
    assert node(npm_folder("html-validate"), VALID, *(str(shown.archive / f"{name}.html") for name in PAGES)) == []
