"""The printed form of one page of the site: nothing folded, no controls, links that stay inside."""

import json
import os.path
import posixpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.element import AttributeValueList

from bookbuild.chapters.renderer import CHART, described
from bookbuild.elements import attribute, classes, first

SCREEN_ONLY = (
    "script:not(figure > script), style, noscript, iframe, form, button, input, a.headerlink, "
    "details.hide"
)
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
DEEPEST = 6


def anchor(page: str, fragment: str = "") -> str:
    """Return the name that a place of a page has in the document.

    Parameters
    ----------
    page : str
        Such as ``notebooks/the-model``.
    fragment : str
        An id on that page; without one, the page's beginning.
    """
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def printed(site: Path, page: str, book: set[str], home: Path) -> Tag:
    """Return a page of the site as a section of the document.

    Parameters
    ----------
    site : Path
        The built site.
    page : str
        The page, without suffix.
    book : set of str
        All pages of the document; a link to anything else in the site becomes plain text.
    home : Path
        Folder in which the document will lie.

    Raises
    ------
    ValueError
        If the site lacks the page.
    """
    path = site / f"{page}.html"
    if not path.is_file():
        raise ValueError(f"{path} does not exist, but _toc.yml names it: run `make book` first")
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    section = first(soup, "article")
    section.name = "section"
    section["class"], section["id"] = AttributeValueList(["page"]), anchor(page)
    for chart in section.select("div.chart"):
        _picture(soup, chart)
    for element in section.select(SCREEN_ONLY):
        element.decompose()
    for cell in section.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.find("img"):
            cell.decompose()
    for folded in section.select("details"):
        _unfold(folded)
    for element in section.find_all(True):
        _rename(element, page)
    for element in section.select("[src]"):
        element["src"] = _moved(site, page, attribute(element, "src"), home)
    for link in section.select("a[href]"):
        _turn(link, page, book)
    for level in range(DEEPEST - 1, 0, -1):
        for heading in section.select(f"h{level}"):
            heading.name = f"h{level + 1}"
    return section


def _picture(soup: BeautifulSoup, chart: Tag) -> None:
    """Make a chart a figure whose caption says what the picture shows."""
    spec = json.loads(first(chart, f"script[type='{CHART}']").string or "")
    figure = soup.new_tag("figure", attrs={"class": "chart"})
    picture = first(chart, "img").extract()
    picture["alt"] = "A chart; its caption describes it."
    del picture["loading"]
    caption = soup.new_tag("figcaption")
    caption.string = described(spec)
    figure.extend([picture, caption])
    if '"bind"' in json.dumps(spec):
        state = soup.new_tag("script", type="application/json")
        state.string = json.dumps(spec).replace("</", "<\\/")
        figure.append(state)
    chart.replace_with(figure)


def _unfold(folded: Tag) -> None:
    """Open a folded box for good; its summary becomes its title."""
    folded.name = "div"
    kept = (name for name in classes(folded) if name != "folded")
    folded["class"] = AttributeValueList(kept)
    folded.attrs.pop("open", None)
    if folded.summary:
        folded.summary.name = "p"


def _rename(element: Tag, page: str) -> None:
    """Give an element's id, and those it refers to, names that are its page's own."""
    if element.get("id") and element["id"] != anchor(page):
        element["id"] = anchor(page, attribute(element, "id"))
    for key in REFERS:
        if element.get(key):
            names = attribute(element, key).split()
            element[key] = " ".join(anchor(page, name) for name in names)


def _moved(site: Path, page: str, address: str, home: Path) -> str:
    """Return how the document names a file that a page of the site names by this address."""
    if urlsplit(address).scheme:
        return address
    target = site / posixpath.normpath(posixpath.join(posixpath.dirname(page), address))
    return Path(os.path.relpath(target, home)).as_posix()


def _turn(link: Tag, page: str, book: set[str]) -> None:
    """Lead a link to the place in the document, or out, or leave its words alone."""
    parts = urlsplit(attribute(link, "href"))
    if parts.scheme or parts.netloc:
        return
    target = page
    if parts.path:
        path = posixpath.join(posixpath.dirname(page), unquote(parts.path))
        target = posixpath.normpath(path).removesuffix(".html")
    if target in book:
        link["href"] = f"#{anchor(target, unquote(parts.fragment))}"
    else:
        link.unwrap()
