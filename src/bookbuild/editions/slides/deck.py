"""Write the decks into the built site, as pages that reveal.js shows."""

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuild import atomic
from bookbuild.book import Book, sources
from bookbuild.chapters.source import relative
from bookbuild.editions.slides import chapter, outline
from bookbuild.editions.slides.chapter import Chapter
from bookbuild.editions.slides.outline import Drawn, Slide
from bookbuild.elements import attribute, classes, first

PAGE = Template(Path(__file__).with_name("deck.html").read_text(encoding="utf-8"))
ROOM = {True: 545, False: 390}  # pixels of height for a chart: alone on its slide, or not
WIDTH = 1140
CONTROL = 34  # the height of a slider below a chart
BESIDE = 290  # the width of sliders beside a chart
MANY = 3  # sliders
AXIS = 100  # what stands beside a plot, at most; a picture can be wider for its legend
LEGEND = 24  # what a legend adds that has to stand in two lines
LETTERS = {True: 1.6, False: 1.25}  # magnification: of a chart that is wide, or not
WIDE = 1.6  # from this ratio of width to height
PIXELS = re.compile(r"(?:width|height): ([\d.]+)px")


@dataclass(frozen=True)
class Deck:
    """A deck: the chapter that it is drawn from, its title and its slides."""

    chapter: Chapter
    slides: list[Slide]

    @property
    def minutes(self) -> float:
        """What its speaker takes."""
        return sum(slide.minutes for slide in self.slides)


def names(book: Book) -> list[str]:
    """Return the chapters that have a deck, in reading order.

    Raises
    ------
    ValueError
        If an outline belongs to no chapter.
    """
    written = {path.stem for path in sources(book.slides, "*.md")}
    unknown = written.difference(book.chapter_names())
    if unknown:
        raise ValueError(
            f"book/slides/ has {', '.join(sorted(unknown))}, and there is no such chapter"
        )
    return [name for name in book.chapter_names() if name in written]


def write(book: Book) -> list[Path]:
    """Write every deck below the built site; return the pages.

    Raises
    ------
    ValueError
        If an outline names what its chapter does not hold, or what does not fit; the message names
        the outline.
    """
    pages, wrong = [], []
    for name in names(book):
        page = book.site / "slides" / f"{name}.html"
        try:
            text = render(read(book, name))
        except ValueError as error:
            path = relative(book, book.slides / f"{name}.md")
            wrong += [f"{path}: {line}" for line in str(error).splitlines()]
            continue
        atomic.write_text(page, text)
        pages.append(page)
    if wrong:
        raise ValueError("\n".join(["decks cannot be drawn:", *wrong]))
    return pages


def read(book: Book, name: str) -> Deck:
    """Return the deck of a chapter."""
    source = chapter.read(book, name)
    return Deck(source, outline.read(book.slides / f"{name}.md", source.value))


def outlined(book: Book, name: str) -> list[Slide]:
    """Return a chapter's slides as planned, before the site is built: numbers are left open."""
    return outline.read(book.slides / f"{name}.md", lambda key, form: "…")


def render(deck: Deck) -> str:
    """Return a deck's page.

    Raises
    ------
    ValueError
        If the chapter does not hold what the slides name; one line each, slide named.
    """
    shown, wrong = [], []
    for slide in deck.slides:
        try:
            alone = len(slide.parts) == 1
            body = "\n".join(_part(deck.chapter, part, alone) for part in slide.parts)
        except ValueError as error:
            wrong.append(f"slide {slide.title!r}: {error}")
        else:
            shown.append(_section(slide, body) if slide.title else _opening(deck, slide, body))
    if wrong:
        raise ValueError("\n".join(wrong))
    number = f"{deck.chapter.number}. " if deck.chapter.number else ""
    return PAGE.substitute(title=escape(f"{number}{deck.chapter.title}"), slides="\n".join(shown))


def _opening(deck: Deck, slide: Slide, body: str) -> str:
    source = deck.chapter
    number = f" · Chapter {source.number}" if source.number else ""
    return _frame(
        "opening",
        slide,
        f"""<p class="book">Algorithmic Collective Action{number}</p>
<h1>{escape(source.title)}</h1>
<div class="body">{body}<p class="about"><a href="../notebooks/{source.name}.html">The chapter</a> ·
{len(deck.slides)} slides · {deck.minutes:.0f} minutes</p></div>""",
    )


def _section(slide: Slide, body: str) -> str:
    return _frame(
        " ".join(slide.classes), slide, f'<h2>{slide.title}</h2>\n<div class="body">{body}</div>'
    )


def _frame(classes: str, slide: Slide, inner: str) -> str:
    return (
        f'<section id="{slide.anchor or "opening"}" class="{classes}" '
        f'data-timing="{60 * slide.minutes:.0f}">\n{inner}\n'
        f'<aside class="notes">{slide.notes}</aside>\n</section>'
    )


def _part(source: Chapter, part: str | Drawn, alone: bool) -> str:
    if isinstance(part, str):
        return part
    unknown = part.options.keys() - ({"start-at", "end-at"} if part.kind == "code" else set())
    if unknown:
        raise ValueError(f"{{{part.kind}}} {part.name} has no option {', '.join(sorted(unknown))}")
    lines = {key.removesuffix("-at"): value for key, value in part.options.items()}
    piece = getattr(source, part.kind)(part.name, **lines)
    for chart in piece.find_all(class_="chart"):
        _enlarge(chart, ROOM[alone])
    piece["class"] = AttributeValueList([*classes(piece), f"drawn-{part.kind}"])
    return str(piece)


def _enlarge(chart: Tag, room: float) -> None:
    """Make a chart's letters as large as a lecture hall needs, and its plot as large as is left.

    A wide plot gives up height. One that is not wide keeps its proportions and has its sliders
    beside it, and so has one with many sliders. A chart of several plots is magnified as a whole.
    """
    script, picture = first(chart, "script"), first(chart, "img")
    drawn = script.string or ""
    spec = json.loads(drawn)
    width, height = (float(size) for size in PIXELS.findall(attribute(picture, "style")))
    sliders = drawn.count('"bind":{')
    plot = [spec.get(side) for side in ("width", "height")]
    if not all(isinstance(side, int | float) for side in plot):
        zoom = min(max(LETTERS.values()), WIDTH / width, room / (height + CONTROL * sliders))
    elif plot[0] >= WIDE * plot[1] and sliders < MANY:
        width = min(width, plot[0] + AXIS)
        zoom = min(LETTERS[True], WIDTH / width)
        spec["height"] = round(plot[1] - max(0, height + CONTROL * sliders - room / zoom))
    else:
        chart["class"] = AttributeValueList([*classes(chart), "beside"])
        zoom = LETTERS[False]
        kept = min(1, 1 - (height + LEGEND - room / zoom) / plot[1])
        around = width - plot[0]
        spec["height"] = round(kept * plot[1])
        spec["width"] = round(min(kept * plot[0], (WIDTH - BESIDE) / zoom - around))
        width = spec["width"] + around
    script.string = json.dumps(spec, separators=(",", ":"), ensure_ascii=False)
    picture["style"] = f"width: {width:.0f}px"
    del picture["width"], picture["height"], picture["loading"]
    chart["style"] = (
        f"zoom: {zoom:.3f}; --width: {WIDTH / zoom:.0f}px; --height: {room / zoom:.0f}px"
    )
