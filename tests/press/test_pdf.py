"""The whole book in one document: everything once, nothing folded, every link to a place in it."""

import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from bookbuild import cli, gates
from bookbuild.book import Book
from bookbuild.editions.pdf import browser, link
from bookbuild.editions.pdf.document import assemble

PAGE = """<html lang="en"><head><link rel="stylesheet" href="_static/book.css?v=1">
<script>window.MathJax = {{}}</script></head><body><div id="site"><article class="bd-article">
<section id="start"><h1>{title}<a class="headerlink" href="#start">#</a></h1>{body}</section>
</article></div></body></html>"""
CODE = '<div class="cell"><div class="cell_input"><pre>shown = 1</pre></div></div>'
HIDDEN = """<div class="cell"><details class="hide above-input"><summary>Show code</summary>
<pre>hidden = 1</pre></details></div>"""
CHART = """<div class="chart"><img alt="A line." src="../_images/a.png" style="width: 9px">
<script type="application/vnd.vegalite+json">{"description": "A line that climbs.",
"params": [{"name": "a", "value": 1, "bind": {"input": "range"}}]}</script></div>"""
PROOF = """<div class="proof theorem admonition" id="thm-a"><p class="admonition-title">
<span class="caption-number">Theorem 1 </span></p></div><details class="proof admonition folded">
<summary class="admonition-title">Proof</summary><p>By counting.</p></details>"""
EXERCISE = """<div class="exercise admonition" id="ex-NAME"><p class="admonition-title">
<span class="caption-number">Exercise NUMBER </span></p><section><p>Do it.</p></section></div>
<details class="solution admonition folded" id="sol-NAME">
<summary class="admonition-title">Solution to Exercise NUMBER</summary>
<p>NAME is done.</p></details>
"""
QUIZ = """<div class="admonition quiz"><p class="admonition-title">Question 1</p><p>Which?</p>
<details class="wrong choice"><summary><span>This.</span></summary>
<div class="feedback"><p>No, not this.</p></div></details>
<details class="right choice"><summary><span>That.</span></summary>
<div class="feedback"><p>Right, that.</p></div></details></div>"""
RECALL = """<details class="admonition-from-memory-why recall admonition folded">
<summary class="admonition-title">From memory: why <em>so</em>?</summary>
<p>Because.</p><p>And so.</p></details>"""
LINKS = """<p><a class="reference internal" href="one.html#thm-a">Theorem 1</a>
<a href="#start">here</a> <a href="../_sources/one.md">source</a>
<a href="https://example.org/">outside</a></p>"""
MENU = '<li>\n<button onclick="window.print()">\n.pdf</button>\n</li>'


def exercise(name: str, number: str) -> str:
    """Return an exercise and its folded solution."""
    return EXERCISE.replace("NAME", name).replace("NUMBER", number)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Return a book of a landing page, a chapter in each of two parts, and its built site."""
    (tmp_path / "_config.yml").write_text(
        'title: A <small> book\nauthor: Somebody\ncopyright: "2026"\nrepository: {url: ""}\n'
    )
    (tmp_path / "_toc.yml").write_text(
        "root: index\nparts:\n- caption: First\n  chapters: [{file: notebooks/one}]\n"
        "- caption: Second\n  chapters: [{file: notebooks/two}]\n"
    )
    site = tmp_path / "_build" / "html"
    (site / "notebooks").mkdir(parents=True)
    for name, title, body in (
        ("index", "Landing", '<p class="lead">What it is about.</p>'),
        (
            "notebooks/one",
            "One",
            CODE + HIDDEN + CHART + PROOF + exercise("one", "1.1") + QUIZ + RECALL,
        ),
        ("notebooks/two", "Two", LINKS + exercise("two", "1.2")),
    ):
        text = PAGE.format(title=title, body=body)
        (site / f"{name}.html").write_text(text, encoding="utf-8")
    return Book(tmp_path)


@pytest.fixture
def document(book: Book) -> BeautifulSoup:
    """Return the book's document."""
    return BeautifulSoup(assemble(book, book.build / "pdf"), "html.parser")


def words(document: BeautifulSoup, selector: str) -> list[str]:
    """Return the text of the elements that a selector finds."""
    return [" ".join(found.get_text(" ").split()) for found in document.select(selector)]


def test_order_is_that_of_the_contents_and_solutions_come_last(document):
    assert words(document, "article h1") == ["Contents", "First", "Second", "Solutions"]
    assert words(document, "section.page:not(.solutions) h2") == ["One", "Two"]
    assert document.select("section.page")[-1]["id"] == "solutions"
    assert document.title.get_text() == "A <small> book"
    assert document.html["lang"] == "en"


