"""What a reader does: search, slide, switch to dark, print, read without scripts."""

import re

from playwright.sync_api import Browser, Page, expect

SLIDER = ".vega-bind input[type=range]"


def test_search_finds_a_page_that_opens(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".search-button-field").click()
    page.locator("#pst-search-dialog input[type=search]").fill("uniqueness")
    page.keyboard.press("Enter")
    hit = page.locator("#search-results li a").first
    expect(hit).to_be_visible()
    title = hit.inner_text()
    hit.click()
    page.wait_for_load_state()
    assert "search.html" not in page.url
    heading = page.locator("article h1, article h2").filter(has_text=re.sub(r"\W*#$", "", title))
    expect(heading.first).to_be_attached()


def test_slider_is_moved_by_keyboard_and_says_its_value(page: Page, address: str) -> None:
    page.goto(address)
    slider = page.locator(SLIDER).first
    drawing = page.locator(".chart-live svg").first
    expect(drawing).to_be_visible()
    before, said = drawing.inner_html(), slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).not_to_have_attribute("aria-valuetext", said)
    assert drawing.inner_html() != before
    assert page.locator(".vega-bind output").first.inner_text() == slider.get_attribute(
        "aria-valuetext"
    )


def test_chart_follows_the_page_into_the_dark_and_keeps_its_slider(
    page: Page, address: str
) -> None:
    page.goto(address)
    slider = page.locator(SLIDER).first
    slider.focus()
    page.keyboard.press("End")
    place = slider.input_value()
    light = page.locator(".chart-live svg").first.inner_html()
    switch = page.locator(".theme-switch-button").first
    for _ in range(3):
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
        switch.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    blue = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--blue')")
    assert blue not in light
    page.wait_for_function(
        "blue => document.querySelector('.chart-live svg')?.innerHTML.includes(blue)", arg=blue
    )
    assert page.locator(".chart-live").count() == 1
    assert page.locator(SLIDER).first.input_value() == place


def test_print_shows_the_picture(page: Page, address: str) -> None:
    page.goto(address)
    picture, live = page.locator(".chart > img").first, page.locator(".chart-live").first
    expect(live).to_be_visible()
    expect(picture).to_be_hidden()
    page.emulate_media(media="print")
    expect(picture).to_be_visible()
    expect(live).to_be_hidden()


def test_paper_is_light(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.evaluate(f"addEventListener('beforeprint', () => (window.printed = {theme}))")
    page.pdf()
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate(theme) == "dark"
    context.close()


def test_chapter_is_downloaded_as_written_and_as_executed(page: Page, address: str) -> None:
    page.goto(address + "notebooks/the-model.html")
    written, executed = (
        page.request.get(page.locator(f"a[href$='{end}']").evaluate("a => a.href"))
        for end in ("the-model.md", "_sources/notebooks/the-model.ipynb")
    )
    assert "{code-cell}" in written.text()
    assert any(cell.get("outputs") for cell in executed.json()["cells"])


def test_without_scripts_the_picture_shows(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    picture = page.locator(".chart > img").first
    expect(picture).to_be_visible()
    assert picture.get_attribute("alt")
    context.close()
