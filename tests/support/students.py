"""A student who takes every exercise of a chapter: no answer, the right one and the wrong ones."""

import re
import sys
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from bookbuild.chapters import exercises
from bookbuild.chapters.exercises import Exercise
from support.environments import bare, kernel

KEEP = "import copy as _copy\n_right = _copy.deepcopy({{name: globals()[name] for name in {}}})"
GIVE_BACK = "globals().update(_copy.deepcopy(_right))"


class Student:
    """One kernel, in which a student's notebook runs from its first cell to its last.

    Parameters
    ----------
    chapter
        As `read_chapter` returns it: its solutions are the student's answers.
    notebook
        What the student was given.
    folder
        Where the kernel works.
    python
        The Python of the student's environment.
    """

    def __init__(
        self, chapter: NotebookNode, notebook: NotebookNode, folder: Path, python=sys.executable
    ):
        self.exercises = exercises.find(chapter)
        self.notebook = notebook
        self.cells = list(notebook.cells)
        self.client = NotebookClient(
            notebook,
            kernel_manager_class=kernel(python),
            timeout=600,
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
        )
        self.kernel = self.client.setup_kernel(env=bare())

    def __enter__(self) -> "Student":
        """Start the kernel."""
        self.kernel.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        """End the kernel."""
        self.kernel.__exit__(*reason)

    def run(self, code: str) -> tuple[str, str]:
        """Run code; return the error's kind and message, or an empty kind and what was printed."""
        cell = new_code_cell(code)
        self.notebook.cells.append(cell)
        self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        printed = ""
        for output in cell.outputs:
            if output.output_type == "error":
                return output.ename, output.evalue
            printed += output.get("text", "")
        return "", printed

    def take_all_exercises(self) -> list[str]:
        """Run the whole notebook; return what is wrong with its exercises, one message each."""
        complaints, taken = [], set()
        for cell in self.cells:
            if cell.cell_type != "code":
                continue
            if "checks" in cell.metadata:
                exercise = self.exercises[cell.metadata["checks"]]
                taken.add(exercise.label)
                complaints += [f"{exercise.label}: {text}" for text in self._take(exercise, cell)]
            elif kind := self._raised(self.run(cell.source)):
                complaints.append(f"{kind} in the cell that begins {cell.source[:60]!r}")
        missing = {label for label, each in self.exercises.items() if each.checked} - taken
        return complaints + [f"{label}: its check is missing" for label in sorted(missing)]

    def _take(self, exercise: Exercise, check: NotebookNode) -> list[str]:
        """Check no answer (the stub has run), the reference answer, and each wrong answer."""
        found = []
        kind, message = self.run(check.source)
        if kind not in ("AssertionError", "NotImplementedError"):
            found.append(f"without an answer its check gives {kind or 'Right'}: {message}")
        if kind := self._raised(self.run(exercise.answers[0].source)):
            return [*found, f"its answer raises {kind}"]
        kind, message = self.run(check.source)
        if kind or not re.search(r"^Right", message, re.M):
            return [*found, f"its check does not say Right to its answer: {kind} {message}"]
        self.run(KEEP.format(exercise.asked))
        for wrong in exercise.wrong:
            if kind := self._raised(self.run(wrong)):
                found.append(f"the wrong answer {wrong!r} raises {kind}")
                continue
            kind, message = self.run(check.source)
            if kind != "AssertionError" or not message.strip():
                what = f"{kind} {message.strip()}" if kind else "Right"
                found.append(f"to the wrong answer {wrong!r} its check says {what!r}")
            self.run(GIVE_BACK)
        return found

    @staticmethod
    def _raised(outcome: tuple[str, str]) -> str:
        kind, message = outcome
        return f"{kind}: {message}" if kind else ""
