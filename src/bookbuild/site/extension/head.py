"""What a page says of itself in its head: description, card for sharing, one viewport.

A page is described by its objectives, or else by its first paragraph. Absolute addresses (of the
card's picture, of the page and in ``sitemap.xml``) are written once ``html: baseurl:`` in
``_config.yml`` says where the site is.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

LENGTH = 200  # letters of a description, which search engines cut at about as many
PICTURE = "_static/screenshot.png"
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
MARKUP = re.compile(r"\\\(.*?\\\)|<[^>]+>")  # formulas, too, which a description cannot show
UNLISTED = {"404", "search"}


def description(document: nodes.document) -> str:
    """Return what a page is about, in one line of at most ``LENGTH`` letters."""
    boxes = [node for node in document.findall(nodes.Element) if "objectives" in node["classes"]]
    items = [_text(item) for box in boxes for item in box.findall(nodes.list_item)]
    paragraphs = [_text(paragraph) for paragraph in document.findall(nodes.paragraph)]
    words = "; ".join(items) or next((words for words in paragraphs if words), "")
    if len(words) <= LENGTH:
        return words
    return words[: LENGTH - 1].rpartition(" ")[0].rstrip(" ,;:.") + "…"


def _text(node: nodes.Element) -> str:
    """Return a node's words without formulas, which a description cannot show."""
    pieces = (
        piece.astext()
        for piece in node.findall(nodes.Text)
        if not isinstance(piece.parent, nodes.math | nodes.math_block)
    )
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def describe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Write the lines of one page's head."""
    base, book = app.config.html_baseurl, app.config.html_title or app.config.project
    title = re.sub(r"\s+", " ", MARKUP.sub("", context.get("title", ""))).strip() or book
    about = description(doctree) if doctree is not None else ""
    named = {}
    if about:
        named["description"] = f"{title}: {about}" if title not in about else about
    if pagename in UNLISTED:
        named["robots"] = "noindex"
    shared = {"og:type": "website" if pagename == app.config.root_doc else "article"}
    shared |= {"og:site_name": book, "og:title": title}
    if about:
        shared["og:description"] = about
    if base:
        shared["og:url"] = context["pageurl"] or base
        shared["og:image"] = f"{base.rstrip('/')}/{PICTURE}"
    lines = [f'<meta name="{name}" content="{escape(words)}" />' for name, words in named.items()]
    lines += [
        f'<meta property="{name}" content="{escape(words)}" />' for name, words in shared.items()
    ]
    context["metatags"] = "\n    ".join(
        [VIEWPORT.sub("", context.get("metatags") or ""), *lines, ""]
    )


def not_found(app: Sphinx):
    """Yield the page for an address that leads nowhere."""
    yield "404", {"title": "Page not found", "home": app.config.html_baseurl}, "404.html"


def list_pages(app: Sphinx, exception: Exception | None) -> None:
    """Write the site's pages for search engines, once its address is set."""
    base = app.config.html_baseurl.rstrip("/")
    if exception or app.builder.format != "html" or not base:
        return
    addresses = (f"{base}/{name}.html" for name in sorted(app.env.found_docs))
    lines = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n',
        encoding="utf-8",
    )


def setup(app: Sphinx) -> None:
    """Connect to the events around a page and around the site."""
    app.connect("html-page-context", describe, priority=600)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", list_pages)
