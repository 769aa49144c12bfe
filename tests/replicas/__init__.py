"""Replicas of the catalogue's enabled list pages and JSON interfaces: their structure, with invented text.

`SITES[source_id]()` gives what the site answers: {method and path with query: Answer}. Bytes, so that encoding faults
show. The text in them is ours; only markup, field names, addresses and quirks are those of the source.
"""

from __future__ import annotations

from . import government, interfaces, media, verticals
from .base import Answer, Site, refusals

SITES = {**government.SITES, **verticals.SITES, **media.SITES, **interfaces.SITES}

__all__ = ["SITES", "Answer", "Site", "refusals"]
