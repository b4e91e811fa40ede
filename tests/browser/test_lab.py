"""A chapter in a reader's own JupyterLab, with no network beyond this machine."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from support import books

PATIENCE = 300  # seconds; a hang is a failure, a busy machine is not
FRONT_MATTER = (
    (books.THIS_BOOK.chapters / "the-model.md").read_text(encoding="utf-8").partition("\n# ")[0]
)
CHAPTER = "\n".join([
    FRONT_MATTER,
    "```{prf:theorem} Small\n:label: small\n\nOne and one are two.\n```\n",
    books.code(
        "import pandas as pd\n\nfrom collective_action.teaching import charts\n\ncharts.use_theme()"
    ),
    books.code(
        "line = pd.DataFrame(\n"
        '    {"alpha": [0, 0.5, 1], "success": [0, 0.2, 1], "bound": [0, 0.1, 1]})\n'
        'charts.staircase_and_bound(line, description="A step.")'
    ),
])  # fmt: skip


@pytest.fixture
def lab(tmp_path: Path, browser: object) -> Iterator[str]:
    """Start JupyterLab on a folder with one small chapter; yield the chapter's address."""
    (tmp_path / "small.md").write_text(CHAPTER, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "IdentityProvider": {"token": ""},
        "LabApp": {"news_url": None},
        "ServerApp": {"allow_root": True, "open_browser": False, "port": port},
    }
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--config={config}",
        f"--notebook-dir={tmp_path}",
    ]
    own = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path / "own"), "HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=own)
    address = f"http://127.0.0.1:{port}"
    _wait_for(address, server, tmp_path / "log")
    yield f"{address}/lab/tree/small.md"
    server.terminate()
    server.wait(PATIENCE)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/api").close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    server.kill()
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def test_a_chapter_opens_as_a_notebook_draws_its_chart_and_is_saved_as_it_was(
    lab: str, page: Page, tmp_path: Path
) -> None:
    outside = []
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("http://127", "ws://127", "data:", "blob:"))
            or outside.append(request.url)
        ),
    )
    page.goto(lab)
    page.locator(".jp-MarkdownCell", has_text="Theorem 1 (Small)").wait_for(
        timeout=PATIENCE * 1_000
    )
    page.get_by_text("| Idle").wait_for(timeout=PATIENCE * 1_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea canvas.marks").wait_for(timeout=PATIENCE * 1_000)
    assert outside == []
    with page.expect_response(
        lambda response: response.request.method == "PUT" and "/contents/" in response.url
    ):
        page.keyboard.press("Control+s")
    assert (tmp_path / "small.md").read_text(encoding="utf-8") == CHAPTER
