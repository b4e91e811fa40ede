"""The site check finds each thing that can be wrong with a page, and names the page."""

import pytest

from bookbuild.site import check, page
from support.books import make_book, set_pages

CLEAN = """<!DOCTYPE html>
<html lang="en"><head><title>One</title>
<link rel="stylesheet" href="../_static/book.css?v=1"><link rel="next" href="../index.html">
<link rel="canonical" href="https://book.example/notebooks/one.html">
<style>h1 { background: url("../_static/logo.svg") }</style>
<script src="../_static/charts.js?v=2"></script>
<script>const address = "https://book.example/"; document.title = address;</script>
</head><body>
<a href="../index.html"><img src="../_static/logo.svg" alt="">The book</a>
<article>
<h1 id="top">One</h1>
<p>See <a href="https://paper.example/x">the paper</a>, <a href="#top">above</a>,
<a href="../index.html#start">the start</a>, <a href="mailto:a@b.example">us</a>,
<a href="../search.html?q=one">a search</a> and <a href="..">home</a>.</p>
<img src="../_static/logo.svg" alt="A logo" style="color: red">
<div class="chart"><img src="../_static/logo.svg" alt="A line.">
<script type="application/vnd.vegalite+json">
{"description": "A line.", "data": {"url": "../_static/logo.svg"},
"$schema": "https://vega.example/v6.json", "href": "https://paper.example/"}</script></div>
<div class="output stream highlight-myst-ansi"><pre>printed</pre></div>
</article></body></html>
"""
INDEX = '<html><body><article><h1 id="start">Start</h1></article></body></html>'


