"""What a reader sees of a term, a theorem or a reference before following a link to it.

Once the site is built, what the links of its pages lead to is taken from the pages themselves and
written into one script, ``_static/previews-data.js``. ``previews.js`` loads it when a reader first
points at such a link; being a script, it also loads where pages are opened as files.
"""

import json
import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, SoupStrainer, Tag
from sphinx.application import Sphinx

from bookbuild.chapters import article
from bookbuild.elements import attribute, classes

SHOWN = ".proof[id], .exercise[id], .citation[id], dl.glossary > dt"
ASKING = "a.internal[href*='#']"
PARSED = SoupStrainer(class_=re.compile(r"\b(proof|exercise|citation|glossary|internal)\b"))
LEFT_OUT = "a.headerlink, .label, script, style, details, img, .cell"
NAME = "previews-data.js"


def collect(pages: dict[str, str]) -> dict[str, str]:
    """Return the previews of a site's pages, by address.

    Parameters
    ----------
    pages : dict
        Each page's HTML, by its address from the site's root, such as ``notebooks/the-model.html``.

    Returns
    -------
    dict
        HTML without links, ids or scripts, by an address such as ``glossary.html#term-firm``; only
        what some link leads to.
    """
    articles = {page: article.read(text) for page, text in pages.items()}
    soups = {
        page: BeautifulSoup(text, "html.parser", parse_only=PARSED)
        for page, (text, _) in articles.items()
    }
    asked = {
        _absolute(page, attribute(link, "href"))
        for page, soup in soups.items()
        for link in soup.select(ASKING)
    }
    return {
        f"{page}#{element['id']}": _preview(element, articles[page][1])
        for page, soup in soups.items()
        for element in soup.select(SHOWN)
        if f"{page}#{element['id']}" in asked
    }


def _absolute(page: str, address: str) -> str:
    """Return where a link of a page leads, from the site's root."""
    parts = urlsplit(address)
    path = posixpath.join(posixpath.dirname(page), unquote(parts.path)) if parts.path else page
    return f"{posixpath.normpath(path)}#{unquote(parts.fragment)}"


def _preview(element: Tag, code: list[str]) -> str:
    """Return what is shown of a box, a reference, or a term with its meaning."""
    kinds = [name for name in classes(element) if name not in ("proof", "admonition")]
    inner = element.decode_contents()
    if element.name == "dt":
        kinds = ["term"]
        told = element.find_next_sibling("dd")
        meaning = told.decode_contents() if told else ""
        inner = f'<p class="admonition-title">{inner}</p>{meaning}'
    inner = article.whole(inner, code)
    soup = BeautifulSoup(f'<div class="{" ".join(kinds)}">{inner}</div>', "html.parser")
    for unwanted in soup.select(LEFT_OUT):
        unwanted.decompose()
    for inside in soup.select("a, section"):
        inside.unwrap()
    for inside in soup.find_all(True):
        inside.attrs = {key: value for key, value in inside.attrs.items() if key == "class"}
    return str(soup)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the previews of a site that was built without an exception."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    described = {entry.docname for entry in app.env.domains["py"].objects.values()}
    names = sorted(f"{docname}.html" for docname in app.env.found_docs - described)
    pages = {name: (out / name).read_text(encoding="utf-8") for name in names}
    data = json.dumps(collect(pages), ensure_ascii=False, separators=(",", ":"))
    (out / "_static" / NAME).write_text(
        f"window.previews = {data};\n", encoding="utf-8", newline="\n"
    )


def setup(app: Sphinx) -> None:
    """Run once all pages are written."""
    app.connect("build-finished", write)
