"""Curves of recorded runs: means, critical mass and fits, against what can be worked out."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

from collective_lab.results.curves import (
    CriticalMass,
    Ratio,
    critical_mass,
    critical_masses,
    means,
    ratio,
    shares,
)

pytestmark = pytest.mark.numerical

LUCK = np.array([-1.2, -0.6, 0.1, 0.5, 1.2])  # of each seed; it averages to nothing


def runs(curve, seeds=5, noise=0.0, **columns):
    """Return a table: at each size of `curve` its success, shifted by the seed's own luck."""
    luck = np.resize(LUCK, seeds) * noise
    return pd.DataFrame(
        [
            {"alpha": alpha, "seed": seed, "success": success + luck[seed], **columns}
            for alpha, success in curve.items()
            for seed in range(seeds)
        ]
    )


def share(before, wanted, after):
    """Return how far on its way from one mean to another a success is: a line in log-odds."""
    before, wanted, after = logit([before, wanted, after])
    return (wanted - before) / (after - before)


def lucky(seeds, scatter=0.05):
    """Return runs at .001 and .01, .2 and .8 apart from each seed's own luck, and the luck."""
    luck = np.random.default_rng(1).normal(0, scatter, seeds)
    table = pd.DataFrame(
        [
            {"alpha": alpha, "seed": seed, "success": success + shift}
            for alpha, success in ((0.001, 0.2), (0.01, 0.8))
            for seed, shift in enumerate(luck)
        ]
    )
    return table, luck


RISING = {0.0: 0.1, 0.001: 0.2, 0.01: 0.6, 0.1: 0.9}
FORTY = 0.001 * 10 ** share(0.2, 0.4, 0.6)  # where that has .4


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
        (expit((logit(0.2) + logit(0.6)) / 2), 10**-2.5),  # half-way in log α
        (expit((logit(0.1) + logit(0.2)) / 2), 0.0005),  # below the smallest size: half-way in α
        (0.9, 0.1),
        (0.1, 0.0),
    ],
)
def test_critical_mass_is_read_off_the_mean_curve(success, mass):
    assert critical_mass(runs(RISING), success).value == pytest.approx(mass)


def test_a_success_that_is_not_reached_has_no_mass():
    mass = critical_mass(runs(RISING, noise=0.01), 0.99)
    assert np.isnan([mass.value, mass.low, mass.high]).all()


def test_the_smallest_size_is_an_upper_limit_if_it_is_enough():
    mass = critical_mass(runs({0.02: 0.7, 0.2: 0.9}, noise=0.01))
    assert (mass.value, mass.low, mass.high, mass.at_most) == (0.02, 0, 0.02, True)
    assert f"{mass:.0%}" == "≤ 2%"


def test_an_end_that_some_resamples_have_at_the_smallest_size_is_open_below():
    mass = critical_mass(runs({0.02: 0.48, 0.2: 0.9}, noise=0.05))
    assert not mass.at_most
    assert mass.low == 0 < 0.02 < mass.value < mass.high


def test_no_size_is_smaller_than_none():
    """If nobody is enough the mass is 0, and nothing is censored."""
    mass = critical_mass(runs(RISING, noise=0.01), 0.05)
    assert (mass.value, mass.low, mass.high, mass.at_most) == (0, 0, 0, False)


def test_the_curve_is_made_to_rise():
    """0.7 then 0.3 pool to 0.5, so the crossing is where the pool begins."""
    mass = critical_mass(runs({0.001: 0.1, 0.01: 0.7, 0.1: 0.3, 1.0: 0.9}), 0.5)
    assert mass.value == pytest.approx(0.01)


