"""Prove the book: run a suite of gates, then say in one table what passed."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

from bookbuild.book import VARIABLE, Book

SKIPPED = 77  # the exit status of a gate that could test nothing here
CORES = os.cpu_count() or 1
PYTEST = (sys.executable, "-m", "pytest", "-q", "--no-header")
BOOKBUILD = (sys.executable, "-m", "bookbuild")
UNIT = (
    *(*PYTEST, "tests", "--ignore=tests/browser", "-n", "auto", "--dist", "worksteal"),
    "--durations=12",  # what to mark slow
)
BY_GROUP = ("-n", "auto", "--dist", "loadgroup", "--no-loadscope-reorder")
PAPERMILL = (*BOOKBUILD, "papermill", "--jobs", str(CORES), "-p", "scale=ci")
NBVAL = (
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=600"),
    *("-p", "bookbuild.chapters.tolerance", "-p", "no:cacheprovider"),
    *("-n", "auto", "--dist", "loadfile"),
)
OUTPUTS = (*PYTEST, *NBVAL, "book/notebooks")


@dataclass(frozen=True)
class Gate:
    """A named check, the command that makes it, and the variables that it is made under."""

    name: str
    command: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Processor:
    """Another processor than this one, as far as numbers can tell.

    OpenBLAS sums in another order for each kind of processor, and PyTorch trains in float32 where
    a processor does not multiply bfloat16.
    """

    kernel: str

    def gate(self, name: str, command: tuple[str, ...]) -> Gate:
        """Return a gate as this processor would pass it."""
        variables = {"OPENBLAS_CORETYPE": self.kernel, "COLLECTIVE_ACTION_DTYPE": "float32"}
        return Gate(f"{name}, as on {self.kernel}", command, variables)


LINT = Gate("lint", (sys.executable, "-m", "ruff", "check"))
FORMAT = Gate("format", (sys.executable, "-m", "ruff", "format", "--check"))
# Against the packages here, whichever environment the shell has active.
TYPES = Gate("types", (sys.executable, "-m", "ty", "check", "--python", sys.prefix))
COMPARE = Gate("source and notebook agree", (*BOOKBUILD, "compare"))
RULES = Gate("chapters keep the rules", (*BOOKBUILD, "rules"))
SITE = Gate("site, warnings are errors", (*BOOKBUILD, "site"))
FAST = Gate("fast tests", (*UNIT, "-m", "not slow and not elsewhere"))
NUMBERS = (*UNIT, "-m", "numerical")
HASWELL, NEHALEM = Processor("Haswell"), Processor("Nehalem")

SUITES = {
    # What an author runs between edits.
    "quick": (LINT, FORMAT, TYPES, RULES, COMPARE, FAST, SITE),
    # The book, here.
    "whole": (
        LINT,
        FORMAT,
        TYPES,
        Gate("unit and property tests", (*UNIT, "-m", "not elsewhere")),
        RULES,
        COMPARE,
        Gate("papermill, scale ci", PAPERMILL),
        Gate("nbval, every output", OUTPUTS),
        SITE,
        Gate("whole book as one PDF", (*BOOKBUILD, "pdf")),
        Gate("site check", (*BOOKBUILD, "check")),
        Gate(
            "site in a browser",
            (*PYTEST, *("-p", "bookbuild.skipping", "-rs", "tests/browser", *BY_GROUP)),
        ),
    ),
    # The book on other machines: unpacked, installed, launched, on other processors.
    "elsewhere": (
        Gate("archive, wheel and launches", (*UNIT, "-m", "elsewhere")),
        HASWELL.gate("tests of numbers", NUMBERS),
        NEHALEM.gate("tests of numbers", NUMBERS),
        HASWELL.gate("papermill, scale ci", PAPERMILL),
        HASWELL.gate("nbval, every output", OUTPUTS),
    ),
}


def run(book: Book, suite: str) -> bool:
    """Run every gate of a suite in turn, print a summary, and return whether none of them failed.

    A gate's own output is shown as it comes. A later gate runs even if an earlier one failed, so
    one run shows everything that is wrong. A gate that could test nothing here, such as the one
    that needs a browser, counts as neither passed nor failed.
    """
    rows = []
    environment = os.environ | {VARIABLE: str(book.root)}
    for gate in SUITES[suite]:
        print(f"\n── {gate.name} " + "─" * max(0, 76 - len(gate.name)), flush=True)
        start = time.perf_counter()
        result = subprocess.run(
            gate.command, cwd=book.root, env=environment | gate.variables, check=False
        )
        outcome = {0: "passed", SKIPPED: "skipped"}.get(result.returncode, "FAILED")
        rows.append((outcome, gate.name, time.perf_counter() - start))
    print("\n── summary " + "─" * 69)
    for outcome, name, seconds in rows:
        print(f"{outcome:<9}{name:<42}{seconds:7.1f} s")
    outcomes = [outcome for outcome, _, _ in rows]
    if "skipped" in outcomes:
        print("skipped: nothing could be tested here; the reason stands above, in its own output")
    print(f"{outcomes.count('passed')} passed, {outcomes.count('FAILED')} failed")
    return "FAILED" not in outcomes