def test_every_place_has_one_name_and_every_link_leads_to_one(document):
    names = Counter(element["id"] for element in document.select("[id]"))
    assert [name for name, count in names.items() if count > 1] == []
    inside = [a["href"] for a in document.select("a[href^='#']")]
    assert inside
    assert [address for address in inside if address[1:] not in names] == []


def test_links_stay_inside_go_out_or_become_words(document):
    paragraph = document.select_one("#notebooks-two p")
    assert [a["href"] for a in paragraph.select("a")] == [
        "#notebooks-one--thm-a", "#notebooks-two--start", "https://example.org/",
    ]  # fmt: skip
    assert "source" in paragraph.get_text()


def test_nothing_is_folded_and_hidden_code_is_left_out(document):
    assert document.find_all(["details", "summary", "button"]) == []
    text = document.get_text()
    assert "By counting." in text
    assert "shown = 1" in text
    assert "hidden = 1" not in text
    assert words(document, "div.cell") == ["shown = 1"]


def test_a_chart_is_its_picture_with_its_description_below(document, book):
    (figure,) = document.select("figure.chart")
    assert figure.figcaption.get_text() == "A line that climbs."
    picture = (book.build / "pdf" / figure.img["src"]).resolve()
    assert picture == (book.site / "_images" / "a.png").resolve()


def test_solutions_and_exercises_lead_to_each_other(document):
    assert words(document, ".page:not(.solutions) .solution") == []
    solutions = document.select_one("#solutions")
    assert words(solutions, "h2") == ["One", "Two"]
    for name in ("one", "two"):
        exercise = document.select_one(f"#notebooks-{name}--ex-{name}")
        solution = solutions.select_one(f"#notebooks-{name}--sol-{name}")
        assert f"{name} is done." in solution.get_text()
        assert exercise.select_one("a.turn")["href"] == f"#{solution['id']}"
        assert solution.select_one("h3 a.turn")["href"] == f"#{exercise['id']}"


def test_a_question_lists_its_choices_and_is_answered_at_the_end(document):
    quiz = document.select_one(".quiz")
    assert words(quiz, "ol > li") == ["This.", "That."]
    assert "No, not this." not in quiz.get_text()
    answers = document.select_one(f"#solutions #{quiz['id']}-answers")
    assert words(answers, "ol > li") == ["No, not this.", "Right, that."]


def test_a_question_from_memory_is_answered_at_the_end(document):
    box = document.select_one(".page:not(.solutions) .recall")
    assert " ".join(box.get_text(" ").split()) == "From memory: why so ? Answer on page 000"
    answer = document.select_one(f"#solutions #{box['id']}-answer")
    assert words(answer, "h3") == ["From memory: why so ? · page 000"]
    assert words(answer, "p") == ["Because.", "And so."]
    assert document.select_one("#solutions .solution") is answer


def test_each_chapter_has_its_title_above_its_pages(document):
    rules = document.select_one("style").get_text()
    assert '@page notebooks-two { @top-center { content: "Two"; } }' in rules


def test_a_page_that_is_not_built_is_named(book):
    (book.site / "notebooks" / "two.html").unlink()
    with pytest.raises(ValueError, match=r"two\.html does not exist.*make book"):
        assemble(book, book.build)


def test_a_solution_without_its_exercise_is_named(book):
    path = book.site / "notebooks" / "two.html"
    path.write_text(
        path.read_text().replace("Solution to Exercise 1.2", "Solution to Exercise 1.9")
    )
    with pytest.raises(ValueError, match=r"'Two' has no exercise for the solution .*Exercise 1\.9"):
        assemble(book, book.build)


def test_pages_lead_to_the_pdf_once(book):
    page = book.site / "notebooks" / "one.html"
    page.write_text(f'<p><span class="to-pdf">The book</span></p>{MENU}', encoding="utf-8")
    for _ in range(2):
        link.lead(book.site)
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    assert [a["href"] for a in soup.select("a")] == [f"../{link.NAME}"] * 2
    assert soup.select_one("a.to-pdf").get_text() == "The book"


def test_without_a_browser_the_command_says_so_and_counts_as_skipped(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["bookbuild", "pdf"])
    assert cli.main() == gates.SKIPPED
    said = capsys.readouterr().err
    assert all(name in said for name in browser.NAMES)
    assert "install" in said