@pytest.mark.parametrize("seeds", [4, 10, 40])
def test_the_interval_is_read_off_students_limits(seeds):
    table, luck = lucky(seeds)
    mass = critical_mass(table, 0.5)
    half = stats.t.ppf(0.975, seeds - 1) * stats.sem(luck)
    for end, shift in ((mass.low, half), (mass.high, -half)):
        before, after = np.array([0.2, 0.8]) + luck.mean() + shift
        assert end == pytest.approx(0.001 * 10 ** share(before, 0.5, after))
    assert mass == critical_mass(table.sample(frac=1, random_state=1), 0.5)


def test_a_size_scatters_at_least_as_its_neighbours_do_with_it_on_average():
    """At .01 no run differs, at .001 they do: its variance counts for a third of theirs."""
    table = pd.concat([lucky(9)[0].query("alpha == 0.001"), runs({0.01: 0.8, 0.1: 0.9}, seeds=9)])
    own = table.query("alpha == 0.001")["success"]
    half = stats.t.ppf(0.975, 8) * np.sqrt(own.var() / 3 / 9)
    ends = own.mean() - stats.t.ppf(0.975, 8) * own.sem(), 0.8 - half
    assert critical_mass(table, 0.5).high == pytest.approx(
        0.001 * 10 ** share(ends[0], 0.5, ends[1])
    )


def test_the_interval_reaches_from_the_first_size_that_may_be_enough_to_the_last_that_may_not():
    """The mean dips at .1, where the lower limit .4 is below the success once more."""
    table = runs({0.001: 0.1, 0.01: 0.55, 0.1: 0.5, 1: 0.9}, noise=0.1)
    half = stats.t.ppf(0.975, 4) * stats.sem(0.1 * LUCK)
    mass = critical_mass(table, 0.5)
    assert mass.low == pytest.approx(10 ** (-3 + share(0.1 + half, 0.5, 0.55 + half)))
    assert mass.high == pytest.approx(10 ** (-1 + share(0.5 - half, 0.5, 0.9 - half)))
    assert mass.low < mass.value < 0.01


def test_a_logistic_curve_is_read_off_where_it_is_whatever_the_sizes():
    def success(alpha):
        return 1 / (1 + (0.004 / alpha) ** 1.7)

    for sizes in ([0.001, 0.01], [0.0005, 0.002, 0.03]):
        table = runs({alpha: success(alpha) for alpha in sizes})
        assert critical_mass(table, 0.5).value == pytest.approx(0.004)
        assert critical_mass(table, 0.7).value == pytest.approx(0.004 * (7 / 3) ** (1 / 1.7))


def test_success_of_all_or_none_has_log_odds_of_one_in_a_thousand():
    mass = critical_mass(runs({0.001: 0.0, 0.01: 1.0}), 0.9)
    assert mass.value == pytest.approx(0.001 * 10 ** share(0.001, 0.9, 0.999))
    assert critical_mass(runs({0.001: 0.2, 0.01: 0.9999, 0.1: 1.0}), 1).value == 0.1


def test_the_interval_holds_the_estimate():
    rng = np.random.default_rng(2)
    for _ in range(200):
        table = runs(dict(zip(np.geomspace(0.001, 0.1, 5), rng.uniform(size=5), strict=True)))
        table["success"] = rng.uniform(size=len(table))
        mass = critical_mass(table, rng.uniform(0.2, 0.8))
        assert np.isnan(mass.value) or not (mass.value < mass.low or mass.value > mass.high)


def test_an_end_that_the_largest_size_may_not_reach_is_open():
    table = runs({0.001: 0.1, 0.01: 0.5, 0.1: 0.89}, noise=0.05)
    mass = critical_mass(table, 0.88)
    assert np.isfinite([mass.value, mass.low]).all()
    assert np.isnan(mass.high)


def test_one_seed_has_no_interval():
    mass = critical_mass(runs(RISING, seeds=1), 0.4)
    assert mass.value == pytest.approx(FORTY)
    assert np.isnan([mass.low, mass.high]).all()


def test_runs_of_one_seed_at_one_size_count_as_their_mean():
    table = pd.concat([runs(RISING, seeds=1)] * 2, ignore_index=True)
    table["success"] += np.repeat([-0.1, 0.1], len(RISING))
    assert critical_mass(table, 0.4).value == pytest.approx(FORTY)


