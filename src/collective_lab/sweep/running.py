"""The coordinator: hands out what is missing, stores what comes back, survives what does not."""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field

from distributed import Client, Future, KilledWorker, wait

from collective_lab import experiment
from collective_lab.experiment import Configuration, Record
from collective_lab.models.recipes import recipe
from collective_lab.store import Writer
from collective_lab.sweep import cluster
from collective_lab.sweep.attempts import ATTEMPTS, Failed, Runner, attempt
from collective_lab.sweep.cluster import SweepError
from collective_lab.sweep.order import Partition, Unit, units
from collective_lab.sweep.progress import Progress
from collective_lab.sweep.stopping import stopping

KILLED = "KilledWorker: the processes that had this run died; too little memory, perhaps"
MOST_LOST = 20  # worker processes, without a run that ended
LOOK_FOR_WORKERS = 2.0  # seconds between two looks at how many there are


@dataclass(frozen=True)
class Summary:
    """How a sweep ended.

    Attributes
    ----------
    new
        Records stored by it.
    failed
        Configurations that failed as often as allowed.
    left
        Configurations that still have no record, the failed ones included.
    """

    new: int
    failed: tuple[Configuration, ...]
    left: int


@dataclass
class Task:
    """A unit on its way: how often it failed in this sweep, and where last."""

    unit: Unit
    failures: int = 0
    avoid: str | None = None


def run(
    configurations: Sequence[Configuration],
    store: Writer,
    *,
    runner: Runner | None = None,
    partition: Partition | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    attempts: int = ATTEMPTS,
) -> Summary:
    """Run the configurations that the store has no record of, and store each record as it arrives.

    Whatever is killed, only runs in flight are lost; calling `run` again goes on. The first Ctrl-C
    (or SIGTERM) lets the runs in flight end, a second one drops them. A run that raises, or takes
    its worker down, is tried again, on another worker if there is one; of several runs that are
    trained together, the one at fault is found by halving. Those that failed in an earlier sweep
    come last.

    Parameters
    ----------
    configurations
        What should be in the store at the end, in the order in which to run it.
    store
        Where records and failures go.
    runner
        Takes a unit and returns its records, in any process; `experiment.run_together` when
        omitted.
    partition
        Splits configurations into units; `experiment.tasks` when omitted.
    scheduler, workers
        Where to run; see `cluster.connected`.
    attempts
        How often to try a configuration.

    Raises
    ------
    SweepError
        If the scheduler does not answer, or goes away.
    StoreError
        If the disk is full.
    """
    runner = runner or experiment.run_together
    partition = partition or experiment.tasks
    recorded, failures = store.ids(), store.failures()
    missing = [
        configuration
        for configuration in dict.fromkeys(configurations)
        if configuration.id not in recorded
    ]
    total = len(set(configurations))
    progress = Progress(total, total - len(missing))
    again = [configuration for configuration in missing if configuration.id in failures]
    first = [configuration for configuration in missing if configuration.id not in failures]
    queue = deque(Task(unit) for part in (first, again) for unit in units(part, partition))
    if not queue:
        progress.close()
        return Summary(0, (), 0)
    accelerated = any(recipe(configuration.model).accelerated for configuration in missing)
    gpus = cluster.visible_gpus() if accelerated else []
    with (
        stopping(progress.say) as stop,
        cluster.connected(scheduler, workers, gpus) as (client, tend),
    ):
        if link := cluster.dashboard(client):
            progress.say(f"Dask's dashboard: {link}")
        coordinator = Coordinator(client, tend, store, runner, queue, progress, attempts, stop)
        try:
            coordinator.run()
        finally:
            progress.close()
    failed = tuple(coordinator.failed)
    return Summary(progress.done - total + len(missing), failed, total - progress.done)


