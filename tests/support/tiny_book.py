"""Build a book of a few pages with the real configuration, for tests of its Sphinx extension."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml
from bs4 import BeautifulSoup

from support.books import THIS_BOOK

ROOT = THIS_BOOK.root
START = "import runpy; runpy.run_module('bookbuild.site.lean', run_name='__main__')"


@dataclass(frozen=True)
class Built:
    """What a build left behind."""

    code: int
    messages: str
    site: Path

    def page(self, name: str) -> BeautifulSoup:
        """Return a built page, parsed."""
        return BeautifulSoup((self.site / f"{name}.html").read_text("utf-8"), "html.parser")


def build(
    folder: Path,
    *,
    repository: str = "",
    home: str = "",
    index: str = "# Title\n",
    chapter: str = "# One",
    outputs=(),
    bibliography: str = "",
    pages: dict[str, str] | None = None,
    first: str = "",
) -> Built:
    """Build a landing page and one chapter called ``one``, whose last cell has these outputs.

    ``pages`` are further pages, in reading order; ``first`` is code that runs before the build.
    """
    book = folder / "book"
    (book / "chapters").mkdir(parents=True, exist_ok=True)
    (book / "notebooks").mkdir(exist_ok=True)
    assets = book / "assets"
    shutil.copytree(ROOT / "book" / "assets", assets, ignore=_without_vendored, dirs_exist_ok=True)
    (book / "index.md").write_text(index, encoding="utf-8")
    (book / "references.bib").write_text(bibliography, encoding="utf-8")
    (book / "chapters" / "one.md").write_text(f"{chapter}\n", encoding="utf-8")
    drawn = {"outputs": list(outputs), "metadata": {"tags": ["chart:a"]}}
    cells = [
        nbformat.v4.new_markdown_cell(chapter, id="text"),
        nbformat.v4.new_code_cell("draw()", id="drawn", **drawn),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, book / "notebooks" / "one.ipynb")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["repository"]["url"] = repository
    config["html"]["baseurl"] = home
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    for name, text in (pages or {}).items():
        (book / f"{name}.md").write_text(text, encoding="utf-8")
    files = [{"file": name} for name in ("notebooks/one", *(pages or {}))]
    toc = {"format": "jb-book", "root": "index", "chapters": files}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    options = {"--config": "_config.yml", "--toc": "_toc.yml", "--path-output": "."}
    paths = [part for name, path in options.items() for part in (name, str(folder / path))]
    command = [sys.executable, "-c", f"{first}\n{START}", "build", str(book), *paths]
    run = subprocess.run(
        [*command, "-W", "-n", "--keep-going"], capture_output=True, text=True, check=False
    )
    return Built(run.returncode, run.stdout + run.stderr, folder / "_build" / "html")


def _without_vendored(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "fonts"]
