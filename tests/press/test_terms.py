"""The first mention of a term leads to the glossary, and nothing else of the page does."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from support.tiny_book import build

pytestmark = pytest.mark.slow

GLOSSARY = """# Title

A critical mass on the glossary's own page.

```{glossary}
critical mass
  The smallest size.

total variation
  A distance.

signal set
  Where it may be.

push
  A single word.

base rate
  How common it is.

rare word
  What is planted.
```
"""
CHAPTER = """# A critical mass in a title

```{admonition} After this chapter you can
:class: objectives

- **compute** a critical mass
```

The **total variation** is defined here. `critical mass` is code and $x$ is not.
A Critical mass is small. Push on: the critical mass again, and total variation.
The rare word has a base rate and, being a rare word, a low base rate.
A [signal set](https://example.org) has its link; a non-critical masseur is none.
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BeautifulSoup]:
    """Build the two pages."""
    folder: Path = tmp_path_factory.mktemp("terms")
    built = build(folder, index=GLOSSARY, chapter=CHAPTER)
    assert built.code == 0, built.messages
    return {name: built.page(name) for name in ("index", "notebooks/one")}


def test_only_the_first_mention_in_prose_is_a_link(pages):
    links = pages["notebooks/one"].select("article a.term")
    assert [link.get_text() for link in links] == ["Critical mass", "rare word", "base rate"]
    assert links[0]["href"] == "../index.html#term-critical-mass"
    assert "A Critical mass is small." in links[0].parent.get_text()


def test_the_glossary_does_not_lead_to_itself(pages):
    assert pages["index"].select("article a.term") == []
