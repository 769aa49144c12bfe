"""What of an entry and of its article's page is stored: dates above all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, select

from crawler.fetching.run import crawl
from crawler.reading.article import Article
from crawler.reading.clean import clean_article
from store.entries import ToRead
from store.migrate import open_store
from store.models import Item
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, serve_site

from .texts import EN

_ITEM = ToRead(1, "s", "https://news.example.org/1", "Title", "", "", None, None, "none", "en", (), None, "text/html", 0)
_MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
_PAGE = Article(
    title="Title", text="Text.", published=datetime(2026, 11, 23, 2, 30, 5, tzinfo=UTC), precision="second", trust={"published": "json-ld"}
)


def test_the_pages_time_completes_the_entrys_day() -> None:
    day = replace(_ITEM, published_at=_MIDNIGHT, published_precision="day", date_trust="entry")
    assert clean_article(day, _PAGE, fetched_at=_MIDNIGHT)["published_at"] == _PAGE.published
    other = replace(_PAGE, published=datetime(2026, 11, 24, 2, 30, tzinfo=UTC))
    assert "published_at" not in clean_article(day, other, fetched_at=_MIDNIGHT)
    # The day of a time without zone may be the one before or after it here.
    loose = replace(day, date_trust="entry, whose time names no zone")
    assert clean_article(loose, other, fetched_at=_MIDNIGHT)["published_at"] == other.published


def test_a_time_without_zone_is_stored_as_its_day(tmp_path: Path) -> None:
    store = StoreSettings(url=f"sqlite:///{tmp_path / 'news.db'}")
    lines = "".join(f"<p>{line}</p>" for line in EN[:6])
    with serve_site() as site:
        for name in ("far", "near"):
            site.put_feed(f"/{name}.xml", [(f"/{name}.html", f"Triage assistant reaches {name} clinics")])
            site.put(
                f"/{name}.html",
                f"<html lang=en><title>Triage assistant reaches {name} clinics</title><h1>Triage assistant reaches {name} clinics</h1>"
                f"<p>Published: November 20, 2026 9:15 AM</p><article>{lines}</article></html>",
            )
        far = site.source("feed", "/far.xml", id="far", language="en")
        near = site.source("feed", "/near.xml", id="near", language="en", timezone="America/New_York")
        crawl([far, near], LOCAL, store)
    with Session(open_store(store)) as session:
        stored = {item.source_id: item for item in session.exec(select(Item))}
    assert (stored["far"].published_precision, stored["far"].published_at) == ("day", datetime(2026, 11, 19, 16, 0, tzinfo=UTC))
    assert stored["far"].date_trust == "visible, whose time names no zone"
    assert (stored["near"].published_precision, stored["near"].published_at) == ("minute", datetime(2026, 11, 20, 14, 15, tzinfo=UTC))
    assert stored["near"].date_trust == "visible"
