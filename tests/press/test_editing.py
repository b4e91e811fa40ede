"""A chapter that is opened and saved in JupyterLab keeps every byte that nobody edited."""

import difflib
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from jupytext.sync_contentsmanager import build_sync_jupytext_contents_manager_class
from nbformat.v4 import new_markdown_cell

from support.books import THIS_BOOK, code

Manager = build_sync_jupytext_contents_manager_class(LargeFileManager)
LANGUAGE = {  # what a kernel says of itself: JupyterLab adds it to each notebook that it opens
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.11.9",
}
DEAF = 'notebook_metadata_filter = "-all"\ncell_metadata_filter = "-all"\n'


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Give every test an empty home directory, and return it."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_CONFIG_HOME", "JUPYTER_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def chapters(tmp_path) -> Path:
    """Return a copy of the folder of chapters, at its place in a copy of the checkout."""
    return shutil.copytree(THIS_BOOK.chapters, tmp_path / "copy" / "book" / "chapters")


def save(path: Path, root: Path, edit=lambda cells: None) -> None:
    """Open a chapter as JupyterLab does where it was started in ``root``, edit and save it."""
    manager = Manager(root_dir=str(root), log=logging.getLogger("quiet"))
    model = manager.get(path.relative_to(root).as_posix(), type="notebook", content=True)
    notebook = model["content"]
    notebook.metadata["language_info"] = LANGUAGE
    for cell in notebook.cells:
        cell.metadata["trusted"] = True
    edit(notebook.cells)
    manager.save(model, path.relative_to(root).as_posix())


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
@pytest.mark.parametrize("start", ["the chapters", "the checkout", "a home with settings", "alone"])
def test_open_and_save_keeps_every_byte(chapters, home, tmp_path, name, start):
    path = chapters / f"{name}.md"
    root = chapters
    if start == "the checkout":
        root = tmp_path / "copy"
    elif start == "a home with settings":
        (home / ".jupytext.toml").write_text(DEAF)
    elif start == "alone":
        root = tmp_path
        path = Path(shutil.copy(path, tmp_path))
    before = path.read_bytes()
    save(path, root)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_an_edit_changes_what_was_edited(chapters, name):
    path = chapters / f"{name}.md"
    before = path.read_text(encoding="utf-8").splitlines()

    def edit(cells):
        cells[0].source += "\n\nAnother line."
        cells.append(new_markdown_cell("A new cell."))

    save(path, chapters, edit)
    after = path.read_text(encoding="utf-8").splitlines()
    changes = [line for line in difflib.unified_diff(before, after, n=0) if "@@" not in line][2:]
    follows_text = not before[-1].startswith("```")
    wanted = [
        *("+", "+Another line."),
        *(("+", "++++") if follows_text else ()),
        *("+", "+A new cell."),
    ]  # of two blank lines around a new one, difflib takes either
    assert sorted(changes) == sorted(wanted)
    assert [line for line in changes if line != "+"] == [line for line in wanted if line != "+"]


def test_a_new_chapter_keeps_what_its_author_writes(chapters):
    header = (chapters / "planting-a-signal.md").read_text(encoding="utf-8").partition("\n# ")[0]
    path = chapters / "new.md"
    text = f"{header}\n# New\n\n{code('x = 1', 'answer')}".replace(
        "[answer]\n", "[answer]\n:wrong: [x = 2, 'y = \"2\"']\n:another: {a: 1}\n"
    )
    path.write_text(text.replace("chapter:\n", "chapter:\n  another: 1\n"), encoding="utf-8")
    save(path, chapters)
    notebook = jupytext.read(path)
    assert notebook.metadata["chapter"]["another"] == 1
    assert notebook.cells[-1].metadata == {
        "tags": ["answer"],
        "wrong": ["x = 2", 'y = "2"'],
        "another": {"a": 1},
    }
    once = path.read_bytes()
    save(path, chapters)
    assert path.read_bytes() == once


@pytest.mark.slow
def test_the_commands_of_jupytext_keep_every_byte(chapters, tmp_path):
    paths = sorted(chapters.glob("*.md"))
    before = {path: path.read_text(encoding="utf-8") for path in paths}
    notebooks = [path.with_suffix(".ipynb") for path in paths]

    def after(*command):
        command = [sys.executable, "-m", "jupytext", "--quiet", *command]
        subprocess.run(command, cwd=tmp_path, check=True)
        return {path: path.read_text(encoding="utf-8") for path in paths}

    assert after("--to", "ipynb", *paths) == before
    assert after("--to", "md:myst", *notebooks) == before
    after("--set-formats", "ipynb,md:myst", *paths)
    paired = after("--sync", *paths)
    assert {
        path: text.replace("  formats: ipynb,md:myst\n", "") for path, text in paired.items()
    } == before
