"""Charts in a window that changes, and several in one."""

import re

import pytest
from playwright.sync_api import Browser

from support.books import THIS_BOOK

NARROWER = "width => document.querySelector('.chart').clientWidth < width"
FIT = """() => [...document.querySelectorAll(".chart-live svg")].every(
    svg => svg.getBoundingClientRect().width <= svg.closest(".chart").clientWidth + 1)"""


def test_fit_their_column_after_the_window_was_resized(browser: Browser, address: str) -> None:
    """The column narrows when a wider window brings a sidebar, which slides in."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.goto(address + "notebooks/planting-a-signal.html")
    page.locator(".chart").first.scroll_into_view_if_needed()
    page.locator(".chart-live svg").first.wait_for()
    width = page.evaluate("document.querySelector('.chart').clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function(NARROWER, arg=width)
    page.wait_for_function(FIT)
    page.close()


SEVERAL = [
    source.stem
    for source in sorted(THIS_BOOK.chapters.glob("*.md"))
    if re.search(r"\b[hv]concat\(", source.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("chapter", SEVERAL)
def test_several_views_fit_their_column(
    browser: Browser, address: str, chapter: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address + f"notebooks/{chapter}.html")
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".chart-live svg").first.wait_for()
    assert page.evaluate(FIT)
    page.close()
