"""Print the document with Chromium: once to learn the page of each place, then with the numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bookbuild.book import Book
from bookbuild.editions.pdf import browser, link
from bookbuild.editions.pdf.document import assemble

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

# The printed text in CSS pixels: A4 less its margins of 30 mm.
TEXT: "ViewportSize" = {"width": 567, "height": 900}
PATIENCE = 300_000  # milliseconds
PASSES = 3  # to learn the numbers, to print them, and to see that they moved nothing


def make(book: Book) -> Path:
    """Print the book into its site, and lead the site's pages to it.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    bookbuild.editions.pdf.browser.NoBrowserError
        If this machine has no Chromium.
    ValueError
        If the site is not built, or something does not fit on the page: each is named.
    """
    from playwright.sync_api import sync_playwright

    executable = browser.executable()
    home = book.build / "pdf"
    home.mkdir(parents=True, exist_ok=True)
    source, raw = home / "book.html", home / "printed.pdf"
    source.write_text(assemble(book, home), encoding="utf-8", newline="\n")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=[*browser.FLAGS])
        page = chromium.new_page(viewport=TEXT, color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        page.emulate_media(media="print")
        page.goto(source.as_uri())
        page.evaluate("layout.settle()")
        problems = page.evaluate("layout.problems()")
        if problems:
            raise ValueError("\n  ".join(["on paper something would be lost:", *problems]))
        _number(page, raw)
        chromium.close()
    target = book.site / link.NAME
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    finished = home / link.NAME
    _finish(raw, finished, config["author"])
    finished.replace(target)
    link.lead(book.site)
    return target


def _number(page, target: Path) -> None:
    """Print until every page number in the text is that of its place."""
    written: dict[str, int] = {}
    for _ in range(PASSES):
        page.pdf(
            path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True
        )
        printed = places(target)
        if printed == written:
            return
        written = printed
        page.evaluate("pages => layout.number(pages)", written)
    raise ValueError(f"page numbers still move after {PASSES} printings")


def places(pdf: Path) -> dict[str, int]:
    """Return the page, counted from one, of each named place of a PDF."""
    from pypdf import PdfReader

    reader = PdfReader(pdf)
    return {
        name.removeprefix("/"): number + 1
        for name, place in reader.named_destinations.items()
        if (number := reader.get_destination_page_number(place)) is not None
    }


def _finish(source: Path, target: Path, author: str) -> None:
    """Name the author, and have a reader's program show the title and the outline."""
    from pypdf import PdfWriter
    from pypdf.generic import BooleanObject, DictionaryObject, NameObject

    writer = PdfWriter(source, incremental=True)
    writer.add_metadata({"/Author": author})
    writer.page_mode = "/UseOutlines"
    preferences = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = preferences
    writer.write(target)
