"""What a page asks of others and complains of while it is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Error, Page, Request


@dataclass
class Watch:
    """What was seen: requests that left this machine, and what the console was told."""

    outside: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@contextmanager
def watch(page: Page, address: str) -> Iterator[Watch]:
    """Watch a page of the site at an address."""
    seen = Watch()

    def on_request(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            seen.outside.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            seen.console.append(f"{message.type}: {message.text}")

    def on_error(error: Error) -> None:
        seen.console.append(f"uncaught: {error}")

    listeners = {"request": on_request, "console": on_console, "pageerror": on_error}
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        yield seen
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
