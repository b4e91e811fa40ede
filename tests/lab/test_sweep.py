"""A sweep: what is run in which order, where, and what becomes of failures and of Ctrl-C."""

import io
import itertools
import os
import signal
import subprocess
import threading
import time
from collections import deque
from types import SimpleNamespace

import psutil
import pytest

from collective_lab.corpora import OCCUPATIONS
from collective_lab.store import Reader, StoreError, Writer, check
from collective_lab.sweep import GRIDS, SweepError, cluster, order, run, running
from collective_lab.sweep.progress import Progress, duration
from support.sweeping import (
    configurations,
    coordinator,
    fail_on_odd_seeds,
    fail_on_the_first_worker,
    forget_the_last,
    kill_on_seed_one,
    let_go,
    record,
    run_together,
    singly,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path):
    """Return where a store may be."""
    return tmp_path / "results.sqlite"


@pytest.fixture
def writer(path):
    """Open a new store."""
    with Writer(path) as opened:
        yield opened


def fields_of(configuration):
    values = configuration.as_dict()
    return {**values, **values.pop("marking")} | {"marking": None}


@pytest.mark.parametrize(("name", "runs"), [("bag", 2_000), ("tiny", 2_000), ("distilbert", 1_000)])
def test_a_grid_asks_the_papers_questions(name, runs):
    groups = GRIDS[name].groups()
    assert len(order.ordered(groups)) >= runs
    for group, members in groups.items():
        values = [fields_of(configuration) for configuration in members]
        varied = {key for key in values[0] if len({str(row[key]) for row in values}) > 1}
        curves = {"strategy"} if group in ("alpha", "epochs") else set()
        asked = {"label_noise", "epochs"} if group == "label_noise_epochs" else {group}
        assert varied == {"alpha", "seed"} | asked | curves
        conditions = {configuration.but(seed=0).id for configuration in members}
        assert (
            len(members)
            == len({configuration.id for configuration in members})
            >= 5 * len(conditions)
        )
    assert {configuration.target for configuration in groups["target"]} == set(
        range(len(OCCUPATIONS))
    )
    assert {configuration.epochs for configuration in groups["epochs"]} == {1, 2, 5}
    assert {configuration.epochs for configuration in groups["alpha"]} == {5}
    assert max(configuration.label_noise for configuration in groups["label_noise"]) == 0.3


@pytest.mark.parametrize("model", ["bag", "tiny"])
def test_other_corpora_repeat_runs_of_the_curves_on_the_books(model):
    curves = set(GRIDS[model].groups()["alpha"])
    others = GRIDS["corpora"].groups()[model]
    books = {one.corpus for one in curves}
    assert len({one.corpus for one in others}) >= 5
    assert books.isdisjoint(one.corpus for one in others)
    for corpus in books:
        assert {one.but(corpus=corpus) for one in others} <= curves


def test_a_grid_gives_some_of_its_groups():
    assert list(GRIDS["tiny"].groups(["target", "epochs"])) == ["epochs", "target"]
    with pytest.raises(ValueError, match=r"group is nothing: the groups are alpha, epochs"):
        GRIDS["tiny"].groups(["alpha", "nothing"])


def test_every_group_has_something_early():
    groups = GRIDS["tiny"].groups()
    run_order = order.ordered(groups)
    assert len(run_order) == len({configuration.id for configuration in run_order})
    assert {configuration.id for group in groups.values() for configuration in group} == {
        e.id for e in run_order
    }
    seeds = [configuration.seed for configuration in run_order]
    assert seeds == sorted(seeds)
    first = {configuration.id for configuration in run_order[:70]}
    assert all(
        len(first & {configuration.id for configuration in group}) >= 9 for group in groups.values()
    )


def test_units_keep_to_a_seed_and_to_the_order():
    plan = [*configurations(2), *configurations(2, alpha=0.3)]
    plan.sort(key=lambda configuration: configuration.seed)
    pairs = order.units(plan, lambda wave: [tuple(wave[::-1])])
    assert pairs == [(plan[1], plan[0]), (plan[3], plan[2])]


