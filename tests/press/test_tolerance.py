"""nbval accepts the last digits of a number, and nothing else."""

import copy
import json
import math
import re
import subprocess
from dataclasses import dataclass

import altair as alt
import nbformat
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bookbuild import gates
from bookbuild.chapters.renderer import VEGALITE
from bookbuild.chapters.tolerance import settle
from support.books import THIS_BOOK

TEXT = "success 0.123456 of 1e-5 for 3 couriers\n"
TABLE = "<td>0.123456</td><td>3</td><td>juniper</td>"


def chart(number, name="5e60807a102e676138e6226a93ee3215", **changes):
    """Return a chart's specification as Altair writes it, its data named after their content."""
    rows = [{"x": 3, "y": number, "note": "juniper"}, {"x": 4, "y": 1.0, "note": "rang twice"}]
    data = f"data-{name}"
    return {"data": {"name": data}, "datasets": {data: rows}, "mark": "line"} | changes


def one_row(spec):
    """Return the chart without its second row."""
    return spec | {"datasets": {name: rows[:1] for name, rows in spec["datasets"].items()}}


@dataclass(frozen=True)
class Case:
    """What a cell gives now, what the notebook holds, and whether that is the same."""

    name: str
    form: str
    now: object
    committed: object
    same: bool

    def cell(self):
        """Return the cell with its committed output."""
        if self.form == "text":
            outputs = [new_output("stream", name="stdout", text=self.committed)]
            return new_code_cell(f"print({self.now!r}, end='')", outputs=outputs)
        outputs = [new_output("display_data", data={self.form: self.committed})]
        return new_code_cell(f"display({{{self.form!r}: {self.now!r}}}, raw=True)", outputs=outputs)


HTML = "text/html"
OTHER = "7101620536cdb749fe6a4ea9fb8e45b6"
NUMBER, CLOSE, WRONG = 0.123456, 0.123456 * (1 + 1e-6), 0.123556
CASES = [
    Case("the same text", "text", TEXT, TEXT, True),
    Case("a close number in text", "text", TEXT, TEXT.replace("456", "4561"), True),
    Case("a wrong number in text", "text", TEXT, TEXT.replace("456", "556"), False),
    Case("a wrong power of ten in text", "text", TEXT, TEXT.replace("1e-5", "1e-4"), False),
    Case("another whole number in text", "text", TEXT, TEXT.replace("3 c", "4 c"), False),
    Case("another word in text", "text", TEXT, TEXT.replace("couriers", "drivers"), False),
    Case("a line more in text", "text", TEXT, TEXT + "done\n", False),
    Case("the same table", HTML, TABLE, TABLE, True),
    Case("a close number in a table", HTML, TABLE, TABLE.replace("456", "4561"), True),
    Case("a wrong number in a table", HTML, TABLE, TABLE.replace("456", "556"), False),
    Case("another whole number in a table", HTML, TABLE, TABLE.replace(">3<", ">4<"), False),
    Case("another word in a table", HTML, TABLE, TABLE.replace("juniper", "Juniper"), False),
    Case("a column more in a table", HTML, TABLE, TABLE + "<td>1</td>", False),
    Case("the same chart", VEGALITE, chart(NUMBER), chart(NUMBER), True),
    Case("a close number in a chart", VEGALITE, chart(NUMBER), chart(CLOSE, OTHER), True),
    Case("a wrong number in a chart", VEGALITE, chart(NUMBER), chart(WRONG, OTHER), False),
    Case("another mark in a chart", VEGALITE, chart(NUMBER), chart(NUMBER, mark="area"), False),
    Case("a row less in a chart", VEGALITE, chart(NUMBER), one_row(chart(NUMBER)), False),
    Case("a key more in a chart", VEGALITE, chart(NUMBER), chart(NUMBER, width=3), False),
    Case("a key less in a chart", VEGALITE, chart(NUMBER, width=3), chart(NUMBER), False),
]


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """Run the real gate on a notebook that has one cell for each case; return what it says."""
    cells = [case.cell() for case in CASES]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    folder = tmp_path_factory.mktemp("notebooks")
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "cases.ipynb")
    config = ("-n0", "-rA", "--color=no", "-c", str(THIS_BOOK.root / "pyproject.toml"))
    command = [*gates.PYTEST, *gates.NBVAL, *config, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_nbval_tells_close_from_wrong(nbval, number):
    outcome = re.search(rf"^(PASSED|FAILED) .*cases\.ipynb::Cell {number}\b", nbval, re.M)
    assert outcome[1] == ("PASSED" if CASES[number].same else "FAILED")


@pytest.mark.slow
def test_nbval_shows_the_cell_and_both_numbers(nbval):
    wrong = next(n for n, case in enumerate(CASES) if case.name == "a wrong number in text")
    report = nbval.partition(f"Cell {wrong}: Cell outputs differ")[2][:600]
    assert "print('success 0.123456 of 1e-5" in report
    assert "0.123556" in report


QUICK = settings(max_examples=60)
NUMBERS = st.floats(-1e12, 1e12).filter(lambda x: abs(x) > 1e-3)
LEAVES = st.none() | st.booleans() | st.integers() | st.text("ab12 ") | st.floats(-1e9, 1e9)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy"), inner)
)


