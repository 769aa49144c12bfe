"""An edition → plain text of 78 columns, wide characters counted as two."""

from __future__ import annotations

from collections.abc import Iterator

from .edition import Edition, Origin, Section
from .labels import Labels, also_covered, corrected, editor_note, heading, silence, warnings
from .links import Ways
from .opening import key_figures, opening
from .panels import before_first_crawl, panel
from .prose import width
from .render import Rewrite, archive_link, health_line, more_label, wrong_link
from .rows import Row, shown_tables

COLUMNS = 78
# Chinese typesetting: no line begins with closing punctuation or ends with opening punctuation.
_NOT_FIRST = "，。、；：？！）》」』”’】〉…·%％,.;:?!)]}"
_NOT_LAST = "（《「『“‘【〈([{"


def wrap(text: str, *, indent: str = "", first: str | None = None, columns: int = COLUMNS) -> list[str]:
    """Break text into lines of at most `columns`; Chinese breaks anywhere but at punctuation, words and addresses stay whole.

    `first` is the indent of the first line. A word longer than a line keeps a line to itself.
    """
    lines: list[str] = []
    line = indent if first is None else first
    empty = True
    for token in _tokens(text):
        if not empty and width(line) + width(token.rstrip()) > columns:
            lines.append(line.rstrip())
            line, empty = indent, True
            token = token.lstrip()
        if token:
            line += token
            empty = False
    return [*lines, line.rstrip()] if not empty else lines


def _tokens(text: str) -> Iterator[str]:
    """Pieces a line may be broken between: words with their space, single wide characters with the punctuation that sticks to them."""
    token = ""
    for char in text:
        wide = width(char) == 2
        glued = char in _NOT_FIRST or (token and token[-1] in _NOT_LAST)
        if token and not glued and (wide or width(token[-1]) == 2 or token[-1] == " ") and char != " ":
            yield token
            token = ""
        token += char
    if token:
        yield token


def text(edition: Edition, *, full: bool = False, test: bool = False, rewrite: Rewrite | None = None, ways: Ways | None = None) -> str:
    """The edition as plain text, from the same lines as the HTML. `full`, `test`, `rewrite` and `ways` as in `render.html`."""
    page = _Text(edition, full=full, test=test, rewrite=rewrite or (lambda link: link), ways=ways)
    return "\n".join(page.lines()) + "\n"


class _Text:
    """The lines of the text, in the words of the edition's language."""

    def __init__(self, edition: Edition, *, full: bool, test: bool, rewrite: Rewrite, ways: Ways | None) -> None:
        self.edition = edition
        self.ways = ways
        self.full = full
        self.test = test
        self.rewrite = rewrite
        self.labels = Labels(edition.language)

    def lines(self) -> Iterator[str]:
        edition, t = self.edition, self.labels
        for warning in warnings(edition, t, test=self.test):
            yield from (*wrap(warning), "")
        yield edition.title
        yield f"{heading(edition, t)} ({t.span(edition.starts_on, edition.ends_on)})"
        yield "=" * COLUMNS
        if note := editor_note(edition, t):
            yield from (*wrap(note), "")
        yield from wrap(self._figures())
        for code in t.languages:
            if said := opening(edition, code):
                yield from ("", *wrap((" " if code == "en" else "").join(said)))
        if not edition.totals.stories:
            yield from ("", *wrap(silence(edition, t)))
        yield from self._tables()
        for section in edition.sections:
            yield from self._section(section)
        yield from self._panels()
        yield from self._corrections()
        yield from self._foot()

    def _panels(self) -> Iterator[str]:
        """The figures of the pictures, one row a line."""
        for trend in self.edition.trends:
            one = panel(trend, self.labels)
            yield from self._head(one.title)
            for row in (one.columns, *one.rows):
                yield "  " + row[0] + " " * max(1, 40 - width(row[0])) + "".join(" " * max(1, 16 - width(cell)) + cell for cell in row[1:])
            yield from wrap(one.note)
        if before := before_first_crawl(self.edition.trends, self.labels):
            yield from ("", *wrap(before))

    def _corrections(self) -> Iterator[str]:
        if self.edition.corrections:
            yield from self._head(self.labels("corrections"))
        for one in self.edition.corrections:
            yield from wrap(corrected(one, self.labels), indent="  ", first="* ")
            if one.link:
                yield f"  {self.rewrite(one.link)}"

    def _figures(self) -> str:
        told = [
            (one, ", ".join(filter(None, (one.small, one.mean)))) for one in key_figures(self.edition, self.labels) if one.number != "0"
        ]
        return " | ".join(f"{one.number} {one.label}{f' ({small})' if small else ''}" for one, small in told)

    def _head(self, title: str) -> Iterator[str]:
        yield from ("", title, "-" * min(COLUMNS, width(title)))

    def _tables(self) -> Iterator[str]:
        for table in shown_tables(self.edition, self.labels, full=self.full):
            yield from self._head(table.title)
            for row in table.rows:
                yield from self._row(row)
            yield from self._more(table.hidden)
            yield from wrap(table.note)

    def _row(self, row: Row) -> Iterator[str]:
        what = f"{row.name}{', ' + row.detail if row.detail else ''}"
        worth = f" ({', '.join(row.values)})" if row.values else ""
        yield from wrap(f"{what}: {row.value}{worth}" if row.value else what, indent="  ", first="* ")
        for words in (row.small, row.headline, row.line.twin or "", row.line.summary):
            yield from wrap(words, indent="  ")
        yield from self._source(row.line)

    def _section(self, section: Section) -> Iterator[str]:
        stories = section.stories if self.full else section.stories[: section.shown]
        yield from self._head(f"{self.labels.section(section.name_en, section.name_zh)} ({len(section.stories)})")
        for story in stories:
            made = f"{story.made} [{self.labels('translated' if story.translated else 'made')}]" if story.made else ""
            first, *rest = filter(None, (made, story.title, story.twin))
            yield from wrap(first, indent="  ", first="* ")
            for words in (*rest, self.labels("follows", title=story.follows) if story.follows else "", story.summary):
                yield from wrap(words, indent="  ")
            yield from self._source(story)
        yield from self._more(len(section.stories) - len(stories))

    def _source(self, line: Origin) -> Iterator[str]:
        also = also_covered(line, self.labels)
        yield from wrap(f"{line.outlet}, {self.labels.day(line.day)}{'; ' + also if also else ''}", indent="  ")
        if line.link:
            yield f"  {self.rewrite(line.link)}"
        if wrong := wrong_link(line, self.ways):
            yield f"  {self.labels('wrong')} {wrong}"

    def _more(self, hidden: int) -> Iterator[str]:
        if hidden:
            yield f"  ({self.labels(more_label(self.edition), count=hidden)})"

    def _foot(self) -> Iterator[str]:
        edition, t = self.edition, self.labels
        yield from self._head(t("health"))
        yield from wrap(health_line(edition, t))
        for kind, rows in (("failing", edition.health.failing), ("silent", edition.health.silent)):
            for row in rows:
                since = f" {t('since', day=t.day(row.since))}" if row.since else ""
                reason = f": {row.reason}" if row.reason else ""
                yield from wrap(f"{row.name} {t(kind)}{since}{reason}", indent="  ", first="- ")
        yield from ("", "-" * COLUMNS)
        if (link := archive_link(edition)) and not self.full:
            yield f"{t('view')}: {link}"
        yield from wrap(t("about", day=edition.built_on))
        if self.ways and self.ways.leave:
            yield f"{t('leave')}: {self.ways.leave}"
        else:
            yield from wrap(t("unsubscribe"))
