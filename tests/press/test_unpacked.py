"""The student edition works where students unpack it, in what its own lists install."""

import zipfile

import nbformat
import pytest

from bookbuild.chapters.source import read_chapter
from bookbuild.editions import student
from support import environments
from support.books import THIS_BOOK
from support.students import Student

pytestmark = pytest.mark.elsewhere


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    """Return a folder with the unpacked archive, and an environment made from its lists."""

    def fill(folder):
        archive = student.write(THIS_BOOK, folder / "downloads") / student.ARCHIVE
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder / "mes cours, été")
        [top] = (folder / "mes cours, été").iterdir()
        environments.make(folder / "environment")
        environments.install(folder / "environment", "-r", "requirements.txt", folder=top)
        pip = (environments.program(folder / "environment", "python"), "-m", "pip", "install")
        quickly = ("--quiet", "--no-compile", "-r", "requirements-network.txt")
        environments.run(*pip, *quickly, folder=top)

    return environments.once(tmp_path_factory, "unpacked", fill)


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_every_notebook_runs_and_tells_right_from_wrong(unpacked, name):
    """Run a student's notebook, and at each exercise no answer, the right one and wrong ones."""
    [top] = (unpacked / "mes cours, été").iterdir()
    notebook = nbformat.read(top / "notebooks" / f"{name}.ipynb", as_version=4)
    python = environments.program(unpacked / "environment", "python")
    with Student(read_chapter(THIS_BOOK, name), notebook, top, python) as reader:
        complaints = reader.take_all_exercises()
        _, library = reader.run("import collective_action; print(collective_action.__file__)")
    assert not complaints, "\n".join([f"book/chapters/{name}.md:", *complaints])
    assert library.strip() == str(top / "collective_action" / "__init__.py")
