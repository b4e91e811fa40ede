"""Whether a page is accessible, in light and in dark."""

from playwright.sync_api import Page

from support.books import THIS_BOOK

AXE = THIS_BOOK.root / "tests" / "vendor" / "axe-core" / "axe.min.js"


def see_both_themes(page: Page) -> dict[str, list[str]]:
    """Return what is inaccessible by theme; leave the page in the dark, without its glyphs.

    Themes differ in their colours. All else is looked at once, in the theme that draws the charts
    a second time.
    """
    page.add_script_tag(path=AXE)
    page.evaluate("probe.removeGlyphs()")
    found = {}
    for theme, only in (("light", {"colours": True}), ("dark", {})):
        page.evaluate("theme => probe.setTheme(theme)", theme)
        page.evaluate("probe.settled()")
        found[theme] = page.evaluate("only => probe.inaccessible(only)", only)
    return found