@dataclass
class Coordinator:
    """The loop of `run`."""

    client: Client
    tend: Callable[[], int]
    store: Writer
    runner: Runner
    queue: deque[Task]
    progress: Progress
    attempts: int
    stop: threading.Event
    failed: list[Configuration] = field(default_factory=list)
    flying: dict[Future, Task] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    looked: float = float("-inf")
    lost: int = 0

    def run(self) -> None:
        """Hand out and take in until nothing is left, or somebody says stop."""
        while True:
            self._hand_out()
            self.progress.running = sum(len(task.unit) for task in self.flying.values())
            self.progress.show()
            if not self.flying:
                return
            arrived = self._arrivals()
            self._hand_out()  # before the disk is waited for
            for task, result in arrived:
                self._take_in(task, result)

    def _look_for_workers(self) -> list[str]:
        """Return the worker of each thread that there is, as of a moment ago."""
        now = time.monotonic()
        if now - self.looked > LOOK_FOR_WORKERS:
            self.looked = now
            self._replace_lost_workers()
            with _reaching_the_scheduler():
                threads = self.client.nthreads()
            self.places = [place for place, count in threads.items() for _ in range(count)]
        return self.places

    def _replace_lost_workers(self) -> None:
        if now := self.tend():
            self.progress.say(f"worker processes that ended, and were started again: {now}")
        self.lost += now
        if self.lost > MOST_LOST:
            raise SweepError(
                f"{self.lost} worker processes ended and no run did: what they wrote above may say "
                "why. Every record that arrived is stored; the same command goes on"
            )

    def _hand_out(self) -> None:
        places = self._look_for_workers()
        while self.queue and len(self.flying) < max(1, len(places)) and not self.stop.is_set():
            task = self.queue.popleft()
            others = {place for place in places if place != task.avoid} if task.avoid else None
            future = self.client.submit(
                attempt,
                self.runner,
                task.unit,
                pure=False,
                workers=list(others) if others else None,
                allow_other_workers=bool(others),
            )
            self.flying[future] = task

    def _arrivals(self) -> list[tuple[Task, list[Record] | Failed]]:
        """Wait a moment for runs that ended and return what came of them."""
        arrived = []
        with _reaching_the_scheduler():
            try:
                finished, _ = wait(
                    list(self.flying), timeout=LOOK_FOR_WORKERS, return_when="FIRST_COMPLETED"
                )
            except TimeoutError:
                return []
            for future in finished:
                try:
                    result = future.result(timeout=LOOK_FOR_WORKERS)
                except (
                    TimeoutError
                ):  # lost with its worker before it was fetched: Dask runs it again
                    continue
                except KilledWorker:
                    result = Failed(KILLED, "workers that were lost")
                arrived.append((self.flying.pop(future), result))
        return arrived

    def _take_in(self, task: Task, result: list[Record] | Failed) -> None:
        self.lost = 0
        if not isinstance(result, Failed):
            self.store.add(result)
            self.progress.done += len(task.unit)
        elif len(task.unit) > 1:
            why = result.last_line
            self.progress.say(f"{len(task.unit)} runs together failed: {why}; trying each half")
            half = len(task.unit) // 2
            self.queue.extendleft([Task(task.unit[half:]), Task(task.unit[:half])])
        else:
            self._again(task, result)

    def _again(self, task: Task, why: Failed) -> None:
        [configuration] = task.unit
        self.store.fail(configuration, why.error, why.place)
        if task.failures + 1 < self.attempts:
            self.queue.append(Task(task.unit, task.failures + 1, why.place))
            self.looked = float("-inf")  # for another place
            return
        self.failed.append(configuration)
        self.progress.failed += 1
        self.progress.say(f"failed {self.attempts} times: {configuration.id}: {why.last_line}")


@contextmanager
def _reaching_the_scheduler() -> Generator[None]:
    try:
        yield
    except (OSError, CancelledError) as error:
        raise SweepError(
            "the Dask scheduler went away. Every record that arrived is stored: start the same "
            "command again when it is back"
        ) from error
