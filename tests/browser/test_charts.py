"""Charts in a window that changes."""

from playwright.sync_api import Browser

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