@QUICK
@given(TREES)
def test_an_output_agrees_with_itself(tree):
    assert settle(copy.deepcopy(tree), tree) == tree


@QUICK
@given(TREES, TREES)
def test_settling_changes_neither_side(computed, committed):
    before = copy.deepcopy((computed, committed))
    settle(computed, committed)
    assert (computed, committed) == before


@QUICK
@given(NUMBERS, st.floats(-1e-5, 1e-5))
def test_close_numbers_are_accepted_everywhere(number, change):
    near = number * (1 + change)
    for write in (repr, "<td>{:.6e}</td>".format, lambda x: [x, {"y": x}], "a {:.4f}, b".format):
        assert settle(write(near), write(number)) == write(number)


@QUICK
@given(NUMBERS, st.floats(1e-3, 1e3), st.sampled_from([-1, 1]))
def test_wrong_numbers_are_refused_everywhere(number, change, sign):
    wrong = number * (1 + sign * change)
    for write in (repr, "<td>{:.6e}</td>".format, lambda x: [x, {"y": x}]):
        assert settle(write(wrong), write(number)) != write(number)


@QUICK
@given(st.integers(), st.integers())
def test_whole_numbers_must_match(a, b):
    for write in (int, str, "{} couriers.".format, lambda n: [n]):
        assert (settle(write(a), write(b)) == write(b)) == (a == b)


@pytest.mark.parametrize(
    ("computed", "committed"),
    [
        ("took 10000.", "took 10001."),
        ("version 1.20001.3", "version 1.20002.3"),
        ("id 61ad8e29", "id 61ad8e30"),
        ("hash 9e999f", "hash 8e999f"),
        ("x1.00001", "x1.00002"),
        ("nan", "0.5"),
        ("0.5 0.5", "0.5"),
        (1, 1.0000001),
        ("0.5", 0.5),
        ([0.5], [0.5, 0.5]),
        ({"a": 0.5}, {"a": 0.5, "b": None}),
        ({"a": 0.5, "b": None}, {"a": 0.5}),
    ],
)
def test_what_only_looks_close_is_refused(computed, committed):
    assert settle(computed, committed) != committed


def test_altair_names_data_after_their_content_and_the_names_may_differ():
    def spec(shift):
        first = pd.DataFrame({"x": [1, 2], "y": [0.25, 0.5 + shift]})
        second = pd.DataFrame({"x": [1, 2], "y": [0.75, 0.125 + shift]})
        lines = [alt.Chart(data).mark_line().encode(x="x", y="y") for data in (first, second)]
        return json.loads(json.dumps((lines[0] + lines[1]).to_dict()))

    committed = spec(0)
    for shift in (1e-7, -1e-7, 2e-7, 3e-7):
        assert spec(shift)["datasets"].keys().isdisjoint(committed["datasets"])
        assert settle(spec(shift), committed) == committed
    assert settle(spec(1e-2), committed) != committed


def test_datasets_that_change_places_are_noticed():
    a, b = f"data-{'a' * 32}", f"data-{'b' * 32}"

    def spec(first, second):
        layers = [{"data": {"name": first}}, {"data": {"name": second}}]
        return {"layer": layers, "datasets": {a: [{"y": 0.25}], b: [{"y": 0.75}]}}

    assert settle(spec(a, b), spec(a, b)) == spec(a, b)
    assert settle(spec(a, b), spec(b, a)) != spec(b, a)
    assert settle(spec(a, a), spec(a, b)) != spec(a, b)


def test_infinities_agree_only_with_themselves():
    assert settle(math.inf, math.inf) == math.inf
    assert settle(math.inf, 1e308) != 1e308


@pytest.mark.parametrize(("computed", "committed"), [(1e-4, 2e-4), ("1.0e-4", "2.0e-4")])
def test_small_numbers_that_differ_are_refused(computed, committed):
    assert settle(computed, committed) == computed
    assert settle({"a": [computed]}, {"a": [committed]}) == {"a": [computed]}


def test_an_output_that_is_missing_or_new_is_refused():
    assert settle({"a": 1.5}, {"a": 1.5, "b": 2.5}) == {"a": 1.5}
    assert settle({"a": 1.5, "b": 2.5}, {"a": 1.5}) == {"a": 1.5, "b": 2.5}
    assert settle({}, {"a": None}) == {}
