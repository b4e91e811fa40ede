"""Every page of the built site, as a reader's browser sees it."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from support.books import THIS_BOOK
from support.themes import see_both_themes
from support.watching import Watch, watch

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}
ONWARD = "document.querySelector('a.right-next')?.href"


@dataclass
class Visit:
    """Where one visit to a page leads, and what it showed to be wrong, by kind."""

    name: str
    watch: Watch
    onward: str | None = None
    raw_mathematics: list[str] = field(default_factory=list)
    dead_charts: list[str] = field(default_factory=list)
    dead_sliders: list[str] = field(default_factory=list)
    too_wide: dict[int, list[str]] = field(default_factory=dict)
    inaccessible: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="session")
def visits() -> dict[str, Visit]:
    """Keep the visits of this session, so that each page is opened once."""
    return {}


@pytest.fixture(scope="session")
def visit(request, visits: dict[str, Visit], tab: Page, address: str) -> Visit:
    """Return the visit to the page of this test."""
    name = request.param
    if name not in visits:
        with watch(tab, address) as seen:
            visits[name] = _visit(tab, address, Visit(name, seen))
    return visits[name]


def _visit(page: Page, address: str, visit: Visit) -> Visit:
    """Open a page on the narrowest phone, as it comes; then look at all of it."""
    page.set_viewport_size(NARROWEST)
    page.goto(address + visit.name)
    page.evaluate("probe.unfold()")
    visit.too_wide[NARROWEST["width"]] = page.evaluate("probe.tooWide()")
    onward = page.evaluate(ONWARD)
    visit.onward = onward and onward.removeprefix(address)
    page.set_viewport_size(WIDE)
    page.evaluate("probe.drawCharts()")
    visit.raw_mathematics = page.evaluate("probe.rawMathematics()")
    visit.dead_charts = page.evaluate("probe.deadCharts()")
    visit.dead_sliders = page.evaluate("probe.deadSliders()")
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        page.evaluate("probe.settled()")
        visit.too_wide[size["width"]] = page.evaluate("probe.tooWide()")
    visit.inaccessible = see_both_themes(page)
    return visit


def test_asks_nothing_of_a_third_party(visit: Visit) -> None:
    assert visit.watch.outside == []


def test_console_stays_quiet(visit: Visit) -> None:
    assert visit.watch.console == []


def test_mathematics_is_rendered(visit: Visit) -> None:
    assert visit.raw_mathematics == []


def test_charts_are_live(visit: Visit) -> None:
    assert visit.dead_charts == []


def test_sliders_change_the_drawing(visit: Visit) -> None:
    assert visit.dead_sliders == []


def test_fits_wide_and_narrow_screens(visit: Visit) -> None:
    assert visit.too_wide == {size["width"]: [] for size in (NARROWEST, WIDE, NARROW)}


def test_next_leads_on_in_reading_order(visit: Visit) -> None:
    pages = [f"{page}.html" for page in THIS_BOOK.pages()]
    assert visit.onward == dict(pairwise(pages)).get(visit.name)


def test_accessible_in_light_and_dark(visit: Visit) -> None:
    assert visit.inaccessible == {"dark": [], "light": []}
