"""A student's notebook says in plain Markdown what the chapter says in MyST."""

import re
from collections import Counter

import nbformat
import pytest
import yaml
from nbformat.v4 import new_output

from bookbuild.chapters.glued import RECORD
from bookbuild.chapters.source import read_chapter
from bookbuild.editions import plain, student
from support.books import THIS_BOOK, chapter, code, execute, make_book

FIRST = chapter(
    "# One thing\n",
    "```{prf:theorem} It holds\n:label: thm-it\n\nAlways, see {doc}`two`.\n```\n",
    "```{exercise}\n:label: ex-a\n\n(*Open.*) Why?\n```\n",
)
SECOND = chapter(
    "# Two things\n",
    "```{exercise}\n:label: ex-b\n\n(*Open.*) How?\n```\n",
    "```{prf:theorem}\n:label: thm-that\n\nThat.\n```\n",
    code("share = 0.25"),
)
WORKS = """@book{a, author = {van der Berg, Ann}, title = {A}, year = {2001}}
@book{b, author = {Ott, B. and Uhl, C.}, title = {B}, year = {2002}}
@book{c, author = {Ott, B. and Uhl, C. and Ey, D.}, title = {C}, year = {2003}}
@book{d, organization = {{The Press}}, title = {D}, year = {2004}}
"""
SAID = {
    "{prf:ref}`thm-that`, {ref}`ex-b`": "Theorem 2, Exercise 2",
    "{prf:ref}`thm-it`": "[Theorem 1](one.ipynb)",
    "{doc}`one` and {doc}`/notebooks/one`": "[One thing](one.ipynb) and [One thing](one.ipynb)",
    "{doc}`the page <index>`": "*the page*",
    "{cite:t}`a` and {cite:p}`b,c`": (
        "van der Berg (2001) and (Ott and Uhl, 2002; Ott et al., 2003)"
    ),
    "{cite:t}`d`": "The Press (2004)",
    "{glue:text}`share:.0%` of {glue:text}`kind`": "25% of all",
    "{glue:text}`unknown:.0%`": "{glue:text}`unknown:.0%`",
    "Term\n: One.\n: Two.\n": "**Term.** One.\n- Two.\n",
    "```{prf:theorem} Title\n:label: thm-that\n\nThat.\n```": "**Theorem 2 (Title).** That.",
    "```{exercise}\n:label: ex-b\n\nHow?\n```": "### Exercise 2\n\nHow?",
    "```{prf:proof}\n:class: dropdown\n\nSo.\n```": (
        "<details><summary>Proof</summary>\n\nSo.\n\n</details>"
    ),
    "```{prf:proof}\nSo.\n```": "*Proof.* So.",
    "```{admonition} From memory: *why*?\n:class: recall dropdown\n\nSo, {cite:t}`d`.\n```": (
        "<details><summary>From memory: <em>why</em>?</summary>\n\n"
        "So, The Press (2004).\n\n</details>"
    ),
    "```{chapter-card}\n```\n": "\n",
    ":::{admonition} Note\n:class: note\n\nA\n```{literature}\n```\n:::": "**Note**\n\nA",
    "```{quiz}\nIs it?\n\n- [ ] *No*, `not`.\n  > Look\n  > again.\n- [x] $a*b*c$.\n  > So.\n```": (
        "**A question.** Is it?\n\n"
        "<details><summary><em>No</em>, <code>not</code>.</summary>\n\n"
        "**No.** Look\nagain.\n\n</details>\n\n"
        "<details><summary>$a*b*c$.</summary>\n\n**Right.** So.\n\n</details>"
    ),
}


@pytest.fixture(scope="module")
def speak(tmp_path_factory):
    """Return what says a piece of the second chapter in plain Markdown."""
    book = make_book(tmp_path_factory.mktemp("book"), one=FIRST, two=SECOND)
    (book.source / "references.bib").write_text(WORKS, encoding="utf-8")
    scraps = [
        new_output("display_data", data={RECORD: text}, metadata={"scrapbook": {"name": name}})
        for name, text in {"share": "0.25", "kind": "'all'"}.items()
    ]
    execute(book, "two", {"share = 0.25": scraps})
    return plain.speaker(book, plain.names(book), "two")


@pytest.mark.parametrize("text", SAID)
def test_plain_markdown(speak, text):
    assert speak(text) == SAID[text]


@pytest.fixture(scope="module")
def known():
    """Return what this book's chapters can refer to."""
    return plain.names(THIS_BOOK)


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_no_markup_of_the_site_is_left_in_a_students_notebook(known, name):
    said = plain.speaker(THIS_BOOK, known, name)
    cells = student.student_notebook(read_chapter(THIS_BOOK, name), said).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\{[a-z:-]+\}`[^`]*`|^[`:]{3,}\{.*|^:\w+:.*|- \[[x ]\]", text, re.M) == []


def test_exercises_are_counted_chapter_by_chapter(known):
    counts = Counter()
    for label, (name, where) in known.labels.items():
        if label.startswith("ex-"):
            counts[where] += 1
            assert name == f"Exercise {THIS_BOOK.numbers()[where]}.{counts[where]}"
    assert counts.keys() == THIS_BOOK.numbers().keys()


def test_a_notebook_of_a_numbered_chapter_begins_with_its_number(tmp_path):
    book = make_book(tmp_path, one=FIRST, two=SECOND)
    parts = [
        {"numbered": 1, "chapters": [{"file": f"notebooks/{name}"}]}
        for name in book.chapter_names()
    ]
    toc = {"format": "jb-book", "root": "index", "parts": parts}
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    cells = nbformat.read(student.write(book) / "two.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells)
    assert "# 2. Two things" in text
    assert "### Exercise 2.1" in text
    assert "**Theorem 2.1.**" in text


def test_the_notebooks_written_are_plain(tmp_path):
    book = make_book(tmp_path, one=FIRST, two=SECOND)
    cells = nbformat.read(student.write(book) / "two.ipynb", as_version=4).cells
    assert "### Exercise 2" in "\n".join(cell.source for cell in cells)
