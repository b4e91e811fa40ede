"""A built site on a loopback server, and one browser that visits it."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bookbuild.editions.pdf import browser as machine
from support.books import THIS_BOOK

SITE = Path(os.environ.get("BOOK_SITE", THIS_BOOK.site))
PATIENCE = 120_000  # milliseconds; a hang is a failure, a busy machine is not
PROBES = Path(__file__).with_name("probes.js")


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep requests out of the tests' output."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a visit once for each page, one that is shown a deck for each."""
    if "visit" in metafunc.fixturenames:
        pages = sorted(
            path.relative_to(SITE).as_posix()
            for path in SITE.rglob("*.html")
            if not {"_static", "slides"} & set(path.relative_to(SITE).parts)
        )
        metafunc.parametrize("visit", pages or ["index.html"], indirect=True, scope="session")
    if "shown" in metafunc.fixturenames:
        decks = sorted(path.stem for path in (SITE / "slides").glob("*.html"))
        metafunc.parametrize("shown", decks, indirect=True, scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one visit, one deck or one module in one process, which sees it once."""
    for item in items:
        seen = getattr(item, "callspec", None)
        names = seen.params if seen else {}
        group = names.get("visit") or names.get("shown") or item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
    # Modules take longer than visits, which fill the end of every process's time evenly.
    items.sort(key=lambda item: bool({"visit", "shown"} & set(item.fixturenames)))


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the built site's folder."""
    if not (SITE / "index.html").is_file():
        pytest.fail(f"there is no built site at {SITE}: run `make book` first, or set BOOK_SITE")
    return SITE


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on loopback; yield its address."""
    handler = functools.partial(_Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser that this machine has, or skip."""
    try:
        executable = machine.executable()
    except machine.NoBrowserError as error:
        pytest.skip(str(error))
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*machine.FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open the window in which pages are visited, in light colours and without animation."""
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(path=PROBES)
    yield context
    context.close()


@pytest.fixture(scope="session")
def tab(context: BrowserContext) -> Iterator[Page]:
    """Open the page that visits the site's pages and decks in turn, and compiles scripts once."""
    tab = context.new_page()
    yield tab
    tab.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open a wide page for one test."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    yield page
    page.close()
