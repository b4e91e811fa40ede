"""What Python code imports, and what the library's modules import on its behalf."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path


def reached(cells: Iterable[str], library: Iterable[Path]) -> set[str]:
    """Return the modules that are loaded when cells run, by their full names.

    Parameters
    ----------
    cells : iterable of str
        Python code.
    library : iterable of Path
        Folders of packages. What their modules import at their top is loaded with them; what they
        import inside a function is not.
    """
    folders = {folder.name: folder for folder in library}
    modules: set[str] = set()
    waiting = [name for cell in cells for name in named(ast.walk(ast.parse(cell)))]
    while waiting:
        name = waiting.pop()
        if name in modules:
            continue
        modules.add(name)
        parts = name.split(".")
        if parts[0] not in folders:
            continue
        waiting += [".".join(parts[:end]) for end in range(1, len(parts))]
        path = folders[parts[0]].joinpath(*parts[1:])
        for module in (path / "__init__.py", path.with_suffix(".py")):
            if module.is_file():
                waiting += _loaded(module)
    return modules


@cache
def _loaded(module: Path) -> tuple[str, ...]:
    return tuple(named(_at_top(ast.parse(module.read_text(encoding="utf-8")))))


def named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what import statements name: for ``from a import b`` both ``a`` and ``a.b``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module is None:
                raise ValueError(f"`{ast.unparse(node)}` names no package: import it by its name")
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _at_top(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is loaded: neither functions nor types' imports."""
    for child in ast.iter_child_nodes(node):
        function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not function and not typing:
            yield child
            yield from _at_top(child)
