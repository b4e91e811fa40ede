"""Charts in a window that changes."""

from playwright.sync_api import Browser

# How much wider than its column the widest chart is.
EXCESS = """() => Math.max(...[...document.querySelectorAll(".chart-live svg")].map(
    svg => svg.getBoundingClientRect().width - svg.closest(".chart").clientWidth))"""


def test_fit_their_column_after_the_window_was_resized(browser: Browser, address: str) -> None:
    """The column narrows when a wider window brings a sidebar, which slides in."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.goto(address + "notebooks/planting-a-signal.html")
    page.locator(".chart").first.scroll_into_view_if_needed()
    page.locator(".chart-live svg").first.wait_for()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_timeout(1_000)
    excess = page.evaluate(EXCESS)
    page.close()
    assert excess <= 1
