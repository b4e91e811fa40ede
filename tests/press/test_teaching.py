"""The plans for instructors: minutes add up, what they name exists, rubrics are complete."""

import re

import pytest

from bookbuild.book import sources
from bookbuild.chapters.rules import VAGUE
from bookbuild.editions.slides import deck
from bookbuild.site.extension import teaching
from support.books import THIS_BOOK, chapter, code, execute, make_book

PLANS = {"one-lecture": 1, "three-sessions": 3, "six-sessions": 7}
SECTIONS = ("## Objectives", "## What goes wrong", "## Discussion", "## Assignment")
PAGES = THIS_BOOK.source / "instructors"
TARGETS = re.compile(r"^([a-z]+):", re.M)


def text(name):
    """Return the source of a page."""
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def sections(page):
    """Return a page's second-level sections by their headings."""
    parts = re.split(r"^## (.*)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(part):
    """Return the tables of a piece of text, each as rows of cells, its ruler left out."""
    found = re.findall(r"(?:^\|.*\|\n)+", part, re.M)
    rows = [[line.strip("|").split(" | ") for line in table.splitlines()] for table in found]
    return [[[cell.strip() for cell in row] for row in [table[0], *table[2:]]] for table in rows]


def test_every_page_is_in_the_contents():
    written = {f"instructors/{path.stem}" for path in sources(PAGES, "*.md")}
    assert written == {page for page in THIS_BOOK.pages() if page.startswith("instructors/")}


@pytest.mark.parametrize("plan", PLANS)
def test_minutes_of_a_session_add_up_to_its_length(plan):
    lengths = {}
    for heading, part in sections(text(plan)).items():
        session = re.match(r"Session (\d+): .+ \((\d+) minutes\)$", heading)
        if session:
            [header, *rows] = tables(part)[0]
            assert header[:2] == ["Minutes", "What happens"]
            lengths[int(session[1])] = int(session[2]), sum(int(row[0]) for row in rows)
    assert list(lengths) == list(range(1, PLANS[plan] + 1))
    for session, (promised, planned) in lengths.items():
        assert promised == planned, f"session {session}"


@pytest.mark.parametrize("plan", PLANS)
def test_slides_take_no_longer_than_their_minutes(plan):
    decks = {name: deck.outlined(THIS_BOOK, name) for name in deck.names(THIS_BOOK)}

    def place(named):
        name, _, title = named.partition(": ")
        return decks[name], [slide.title for slide in decks[name]].index(title)

    for heading, part in sections(text(plan)).items():
        for row in tables(part)[0][1:] if heading.startswith("Session") else []:
            spoken = 0
            for first, last in re.findall(r"{slide}`([^`]+)`(?: to {slide}`([^`]+)`)?", row[2]):
                slides, start = place(first)
                end = place(last or first)[1]
                spoken += sum(slide.minutes for slide in slides[start : end + 1])
            assert spoken <= int(row[0]), row


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_has_what_an_instructor_needs(plan):
    page = text(plan)
    for section in SECTIONS:
        assert page.count(f"\n{section}") == 1, section
    parts = sections(page)
    verbs = re.findall(r"^- \*\*(\w+)\*\*", parts["Objectives"], re.M)
    assert len(verbs) >= 5
    assert not VAGUE & set(verbs)
    assert len(re.findall(r"^\d\. ", parts["Discussion"], re.M)) >= 4
    assert len(tables(parts["What goes wrong"])[0]) >= 6
    assert re.search(r"^Live: |^## What to run live", page, re.M)


@pytest.mark.parametrize("plan", PLANS)
def test_a_rubric_has_three_levels_and_weighs_a_hundred(plan):
    [heading] = [key for key in sections(text(plan)) if key.startswith("Assignment")]
    [header, *criteria] = tables(sections(text(plan))[heading])[-1]
    assert header == ["", "Not yet", "Sound", "Strong"]
    assert len(criteria) >= 5
    for row in criteria:
        assert len(row) == 4 and all(row), row
    assert sum(int(re.search(r"\((\d+) %\)", row[0])[1]) for row in criteria) == 100


@pytest.mark.parametrize("plan", PLANS)
def test_what_a_plan_runs_live_is_in_its_chapter(plan):
    named = re.findall(r"`([a-z-]+)\.md`, the cell that begins `([^`]+)`", text(plan))
    chapters = {name: (THIS_BOOK.chapters / f"{name}.md").read_text("utf-8") for name, _ in named}
    assert named or plan == "one-lecture"
    for name, first in named:
        assert len(re.findall(rf"^```\{{code-cell\}}.*\n(?::.*\n)*\n?{re.escape(first)}",
                              chapters[name], re.M)) == 1, (name, first)  # fmt: skip


@pytest.mark.parametrize("page", [path.stem for path in sources(PAGES, "*.md")])
def test_commands_exist(page):
    targets = set(TARGETS.findall((THIS_BOOK.root / "Makefile").read_text(encoding="utf-8")))
    assert (
        set(re.findall(r"make ([a-z]+)", " ".join(re.findall(r"`[^`]*`", text(page))))) <= targets
    )


def test_a_row_says_what_a_chapter_takes(tmp_path):
    book = make_book(tmp_path, rare=chapter("# Rare\n", "word " * 600, code("quiet")))
    execute(book, "rare", {})
    row = teaching.chapter_row(book, "rare", "../")
    assert row == ("{doc}`/notebooks/rare`", "10 min", "1 s", "100 MB", "–")
    book.slides.mkdir()
    outline = "```{notes} 1\nHi.\n```\n\n## A slide\n\n```{notes} 2.5\nHo.\n```\n"
    (book.slides / "rare.md").write_text(outline, encoding="utf-8")
    link = '<a href="../slides/rare.html">2 slides, 4 min</a>'
    assert teaching.chapter_row(book, "rare", "../")[-1] == link
