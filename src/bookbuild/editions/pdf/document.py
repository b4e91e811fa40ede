"""One HTML document that holds the whole book, in the order of ``_toc.yml``.

The pages that describe the library are left out.
"""

import html
import json
import os.path
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, PageElement, Tag

from bookbuild import repository
from bookbuild.book import Book
from bookbuild.editions.pdf import solutions
from bookbuild.editions.pdf.printed import anchor, printed
from bookbuild.editions.pdf.solutions import turn
from bookbuild.elements import attribute, first

FIT = Path(__file__).with_name("fit.js")
SCRIPTS = ("vega/vega.js", "mathjax/tex-mml-chtml.js")
FRAME = """<!doctype html>
<html lang="{lang}" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><main><article class="bd-article whole-book"></article></main></body>
</html>"""
COVER = """<section class="cover" id="{root}">
<img src="{logo}" alt="">
<p class="title">{title}</p>
<p class="lead">{lead}</p>
<p class="authors">{author}</p>
<p class="edition">Version {version}</p>
</section>"""
COLOPHON = """<section class="colophon">
<p>{title}, version {version}.</p>
<p>© {year} {author}. Text, figures and exercises may be shared and changed with attribution,
under the licence CC BY 4.0; code is under the MIT licence.</p>
<p>This is the book’s site on paper. Every number, table and picture was computed by the notebook of
its chapter. Charts stand here as the site first shows them: captions say what they show, and where
their sliders are set. Code that the site folds is left out; the notebooks have it. Proofs are
unfolded. Solutions are at the end.</p>
{address}
</section>"""


def assemble(book: Book, home: Path) -> str:
    """Return the document.

    Parameters
    ----------
    book : Book
        Its site must be built.
    home : Path
        Folder in which the document will lie; it names the site's files from there.

    Raises
    ------
    ValueError
        If the site lacks a page that ``_toc.yml`` names, or a solution has no exercise.
    """
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    parts = book.on_paper()
    names = {page for _, pages in parts for page in pages}
    root = parts[0][1].pop(0)
    landing = BeautifulSoup((book.site / f"{root}.html").read_text("utf-8"), "html.parser")
    soup = BeautifulSoup(
        FRAME.format(lang=first(landing, "html")["lang"], title=html.escape(config["title"])),
        "html.parser",
    )
    sections = {page: printed(book.site, page, names, home) for _, pages in parts for page in pages}
    solved = solutions.collect(soup, list(sections.values()))
    article = first(soup, "article")
    article.extend(_front(book, config, landing, anchor(root), home))
    contents = soup.new_tag("nav", id="contents", attrs={"class": "table-of-contents"})
    article.append(contents)
    for caption, pages in parts:
        held = [sections[page] for page in pages]
        if caption and held:
            article.append(_part(soup, caption, held))
        article.extend(held)
    if solved:
        article.append(_part(soup, "Solutions", [solved]))
        article.append(solved)
    contents.extend(_contents(soup, article))
    _dress(soup, book, landing, home)
    return str(soup)


def _front(
    book: Book, config: dict, landing: BeautifulSoup, root: str, home: Path
) -> list[PageElement]:
    """Return the cover and what stands behind it."""
    lead = landing.select_one("article .lead")
    address = repository.find(book)
    url = address.url if address else ""
    words = {
        "root": root,
        "title": html.escape(config["title"]),
        "author": html.escape(config["author"]),
        "year": html.escape(str(config["copyright"])),
        "lead": lead.decode_contents() if lead else "",
        "logo": _from(home, book.site / "_static" / "logo.svg"),
        "version": version("collective-action-book"),
        "address": f'<p><a href="{html.escape(url)}">{html.escape(url)}</a></p>' if url else "",
    }
    front = BeautifulSoup(COVER.format(**words) + COLOPHON.format(**words), "html.parser")
    return [child.extract() for child in list(front.children)]


def _part(soup: BeautifulSoup, caption: str, held: list[Tag]) -> Tag:
    """Return the page that opens a part."""
    section = soup.new_tag("section", attrs={"class": "part", "id": f"part--{held[0]['id']}"})
    heading = soup.new_tag("h1")
    heading.string = caption
    section.append(heading)
    return section


def _contents(soup: BeautifulSoup, article: Tag) -> list[Tag]:
    """Return the table of contents: parts, chapters, and the sections that only one chapter has."""
    headings = [
        heading
        for heading in article.find_all(["h1", "h2", "h3"])
        if heading.name != "h3" or not heading.find_parent(class_="solutions")
    ]
    common = Counter(heading.get_text() for heading in headings)
    title, items = soup.new_tag("h1"), soup.new_tag("ol")
    title.string = "Contents"
    for heading in headings:
        if heading.name == "h3" and common[heading.get_text()] > 1:
            continue
        place = heading if heading.get("id") else heading.find_parent(id=True)
        if place is None:
            raise ValueError(f"the heading {heading.get_text()!r} and all around it have no id")
        item = soup.new_tag("li", attrs={"class": f"level-{heading.name}"})
        words = soup.new_tag("span", attrs={"class": "words"})
        words.extend(BeautifulSoup(heading.decode_contents(), "html.parser").contents)
        item.append(turn(soup, attribute(place, "id"), words))
        items.append(item)
    return [title, items]


def _dress(soup: BeautifulSoup, book: Book, landing: BeautifulSoup, home: Path) -> None:
    """Give the document the site's style sheets, its own, and the scripts that lay it out."""
    head, vendor = first(soup, "head"), book.site / "_static" / "vendor"
    sheets = [
        attribute(link, "href").partition("?")[0] for link in landing.select("link[rel=stylesheet]")
    ]
    for sheet in [*sheets, "_static/whole-book.css"]:
        head.append(soup.new_tag("link", rel="stylesheet", href=_from(home, book.site / sheet)))
    style = soup.new_tag("style")
    style.string = "".join(_running_head(section) for section in soup.select("section.page"))
    head.append(style)
    for script in landing.select("head > script"):
        if "window.MathJax" in (script.string or ""):
            head.append(script)
    for script in SCRIPTS:
        head.append(soup.new_tag("script", defer="", src=_from(home, vendor / script)))
    layout = soup.new_tag("script")
    layout.string = FIT.read_text(encoding="utf-8")
    head.append(layout)


def _running_head(section: Tag) -> str:
    """Return the rules that set a chapter's title above its pages."""
    name, title = section["id"], first(section, "h2").get_text(" ", strip=True)
    words = "Solutions" if name == solutions.ID else title
    return (
        f"#{name} {{ page: {name}; }}\n@page {name} {{ @top-center {{ content: "
        f"{json.dumps(words, ensure_ascii=False)}; }} }}\n"
    )


def _from(home: Path, target: Path) -> str:
    return Path(os.path.relpath(target, home)).as_posix()