def test_seeds_may_lack_sizes():
    table = runs(RISING, spacing=5)
    table = table[~((table["seed"] > 1) & (table["alpha"] > 0.001))]
    assert critical_mass(table, 0.4).value == pytest.approx(FORTY)
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
    assert critical_mass(table, 0.36).value == pytest.approx(0.001 * 10 ** share(0.1, 0.36, 0.62))


def test_critical_masses_are_of_the_success_that_was_asked_for():
    table = lucky(12)[0].assign(spacing=5)
    [row] = critical_masses(table, ["spacing"], 0.4).itertuples()
    assert CriticalMass(row.mass, row.low, row.high) == critical_mass(table, 0.4)


def test_half_is_the_success_unless_another_is_asked_for():
    half = pytest.approx(0.001 * 10 ** share(0.2, 0.5, 0.6))
    assert critical_mass(runs(RISING)).value == half
    assert critical_masses(runs(RISING, spacing=5), ["spacing"])["mass"].tolist() == [half]


def test_masses_of_conditions_say_which_are_upper_limits():
    strong = {alpha: min(success + 0.5, 1) for alpha, success in RISING.items() if alpha}
    weak = {alpha: success for alpha, success in RISING.items() if alpha}
    table = pd.concat([runs(strong, spacing=5), runs(weak, spacing=20)])
    assert critical_masses(table, ["spacing"])["at_most"].tolist() == [True, False]


def moved(factor, curve=None, **more):
    """Return runs of a curve whose sizes are multiplied."""
    table = runs(curve or {0.001: 0.1, 0.01: 0.5, 0.1: 0.9}, **more)
    return table.assign(alpha=table["alpha"] * factor)


def test_a_ratio_has_the_spread_of_its_parts():
    """One part does not scatter, so the other's interval, divided, is the ratio's."""
    table, still = lucky(12)[0], lucky(12, scatter=0)[0]
    both, one, by = ratio(table, still), critical_mass(table), critical_mass(still).value
    assert [both.value, both.low, both.high] == pytest.approx(
        [one.value / by, one.low / by, one.high / by]
    )
    back = ratio(still, table)
    assert [back.value, back.low, back.high] == pytest.approx(
        [1 / both.value, 1 / both.high, 1 / both.low]
    )


def test_variances_of_logarithms_add_up():
    """Two masses with the same interval: the ratio's is wider by the root of two."""
    table = moved(1, noise=0.05)
    one, both = critical_mass(table, 0.4), ratio(moved(3, noise=0.05), table, 0.4)
    up, down = np.log(one.high / one.value), np.log(one.value / one.low)
    assert both.value == pytest.approx(3)
    assert np.log([both.high / 3, 3 / both.low]) == pytest.approx([np.hypot(up, down)] * 2)


def test_a_ratio_beyond_the_sizes_tried_takes_both_intervals_at_their_worst():
    """The first is not reached: it is at least .1, whatever the second's interval."""
    second = critical_mass(moved(1, noise=0.05))
    one = ratio(moved(1, FLAT, noise=0.05), moved(1, noise=0.05))
    assert (one.low, one.high) == (pytest.approx(0.1 / second.high), np.inf)


FLAT, HIGH = {0.001: 0.1, 0.01: 0.15, 0.1: 0.2}, {0.001: 0.6, 0.01: 0.7, 0.1: 0.9}


