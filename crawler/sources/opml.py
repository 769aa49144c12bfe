"""OPML: the feeds of a list of sources, written so that other readers understand it and nothing OPML can hold is lost.

One outline a source with one address, a group with one outline an address otherwise. What OPML has no word for stands in
attributes of our own name space, which other readers ignore (OPML 2.0 allows them). List pages, JSON sources and sitemaps
have rules that OPML cannot hold: they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree
from pydantic import ValidationError

from store.errors import ParseError, SourceError

from .source import Source, validation_message

NAMESPACE = "https://yixun.invalid/opml"
_Q = f"{{{NAMESPACE}}}"
# Attribute of ours → field of a source; each is written only where it differs from the default.
_EXTRA = {
    "id": "id",
    "nameZh": "name_zh",
    "scope": "scope",
    "tier": "tier",
    "access": "access",
    "enabled": "enabled",
    "pollHours": "poll_hours",
    "floorHours": "floor_hours",
    "timezone": "timezone",
    "encoding": "encoding",
    "fetchArticles": "fetch_articles",
    "exclude": "exclude",
    "linkParam": "link_param",
    "verifiedOn": "verified_on",
}


def write_opml(sources: Iterable[Source]) -> bytes:
    """Write the feeds among `sources` as an OPML 2.0 document (UTF-8)."""
    root = etree.Element("opml", version="2.0", nsmap={"yixun": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Yixun"
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.kind != "feed":
            continue
        outline = etree.SubElement(body, "outline", _attributes(source))
        if len(source.urls) == 1:
            outline.set("type", "rss")
            outline.set("xmlUrl", source.urls[0].url)
            if source.urls[0].label:
                outline.set(f"{_Q}label", source.urls[0].label)
            continue
        for url in source.urls:
            text = url.label or source.name
            child = etree.SubElement(outline, "outline", text=text, type="rss", xmlUrl=url.url)
            if url.label:
                child.set(f"{_Q}label", url.label)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _attributes(source: Source) -> dict[str, str]:
    found = {
        "text": source.name,
        "title": source.name,
        "htmlUrl": source.homepage,
        "language": source.language,
        "category": source.category,
    }
    if source.notes:
        found["description"] = source.notes
    for attribute, name in _EXTRA.items():
        value = getattr(source, name)
        if name == "id" or value != Source.model_fields[name].default:
            found[_Q + attribute] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def read_opml(document: bytes) -> tuple[list[Source], list[SourceError]]:
    """Read the feeds of an OPML document.

    Feeds of other readers get an id from their name and count as general media. Returns the sources and one error for each
    outline that makes none. Raises ParseError when the document is no OPML or declares entities.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"is no OPML: {error}", subject="OPML document") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        # libxml2 expands entities inside attributes whatever it is told, and only bounds how far.
        raise ParseError("is no OPML: it declares entities", subject="OPML document")
    if root.tag != "opml" or root.find("body") is None:
        raise ParseError("is no OPML: expected <opml> with a <body>", subject="OPML document")
    sources: dict[str, Source] = {}
    errors: list[SourceError] = []
    for outline, feeds in _sources_in(root.find("body")):
        fields = _fields(outline, feeds, taken=sources)
        try:
            source = Source.model_validate(fields)
        except ValidationError as error:
            errors.append(SourceError(validation_message(error), subject=f"OPML: {outline.get('text') or fields['id']}"))
            continue
        sources[source.id] = source
    return list(sources.values()), errors


def _sources_in(parent: Any) -> Iterable[tuple[Any, Sequence[Any]]]:
    """Outlines that are one source each, with the outlines of their addresses. A plain folder is walked through."""
    for outline in parent.findall("outline"):
        if outline.get("xmlUrl"):
            yield outline, [outline]
        elif outline.get(f"{_Q}id"):
            yield outline, [child for child in outline.findall("outline") if child.get("xmlUrl")]
        else:
            yield from _sources_in(outline)


def _fields(outline: Any, feeds: Sequence[Any], *, taken: dict[str, Source]) -> dict[str, Any]:
    name = outline.get("text") or outline.get("title") or feeds[0].get("xmlUrl")
    categories = ("media", "vertical", "government", "exchange", "company", "journal", "vc")
    category = (outline.get("category") or "").strip("/").split(",")[0]
    language = outline.get("language") or "zh"
    fields: dict[str, Any] = {
        "name": name,
        "homepage": outline.get("htmlUrl") or re.sub(r"^(https?://[^/]+).*", r"\1/", feeds[0].get("xmlUrl") if feeds else ""),
        "language": language if language in ("zh", "zh-Hant", "en") else ("en" if language.startswith("en") else "zh"),
        "category": category if category in categories else "media",
        "kind": "feed",
        "urls": [{"url": feed.get("xmlUrl"), "label": feed.get(f"{_Q}label")} for feed in feeds],
        "notes": outline.get("description"),
    }
    for attribute, field in _EXTRA.items():
        value = outline.get(_Q + attribute)
        if value is not None:
            fields[field] = value
    fields.setdefault("id", new_id(name, taken))
    return fields


def new_id(name: str, taken: Iterable[str]) -> str:
    """A source id made from a name or host; numbered when it is already taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "source"
    used, number, found = set(taken), 2, stem
    while found in used:
        found, number = f"{stem}-{number}", number + 1
    return found