@pytest.fixture
def book(tmp_path):
    """Return a book with a clean site of two pages."""
    book = make_book(tmp_path)
    set_pages(book, ["notebooks/one"])
    for path, text in {
        book.site / "index.html": INDEX,
        book.site / "search.html": INDEX,
        book.site / "notebooks" / "one.html": CLEAN,
        book.site / "_static" / "book.css": "/* url(https://old.example/) */ p { color: red }",
        book.site / "_static" / "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        book.site / "_static" / "charts.js": "",
        book.site / "_static" / "macros.html": '<a href="nowhere.html">a template</a>',
        book.notebooks / "one.ipynb": "{}",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return book


def with_body(book, text):
    """Put a piece of HTML at the end of the chapter's article; return what is wrong then."""
    path = book.site / "notebooks" / "one.html"
    path.write_text(CLEAN.replace("</article>", f"{text}</article>"), encoding="utf-8")
    return check.problems(book)


def test_a_clean_site_has_no_problems(book):
    assert check.problems(book) == []


REMOTE = {
    '<script src="https://cdn.example/a.js"></script>': "<script> loads https://cdn.example/a.js",
    '<script src="//cdn.example/a.js"></script>': "<script> loads //cdn.example/a.js",
    '<script type="module">import x from "https://cdn.example/a.js";</script>': (
        "<script> loads https://cdn.example/a.js"
    ),
    '<script>fetch("https://cdn.example/a.json")</script>': (
        "<script> loads https://cdn.example/a.json"
    ),
    '<script>tag.src = "//cdn.example/a.js"</script>': "<script> loads //cdn.example/a.js",
    '<link rel="stylesheet" href="https://cdn.example/a.css">': (
        "<link> loads https://cdn.example/a.css"
    ),
    '<link rel="preconnect" href="https://cdn.example">': "<link> loads https://cdn.example",
    '<link rel="preload" as="font" href="//cdn.example/a.woff2">': (
        "<link> loads //cdn.example/a.woff2"
    ),
    '<img alt="A" src="https://cdn.example/a.png">': "<img> loads https://cdn.example/a.png",
    '<img alt="A" src="../_static/logo.svg" srcset="https://cdn.example/a.png 2x">': (
        "<img> loads https://cdn.example/a.png"
    ),
    '<iframe src="https://video.example/1"></iframe>': "<iframe> loads https://video.example/1",
    '<video poster="https://cdn.example/a.png"></video>': (
        "<video> loads https://cdn.example/a.png"
    ),
    '<object data="https://cdn.example/a.pdf"></object>': (
        "<object> loads https://cdn.example/a.pdf"
    ),
    '<svg><image href="https://cdn.example/a.png"/></svg>': (
        "<image> loads https://cdn.example/a.png"
    ),
    "<style>@import 'https://cdn.example/a.css';</style>": (
        "<style> loads https://cdn.example/a.css"
    ),
    "<style>@font-face { src: url(https://cdn.example/a.woff2) }</style>": (
        "<style> loads https://cdn.example/a.woff2"
    ),
    "<p style=\"background: url('https://cdn.example/a.png')\">": (
        "<p style> loads https://cdn.example/a.png"
    ),
    '<script type="application/vnd.vegalite+json">{"description": "A line.", '
    '"layer": [{"data": {"url": "https://cdn.example/a.csv"}}]}</script>': (
        "chart 2 loads https://cdn.example/a.csv"
    ),
}


@pytest.mark.parametrize("text", REMOTE)
def test_finds_what_a_page_asks_of_a_third_party(book, text):
    assert with_body(book, text) == [f"notebooks/one.html: {REMOTE[text]} from a third party"]


@pytest.mark.parametrize("name", ["_static/book.css", "_static/logo.svg"])
def test_finds_what_a_style_sheet_or_a_drawing_asks_of_a_third_party(book, name):
    (book.site / name).write_text('a { src: url("https://fonts.example/a.woff2") }')
    assert check.problems(book) == [
        f"{name}: loads https://fonts.example/a.woff2 from a third party"
    ]


WRONG = {
    '<a href="two.html">two</a>': "links to two.html, which is not in the site",
    '<a href="../../one.html">out</a>': "links to ../../one.html, which is not in the site",
    '<a href="/index.html">root</a>': "links to /index.html, which is not in the site",
    '<a href="#nowhere">here</a>': (
        "links to #nowhere, but that page has no place called 'nowhere'"
    ),
    '<a href="../index.html#lost">there</a>': (
        "links to ../index.html#lost, but that page has no place called 'lost'"
    ),
    '<link rel="prev" href="zero.html">': "links to zero.html, which is not in the site",
    '<script src="../_static/gone.js"></script>': (
        "<script> names ../_static/gone.js, which is not in the site"
    ),
    '<img alt="A" src="gone.png">': "<img> names gone.png, which is not in the site",
    '<img src="../_static/logo.svg">': "the picture ../_static/logo.svg has no alt text",
    '<img src="../_static/logo.svg" alt=" ">': "the picture ../_static/logo.svg has no alt text",
    '<script type="application/vnd.vegalite+json">{"mark": "line"}</script>': (
        "chart 2 has no description (its alt text)"
    ),
    "<pre><span>ValueError</span>  Traceback (most recent call last)</pre>": (
        "holds a Python traceback"
    ),
    '<div class="output traceback highlight-ipythontb"></div>': "holds a Python traceback",
    '<div class="output stderr highlight-myst-ansi">Warning</div>': (
        "holds an output written to stderr"
    ),
    '<aside class="system-message">Unknown target</aside>': "holds a message of Sphinx",
    "<pre>alt.Chart(...)</pre>": "holds a chart that was not rendered",
}


@pytest.mark.parametrize("text", WRONG)
def test_finds_what_is_wrong_on_a_page(book, text):
    assert with_body(book, text) == [f"notebooks/one.html: {WRONG[text]}"]


def test_says_each_thing_once_a_page(book):
    assert len(with_body(book, 3 * '<a href="two.html">two</a>')) == 1


def test_a_picture_outside_the_article_needs_an_alt_attribute_too(book):
    path = book.site / "index.html"
    path.write_text(INDEX.replace("<body>", '<body><img src="_static/logo.svg">'))
    assert check.problems(book) == ["index.html: the picture _static/logo.svg has no alt text"]


def test_finds_a_page_that_was_not_built(book):
    set_pages(book, ["notebooks/one", "glossary"])
    assert check.problems(book) == ["glossary.html: _toc.yml names it and the site lacks it"]


def test_finds_a_page_that_the_contents_lack(book):
    (book.site / "old.html").write_text(INDEX)
    (book.source / "draft.md").write_text("# A draft\n")
    (book.source / "instructors").mkdir()
    (book.source / "instructors" / "plan.md").write_text("# A plan\n")
    (book.notebooks / ".ipynb_checkpoints").mkdir()
    (book.notebooks / ".ipynb_checkpoints" / "one-checkpoint.ipynb").write_text("{}")
    (book.notebooks / "two.ipynb").write_text("{}")
    assert check.problems(book) == [
        "old.html: in the site, but _toc.yml does not name it",
        "book/draft.md: written, but _toc.yml does not name it",
        "book/instructors/plan.md: written, but _toc.yml does not name it",
        "book/notebooks/two.ipynb: written, but _toc.yml does not name it",
    ]


def test_a_dropped_page_is_found_in_links_too(book):
    set_pages(book, [])
    (book.site / "notebooks" / "one.html").unlink()
    path = book.site / "index.html"
    path.write_text(INDEX.replace("Start", '<a href="notebooks/one.html">One</a>'))
    assert check.problems(book) == [
        "book/notebooks/one.ipynb: written, but _toc.yml does not name it",
        "index.html: links to notebooks/one.html, which is not in the site",
    ]


def test_reads_a_page_once_however_often_it_is_linked(book, monkeypatch):
    paths = []

    def read(path, original=page.read):
        paths.append(path)
        return original(path)

    monkeypatch.setattr(page, "read", read)
    assert with_body(book, 20 * '<a href="../index.html#start">start</a>') == []
    assert len(paths) == len(set(paths)) == 3


def test_a_link_may_write_the_letters_of_a_place_as_bytes(book):
    place = '<p id="café">Here.</p>'
    assert with_body(book, f'{place}<a href="#caf%C3%A9">there</a>') == []
    [problem] = with_body(book, f'{place}<a href="#caf%C3%A8">there</a>')
    assert problem.endswith("but that page has no place called 'cafè'")
