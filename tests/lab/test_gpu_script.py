"""The script for a machine with a GPU: all of it in small, and on from where it was stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collective_lab.store import Reader

ROOT = Path(__file__).parents[2]
PARTS = ["tests", "race", "peak", "compiled", "records"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.numerical,
    pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="a checkout has it"),
]


def script(folder, seconds):
    command = [sys.executable, ROOT / "benchmarks" / "gpu.py", folder, "--scale", "ci"]
    there = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.run(
        [*command, "--seconds", str(seconds)], capture_output=True, text=True, env=there, check=True
    )
    return process.stdout


def test_the_script_does_all_parts_and_goes_on_where_it_was_stopped(tmp_path):
    early = script(tmp_path / "out", 40)
    assert early == "tests: time is up; the same command goes on here\n"
    told = script(tmp_path / "out", 600)
    kept = [
        json.loads(line) for line in (tmp_path / "out" / "parts.jsonl").read_text().splitlines()
    ]
    assert [entry["part"] for entry in kept] == PARTS
    for name in PARTS:
        assert f"\n{name}, " in f"\n{told}"
    found = {entry["part"]: entry["found"] for entry in kept}
    assert found["race"]["ratio"] > 0 and found["peak"]["tiny"]["tokens/s"] > 0
    assert found["records"] == {"missing": 0, "one pass": "2 of 2", "two passes": "4 of 4"}
    with Reader(tmp_path / "out" / "runs.sqlite") as store:
        assert len(store.ids()) == 6
    again = script(tmp_path / "out", 600)
    assert [line.split(",")[0] for line in again.splitlines() if line.endswith("before:")] == PARTS


def test_the_runs_that_a_gpu_is_asked_for_are_what_they_say(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import gpu_records

    named = dict(gpu_records.grids())
    assert next(iter(named)) == "heads, 1,016 texts, passes: 1"
    for name, grid in named.items():
        group = [one for group in grid.groups().values() for one in group]
        assert {one.seed for one in group} == set(range(5)) and {one.model for one in group} == {
            "minilm"
        }, name
    for n, passes in gpu_records.CELLS:
        [group] = gpu_records.heads(n, passes).groups().values()
        counts = {round(one.alpha * gpu_records.TRAIN[n]) * passes for one in group}
        assert min(counts) <= 50 and max(counts) >= 200, (n, passes)
