"""What `pip install` of the wheel gives, away from the checkout."""

import json
import shutil
import sys
import zipfile

import pytest

from bookbuild.editions import student
from support import environments
from support.books import THIS_BOOK, chapter, code, make_book
from support.packages import NETWORKS

pytestmark = pytest.mark.elsewhere
CHART = """
import altair as alt
import pandas as pd
table = pd.DataFrame({"x": [1], "y": [2]})
alt.Chart(table).mark_point().encode(x="x:Q", y="y:Q").properties(description="A dot.")
"""
PACKAGES = ("collective_action/", "collective_lab/")
THEORY = f"""
import importlib, json, pkgutil, sys
import collective_action
from collective_action.data import book_file
heavy = {NETWORKS!r}
names = [found.name for found in pkgutil.walk_packages(
    collective_action.__path__, "collective_action.", onerror=lambda name: None)]
for name in names:
    if not name.startswith(heavy):
        importlib.import_module(name)
print(json.dumps([names, str(book_file("results/sweeps")), sorted(sys.modules)]))
"""
TABLES = """
from collective_lab.results import recorded
import collective_action
print(collective_action.__file__, len(recorded("bag")), sep="\\n")
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Return a folder with the sdist, and the wheel that is built from it."""

    def fill(folder):
        uv = (sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", folder)
        environments.run(*uv, THIS_BOOK.root, folder=folder)

    return environments.once(tmp_path_factory, "built", fill)


@pytest.fixture(scope="session")
def wheel(built):
    """Return the wheel's path."""
    [path] = built.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def theory(tmp_path_factory, wheel):
    """Return an environment with the wheel and what it cannot do without."""

    def fill(folder):
        environments.make(folder / "environment", "--without-pip")
        lock = ("--constraint", THIS_BOOK.root / "requirements.txt")
        environments.install(folder / "environment", wheel, *lock, folder=folder)

    return environments.once(tmp_path_factory, "theory", fill)


def test_the_theory_needs_four_packages(theory):
    python = environments.program(theory / "environment", "python")
    names, sweeps, loaded = json.loads(environments.run(python, "-c", THEORY, folder=theory))
    assert {"collective_action.bounds", "collective_action.learners.optimal.success"} <= set(names)
    assert sweeps.startswith(str(theory / "environment"))
    assert not {"torch", "sklearn", "yaml"} & set(loaded)


def test_the_wheel_and_the_student_edition_bring_the_same_library_and_data(wheel, tmp_path):
    written = student.write(THIS_BOOK, tmp_path) / student.ARCHIVE
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(written) as other:
        library = {name for name in one.namelist() if name.startswith(PACKAGES)}
        names = {name.partition("/")[2] for name in other.namelist()}
    assert {name for name in names if name.startswith(PACKAGES)} == library
    results = {
        f"collective_action/book/{path.relative_to(THIS_BOOK.source).as_posix()}"
        for path in THIS_BOOK.results.rglob("*")
        if path.is_file() and path.parent.name != "executions"
    }
    assert results <= library


def test_the_tables_are_read_from_the_wheel(wheel, tmp_path):
    """Put the wheel, and nothing else of the book, where this Python finds it."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site-packages é")
    place = f"import sys; sys.path.insert(0, {str(tmp_path / 'site-packages é')!r})"
    found = environments.run(sys.executable, "-I", "-c", f"{place}\n{TABLES}", folder=tmp_path)
    library, count = found.splitlines()
    assert library.startswith(str(tmp_path))
    assert int(count) > 2_000


def test_the_press_of_the_wheel_builds_a_book_of_somebody_else(theory, wheel, tmp_path):
    environment = tmp_path / "environment"
    environments.make(environment, "--without-pip")
    lock = ("--constraint", THIS_BOOK.root / "requirements.txt")
    environments.install(environment, f"{wheel}[press,run]", *lock, folder=tmp_path)
    text = chapter("# One\n", "```{chapter-card}\n```\n", code(CHART), "Two.\n")
    book = make_book(tmp_path / "un livre", one=text)
    shutil.copy(THIS_BOOK.root / "_config.yml", book.root)
    shutil.copytree(THIS_BOOK.source / "assets", book.source / "assets")
    (book.source / "references.bib").touch()
    book.slides.mkdir()
    notes = "```{notes} 1\nHello.\n```\n"
    outline = f"{notes}\n## A slide\n\n```{{text}} Two\n```\n\n{notes}"
    (book.slides / "one.md").write_text(outline, encoding="utf-8")
    press = environments.program(environment, "bookbuild")
    for command in ("execute", "compare", "site", "check"):
        environments.run(press, command, "--book", book.root, folder=tmp_path)
    assert "Two." in (book.site / "slides" / "one.html").read_text(encoding="utf-8")
    card = (book.site / "notebooks" / "one.html").read_text(encoding="utf-8")
    assert f"../student/{student.ARCHIVE}" in card
    assert "application/vnd.vegalite+json" in card
    assert "wordmark" in (book.site / "index.html").read_text(encoding="utf-8")
    printer = "from bookbuild.editions.pdf.document import FIT; print(len(FIT.read_text('utf-8')))"
    python = environments.program(environment, "python")
    assert int(environments.run(python, "-c", printer, folder=tmp_path)) > 0
