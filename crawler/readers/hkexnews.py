"""HKEXnews: announcements of listed issuers, asked for issuer by issuer.

The title search wants the exchange's own stock id, which a first JSONP request gives for a stock code; its answer holds the
rows as a string of JSON inside JSON, with the day before the month and Hong Kong time.
"""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode, urljoin

from crawler.sources.source import Source
from crawler.text.decode import decode
from store.errors import ParseError

from . import api
from .base import Ask, Listing, Page

# Issuers with healthcare AI at the centre or at their side: Medlive, XtalPi, ClouDr, JD Health, Ping An Good Doctor,
# Alibaba Health, Airdoc, Insilico, MicroPort MedBot.
STOCK_CODES = ("02192", "02228", "09955", "06618", "01833", "00241", "02251", "03696", "02252")
_WINDOW = timedelta(days=14)


def first(source: Source) -> list[Ask]:
    """One look-up of the stock id for each code."""
    root = source.urls[0].url
    look_up = urljoin(root, "prefix.do")
    return [
        Ask(f"{look_up}?{urlencode({'callback': 'callback', 'lang': 'EN', 'type': 'A', 'name': code, 'market': 'SEHK'})}", root=root)
        for code in STOCK_CODES
    ]


def read(page: Page, source: Source) -> Listing:
    """A look-up leads to the title search of that issuer; a title search holds the rows.

    Raises ParseError when a look-up names no stock id.
    """
    if "prefix.do" not in page.ask.url:
        return api.read(page, source)
    text, _ = decode(page.body, content_type=page.content_type)
    match = re.search(r'"stockId"\s*:\s*"?(\d+)', text)
    if match is None:
        raise ParseError("parse: the look-up names no stock id", subject=source.id)
    query = {
        "sortDir": "0",
        "sortByOptions": "DateTime",
        "category": "0",
        "market": "SEHK",
        "stockId": match.group(1),
        "documentType": "-1",
        "fromDate": (page.fetched_at - _WINDOW).strftime("%Y%m%d"),
        "toDate": page.fetched_at.strftime("%Y%m%d"),
        "title": "",
        "searchType": "0",
        "t1code": "-2",
        "t2Gcode": "-2",
        "t2code": "-2",
        "rowRange": "100",
        "lang": "en",
    }
    return Listing(next=[Ask(f"{page.ask.root}?{urlencode(query)}", root=page.ask.root)], follow_always=True)
