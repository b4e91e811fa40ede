"""One page of the site, printed by a reader's browser."""

import pytest
from playwright.sync_api import Page, expect

CHAPTER = "notebooks/planting-a-signal.html"
PAPER = {"width": 640, "height": 900}  # A4 in CSS pixels, less the margins of print.css


@pytest.fixture
def paper(page: Page, address: str) -> Page:
    """Open a chapter as paper."""
    page.set_viewport_size(PAPER)
    page.goto(address + CHAPTER)
    page.wait_for_function("window.MathJax?.typesetPromise")
    page.emulate_media(media="print")
    return page


def test_there_is_one_title_and_no_menu(paper: Page) -> None:
    titles = [title for title in paper.locator("h1").all() if title.is_visible()]
    assert [title.inner_text().removesuffix("#") for title in titles] == ["3. Planting a signal"]
    for menu in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article",
                 "#jb-print-toc", ".prev-next-footer", ".bd-footer-content"):  # fmt: skip
        for part in paper.locator(menu).all():
            expect(part).to_be_hidden()


def test_proofs_are_printed_and_solutions_only_once_opened(paper: Page) -> None:
    expect(paper.locator("details.proof p").last).to_be_visible()
    solution = paper.locator("details.solution").first
    expect(solution).to_be_hidden()
    solution.evaluate("solution => (solution.open = true)")
    expect(solution.locator("p").first).to_be_visible()


def test_a_question_keeps_its_choices_and_its_answers_to_itself(paper: Page) -> None:
    choice = paper.locator(".quiz .choice").first
    expect(choice.locator("summary")).to_be_visible()
    expect(choice.locator(".feedback")).to_be_hidden()


def test_code_and_tables_end_within_the_paper(paper: Page) -> None:
    cut = paper.evaluate(
        """() => [...document.querySelectorAll("article :is(pre, table, img)")]
            .filter((part) => part.checkVisibility())
            .filter((part) => part.getBoundingClientRect().right > innerWidth
                || part.scrollWidth > part.clientWidth + 1)
            .map((part) => part.textContent.slice(0, 60))"""
    )
    assert cut == []
