"""The sample sites: articles as written in sites/*.yaml, rendered into the page structure of each site's family."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field, field_validator

from store.clock import SHANGHAI
from store.yaml_file import read_yaml

FOLDER = Path(__file__).parent / "sites"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(_Part):
    """One sample article. Times without zone are those of Shanghai; a bare day is its noon."""

    path: str = Field(pattern=r"^/\S+$")
    at: datetime
    title: str
    text: str = ""
    author: str = ""
    number: str = ""  # of a government document
    issuer: str = ""
    off_topic: bool = False  # must not appear in any issue
    pdf: str = ""  # the text of a PDF instead of a page

    @field_validator("at", mode="before")
    @classmethod
    def _in_shanghai(cls, value: Any) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(12), SHANGHAI)
        return datetime.fromisoformat(value).replace(tzinfo=SHANGHAI) if isinstance(value, str) else value

    @property
    def utc(self) -> datetime:
        """When it was published, in UTC."""
        return self.at.astimezone(UTC)

    @property
    def paragraphs(self) -> list[str]:
        """The text, one paragraph a line."""
        return self.text.strip().splitlines()


class Listing(_Part):
    """The feed or list page of a site: where it stands, how it is made, sent and encoded."""

    path: str
    template: str
    type: str
    encoding: str
    status: Literal[200, 412] = 200


class ArticlePages(_Part):
    """How the article pages of a site are made, sent and encoded."""

    template: str
    type: str
    encoding: str


class SiteFile(_Part):
    """One file of `sites/`."""

    name: str
    listing: Listing
    article: ArticlePages | None = None
    articles: list[Article]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of a site."""

    body: bytes
    type: str
    status: int = 200


@dataclass(slots=True)
class Site:
    """A sample site; `base` is its address, known when it is served."""

    id: str
    file: SiteFile
    base: str = ""
    epoch: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))

    @property
    def name(self) -> str:
        """What the site calls itself."""
        return self.file.name

    def published(self, until: datetime) -> list[Article]:
        """What the site has published by `until`, newest first."""
        return sorted((a for a in self.file.articles if a.at < until), key=lambda a: a.at, reverse=True)

    def answer(self, path: str, until: datetime) -> Page | None:
        """What the site answers for a path at a time; None when there is nothing."""
        listing = self.file.listing
        articles = self.published(until)
        if path == listing.path:
            text = _environment().get_template(listing.template).render(site=self, articles=articles)
            return Page(text.strip().encode(listing.encoding), listing.type, listing.status)
        return next((self.page(article) for article in articles if article.path == path), None)

    def page(self, article: Article) -> Page:
        """The page of an article, or its PDF."""
        if article.pdf:
            return Page(_pdf(article.pdf), "application/pdf")
        how = self.file.article
        assert how is not None
        text = _environment().get_template(how.template).render(site=self, a=article)
        return Page(text.encode(how.encoding), how.type)

    def copies(self, until: datetime) -> dict[str, tuple[str, bytes]]:
        """Address of each published article → the name of a file to keep it under, and its bytes."""
        return {self.base + a.path: (f"{self.id}/{_file_name(a)}", self.page(a).body) for a in self.published(until)}


def load_sites(folder: Path = FOLDER) -> list[Site]:
    """All sample sites, by id."""
    files = {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yaml"))}
    return [Site(name, SiteFile.model_validate(values)) for name, values in files.items()]


@cache
def _environment() -> Environment:
    loader = PackageLoader("jobs.demo")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _file_name(article: Article) -> str:
    """The article's path as the name of a file that browsers open."""
    stem = article.path.strip("/")
    if article.pdf:
        return stem
    head, dot, ending = stem.rpartition(".")
    return f"{head if dot and '/' not in ending else stem}.html"


def _pdf(text: str) -> bytes:
    """A PDF of one page with one line of Latin text."""
    line = text.replace("\\", "").replace("(", "[").replace(")", "]")
    stream = f"BT /F1 14 Tf 72 760 Td ({line}) Tj ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer
