"""What one page of the site holds, read in a single pass."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from bookbuild.chapters.renderer import CHART

FETCHED = {  # what a browser asks for by itself, by element
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect",
                 "dns-prefetch", "manifest", "apple-touch-icon"}  # fmt: skip
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)['"]?([^'")\s;]+)""")


@dataclass(frozen=True)
class Image:
    """A picture; ``alt`` is ``None`` where the page gives none."""

    address: str
    alt: str | None
    in_article: bool


@dataclass
class Page:
    """A page's anchors and text, and the addresses that it names."""

    anchors: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    text: str = ""


def read(path: Path) -> Page:
    """Return what the page in a file holds."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    reader.page.text = "".join(reader.words)
    return reader.page


def css_addresses(css: str) -> list[str]:
    """Return the addresses that a style sheet, or a piece of one, makes a browser ask for."""
    return CSS_ADDRESS.findall(CSS_COMMENT.sub("", css))


class _Reader(HTMLParser):
    """Fill a page; ``raw`` says what the text inside a script or style element is."""

    def __init__(self):
        super().__init__()
        self.page = Page()
        self.words: list[str] = []
        self.raw = ""
        self.articles = 0

    def handle_starttag(self, tag, attrs):
        page, attributes = self.page, {name: value or "" for name, value in attrs}
        page.anchors.update(attributes[key] for key in ("id", "name") if key in attributes)
        page.classes.update(attributes.get("class", "").split())
        self.articles += tag == "article"
        if tag == "script":
            self.raw = "chart" if attributes.get("type") == CHART else "script"
        elif tag == "style":
            self.raw = "style"
        elif tag == "img":
            alt = attributes.get("alt")
            page.images.append(Image(attributes.get("src", ""), alt, self.articles > 0))
        elif tag == "link":
            fetched = FETCHED_LINKS & set(attributes.get("rel", "").lower().split())
            if fetched and "href" in attributes:
                page.fetched.append((tag, attributes["href"]))
            elif "href" in attributes:
                page.links.append(attributes["href"])
        elif tag in ("a", "area") and "href" in attributes:
            page.links.append(attributes["href"])
        for key in FETCHED.get(tag, ()):
            if attributes.get(key):
                addresses = _srcset(attributes[key]) if key == "srcset" else [attributes[key]]
                page.fetched += [(tag, address) for address in addresses]
        page.fetched += [
            (f"{tag} style", address) for address in css_addresses(attributes.get("style", ""))
        ]

    def handle_endtag(self, tag):
        self.articles -= tag == "article"
        if tag in ("script", "style"):
            self.raw = ""

    def handle_data(self, data):
        if self.raw == "chart":
            self.page.charts.append(data)
        elif self.raw == "script":
            self.page.scripts.append(data)
        elif self.raw == "style":
            self.page.fetched += [("style", address) for address in css_addresses(data)]
        else:
            self.words.append(data)


def _srcset(value: str) -> list[str]:
    return [part.split()[0] for part in value.split(",") if part.strip()]
