"""The browser of this machine: it prints the book, and visits the site in the tests."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


class NoBrowserError(Exception):
    """No Chromium on this machine."""


def executable() -> str:
    """Return the path of this machine's Chromium.

    Raises
    ------
    NoBrowserError
        If there is none.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowserError(
            f"no browser on this machine (looked for {', '.join(NAMES)}): install Chromium, "
            "on Debian and Ubuntu with `apt-get install chromium`"
        )
    return program
