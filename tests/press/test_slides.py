"""Decks show what their chapter's page holds, and say what it does not hold."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bookbuild.chapters.glued import RECORD
from bookbuild.editions.slides import deck
from support.books import THIS_BOOK, make_book

SPEC = '{"width":640,"height":320,"params":[{"name":"a","bind":{"input":"range"}}]}'
PAGE = f"""<html><body><article>
<h1>Rare words<a class="headerlink" href="#rare-words">#</a></h1>
<div class="admonition objectives"><p class="admonition-title">After</p>
<ul><li>compute</li></ul></div>
<p>Mina’s word is rare, see <a href="#thm-a">Theorem 1</a> and <a href="two.html#x">two</a>.</p>
<p>A paragraph with <span class="math">\\(x\\)</span>, and more.</p>
<div class="proof theorem admonition" id="thm-a"><p class="admonition-title">Theorem 1</p>
<section class="theorem-content"><p>It holds.</p>
<div class="math">\\[ a \\le b \\]</div></section></div>
<details class="admonition folded"><summary class="admonition-title">Proof</summary>
<p>Seen.</p></details>
<div class="cell tag_x"><div class="cell_input"><div class="highlight">
<pre><span></span>a <span>=</span> 1
b = 2
draw(a)</pre></div></div>
<div class="cell_output"><div class="chart"><img src="../_images/c.png" alt="A line."
style="width: 700px; height: 400px;">
<script type="application/vnd.vegalite+json">{SPEC}</script></div></div></div>
<div class="cell"><div class="cell_input"><div class="highlight">
<pre><span></span>quiet</pre></div></div></div>
<section id="learned"><h2>What you learned</h2><p>Much.</p></section>
</article></body></html>"""
OPENING = "```{notes} 1\nHello.\n```\n\n"


@pytest.fixture
def book(tmp_path):
    """Return a book of one chapter with a built page."""
    book = make_book(tmp_path, rare="# Rare words\n")
    page = book.site / "notebooks" / "rare.html"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, encoding="utf-8")
    scrap = new_output(
        "display_data", data={RECORD: "0.125"}, metadata={"scrapbook": {"name": "n"}}
    )
    cells = [
        new_code_cell("a = 1\nb = 2\ndraw(a)", metadata={"tags": ["chart:line"]}),
        new_code_cell("glue()", outputs=[scrap], metadata={"tags": ["remove-cell"]}),
        new_code_cell("quiet"),
    ]
    nbformat.write(new_notebook(cells=cells), book.notebooks / "rare.ipynb")
    book.slides.mkdir()
    return book


def drawn(book, *parts):
    """Write a deck with one slide of these parts; return the slide."""
    text = "\n\n".join([*parts, "```{notes} 2.5\nSay *this*.\n```"])
    (book.slides / "rare.md").write_text(f"{OPENING}## A *title*\n\n{text}\n", encoding="utf-8")
    (page,) = deck.write(book)
    sections = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find_all("section")
    assert len(sections) == 2
    return sections[1]


def fence(kind, argument, *options):
    """Return a fence that draws something."""
    return "\n".join([f"```{{{kind}}} {argument}", *options, "```"])


def test_a_slide_has_its_title_its_notes_and_its_time(book):
    slide = drawn(book, "A question about $x < 1$ and {glue:text}`n:.0%`?")
    assert slide.h2.decode_contents() == "A <em>title</em>"
    assert slide.find(class_="body").get_text(strip=True) == r"A question about\(x < 1\)and 12%?"
    assert slide.aside.get_text(strip=True) == "Saythis."
    assert slide["data-timing"] == "150"


def test_the_deck_opens_with_the_chapters_title(book):
    drawn(book, "Text.")
    page = BeautifulSoup((book.site / "slides" / "rare.html").read_text("utf-8"), "html.parser")
    assert page.h1.get_text() == "Rare words"
    assert "2 slides · 4 minutes" in page.find(class_="about").get_text().replace("\n", " ")


def test_the_deck_of_a_numbered_chapter_opens_with_its_number(book):
    page = book.site / "notebooks" / "rare.html"
    numbered = PAGE.replace("<h1>", '<h1><span class="section-number">3. </span>')
    page.write_text(numbered, encoding="utf-8")
    drawn(book, "Text.")
    opened = BeautifulSoup((book.site / "slides" / "rare.html").read_text("utf-8"), "html.parser")
    assert opened.select_one("#opening .book").get_text() == (
        "Algorithmic Collective Action · Chapter 3"
    )
    assert opened.h1.get_text() == "Rare words"
    assert opened.title.get_text().startswith("3. Rare words")


@pytest.mark.parametrize(
    ("kind", "argument", "text"),
    [
        ("show", "thm-a", "Theorem 1 It holds. \\[ a \\le b \\]"),
        ("show", "learned", "Much."),
        ("show", "objectives", "compute"),
        ("proof", "thm-a", "Seen."),
        ("equation", "a \\le b", "\\[ a \\le b \\]"),
        ("text", "Mina's word", "Mina’s word is rare, see Theorem 1 and two ."),
        ("code", "draw(a)", "a = 1 b = 2 draw(a)"),
        ("code", "quiet", "quiet"),
    ],
)
def test_a_piece_of_the_page_is_drawn_by_name_or_by_its_words(book, kind, argument, text):
    body = drawn(book, fence(kind, argument)).find(class_="body")
    assert " ".join(body.get_text(" ").split()) == text


def test_a_drawn_piece_is_no_slide_of_its_own_and_repeats_no_id(book):
    slide = drawn(book, fence("show", "thm-a"), fence("proof", "thm-a"))
    assert not slide.find_all(["section", "details", "summary"])
    assert not slide.find_all(id=True)


def test_links_of_a_drawn_piece_lead_to_the_book(book):
    links = [a["href"] for a in drawn(book, fence("text", "Mina's word")).find_all("a")]
    assert links == ["../notebooks/rare.html#thm-a", "../notebooks/two.html#x"]


def test_punctuation_stays_with_its_formula(book):
    together = drawn(book, fence("text", "A paragraph")).find(class_="together")
    assert together.get_text() == r"\(x\),"


def test_lines_of_code_are_chosen(book):
    slide = drawn(book, fence("code", "draw(a)", ":start-at: b =", ":end-at: b ="))
    assert slide.pre.get_text() == "b = 2"


@pytest.mark.parametrize("words", ["chart:line", "draw(a)"])
def test_a_chart_keeps_its_alt_text_and_fits_with_its_slider(book, words):
    chart = drawn(book, fence("output", words)).find(class_="chart")
    assert chart.img["alt"] == "A line."
    zoom = float(re.search(r"zoom: ([\d.]+)", chart["style"])[1])
    plot = int(re.search(r'"height":(\d+)', chart.script.string)[1])
    around = 400 - 320 + deck.CONTROL  # axes, legend and the slider
    assert zoom * (plot + around) <= deck.ROOM[True] + zoom
    assert zoom * 700 <= deck.WIDTH + 1
    smaller = drawn(book, "Text.", fence("output", words)).find(class_="chart")
    assert int(re.search(r'"height":(\d+)', smaller.script.string)[1]) < plot


def test_a_chart_that_is_not_wide_keeps_its_shape_and_has_its_sliders_beside_it(book):
    page = book.site / "notebooks" / "rare.html"
    square = SPEC.replace("640", "400").replace("320", "500")
    size = "width: 460px; height: 580px;"
    text = PAGE.replace(SPEC, square).replace("width: 700px; height: 400px;", size)
    page.write_text(text, encoding="utf-8")
    chart = drawn(book, fence("output", "chart:line")).find(class_="chart")
    assert "beside" in chart["class"]
    width, height = (int(re.search(rf'"{side}":(\d+)', chart.script.string)[1])
                     for side in ("width", "height"))  # fmt: skip
    assert width / height == pytest.approx(400 / 500, abs=0.01)
    zoom = float(re.search(r"zoom: ([\d.]+)", chart["style"])[1])
    assert zoom * (height + 80) <= deck.ROOM[True]
    assert chart.img["style"] == f"width: {460 - 400 + width}px"


WRONG = {
    fence("show", "thm-b"): "0 places labelled 'thm-b', not one; its boxes are: thm-a",
    fence("proof", "learned"): "no proof directly below 'learned'",
    fence("equation", "z"): "0 places with 'z', not one",
    fence("text", "more than this"): "0 places with 'more than this', not one",
    fence("text", "e"): "places with 'e', not one",
    fence("code", "nothing"): "0 places with 'nothing', not one",
    fence("code", "quiet", ":start-at: loud"): "the code has no line with 'loud'",
    fence("code", "draw(a)", ":start-at: b =", ":end-at: a"): "has 0 lines, and a slide holds 1",
    fence("code", "quiet", ":lines: 1"): "{code} quiet has no option lines",
    fence("output", "quiet"): "the cell with 'quiet' shows nothing",
    "{glue:text}`m`": "the chapter glues no 'm'; it glues: n",
    fence("figure", "x"): "no {figure}; there are: show, proof,",
    "```{notes} 1\nTwice.\n```": "has 2 {notes}; it needs one, with minutes",
    "```{notes} 1\nHi.\n```\n\n## A title!": "two slides are called 'a-title'",
    "### Deeper": "a slide begins with '## '",
}


@pytest.mark.parametrize("part", WRONG, ids=[message[:40] for message in WRONG.values()])
def test_what_cannot_be_drawn_is_named_with_its_deck(book, part):
    with pytest.raises(ValueError, match=re.escape(WRONG[part])) as found:
        drawn(book, part)
    assert "book/slides/rare.md: " in str(found.value)


def test_notes_need_their_minutes(book):
    (book.slides / "rare.md").write_text("```{notes}\nHello.\n```\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"write the minutes behind \{notes\}, not ''"):
        deck.write(book)


@pytest.mark.parametrize(
    ("code", "message"),
    [("x" * 79, "over 78 characters"), ("\n".join("x" * 18), "has 18 lines")],
)
def test_code_that_runs_off_the_slide_is_refused(book, code, message):
    page = book.site / "notebooks" / "rare.html"
    page.write_text(PAGE.replace(">quiet", f">{code}"), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        drawn(book, fence("code", "quiet"))


def test_a_page_older_than_its_notebook_is_refused(book):
    nbformat.write(new_notebook(cells=[new_code_cell("quiet")]), book.notebooks / "rare.ipynb")
    with pytest.raises(
        ValueError, match="the page shows 2 cells and its notebook 1: build the site"
    ):
        drawn(book, fence("code", "quiet"))


def test_a_deck_without_a_chapter_or_a_built_page_is_refused(book):
    (book.site / "notebooks" / "rare.html").unlink()
    with pytest.raises(ValueError, match="build the site first"):
        drawn(book, "Text.")
    (book.slides / "rare.md").rename(book.slides / "common.md")
    with pytest.raises(ValueError, match="book/slides/ has common, and there is no such chapter"):
        deck.write(book)


@pytest.mark.parametrize("name", deck.names(THIS_BOOK))
def test_every_deck_fills_a_lecture_types_no_number_and_speaks_in_words(name):
    slides = deck.outlined(THIS_BOOK, name)
    assert 30 <= sum(slide.minutes for slide in slides) <= 60
    for slide in slides:
        own = [part for part in slide.parts if isinstance(part, str)]
        words = BeautifulSoup("".join([*own, slide.notes]), "html.parser").get_text()
        assert slide.notes.strip(), slide.title
        assert "\\(" not in slide.notes, f"{slide.title}: the notes view sets no mathematics"
        assert not re.search(r"\d", re.sub(r"\\[(\[].*?\\[)\]]", "", words, flags=re.S)), (
            slide.title
        )
