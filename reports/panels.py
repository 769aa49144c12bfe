"""A series of figures → what stands around its picture: heading, note, alternative text, and the figures as a small table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from .charts import WIDTH, file_name, height
from .labels import Labels, round_sum
from .trends import WEEKS, Row, Trend

_SPOKEN = 4  # rows that the alternative text tells


@dataclass(frozen=True, slots=True)
class Panel:
    """All that is shown of a series. `light` and `dark` are the names of its pictures, `columns` and `rows` its table; all but the first
    column are figures."""

    title: str
    note: str
    alt: str
    light: str
    dark: str
    width: int
    height: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def panel(trend: Trend, labels: Labels) -> Panel:
    """The panel of a series in the words of a language."""
    title = labels(f"trend_{trend.id}")
    name = labels.section(trend.rows[0].name_en, trend.rows[0].name_zh)
    columns, rows = _table(trend, labels)
    figures = ", ".join(" ".join(row[:2]) for row in (rows[-_SPOKEN:] if trend.id in ("funding", "months") else rows[:_SPOKEN]))
    return Panel(
        title=title,
        note=labels(f"trend_{trend.id}_note", weeks=WEEKS, name=name),
        alt=labels("trend_alt", title=title, figures=figures),
        light=file_name(trend, dark=False),
        dark=file_name(trend, dark=True),
        width=WIDTH,
        height=height(trend),
        columns=columns,
        rows=tuple(rows),
    )


def before_first_crawl(trends: Iterable[Trend], labels: Labels) -> str:
    """What must be said of weeks that passed before this store began to look; "" where there are none."""
    since = next((trend.since for trend in trends if trend.since is not None), None)
    return labels("trend_before", day=labels.day(since)) if since else ""


def _table(trend: Trend, labels: Labels) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Names of the columns and the rows, all as text."""
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    match trend.id:
        case "topics":
            columns = ("column_topic", "column_last", "column_all")
            rows = [(_name(row, labels), str(row.values[-1]), str(sum(row.values))) for row in trend.rows]
        case "adopters":
            columns = ("column_model", "column_adopters", "column_new")
            rows = [(_name(row, labels), str(row.values[-1]), f"+{row.values[-1] - row.values[-2]}") for row in trend.rows]
        case "provinces":
            columns = ("column_province", "column_adopters")
            rows = [(_name(row, labels), str(row.values[0])) for row in trend.rows]
        case "funding":
            columns, rows = ("column_week", "column_raised", "column_rounds"), list(_weeks_of_money(trend, labels))
        case _:
            columns = ("column_month", "column_number")
            rows = [(day[:7], str(value)) for day, value in zip(trend.weeks, trend.rows[0].values, strict=True)]
    return tuple(labels(column) for column in columns), rows


def _weeks_of_money(trend: Trend, labels: Labels) -> Iterator[tuple[str, ...]]:
    raised, number, _ = (row.values for row in trend.rows)
    for day, amount, rounds in zip(trend.weeks, raised, number, strict=True):
        money = labels.join(round_sum(Decimal(amount), "CNY", code) for code in labels.languages) if amount else "—"
        yield labels.day(day), money, str(rounds)


def _name(row: Row, labels: Labels) -> str:
    return labels.section(row.name_en, row.name_zh)
