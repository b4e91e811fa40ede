"""Worlds after recorded runs: what is true in them, how they scatter, how often intervals hold."""

import json

import numpy as np
import pandas as pd
import pytest

from collective_action.data import book_file
from collective_lab.results import recorded
from collective_lab.results.coverage import Worlds, mass_coverage, ratio_coverage
from collective_lab.results.curves import critical_mass

pytestmark = pytest.mark.numerical


@pytest.fixture(scope="module")
def after_two_passes():
    """Return worlds after the transformer in its transition, where a run is almost any."""
    runs = recorded("tiny", "epochs").query("strategy == 'feature-label' and epochs == 2")
    return Worlds.after(runs)


def test_a_world_scatters_as_the_recorded_runs_do(after_two_passes):
    runs = recorded("tiny", "epochs").query(
        "strategy == 'feature-label' and epochs == 2 and alpha > 0"
    )
    drawn = pd.concat(after_two_passes.draw(seed) for seed in range(300)).groupby("alpha")
    assert np.allclose(drawn["success"].mean(), after_two_passes.means, atol=0.02)
    before = runs.groupby("alpha")["success"].std()
    assert np.allclose(drawn["success"].std(), before, rtol=0.1)


def test_runs_of_one_seed_go_together(after_two_passes):
    grid = pd.concat(
        after_two_passes.draw(seed).pivot(index="seed", columns="alpha", values="success")
        for seed in range(200)
    )
    pairs = grid.rank().corr().to_numpy()[np.triu_indices(grid.shape[1], 1)]
    assert pairs.mean() == pytest.approx(after_two_passes.together, abs=0.05)


def test_a_world_without_scatter_has_its_own_mass():
    runs = recorded("bag", "epochs").query("strategy == 'feature-label' and epochs == 5")
    still = Worlds.after(runs.assign(success=runs.groupby("alpha")["success"].transform("mean")))
    mass = critical_mass(still.draw(0), 0.5)
    assert mass.value == pytest.approx(still.mass(0.5), rel=0.02)
    assert still.smooth_mass(0.5) == pytest.approx(still.mass(0.5), rel=0.02)
    assert np.isnan(still.mass(0.9999))


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say(after_two_passes):
    for success in (0.5, 0.9):
        held = mass_coverage(after_two_passes, success, 300)["joined"]
        assert held >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / 300)
    five = Worlds.after(
        recorded("tiny", "epochs").query("strategy == 'feature-label' and epochs == 5")
    )
    assert ratio_coverage(after_two_passes, five, 0.5, 200) >= 0.95


def test_the_recorded_coverage_is_what_the_book_says_of_it():
    found = json.loads(book_file("results/coverage.json").read_text(encoding="utf-8"))
    held = [row["joined"] for row in (*found["masses"], *found["ratios"])]
    assert found["worlds"] >= 500
    assert np.mean(held) >= 0.95
    assert min(held) >= 0.93
