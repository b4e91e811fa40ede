"""Where runs are computed: on this machine's processors or GPUs, or wherever a Dask scheduler is.

On a cluster, start `dask scheduler` and as many `dask worker ADDRESS --nthreads 1` as you like, in
an environment with this project, and give the scheduler's address. With SLURM, `dask-jobqueue`
starts them (it is not part of this project)::

    from dask_jobqueue import SLURMCluster
    cluster = SLURMCluster(cores=1, processes=1, memory="16GB", walltime="04:00:00",
                           job_extra_directives=["--gres=gpu:1"])
    cluster.scale(jobs=8)
    print(cluster.scheduler_address)   # collective-lab sweep run … --scheduler
"""

import importlib.util
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile

import dask.config
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster
from distributed.system import MEMORY_LIMIT

LOOPBACK = "127.0.0.1"
GIGABYTES_A_WORKER = 2.0
WORKERS_A_GPU = 2  # one makes texts and models ready while another trains
ANSWER_WITHIN = 15  # seconds
CLOSE_WITHIN = 5  # seconds
SETTINGS = {
    "distributed.scheduler.allowed-failures": 1,  # what takes two workers down has failed
    # An idle worker would take back the run that failed there from the one that should try it now.
    "distributed.scheduler.work-stealing": False,
}
GPU = re.compile(r"\d+|(?:GPU|MIG)-[\w./-]+")  # a number, or (a part of) an identifier
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class SweepError(Exception):
    """A sweep that cannot go on; the message says what to do."""


@dataclass
class Workers:
    """Worker processes on this machine, each replaced when it is lost.

    Attributes
    ----------
    scheduler
        Their scheduler's address.
    environments
        What each finds in its environment.
    """

    scheduler: str
    environments: list[dict[str, str]]
    _processes: list[subprocess.Popen] = field(default_factory=list)

    def start(self) -> None:
        """Start all of them."""
        self._processes = [self._start(environment) for environment in self.environments]

    def tend(self) -> int:
        """Start those again that are gone and return how many were."""
        gone = [n for n, process in enumerate(self._processes) if process.poll() is not None]
        for number in gone:
            self._end(self._processes[number])
            self._processes[number] = self._start(self.environments[number])
        return len(gone)

    def close(self) -> None:
        """Wait a moment for them to end by themselves, then end them."""
        for process in self._processes:
            self._end(process)

    def _start(self, environment: dict[str, str]) -> subprocess.Popen:
        module = f"{__package__}.worker"
        command = [sys.executable, "-m", module, self.scheduler, LOOPBACK]
        # In a session of their own, for Ctrl-C in a terminal is the coordinator's to understand.
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, start_new_session=True
        )

    def _end(self, process: subprocess.Popen) -> None:
        try:
            process.wait(CLOSE_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


@contextmanager
def connected(
    scheduler: str | None = None, workers: int | None = None, gpus: Sequence[str] = ()
) -> Generator[tuple[Client, Callable[[], int]]]:
    """Give a client of the scheduler at an address, or of one started here, with workers.

    With it comes a function to call now and then: it replaces workers of this machine that were
    lost, and returns how many.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler, such as tcp://10.0.0.1:8786.
    workers
        Processes to start if no address is given. By default two for each GPU, or as many as this
        machine has processor cores and 2 GB of memory for. They share the cores and the GPUs.
    gpus
        The GPUs that they may use, as `visible_gpus` names them; none for runs that use none.

    Raises
    ------
    SweepError
        If nobody answers at the address.
    """
    if scheduler is None:
        with _here(environments(gpus, workers)) as cluster:
            yield cluster
        return
    try:
        client = Client(scheduler, timeout=ANSWER_WITHIN)
    except (OSError, ValueError) as error:
        raise SweepError(
            f"no Dask scheduler answers at {scheduler}: {error}. Start one with `dask scheduler`, "
            "and workers with `dask worker ADDRESS --nthreads 1`"
        ) from error
    with client:
        yield client, lambda: 0


@contextmanager
def _here(each_finds: list[dict[str, str]]) -> Generator[tuple[Client, Callable[[], int]]]:
    with dask.config.set(SETTINGS):
        scheduler = LocalCluster(
            n_workers=0,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            silence_logs=logging.CRITICAL,  # `running` says what a person needs to know
        )
    workers = Workers(scheduler.scheduler_address, each_finds)
    try:
        with scheduler, Client(scheduler) as client:
            workers.start()
            yield client, workers.tend
    finally:
        workers.close()


def dashboard(client: Client) -> str | None:
    """Return the address of Dask's dashboard, or None where `bokeh` is not installed."""
    return client.dashboard_link if importlib.util.find_spec("bokeh") else None


def visible_gpus() -> list[str]:
    """Return the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them.

    CUDA reads the names up to the first that is none, such as -1; so do we.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        import torch

        return [str(number) for number in range(torch.cuda.device_count())]
    return list(takewhile(GPU.fullmatch, map(str.strip, named.split(","))))


def how_many(gpus: int, cores: int = CPU_COUNT, memory: int = MEMORY_LIMIT) -> int:
    """Return how many worker processes a machine has room for."""
    room = max(1, min(cores, int(memory / (GIGABYTES_A_WORKER * 1e9))))
    return max(gpus, min(WORKERS_A_GPU * gpus, room)) if gpus else room


def environments(gpus: Sequence[str], count: int | None = None) -> list[dict[str, str]]:
    """Return the environment of each worker process: its share of the cores, and its GPU.

    It takes no more threads than OMP_NUM_THREADS allows, if that is set.
    """
    count = how_many(len(gpus)) if count is None else count
    share = max(1, CPU_COUNT // count)
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    threads = min(share, int(allowed)) if allowed.isdigit() and int(allowed) else share
    common = os.environ | dict.fromkeys(THREADS, str(threads))
    common["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    common["DASK_LOGGING__DISTRIBUTED"] = "critical"
    devices = [{"CUDA_VISIBLE_DEVICES": gpus[n % len(gpus)]} if gpus else {} for n in range(count)]
    return [common | device for device in devices]
