"""Prove the book: run every gate, then say in one table what passed."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bookbuild.layout import Book
from bookbuild.renderer import kernel_environment

PYTEST = (sys.executable, "-m", "pytest", "-q", "--no-header")
BOOKBUILD = (sys.executable, "-m", "bookbuild")
NBVAL = (
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=600"),
    *("-p", "bookbuild.tolerance", "-p", "no:cacheprovider"),
    *("-n", "auto", "--dist", "loadfile"),
)


@dataclass(frozen=True)
class Gate:
    """A named check and the command that makes it."""

    name: str
    command: tuple[str, ...]


GATES = (
    Gate("lint", (sys.executable, "-m", "ruff", "check")),
    Gate("format", (sys.executable, "-m", "ruff", "format", "--check")),
    Gate("unit and property tests", (*PYTEST, "tests", "--ignore=tests/browser", "-n", "auto")),
    Gate("source and notebook agree", (*BOOKBUILD, "compare")),
    Gate("papermill, scale ci", (*BOOKBUILD, "papermill", "-p", "scale=ci")),
    Gate("nbval, every output", (*PYTEST, *NBVAL, "book/notebooks")),
    Gate("site, warnings are errors", (*BOOKBUILD, "site")),
    Gate("site check", (*BOOKBUILD, "check")),
    Gate("site in a browser", (*PYTEST, "tests/browser", "-rs")),
)


def run(book: Book) -> bool:
    """Run every gate in turn, print a summary, and return whether all of them passed.

    A gate's own output is shown as it comes. A later gate runs even if an earlier one failed, so
    one run shows everything that is wrong.
    """
    environment = os.environ | kernel_environment()
    rows = []
    for gate in GATES:
        print(f"\n── {gate.name} " + "─" * max(0, 76 - len(gate.name)), flush=True)
        start = time.perf_counter()
        result = subprocess.run(gate.command, cwd=book.root, env=environment, check=False)
        rows.append((gate.name, result.returncode == 0, time.perf_counter() - start))
    passed = sum(ok for _, ok, _ in rows)
    print("\n── summary " + "─" * 69)
    for name, ok, seconds in rows:
        print(f"{'passed' if ok else 'FAILED'}  {name:<32}{seconds:7.1f} s")
    print(f"{passed} passed, {len(rows) - passed} failed")
    return passed == len(rows)
