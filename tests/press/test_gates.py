"""Every gate runs, and the summary says which of them failed."""

import subprocess
import sys

import pytest

from bookbuild import cli, gates
from bookbuild.gates import Gate
from support.books import make_book


def python(code):
    """Return a command that runs this code."""
    return (sys.executable, "-S", "-c", code)


FINE = Gate("fine", python("print('fine says this')"))
SECOND = Gate("second", python("import os; print('in', os.getcwd())"))
FAILING = Gate("failing", python("import sys; print('failing says why'); sys.exit(3)"))
KILLED = Gate("killed", python("import os; os.kill(os.getpid(), 9)"))
NOTHING = Gate("nothing to test", python(f"import sys; sys.exit({gates.SKIPPED})"))


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Run these gates; return the verdict and the lines that were printed."""

    def run(*chosen):
        monkeypatch.setitem(gates.SUITES, "quick", chosen)
        verdict = gates.run(make_book(tmp_path / "book"), "quick")
        return verdict, capfd.readouterr().out.splitlines()

    return run


def summary(lines):
    """Return the words of the summary's lines, without the times."""
    start = next(n for n, line in enumerate(lines) if line.startswith("── summary"))
    return [line.split("  ")[0] + ": " + line[9:50].strip() for line in lines[start + 1 : -1]]


def test_all_passing(run, tmp_path):
    verdict, lines = run(FINE, SECOND)
    assert verdict
    assert summary(lines) == ["passed: fine", "passed: second"]
    assert lines[-1] == "2 passed, 0 failed"


def test_a_failing_gate_fails_the_run_is_named_and_stops_nothing(run, tmp_path):
    verdict, lines = run(FAILING, FINE, KILLED)
    assert not verdict
    assert summary(lines) == ["FAILED: failing", "passed: fine", "FAILED: killed"]
    assert lines[-1] == "1 passed, 2 failed"


def test_the_output_of_each_gate_stands_below_its_name(run, tmp_path):
    _, lines = run(FAILING, SECOND)
    assert [line for line in lines if line and not line.startswith(("passed", "FAILED"))] == [
        "── failing " + "─" * 69,
        "failing says why",
        "── second " + "─" * 70,
        f"in {tmp_path / 'book'}",
        "── summary " + "─" * 69,
        "1 passed, 1 failed",
    ]


def test_a_gate_that_tests_nothing_neither_passes_nor_fails_and_is_named(run):
    verdict, lines = run(FINE, NOTHING)
    assert verdict
    assert summary(lines)[1] == "skipped: nothing to test"
    assert lines[-1] == "1 passed, 0 failed"


def test_a_gate_runs_under_its_own_variables_and_those_that_are_there(run, monkeypatch):
    monkeypatch.setenv("THERE", "kept")
    shown = python("import os; print(os.environ['THERE'], os.environ['OPENBLAS_CORETYPE'])")
    _, lines = run(gates.NEHALEM.gate("shown", shown))
    assert "kept Nehalem" in lines


@pytest.mark.parametrize(("passes", "status"), [(True, 0), (False, 1)])
@pytest.mark.parametrize("arguments", [[], ["quick"], ["elsewhere"]])
def test_the_command_fails_if_a_gate_does(monkeypatch, arguments, passes, status):
    asked = []
    monkeypatch.setattr(gates, "run", lambda book, suite: asked.append(suite) or passes)
    monkeypatch.setattr(sys, "argv", ["bookbuild", "test", *arguments])
    assert cli.main() == status
    assert asked == (arguments or ["whole"])


@pytest.mark.parametrize(
    ("tests", "status"),
    [
        ("def test_a(): pytest.skip('no browser')", gates.SKIPPED),
        ("def test_a(): pytest.skip('no')\ndef test_b(): pass", 0),
        ("def test_a(): pytest.skip('no')\ndef test_b(): assert False", 1),
        ("", 5),
    ],
    ids=["all skipped", "some passed", "some failed", "none there"],
)
@pytest.mark.parametrize(
    "spread",
    [
        pytest.param((), id="one"),
        pytest.param(("-p", "xdist", "-n", "2"), id="two", marks=pytest.mark.slow),
    ],
)
def test_pytest_says_when_everything_was_skipped(tmp_path, monkeypatch, spread, tests, status):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_it.py").write_text(f"import pytest\n{tests}\n")
    command = [*gates.PYTEST, "-p", "bookbuild.skipping", "-p", "no:cacheprovider", "-rs", *spread]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == status
    assert ("no browser" in result.stdout) == (status == gates.SKIPPED)


def test_every_test_is_run_by_a_gate_and_every_output_is_compared():
    """Whatever a gate leaves out by a marker, another one runs."""
    whole = [gate.command for gate in gates.SUITES["whole"]]
    unit = next(command for command in whole if "tests" in command)
    assert "tests/browser" in " ".join(" ".join(command) for command in whole)
    assert unit[-1] == "not elsewhere"
    assert gates.SUITES["elsewhere"][0].command[-1] == "elsewhere"
    assert not any("--nbval-lax" in command for command in whole)
