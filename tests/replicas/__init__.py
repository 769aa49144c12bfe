"""Replicas of the catalogue's enabled list pages and JSON interfaces, and of one source at least of every family of sites: their
structure, with invented text.

`SITES[source_id]()` gives what the site answers: {method and path with query: Answer}. Bytes, so that encoding faults
show. The text in them is ours; only markup, field names, addresses and quirks are those of the source.
"""

from __future__ import annotations

from . import feeds, government, interfaces, media, unproven, verticals
from .base import Answer, Site, refusals

SITES = {**government.SITES, **verticals.SITES, **media.SITES, **interfaces.SITES, **feeds.SITES, **unproven.SITES}

# The families of sites by the way they are built, and the replicas that stand for each.
FAMILIES = {
    "jpage records in CDATA, POST paging": ("nhsa-news", "nhsa-policy"),
    "JSON files of www.gov.cn": ("gov-cn-latest-policy", "gov-cn-news", "gov-cn-policy-interpretation"),
    "static TRS lists with nested rows": ("ndrc-notices", "beijing-ndrc", "ncsti", "haidian-district", "nifdc-device-standards"),
    "TRS lists that lead to documents": ("most-disclosure",),
    "small static lists": ("chima", "hospital-ceo", "kanyijie", "cnmia", "chs", "bioon"),
    "JSON by POST with epoch seconds": ("yxj",),
    "server-rendered Vue with hashed attributes": ("vbdata-news", "vbdata-financing"),
    "Nuxt state object": ("bydrug",),
    "portal with a feed of cards": ("cn-healthcare",),
    "GB2312 declared, GB18030 meant": ("people-health",),
    "Drupal feeds with tracking parameters": ("scmp-tech",),
    "WordPress feeds, and Fierce": ("stat-news", "fierce-biotech"),
    "RSS 1.0 in RDF": ("npj-digital-medicine", "nature-medicine"),
    "search and machine interfaces": ("bing-news-rss", "chinanews-scroll", "medrxiv", "hkexnews"),
}

__all__ = ["FAMILIES", "SITES", "Answer", "Site", "refusals"]
