"""Curves of recorded runs: means, critical mass and fits, against what can be worked out."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from collective_lab.results.curves import CriticalMass, critical_mass, critical_masses, means

pytestmark = pytest.mark.numerical

LUCK = np.array([-1.2, -0.6, 0.1, 0.5, 1.2])  # of each seed; it averages to nothing


def runs(curve, seeds=5, noise=0.0, **columns):
    """Return a table: at each size of `curve` its success, shifted by the seed's own luck."""
    luck = LUCK * noise
    return pd.DataFrame(
        [
            {"alpha": alpha, "seed": seed, "success": success + luck[seed], **columns}
            for alpha, success in curve.items()
            for seed in range(seeds)
        ]
    )


RISING = {0.0: 0.1, 0.001: 0.2, 0.01: 0.6, 0.1: 0.9}


def test_means_are_students_over_the_seeds_of_each_combination():
    table = pd.concat([runs(RISING, noise=0.03, epochs=e) for e in (1, 2)])
    table.loc[table["epochs"] == 2, "success"] += 0.02
    averages = means(table, ["epochs", "alpha"])
    assert list(averages.columns) == ["epochs", "alpha", "mean", "low", "high", "runs"]
    assert averages[["epochs", "alpha"]].values.tolist() == [[e, a] for e in (1, 2) for a in RISING]
    of_one = table[(table["epochs"] == 2) & (table["alpha"] == 0.01)]["success"]
    expected = stats.ttest_1samp(of_one, 0).confidence_interval(0.95)
    row = averages.iloc[6]
    assert (row["mean"], row["runs"]) == (pytest.approx(of_one.mean()), 5)
    assert (row["low"], row["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_an_interval_stays_among_the_fractions_and_a_single_run_has_none():
    table = pd.DataFrame({"alpha": [0.1, 0.1, 0.2], "seed": [0, 1, 0], "success": [1.0, 0.9, 1.0]})
    averages = means(table, ["alpha"]).set_index("alpha")
    assert averages.loc[0.1, "high"] == 1
    assert averages.loc[0.2, ["low", "high"]].isna().all()
    assert averages["runs"].tolist() == [2, 1]


def test_means_of_another_column():
    assert means(runs(RISING, accuracy=0.7), ["alpha"], "accuracy")["mean"].eq(0.7).all()


@pytest.mark.parametrize(
    ("success", "mass"),
    [
        (0.6, 0.01),
        (0.4, 10**-2.5),  # half-way in log α
        (0.15, 0.0005),  # below the smallest size: half-way in α
        (0.9, 0.1),
        (0.1, 0.0),
    ],
)
def test_critical_mass_is_read_off_the_mean_curve(success, mass):
    assert critical_mass(runs(RISING), success).value == pytest.approx(mass)


def test_a_success_that_is_not_reached_has_no_mass():
    mass = critical_mass(runs(RISING, noise=0.01), 0.99)
    assert np.isnan([mass.value, mass.low, mass.high]).all()


def test_the_smallest_size_is_the_answer_if_it_is_enough():
    assert critical_mass(runs({0.02: 0.7, 0.2: 0.9})).value == 0.02


def test_the_curve_is_made_to_rise():
    """0.7 then 0.3 pool to 0.5, so the crossing is where the pool begins."""
    mass = critical_mass(runs({0.001: 0.1, 0.01: 0.7, 0.1: 0.3, 1.0: 0.9}), 0.5)
    assert mass.value == pytest.approx(0.01)


def test_the_interval_resamples_seeds_and_repeats_itself():
    table = runs(RISING, noise=0.05)
    mass = critical_mass(table, 0.4)
    assert mass.low < mass.value < mass.high
    assert mass == critical_mass(table.sample(frac=1, random_state=1), 0.4)
    assert mass != critical_mass(table, 0.4, seed=1)
    # A seed's luck shifts its whole curve, so the ends are those of shifted mean curves.
    shifts = 0.05 * LUCK[np.random.default_rng(3).integers(5, size=(20_000, 5))].mean(axis=1)
    ends = 10 ** (-2.5 - np.quantile(shifts, [0.975, 0.025]) / 0.4)
    assert np.allclose([mass.low, mass.high], ends, rtol=0.05)


def test_the_ends_are_the_25th_and_975th_of_999_resamples():
    luck = np.random.default_rng(1).normal(0, 0.05, 12)
    table = pd.DataFrame(
        [
            {"alpha": alpha, "seed": seed, "success": success + shift}
            for alpha, success in ((0.001, 0.2), (0.01, 0.8))
            for seed, shift in enumerate(luck)
        ]
    )
    mass = critical_mass(table, 0.5)
    drawn = np.random.default_rng(0).integers(12, size=(999, 12))
    masses = np.sort(0.001 * 10 ** ((0.3 - luck[drawn].mean(axis=1)) / 0.6))
    assert masses[23] < masses[24] < masses[25] and masses[973] < masses[974] < masses[975]
    assert (mass.low, mass.high) == pytest.approx((masses[24], masses[974]), rel=1e-12)


def test_an_end_that_few_resamples_reach_is_open():
    table = runs({0.001: 0.1, 0.01: 0.5, 0.1: 0.89}, noise=0.05)
    mass = critical_mass(table, 0.88)
    assert np.isfinite([mass.value, mass.low]).all()
    assert np.isnan(mass.high)


def test_one_seed_has_no_interval():
    mass = critical_mass(runs(RISING, seeds=1), 0.4)
    assert mass.value == pytest.approx(10**-2.5)
    assert np.isnan([mass.low, mass.high]).all()


def test_two_seeds_have_the_interval_from_one_to_the_other():
    """A quarter of their resamples are the one alone, a quarter the other."""
    table = pd.concat([runs(RISING, seeds=1), runs(RISING, seeds=1).assign(seed=1)])
    table.loc[table["seed"] == 1, "success"] += 0.1
    mass = critical_mass(table, 0.4)
    alone = sorted(critical_mass(table[table["seed"] == seed], 0.4).value for seed in (0, 1))
    assert [mass.low, mass.high] == pytest.approx(alone, rel=1e-12)
    assert alone[0] < mass.value < alone[1]


def test_runs_of_one_seed_at_one_size_count_as_their_mean():
    table = pd.concat([runs(RISING, seeds=1)] * 2, ignore_index=True)
    table["success"] += np.repeat([-0.1, 0.1], len(RISING))
    assert critical_mass(table, 0.4).value == pytest.approx(10**-2.5)


def test_seeds_may_lack_sizes():
    table = runs(RISING, spacing=5)
    table = table[~((table["seed"] > 1) & (table["alpha"] > 0.001))]
    assert critical_mass(table, 0.4).value == pytest.approx(10**-2.5)
    assert critical_masses(table, ["spacing"], 0.4)["seeds"].tolist() == [5]


def test_critical_masses_has_a_row_for_each_condition():
    weak = {alpha: success / 2 for alpha, success in RISING.items()}
    table = pd.concat([runs(RISING, spacing=5), runs(weak, spacing=40, seeds=3)])
    masses = critical_masses(table, ["spacing"], 0.5)
    assert masses["spacing"].tolist() == [5, 40]
    assert masses["mass"].iloc[0] == critical_mass(runs(RISING), 0.5).value
    assert np.isnan(masses["mass"].iloc[1])
    assert masses["largest"].tolist() == [0.1, 0.1]
    assert masses["seeds"].tolist() == [5, 3]


def test_a_size_that_more_seeds_tried_weighs_more():
    """Four seeds at .7, then one at .3, pool to .62, which the curve nears from .1."""
    table = runs({0.001: 0.1, 0.01: 0.7, 0.1: 0.3}, seeds=4)
    table = table[(table["alpha"] < 0.1) | (table["seed"] == 0)]
    assert critical_mass(table, 0.36).value == pytest.approx(0.001 * 10 ** (0.26 / 0.52))


def test_critical_masses_are_of_the_success_and_the_seed_that_were_asked_for():
    table = runs(RISING, noise=0.05, spacing=5)
    [row] = critical_masses(table, ["spacing"], 0.4, seed=3).itertuples()
    assert CriticalMass(row.mass, row.low, row.high) == critical_mass(table, 0.4, seed=3)
    assert critical_mass(table, 0.4, seed=3) != critical_mass(table, 0.4)


def test_half_is_the_success_unless_another_is_asked_for():
    """From .2 to .6 the curve rises in log α: .5 is three quarters of the way."""
    half = pytest.approx(0.001 * 10**0.75)
    assert critical_mass(runs(RISING)).value == half
    assert critical_masses(runs(RISING, spacing=5), ["spacing"])["mass"].tolist() == [half]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: means(runs(RISING), ["epochs"]), "lacks epochs"),
        (lambda: means(runs(RISING).iloc[:0], ["alpha"]), "table is empty"),
        (lambda: critical_mass(runs(RISING).drop(columns="seed")), "lacks seed"),
        (lambda: critical_mass(runs(RISING), 0), "success is 0"),
        (lambda: critical_mass(runs(RISING), 1.2), "success is 1.2"),
        (lambda: critical_masses(runs(RISING), ["target"]), "lacks target"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_curves_need_no_torch():
    """A chapter that only reads recorded runs should not wait for PyTorch."""
    code = "import sys, collective_lab.results.curves; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_critical_mass_that_is_not_reached_says_so_in_words():
    reached, above = (CriticalMass(value, np.nan, np.nan) for value in (0.0123, np.nan))
    assert f"{reached:.1%}, {above:.1%}" == "1.2%, not reached"
