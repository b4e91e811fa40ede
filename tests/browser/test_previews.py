"""What a link to a term, a theorem or a reference leads to is shown beside it, to everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.themes import AXE
from support.watching import watch

CHAPTER = "notebooks/planting-a-signal.html"
THEOREM = "article a.internal[href$='#thm-planting']"
REFERENCE = "article a.internal[href*='bibliography.html#']"
TERM = "article a.internal[href*='#term-']"


@pytest.fixture
def chapter(page: Page, address: str) -> Iterator[Page]:
    """Open a chapter with its mathematics rendered; nothing on it may complain."""
    with watch(page, address) as seen:
        page.goto(address + CHAPTER)
        page.wait_for_function("window.MathJax?.typesetPromise")
        yield page
    assert seen.console == []


def shown(page: Page) -> Locator:
    """Return the preview, open or not."""
    return page.locator("#preview")


def test_pointer_on_a_theorem_shows_it_with_its_mathematics(chapter: Page) -> None:
    link = chapter.locator(THEOREM).first
    link.hover()
    preview = shown(chapter)
    expect(preview).to_be_visible()
    expect(preview).to_contain_text("Planting a signal")
    expect(preview.locator("mjx-container").first).to_be_visible()
    assert "\\(" not in preview.inner_text()
    assert link.get_attribute("aria-describedby") == preview.get_attribute("id")


def test_pointer_on_a_reference_shows_who_wrote_it(chapter: Page) -> None:
    link = chapter.locator(REFERENCE).first
    link.hover()
    expect(shown(chapter)).to_contain_text("Algorithmic collective action in machine learning")
    assert link.get_attribute("title") is None  # which the browser would show as well


def test_term_is_shown_with_its_meaning(page: Page, address: str) -> None:
    page.goto(address + "glossary.html")
    page.wait_for_function("window.MathJax?.typesetPromise")
    page.locator(TERM).first.hover()
    preview = shown(page)
    expect(preview.locator(".admonition-title")).to_be_visible()
    expect(preview.locator("p").nth(1)).to_be_visible()


def test_pointer_that_leaves_closes_it_and_one_that_crosses_to_it_does_not(chapter: Page) -> None:
    chapter.locator(THEOREM).first.hover()
    preview = shown(chapter)
    expect(preview).to_be_visible()
    preview.hover(position={"x": 20, "y": 10})
    chapter.wait_for_timeout(600)
    expect(preview).to_be_visible()
    chapter.mouse.move(1, 1)
    expect(preview).to_be_hidden()


def test_focus_shows_it_and_escape_closes_it(chapter: Page) -> None:
    link = chapter.locator(THEOREM).first
    chapter.keyboard.press("Tab")  # from here on the focus is the keyboard's
    link.focus()
    preview = shown(chapter)
    expect(preview).to_be_visible()
    chapter.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(link).to_be_focused()
    assert link.get_attribute("aria-describedby") is None
    chapter.keyboard.press("Enter")
    assert chapter.url.endswith("#thm-planting")


@pytest.mark.parametrize("width", [1440, 390])
def test_it_stays_in_the_window(chapter: Page, width: int) -> None:
    chapter.set_viewport_size({"width": width, "height": 700})
    links = chapter.locator(f"{THEOREM}, {REFERENCE}")
    for index in range(links.count()):
        if not links.nth(index).is_visible():
            continue
        links.nth(index).hover()
        expect(shown(chapter)).to_be_visible()
        box = shown(chapter).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 700
        chapter.mouse.move(0, 0)
        expect(shown(chapter)).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(chapter: Page, theme: str) -> None:
    chapter.evaluate("theme => probe.setTheme(theme)", theme)
    chapter.add_script_tag(path=AXE)
    chapter.locator(THEOREM).first.hover()
    expect(shown(chapter)).to_be_visible()
    within = ["#preview", "[aria-describedby=preview]"]  # the rest is as without it
    assert chapter.evaluate("within => probe.inaccessible({ within })", within) == []


def test_touch_follows_the_link(browser: Browser, address: str) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + CHAPTER)
    page.locator(REFERENCE).first.tap()
    page.wait_for_url("**/bibliography.html#*")
    expect(shown(page)).to_have_count(0)
    context.close()


def test_a_page_asks_for_nothing_until_a_reader_points(page: Page, address: str) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + CHAPTER)
    page.wait_for_function("window.MathJax?.typesetPromise")
    assert not [url for url in asked if "previews-data" in url]
    page.locator(REFERENCE).first.hover()
    expect(shown(page)).to_be_visible()
    assert all(url.startswith((address, "data:")) for url in asked)
