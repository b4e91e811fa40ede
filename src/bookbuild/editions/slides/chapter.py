"""The built page of a chapter, and the pieces of it that a slide can show."""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from posixpath import normpath
from urllib.parse import urlsplit

import nbformat
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import AttributeValueList
from nbformat import NotebookNode

from bookbuild.book import Book
from bookbuild.chapters import article, glued
from bookbuild.elements import attribute, classes, first

PROSE = ("p", "ul", "ol", "dl", "table", "blockquote")
PUNCTUATION = re.compile(r"[-.,;:!?)\]]+\w*")
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
WIDEST, LONGEST = 78, 17  # characters and lines of code that a slide holds


@dataclass(frozen=True)
class Chapter:
    """A built page, its blocks of code, and the code cells behind its cells, in order.

    The methods return copies, ready for a page in another folder: without ids, links made whole.
    """

    name: str
    article: Tag
    code_blocks: list[str]
    cells: list[NotebookNode]
    values: dict[str, object]

    @property
    def title(self) -> str:
        """The chapter's title."""
        words = first(self.article, "h1").find(string=True, recursive=False)
        return str(words or "").strip()

    @property
    def number(self) -> str:
        """The chapter's number as its title shows it, without the dot; empty if it has none."""
        number = self.article.select_one("h1 > .section-number")
        return number.get_text(strip=True).rstrip(".") if number else ""

    def value(self, name: str, form: str) -> str:
        """Return a number that the chapter glues, formatted as on its page."""
        if name not in self.values:
            raise ValueError(f"the chapter glues no {name!r}; it glues: {', '.join(self.values)}")
        return format(self.values[name], form)

    def show(self, label: str) -> Tag:
        """Return the box or section with a label, or the only element of such a class."""
        places = self._by_id[label] or self._by_class[label]
        if len(places) != 1:
            labels = [
                attribute(tag, "id") for tag in self.article.find_all(class_="admonition", id=True)
            ]
            raise ValueError(
                f"the chapter has {len(places)} places labelled {label!r}, not one; "
                f"its boxes are: {', '.join(labels)}"
            )
        piece = self._copy(places[0])
        if places[0].name == "section":
            first(piece, "h1, h2, h3, h4, h5, h6").decompose()
        elif label == classes(places[0])[0] or "objectives" in classes(places[0]):
            first(piece, ".admonition-title").decompose()
        return piece

    def proof(self, label: str) -> Tag:
        """Return the proof that stands below the box with a label."""
        labelled = self._by_id[label]
        proof = labelled[0].find_next_sibling() if labelled else None
        if proof is None or not {"proof", "folded"} & set(classes(proof)):
            raise ValueError(f"the chapter has no proof directly below {label!r}")
        piece = self._copy(proof)
        summary = piece.find("summary")
        if summary is not None:
            summary.decompose()
        return piece

    def equation(self, words: str) -> Tag:
        """Return the displayed equation whose TeX holds these characters."""
        return self._copy(_only(words, [tag for tag, held in self._equations if words in held]))

    def text(self, words: str) -> Tag:
        """Return the paragraph, list or table that holds these words."""
        holding = [tag for tag, held in self._prose if words in held]
        outer = [tag for tag in holding if not any(parent in holding for parent in tag.parents)]
        return self._copy(_only(words, outer))

    def code(self, words: str, start: str = "", end: str = "") -> Tag:
        """Return the code of a cell, from the line that holds ``start`` to that with ``end``.

        Raises
        ------
        ValueError
            If there is no such cell or line, or what is left does not fit on a slide.
        """
        piece = self._copy(first(self._cell(words), ".cell_input .highlight"))
        block = first(piece, "pre")
        lines = block.decode_contents().removeprefix("<span></span>").rstrip("\n").split("\n")
        plain = [BeautifulSoup(line, "html.parser").get_text() for line in lines]
        begin = _line(plain, start) if start else 0
        last = _line(plain, end) if end else len(plain) - 1
        for line in plain[begin : last + 1]:
            if len(line) > WIDEST:
                raise ValueError(f"a line of code has over {WIDEST} characters: {line}")
        if not 0 < last + 1 - begin <= LONGEST:
            raise ValueError(
                f"the code with {words!r} has {last + 1 - begin} lines, and a slide holds 1 to "
                f"{LONGEST}: choose some with :start-at: and :end-at:"
            )
        inner = "\n".join(lines[begin : last + 1])
        block.replace_with(BeautifulSoup(f"<pre>{inner}</pre>", "html.parser"))
        return piece

    def output(self, words: str) -> Tag:
        """Return what a cell shows: its chart, table or text."""
        output = self._cell(words).find(class_="cell_output")
        if output is None:
            raise ValueError(f"the cell with {words!r} shows nothing")
        return self._copy(output)

    # A deck asks for some forty pieces: the page is searched through once for all.

    @cached_property
    def _by_id(self) -> dict[str, list[Tag]]:
        return _indexed(self.article, "id")

    @cached_property
    def _by_class(self) -> dict[str, list[Tag]]:
        return _indexed(self.article, "class")

    @cached_property
    def _prose(self) -> list[tuple[Tag, str]]:
        return [(tag, _words(tag)) for tag in self.article.find_all(PROSE)]

    @cached_property
    def _equations(self) -> list[tuple[Tag, str]]:
        return [(tag, _words(tag)) for tag in self._by_class["math"] if tag.name == "div"]

    def _cell(self, words: str) -> Tag:
        shown = [tag for tag in self._by_class["cell"] if tag.name == "div"]
        if len(shown) != len(self.cells):
            raise ValueError(
                f"the page shows {len(shown)} cells and its notebook {len(self.cells)}: "
                "build the site anew, with `make book`"
            )
        return _only(words, [
            tag for tag, cell in zip(shown, self.cells, strict=True)
            if words in cell.source or words in cell.metadata.get("tags", [])
        ])  # fmt: skip

    def _copy(self, tag: Tag) -> Tag:
        piece = copy.copy(tag)
        for place in piece.find_all("pre"):
            code = article.whole(str(place), self.code_blocks)
            place.replace_with(BeautifulSoup(code, "html.parser"))
        for extra in piece.find_all(class_=["headerlink", "copybtn"]):
            extra.decompose()
        for part in [piece, *piece.find_all(True)]:
            part.attrs.pop("id", None)
            if part.name in ("section", "details"):  # a slide within a slide; a fold to be opened
                part.name = "div"
            address = attribute(part, "href") if "href" in part.attrs else None
            if address is not None and not urlsplit(address).netloc:
                address = f"{self.name}.html{address}" if address.startswith("#") else address
                part["href"] = normpath(f"../notebooks/{address}")
        _keep_together(piece)
        return piece


