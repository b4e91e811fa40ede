"""Every slide of every deck, as an audience and as a speaker see it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.themes import AXE, see_both_themes
from support.watching import Watch, watch

READY = "window.Reveal?.isReady?.() === true"
# Each slide in turn: what lies outside the room below its title, or is a picture that is not there,
# and how large its letters are.
SHOW = """async () => {
  const outside = (slide) => {
    const body = slide.querySelector(".body");
    const room = body.getBoundingClientRect();
    const found = [];
    if (body.scrollHeight > body.clientHeight || body.scrollWidth > body.clientWidth)
      found.push("more than the slide holds");
    for (const part of body.querySelectorAll("*")) {
      if (part.closest("mjx-assistive-mml, svg *")) continue; // unseen, or clipped by its drawing
      const box = part.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      if (box.left < room.left - 1 || box.right > room.right + 1 ||
          box.top < room.top - 1 || box.bottom > room.bottom + 1) found.push(probe.start(part));
    }
    for (const image of slide.querySelectorAll("img"))
      if (!image.naturalWidth || !image.alt) found.push(probe.start(image));
    for (const chart of slide.querySelectorAll(".chart"))
      if (!chart.querySelector(".chart-live svg")) found.push("a chart that is not drawn");
    for (const raw of slide.querySelectorAll("mjx-merror")) found.push(probe.start(raw));
    for (const raw of slide.querySelectorAll(".body .math, .notes .math"))
      if (!raw.querySelector("mjx-container")) found.push(probe.start(raw));
    if (/\\\\[(\\[]|\\$/.test(slide.innerText)) found.push("raw mathematics");
    return found;
  };
  const seen = [];
  for (let number = 0; number < Reveal.getTotalSlides(); number++) {
    Reveal.slide(number);
    const slide = Reveal.getCurrentSlide();
    const charts = [...slide.querySelectorAll(".chart")];
    await probe.until(() => charts.every((chart) => chart.matches(".is-live")));
    const letters = parseFloat(slide.querySelector(".body").style.fontSize);
    seen.push({ outside: outside(slide), letters });
  }
  return seen;
}"""
SMALLEST = 24  # pixels of a slide that is 720 high; denser text belongs on two slides


@dataclass
class Shown:
    """What one showing of a deck found wrong, by slide."""

    watch: Watch
    outside: dict[int, list[str]] = field(default_factory=dict)
    letters: dict[int, float] = field(default_factory=dict)
    inaccessible: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def shown(request, tab: Page, address: str) -> Shown:
    """Show a deck from its first slide to its last."""
    deck = f"{address}slides/{request.param}.html"
    tab.set_viewport_size({"width": 1280, "height": 720})
    with watch(tab, address) as seen:
        found = Shown(seen)
        tab.goto(deck)
        tab.wait_for_function(READY)
        for number, slide in enumerate(tab.evaluate(SHOW), start=1):
            found.outside[number] = slide["outside"]
            found.letters[number] = slide["letters"]
        tab.add_script_tag(path=AXE)
        found.inaccessible["as shown"] = tab.evaluate("probe.inaccessible()")  # the last slide
        tab.goto(f"{deck}?print-pdf")  # and all of them at once
        tab.wait_for_function(READY)
        found.inaccessible |= see_both_themes(tab)
    return found


def _wait_for_charts(page: Page) -> None:
    page.wait_for_function(
        "[...Reveal.getCurrentSlide().querySelectorAll('.chart')]"
        ".every((chart) => chart.matches('.is-live'))"
    )


def test_there_are_decks(site: Path) -> None:
    assert list((site / "slides").glob("*.html"))


def test_nothing_is_clipped_missing_or_off_the_slide(shown: Shown) -> None:
    assert {number: found for number, found in shown.outside.items() if found} == {}


def test_letters_are_large_enough(shown: Shown) -> None:
    assert min(shown.letters.values()) >= SMALLEST


def test_asks_nothing_of_a_third_party_and_stays_quiet(shown: Shown) -> None:
    assert shown.watch.outside == []
    assert shown.watch.console == []


def test_accessible_in_light_and_dark(shown: Shown) -> None:
    assert shown.inaccessible == {"as shown": [], "light": [], "dark": []}


@pytest.fixture
def deck(page: Page, site: Path, address: str) -> Page:
    """Open the first deck that has a slider."""
    decks = sorted((site / "slides").glob("*.html"))
    chosen = next(path for path in decks if '"bind":' in path.read_text(encoding="utf-8"))
    page.goto(f"{address}slides/{chosen.name}")
    page.wait_for_function(READY)
    return page


def test_keys_turn_the_slides_and_the_colours(deck: Page) -> None:
    deck.keyboard.press("ArrowRight")
    assert deck.evaluate("Reveal.getIndices().h") == 1
    expect(deck).to_have_url(re.compile(r"#/[a-z-]+$"))
    root = deck.locator("html")
    other = {"light": "dark", "dark": "light"}[root.get_attribute("data-theme")]
    deck.keyboard.press("d")
    expect(root).to_have_attribute("data-theme", other)


def test_an_address_leads_to_its_slide(deck: Page) -> None:
    name = deck.locator(".slides > section").nth(2).get_attribute("id")
    deck.goto(f"{deck.url.split('#')[0]}#{name}")
    deck.reload()
    deck.wait_for_function(READY)
    assert deck.evaluate("Reveal.getIndices().h") == 2
    title = deck.locator("section.present h2")
    expect(title).to_be_in_viewport()
    assert title.bounding_box()["y"] > 0


def test_a_slider_gives_the_keys_back(deck: Page) -> None:
    where = (
        "[...document.querySelectorAll('.slides > section')]"
        ".findIndex((slide) => slide.textContent.includes('\"bind\":{'))"
    )
    number = deck.evaluate(where)
    deck.evaluate("number => Reveal.slide(number)", number)
    _wait_for_charts(deck)
    slider = deck.locator("section.present input[type=range]").first
    before = slider.input_value()
    slider.focus()
    deck.keyboard.press("Home")
    assert slider.input_value() != before
    assert deck.evaluate("Reveal.getIndices().h") == number
    deck.keyboard.press("Escape")
    deck.keyboard.press("ArrowRight")
    assert deck.evaluate("Reveal.getIndices().h") == number + 1


def test_the_speaker_sees_notes_and_what_comes_next(deck: Page, address: str) -> None:
    asked: list[str] = []
    deck.context.on("request", lambda request: asked.append(request.url))
    deck.keyboard.press("ArrowRight")
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    notes = deck.evaluate("Reveal.getSlideNotes()")
    assert notes.strip()
    expect(speaker.locator(".speaker-controls-notes .value")).to_contain_text(
        re.sub(r"<.*?>", "", notes).strip().split(".")[0]
    )
    expect(speaker.locator("iframe")).to_have_count(2)
    assert all(url.startswith((address, "data:", "blob:", "about:")) for url in asked)
    speaker.close()


def test_one_slide_a_page_on_paper(deck: Page) -> None:
    slides = deck.evaluate("Reveal.getTotalSlides()")
    deck.goto(deck.url.split("#")[0] + "?print-pdf")
    deck.wait_for_function(READY)
    deck.wait_for_selector(".pdf-page")
    printed = deck.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == slides
