"""Take out of the style sheets that others bring what no page of the site can use.

The theme brings all of Bootstrap, three thousand icons and styles for extensions that the book does
not have. Once the site is built, a selector stays if every class and id that it asks for stands on
some page, or as a word in a script that a page loads and that could add it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

SHEETS = ("styles/*.css", "basic.css", "mystnb.*.css", "sphinx-design*.css", "pygments.css",
          "proof.css", "exercise.css", "vendor/fontawesome/*.css")  # fmt: skip
SCRIPTS = ("*.js", "scripts/*.js")
# What Bootstrap's script makes only of what stands on a page, so that its own words are none.
COMPONENTS = {"carousel", "modal", "offcanvas", "popover", "toast"}
GROUPS = ("@media", "@supports", "@layer", "@container")
NAMED = re.compile(r"""\b(?:class|id)=["']([^"']*)["']""")
LOADED = re.compile(r"""<script\b[^>]*\bsrc=["'][^"']*?([^"'/?]+\.js)\b""")
WORD = re.compile(r"[\w-]+")
PART = re.compile(
    r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)|[{};]""", re.DOTALL
)
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
LICENCE = re.compile(r"/\*!.*?\*/\s*", re.DOTALL)
BREAK = re.compile(r"\s*\n\s*")
ALTERNATIVES = re.compile(r"\([^()]*\)|\[[^\]]*\]")  # of :is(…) and :not(…), and attributes
ASKED = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield the rules of a style sheet: what stands before the braces, and between them if any."""
    start, depth, opened = 0, 0, 0
    for part in PART.finditer(css):
        if part[0] == "{":
            opened = opened if depth else part.start()
            depth += 1
        elif part[0] == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened], css[opened + 1 : part.start()]
                start = part.end()
        elif part[0] == ";" and depth == 0:
            yield css[start : part.end()], None
            start = part.end()


def usable(css: str, words: set[str]) -> str:
    """Return a style sheet without the selectors that ask for a class or an id not among words."""
    kept = []
    for head, body in rules(css):
        licence = "".join(LICENCE.findall(head))
        prelude = COMMENT.sub("", LICENCE.sub("", head)).strip()
        if body is None:
            kept.append(licence + prelude)
            continue
        if prelude.startswith(GROUPS):
            body = usable(body, words)
        elif not prelude.startswith("@"):
            prelude = ",".join(part for part in _selectors(prelude) if _is_usable(part, words))
            body = BREAK.sub(" ", body).strip()
        kept.append(f"{licence}{prelude}{{{body}}}" if prelude and body.strip() else licence)
    return "".join(kept)


def _selectors(prelude: str) -> list[str]:
    """Return the selectors of a rule: its parts between the commas that stand in no brackets."""
    return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", prelude)]


def _is_usable(selector: str, words: set[str]) -> bool:
    if "\\" in selector:
        return True
    while selector != (selector := ALTERNATIVES.sub("", selector)):
        pass
    return set(ASKED.findall(selector)) <= words


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the style sheets of a site that was built without an exception."""
    if exception or app.builder.format != "html":
        return
    site, static = Path(app.outdir), Path(app.outdir, "_static")
    words: set[str] = set()
    loaded: set[str] = set()
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        loaded.update(LOADED.findall(page))
        for names in NAMED.findall(page):
            words.update(names.split())
    missing = COMPONENTS - words
    for path in (path for pattern in SCRIPTS for path in static.glob(pattern)):
        if path.parent == static or path.name in loaded:
            scripted = WORD.findall(path.read_text(encoding="utf-8"))
            words.update(word for word in scripted if word.partition("-")[0] not in missing)
    for path in (path for pattern in SHEETS for path in static.glob(pattern)):
        css = path.read_text(encoding="utf-8")
        path.write_text(usable(css, words), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Run once all pages are written, and the theme has written its colours of code."""
    app.connect("build-finished", slim, priority=900)
