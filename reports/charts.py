"""A series of figures → a picture (PNG). Pure: the same series, language and shade give the same bytes.

Every picture is drawn for 272 px across, which fits a phone and half a mail, at three times that: letters of 11 px stay 11 px everywhere.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from .labels import Labels, round_sum
from .prose import cut
from .trends import Row, Trend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 272  # CSS pixels
_SHARPNESS = 3
_POINTS = 72 / 96  # of a CSS pixel
_FONT_SIZE = 11 * _POINTS
_WIDEST_BAR = 28


@dataclass(frozen=True, slots=True)
class Shade:
    """The colours of a picture."""

    ground: str
    ink: str
    soft: str
    faint: str
    pale: str
    middling: str
    series: tuple[str, ...]


# Told apart by people of every colour sense (Okabe and Ito), made to stand out from the ground.
LIGHT = Shade("#ffffff", "#12303b", "#566773", "#dfe6ea", "#c9d6dc", "#7f95a1", ("#0b6b7d", "#c4500a", "#5b57a6", "#9a6a00", "#b03a72"))
DARK = Shade("#161f25", "#eaf1f4", "#9db0bb", "#2c3a43", "#34444e", "#71868f", ("#5cc3d6", "#f0975a", "#a9a5f0", "#e0b040", "#f08fbe"))


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn series: its file's name and its PNG."""

    name: str
    png: bytes


def height(trend: Trend) -> int:
    """How high the picture of a series is, in CSS pixels."""
    rows = len(trend.rows)
    return {"topics": 22 * rows + 22, "provinces": 22 * rows + 6, "months": 120}.get(trend.id, 172)


