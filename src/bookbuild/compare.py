"""Compare each chapter's source with its executed notebook."""

import difflib

import nbformat
from nbformat import NotebookNode

from bookbuild.layout import Book
from bookbuild.source import locate, read_chapter, relative

CHART = "application/vnd.vegalite.v6+json"


def problems(book: Book, names: list[str]) -> list[str]:
    """Return what is wrong with the executed notebooks, one message each, file and cell named."""
    found = []
    for name in names:
        path = book.notebooks / f"{name}.ipynb"
        if not path.is_file():
            found.append(f"{relative(book, path)} is missing: run `make execute CHAPTER={name}`")
            continue
        executed = nbformat.read(path, as_version=4)
        found += _stale(book, name, executed) or _outputs(book, name, executed)
    known = set(book.chapter_names())
    for folder, suffix in ((book.notebooks, ".ipynb"), (book.chapters, ".md")):
        for path in sorted(folder.glob(f"*{suffix}")):
            if path.stem not in known:
                found.append(
                    f"{relative(book, path)} is on no page: add it to _toc.yml or delete it"
                )
    return found


def _stale(book: Book, name: str, executed: NotebookNode) -> list[str]:
    source = read_chapter(book, name)
    rerun = f"run `make execute CHAPTER={name}`"
    for index, (theirs, ours) in enumerate(zip(executed.cells, source.cells, strict=False)):
        if (theirs.cell_type, theirs.source, theirs.metadata) != (
            ours.cell_type,
            ours.source,
            ours.metadata,
        ):
            difference = "\n".join(
                difflib.unified_diff(
                    theirs.source.splitlines(),
                    ours.source.splitlines(),
                    "executed notebook",
                    "source",
                    lineterm="",
                    n=1,
                )
            )
            where = locate(book, name, source, index)
            return [f"{where} changed since it was executed; {rerun}\n{difference}"]
    if len(executed.cells) != len(source.cells):
        counts = f"{len(source.cells)} cells, its notebook {len(executed.cells)}"
        return [f"book/chapters/{name}.md has {counts}; {rerun}"]
    if executed.metadata != source.metadata:
        return [f"book/chapters/{name}.md has another front matter than its notebook; {rerun}"]
    return []


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
            elif CHART in output.get("data", {}) and not _described(output.data[CHART]):
                found.append(f"{where} shows a chart without a description (its alt text)")
    return found


def _described(spec: dict) -> bool:
    return bool(str(spec.get("description", "")).strip())
