"""The shape in which the chapters on résumés show recorded runs: success against α, on a log axis.

A line is the mean over seeds, its band a 95 % interval, a dot one run. What happens without a
collective has no place on a log axis and stands as a dotted line across.
"""

import json
from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from collective_action.teaching import charts
from collective_lab.results.curves import means

RUN, MEAN, BOUND = "one run", "mean of the runs, with 95 % interval", "what the theorem promises"
WITHOUT = "without a collective"
DIGITS = 4


def success_by_size(
    table: pd.DataFrame,
    by: str,
    names: Mapping[object, str],
    *,
    description: str,
    menu: str | None = None,
    bound: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Draw success against the size of the collective, for each of several conditions.

    Parameters
    ----------
    table
        A row for each run, with columns `alpha`, `seed`, `success` and `by`.
    by
        Column of the condition.
    names
        What each condition is called, by its value, in the order of the legend or menu.
        Others are not drawn.
    description
        What the chart shows, for readers who cannot see it.
    menu
        Label of a menu that chooses one condition, the first at the start; the means of the others
        stay behind it in grey. Without one all conditions are drawn, at most five.
    bound
        Columns `by`, `alpha`, `bound`: a theorem's promise for conditions that have one.

    Raises
    ------
    ValueError
        If the description is empty, a column is missing, a condition has no runs, or there are
        more conditions than colours.
    """
    if not description.strip():
        raise ValueError("description: empty, must say what the chart shows")
    if not menu and len(names) > len(charts.SERIES):
        raise ValueError(f"names has {len(names)} conditions, more than {len(charts.SERIES)} "
                         "colours: choose one of them with a menu")  # fmt: skip
    summary = means(table, [by, "alpha"])
    if missing := [key for key in names if key not in set(summary[by])]:
        raise ValueError(f"table has no runs where {by} is {missing[0]!r}")
    promised = pd.DataFrame(columns=[by, "alpha", "bound"]) if bound is None else bound
    summary, runs, promised = (
        _named(frame, by, names) for frame in (summary, table[[by, "alpha", "success"]], promised)
    )
    layers = _chosen if menu else _together
    chart = alt.layer(*layers(summary, runs, promised, list(names.values()))).properties(
        description=description, width=charts.WIDTH, height=charts.HEIGHT
    )
    if not menu:
        return chart
    options = alt.binding_select(options=list(names.values()), name=menu)
    return chart.add_params(alt.param("chosen", value=next(iter(names.values())), bind=options))


def _named(frame: pd.DataFrame, by: str, names: Mapping[object, str]) -> pd.DataFrame:
    kept = frame[frame[by].isin(list(names))]
    called = [names[key] for key in kept[by]]
    return kept.drop(columns=by).assign(condition=called).round(DIGITS + 2)


def _x() -> alt.X:
    return alt.X(
        "alpha:Q",
        title="size of the collective, α",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(format="~%", tickCount=5),
    )


def _y(column: str) -> alt.Y:
    return alt.Y(column, title="success", axis=alt.Axis(format="%", tickCount=5),
                 scale=alt.Scale(domain=[0, 1]))  # fmt: skip


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("condition:N", title="condition"),
        alt.Tooltip("alpha:Q", title="α", format=".3~%"),
        alt.Tooltip("mean:Q", title="success", format=".1%"),
        alt.Tooltip("low:Q", title="from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("runs:Q", title="runs"),
    ]


def _chosen(summary, runs, promised, _) -> list[alt.Chart]:
    """Return the layers with one condition in front of the others."""
    keep, above = "datum.condition == chosen", "datum.alpha > 0"
    names = [MEAN, RUN] + ([BOUND] if len(promised) else [])
    shown = [charts.colour(name) for name in ("blue", "green", "orange")[: len(names)]]
    colour = alt.Color(
        "line:N",
        scale=alt.Scale(domain=names, range=shown),
        legend=alt.Legend(symbolSize=120, symbolType="circle", symbolOpacity=1),
    )

    def front(data: pd.DataFrame, name: str) -> alt.Chart:
        chart = alt.Chart(data).transform_filter(above).transform_filter(keep)
        return chart.transform_calculate(line=json.dumps(name))

    layers = [
        alt.Chart(summary)
        .transform_filter(above)
        .mark_line(color=charts.colour("muted"), opacity=0.35, strokeWidth=1.25)
        .encode(x=_x(), y=_y("mean:Q"), detail="condition:N"),
        front(summary, MEAN)
        .mark_area(opacity=0.2, color=charts.colour("blue"))
        .encode(x=_x(), y=_y("low:Q"), y2="high:Q"),
        front(runs, RUN)
        .mark_point(size=22, opacity=0.55, filled=True)
        .encode(x=_x(), y=_y("success:Q"), color=colour),
        front(summary, MEAN)
        .mark_line(point=True)
        .encode(x=_x(), y=_y("mean:Q"), color=colour, tooltip=_tips()),
    ]
    without = alt.Chart(summary[summary["alpha"] == 0]).transform_filter(keep)
    if len(summary[summary["alpha"] == 0]):
        layers += _floor(without, alt.value(charts.colour("muted")))
    if len(promised):
        layers.append(
            front(promised, BOUND)
            .mark_line(strokeDash=[7, 4], clip=True)
            .encode(x=_x(), y=_y("bound:Q"), color=colour)
        )
    return layers


def _together(summary, runs, promised, names) -> list[alt.Chart]:
    """Return the layers with all conditions, one colour each."""
    shown = [charts.colour(name) for name in charts.SERIES[: len(names)]]
    colour = alt.Color(
        "condition:N",
        scale=alt.Scale(domain=names, range=shown),
        legend=alt.Legend(symbolSize=120, symbolOpacity=1),
    )
    curves = alt.Chart(summary).transform_filter("datum.alpha > 0")
    layers = [
        curves.mark_area(opacity=0.18).encode(
            x=_x(), y=_y("low:Q"), y2="high:Q", color=colour
        ),
        alt.Chart(runs).transform_filter("datum.alpha > 0")
        .mark_point(size=14, opacity=0.3, filled=True)
        .encode(x=_x(), y=_y("success:Q"), color=colour),
        curves.mark_line(point=True).encode(
            x=_x(), y=_y("mean:Q"), color=colour, tooltip=_tips()
        ),
    ]  # fmt: skip
    if len(promised):
        layers.append(
            alt.Chart(promised).mark_line(strokeDash=[7, 4], clip=True)
            .encode(x=_x(), y=_y("bound:Q"), color=colour)
        )  # fmt: skip
    without = summary[summary["alpha"] == 0]
    if len(without):
        mean = pd.DataFrame({"mean": [np.round(without["mean"].mean(), DIGITS)]})
        layers += _floor(alt.Chart(mean), alt.value(charts.colour("muted")))
    return layers


def _floor(chart: alt.Chart, colour: object) -> list[alt.Chart]:
    rule = chart.mark_rule(strokeDash=[2, 3]).encode(y=_y("mean:Q"), color=colour)
    text = chart.mark_text(align="right", dx=-4, dy=-8).encode(
        x=alt.value(alt.expr("width")), y=_y("mean:Q"), text=alt.value(WITHOUT), color=colour
    )
    return [rule, text]
