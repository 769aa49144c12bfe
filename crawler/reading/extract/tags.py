"""What the tags of HTML mean for the text around them, and which elements end without an end tag (WHATWG HTML, section 13.2.6)."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What reading a tag does."""

    PLAIN = 0  # an inline element
    LINK = 1
    BOLD = 2
    CLOSE = 3  # the end of an inline element
    BLOCK = 4
    CLOSE_BLOCK = 5
    BREAK = 6
    VOID = 7  # nothing
    IMAGE = 8
    SKIPPED = 9  # an element whose content is not read
    SKIPPED_IMAGE = 10
    HEAD = 11  # meta, base and link
    TITLE = 12
    TIME = 13


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "li"})
BOLDS = frozenset({"b", "strong"})

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "ul",
        "ol",
        "menu",
        "dir",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "blockquote",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "figure",
        "figcaption",
        "form",
        "fieldset",
        "center",
        "address",
        "details",
        "summary",
        "hgroup",
        "marquee",
    ]
)
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "object",
        "applet",
        "svg",
        "canvas",
        "select",
        "option",
        "optgroup",
        "button",
        "textarea",
        "datalist",
        "audio",
        "map",
        "dialog",
        "progress",
        "meter",
        "noframes",
        "noembed",
        "xmp",
        "plaintext",
        "rp",
        "rt",
        "math",
    ]
)
_VOIDS = frozenset(
    [
        "html",
        "head",
        "body",
        "frameset",
        "!doctype",
        "?xml",
        "area",
        "basefont",
        "bgsound",
        "col",
        "colgroup",
        "embed",
        "frame",
        "input",
        "keygen",
        "param",
        "source",
        "track",
        "wbr",
        "isindex",
    ]
)

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("i", "em", "u", "sup", "sub", "small", "span", "font"), Kind.PLAIN),
    "a": Kind.LINK,
    **dict.fromkeys(BOLDS, Kind.BOLD),
    **dict.fromkeys(_BLOCKS, Kind.BLOCK),
    **dict.fromkeys(_SKIPPED, Kind.SKIPPED),
    **dict.fromkeys(("picture", "amp-img", "video", "iframe"), Kind.SKIPPED_IMAGE),
    **dict.fromkeys(_VOIDS, Kind.VOID),
    **dict.fromkeys(("br", "hr"), Kind.BREAK),
    "img": Kind.IMAGE,
    **dict.fromkeys(("meta", "base", "link"), Kind.HEAD),
    "title": Kind.TITLE,
    "time": Kind.TIME,
}
_NO_END = {Kind.VOID, Kind.BREAK, Kind.IMAGE, Kind.HEAD, Kind.SKIPPED, Kind.SKIPPED_IMAGE, Kind.TITLE}
KINDS |= {
    f"/{name}": Kind.CLOSE_BLOCK if kind is Kind.BLOCK else Kind.VOID if kind in _NO_END else Kind.CLOSE for name, kind in KINDS.items()
}
KINDS["/br"] = Kind.BREAK

_INSIDE_ITEM = frozenset({"div", "p", "address"})
_INSIDE_ROW = _BLOCKS - {"table", "tr", "tbody", "thead", "tfoot"}
# An element of this name ends an open one of those names, when nothing but elements of the second kind is open in between.
ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), _INSIDE_ITEM),
    **dict.fromkeys(("dt", "dd"), (frozenset({"dt", "dd"}), _INSIDE_ITEM)),
    **dict.fromkeys(("td", "th"), (frozenset({"td", "th"}), _INSIDE_ROW - {"td", "th"})),
    "tr": (frozenset({"tr"}), _INSIDE_ROW),
    **dict.fromkeys(("tbody", "thead", "tfoot"), (frozenset({"tbody", "thead", "tfoot"}), _INSIDE_ROW | {"tr"})),
    **dict.fromkeys(HEADINGS, (HEADINGS, frozenset())),
}
# End tags that may be left out: where one of these is still open, nothing is wrong.
OPTIONAL_END = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot"})
# An end tag reaches no further out than these, unless it is part of a table itself.
BARRIERS = frozenset({"table", "td", "th", "caption"})
TABLE_PARTS = frozenset({"table", "td", "th", "caption", "tr", "tbody", "thead", "tfoot"})
