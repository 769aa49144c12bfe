"""An edition → plain text of 78 columns, wide characters counted as two."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .edition import AdoptionLine, Edition, FundingLine, Section, StoryLine
from .labels import Labels, also_covered, backers, deal, heading, progress, round_sum, silence, total_note, value_of, warnings
from .links import Ways
from .prose import width
from .render import Rewrite, archive_link, health_line, more_label, wrong_link

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
        yield from wrap(self._figures())
        if not edition.totals.stories:
            yield from ("", *wrap(silence(edition, t)))
        yield from self._tables()
        for section in edition.sections:
            yield from self._section(section)
        yield from self._foot()

    def _figures(self) -> str:
        totals, t = self.edition.totals, self.labels
        parts = [f"{totals.stories} {t('stories', count=totals.stories)} {t('from_outlets', count=totals.outlets)}"]
        if totals.adoptions:
            deepseek = f" ({t('of_deepseek', count=totals.deepseek)})" if totals.deepseek else ""
            parts.append(f"{totals.adoptions} {t('adoptions', count=totals.adoptions)}{deepseek}")
        if totals.rounds:
            parts.append(f"{totals.rounds} {t('rounds', count=totals.rounds)}")
        if totals.rounds > totals.undisclosed:
            money = t.join(round_sum(Decimal(totals.raised_cny), "CNY", code) for code in t.languages)
            parts.append(f"{t('raised')} {money}")
        if totals.approvals:
            parts.append(f"{totals.approvals} {t('approvals', count=totals.approvals)}")
        if totals.policies:
            parts.append(t("policies_count", count=totals.policies))
        return " | ".join(parts)

    def _head(self, title: str) -> Iterator[str]:
        yield from ("", title, "-" * min(COLUMNS, width(title)))

    def _tables(self) -> Iterator[str]:
        edition, t = self.edition, self.labels
        funding = edition.funding if self.full else edition.funding[: edition.funding_shown]
        adoptions = edition.adoptions if self.full else edition.adoptions[: edition.adoptions_shown]
        if funding:
            yield from self._head(t("funding_table"))
            for line in funding:
                yield from self._funding(line)
            yield from self._more(len(edition.funding) - len(funding))
            if note := total_note(edition, t):
                yield from wrap(note)
        if adoptions:
            yield from self._head(t("adoption_table"))
            for adoption in adoptions:
                yield from self._adoption(adoption)
            yield from self._more(len(edition.adoptions) - len(adoptions))

    def _funding(self, line: FundingLine) -> Iterator[str]:
        t = self.labels
        amount = line.amount or t("undisclosed")
        values = [one for one in (value_of(line, "CNY", t), value_of(line, "USD", t)) if one]
        worth = f" ({', '.join(values)})" if values else ""
        valuation = f"; {t('valuation', amount=line.valuation)}" if line.valuation else ""
        name = t.name(line.company_en, line.company_zh, line.company)
        kind = deal(line, t)
        yield from wrap(f"{name}{', ' + kind if kind else ''}: {amount}{worth}{valuation}", indent="  ", first="* ")
        yield from wrap(backers(line, t), indent="  ")
        yield from self._source(line)

    def _adoption(self, line: AdoptionLine) -> Iterator[str]:
        t = self.labels
        use = f" ({line.use})" if line.use else ""
        name = t.name(line.adopter_en, line.adopter_zh, line.adopter)
        yield from wrap(f"{name}: {line.model}{use}, {progress(line, t)}", indent="  ", first="* ")
        yield from self._source(line)

    def _section(self, section: Section) -> Iterator[str]:
        stories = section.stories if self.full else section.stories[: section.shown]
        yield from self._head(f"{self.labels.section(section.name_en, section.name_zh)} ({len(section.stories)})")
        for story in stories:
            yield from wrap(story.title, indent="  ", first="* ")
            yield from wrap(story.twin or "", indent="  ")
            yield from wrap(story.summary, indent="  ")
            yield from self._source(story, also_covered(story, self.labels))
        yield from self._more(len(section.stories) - len(stories))

    def _source(self, line: StoryLine | FundingLine | AdoptionLine, also: str = "") -> Iterator[str]:
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
            yield f"{t('archive')}: {link}"
        yield from wrap(t("about", day=edition.built_on))
        if self.ways and self.ways.leave:
            yield f"{t('leave')}: {self.ways.leave}"
        else:
            yield from wrap(t("unsubscribe"))
