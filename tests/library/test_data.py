"""The library finds the book's data in a checkout, in an installed package, or where it is told."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from collective_action import data


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """Start in an empty folder, with nothing installed beside the module and nothing named."""
    monkeypatch.delenv("BOOK_ROOT")
    monkeypatch.setattr(data, "PACKAGED", tmp_path / "packaged")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")


def holder(folder: Path) -> Path:
    """Return a new folder that holds results."""
    (folder / "results").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("inside", ["", "book"])
@pytest.mark.parametrize("below", ["", "notebooks", "notebooks/deeper"])
def test_the_nearest_folder_at_or_above_the_working_directory(tmp_path, monkeypatch, inside, below):
    top = tmp_path / "a book, naïve"
    expected = holder(top / inside)
    holder(tmp_path / "book")  # farther away
    (top / below).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(top / below)
    assert data.book_folder() == expected
    assert data.book_file("results/sweeps") == expected / "results" / "sweeps"


def test_a_named_folder_wins_over_the_variable_that_over_the_package_that_over_the_directory(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(holder(tmp_path / "directory"))
    assert data.book_folder() == tmp_path / "directory"
    holder(tmp_path / "packaged")
    assert data.book_folder() == tmp_path / "packaged"
    monkeypatch.setenv("BOOK_ROOT", str(holder(tmp_path / "variable")))
    assert data.book_folder() == tmp_path / "variable"
    assert data.book_folder(holder(tmp_path / "named")) == tmp_path / "named"
    assert data.book_folder("../named") == tmp_path / "directory" / ".." / "named"


def test_a_folder_without_results_is_named_and_so_is_who_named_it(tmp_path, monkeypatch):
    holder(tmp_path / "packaged")
    with pytest.raises(FileNotFoundError, match=r"^folder is '.*empty', and neither"):
        data.book_folder(tmp_path / "empty")
    monkeypatch.setenv("BOOK_ROOT", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=r"variable BOOK_ROOT is '.*gone', and neither"):
        data.book_file("literature.yml")


def test_no_data_anywhere_is_an_error_that_says_where_they_were_looked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        data.book_folder()
    for words in ("BOOK_ROOT", str(tmp_path / "packaged"), str(tmp_path / "empty")):
        assert words in str(error.value)


def test_the_library_put_anywhere_brings_its_tables(tmp_path):
    """Move the package as an installation does; neither its place nor the directory matters."""
    book = tmp_path / "site packages é" / "collective_action"
    shutil.copytree(Path(data.__file__).parent, book, ignore=shutil.ignore_patterns("__pycache__"))
    (book / "book" / "results" / "sweeps").mkdir(parents=True)
    code = "from collective_action.data import book_file; print(book_file('results/sweeps'))"
    code = f"import sys; sys.path.insert(0, {str(book.parent)!r}); {code}"
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", code]
    found = subprocess.run(command, capture_output=True, check=True)
    assert found.stdout.decode().strip() == str(book / "book" / "results" / "sweeps")
