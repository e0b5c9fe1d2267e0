"""Figures of a dataset, readable in Thai: heat map, bars, small multiples, time, calibration.

Each function returns a figure that a notebook shows at once and `figure.savefig("name.png")` writes. Thai is set in Sarabun, which is shipped
(SIL Open Font Licence), so figures look the same everywhere; Matplotlib shapes text from 3.11 on, so no mark stands beside its letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import font_manager, rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.errors import UsageError
from pipeline.lessons.colours import colours, group_colours
from pipeline.resources import DATA
from pipeline.segment.tokens import tokens

if TYPE_CHECKING:
    from pipeline.lessons.frames import Frames, Values

__all__ = ["Picture", "bars", "heat_map", "over_time", "reliability", "small_multiples", "use_thai_font", "wrap"]

FONT = "Sarabun"
_FONT_FILES = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
_STYLE: Any = {
    "font.family": [FONT, "DejaVu Sans"],  # the second holds the signs that the first lacks
    "font.size": 11,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#999999",
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "xtick.color": "#444444",
    "ytick.color": "#222222",
    "svg.fonttype": "none",
    "savefig.dpi": 110,
}
# White for few to dark blue for many; zero is left blank, so that it is not taken for a little.
_SHADES = LinearSegmentedColormap.from_list("shades", ["#eaf3fb", "#7fb3dd", "#0b4f8a"])
_SCHEMES = {"category": CATEGORY, "issues": ISSUE, "sdh": SDH}
_LISTS = ("issues", "sdh")  # columns of which one lesson may have several values
# What the axes are called; other columns are called by their names.
_TITLES = {
    "category": "หมวด",
    "issues": "ประเด็น",
    "sdh": "ปัจจัยสังคมกำหนดสุขภาพ",
    "province": "จังหวัด",
    "district": "อำเภอ",
    "year_be": "ปี พ.ศ.",
    "year_ce": "ปี ค.ศ.",
    "genre": "ประเภทรายงาน",
    "health_zone": "เขตสุขภาพ",
}
_COUNTED = {
    "lessons": "ข้อค้นพบ",  # not บทเรียน, which is one of the six categories
    "projects": "โครงการ",
}
_SEVERAL = "หนึ่งข้อนับได้ในหลายช่อง"


class Picture(Figure):
    """A Matplotlib figure in Thai that a notebook shows without further ado."""

    def draw(self, renderer: Any) -> None:
        """Draws the figure in its own style, whatever style is set when it is drawn."""
        with rc_context(_STYLE):
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        """The figure as PNG, for notebooks."""
        stream = BytesIO()
        self.savefig(stream, format="png", bbox_inches="tight", metadata={"Software": None})
        return stream.getvalue()


def use_thai_font() -> None:
    """Sets the shipped Thai font for all figures of this session, also those that you draw yourself."""
    _register()
    rcParams["font.family"] = _STYLE["font.family"]


def heat_map(
    data: Frames | pd.DataFrame,
    rows: str = "issues",
    columns: str = "sdh",
    values: Values = "lessons",
    *,
    of: pd.DataFrame | None = None,
    title: str = "",
    most: int = 20,
) -> Picture:
    """A heat map of a cross table, each cell with its number and blank where it is 0.

    `data` is a dataset, or a cross table that `data.matrix` made; `of`: some rows of `data.lessons`. At most `most` rows are shown, and how
    many are left out is said.
    """
    if isinstance(data, pd.DataFrame):
        matrix, note = data, ""
    else:
        matrix, note = data.matrix(rows, columns, values, of=of), _note(data, of, rows, columns)
    rows, columns = str(matrix.index.name or rows), str(matrix.columns.name or columns)
    shown = matrix.iloc[:most]
    if len(shown) < len(matrix):
        note = f"{note} · แสดง {len(shown)} จาก {len(matrix)} แถว".removeprefix(" · ")
    with _styled():
        height = 1.9 + 0.46 * len(shown)
        figure = Picture(figsize=(2.6 + 1.04 * len(shown.columns), height), layout="constrained")
        axes = figure.subplots()
        cells = shown.to_numpy(dtype=float)
        most_in_a_cell = max(float(cells.max(initial=0)), 1.0)
        axes.imshow(np.ma.masked_equal(cells, 0), cmap=_SHADES, vmin=1, vmax=most_in_a_cell, aspect="auto")
        _name_ticks(axes, [wrap(str(c), 13) for c in shown.columns], [wrap(str(r), 26) for r in shown.index])
        for (row, column), cell in np.ndenumerate(cells):
            if cell:
                colour = "white" if cell > 0.7 * most_in_a_cell else "#111111"
                axes.text(column, row, f"{cell:,.0f}", ha="center", va="center", color=colour)
        _finish(figure, axes, title or _title(rows, columns, values), note)
    return figure


def bars(
    data: Frames,
    column: str = "category",
    values: Values = "lessons",
    *,
    of: pd.DataFrame | None = None,
    title: str = "",
    most: int = 20,
) -> Picture:
    """Horizontal bars: how many lessons, or different projects, there are of each value of a column, each with its number."""
    counts = _counts(data, column, values, of)[:most]
    with _styled():
        figure = Picture(figsize=(8, 1.4 + 0.38 * len(counts)), layout="constrained")
        axes = figure.subplots()
        _draw_bars(axes, counts, _colours_of(data, column))
        axes.set_yticks(range(len(counts)), [wrap(name, 34) for _, name, _ in counts])
        _name_groups(data, column, axes)
        _finish(figure, axes, title or f"จำนวน{_COUNTED[values]}ตาม{_called(column)}", _note(data, of, column))
    return figure


def small_multiples(
    data: Frames,
    by: str = "province",
    column: str = "issues",
    values: Values = "lessons",
    *,
    of: pd.DataFrame | None = None,
    title: str = "",
    most: int = 12,
) -> Picture:
    """A small bar chart for each value of `by`, those with most lessons first, all to one scale; says how many are left out."""
    lessons = data.lessons if of is None else of
    matrix = data.matrix(by, column, values, of=of, labels="code")
    sizes = _sizes(data, by, lessons)
    shown = [value for value in matrix.index if matrix.loc[value].sum() > 0]
    shown = sorted(shown, key=lambda value: (-sizes[value][0], str(value)))
    chosen = shown[:most]
    if not chosen:
        raise UsageError(f"No lesson has both {by} and {column}.", "Choose other columns or rows.")
    names = _names(data, column)
    across, down = _grid(len(chosen))
    with _styled():
        height = 1.1 + down * (0.75 + 0.24 * len(matrix.columns))
        figure = Picture(figsize=(2.4 + 2.5 * across, height), layout="constrained")
        panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for at, axes in enumerate(panels.flat):
            if at >= len(chosen):
                axes.set_visible(False)
                continue
            row = matrix.loc[chosen[at]]
            _draw_bars(axes, [(c, names.get(c, str(c)), int(n)) for c, n in row.items()], _colours_of(data, column))
            lesson_count, project_count = sizes[chosen[at]]
            axes.set_title(str(chosen[at]), fontsize=12, pad=19)
            under = f"{lesson_count:,} ข้อ · {project_count:,} โครงการ"
            axes.text(0, 1.02, under, transform=axes.transAxes, fontsize=9, color="#666666", va="bottom")
            axes.set_yticks(range(len(row)), [names.get(c, str(c)) for c in row.index], fontsize=9.5)
            axes.set_xlim(0, max(1.18 * float(matrix.loc[chosen].to_numpy().max()), 1))
        several = f"{_SEVERAL} · " if column in _LISTS else ""
        note = f"{several}แสดง {len(chosen)} จาก {len(shown)} {_called(by)}ที่มีข้อมูล"
        figure.suptitle(title or f"จำนวน{_COUNTED[values]}ตาม{_called(column)} แยกตาม{_called(by)}", **_HEADING)
        figure.supxlabel(note, **_FOOT)
    return figure


def over_time(
    data: Frames,
    column: str = "issues",
    values: Values = "projects",
    *,
    years: str = "year_be",
    share: bool = False,
    of: pd.DataFrame | None = None,
    title: str = "",
) -> Picture:
    """A panel for each value of a column: how many projects, or lessons, each year has; grey columns show the whole year.

    `share`: percent of the year's projects or lessons in place of numbers: years with many reports then do not stand out. Years with fewer
    than five are then drawn pale, as one report more would change them much.
    """
    matrix = data.matrix(column, years, values, of=of, labels="code")
    whole = _whole_years(data, years, values, of).reindex(matrix.columns, fill_value=0)
    names = _names(data, column)
    shown = matrix.index[:12]
    across, down = _grid(len(shown))
    with _styled():
        figure = Picture(figsize=(1 + 2.9 * across, 1.1 + 2.0 * down), layout="constrained")
        panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for at, axes in enumerate(panels.flat):
            if at >= len(shown):
                axes.set_visible(False)
                continue
            colour = _colours_of(data, column).get(shown[at], "#0072b2")
            _draw_years(axes, matrix.loc[shown[at]], whole, colour, share=share)
            axes.set_title(wrap(names.get(shown[at], str(shown[at])), 24), fontsize=11.5)
        unit = f"ร้อยละของ{_COUNTED[values]}ในปีนั้น" if share else f"จำนวน{_COUNTED[values]}"
        figure.suptitle(title or f"{unit} ตาม{_called(column)} และ{_called(years)}", **_HEADING)
        pale = "แท่งจาง: ปีที่มีน้อยกว่า 5 " + _COUNTED[values]
        grey = f"แท่งเทา: {_COUNTED[values]}ทั้งหมดของปี"
        several = f" · {_SEVERAL}" if column in _LISTS else ""
        figure.supxlabel(f"{pale if share else grey}{several}", **_FOOT)
    return figure


def reliability(table: pd.DataFrame, *, title: str = "") -> Picture:
    """A reliability diagram: of the guesses with one confidence, how many are right, with 95 % intervals; on the diagonal it keeps its word.

    `table` is `comparison.reliability`: columns mean_score, right, least, most (0 to 1) and guesses.
    """
    with _styled():
        figure = Picture(figsize=(6.2, 6.4), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1)
        below, above = table["right"] - table["least"], table["most"] - table["right"]
        axes.errorbar(
            table["mean_score"], table["right"], yerr=[below.clip(0), above.clip(0)], fmt="o", color="#0072b2",
            ecolor="#9cc3e4", elinewidth=3, markersize=8,
        )  # fmt: skip
        for score, right, guesses in zip(table["mean_score"], table["right"], table["guesses"], strict=True):
            axes.annotate(f"n={guesses:,}", (score, right), (9, -4), textcoords="offset points", fontsize=9.5)
        axes.set(xlim=(0, 1.06), ylim=(0, 1.06), xlabel="ความเชื่อมั่นที่โปรแกรมให้", ylabel="สัดส่วนที่ถูกจริง")
        axes.grid(True)
        n = int(table["guesses"].sum())
        error = float((table["guesses"] * (table["mean_score"] - table["right"]).abs()).sum()) / max(n, 1)
        note = f"n = {n:,} · คลาดเคลื่อนเฉลี่ย (ECE) {error:.2f} · เส้นตั้ง: ช่วงเชื่อมั่น 95 %"
        _finish(figure, axes, title or "ความเชื่อมั่นกับความถูกต้อง", note)
    return figure


def wrap(text: str, width: int) -> str:
    """`text` in lines of up to `width` letters, broken between words; marks above and below do not count.

    >>> wrap("งบประมาณ ข้อมูล ติดตามประเมินผล", 13).splitlines()
    ['งบประมาณ ข้อมูล', 'ติดตามประเมินผล']
    """
    lines = [""]
    for token in tokens(text):
        word = token.slice(text)
        if _width(lines[-1].rstrip()) + _width(word.rstrip()) > width and lines[-1].strip():
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return "\n".join(line.strip() for line in lines)


_HEADING: dict[str, Any] = {"x": 0.01, "ha": "left", "fontsize": 14, "fontweight": "bold"}
_FOOT: dict[str, Any] = {"x": 0.01, "ha": "left", "fontsize": 9.5, "color": "#666666"}
_FEW = 5


@contextmanager
def _styled() -> Iterator[None]:
    """The style of all figures while one is made, with its font known to Matplotlib."""
    _register()
    with rc_context(_STYLE):
        yield


def _register() -> None:
    """Makes the shipped font known to Matplotlib."""
    if FONT in font_manager.fontManager.get_font_names():
        return
    for name in _FONT_FILES:
        with as_file(DATA / "fonts" / name) as path:
            font_manager.fontManager.addfont(path)


def _width(text: str) -> int:
    """How many letters wide a text is: marks above and below take no room."""
    return sum(1 for letter in text if unicodedata.category(letter) != "Mn")


def _called(column: str) -> str:
    """What a column is called in a title."""
    return _TITLES.get(column, column)


def _title(rows: str, columns: str, values: Values) -> str:
    """The title of a cross table."""
    return f"จำนวน{_COUNTED[values]}: {_called(rows)} × {_called(columns)}"


def _note(data: Frames, of: pd.DataFrame | None, *columns: str) -> str:
    """How many lessons and projects a figure stands on."""
    lessons = data.lessons if of is None else of
    projects = lessons["report_id"].map(data.projects).nunique()
    several = any(column in _LISTS for column in columns)
    return f"n = {len(lessons):,} ข้อ จาก {projects:,} โครงการ" + (f" · {_SEVERAL}" if several else "")


def _names(data: Frames, column: str) -> dict[Any, str]:
    """The Thai names of the codes of a column; none where it holds no codes."""
    return dict(data.names(_SCHEMES[column])) if column in _SCHEMES else {}


def _colours_of(data: Frames, column: str) -> dict[Any, str]:
    """The colours of the codes of a column; none where it holds no codes."""
    return dict(colours(_SCHEMES[column], data.taxonomy)) if column in _SCHEMES else {}


def _counts(data: Frames, column: str, values: Values, of: pd.DataFrame | None) -> list[tuple[Any, str, int]]:
    """Each value of a column with its name and number, in the order of the taxonomy, else most first."""
    counted = data.exploded(column, of).groupby(column)["lesson_id" if values == "lessons" else "project"].nunique()
    names = _names(data, column)
    if names:
        return [(code, name, int(counted.get(code, 0))) for code, name in names.items()]
    return sorted(((value, str(value), int(n)) for value, n in counted.items()), key=lambda row: (-row[2], row[1]))


def _sizes(data: Frames, by: str, lessons: pd.DataFrame) -> dict[Any, tuple[int, int]]:
    """How many lessons and different projects each value of a column has."""
    held = data.exploded(by, lessons)
    grouped = held.groupby(by)
    pairs = zip(grouped["lesson_id"].nunique().items(), grouped["project"].nunique(), strict=True)
    return {value: (int(n), int(projects)) for (value, n), projects in pairs}


def _whole_years(data: Frames, years: str, values: Values, of: pd.DataFrame | None) -> pd.Series:
    """How many lessons or projects each year has in all."""
    held = data.exploded(years, data.lessons if of is None else of)
    return held.groupby(years)["lesson_id" if values == "lessons" else "project"].nunique()


def _grid(panels: int) -> tuple[int, int]:
    """How many panels stand side by side and one below another: three or four in a row, whichever leaves fewer gaps."""
    if panels <= 4:
        return max(panels, 1), 1
    across = min((4, 3), key=lambda n: -panels % n)
    return across, -(-panels // across)


def _draw_bars(axes: Axes, counts: Sequence[tuple[Any, str, int]], colour: dict[Any, str]) -> None:
    """Horizontal bars from the top, each with its number."""
    numbers = [number for _, _, number in counts]
    drawn = axes.barh(range(len(counts)), numbers, color=[colour.get(value, "#0072b2") for value, _, _ in counts])
    axes.bar_label(drawn, labels=[f"{number:,}" if number else "0" for number in numbers], padding=3, fontsize=9.5)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.tick_params(length=0)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _draw_years(axes: Axes, numbers: pd.Series, whole: pd.Series, colour: str, *, share: bool) -> None:
    """One panel of years: numbers before the whole year in grey, or percent."""
    years = [int(year) for year in numbers.index]
    if share:
        percent = (100 * numbers / whole.where(whole > 0)).fillna(0)
        drawn = axes.bar(years, percent, color=colour)
        for bar, held in zip(drawn, whole, strict=True):
            bar.set_alpha(0.35 if held < _FEW else 1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    else:
        axes.bar(years, whole, color="#e4e4e4", width=0.9)
        axes.bar(years, numbers, color=colour)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(True, axis="y")
    axes.set_xticks(years[:: -(-len(years) // 5) or 1])
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.tick_params(length=0, labelsize=9.5)


def _name_groups(data: Frames, column: str, axes: Axes) -> None:
    """A legend of the groups of a taxonomy, whose codes share a colour; none where it has no groups."""
    if column not in _SCHEMES:
        return
    groups = group_colours(_SCHEMES[column], data.taxonomy)
    if groups:
        patches = [Patch(color=colour, label=name) for name, colour in groups.items()]
        axes.legend(handles=patches, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(patches))


def _name_ticks(axes: Axes, above: Sequence[str], beside: Sequence[str]) -> None:
    """Names above and beside a grid of cells, with white lines between them."""
    axes.set_xticks(range(len(above)), above, fontsize=9.5, linespacing=1.35)
    axes.set_yticks(range(len(beside)), beside)
    axes.tick_params(top=False, bottom=False, left=False, labeltop=True, labelbottom=False)
    axes.set_xticks(np.arange(len(above) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(beside) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    axes.set_facecolor("#f7f7f7")
    for spine in axes.spines.values():
        spine.set_visible(False)


def _finish(figure: Picture, axes: Axes, title: str, note: str) -> None:
    """A title above the figure and a note below it."""
    figure.suptitle(title, **_HEADING)
    if note:
        figure.supxlabel(note, **_FOOT)
