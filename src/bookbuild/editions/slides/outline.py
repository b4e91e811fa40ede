"""Read the outline of a deck: its slides, what each shows, and what the speaker says.

An outline is Markdown. Each second-level heading begins a slide; classes in braces behind it lay it
out. A fence ``{show}``, ``{proof}``, ``{equation}``, ``{text}``, ``{code}`` or ``{output}`` draws
from the chapter (see ``bookbuild.editions.slides.chapter``). A fence ``{notes}`` holds what the
speaker says, its argument the minutes that it takes. Other text is shown as written, for questions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from bookbuild.chapters import myst

DRAWN = ("show", "proof", "equation", "text", "code", "output")
CLASSES = re.compile(r"\s*\{(?P<classes>\.[\w. -]+)\}\s*$")


@dataclass(frozen=True)
class Drawn:
    """Something that the chapter holds: what kind, by which name, and which part of it."""

    kind: str
    name: str
    options: dict[str, str]


@dataclass(frozen=True)
class Slide:
    """A slide: its title, what it shows in order (HTML, or drawn), and what the speaker says."""

    title: str
    classes: tuple[str, ...]
    parts: tuple[str | Drawn, ...]
    notes: str
    minutes: float

    @property
    def anchor(self) -> str:
        """The slide's name in an address; its title is unique in its deck."""
        return re.sub(r"[^a-z0-9]+", "-", re.sub("<.*?>", "", self.title).lower()).strip("-")


def read(path: Path, value: Callable[[str, str], str]) -> list[Slide]:
    """Return the slides of an outline; the first, without a title, opens the deck.

    Parameters
    ----------
    path : Path
        The outline.
    value : callable
        Returns, for the name of a glued value and a format, the text to be shown.

    Raises
    ------
    ValueError
        If a fence is unknown, two slides have one title, or the notes of a slide are missing, given
        twice or without minutes.
    """
    text = path.read_text(encoding="utf-8")

    def role(match: re.Match) -> str:
        name, _, form = match["text"].partition(":")
        return value(name, form) if match["name"] == "glue:text" else match[0]

    return list(_slides(myst.ROLE.sub(role, text)))


@lru_cache
def _slides(text: str) -> tuple[Slide, ...]:
    """Return the slides of an outline whose numbers are filled in, parsed once for each text."""
    markdown = MarkdownIt("commonmark").enable("table")
    markdown.use(dollarmath_plugin, double_inline=True, renderer=_mathematics)
    tokens = markdown.parse(text)
    starts = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    for start in starts:
        if tokens[start].tag != "h2":
            raise ValueError(f"{tokens[start + 1].content!r}: a slide begins with '## '")
    slides = []
    for start, end in zip([None, *starts], [*starts, len(tokens)], strict=True):
        heading, body = "", tokens[:end]
        if start is not None:
            heading, body = tokens[start + 1].content, tokens[start + 3 : end]
        slides.append(_slide(heading, body, markdown))
    titles = [slide.anchor for slide in slides]
    for title in titles:
        if titles.count(title) > 1:
            raise ValueError(f"two slides are called {title!r}")
    return tuple(slides)


def _slide(heading: str, tokens: list[Token], markdown: MarkdownIt) -> Slide:
    classes = CLASSES.search(heading)
    title = CLASSES.sub("", heading)
    parts: list[str | Drawn] = []
    notes: list[tuple[str, float]] = []
    words: list[Token] = []

    def close() -> None:
        if words:
            parts.append(markdown.renderer.render(words, markdown.options, {}))
            words.clear()

    for token in tokens:
        name, argument = myst.directive(token.info) if token.type == "fence" else ("", "")
        if not name:
            words.append(token)
        elif name == "notes":
            notes.append((markdown.render(token.content), _minutes(title, argument)))
        elif name in DRAWN:
            close()
            parts.append(Drawn(name, argument, myst.options(token.content)[0]))
        else:
            known = ", ".join((*DRAWN, "notes"))
            raise ValueError(f"slide {title!r}: no {{{name}}}; there are: {known}")
    close()
    if len(notes) != 1:
        raise ValueError(f"slide {title!r} has {len(notes)} {{notes}}; it needs one, with minutes")
    names = classes["classes"].replace(".", " ").split() if classes else ()
    return Slide(markdown.renderInline(title), tuple(names), tuple(parts), *notes[0])


def _minutes(title: str, argument: str) -> float:
    try:
        return float(argument)
    except ValueError:
        raise ValueError(
            f"slide {title!r}: write the minutes behind {{notes}}, not {argument!r}"
        ) from None


def _mathematics(content: str, options: dict) -> str:
    """Return TeX as MathJax looks for it."""
    content = content.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return rf"\[{content}\]" if options["display_mode"] else rf"\({content}\)"
