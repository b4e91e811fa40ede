"""Execute chapters: MyST source in, executed notebook out, the same bytes every time."""

import datetime
import multiprocessing
import os
import platform
import re
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

import nbformat
import papermill
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode

from bookbuild import atomic
from bookbuild.book import Book
from bookbuild.chapters import executions, launch
from bookbuild.chapters.executions import Execution
from bookbuild.chapters.renderer import kernel_environment
from bookbuild.chapters.source import (
    is_parameters,
    locate,
    parameters,
    read_chapter,
    refuse_unknown,
)

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient

CELL_SECONDS = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PEAK_MEMORY = "__import__('bookbuild.chapters.memory', fromlist=['x']).peak_megabytes()"


class ChapterError(Exception):
    """A chapter raised; the message names its file, line and cell."""


def execute_chapter(book: Book, name: str) -> tuple[NotebookNode, Execution]:
    """Execute a chapter with its default parameters.

    Returns
    -------
    notebook : NotebookNode
        With outputs, without timings: two executions give equal bytes. Before its first cell
        stands the one that brings the library to other machines.
    execution : Execution
        Seconds, memory and versions, which may differ between two executions.

    Raises
    ------
    ChapterError
        If a cell raises, runs out of time or kills its kernel.
    """
    notebook = read_chapter(book, name)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(book.notebooks)}},
    )
    start = time.perf_counter()
    with _environment(kernel_environment(book)), client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                reason = ANSI.sub("", str(error))
                raise ChapterError(f"{locate(book, name, notebook, index)}\n{reason}") from None
        kernel = cast("AsyncKernelClient", client.kc)
        reply = run_sync(kernel.execute_interactive)(
            "", silent=True, user_expressions={"peak": PEAK_MEMORY}
        )
    seconds = time.perf_counter() - start
    notebook.cells.insert(0, launch.cell(book, notebook))
    peak = int(reply["content"]["user_expressions"]["peak"]["data"]["text/plain"])
    return notebook, Execution(
        notebook=executions.digest(_text(notebook)),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seconds=round(seconds, 1),
        peak_megabytes=peak,
        device=_device(),
        python=platform.python_version(),
        numpy=version("numpy"),
        torch=version("torch") if find_spec("torch") else "",
    )


def write_chapter(book: Book, name: str) -> Execution:
    """Execute a chapter and put its notebook and its record in place.

    If this is stopped between the two, the record does not fit the notebook, which
    ``bookbuild.chapters.compare`` reports.
    """
    notebook, execution = execute_chapter(book, name)
    atomic.write_text(book.notebooks / f"{name}.ipynb", _text(notebook))
    executions.record(book, name, execution)
    return execution


def papermill_chapter(book: Book, name: str, values: dict[str, object]) -> Path:
    """Re-execute a chapter with papermill under other parameters, beside the committed notebook.

    Parameters
    ----------
    values : dict
        Parameter names and values, such as ``{"scale": "ci"}``.

    Returns
    -------
    Path
        The executed notebook, with papermill's timings, below ``_build/papermill/``.

    Raises
    ------
    ValueError
        If the chapter does not declare a parameter.
    ChapterError
        If a cell raises, runs out of time or kills its kernel.
    """
    notebook = read_chapter(book, name)
    refuse_unknown(name, parameters(notebook), values)
    label = "-".join(f"{key}={value}" for key, value in values.items()) or "default"
    output = book.build / "papermill" / label / f"{name}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with _environment(kernel_environment(book)):
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters=values,
                kernel_name="python3",
                cwd=book.notebooks,
                progress_bar=False,
                execution_timeout=CELL_SECONDS,
            )
        except papermill.PapermillExecutionError as error:
            where = locate(book, name, notebook, _index(notebook, error.cell_index, bool(values)))
            raise ChapterError(f"{where}\n{ANSI.sub('', str(error))}") from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise ChapterError(f"book/chapters/{name}.md\n{error}") from None
    return output


def papermill_chapters(
    book: Book, names: list[str], values: dict[str, object], jobs: int
) -> Iterator[tuple[str, Path | ChapterError]]:
    """Re-execute chapters with papermill, several at a time, and yield them in order.

    Those whose recorded execution took longest are started first: a long one that is started last
    leaves the other cores idle.

    Parameters
    ----------
    names : list of str
        Chapters.
    values : dict
        Parameters of all of them, as ``papermill_chapter`` takes them.
    jobs : int
        How many are executed at a time, at least 1. Each has its share of the processor's cores.

    Yields
    ------
    name : str
    result : Path or ChapterError
        The executed notebook, or why there is none.
    """
    threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // jobs))} if jobs > 1 else {}
    context = multiprocessing.get_context("spawn")
    with _environment(threads), ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = {
            name: pool.submit(papermill_chapter, book, name, values)
            for name in executions.longest_first(book, names)
        }
        for name in names:
            try:
                yield name, waiting[name].result()
            except ChapterError as error:
                yield name, error


def _text(notebook: NotebookNode) -> str:
    """Return the file that holds a notebook."""
    return nbformat.writes(notebook) + "\n"


def _index(notebook: NotebookNode, executed: int, injected: bool) -> int:
    """Return where a cell was before papermill put its own behind the one tagged parameters."""
    tagged = [i for i, cell in enumerate(notebook.cells) if is_parameters(cell)]
    return executed - 1 if injected and executed > tagged[0] else executed


def _device() -> str:
    """Return the accelerator that a chapter finds here, or CPU."""
    if find_spec("torch") is None:
        return "CPU"
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


@contextmanager
def _environment(variables: dict[str, str]) -> Generator[None]:
    before = os.environ.copy()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
