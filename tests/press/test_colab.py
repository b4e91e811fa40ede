"""Every chapter runs from its Colab address, where only what Colab brings is installed."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from bookbuild import repository
from bookbuild.book import Book
from bookbuild.chapters import requirements
from bookbuild.chapters.renew import renew
from bookbuild.chapters.source import read_chapter
from support import environments
from support.books import THIS_BOOK
from support.tiny_book import build

pytestmark = pytest.mark.elsewhere

ADDRESS = "https://github.com/someone/the-book"
BRANCH = "main"
LEFT = shutil.ignore_patterns(".git", ".venv", "_build", "node_modules", "private", "__pycache__")
BROUGHT = ("ipykernel", "numpy", "pandas", "matplotlib")  # and PyTorch, which has an environment
NETWORKS = [
    name
    for name in THIS_BOOK.chapter_names()
    if requirements.network(read_chapter(THIS_BOOK, name))
]


def git(*arguments: str, folder: Path) -> str:
    """Run git as nobody in particular; return what it prints."""
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    return environments.run("git", *who, *arguments, folder=folder)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of this book whose notebooks fetch the library from its address."""

    def fill(folder: Path) -> None:
        shutil.copytree(THIS_BOOK.root, folder, ignore=LEFT, dirs_exist_ok=True)
        settings = folder / "_config.yml"
        text = settings.read_text(encoding="utf-8")
        named = re.sub(r"(?m)^  url: .*$", f'  url: "{ADDRESS}"', text, count=1)
        settings.write_text(named, encoding="utf-8")
        book = Book(folder)
        assert repository.find(book).url == ADDRESS
        for name in book.chapter_names():
            renew(book, name)
        git("init", "--quiet", f"--initial-branch={BRANCH}", folder=folder)
        git("add", "--all", folder=folder)
        git("commit", "--quiet", "--message", "Publish", folder=folder)

    return environments.once(tmp_path_factory, "published", fill)


@pytest.fixture(scope="session")
def colab(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address at which a built page opens its notebook on Colab, for a chapter {}."""

    def fill(folder: Path) -> None:
        built = build(folder / "book", repository=ADDRESS)
        links = [link["href"] for link in built.page("notebooks/one").find_all("a", href=True)]
        [address] = [link for link in links if "colab" in link]
        (folder / "address").write_text(address)

    folder = environments.once(tmp_path_factory, "colab", fill)
    return (folder / "address").read_text().replace("/one.ipynb", "/{}.ipynb")


def reaching(published: Path) -> dict[str, str]:
    """Return the environment variables by which git finds the repository at its public address."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{published.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory, colab: str, published: Path):
    """Return a function from a chapter to an environment that its first cell made of Colab's."""

    def of(name: str) -> Path:
        networks = name in NETWORKS

        def fill(folder: Path) -> None:
            environments.make(folder)
            python = environments.program(folder, "python")
            pip = (python, "-m", "pip", "install", "--quiet", "--no-compile")
            environments.run(*pip, *BROUGHT, *(["torch"] if networks else []), folder=folder)
            before = installed(folder)
            first = opened(colab.format(name), published).cells[0].source
            variables = environments.bare() | reaching(published)
            subprocess.run([python, "-c", first], cwd=folder, env=variables, check=True)
            after = installed(folder)
            assert after.get("torch") == before.get("torch")
            assert before.keys() < after.keys()

        return environments.once(tmp_path_factory, "networks" if networks else "theory", fill)

    return of


def installed(environment: Path) -> dict[str, str]:
    """Return the versions of what is installed in an environment."""
    python = environments.program(environment, "python")
    lines = environments.run(python, "-m", "pip", "list", "--format=freeze", folder=environment)
    return dict(line.split("==") for line in lines.splitlines())


def opened(address: str, published: Path) -> nbformat.NotebookNode:
    """Return the notebook that Colab shows at an address, as git would give it."""
    _, hub, *owner, blob, branch, path = urlsplit(address).path.split("/", 6)
    assert (hub, blob) == ("github", "blob")
    assert f"https://{hub}.com/{'/'.join(owner)}" == ADDRESS
    return nbformat.reads(git("show", f"{branch}:{path}", folder=published), as_version=4)


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_a_chapter_runs_from_its_colab_address(
    name: str, colab: str, published: Path, machine, tmp_path: Path
) -> None:
    notebook = opened(colab.format(name), published)
    client = NotebookClient(
        notebook,
        kernel_manager_class=environments.kernel(environments.program(machine(name), "python")),
        timeout=1_200,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute(env=environments.bare() | reaching(published))  # raises where a cell does
    assert [cell for cell in notebook.cells if cell.get("outputs")]