@pytest.mark.parametrize(
    ("first", "second", "value", "at_least", "at_most", "words"),
    [
        (FLAT, None, 10, True, False, "≥ 10"),
        (None, FLAT, 0.1, False, True, "≤ 0.1"),
        (HIGH, None, 0.1, False, True, "≤ 0.1"),
        (None, HIGH, 10, True, False, "≥ 10"),
        (FLAT, HIGH, 100, True, False, "≥ 100"),
        (HIGH, HIGH, np.nan, True, True, "unknown"),
        (FLAT, FLAT, np.nan, True, True, "unknown"),
    ],
)
def test_a_ratio_with_a_mass_beyond_the_sizes_tried_is_a_limit(
    first, second, value, at_least, at_most, words
):
    """.5 is reached at .01 by the plain curve, above .1 by the flat, below .001 by the high."""
    one = ratio(moved(1, first), moved(1, second))
    assert (one.value, one.at_least, one.at_most) == (
        pytest.approx(value, nan_ok=True), at_least, at_most,
    )  # fmt: skip
    assert f"{one:.3g}" == words
    assert one.low == (0 if at_most else pytest.approx(value))
    assert one.high == (np.inf if at_least else pytest.approx(value))


def test_shares_are_counted_with_the_exact_binomial_interval():
    table = pd.DataFrame(
        {"alpha": [0.1] * 10 + [0.2] * 2, "success": [0.9] * 7 + [0.1] * 3 + [0.5, 0.49]}
    )
    counted = shares(table, ["alpha"])
    assert counted["share"].tolist() == [0.7, 0.5]
    assert counted[["reached", "runs"]].values.tolist() == [[7, 10], [1, 2]]
    # Clopper and Pearson: quantiles of Beta(7, 4) and Beta(8, 3)
    assert counted.loc[0, "low"] == pytest.approx(stats.beta.ppf(0.025, 7, 4))
    assert counted.loc[0, "high"] == pytest.approx(stats.beta.ppf(0.975, 8, 3))
    everyone = shares(table[:7], ["alpha"])
    assert (everyone["high"][0], everyone["low"][0]) == (1, pytest.approx(0.025 ** (1 / 7)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: means(runs(RISING), ["epochs"]), "lacks epochs"),
        (lambda: means(runs(RISING).iloc[:0], ["alpha"]), "table is empty"),
        (lambda: critical_mass(runs(RISING).drop(columns="seed")), "lacks seed"),
        (lambda: critical_mass(runs(RISING), 0), "success is 0"),
        (lambda: critical_mass(runs(RISING), 1.2), "success is 1.2"),
        (lambda: critical_masses(runs(RISING), ["target"]), "lacks target"),
        (lambda: ratio(runs(RISING), runs(RISING), 0.05), "without a collective"),
        (lambda: shares(runs(RISING), ["target"]), "lacks target"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_curves_need_no_torch():
    """A chapter that only reads recorded runs should not wait for PyTorch."""
    code = "import sys, collective_lab.results.curves; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (CriticalMass(0.0123, 0.011, 0.02), "1.2% (1.1% to 2.0%)"),
        (CriticalMass(0.0123, 0.011, np.nan), "1.2% (1.1% or more)"),
        (CriticalMass(0.01, 0, 0.02, at_most=True), "≤ 1.0% (2.0% or less)"),
        (CriticalMass(np.nan, np.nan, np.nan), "not reached (no interval)"),
        (Ratio(0.5, 0, 1, at_most=True), "≤ 50.0% (100.0% or less)"),
        (Ratio(2, 1, np.inf, at_least=True), "≥ 200.0% (100.0% or more)"),
        (Ratio(np.nan, 0, np.inf, True, True), "unknown (no interval)"),
        (CriticalMass(0.0, 0.0, 0.0), "nobody is needed"),
        (CriticalMass(0.0, 0.0, 0.01), "nobody is needed (1.0% or less)"),
    ],
)
def test_an_estimate_is_spelled_with_as_much_interval_as_it_has(estimate, words):
    assert estimate.spelled(".1%") == words


def test_a_critical_mass_that_is_not_reached_says_so_in_words():
    reached, above = (CriticalMass(value, np.nan, np.nan) for value in (0.0123, np.nan))
    assert f"{reached:.1%}, {above:.1%}" == "1.2%, not reached"
