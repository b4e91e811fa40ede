"""The pages on the library hold what chapters use of it, and names in code lead to them."""

import ast
import re
from functools import cache

import pytest

from bookbuild import repository
from bookbuild.book import INTERFACE, sources
from bookbuild.chapters import imports, requirements
from bookbuild.site.extension import interface
from support.books import THIS_BOOK
from support.tiny_book import build

PAGES = sources(THIS_BOOK.source / INTERFACE, "*.md")
SHOWN = re.compile(r"^\.\. interface:: (\S+)$", re.MULTILINE)
CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"^(---.*?^---|:.*?)$", re.MULTILINE | re.DOTALL)
MODULES = [name for page in PAGES for name in SHOWN.findall(page.read_text(encoding="utf-8"))]
API = """# Bounds

```{eval-rst}
.. interface:: collective_action.bounds
```

```{eval-rst}
.. interface:: collective_action.population
```
"""
NAMES = """# Names

`bounds.uniqueness`, `population.Population.joint`, `bounds.feature_label(epsilon)`; `plain` words.
"""


@cache
def described() -> set[str]:
    """Return what the pages describe, by each of its names."""
    names = set(MODULES)
    for module in MODULES:
        text = "\n".join(interface.described(module))
        names |= {f"{module}.{name}" for name in re.findall(r"^\.\. py:\w+:: (\w+)", text, re.M)}
        names |= set(re.findall(r"^   :canonical: (\S+)", text, re.M))
    return names


def canonical(name: str) -> str:
    """Return where what a package offers under a name is written."""
    package, _, last = name.rpartition(".")
    if not package or last not in interface.library()[package].members:
        return name
    member = interface.library()[package].members[last]
    return member.final_target.path if member.is_alias else member.path


@pytest.mark.parametrize("chapter", THIS_BOOK.chapter_names())
def test_what_a_chapter_imports_is_described(chapter):
    text = (THIS_BOOK.chapters / f"{chapter}.md").read_text(encoding="utf-8")
    for cell in CELL.findall(text):
        code = OPTIONS.sub("", cell)
        for name in imports.named(ast.walk(ast.parse(code))):
            if name.startswith(requirements.PACKAGES):
                names = {name, canonical(name)}
                assert any(
                    f"{place}.".startswith(f"{known}.") for place in described() for known in names
                ), name


def test_a_signature_and_a_docstring_are_read():
    text = "\n".join(interface.described("collective_action.learners.optimal"))
    assert ".. py:function:: critical_mass(population: Population, " in text
    assert "* **success** -- The target S*, a fraction in [0, 1]." in text
    assert "_staircase" not in text


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"no module collective_action\.nothing"):
        list(interface.described("collective_action.nothing"))


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("https://github.com/o/n", "https://github.com/o/n/blob/main/src/a.py"),
        ("https://gitlab.com/o/n", "https://gitlab.com/o/n/-/blob/main/src/a.py"),
    ],
)
def test_a_file_of_the_repository_has_its_address(address, line):
    assert repository.parse(address, None, None).file("src/a.py") == line


@pytest.mark.slow
@pytest.mark.parametrize("address", ["", "https://github.com/o/n"])
def test_names_and_sources_are_links(tmp_path, address):
    built = build(tmp_path, pages={"bounds": API, "notation": NAMES}, repository=address)
    assert built.code == 0, built.messages
    links = built.page("notation").select("article p a:has(code)")
    prefix = "bounds.html#collective_action."
    names = ["bounds.uniqueness", "population.Population", "bounds.feature_label"]
    assert [link["href"] for link in links] == [prefix + name for name in names]
    described = built.page("bounds").find(id="collective_action.bounds.uniqueness")
    source = described.find("a", class_="external")["href"]
    if address:
        start = f"{address}/blob/main/src/collective_action/bounds.py#L"
        assert source.removeprefix(start).isdecimal()
    else:
        path, _, words = source.removeprefix("../").partition("#:~:text=")
        assert words == "def%20uniqueness"
        assert "def uniqueness" in (built.site / path).read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_name_that_is_on_no_page_is_refused(tmp_path):
    names = "# Names\n\n`bounds.no_such_bound`\n"
    built = build(tmp_path, pages={"bounds": API, "notation": names})
    assert built.code != 0
    assert "bounds.no_such_bound" in built.messages