def test_workers_share_the_cores_and_the_gpus(monkeypatch):
    monkeypatch.setattr(cluster, "CPU_COUNT", 8)
    for allowed, threads in (("", "2"), ("1", "1"), ("16", "2"), ("4,2", "2")):
        monkeypatch.setenv("OMP_NUM_THREADS", allowed)
        on_cores = cluster.environments([], 3)
        assert [environment["OMP_NUM_THREADS"] for environment in on_cores] == [threads] * 3
    on_gpus = cluster.environments(["0", "GPU-7f"], 3)
    assert [environment["CUDA_VISIBLE_DEVICES"] for environment in on_gpus] == ["0", "GPU-7f", "0"]
    assert cluster.how_many(gpus=2, cores=64, memory=10**12) == 4
    assert cluster.how_many(gpus=2, cores=3, memory=10**12) == 3
    assert cluster.how_many(gpus=2, cores=1, memory=10**9) == 2
    assert cluster.how_many(gpus=0, cores=8, memory=9 * 10**9) == 4
    assert cluster.how_many(gpus=0, cores=2, memory=10**9) == 1
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert cluster.visible_gpus() == ["3", "5"]
    for none in ("", "-1", "-1,0", " ", "NoDevFiles"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", none)
        assert cluster.visible_gpus() == [], none
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, 1,-1,2")
    assert cluster.visible_gpus() == ["GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "1"]


@pytest.mark.parametrize(("model", "expected"), [("bag", [None] * 4), ("tiny", ["0", "GPU-7f"])])
def test_only_models_that_use_a_gpu_have_workers_for_each(writer, monkeypatch, model, expected):
    """Stand in for a machine with two GPUs and room for four workers; none is started."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(cluster, "visible_gpus", lambda: ["0", "GPU-7f"])
    monkeypatch.setattr(cluster, "how_many", lambda gpus: gpus or 4)
    started = []

    def start(environments):
        started.extend(environment.get("CUDA_VISIBLE_DEVICES") for environment in environments)
        raise SweepError("enough")

    monkeypatch.setattr(cluster, "_here", start)
    with pytest.raises(SweepError, match="enough"):
        run(configurations(3, model=model), writer, runner=run_together, partition=singly)
    assert started == expected


def test_a_sweep_stores_everything_once_and_then_has_nothing_to_do(writer, monkeypatch):
    plan = configurations(12)
    summary = run(plan, writer, runner=run_together, partition=singly, workers=2)
    assert (summary.new, summary.failed, summary.left) == (12, (), 0)
    assert list(writer.records()) == sorted(map(record, plan), key=lambda r: r.configuration.id)
    assert check(writer, plan) == []
    monkeypatch.setattr(cluster, "connected", None)
    again = run(plan, writer, runner=run_together, partition=singly)
    assert (again.new, again.failed, again.left) == (0, (), 0)


def fours(plan):
    return [tuple(plan[first : first + 4]) for first in range(0, len(plan), 4)]


def test_failures_are_tried_again_recorded_and_cost_no_other_run(writer, monkeypatch):
    plan = configurations(1) * 2 + configurations(8)[1:]  # one is asked for twice
    monkeypatch.setattr(order, "units", None)
    monkeypatch.setattr(running, "units", lambda part, partition: partition(list(part)))
    summary = run(plan, writer, runner=fail_on_odd_seeds, partition=fours, workers=2, attempts=2)
    odd = {configuration for configuration in plan if configuration.seed % 2}
    assert (summary.new, set(summary.failed), summary.left) == (4, odd, 4)
    failures = writer.failures()
    assert set(failures) == {configuration.id for configuration in odd}
    for failure in failures.values():
        seed = failure.configuration.seed
        assert failure.attempts == 2
        assert failure.error.endswith(f"ArithmeticError: seed {seed} is odd\n")
        assert failure.place.startswith("tcp://127.0.0.1:")
    summary = run(plan, writer, runner=run_together, partition=singly, workers=2)
    assert (summary.new, summary.left) == (4, 0)
    assert writer.failures() == {}


def test_a_failed_run_is_tried_on_another_worker(writer, monkeypatch, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.setenv("FOLDER", str(folder))
    plan = configurations(2)
    summary = run(
        plan, writer, runner=fail_on_the_first_worker, partition=singly, workers=2, attempts=2
    )
    assert (summary.new, summary.failed) == (2, ())


def test_a_run_that_takes_its_worker_down_is_given_up_and_the_others_go_on(writer):
    plan = configurations(6)
    summary = run(plan, writer, runner=kill_on_seed_one, partition=singly, workers=2, attempts=1)
    assert (summary.new, summary.failed, summary.left) == (5, (plan[1],), 1)
    [failure] = writer.failures().values()
    assert "too little memory" in failure.error


def test_a_runner_that_forgets_a_record_is_found_out(writer):
    run(configurations(1), writer, runner=forget_the_last, partition=singly, workers=1, attempts=1)
    [failure] = writer.failures().values()
    assert "forget_the_last returned other records than were asked for" in failure.error


def test_workers_that_cannot_start_are_not_started_for_ever(writer, monkeypatch):
    monkeypatch.setattr(running, "MOST_LOST", 2)
    monkeypatch.setattr(cluster, "environments", lambda *_: [{**os.environ, "PYTHONPATH": ""}])
    monkeypatch.setattr(cluster, "__package__", "no_such_package")
    with pytest.raises(SweepError, match="3 worker processes ended and no run did"):
        run(configurations(1), writer, runner=run_together, partition=singly)
    assert len(writer) == 0


def test_a_scheduler_that_does_not_answer_is_said(writer, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_WITHIN", 0.5)
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1: "):
        run(
            configurations(1),
            writer,
            runner=run_together,
            partition=singly,
            scheduler="tcp://127.0.0.1:1",
        )


def stored(path):
    try:
        with Reader(path) as reader:
            return len(reader)
    except StoreError:  # not there yet
        return 0


PATIENCE = 600  # seconds; a hang is a failure, a busy machine is not
STOPPING = "stopping: the runs in flight may end; once more to drop them"


def wait_for(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"nothing happened in {PATIENCE} seconds"
        time.sleep(0.02)


def read_until(stream, line):
    """Return what a process said, up to a line of its standard error."""
    said = []
    for text in stream:
        said.append(text)
        if line in text:
            break
    return "".join(said)


@pytest.fixture
def held(tmp_path, monkeypatch):
    """Return a folder; runs from the third seed on wait until `let_go` says so."""
    folder = tmp_path / "held"
    folder.mkdir()
    monkeypatch.setenv("FOLDER", str(folder))
    monkeypatch.setenv("LAST", "3")
    return folder


@pytest.mark.slow
def test_ctrl_c_ends_the_runs_in_flight_and_says_how_to_go_on(path, held):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = coordinator(path, "run_all_but_the_last", 40, **streams)
    wait_for(lambda: stored(path) == 3)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    listening = [
        connection.laddr.ip
        for member in family
        for connection in member.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    said = read_until(process.stderr, STOPPING)
    let_go(held)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + err
    new, failed, left = map(int, out.split())
    assert said.splitlines()[-1] == STOPPING
    assert (new, failed, left) == (stored(path), 0, 40 - stored(path))
    assert left > 0
    assert not [member for member in family if member.is_running()]


@pytest.mark.slow
def test_a_second_ctrl_c_drops_the_runs_in_flight(path, held, monkeypatch):
    monkeypatch.setenv("LAST", "0")
    process = coordinator(path, "run_all_but_the_last", 2, stderr=subprocess.PIPE)
    wait_for((held / "held").exists)
    os.killpg(process.pid, signal.SIGINT)
    assert STOPPING in read_until(process.stderr, STOPPING)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in err
    with Writer(path) as writer:
        assert (len(writer), writer.failures()) == (0, {})


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_on_a_terminal_and_few_elsewhere(monkeypatch):
    seconds = itertools.count(step=0.125)
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr("collective_lab.sweep.progress.time", clock)
    plain, live = io.StringIO(), Terminal()
    for stream in (plain, live):
        progress = Progress(total=10, done=4, stream=stream)
        for _ in range(3):
            progress.done += 1
            progress.show()
        progress.failed = 1
        progress.say("failed: something")
        progress.close()
    lines = plain.getvalue().splitlines()
    assert lines[0].startswith("5 of 10 done · ")
    assert lines[1] == "failed: something"
    assert lines[2].startswith("7 of 10 done · 1 failed · ")
    assert lines[2].endswith("0 s left")
    assert len(lines) == 3
    assert live.getvalue().count("\n") == 2
    assert live.getvalue().count("\r\x1b[K") == 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3.4, "3 s"), (59.9, "60 s"), (100, "2 min"), (3_600, "1 h 0 min"), (9_000, "2 h 30 min")],
)
def test_durations_are_said_as_people_do(seconds, text):
    assert duration(seconds) == text


def test_what_failed_in_an_earlier_sweep_comes_last(writer, monkeypatch):
    plan = configurations(4)
    writer.fail(plan[0], "Traceback …\nMemoryError: no room", "tcp://127.0.0.1:1")
    handed_out = []

    def look(coordinator):
        handed_out.extend(task.unit[0] for task in coordinator.queue)

    monkeypatch.setattr(running.Coordinator, "run", look)
    run(plan, writer, runner=run_together, partition=singly, workers=1)
    assert handed_out == [*plan[1:], plan[0]]


def test_workers_that_are_lost_between_runs_that_end_are_forgotten(writer):
    """Only so many in a row, without a run that ended, stop a sweep."""
    told = Progress(25, 0, io.StringIO())
    plan = configurations(25)
    sweep = running.Coordinator(
        None, lambda: 1, writer, run_together, deque(), told, 1, threading.Event()
    )
    for configuration in plan:
        sweep._replace_lost_workers()
        sweep._take_in(running.Task((configuration,)), [record(configuration)])
    assert len(writer.ids()) == 25
    with pytest.raises(SweepError, match="21 worker processes ended and no run did"):
        for _ in range(running.MOST_LOST + 1):
            sweep._replace_lost_workers()


def test_what_is_in_flight_is_shown():
    told = Progress(220, 0, io.StringIO())
    told.running = 44
    assert str(told) == "0 of 220 done · 44 in flight"
