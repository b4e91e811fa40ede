"""Find the exercises of a chapter, with the answers, the checks and the wrong answers."""

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from bookbuild.chapters import myst

RESERVED = "instructors"  # the class of an exercise whose solution is private


@dataclass(frozen=True)
class Exercise:
    """An exercise and the cells of its solution.

    Parameters
    ----------
    label : str
        Its label in the chapter.
    answers, checks : list of NotebookNode
        The cells of its solution with the tag ``answer``, and those with the tag ``check``. An
        exercise that checks itself has one of each.
    """

    label: str
    answers: list[NotebookNode]
    checks: list[NotebookNode]

    @property
    def checked(self) -> bool:
        """Whether it checks itself."""
        return len(self.answers) == len(self.checks) == 1

    @property
    def wrong(self) -> list[str]:
        """Wrong answers: code that runs after the reference answer and overrides it."""
        return self.answers[0].metadata.get("wrong", [])

    @property
    def asked(self) -> list[str]:
        """Names that the answer assigns and the check reads, in the order of the answer."""
        read = names_read(self.checks[0].source)
        return [name for name in names_assigned(self.answers[0].source) if name in read]

    def stub(self) -> str:
        """Return what a student finds in place of the answer: every name that is asked for.

        Of a function that is its head and its docstring, of a dictionary its keys.
        """
        assigned = self._assigned()
        values = [_blank(name, assigned.get(name)) for name in self.asked]
        return re.sub(r"\n\n\n+", "\n\n", "\n".join(values)).strip("\n")

    def checking(self) -> str:
        """Return the check for a student: it says first whether there is an answer at all."""
        assigned = self._assigned()
        unanswered = []
        for name in self.asked:
            if not isinstance(assigned.get(name), ast.FunctionDef):
                keys = _keys(assigned.get(name))
                answered = f"not in {name}.values()" if keys else f"is not {name}"
                unanswered.append(f'assert ... {answered}, "Put your answer in {name} first."')
        return "\n".join([*unanswered, "", self.checks[0].source]).lstrip("\n")

    def _assigned(self) -> dict[str, ast.AST]:
        """Return what the answer assigns to each name: a function, or a value."""
        assigned: dict[str, ast.AST] = {}
        for node in ast.parse(self.answers[0].source).body:
            if isinstance(node, ast.FunctionDef):
                assigned[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned[node.targets[0].id] = node.value
        return assigned


def find(notebook: NotebookNode) -> dict[str, Exercise]:
    """Return the exercises of a chapter by label, in reading order.

    Raises
    ------
    ValueError
        If an exercise has no label.
    """
    cells: dict[str, list[NotebookNode]] = {}
    labels = []
    for solved, part in parts(notebook):
        if solved:
            cells.setdefault(solved, []).append(part)
        elif part.cell_type == "markdown":
            for exercise in myst.fences(part.source, "exercise"):
                if not exercise.label:
                    raise ValueError(f"an exercise has no label: {exercise.body[:60]!r}")
                labels.append(exercise.label)
    return {
        label: Exercise(label, *(_tagged(cells.get(label, []), tag) for tag in ("answer", "check")))
        for label in labels
    }


def parts(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield a chapter's cells in order, each with the exercise that it helps to solve.

    That is the empty string outside all solutions. A Markdown cell is cut where a solution begins
    or ends, and the marks themselves are left out.
    """
    solved = ""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            yield solved, cell
            continue
        start = 0
        for mark in myst.fences(cell.source, "solution-start", "solution-end"):
            yield from _part(solved, cell.source[start : mark.start])
            solved = mark.argument
            start = mark.end
        yield from _part(solved, cell.source[start:])


def names_assigned(code: str) -> list[str]:
    """Return the names that a cell assigns, functions among them, in order of appearance."""
    symbols = {
        symbol.get_name()
        for symbol in symtable.symtable(code, "cell", "exec").get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    order = re.findall(r"\w+", code)
    return sorted(symbols, key=order.index)


def names_read(code: str) -> set[str]:
    """Return the global names that a cell reads and does not assign itself."""
    top = symtable.symtable(code, "cell", "exec")
    assigned = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}

    def read(table: symtable.SymbolTable) -> Iterator[str]:
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from read(child)

    return set(read(top)) - assigned


def _part(solved: str, text: str) -> Iterator[tuple[str, NotebookNode]]:
    if text.strip():
        yield solved, new_markdown_cell(text.strip("\n"))


def _tagged(cells: list[NotebookNode], tag: str) -> list[NotebookNode]:
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def _keys(value: ast.AST | None) -> list[str]:
    """Return the keys of a dictionary as they are written, if all of them are constants."""
    if not isinstance(value, ast.Dict) or not all(
        isinstance(key, ast.Constant) for key in value.keys
    ):
        return []
    return [ast.unparse(key) for key in value.keys if key is not None]


def _blank(name: str, answer: ast.AST | None) -> str:
    """Return the place for one answer."""
    if isinstance(answer, ast.FunctionDef):
        return f"\n{_head(answer)}\n"
    keys = "".join(f"    {key}: ...,\n" for key in _keys(answer)).replace("'", '"')
    return f"{name} = {{  # your answer\n{keys}}}" if keys else f"{name} = ...  # your answer"


def _head(function: ast.FunctionDef) -> str:
    """Return a function's first lines, without what it does."""
    documented = ast.get_docstring(function) is not None
    body = [*function.body[: int(documented)], *ast.parse("raise NotImplementedError").body]
    head = ast.FunctionDef(
        name=function.name, args=function.args, body=body, decorator_list=[],
        returns=function.returns, type_params=[],
    )  # fmt: skip
    return ast.unparse(ast.fix_missing_locations(head)) + "  # your answer"
