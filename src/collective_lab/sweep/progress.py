"""How far a sweep is: one line that changes on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TextIO

EVERY = 30.0  # seconds between plain lines


class Progress:
    """What a person sees of a sweep.

    Parameters
    ----------
    total
        Configurations that the sweep has to end with.
    done
        Those that it begins with.
    stream
        Where to write; stderr by default.
    """

    def __init__(self, total: int, done: int, stream: TextIO | None = None) -> None:
        self.total, self.done, self.failed, self.running = total, done, 0, 0
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._begun, self._at_first = time.monotonic(), done
        self._written = float("-inf")

    def __str__(self) -> str:
        count = f"{self.done:,} of {self.total:,} done"
        parts = [count]
        if self.running:
            parts.append(f"{self.running:,} in flight")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        new, seconds = self.done - self._at_first, time.monotonic() - self._begun
        if new:
            rate = new / seconds
            left = (self.total - self.done - self.failed) / rate
            parts.append(f"{_rate(rate)} · {duration(left)} left")
        return " · ".join(parts)

    def show(self, *, now: bool = False) -> None:
        """Write the state: at once on a terminal or if asked, else when the last is old."""
        if self._live:
            self._stream.write(f"\r\x1b[K{self}")
        elif now or time.monotonic() - self._written >= EVERY:
            self._stream.write(f"{self}\n")
            self._written = time.monotonic()
        self._stream.flush()

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self._stream.write(f"\r\x1b[K{text}\n" if self._live else f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the last state on its own line."""
        self.show(now=True)
        if self._live:
            self._stream.write("\n")


def duration(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _rate(per_second: float) -> str:
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.1f} s each"
