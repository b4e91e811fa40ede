"""Take out of the theme's style sheets what no page of the site can use.

The theme brings all of Bootstrap, three thousand icons and styles for extensions that the book does
not have. Once the site is built, a selector stays if every class and id that it asks for stands on
some page, or as a word in a script that could add it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

SHEETS = ("styles/*.css", "basic.css", "mystnb.*.css", "sphinx-design*.css")
SCRIPTS = ("*.js", "scripts/*.js")
GROUPS = ("@media", "@supports", "@layer", "@container")
NAMED = re.compile(r"""\b(?:class|id)=["']([^"']*)["']""")
WORD = re.compile(r"[\w-]+")
PART = re.compile(
    r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)|[{};]""", re.DOTALL
)
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
LICENCE = re.compile(r"/\*!.*?\*/\s*", re.DOTALL)
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
    for path in site.rglob("*.html"):
        for names in NAMED.findall(path.read_text(encoding="utf-8")):
            words.update(names.split())
    for path in (path for pattern in SCRIPTS for path in static.glob(pattern)):
        words.update(WORD.findall(path.read_text(encoding="utf-8")))
    for path in (path for pattern in SHEETS for path in static.glob(pattern)):
        css = path.read_text(encoding="utf-8")
        path.write_text(usable(css, words), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Run once all pages are written."""
    app.connect("build-finished", slim)
