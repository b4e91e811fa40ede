"""Compare each chapter's source with its executed notebook."""

import difflib

import nbformat
from nbformat import NotebookNode

from bookbuild import executions
from bookbuild.executions import digest
from bookbuild.layout import Book
from bookbuild.renderer import VEGALITE, described
from bookbuild.source import locate, read_chapter, relative


def problems(book: Book, names: list[str]) -> list[str]:
    """Return what is wrong with the executed notebooks, one message each, file and cell named."""
    known = set(book.chapter_names())
    found = [
        f"{relative(book, path)} is on no page: add it to _toc.yml or delete it"
        for pattern in ("chapters/*.md", "notebooks/*.ipynb", "results/executions/*.json")
        for path in sorted(book.source.glob(pattern))
        if path.stem not in known
    ]
    records = executions.read(book)
    for name in names:
        source, notebook = book.chapters / f"{name}.md", book.notebooks / f"{name}.ipynb"
        missing = [relative(book, path) for path in (source, notebook) if not path.is_file()]
        if missing:
            advice = rerun(name) if source.is_file() else "write it or take it out of _toc.yml"
            found.append(f"{' and '.join(missing)} is missing; {advice}")
            continue
        text = notebook.read_text(encoding="utf-8")
        try:
            executed = nbformat.reads(text, as_version=4)
        except nbformat.reader.NotJSONError:
            found.append(f"{relative(book, notebook)} is not a notebook; {rerun(name)}")
            continue
        stale = _stale(book, name, executed)
        if not stale and (name not in records or records[name].notebook != digest(text)):
            stale = [
                f"{relative(book, notebook)} is not what its recorded execution left: it was "
                f"edited, or the execution was stopped; {rerun(name)}"
            ]
        found += stale + _outputs(book, name, executed)
    return found


def rerun(name: str) -> str:
    """Return the advice to execute a chapter again."""
    return f"run `make execute CHAPTER={name}`"


def _stale(book: Book, name: str, executed: NotebookNode) -> list[str]:
    """Return the first cell in which source and notebook differ, if there is one."""
    source = read_chapter(book, name)
    for index, (theirs, ours) in enumerate(zip(executed.cells, source.cells, strict=False)):
        before, now = _shown(theirs), _shown(ours)
        if before != now:
            difference = difflib.unified_diff(
                before, now, "executed notebook", "source", lineterm="", n=1
            )
            where = locate(book, name, source, index)
            message = f"{where} changed since it was executed; {rerun(name)}"
            return ["\n".join([message, *difference])]
    chapter = relative(book, book.chapters / f"{name}.md")
    if len(executed.cells) != len(source.cells):
        counts = f"{len(source.cells)} cells, its notebook {len(executed.cells)}"
        return [f"{chapter} has {counts}; {rerun(name)}"]
    if executed.metadata != source.metadata:
        return [f"{chapter} has another front matter than its notebook; {rerun(name)}"]
    return []


def _shown(cell: NotebookNode) -> list[str]:
    """Return all that a source says about a cell, as lines that can be compared and shown."""
    about = [f"{key}: {cell.metadata[key]}" for key in sorted(cell.metadata)]
    return [f"{cell.cell_type} cell", *about, *cell.source.splitlines()]


def _outputs(book: Book, name: str, executed: NotebookNode) -> list[str]:
    found = []
    count = 0
    for index, cell in enumerate(executed.cells):
        if cell.cell_type != "code":
            continue
        where = locate(book, name, executed, index)
        count += 1
        if cell.execution_count != count:
            found.append(f"{where} was executed out of order (In [{cell.execution_count}])")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where} holds an error: {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                found.append(f"{where} wrote to stderr: {output.text.strip()[:200]}")
            elif VEGALITE in output.get("data", {}) and not described(output.data[VEGALITE]):
                found.append(f"{where} shows a chart without a description (its alt text)")
    return found
