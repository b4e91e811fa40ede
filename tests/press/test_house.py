"""The house: three packages in one direction, their rooms without circles, data handed in."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from bookbuild.chapters import imports
from support.books import THIS_BOOK
from support.packages import NEEDS, NETWORKS

SRC = THIS_BOOK.root / "src"
MAY_IMPORT = {
    "collective_action": set(),
    "collective_lab": {"collective_action"},
    "bookbuild": set(),
}
COUNTED = re.compile(r"\.parents\[[1-9]|(\.parent){3}")


def modules(package: str) -> dict[str, Path]:
    """Return a package's modules by name."""
    found = {}
    for path in sorted((SRC / package).rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str) -> Iterator[str]:
    """Yield what a module imports, anywhere in it; for ``from a import b`` both a and a.b."""
    return imports.named(ast.walk(ast.parse(source)))


def arrows(package: str) -> dict[str, set[str]]:
    """Return, for each room of a package, the other rooms that its modules import.

    A room is a folder, or a module that stands in none; each kind of learner has its own.
    """
    known = modules(package)
    names = {name for name in known if name != package}

    def room(name: str) -> str:
        return ".".join(name.split(".")[: 3 if ".learners." in name else 2])

    found: dict[str, set[str]] = {room(name): set() for name in names}
    for name in names:
        for other in imported(known[name].read_text(encoding="utf-8")):
            if other in names and room(other) != room(name):
                found[room(name)].add(room(other))
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return a circle of a graph, empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_no_package_above_it(package):
    for name, path in modules(package).items():
        tops = {other.partition(".")[0] for other in imported(path.read_text(encoding="utf-8"))}
        others = tops & MAY_IMPORT.keys() - {package}
        assert others <= MAY_IMPORT[package], name


def test_the_subject_needs_four_packages():
    for name, path in modules("collective_action").items():
        if not name.startswith(NETWORKS):
            tops = {other.partition(".")[0] for other in imported(path.read_text(encoding="utf-8"))}
            assert tops - sys.stdlib_module_names <= NEEDS | {"collective_action"}, name


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_rooms_import_each_other_in_a_circle(package):
    assert circle(arrows(package)) == []


def test_chapters_import_the_rooms_of_the_laboratory_and_nothing_from_inside_them():
    rooms = {name for name in modules("collective_lab") if name.count(".") <= 1}
    for path in sorted(THIS_BOOK.chapters.glob("*.md")):
        source = path.read_text(encoding="utf-8")
        named = set(re.findall(r"^from (collective_lab[\w.]*) import", source, re.MULTILINE))
        assert named <= rooms, path.name


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_data_are_found_by_counting_folders_upward(package):
    for name, path in modules(package).items():
        assert not COUNTED.search(path.read_text(encoding="utf-8")), name


def test_a_circle_would_be_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_every_import_is_seen():
    source = "import a.b\ndef f():\n    from c import d\n"
    assert set(imported(source)) == {"a.b", "c", "c.d"}
