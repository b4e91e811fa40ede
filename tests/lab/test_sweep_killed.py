"""Kill a sweep again and again: nothing that was stored is lost, and nothing is there twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
import pytest
import torch

from collective_lab import experiment
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration
from collective_lab.store import Reader, StoreError, Writer, check
from collective_lab.store.merging import agree
from collective_lab.sweep import run
from support.books import THIS_BOOK
from support.sweeping import configurations, coordinator, let_go, record

N = 60
LAST = N - 4  # from here on runs wait until all the kills are done
KILLS = 10
RUSH = 40  # records; by then kills follow each other without waiting for more
PATIENCE = 600  # seconds; a hang is a failure, a busy machine is not


@pytest.fixture
def path(tmp_path):
    """Return where a store may be."""
    return tmp_path / "results.sqlite"


@pytest.fixture
def held(tmp_path, monkeypatch):
    """Return a folder; the last runs wait until `let_go` says so."""
    folder = tmp_path / "held"
    folder.mkdir()
    monkeypatch.setenv("FOLDER", str(folder))
    monkeypatch.setenv("LAST", str(LAST))
    return folder


def ids(path):
    try:
        with Reader(path) as reader:
            return reader.ids()
    except StoreError:  # not there yet
        return set()


class Watch:
    """Waits for records, and fails the test when none come or one is lost."""

    def __init__(self, path):
        self.path, self.seen, self.until = path, set(), time.monotonic() + PATIENCE

    def look(self):
        recorded = ids(self.path)
        assert self.seen <= recorded, "a record that was stored is gone"
        assert time.monotonic() < self.until, f"only {len(recorded)} records in {PATIENCE} s"
        self.seen = recorded
        return len(recorded)

    def wait_for_more(self, count):
        target = min(self.look() + count, RUSH)
        while self.look() < target:
            time.sleep(0.05)


def children(pid):
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children()
    return []


def victims(rng, plan):
    """Return who is killed when, and how many records are to arrive before that."""
    order = [name for name, count in plan.items() for _ in range(count)]
    rng.shuffle(order)
    assert len(order) >= KILLS
    return [(name, rng.randint(0, N // len(order) - 1)) for name in order]


def everything_is_there_once(path):
    plan = configurations(N)
    with Reader(path) as reader:
        assert check(reader, plan) == []
        assert list(reader.records()) == sorted(
            map(record, plan), key=lambda record: record.configuration.id
        )


@pytest.mark.slow
def test_a_sweep_on_this_machine_survives_kills(path, held):
    rng, watch = random.Random(1), Watch(path)
    process = coordinator(path, "run_all_but_the_last", N)
    try:
        for victim, records in victims(rng, {"coordinator": 3, "worker": 7}):
            watch.wait_for_more(records)
            time.sleep(rng.uniform(0, 0.3))
            assert process.poll() is None, "it ended before all the kills"
            if victim == "coordinator":
                workers = children(process.pid)
                process.kill()
                process.wait()
                psutil.wait_procs(workers, timeout=PATIENCE)  # one may still be importing
                assert not [worker for worker in workers if worker.is_running()], (
                    "a worker stayed behind"
                )
                process = coordinator(path, "run_all_but_the_last", N)
            else:
                while not (alive := children(process.pid)):
                    watch.look()
                    time.sleep(0.05)
                with suppress(psutil.NoSuchProcess):
                    rng.choice(alive).kill()
        let_go(held)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    everything_is_there_once(path)


class Site:
    """A Dask scheduler, two workers and a coordinator, started as a batch system would."""

    def __init__(self, path, folder):
        self.path, self.folder, self.processes = path, folder, {}

    def start(self):
        """Start what does not run."""
        self._start("scheduler", self._scheduler)
        for name in ("worker 0", "worker 1"):
            self._start(name, self._worker)
        self._start("coordinator", self._coordinator)

    def kill(self, name):
        process = self.processes[name]
        if name == "scheduler":  # nobody can work without it, so a batch system ends all
            for other in self.processes.values():
                other.kill()
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _start(self, name, start):
        if name not in self.processes or self.processes[name].poll() is not None:
            self.processes[name] = start()

    def _dask(self, *arguments):
        environment = {
            **os.environ,
            "PYTHONPATH": str(THIS_BOOK.root / "tests"),
            "DASK_LOGGING__DISTRIBUTED": "critical",
        }
        command = [sys.executable, "-m", "dask", *arguments]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _scheduler(self):
        self.file = self.folder / f"scheduler-{time.monotonic_ns()}.json"
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        process = self._dask("scheduler", *options, "--scheduler-file", str(self.file))
        until = time.monotonic() + PATIENCE
        while not self.address():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        return process

    def _worker(self):
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        local = ("--local-directory", str(self.folder))
        return self._dask("worker", "--scheduler-file", str(self.file), *options, *local)

    def _coordinator(self):
        return coordinator(self.path, "run_all_but_the_last", N, self.address())

    def address(self):
        """Return where the scheduler listens, or None as long as it has not said so."""
        with suppress(FileNotFoundError, ValueError):  # not there, or not all of it
            return json.loads(self.file.read_text())["address"]


@contextmanager
def site(path, folder):
    opened = Site(path, folder)
    try:
        opened.start()
        yield opened
    finally:
        opened.close()


@pytest.mark.slow
def test_a_sweep_on_a_cluster_survives_kills(path, tmp_path, held):
    rng, watch = random.Random(2), Watch(path)
    plan = {"coordinator": 3, "worker 0": 3, "worker 1": 3, "scheduler": 1}
    with site(path, tmp_path) as sweep:
        for victim, records in victims(rng, plan):
            watch.wait_for_more(records)
            time.sleep(rng.uniform(0, 0.3))
            assert sweep.processes["coordinator"].poll() is None, "it ended before all the kills"
            sweep.kill(victim)
            sweep.start()
        let_go(held)
        assert sweep.processes["coordinator"].wait(PATIENCE) == 0
    everything_is_there_once(path)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_said_and_the_records_stay(path, tmp_path, held):
    with site(path, tmp_path) as sweep:
        sweep.processes["coordinator"].kill()
        sweep.processes["coordinator"].wait()
        process = coordinator(
            path, "run_all_but_the_last", N, sweep.address(), stderr=subprocess.PIPE
        )
        Watch(path).wait_for_more(3)
        sweep.processes["scheduler"].kill()
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "the Dask scheduler went away. Every record that arrived is stored" in err, err
    with Reader(path) as reader:
        assert len(reader) >= 3
        assert check(reader) == []


@pytest.fixture
def one_thread():
    """Compute as a worker does: sums in another order differ in the last digit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_a_killed_sweep_of_real_runs_equals_an_uninterrupted_one(path, one_thread):
    small = Configuration(corpus=Synthetic(n=60), epochs=1, length=16, alpha=0.2)
    plan = [small.but(seed=seed) for seed in range(4)]
    code = (
        "import sys; from collective_lab.store import Writer\n"
        "from collective_lab.sweep import run\n"
        "from collective_lab.corpora import Synthetic\n"
        "from collective_lab.experiment import Configuration\n"
        "small = Configuration(corpus=Synthetic(n=60), epochs=1, length=16, alpha=0.2)\n"
        "with Writer(sys.argv[1]) as writer:\n"
        "    run([small.but(seed=seed) for seed in range(4)], writer, workers=2)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)])
    until = time.monotonic() + PATIENCE
    while not ids(path):
        assert time.monotonic() < until
        time.sleep(0.02)
    process.kill()
    process.wait()
    with Writer(path) as writer:
        assert 0 < len(writer) <= 4
        run(plan, writer, workers=2)
        records = {record.configuration: record for record in writer.records()}
        assert check(writer, plan) == []
    assert set(records) == set(plan)
    for configuration in plan:
        assert agree(records[configuration], experiment.run(configuration)), configuration.seed
