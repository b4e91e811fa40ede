"""The book's chart theme, its slider, and the shape in which most results are shown.

A chapter calls ``use_theme()`` once and then draws with Altair; a shape is here only when several
chapters draw it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

PALETTE = {
    "blue": ("#0b64a0", "#63b4ea"),
    "orange": ("#bf4a08", "#f2915a"),
    "green": ("#00755a", "#3fc49f"),
    "purple": ("#96508c", "#d99bce"),
    "gold": ("#8f6a00", "#dcb24a"),
    "ink": ("#1d2430", "#e8e6e1"),
    "muted": ("#5b6472", "#a8b0bc"),
    "line": ("#dcdfe4", "#363d47"),
    "tint": ("#eef3f8", "#1c2631"),
    "paper": ("#ffffff", "#14181d"),
}
"""Colours on a light and on a dark page, told apart by colour-blind readers (after Okabe and Ito).

Charts use the light ones; the site exchanges them on a dark page. ``book/assets/palette.css`` says
the same to the style sheet, and a test keeps the two equal.
"""

JUPYTERLAB = "application/vnd.vegalite.v5+json"  # the latest that it shows; ours need no later one
SERIES = ("blue", "orange", "green", "purple", "gold")
WIDTH, HEIGHT = 620, 330
FONT = "'Source Sans 3 Variable', 'Source Sans 3', 'Liberation Sans', Arial, sans-serif"


def colour(name: str) -> str:
    """Return the palette's colour of this name, as it is on a light page.

    Raises
    ------
    ValueError
        If the palette has no colour of this name.
    """
    if name not in PALETTE:
        raise ValueError(f"there is no colour {name!r}; the palette has: {', '.join(PALETTE)}")
    return PALETTE[name][0]


@alt.theme.register("collective_action", enable=False)
def _theme() -> alt.theme.ThemeConfig:
    ink, muted, line = colour("ink"), colour("muted"), colour("line")
    text = {"labelColor": muted, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 13}
    return {
        "config": {
            "background": colour("paper"),
            "font": FONT,
            "padding": 8,
            "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT, "stroke": None},
            "range": {
                "category": [colour(name) for name in SERIES],
                "ramp": [colour("tint"), colour("blue")],
                "heatmap": [colour("tint"), colour("blue")],
                "diverging": [colour("orange"), colour("line"), colour("blue")],
            },
            "title": {
                "color": ink, "subtitleColor": muted, "anchor": "start", "fontSize": 14,
                "fontWeight": 600, "subtitleFontSize": 12, "offset": 10,
            },
            "axis": text | {
                "titleFontWeight": 500, "titlePadding": 8, "labelPadding": 5, "tickColor": line,
                "domainColor": muted, "gridColor": line, "gridWidth": 0.75, "labelLimit": 220,
            },
            "axisX": {"grid": False},
            "axisXDiscrete": {"labelAngle": 0},
            "axisY": {"domain": False, "ticks": False},
            "header": text,
            "legend": text | {
                "orient": "top", "direction": "horizontal", "title": None, "symbolSize": 180,
                "symbolStrokeWidth": 2.25, "columnPadding": 18, "offset": 8, "labelColor": ink,
                "labelLimit": 320,
            },
            "mark": {"color": colour("blue")},
            "line": {"strokeWidth": 2.25},
            "rule": {"color": muted},
            "text": {"color": ink, "fontSize": 12},
            "point": {"size": 55, "filled": True},
        }
    }  # fmt: skip


def _bundle(spec: dict, **_options: object) -> dict:
    return {JUPYTERLAB: spec, "text/plain": spec.get("description", "a chart")}


alt.renderers.register("collective_action", _bundle)


def use_theme() -> None:
    """Draw every chart of this session in the book's theme.

    Where Altair would load scripts from the web to show a chart, JupyterLab's own viewer shows it.
    """
    alt.theme.enable("collective_action")
    if alt.renderers.active == "default":
        alt.renderers.enable("collective_action")


@dataclass(frozen=True)
class Slider:
    """A slider over listed values, so that a step can be a factor of ten as well as a tenth.

    Parameters
    ----------
    name : str
        Parameter's name in expressions, and the column of the data that holds its values.
    label : str
        What stands in front of the slider, such as ``"uniqueness ξ"``.
    values : sequence of float
        The slider's stops, in order.
    start : int, optional
        Stop at which it stands first, counted from 0.
    format : str, optional
        D3 format in which the value is shown, such as ``".2~%"``.

    Raises
    ------
    ValueError
        If there are fewer than two values or ``start`` is not one of their positions.
    """

    name: str
    label: str
    values: Sequence[float]
    start: int = 0
    format: str = ".3~g"

    def __post_init__(self) -> None:
        """Refuse a slider that cannot move or that starts off its scale."""
        if len(self.values) < 2:
            raise ValueError(f"values of slider {self.name!r}: {self.values!r}, need two or more")
        if not 0 <= self.start < len(self.values):
            raise ValueError(f"start of slider {self.name!r}: {self.start}, must be a position "
                             f"from 0 to {len(self.values) - 1}")  # fmt: skip

    def parameters(self) -> list[alt.Parameter]:
        """Return the parameters to add to a chart: the stop, its value, the value as shown."""
        values = [float(value) for value in self.values]
        stop = alt.binding_range(min=0, max=len(values) - 1, step=1, name=self.label)
        return [
            alt.param(f"{self.name}_stop", value=self.start, bind=stop),
            alt.param(self.name, expr=f"{values}[{self.name}_stop]"),
            alt.param(f"{self.name}_stop_shown", expr=f"format({self.name}, '{self.format}')"),
        ]

    def keeps(self) -> str:
        """Return the filter that keeps the rows of the data that belong to the slider's value."""
        return f"datum['{self.name}'] == {self.name}"


