"""Every code name on the pages of notation and conventions exists, argument names included."""

import contextlib
import importlib
import importlib.util
import inspect
import re

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
