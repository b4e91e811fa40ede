"""The numbers of the landing page and of the summaries are those that chapters computed."""

import ast
import re

import nbformat
import pytest

from support.books import THIS_BOOK

SUMMARIES = sorted(path.stem for path in THIS_BOOK.source.glob("summary-*.md"))
SAID = [
    ("index", "2,060", "planting-a-signal", "planting-rang"),
    ("summary-three-learners", "| 20 |", "planting-a-signal", "planting-juniper"),
    ("summary-three-learners", "| 2,060 |", "planting-a-signal", "planting-rang"),
    ("summary-three-learners", "| 93 |", "planting-without-labels", "silent-without"),
    ("summary-resumes", "0.10%", "feature-label-and-feature-only", "strategies-reach-bag"),
    (
        "summary-resumes",
        "0.34% (0.14% to 0.40%)",
        "feature-label-and-feature-only",
        "strategies-reach-tiny",
    ),
    (
        "summary-resumes",
        "19 (17 to 21)",
        "a-better-firm-a-smaller-collective",
        "better-half-ratio-interval",
    ),
    (
        "summary-resumes",
        "6.3% (6.0% to 6.7%)",
        "feature-label-and-feature-only",
        "strategies-real-nine",
    ),
    ("summary-resumes", "Of 23 conditions", "two-thousand-runs", "runs-compared"),
    ("summary-resumes", "10 need fewer", "two-thousand-runs", "runs-fewer"),
    ("summary-resumes", "9 need more", "two-thousand-runs", "runs-more"),
    ("summary-resumes", "4 are open", "two-thousand-runs", "runs-open"),
]


def page(name: str) -> str:
    text = (THIS_BOOK.source / f"{name}.md").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text)


def glued(chapter: str, name: str) -> str:
    """Return what a chapter glued under a name, as text."""
    notebook = nbformat.read(THIS_BOOK.notebooks / f"{chapter}.ipynb", as_version=4)
    [value] = [
        output.data[kind]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("scrapbook", {}).get("name") == name
        for kind in output.data
        if kind.endswith("text/plain")
    ]
    return str(ast.literal_eval(value))


@pytest.mark.parametrize(("where", "words", "chapter", "name"), SAID)
def test_a_number_on_a_front_page_is_a_chapters(where, words, chapter, name):
    assert words in page(where)
    number = re.search(r"\d[\d.,]*%?", words)
    assert number and glued(chapter, name).startswith(number[0].strip())


def test_the_landing_page_says_what_its_dot_is():
    gap, uniqueness = 0.6, 0.001
    dot = gap * uniqueness / (0.5 + gap * uniqueness)
    assert f"at {dot:.2%} of the couriers, {dot * 40_000:.0f} people" in page("index")
    assert glued("planting-a-signal", "planting-juniper") == "20"
    assert "Twenty of 40,000" in page("index")


def test_each_part_of_chapters_ends_with_a_summary_of_half_a_page():
    parts = [
        pages
        for _, pages in THIS_BOOK.parts()
        if any(name.startswith("notebooks/") for name in pages)
    ]
    assert sorted(pages[-1] for pages in parts) == SUMMARIES
    for name in SUMMARIES:
        assert "If you read one chapter" in page(name)
        assert len(page(name).split()) < 420