def staircase_and_bound(
    curves: pd.DataFrame,
    *,
    description: str,
    critical_mass: pd.DataFrame | None = None,
    slider: Slider | None = None,
    log: bool = False,
    truth: str = "success, exactly",
    promise: str = "what the theorem promises",
) -> alt.LayerChart:
    """Draw success as the staircase it is, beside the bound of a theorem.

    Parameters
    ----------
    curves : DataFrame
        Columns ``alpha``, ``success`` and ``bound``, all fractions; with a slider also one column
        of its name, and the curves of all its values below each other.
    description : str
        What the chart shows, for readers who cannot see it.
    critical_mass : DataFrame, optional
        One row (with a slider: one per value, and its column), columns ``alpha`` and ``success``:
        where to mark the size at which the bound reaches a success that someone asked for.
    slider : Slider, optional
        Exchanges one pair of curves for another.
    log : bool, optional
        Draw the collective's size on a logarithmic axis.
    truth, promise : str, optional
        Names of the two lines.

    Raises
    ------
    ValueError
        If the description is empty or a column is missing.
    """
    if not description.strip():
        raise ValueError("description: empty, must say what the chart shows")
    extra = {slider.name} if slider else set()
    _require("curves", curves, {"alpha", "success", "bound"} | extra)
    x = alt.X(
        "alpha:Q",
        title="size of the collective, α",
        axis=alt.Axis(format="~%", tickCount=6),
        scale=alt.Scale(type="log" if log else "linear", nice=False),
    )
    y_axis = alt.Axis(format="%", tickCount=5)

    def y(column: str) -> alt.Y:
        return alt.Y(column, title="success", axis=y_axis, scale=alt.Scale(domain=[0, 1]))

    lines = alt.Scale(domain=[truth, promise], range=[colour("blue"), colour("orange")])
    long = alt.Legend(symbolSize=500)  # so that dashes show
    dashes = alt.Scale(domain=[truth, promise], range=[[1, 0], [7, 4]])

    def line(column: str, name: str, **mark: object) -> alt.Chart:
        return (
            alt.Chart(curves)
            .transform_filter(slider.keeps() if slider else "true")
            .transform_calculate(line=json.dumps(name))
            .mark_line(clip=True, **mark)
            .encode(
                x=x,
                y=y(column),
                color=alt.Color("line:N", scale=lines, legend=long),
                strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=long),
            )
        )

    layers = [line("success:Q", truth, interpolate="step-after"), line("bound:Q", promise)]
    if critical_mass is not None:
        _require("critical_mass", critical_mass, {"alpha", "success"} | extra)
        marked = alt.Chart(critical_mass).transform_filter(slider.keeps() if slider else "true")
        text = alt.Text("alpha:Q", format=".2~%")
        layers += [
            marked.mark_rule(strokeDash=[2, 3]).encode(x=x, y=y("success:Q"), y2=alt.Y2Datum(0)),
            marked.mark_point(size=70, opacity=1, color=colour("orange")).encode(
                x=x, y=y("success:Q")
            ),
            marked.mark_text(align="left", dx=9, dy=14).encode(x=x, y=y("success:Q"), text=text),
        ]
    chart = alt.layer(*layers).properties(description=description, width=WIDTH, height=HEIGHT)
    return chart.add_params(*slider.parameters()) if slider else chart


def _require(name: str, frame: pd.DataFrame, columns: set[str]) -> None:
    missing = sorted(columns - set(frame.columns))
    if missing:
        raise ValueError(f"{name}: has columns {list(frame.columns)}, lacks {', '.join(missing)}")
