"""Binder's environment has what the chapters import, in the versions that the book allows."""

import os
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bookbuild.chapters import imports, requirements
from bookbuild.chapters.source import read_chapter
from support.books import THIS_BOOK

BINDER = THIS_BOOK.root / ".binder"
OTHERWISE = {"pytorch-cpu": "torch"}  # what conda-forge calls another name
LAB = ("jupyterlab", "jupyterlab-myst", "jupytext", "ipykernel")


def known(requirement: str) -> tuple[str, str]:
    """Return what a requirement names, in its normal form, and the versions that it allows."""
    wanted = Requirement(requirement)
    name = canonicalize_name(OTHERWISE.get(wanted.name, wanted.name))
    return name, str(wanted.specifier)


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Return what Binder's environment lists."""
    text = (BINDER / "environment.yml").read_text(encoding="utf-8")
    *conda, pip = yaml.safe_load(text)["dependencies"]
    assert conda[:2] == ["python=3.12", "pip"]
    return dict(map(known, [*conda[2:], *pip["pip"]]))


def test_it_lists_what_the_book_asks_for_in_the_same_versions(listed):
    project = tomllib.loads((THIS_BOOK.root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: dict(map(known, lines)) for name, lines in project[
        "optional-dependencies"
    ].items()}  # fmt: skip
    everything = {name: range_ for extra in extras.values() for name, range_ in extra.items()}
    wanted = dict(map(known, project["dependencies"]))
    wanted |= extras["notebooks"] | extras["lab"] | {name: everything[name] for name in LAB}
    assert listed == wanted


@pytest.fixture(scope="module")
def brought():
    """Return the distributions that bring each package that is installed here."""
    return packages_distributions()


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_it_lists_all_that_a_chapter_imports(listed, brought, name):
    cells = [
        cell.source for cell in read_chapter(THIS_BOOK, name).cells if cell.cell_type == "code"
    ]
    library = requirements.library()
    tops = {module.partition(".")[0] for module in imports.reached(cells, library)}
    missing = {
        top
        for top in tops
        if top in brought and top not in requirements.PACKAGES
        if not listed.keys() & {canonicalize_name(name) for name in brought[top]}
    }
    assert missing - {"distributed"} == set()  # which dask[distributed] brings


def test_it_installs_the_library_and_names_no_host():
    after = BINDER / "postBuild"
    assert os.access(after, os.X_OK)
    assert "pip install --no-deps ." in after.read_text("utf-8")
    for path in (after, BINDER / "environment.yml"):
        assert "://" not in path.read_text("utf-8")
