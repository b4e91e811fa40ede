"""What a worker does with a unit: run it, and send back records, or why there are none."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collective_lab import plugins
from collective_lab.experiment import Configuration, Record
from collective_lab.sweep.order import Unit

ATTEMPTS = 3

Runner = Callable[[Sequence[Configuration]], Sequence[Record]]


@dataclass(frozen=True)
class Failed:
    """What comes back from a unit that failed.

    Attributes
    ----------
    error
        The traceback.
    place
        The worker's address.
    """

    error: str
    place: str

    @property
    def last_line(self) -> str:
        """The line that says most."""
        return self.error.strip().splitlines()[-1]


def attempt(runner: Runner, unit: Unit) -> list[Record] | Failed:
    """Run a unit on a worker. Its error comes back as text: it may not survive the way itself."""
    try:
        plugins.load()
        records = list(runner(unit))
        if [record.configuration for record in records] != list(unit):
            name = getattr(runner, "__name__", runner)
            raise RuntimeError(f"{name} returned other records than were asked for")
        return records
    except Exception:
        from distributed import get_worker

        return Failed(traceback.format_exc(), get_worker().address)
