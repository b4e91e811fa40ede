"""No module needs Unix to be imported."""

from pathlib import Path

import pytest

import bookbuild
import collective_action
import collective_lab

UNIX = {"resource", "fcntl", "pwd", "grp", "termios"}
MODULES = [
    path
    for package in (collective_action, collective_lab, bookbuild)
    for path in sorted(Path(package.__file__).parent.rglob("*.py"))
]


def imported_at_the_top(source):
    """Return the Unix modules whose names the top level uses; functions have names of their own."""
    return UNIX & set(compile(source, "module", "exec").co_names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_imports_unix_at_its_top(path):
    assert imported_at_the_top(path.read_text(encoding="utf-8")) == set()


def test_an_import_at_the_top_is_found():
    assert imported_at_the_top("import resource\n") == {"resource"}
    assert imported_at_the_top("def peak():\n    import resource\n") == set()
