"""What is missing is said by whatever Python a machine has."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from bookbuild import preflight
from books import THIS_BOOK

FILE = Path(preflight.__file__)
NEW_SYNTAX = (
    ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Match, ast.Starred,
    ast.Nonlocal, ast.YieldFrom, ast.MatMult,
)  # fmt: skip


def run(capsys):
    """Run the file as a script; return its exit status and what it wrote to stderr."""
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(FILE), run_name="__main__")
    return stop.value.code, capsys.readouterr().err


def test_this_python_lacks_nothing():
    command = [sys.executable, "-S", "-E", str(FILE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_an_old_python_is_named(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert run(capsys) == (
        1,
        "make: Python 3.11 or newer is needed; /usr/bin/python3 is 3.8. "
        "Name another one: make PYTHON=python3.12\n",
    )


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_modules_are_named_with_the_package_that_brings_them(monkeypatch, capsys, module):
    monkeypatch.setitem(sys.modules, module, None)
    assert run(capsys) == (
        1,
        "make: The modules venv and ensurepip are needed to make an environment; on Debian and "
        "Ubuntu: apt install python3-venv\n",
    )


def test_everything_that_is_missing_is_said_at_once(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (2, 7, 18, "final", 0))
    monkeypatch.setitem(sys.modules, "venv", None)
    code, message = run(capsys)
    assert code == 1
    assert [line[:20] for line in message.splitlines()] == [
        "make: Python 3.11 or",
        "make: The modules ve",
    ]


def test_the_oldest_python_that_still_works_is_the_one_that_the_package_asks_for():
    wanted = f'requires-python = ">={preflight.WANTED[0]}.{preflight.WANTED[1]}"'
    assert wanted in (THIS_BOOK.root / "pyproject.toml").read_text(encoding="utf-8")


def test_an_old_python_can_read_the_file():
    text = FILE.read_bytes().decode("ascii")  # Python 2 refuses anything else
    tree = ast.parse(text, feature_version=(3, 4))
    new = [node for node in ast.walk(tree) if isinstance(node, NEW_SYNTAX)]
    assert not new
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not any(node.returns or node.args.kwonlyargs for node in functions)
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported == {"sys", "ensurepip", "venv"}
