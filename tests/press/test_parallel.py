"""However many processes write a book, and wherever its pages are held, they are the same pages."""

from pathlib import Path

import nbformat
import pytest

from bookbuild.chapters.renderer import render
from support.tiny_book import Built, build

pytestmark = pytest.mark.slow

SPEC = {
    "description": "One bar.",
    "data": {"values": [{"a": "b", "c": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "c", "type": "quantitative"}},
}
LINKS = "{numref}`fig-{0}`, {prf:ref}`thm-{0}`, {ref}`ex-{0}`, {eq}`eq-{0}`, {cite:t}`work`"
PAGE = """# Page {0}

{links} and the critical mass.

```{{prf:theorem}} Of page {0}
:label: thm-{0}
It holds.
```

```{{prf:proof}}
:class: dropdown
See {{prf:ref}}`thm-two`.
```

```{{math}}
:label: eq-{0}
a = {0}
```

```{{figure}} assets/logo.svg
:name: fig-{0}
:alt: A logo.

The logo of page {0}.
```

```{{exercise}}
:label: ex-{0}
Compute {0}.
```

```{{solution}} ex-{0}
:class: dropdown
It is {0}.
```

```{{quiz}}
Is this page {0}?

- [x] Yes.
  > See {{doc}}`two`.
- [ ] No.
  > It is.
```

```{{chart}} notebooks/one#a
```
"""
NAMES = ("two", "three", "four", "five")
GLOSSARY = """# Glossary

```{glossary}
critical mass
  The smallest size.
```
"""
BIBLIOGRAPHY = "# Works\n\n```{bibliography}\n```\n"
WORK = "@book{work, author = {Ada Author}, title = {A work}, year = {2020}, publisher = {P}}\n"
AS_SPHINX_DOES = """
from bookbuild.site.extension import doctrees, parallel
doctrees.setup = lambda app: None
parallel.MOST = 1
"""
IN_THREE_PROCESSES = "import os; os.cpu_count = lambda: 3"


def written(folder: Path, first: str) -> Built:
    """Build a book in which every page refers to every other."""
    links = {name: " ".join(LINKS.replace("{0}", other) for other in NAMES) for name in NAMES}
    pages = {name: PAGE.format(name, links=links[name]) for name in NAMES}
    data, metadata = render(SPEC)
    output = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    return build(
        folder,
        outputs=[output],
        bibliography=WORK,
        pages=pages | {"glossary": GLOSSARY, "works": BIBLIOGRAPHY},
        first=first,
    )


def contents(site: Path) -> dict[str, bytes]:
    """Return the files of a site."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def test_pages_do_not_depend_on_how_many_processes_write_them(tmp_path: Path) -> None:
    sites = []
    for name, first in {"one": AS_SPHINX_DOES, "three": IN_THREE_PROCESSES}.items():
        built = written(tmp_path / name, first)
        assert built.code == 0, built.messages
        sites.append(contents(built.site))
    alone, together = sites
    assert alone.keys() == together.keys()
    assert [name for name in alone if alone[name] != together[name]] == []
    page = alone["three.html"].decode()
    for words in ("Theorem 4", "Exercise 2", "Fig. 3", "(4)", "Author", "critical mass</"):
        assert words in page, words
