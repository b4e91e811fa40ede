"""Success against the collective's size: what is drawn, of which runs, and what is refused."""

import pandas as pd
import pytest

from collective_lab.results.drawing import MEAN, success_by_size

NAMES = {"a": "first", "b": "second"}


def table(conditions="ab"):
    """Return two runs at no size and at two sizes, for each condition."""
    return pd.DataFrame(
        [
            {"kind": kind, "alpha": alpha, "seed": seed, "success": 0.1 + 40 * alpha + seed / 50}
            for kind in conditions
            for alpha in (0, 0.001, 0.01)
            for seed in (0, 1)
        ]
    )


def drawn(**more):
    """Return the chart of the table as a specification."""
    return success_by_size(
        more.pop("runs", table()), "kind", more.pop("names", NAMES), description="A line.", **more
    ).to_dict()


def rows(spec):
    """Return all rows that a chart holds."""
    return [row for data in spec["datasets"].values() for row in data]


def test_means_lie_behind_the_runs_they_were_made_from():
    spec = drawn()
    means = [row for row in rows(spec) if "mean" in row]
    assert {row["condition"] for row in means if "condition" in row} == {"first", "second"}
    at = [row for row in means if row.get("condition") == "first" and row["alpha"] == 0.01]
    assert at[0]["mean"] == pytest.approx(0.51)
    assert at[0]["runs"] == 2
    assert {row["success"] for row in rows(spec) if row.get("alpha") == 0.01 and "success" in row} \
        == {0.5, 0.52}  # fmt: skip
    assert spec["description"] == "A line."


def test_no_size_has_no_place_on_a_log_axis_but_a_line_across():
    spec = drawn()
    assert any(layer["mark"]["type"] == "rule" for layer in spec["layer"])
    curves = [la for la in spec["layer"] if la["mark"]["type"] in ("line", "area", "point")]
    assert all("datum.alpha > 0" in str(layer["transform"]) for layer in curves)
    without = drawn(runs=table()[lambda t: t["alpha"] > 0])
    assert all(layer["mark"]["type"] != "rule" for layer in without["layer"])


def test_the_line_across_is_the_mean_of_the_conditions_side_by_side():
    """Without a collective the first averages .11, the second .31."""
    two = table()
    two.loc[two["kind"] == "b", "success"] += 0.2
    spec = drawn(runs=two)
    [rule] = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert spec["datasets"][rule["data"]["name"]] == [{"mean": pytest.approx(0.21)}]


def test_a_menu_chooses_one_condition_and_keeps_the_others_behind_it():
    spec = drawn(menu="kind")
    [menu] = [param for param in spec["params"] if "bind" in param]
    assert menu["bind"] == {"input": "select", "options": ["first", "second"], "name": "kind"}
    assert menu["value"] == "first"
    behind, *front = spec["layer"]
    assert "chosen" not in str(behind["transform"])
    assert all("datum.condition == chosen" in str(layer["transform"]) for layer in front)
    assert MEAN in str(front)


def test_a_bound_is_drawn_for_the_conditions_that_have_one():
    bound = pd.DataFrame({"kind": ["a", "a"], "alpha": [0.001, 0.01], "bound": [0.2, 0.9]})
    for menu in (None, "kind"):
        bounds = [row for row in rows(drawn(bound=bound, menu=menu)) if "bound" in row]
        assert {(row["condition"], row["bound"]) for row in bounds} == {
            ("first", 0.2),
            ("first", 0.9),
        }


def test_names_choose_what_is_drawn():
    spec = drawn(names={"b": "second"})
    assert {row["condition"] for row in rows(spec) if "condition" in row} == {"second"}


MANY = dict(zip("abcdef", "uvwxyz", strict=True))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"names": {"c": "third"}}, "no runs where kind is 'c'"),
        ({"names": MANY, "runs": table("abcdef")}, "names has 6 conditions, more than 5"),
        ({"runs": table().drop(columns="success")}, "lacks success"),
    ],
)
def test_errors_say_what_is_wrong(more, message):
    with pytest.raises(ValueError, match=message):
        drawn(**more)


def test_a_chart_must_be_described():
    with pytest.raises(ValueError, match="description"):
        success_by_size(table(), "kind", NAMES, description=" ")


def test_more_conditions_than_colours_take_a_menu():
    assert drawn(names=MANY, runs=table("abcdef"), menu="kind")["layer"]
    five = {kind: MANY[kind] for kind in "abcde"}
    assert drawn(names=five, runs=table("abcde"))["layer"]


def test_a_condition_may_be_a_pair_and_its_column_may_be_called_condition():
    pairs = table().assign(condition=lambda t: list(zip(t["kind"], t["kind"], strict=True)))
    names = {("a", "a"): "first", ("b", "b"): "second"}
    spec = success_by_size(pairs, "condition", names, description="A line.", menu="k").to_dict()
    assert {row["condition"] for row in rows(spec)} == {"first", "second"}


def test_conditions_side_by_side_have_a_legend():
    colours = [layer["encoding"].get("color") for layer in drawn()["layer"]]
    named = [colour for colour in colours if colour and colour.get("field") == "condition"]
    assert named
    assert all(colour.get("legend", {}) is not None for colour in named)
