"""The palette is one palette, and the shapes refuse what would mislead."""

import re

import altair as alt
import pandas as pd
import pytest

from collective_action.data import book_folder
from collective_action.teaching import charts

ASSETS = book_folder() / "assets"
CURVES = pd.DataFrame({"alpha": [0.1, 0.2], "success": [0.0, 1.0], "bound": [-1.0, 0.5]})


def luminance(colour: str) -> float:
    """Relative luminance of a colour, after WCAG 2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, after WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_style_sheet_has_the_palette() -> None:
    css = (ASSETS / "palette.css").read_text(encoding="utf-8")
    light, dark = css.split('[data-theme="dark"]')
    for position, block in enumerate((light, dark)):
        found = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))
        assert found == {name: shades[position] for name, shades in charts.PALETTE.items()}
    assert re.search(r"--palette: (.+);", light)[1].split() == list(charts.PALETTE)


def test_light_colours_differ_so_that_they_can_be_exchanged() -> None:
    light = [shades[0] for shades in charts.PALETTE.values()]
    assert len(set(light)) == len(light)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_lines_and_text_stand_out_from_the_page(theme: int) -> None:
    paper = charts.PALETTE["paper"][theme]
    for name in (*charts.SERIES, "ink", "muted"):
        assert contrast(charts.PALETTE[name][theme], paper) >= 4.5, name


def test_unknown_colour_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'mauve'.*blue"):
        charts.colour("mauve")


def test_theme_is_used_once_asked_for() -> None:
    with alt.theme.enable("default"), alt.renderers.enable("default"):
        charts.use_theme()
        spec = alt.Chart(CURVES).mark_line().encode(x="alpha:Q").to_dict()
    assert spec["config"]["mark"] == {"color": charts.colour("blue")}


def test_jupyterlab_shows_charts_itself_where_altair_would_ask_the_web() -> None:
    spec = charts.staircase_and_bound(CURVES, description="A step.").to_dict()
    with alt.theme.enable("default"), alt.renderers.enable("default"):
        charts.use_theme()
        bundle = alt.renderers.get()(spec)
    assert bundle == {charts.JUPYTERLAB: spec, "text/plain": "A step."}


def test_a_renderer_that_was_chosen_stays() -> None:
    with alt.theme.enable("default"), alt.renderers.enable("json"):
        charts.use_theme()
        assert alt.renderers.active == "json"


def test_staircase_steps_at_its_thresholds() -> None:
    spec = charts.staircase_and_bound(CURVES, description="A step.").to_dict()
    assert spec["description"] == "A step."
    marks = [layer["mark"] for layer in spec["layer"]]
    assert [mark.get("interpolate") for mark in marks] == ["step-after", None]


@pytest.mark.parametrize(("log", "scale"), [(False, "linear"), (True, "log")])
def test_truth_is_blue_and_a_promise_orange_and_dashed_and_neither_leaves_the_plot(log, scale):
    spec = charts.staircase_and_bound(
        CURVES, description="A step.", log=log, truth="what is", promise="what is said"
    ).to_dict()
    for layer, column, name in zip(
        spec["layer"], ("success:Q", "bound:Q"), ("what is", "what is said"), strict=True
    ):
        encoding = layer["encoding"]
        assert encoding["y"]["field"] == column.removesuffix(":Q")
        assert layer["transform"][-1] == {"calculate": f'"{name}"', "as": "line"}
        assert layer["mark"]["clip"]
        assert encoding["y"]["scale"] == {"domain": [0, 1]}
        assert encoding["x"]["scale"]["type"] == scale
        assert encoding["color"]["scale"] == {
            "domain": ["what is", "what is said"],
            "range": [charts.colour("blue"), charts.colour("orange")],
        }
        assert encoding["strokeDash"]["scale"]["range"] == [[1, 0], [7, 4]]


def test_a_critical_mass_stands_on_the_axis_in_the_colour_of_what_promised_it():
    mass = pd.DataFrame({"alpha": [0.15], "success": [0.5]})
    spec = charts.staircase_and_bound(CURVES, critical_mass=mass, description="A.").to_dict()
    rule, point, text = spec["layer"][2:]
    assert rule["encoding"]["y2"] == {"datum": 0}
    assert point["mark"]["color"] == charts.colour("orange")
    assert text["encoding"]["text"] == {"field": "alpha", "type": "quantitative", "format": ".2~%"}


def test_slider_selects_its_curves_and_is_shown_as_formatted() -> None:
    slider = charts.Slider("xi", "uniqueness ξ", [0.001, 0.01], start=1, format=".2~%")
    curves = pd.concat([CURVES.assign(xi=xi) for xi in slider.values])
    mass = pd.DataFrame({"alpha": [0.1, 0.2], "success": 0.5, "xi": slider.values})
    spec = charts.staircase_and_bound(
        curves, critical_mass=mass, slider=slider, description="Steps."
    ).to_dict()
    stop, value, shown = spec["params"]
    assert stop["bind"] == {"input": "range", "min": 0, "max": 1, "step": 1, "name": slider.label}
    assert (stop["name"], stop["value"], shown["name"]) == ("xi_stop", 1, "xi_stop_shown")
    assert value == {"name": "xi", "expr": "[0.001, 0.01][xi_stop]"}
    assert all(layer["transform"][0] == {"filter": "datum['xi'] == xi"} for layer in spec["layer"])


def test_a_slider_stands_at_its_first_stop_unless_told_otherwise():
    assert charts.Slider("xi", "ξ", [1, 2, 3]).parameters()[0].param.value == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: charts.Slider("xi", "ξ", [0.1]), "'xi'.*two or more"),
        (lambda: charts.Slider("xi", "ξ", [0.1, 0.2], start=2), "from 0 to 1"),
        (lambda: charts.Slider("xi", "ξ", [0.1, 0.2], start=-1), "from 0 to 1"),
        (lambda: charts.staircase_and_bound(CURVES, description=" "), "description: empty"),
        (
            lambda: charts.staircase_and_bound(
                CURVES, slider=charts.Slider("xi", "ξ", [1, 2]), description="A."
            ),
            "curves: .*lacks xi",
        ),
        (
            lambda: charts.staircase_and_bound(CURVES.drop(columns="bound"), description="A."),
            "curves: .*lacks bound",
        ),
        (
            lambda: charts.staircase_and_bound(CURVES, critical_mass=CURVES[[]], description="A."),
            "critical_mass: .*lacks alpha, success",
        ),
    ],
)
def test_what_would_mislead_is_refused(bad, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bad()
