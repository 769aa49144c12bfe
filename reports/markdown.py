"""An edition → Markdown (CommonMark with tables), from the same lines as the HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .edition import Edition, Origin, Section, StoryLine
from .labels import Labels, also_covered, corrected, editor_note, heading, silence, warnings
from .opening import key_figures, opening
from .panels import Panel, before_first_crawl, panel
from .render import Rewrite, archive_link, health_line, more_label
from .rows import Row, shown_tables

# What would be read as more than a character: marks, what makes a link of a bare address, and what begins a heading, a quote or a list.
_SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>|~&@$]|:(?=//)|(?<=www)\.|^[#+-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=^\d{3})[.)]|(?<=^\d{4})[.)]", re.IGNORECASE
)


def escaped(text: str) -> str:
    """Text that stays what it is: no character of it is taken for markup, no address for a link."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)


def markdown(edition: Edition, *, full: bool = False, rewrite: Rewrite | None = None) -> str:
    """The edition as Markdown. `full` and `rewrite` as in `render.html`."""
    page = _Markdown(edition, full=full, rewrite=rewrite or (lambda link: link))
    return "\n".join(page.lines()).strip() + "\n"


class _Markdown:
    """The lines of the page, in the words of the edition's language."""

    def __init__(self, edition: Edition, *, full: bool, rewrite: Rewrite) -> None:
        self.edition = edition
        self.full = full
        self.rewrite = rewrite
        self.labels = Labels(edition.language)

    def lines(self) -> Iterator[str]:
        """All lines, with an empty one between blocks."""
        edition, t = self.edition, self.labels
        yield f"# {escaped(f'{edition.title} · {heading(edition, t)}')}"
        yield from ("", escaped(t.span(edition.starts_on, edition.ends_on)))
        for said in (*warnings(edition, t), *filter(None, [editor_note(edition, t)])):
            yield from ("", f"> **{escaped(said)}**")
        for code in t.languages:
            if told := opening(edition, code):
                yield from ("", escaped((" " if code == "en" else "").join(told)))
        yield ""
        yield from self._figures() if edition.totals.stories else [escaped(silence(edition, t))]
        for table in shown_tables(edition, t, full=self.full):
            yield from ("", f"## {escaped(table.title)}", "")
            for row in table.rows:
                yield from self._row(row)
            yield from self._small(table.note, self._more(table.hidden))
        for section in edition.sections:
            yield from self._section(section)
        yield from self._panels()
        yield from self._corrections()
        yield from self._foot()

    def _figures(self) -> Iterator[str]:
        for one in key_figures(self.edition, self.labels):
            small = ", ".join(filter(None, (one.small, one.mean)))
            yield f"- **{escaped(one.number)}** {escaped(one.label)}{f' ({escaped(small)})' if small else ''}"

    def _link(self, text: str, link: str | None) -> str:
        return f"[{escaped(text)}](<{self.rewrite(link)}>)" if link else escaped(text)

    def _row(self, row: Row) -> Iterator[str]:
        worth = f" ({escaped(', '.join(row.values))})" if row.values else ""
        value = f": {escaped(row.value)}{worth}" if row.value else ""
        yield f"- **{self._link(row.name, row.line.link)}** {escaped(row.detail)}{value}".replace("** :", "**:")
        yield from self._told(row.line, (row.headline, row.line.twin, row.line.summary, row.small))

    def _section(self, section: Section) -> Iterator[str]:
        stories = section.stories if self.full else section.stories[: section.shown]
        yield from ("", f"## {escaped(self.labels.section(section.name_en, section.name_zh))} ({len(section.stories)})", "")
        for story in stories:
            yield f"- **{self._link(story.title, story.link)}**"
            yield from self._told(story, (*self._beside(story), story.summary))
        yield from self._small(self._more(len(section.stories) - len(stories)))

    def _beside(self, story: StoryLine) -> Iterator[str | None]:
        yield f"{story.made} ({self.labels('translated' if story.translated else 'made')})" if story.made else None
        yield story.twin
        yield self.labels("follows", title=story.follows) if story.follows else None

    def _told(self, line: Origin, said: tuple[str | None, ...]) -> Iterator[str]:
        """What follows the first line of an entry, each on a line of its own."""
        also = also_covered(line, self.labels)
        source = f"{line.outlet}, {self.labels.day(line.day)}{'; ' + also if also else ''}"
        for words in (*filter(None, said), source):
            yield f"  <br>{escaped(words)}"

    def _panels(self) -> Iterator[str]:
        panels = [panel(trend, self.labels) for trend in self.edition.trends]
        for one in panels:
            yield from ("", f"## {escaped(one.title)}", "", *self._table(one), "", escaped(one.note))
        yield from self._small(before_first_crawl(self.edition.trends, self.labels))

    def _table(self, one: Panel) -> Iterator[str]:
        for cells in (one.columns, ("---", *["---:"] * (len(one.columns) - 1)), *one.rows):
            written = cells if cells[0] == "---" else tuple(map(escaped, cells))
            yield f"| {' | '.join(written)} |"

    def _corrections(self) -> Iterator[str]:
        if self.edition.corrections:
            yield from ("", f"## {escaped(self.labels('corrections'))}", "")
            yield from (f"- {self._link(corrected(one, self.labels), one.link)}" for one in self.edition.corrections)

    def _foot(self) -> Iterator[str]:
        edition, t = self.edition, self.labels
        yield from ("", f"## {escaped(t('health'))}", "", escaped(health_line(edition, t)))
        for kind, rows in (("failing", edition.health.failing), ("silent", edition.health.silent)):
            for row in rows:
                since = f" {t('since', day=t.day(row.since))}" if row.since else ""
                yield from ("", f"- {escaped(f'{row.name} {t(kind)}{since}' + (f': {row.reason}' if row.reason else ''))}")
        yield from ("", "---", "", escaped(t("about", day=edition.built_on)))
        if (link := archive_link(edition)) and not self.full:
            yield from ("", f"[{escaped(t('view'))}](<{link}>)")

    def _more(self, hidden: int) -> str:
        return self.labels(more_label(self.edition), count=hidden) if hidden else ""

    def _small(self, *notes: str) -> Iterator[str]:
        for note in filter(None, notes):
            yield from ("", f"*{escaped(note)}*")
