"""The site of this checkout against that of a commit: time to build it, and its landing page.

The environment variable ``AGAINST`` names the commit, by default the last one:
``AGAINST=d7c7d68 python benchmarks/run.py pages``. Both sites are built by this Python. Builds run
in processes of their own, whose memory the table leaves out.
"""

import atexit
import functools
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import tomllib
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bookbuild.book import VARIABLE
from bookbuild.editions.pdf import browser as machine
from measure import MEGABYTE, Benchmark

HERE = Path(__file__).resolve().parents[1]
COMMIT = os.environ.get("AGAINST", "HEAD")
VISITS = 5
SIZE = {"width": 1440, "height": 900}
WATCH = """new MutationObserver((_, watcher) => {
    if (!document.querySelector(".chart.is-live")) return;
    window.live = performance.now();
    watcher.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""


@dataclass(frozen=True)
class Visit:
    """What a first visit to a landing page takes: bytes, requests, seconds to the live chart."""

    weight: int
    requests: int
    live: float

    def __str__(self) -> str:
        """Return it in words."""
        megabytes = self.weight / MEGABYTE
        return f"{megabytes:.3f} MB, {self.requests} requests, live after {self.live:.2f} s"


def checkouts() -> tuple[Path, Path]:
    """Return this checkout and a worktree of the commit, removed when the benchmark ends."""
    folder = tempfile.TemporaryDirectory()
    there = Path(folder.name, "checkout")
    git = ("git", "-C", str(HERE), "worktree")
    subprocess.run([*git, "add", "--quiet", "--detach", str(there), COMMIT], check=True)
    install(there)
    atexit.register(folder.cleanup)
    atexit.register(subprocess.run, [*git, "remove", "--force", str(there)], check=True)
    return HERE, there


def install(checkout: Path) -> None:
    """Let a checkout say itself what it needs and plugs in, as if it were what is installed."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = f"Name: {project['name']}\nVersion: {project['version']}\n"
    needed = [f"Requires-Dist: {name}\n" for name in project["dependencies"]]
    for extra, names in project["optional-dependencies"].items():
        needed += [f'Requires-Dist: {name}; extra == "{extra}"\n' for name in names]
    plugged = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in plugins.items())
        for group, plugins in project.get("entry-points", {}).items()
    ]
    folder = f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    place = checkout / "src" / folder
    place.mkdir()
    (place / "METADATA").write_text(f"{named}{''.join(needed)}", encoding="utf-8")
    (place / "entry_points.txt").write_text("".join(plugged), encoding="utf-8")


def build(checkout: Path) -> Path:
    """Build the site of a checkout with its own press; return its folder."""
    variables = {name: value for name, value in os.environ.items() if name != VARIABLE}
    variables["PYTHONPATH"] = str(checkout / "src")
    command = [sys.executable, "-P", "-m", "bookbuild", "site"]
    subprocess.run(command, cwd=checkout, env=variables, stdout=subprocess.DEVNULL, check=True)
    return checkout / "_build" / "html"


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep requests out of the table."""


@contextmanager
def served(site: Path):
    """Serve a site on loopback; yield the address of its landing page."""
    handler = functools.partial(_Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()


def visit(browser: Browser, address: str) -> Visit:
    """Visit a page as someone who was never there."""
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WATCH)
    page, finished = context.new_page(), []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(address)
    page.wait_for_function("window.live")
    page.wait_for_load_state("networkidle")
    live = page.evaluate("window.live / 1000")
    weight = sum(request.sizes()["responseBodySize"] for request in finished)
    context.close()
    return Visit(weight, len(finished), live)


def landings(own: Path, other: Path) -> str:
    """Visit both landing pages in turn; say what each takes, in the median."""
    try:
        executable = machine.executable()
    except machine.NoBrowserError as error:
        return str(error)
    visits: dict[str, list[Visit]] = {}
    with served(own) as one, served(other) as two, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*machine.FLAGS])
        for address in (one, two) * VISITS:
            visits.setdefault(address, []).append(visit(browser, address))
        browser.close()
    ours, theirs = (median(made) for made in visits.values())
    return f"landing page: {ours}; {COMMIT}: {theirs}"


def median(visits: list[Visit]) -> Visit:
    """Return what a visit takes in the median."""
    return Visit(*map(statistics.median, zip(*map(astuple, visits), strict=True)))


SITE = Benchmark(
    work="the site, from clean",
    setup=checkouts,
    ours=lambda checkouts: build(checkouts[0]),
    rival=lambda checkouts: build(checkouts[1]),
    rival_name=COMMIT,
    compare=landings,
    repetitions=2,
)
BENCHMARKS = [SITE] if (HERE / ".git").exists() else []  # an unpacked archive has no commits
