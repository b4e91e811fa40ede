"""Check a built site: every page there, every link alive, nothing asked of a third party."""

import json
import os.path
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bookbuild.book import Book, sources
from bookbuild.chapters.renderer import described
from bookbuild.editions.slides import deck
from bookbuild.site import page
from bookbuild.site.page import Page

GENERATED = {"404", "search"}  # pages that no one writes
NOT_PAGES = {"assets", "chapters", "results", "slides"}  # folders of the source that hold no page
LEFTOVER_TEXT = {
    "Traceback (most recent call last)": "a Python traceback",
    "alt.Chart(...)": "a chart that was not rendered",
    "alt.LayerChart(...)": "a chart that was not rendered",
}
LEFTOVER_CLASSES = {
    "system-message": "a message of Sphinx",
    "stderr": "an output written to stderr",
    "traceback": "a Python traceback",
}
REMOTE_SCRIPT = re.compile(
    r"""(?:\bimport\b|\bimportScripts\(|\bfetch\(|\.src\s*=)[^"'`;\n]*["'`]((?:https?:)?//[^"'`\s]+)"""
)


def problems(book: Book) -> list[str]:
    """Return what is wrong with the built site, one message each, page named."""
    site = Path(os.path.realpath(book.site))
    pages = {
        path: page.read(path)
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts
    }
    problems = _contents(book, site, pages)
    for path, held in pages.items():
        messages = dict.fromkeys(_page(site, path, held, pages))
        problems += [f"{path.relative_to(site).as_posix()}: {message}" for message in messages]
    for path in sorted([*site.rglob("*.css"), *site.rglob("*.svg")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        for address in page.css_addresses(text):
            if _is_remote(address):
                name = path.relative_to(site).as_posix()
                problems.append(f"{name}: loads {address} from a third party")
    return problems


def _contents(book: Book, site: Path, pages: dict[Path, Page]) -> list[str]:
    """Compare ``_toc.yml`` with the site, and with what was written."""
    named = book.pages()
    broken = [
        f"{name}.html: _toc.yml names it and the site lacks it"
        for name in named
        if site / f"{name}.html" not in pages
    ]
    decks = [f"slides/{name}" for name in deck.names(book)]
    broken += [
        f"{name}.html: book/{name}.md outlines it and the site lacks it"
        for name in decks
        if site / f"{name}.html" not in pages
    ]
    for path in pages:
        name = path.relative_to(site).with_suffix("").as_posix()
        if name not in {*named, *decks, *GENERATED}:
            broken.append(f"{name}.html: in the site, but _toc.yml does not name it")
    for path in sources(book.source, "**/*"):
        inside = path.relative_to(book.source)
        if path.suffix not in (".md", ".ipynb") or inside.parts[0] in NOT_PAGES:
            continue
        if inside.with_suffix("").as_posix() not in named:
            broken.append(f"book/{inside.as_posix()}: written, but _toc.yml does not name it")
    return broken


def _page(site: Path, path: Path, held: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for mark, what in LEFTOVER_TEXT.items():
        if mark in held.text:
            yield f"holds {what}"
    for mark in sorted(LEFTOVER_CLASSES.keys() & held.classes):
        yield f"holds {LEFTOVER_CLASSES[mark]}"
    for element, address in held.fetched:
        if _is_remote(address):
            yield f"<{element}> loads {address} from a third party"
        elif not urlsplit(address).scheme and not _target(site, path, address):
            yield f"<{element}> names {address}, which is not in the site"
    for script in held.scripts:
        for address in REMOTE_SCRIPT.findall(script):
            yield f"<script> loads {address} from a third party"
    for image in held.images:
        if image.alt is None or (image.in_article and not image.alt.strip()):
            yield f"the picture {image.address} has no alt text"
    for number, chart in enumerate(held.charts, start=1):
        spec = json.loads(chart)
        if not described(spec):
            yield f"chart {number} has no description (its alt text)"
        for address in _chart_addresses(spec):
            if _is_remote(address):
                yield f"chart {number} loads {address} from a third party"
    for address in held.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = _target(site, path, address)
        fragment = unquote(parts.fragment)
        if target is None:
            yield f"links to {address}, which is not in the site"
        elif fragment and target in pages and fragment not in pages[target].anchors:
            yield f"links to {address}, but that page has no place called {fragment!r}"


def _is_remote(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) and parts.scheme in ("", "http", "https", "ws", "wss")


def _target(site: Path, path: Path, address: str) -> Path | None:
    """Return the file of the site that an address on a page leads to, if there is one."""
    asked = unquote(urlsplit(address).path)
    target = Path(os.path.normpath(path.parent / asked)) if asked else path
    target = target / "index.html" if target.is_dir() else target
    return target if target.is_relative_to(site) and target.is_file() else None


def _chart_addresses(spec: object) -> Iterator[str]:
    """Yield the data and pictures that a chart would load."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "url" and isinstance(value, str):
                yield value
            else:
                yield from _chart_addresses(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _chart_addresses(value)
