"""Compare each chapter's source with its executed notebook."""

import difflib

import nbformat
from nbformat import NotebookNode

from bookbuild.book import Book, sources
from bookbuild.chapters import executions, launch
from bookbuild.chapters.executions import digest
from bookbuild.chapters.renderer import VEGALITE, described
from bookbuild.chapters.renew import code
from bookbuild.chapters.source import locate, read_chapter, relative

RENEW = "run `make renew`, which executes nothing"


def problems(book: Book, names: list[str]) -> list[str]:
    """Return what is wrong with the executed notebooks, one message each, file and cell named."""
    known = set(book.chapter_names())
    messages = [
        f"{relative(book, path)} is on no page: add it to _toc.yml or delete it"
        for pattern in ("chapters/*.md", "notebooks/*.ipynb", "results/executions/*.json")
        for path in sources(book.source, pattern)
        if path.stem not in known
    ]
    records = executions.read(book)
    for name in names:
        chapter, notebook = book.chapters / f"{name}.md", book.notebooks / f"{name}.ipynb"
        missing = [relative(book, path) for path in (chapter, notebook) if not path.is_file()]
        if missing:
            advice = rerun(name) if chapter.is_file() else "write it or take it out of _toc.yml"
            messages.append(f"{' and '.join(missing)} is missing; {advice}")
            continue
        text = notebook.read_text(encoding="utf-8")
        try:
            executed = nbformat.reads(text, as_version=4)
        except nbformat.reader.NotJSONError:
            messages.append(f"{relative(book, notebook)} is not a notebook; {rerun(name)}")
            continue
        source = read_chapter(book, name)
        begins = executed.cells[:1]
        executed.cells = launch.without(executed)
        stale = _lost(book, name, source, executed) or _stale(book, name, source, executed)
        if not stale and begins != [launch.cell(book, source)]:
            stale = [
                f"{relative(book, notebook)} does not begin with the cell that brings the library "
                f"where it is missing; {RENEW}"
            ]
        if not stale and (name not in records or records[name].notebook != digest(text)):
            stale = [
                f"{relative(book, notebook)} is not what its recorded execution left: it was "
                f"edited, or the execution was stopped; {rerun(name)}"
            ]
        messages += stale + _outputs(book, name, executed)
    return messages


def rerun(name: str) -> str:
    """Return the advice to execute a chapter again."""
    return f"run `make execute CHAPTER={name}`"


def _lost(book: Book, name: str, source: NotebookNode, executed: NotebookNode) -> list[str]:
    """Return the first thing that a source lacks and its notebook still has, if there is one.

    Editors drop front matter and tags that they do not know. To execute the chapter would drop
    them from the notebook as well, so that is no advice here.
    """
    advice = "put it back, unless you took it out on purpose"
    kept = source.metadata.get("chapter", {})
    entries = [key for key in executed.metadata.get("chapter", {}) if key not in kept]
    if entries:
        chapter = relative(book, book.chapters / f"{name}.md")
        return [f"{chapter} has lost {', '.join(entries)} from its front matter: {advice}"]
    for index, (now, before) in enumerate(_counterparts(source, executed)):
        keys = [key for key in before if _shorter(now.get(key), before[key])]
        if keys:
            lost = "; ".join(f"{key}: {before[key]}" for key in keys)
            where = locate(book, name, source, index)
            return [f"{where} has lost something that its notebook has ({lost}): {advice}"]
    return []


def _counterparts(source: NotebookNode, executed: NotebookNode) -> list[tuple[dict, dict]]:
    """Return the metadata of each cell of a source, and what its notebook says of that cell.

    A cell that was edited is found by the equal cells around it; a new one had no metadata.
    """
    before, now = (
        [(cell.cell_type, cell.source) for cell in notebook.cells]
        for notebook in (executed, source)
    )
    pairs = [(cell.metadata, {}) for cell in source.cells]
    blocks = difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    for _, start, end, first, last in blocks:
        if end - start == last - first:
            for offset in range(end - start):
                recorded = executed.cells[start + offset].metadata
                pairs[first + offset] = (pairs[first + offset][0], recorded)
    return pairs


def _shorter(now: object, before: object) -> bool:
    """Return whether a value is gone, or a list has lost some of its items and won none."""
    if isinstance(now, list) and isinstance(before, list):
        return len(now) < len(before) and all(item in before for item in now)
    return now is None


def _stale(book: Book, name: str, source: NotebookNode, executed: NotebookNode) -> list[str]:
    """Return the first cell in which source and notebook differ, if there is one."""
    advice = RENEW if code(source.cells) == code(executed.cells) else rerun(name)
    for index, (theirs, ours) in enumerate(zip(executed.cells, source.cells, strict=False)):
        before, now = _shown(theirs), _shown(ours)
        if before != now:
            difference = difflib.unified_diff(
                before, now, "executed notebook", "source", lineterm="", n=1
            )
            where = locate(book, name, source, index)
            message = f"{where} changed since it was executed; {advice}"
            return ["\n".join([message, *difference])]
    chapter = relative(book, book.chapters / f"{name}.md")
    if len(executed.cells) != len(source.cells):
        counts = f"{len(source.cells)} cells, its notebook {len(executed.cells)}"
        return [f"{chapter} has {counts}; {advice}"]
    if executed.metadata != source.metadata:
        return [f"{chapter} has another front matter than its notebook; {advice}"]
    return []


def _shown(cell: NotebookNode) -> list[str]:
    """Return all that a source says about a cell, as lines that can be compared and shown."""
    about = [f"{key}: {cell.metadata[key]}" for key in sorted(cell.metadata)]
    return [f"{cell.cell_type} cell", *about, *cell.source.splitlines()]


def _outputs(book: Book, name: str, executed: NotebookNode) -> list[str]:
    messages = []
    count = 0
    for index, cell in enumerate(executed.cells):
        if cell.cell_type != "code":
            continue
        where = locate(book, name, executed, index)
        count += 1
        if cell.execution_count != count:
            messages.append(f"{where} was executed out of order (In [{cell.execution_count}])")
        for output in cell.outputs:
            if output.output_type == "error":
                messages.append(f"{where} holds an error: {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                messages.append(f"{where} wrote to stderr: {output.text.strip()[:200]}")
            elif VEGALITE in output.get("data", {}) and not described(output.data[VEGALITE]):
                messages.append(f"{where} shows a chart without a description (its alt text)")
    return messages
