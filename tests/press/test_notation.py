"""Code names on the pages of notation and conventions exist, and no letter has two meanings."""

import contextlib
import importlib
import importlib.util
import inspect
import re
from itertools import groupby

import pytest

from support.books import THIS_BOOK

NAME = re.compile(r"`([a-z_]+(?:\.[A-Za-z_]+)+)(?:\(([a-z_]+)\))?`")
ROWS = [
    line
    for line in (THIS_BOOK.source / "notation.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| $")
]
ROOMS = (
    "collective_action",
    "collective_action.learners",
    "collective_action.worlds",
    "collective_lab",
)
CONVENTIONS = (THIS_BOOK.source / "conventions.md").read_text(encoding="utf-8")
NAMES = sorted({match.groups("") for text in (*ROWS, CONVENTIONS) for match in NAME.finditer(text)})


def resolve(dotted: str):
    module, *rest = dotted.split(".")
    specs = {room: importlib.util.find_spec(f"{room}.{module}") for room in ROOMS}
    [room] = [room for room, spec in specs.items() if spec and spec.origin]
    found = importlib.import_module(f"{room}.{module}")
    for part in rest:
        if inspect.ismodule(found) and not hasattr(found, part):
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(f"{found.__name__}.{part}")
        annotated = getattr(found, "__annotations__", {})
        if not hasattr(found, part) and part in annotated:
            return annotated[part]
        found = getattr(found, part)
    return found


def test_the_page_has_names():
    assert len(NAMES) > 15


@pytest.mark.parametrize(("dotted", "argument"), NAMES)
def test_the_name_exists(dotted, argument):
    found = resolve(dotted)
    if argument:
        assert argument in inspect.signature(found).parameters


@pytest.mark.parametrize("dotted", ["population.Population.nothing", "bounds.no_such_bound"])
def test_a_name_that_does_not_exist_is_noticed(dotted):
    with pytest.raises(AttributeError):
        resolve(dotted)


def test_every_row_says_where_it_is_defined():
    for line in ROWS:
        assert "{prf:ref}" in line or "{doc}" in line, line


SYMBOL = re.compile(r"\| \$(.+?)\$ \|")
PLACE = re.compile(r"{prf:ref}`(?P<label>[^`]+)`|{doc}`notebooks/(?P<chapter>[^`]+)`")
FORMULA = re.compile(r"\\(frac|sqrt|int|min|lVert)|(?<!\^)[-+]")


def letters(row: str) -> list[str]:
    """Return what a row declares, without arguments: [M^+, M^-] for M^+(k), M^-(k)."""
    symbol = SYMBOL.match(row)[1]
    return [] if FORMULA.search(symbol) else re.sub(r"\([^()]*\)", "", symbol).split(", ")


def declared(rows: list[str]) -> list[tuple[str, str]]:
    """Return the (part, letter) of each declaration; rows that follow each other share one."""
    part_of = {page: caption for caption, pages in THIS_BOOK.parts() for page in pages}
    chapter_of = {
        label: f"notebooks/{path.stem}"
        for path in THIS_BOOK.chapters.glob("*.md")
        for label in re.findall(r"^:label: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    found = []
    for row in rows:
        place = PLACE.search(row)
        page = chapter_of.get(place["label"]) or f"notebooks/{place['chapter']}"
        found += [(part_of[page], letter) for letter in letters(row)]
    return [entry for entry, _ in groupby(found)]


def twice(rows: list[str]) -> set[tuple[str, str]]:
    entries = declared(rows)
    return {entry for entry in entries if entries.count(entry) > 1}


def test_no_letter_has_two_meanings_in_a_part():
    assert not twice(ROWS)


@pytest.mark.parametrize(
    ("symbol", "letter"),
    [(r"c", "c"), (r"G(\alpha), \delta_1", "G"), (r"\bar p(x)", r"\bar p"), ("M^+", "M^+")],
)
def test_a_letter_that_is_declared_again_is_noticed(symbol, letter):
    again = f"| ${symbol}$ | | something else | {{prf:ref}}`prop-clip` |"
    assert twice([*ROWS, again]) == {("Part II. Three learners", letter)}


@pytest.mark.parametrize("symbol", [r"c_t", r"\hat c", r"1-\frac{c}{\alpha}", r"\lVert c\rVert"])
def test_an_index_or_a_hat_makes_another_letter_and_a_formula_declares_none(symbol):
    assert not twice([*ROWS, f"| ${symbol}$ | | something else | {{prf:ref}}`prop-clip` |"])


def test_a_letter_may_mean_another_thing_in_another_part():
    assert not twice([*ROWS, "| $\\theta$ | | something else | {prf:ref}`prop-leak` |"])
