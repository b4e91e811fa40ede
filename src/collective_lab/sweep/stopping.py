"""How a person stops a sweep: once to let the runs in flight end, twice to drop them."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def stopping(say: Callable[[str], None]) -> Generator[threading.Event]:
    """Turn the first Ctrl-C or SIGTERM into an event, and the second into KeyboardInterrupt."""
    stop = threading.Event()

    def handle(number: int, _: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("stopping: the runs in flight may end; once more to drop them")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