@lru_cache(maxsize=512)
def draw(trend: Trend, language: str, *, dark: bool = False) -> Picture:
    """The picture of a series in a language (`both` is drawn in English, the table beside it tells both)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shade = DARK if dark else LIGHT
    dots = 96 * _SHARPNESS
    figure = Figure(figsize=(WIDTH / 96, height(trend) / 96), dpi=dots, facecolor=shade.ground)
    FigureCanvasAgg(figure)
    painter = _Painter(figure, shade, Labels("en" if language == "both" else language))
    ways = {"topics": painter.rows_of_bars, "adopters": painter.lines, "provinces": painter.ranking}
    ways.get(trend.id, painter.bars)(trend)
    return Picture(file_name(trend, dark=dark), _png(figure))


def pictures(trends: Iterable[Trend], language: str) -> dict[str, bytes]:
    """The pictures of series, light and dark: PNG by name."""
    drawn = (draw(trend, language, dark=dark) for trend in trends for dark in (False, True))
    return {picture.name: picture.png for picture in drawn}


def within(trends: Iterable[Trend], language: str) -> Callable[[str], str]:
    """What maps the name of a picture to an address that holds the picture itself, for pages that are one file."""
    drawn = pictures(trends, language)
    return lambda name: f"data:image/png;base64,{b64encode(drawn[name]).decode()}"


def file_name(trend: Trend, *, dark: bool) -> str:
    """What the file of a picture is called."""
    return f"{trend.id}-{'dark' if dark else 'light'}.png"


def _png(figure: Figure) -> bytes:
    """The picture in 48 colours, which is a third of the bytes and no difference to the eye."""
    from PIL import Image

    raw = io.BytesIO()
    figure.savefig(raw, format="png", metadata={"Software": None})
    packed = io.BytesIO()
    Image.open(raw).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(packed, format="png", optimize=True)
    return packed.getvalue()


@cache
def _font() -> Any:
    """Noto Sans SC, which has all the characters that names of topics, models and provinces are written with."""
    import pylopdf_fonts_zh_cn
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(resources.files(pylopdf_fonts_zh_cn) / "NotoSansSC-Regular.otf"), size=_FONT_SIZE)


class _Painter:
    """One figure being painted in CSS pixels, measured from its upper left corner."""

    def __init__(self, figure: Figure, shade: Shade, labels: Labels) -> None:
        self.shade = shade
        self.labels = labels
        self.width, self.height = (float(side) * 96 for side in figure.get_size_inches())
        self.axes = figure.add_axes((0, 0, 1, 1), facecolor="none", xlim=(0, self.width), ylim=(self.height, 0))
        self.axes.set_axis_off()

    def _write(self, x: float, y: float, text: str, *, colour: str | None = None, across: str = "left") -> None:
        self.axes.text(x, y, text, color=colour or self.shade.ink, ha=across, va="center_baseline", fontproperties=_font())

    def _name(self, row: Row, columns: int) -> str:
        return cut(row.name_zh if self.labels.languages == ("zh",) else row.name_en, columns)

    def _week_bars(self, trend: Trend, values: tuple[int, ...], *, left: float, right: float, ground: float, tall: float) -> list[float]:
        """One bar a week standing on `ground`, the last one strong, those of weeks that were not watched pale; returns their middles."""
        step = (right - left) / len(values)
        pale = _weeks_before(trend)
        colours = [self.shade.pale if week < pale else self.shade.middling for week in range(len(values) - 1)] + [self.shade.series[0]]
        middles = [left + step * (week + 0.5) for week in range(len(values))]
        most = max(*values, 1)
        self.axes.bar(
            middles, [-tall * value / most for value in values], bottom=ground, width=min(step * 0.76, _WIDEST_BAR), color=colours
        )
        self.axes.plot([left, right], [ground, ground], color=self.shade.faint, linewidth=0.7)
        return middles

    def _days(self, trend: Trend, middles: Sequence[float], *, y: float, half: float, left: float | None = None) -> None:
        """The first day of the first and the last week, and of the middle one where there is room; `left` is where the first may begin."""
        last = len(middles) - 1
        self._write(middles[0] - half if left is None else left, y, self.labels.day(trend.weeks[0]), colour=self.shade.soft)
        self._write(middles[last] + half, y, self.labels.day(trend.weeks[last]), colour=self.shade.soft, across="right")
        if middles[last] - middles[0] > 150 and last > 3:
            self._write(middles[last // 2], y, self.labels.day(trend.weeks[last // 2]), colour=self.shade.soft, across="center")

    def rows_of_bars(self, trend: Trend) -> None:
        """A row of small bars a line, one a week, with the figure of the last week beside it."""
        middles: list[float] = []
        for number, row in enumerate(trend.rows):
            top = 22 * number
            middles = self._week_bars(trend, row.values, left=146, right=246, ground=top + 20, tall=17)
            self._write(138, top + 12, self._name(row, 24), across="right")
            self._write(250, top + 12, str(row.values[-1]), colour=self.shade.series[0])
        self._days(trend, middles, y=22 * len(trend.rows) + 11, half=4, left=132)

    def bars(self, trend: Trend) -> None:
        """One bar a week or month; the highest and the last tell their figure, a week of undisclosed rounds alone has a dot."""
        sums, rounds = trend.rows[0].values, trend.rows[-2].values if len(trend.rows) > 1 else trend.rows[0].values
        ground, tall, last = self.height - 22, self.height - 44, len(sums) - 1
        middles = self._week_bars(trend, sums, left=4, right=self.width - 4, ground=ground, tall=tall)
        half = min((middles[1] - middles[0]) * 0.38, _WIDEST_BAR / 2)
        quiet = [middles[week] for week in range(last + 1) if rounds[week] and not sums[week]]
        self.axes.plot(quiet, [ground - 5] * len(quiet), "o", markersize=3.2, color=self.shade.middling)
        for week in sorted({max(range(last + 1), key=lambda one: (sums[one], one)), last}):
            if sums[week]:
                edge = "left" if week < 2 else "right" if week > last - 2 else "center"
                x = middles[week] + {"left": -half, "right": half, "center": 0}[edge]
                colour = self.shade.series[0] if week == last else self.shade.ink
                words = round_sum(Decimal(sums[week]), "CNY", self.labels.languages[0]) if trend.id == "funding" else str(sums[week])
                self._write(x, ground - tall * sums[week] / max(sums) - 9, words, colour=colour, across=edge)
        self._days(trend, middles, y=self.height - 11, half=half)

    def lines(self, trend: Trend) -> None:
        """A line a row, its last figure and name at its end, moved apart where lines end together."""
        left, right, ground, tall = 8.0, self.width - 98, self.height - 22, self.height - 34
        last = len(trend.weeks) - 1
        most = max(max(row.values) for row in trend.rows)
        xs = [left + (right - left) * week / last for week in range(last + 1)]
        self.axes.plot([left - 4, right + 4], [ground, ground], color=self.shade.faint, linewidth=0.7)
        ends = [ground - tall * row.values[-1] / most for row in trend.rows]
        for number, (row, y) in enumerate(zip(trend.rows, _apart(ends, least=15, lowest=ground - 6), strict=True)):
            colour = self.shade.series[number % len(self.shade.series)]
            self.axes.plot(xs, [ground - tall * value / most for value in row.values], color=colour, linewidth=1.8, solid_capstyle="round")
            self.axes.plot([right], [ends[number]], "o", markersize=3.8, color=colour)
            self._write(right + 9, y, f"{row.values[-1]} {self._name(row, 13)}", colour=colour)
        self._days(trend, xs, y=self.height - 11, half=4)

    def ranking(self, trend: Trend) -> None:
        """One bar a row, the longest first, each with its figure."""
        most = max(row.values[0] for row in trend.rows)
        for number, row in enumerate(trend.rows):
            y, long = 14 + 22 * number, 142 * row.values[0] / most
            self.axes.barh([y], [long], left=100, height=14, color=self.shade.series[0])
            self._write(92, y, self._name(row, 16), across="right")
            self._write(106 + long, y, str(row.values[0]))


def _weeks_before(trend: Trend) -> int:
    """How many of the weeks began before this store's first crawl; 0 where all did, for then nothing sets them apart."""
    before = sum(week < trend.since for week in trend.weeks) if trend.since else 0
    return 0 if before == len(trend.weeks) else before


def _apart(ends: list[float], *, least: float, lowest: float) -> list[float]:
    """Heights as near to the ends of lines as they can be that keep the least distance from each other, from the ground up."""
    places = [0.0] * len(ends)
    free = lowest
    for number in sorted(range(len(ends)), key=lambda one: (-ends[one], -one)):
        places[number] = min(ends[number], free)
        free = places[number] - least
    return places
