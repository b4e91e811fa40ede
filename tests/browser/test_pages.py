"""Every page of the built site, as a reader's browser sees it."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Page

from support.books import THIS_BOOK

AXE = THIS_BOOK.root / "tests" / "vendor" / "axe-core" / "axe.min.js"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


@dataclass
class Visit:
    """What one visit to a page showed to be wrong, by kind."""

    outside: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
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
def visit(request, visits: dict[str, Visit], context: BrowserContext, address: str) -> Visit:
    """Return the visit to the page of this test."""
    name = request.param
    if name not in visits:
        visits[name] = _visit(context, address, name)
    return visits[name]


def _visit(context: BrowserContext, address: str, name: str) -> Visit:
    visit = Visit()
    page = context.new_page()
    page.set_viewport_size(WIDE)
    _watch(page, address, visit)
    page.goto(address + name)
    page.evaluate("probe.showEverything()")
    visit.raw_mathematics = page.evaluate("probe.rawMathematics()")
    visit.dead_charts = page.evaluate("probe.deadCharts()")
    visit.dead_sliders = page.evaluate("probe.deadSliders()")
    page.add_script_tag(path=AXE)
    for theme in ("dark", "light"):
        page.evaluate("theme => probe.setTheme(theme)", theme)
        page.evaluate("probe.settled()")
        visit.inaccessible[theme] = page.evaluate("probe.inaccessible()")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.evaluate("probe.settled()")
        visit.too_wide[size["width"]] = page.evaluate("probe.tooWide()")
    page.close()
    return visit


def _watch(page: Page, address: str, visit: Visit) -> None:
    def on_request(request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            visit.outside.append(request.url)

    def on_console(message) -> None:
        if message.type in ("error", "warning"):
            visit.console.append(f"{message.type}: {message.text}")

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: visit.console.append(f"uncaught: {error}"))


def test_asks_nothing_of_a_third_party(visit: Visit) -> None:
    assert visit.outside == []


def test_console_stays_quiet(visit: Visit) -> None:
    assert visit.console == []


def test_mathematics_is_rendered(visit: Visit) -> None:
    assert visit.raw_mathematics == []


def test_charts_are_live(visit: Visit) -> None:
    assert visit.dead_charts == []


def test_sliders_change_the_drawing(visit: Visit) -> None:
    assert visit.dead_sliders == []


def test_fits_wide_and_narrow_screens(visit: Visit) -> None:
    assert visit.too_wide == {WIDE["width"]: [], NARROW["width"]: []}


def test_accessible_in_light_and_dark(visit: Visit) -> None:
    assert visit.inaccessible == {"dark": [], "light": []}
