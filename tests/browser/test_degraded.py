"""Where a browser or a server forbids something, a page does without it, and without an error."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

LIVE = ".chart.is-live .chart-live svg"
SLIDER = ".vega-bind input[type=range]"
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {
    configurable: true,
    get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });"""
NO_EVALUATION = "script-src 'self' 'unsafe-inline'"
FRAME = '<iframe sandbox="allow-scripts" width="1200" height="900" src="{}"></iframe>'

Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opener]:
    """Return a function that opens a page for readers in a window of its own.

    Whatever the browser itself reports is left to the tests; an error that no script caught fails.
    """
    context = browser.new_context(
        color_scheme="light", reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    uncaught: list[str] = []

    def open_page(prepare: Callable[[Page], object] = lambda page: None) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: uncaught.append(str(error)))
        prepare(page)
        return page

    yield open_page
    context.close()
    assert uncaught == []


def moves_its_slider(frame: Page | Frame) -> None:
    """Check that a slider of the first chart redraws it."""
    drawing, slider = frame.locator(LIVE).first, frame.locator(SLIDER).first
    expect(drawing).to_be_visible()
    before = drawing.inner_html()
    slider.focus()
    at_start = slider.evaluate("slider => slider.value === slider.min")
    slider.press("End" if at_start else "Home")
    expect(frame.locator(".vega-bind output").first).not_to_be_empty()
    frame.wait_for_function(
        "([selector, before]) => document.querySelector(selector).innerHTML !== before",
        arg=[LIVE, before],
    )


def switches_its_colours(frame: Page | Frame) -> None:
    """Check that the switch leads through light and dark."""
    seen = set()
    for _ in range(3):
        frame.locator(".theme-switch-button").first.click()
        seen.add(frame.locator("html").get_attribute("data-theme"))
    assert seen == {"light", "dark"}


def finds(frame: Page | Frame, word: str) -> None:
    """Check that the search of a page leads to results."""
    frame.locator(".search-button-field").first.click()
    frame.locator("#pst-search-dialog input[type=search]").fill(word)
    frame.locator("#pst-search-dialog input[type=search]").press("Enter")
    expect(frame.locator("#search-results li a").first).to_be_visible()


def test_without_fonts_charts_are_live(opened: Opener, address: str) -> None:
    page = opened(lambda page: page.route("**/*.woff2", lambda route: route.abort()))
    page.goto(address)
    moves_its_slider(page)


def test_fonts_that_never_come_hold_nothing_up(opened: Opener, address: str) -> None:
    page = opened(lambda page: page.route("**/*.woff2", lambda route: None))
    page.goto(address, wait_until="domcontentloaded")
    moves_its_slider(page)


def test_without_storage_colours_switch_and_the_search_finds(opened: Opener, address: str) -> None:
    page = opened(lambda page: page.add_init_script(NO_STORAGE))
    page.goto(address)
    moves_its_slider(page)
    switches_its_colours(page)
    finds(page, "uniqueness")


def test_without_storage_a_deck_opens(opened: Opener, address: str) -> None:
    page = opened(lambda page: page.add_init_script(NO_STORAGE))
    page.goto(f"{address}slides/the-model.html")
    page.wait_for_function("window.Reveal?.isReady?.() === true")


def test_in_a_sandboxed_frame_everything_works(opened: Opener, address: str) -> None:
    page = opened()
    page.set_content(FRAME.format(address))
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame.evaluate("self.origin") == "null"
    moves_its_slider(frame)
    switches_its_colours(frame)
    finds(frame, "uniqueness")


def test_where_text_may_not_be_run_as_code_sliders_work(opened: Opener, address: str) -> None:
    said: list[str] = []

    def forbid(route: Route) -> None:
        response = route.fetch()
        policy = {"content-security-policy": NO_EVALUATION}
        route.fulfill(response=response, headers={**response.headers, **policy})

    page = opened(lambda page: page.route(f"{address}**", forbid))
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    page.goto(f"{address}notebooks/planting-a-signal.html")
    page.locator(".chart").first.scroll_into_view_if_needed()
    moves_its_slider(page)
    assert said == []


def test_without_vega_the_picture_stays(opened: Opener, address: str) -> None:
    page = opened(lambda page: page.route("**/vega.js", lambda route: route.abort()))
    with page.expect_event("requestfailed"):
        page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".chart > img").first).to_be_visible()
    expect(page.locator(".chart-live")).to_have_count(0)


def test_a_reader_who_saves_data_is_asked_before_vega_comes(opened: Opener, address: str) -> None:
    asked: list[str] = []
    saving = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    page = opened(lambda page: page.add_init_script(saving))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".chart > img").first).to_be_visible()
    assert not [url for url in asked if "vega.js" in url]
    page.get_by_role("button", name="Draw this chart live").first.click()
    moves_its_slider(page)
