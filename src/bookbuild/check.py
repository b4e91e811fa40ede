"""Check a built site: every page there, every link alive, nothing asked of a third party."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from bookbuild.layout import Book

LEFTOVERS = {
    "a Python traceback": "Traceback (most recent call last)",
    "an unresolved Sphinx message": 'class="system-message',
    "an output written to stderr": "output stderr",
    "a chart that was not rendered": "alt.Chart(...)",
}
LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "video": "src",
    "audio": "src",
    "source": "src",
    "input": "src",
}
LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect",
                 "dns-prefetch", "manifest", "apple-touch-icon"}  # fmt: skip
CSS_LOAD = re.compile(r"""(?:url\(\s*|@import\s+)['"]?([^'")\s;]+)""")


def problems(book: Book) -> list[str]:
    """Return what is wrong with the built site, one message each, page named."""
    pages = {path: _parse(path) for path in sorted(book.site.rglob("*.html"))}
    found = _missing_pages(book)
    for path, soup in pages.items():
        page = path.relative_to(book.site).as_posix()
        found += [f"{page}: {message}" for message in _page(book.site, path, soup, pages)]
    for path in sorted(book.site.rglob("*.css")):
        for address in CSS_LOAD.findall(path.read_text(encoding="utf-8", errors="replace")):
            if _is_remote(address):
                found.append(f"{path.relative_to(book.site)}: loads {address} from a third party")
    return found


def _parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _missing_pages(book: Book) -> list[str]:
    """Compare the site with ``_toc.yml``, and ``_toc.yml`` with the chapters on disk."""
    found = [
        f"{page}.html: _toc.yml names it and the site lacks it"
        for page in book.pages()
        if not (book.site / f"{page}.html").is_file()
    ]
    named = set(book.pages())
    sources = [*book.source.glob("*.md"), *book.source.glob("instructors/*.md"),
               *book.notebooks.glob("*.ipynb")]  # fmt: skip
    for path in sorted(sources):
        page = path.relative_to(book.source).with_suffix("").as_posix()
        if page not in named:
            found.append(f"book/{page}{path.suffix}: written, but _toc.yml does not name it")
    return found


def _page(site: Path, path: Path, soup: BeautifulSoup, pages: dict) -> list[str]:
    found = [f"holds {what}" for what, mark in LEFTOVERS.items() if mark in str(soup)]
    for tag, attribute in LOADS.items():
        for element in soup.find_all(tag):
            if _is_remote(element.get(attribute) or ""):
                found.append(f"<{tag}> loads {element[attribute]} from a third party")
    for link in soup.find_all("link", href=True):
        if LOADING_LINKS & set(link.get("rel", [])) and _is_remote(link["href"]):
            found.append(f"<link> loads {link['href']} from a third party")
    for style in soup.find_all("style"):
        for address in CSS_LOAD.findall(style.get_text()):
            if _is_remote(address):
                found.append(f"<style> loads {address} from a third party")
    for image in soup.find_all("img"):
        if not (image.get("alt") or "").strip() and image.get("role") != "presentation":
            found.append(f"<img src={image.get('src')}> has no alt text")
    for chart in soup.select("script[type='application/vnd.vegalite+json']"):
        if not str(json.loads(chart.get_text()).get("description", "")).strip():
            found.append("a chart has no description (its alt text)")
    for anchor in soup.find_all("a", href=True):
        message = _dead(site, path, anchor["href"], pages)
        if message:
            found.append(message)
    for element in soup.find_all(["script", "img", "link"]):
        address = element.get("src") or element.get("href") or ""
        if address and not urlsplit(address).scheme and not address.startswith(("//", "#")):
            target = (path.parent / unquote(urlsplit(address).path)).resolve()
            if not target.exists():
                found.append(f"<{element.name}> names {address}, which is not in the site")
    return found


def _is_remote(address: str) -> bool:
    return address.startswith("//") or urlsplit(address).scheme in ("http", "https", "ws", "wss")


def _dead(site: Path, path: Path, address: str, pages: dict) -> str | None:
    parts = urlsplit(address)
    if parts.scheme or address.startswith("//"):
        return None
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target = target / "index.html"
    if not target.is_relative_to(site.resolve()) or not target.exists():
        return f"links to {address}, which is not in the site"
    fragment = unquote(parts.fragment)
    if not fragment or target.suffix != ".html":
        return None
    soup = pages.get(target) or _parse(target)
    if soup.find(id=fragment) is None and soup.find(attrs={"name": fragment}) is None:
        return f"links to {address}, but that page has no place called {fragment!r}"
    return None