def read(book: Book, name: str) -> Chapter:
    """Return the built page of a chapter.

    Raises
    ------
    ValueError
        If there is no such chapter, or the site was not built.
    """
    book.select([name])
    page = book.site / book.notebooks.name / f"{name}.html"
    if not page.is_file():
        raise ValueError(f"{page} does not exist: build the site first, with `make book`")
    text, code_blocks = article.read(page.read_text(encoding="utf-8"))
    notebook = nbformat.read(book.notebooks / f"{name}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [cell for cell in code if "remove-cell" not in cell.metadata.get("tags", [])]
    soup = BeautifulSoup(text, "html.parser")
    return Chapter(name, first(soup, "article"), code_blocks, shown, glued.read(notebook))


def _indexed(article: Tag, name: str) -> defaultdict[str, list[Tag]]:
    """Return the elements below an article by the words of an attribute, in reading order."""
    tags = defaultdict(list)
    for tag in article.descendants:
        for word in (
            tag.get_attribute_list(name, AttributeValueList()) if isinstance(tag, Tag) else []
        ):
            tags[word].append(tag)
    return tags


def _only(words: str, tags: list[Tag]) -> Tag:
    if len(tags) != 1:
        raise ValueError(f"the chapter has {len(tags)} places with {words!r}, not one")
    return tags[0]


def _keep_together(piece: Tag) -> None:
    """Let no line begin with the punctuation that follows a formula."""
    for formula in piece.find_all("span", class_="math"):
        after = formula.next_sibling
        if isinstance(after, NavigableString) and (mark := PUNCTUATION.match(after)):
            after.replace_with(after[mark.end() :])
            formula.wrap(Tag(name="span", attrs={"class": "together"})).append(mark[0])


def _line(lines: list[str], words: str) -> int:
    for number, line in enumerate(lines):
        if words in line:
            return number
    raise ValueError(f"the code has no line with {words!r}")


def _words(tag: Tag) -> str:
    """Return the words of a piece as they are written, with straight quotation marks."""
    return " ".join(tag.get_text().translate(STRAIGHT).split())
