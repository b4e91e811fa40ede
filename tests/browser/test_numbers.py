"""Chapters, boxes, references and choices are alike in all forms of the book."""

import re
from itertools import groupby
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from bookbuild.chapters import myst, quiz
from bookbuild.editions import plain
from bookbuild.editions.slides import deck
from support.books import THIS_BOOK

CAPTION = re.compile(r"(?P<kind>\w+) (?P<number>[\d.]+)")
NUMBERS = THIS_BOOK.numbers()


@pytest.fixture(scope="module")
def articles(site: Path) -> dict[str, Tag]:
    """Return the text of every page in reading order."""
    return {
        page: BeautifulSoup((site / f"{page}.html").read_text("utf-8"), "html.parser").article
        for page in THIS_BOOK.pages()
    }


@pytest.fixture(scope="module")
def boxes(articles: dict[str, Tag]) -> dict[str, tuple[str, str]]:
    """Return what each labelled box of a chapter is called, and in which chapter, in order."""
    return {
        number.find_parent(class_="admonition")["id"]: (
            number.get_text(strip=True),
            Path(page).name,
        )
        for page, article in articles.items()
        for number in article.select(".admonition[id] > .admonition-title > .caption-number")
    }


def test_every_chapter_shows_its_number_and_no_other_heading_has_one(articles) -> None:
    shown = {
        Path(page).name: [number.get_text() for number in article.select(".section-number")]
        for page, article in articles.items()
    }
    assert shown == {
        Path(page).name: [THIS_BOOK.numbered(Path(page).name)] if Path(page).name in NUMBERS else []
        for page in articles
    }


def test_the_sidebar_counts_the_chapters_through_the_parts(site: Path) -> None:
    page = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    entries = [entry.get_text() for entry in page.select(".bd-sidebar-primary .toctree-l1 > a")]
    numbers = [int(entry.partition(". ")[0]) for entry in entries if re.match(r"\d+\. ", entry)]
    assert numbers == list(NUMBERS.values())


def test_boxes_of_a_kind_are_counted_within_their_chapter(boxes) -> None:
    named = [(chapter, *CAPTION.fullmatch(name).groups()) for name, chapter in boxes.values()]
    assert {chapter for chapter, _, _ in named} == NUMBERS.keys()
    for (chapter, kind), group in groupby(sorted(named, key=lambda box: box[:2]), lambda b: b[:2]):
        numbers = [number for _, _, number in group]
        expected = [f"{NUMBERS[chapter]}.{count}" for count in range(1, len(numbers) + 1)]
        assert sorted(numbers, key=lambda number: int(number.split(".")[1])) == expected, kind


def test_a_reference_names_its_box_by_its_number(articles, boxes) -> None:
    wrong = []
    for page, article in articles.items():
        for link in article.select("a.internal[href*='#']"):
            named = CAPTION.fullmatch(link.get_text().strip())
            label = link["href"].partition("#")[2]
            if named and label in boxes and boxes[label][0] != named[0]:
                wrong.append((page, label, named[0], boxes[label][0]))
    assert wrong == []


def test_students_notebooks_use_the_numbers_of_the_site(boxes) -> None:
    labels = plain.names(THIS_BOOK).labels
    assert {label: labels.get(label) for label in boxes} == boxes


def test_choices_stand_on_the_page_in_the_order_of_the_notebooks(articles) -> None:
    for page, article in articles.items():
        source = THIS_BOOK.chapters / f"{Path(page).name}.md"
        text = source.read_text("utf-8") if source.is_file() else ""
        questions = [quiz.read(source.stem, fence.body) for fence in myst.fences(text, "quiz")]
        boxes = article.select(".quiz")
        assert len(boxes) == len(questions), page
        for question, box in zip(questions, boxes, strict=True):
            shown = box.select(".choice")
            assert ["right" in choice["class"] for choice in shown] == [
                choice.right for choice in question.choices
            ]
            for choice, written in zip(shown, question.choices, strict=True):
                if not re.search(r"[{$`*'\"]", written.words):
                    assert choice.summary.get_text(strip=True) == written.words.strip()


@pytest.mark.parametrize("name", deck.names(THIS_BOOK))
def test_a_deck_opens_with_the_number_of_its_chapter(site: Path, name: str) -> None:
    page = BeautifulSoup((site / "slides" / f"{name}.html").read_text("utf-8"), "html.parser")
    opening = page.select_one("#opening .book").get_text()
    assert opening == f"Algorithmic Collective Action · Chapter {NUMBERS[name]}"
