"""Prove the book: run every gate, then say in one table what passed."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bookbuild.layout import VARIABLE, Book

SKIPPED = 77  # the exit status of a gate that could test nothing here
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
    Gate("whole book as one PDF", (*BOOKBUILD, "pdf")),
    Gate("site check", (*BOOKBUILD, "check")),
    Gate("site in a browser", (*PYTEST, "-p", "bookbuild.skipping", "-rs", "tests/browser")),
)


def run(book: Book) -> bool:
    """Run every gate in turn, print a summary, and return whether none of them failed.

    A gate's own output is shown as it comes. A later gate runs even if an earlier one failed, so
    one run shows everything that is wrong. A gate that could test nothing here, such as the one
    that needs a browser, counts as neither passed nor failed.
    """
    rows = []
    environment = os.environ | {VARIABLE: str(book.root)}
    for gate in GATES:
        print(f"\n── {gate.name} " + "─" * max(0, 76 - len(gate.name)), flush=True)
        start = time.perf_counter()
        result = subprocess.run(gate.command, cwd=book.root, env=environment, check=False)
        outcome = {0: "passed", SKIPPED: "skipped"}.get(result.returncode, "FAILED")
        rows.append((outcome, gate.name, time.perf_counter() - start))
    print("\n── summary " + "─" * 69)
    for outcome, name, seconds in rows:
        print(f"{outcome:<9}{name:<32}{seconds:7.1f} s")
    outcomes = [outcome for outcome, _, _ in rows]
    if "skipped" in outcomes:
        print("skipped: nothing could be tested here; the reason stands above, in its own output")
    print(f"{outcomes.count('passed')} passed, {outcomes.count('FAILED')} failed")
    return "FAILED" not in outcomes
