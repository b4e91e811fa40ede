"""The whole book as one PDF: complete, in order, with true page numbers, linked from the site."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from bookbuild.editions.pdf.document import FIT
from bookbuild.editions.pdf.link import NAME
from bookbuild.editions.pdf.press import TEXT
from support.books import THIS_BOOK

LAID_OUT = "<article style='width: 567px; margin: 0'><section id='here'>{}</section></article>"


@pytest.fixture(scope="session")
def pdf(site: Path, browser) -> PdfReader:
    """Read the PDF."""
    if not (site / NAME).is_file():
        pytest.fail(f"there is no {NAME} in the site: run `make pdf` first")
    return PdfReader(site / NAME)


@pytest.fixture(scope="session")
def outline(pdf: PdfReader) -> list[tuple[str, int]]:
    """Return the title and the page, counted from one, of each entry of the PDF's outline."""

    def walk(entries):
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry)
            else:
                yield entry.title, pdf.get_destination_page_number(entry) + 1

    return list(walk(pdf.outline))


@pytest.fixture(scope="session")
def articles(site: Path) -> dict[str, BeautifulSoup]:
    """Return the text of every page but the landing page, in reading order."""
    return {
        name: BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser").article
        for name in [page for _, pages in THIS_BOOK.on_paper() for page in pages][1:]
    }


@pytest.fixture(scope="session")
def titles(articles: dict[str, BeautifulSoup]) -> list[str]:
    """Return the title of each of those pages."""
    return [article.h1.get_text().removesuffix("#") for article in articles.values()]


def test_every_page_of_the_book_is_in_the_outline_in_order(outline, titles) -> None:
    entries = iter(title for title, _ in outline)
    assert [title for title in titles if title not in entries] == []


def test_solutions_are_at_the_end(pdf, outline, articles) -> None:
    last = max(page for title, page in outline if title == "Solutions")
    assert last > max(page for title, page in outline if title == "Bibliography")
    places = {
        name.removeprefix("/"): pdf.get_destination_page_number(place) + 1
        for name, place in pdf.named_destinations.items()
    }
    solutions = [
        f"{name.replace('/', '-')}--{solution['id']}"
        for name, article in articles.items()
        for solution in article.select(".solution[id]")
    ]
    assert solutions
    assert [name for name in solutions if places.get(name, 0) <= last] == []


def test_contents_name_the_true_pages(pdf, outline, titles) -> None:
    start = next(page for title, page in outline if title == "Contents")
    end = outline[1][1]
    text = " ".join(" ".join(pdf.pages[n - 1].extract_text().split()) for n in range(start, end))
    pages = dict(reversed(outline))
    wrong = [
        title for title in titles if not re.search(rf"{re.escape(title)} ?{pages[title]}\b", text)
    ]
    assert wrong == []


def test_no_picture_of_a_chart_is_missing(pdf, articles) -> None:
    charts = sum(len(article.select("div.chart")) for article in articles.values())
    other = sum(len(article.select("img:not(.chart img)")) for article in articles.values())
    pictures = sum(len(_pictures(page)) for page in pdf.pages)
    assert charts > 0
    assert pictures == charts + other


def _pictures(page) -> list[IndirectObject]:
    held = page["/Resources"].get("/XObject", {})
    return [one for one in held.values() if one.get_object()["/Subtype"] == "/Image"]


def test_it_says_what_it_is(pdf) -> None:
    assert pdf.metadata.title == "Algorithmic Collective Action"
    assert pdf.metadata.author == "The Algorithmic Collective Action authors"
    assert pdf.root_object["/Lang"] == "en"
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert pdf.page_mode == "/UseOutlines"


@pytest.mark.parametrize("name", ["index.html", "how-to-use.html", "notebooks/the-model.html"])
def test_pages_lead_to_it(pdf, page: Page, address: str, name: str) -> None:
    page.goto(address + name)
    link = page.locator(f"a[href$='{NAME}']").first
    answer = page.request.head(link.evaluate("link => link.href"))
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    ("content", "mark"),
    [
        ("<pre>short</pre><p>words</p>", None),
        (f"<pre>{'x' * 200}</pre>", "<pre> x"),
        ("<p><img src='gone.png'></p>", "did not load"),
        ("<p style='margin-left: -20px'>left</p>", "<p> left is 20 px too wide"),
        ("<table><td style='min-width: 700px'>wide</td></table>", "<table> wide"),
        ("<p><mjx-container><mjx-merror>x</mjx-merror></mjx-container></p>", "is not mathematics"),
    ],
)
def test_what_the_paper_would_lose_is_named(page: Page, content: str, mark: str | None) -> None:
    page.set_viewport_size(TEXT)
    page.set_content(LAID_OUT.format(content))
    page.add_script_tag(path=FIT)
    found = page.evaluate("layout.problems()")
    assert len(found) == (0 if mark is None else 1), found
    assert mark is None or mark in found[0]
