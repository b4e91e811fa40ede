"""S-curves through recorded runs: the curve that made them, and what they leave open."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from collective_lab.results import fits, recorded
from collective_lab.results.fits import PARAMETERS, Curve, fit_curve

pytestmark = pytest.mark.numerical

SHAPE = Curve(floor=0.1, ceiling=0.95, middle=0.004, steepness=2.0)
SIZES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
KERNELS = ("Haswell", "Nehalem", "Sandybridge")


def runs(curve, sizes=SIZES, seeds=5, noise=0.0):
    """Return a table: at each size what `curve` says, scattered as a seed of its own says."""
    luck = np.random.default_rng(0).normal(0, noise, (len(sizes), seeds))
    return pd.DataFrame(
        [
            {"alpha": size, "seed": seed, "success": float(np.clip(curve(size) + off, 0, 1))}
            for size, offs in zip(sizes, luck, strict=True)
            for seed, off in enumerate(offs)
        ]
    )


@pytest.mark.parametrize("sizes", [SIZES, (0, *SIZES)], ids=["floor fitted", "floor known"])
def test_a_fit_finds_the_curve_that_made_the_runs(sizes):
    fit = fit_curve(runs(SHAPE.predict, sizes))
    assert fit.undetermined == ()
    for name in PARAMETERS:
        assert getattr(fit, name) == pytest.approx(getattr(SHAPE, name), rel=1e-6), name
    assert np.allclose(fit.predict([0, 1e-4, 1]), SHAPE.predict([0, 1e-4, 1]))


def test_a_known_floor_is_the_mean_of_the_runs_without_a_collective():
    """The other runs, from a curve with floor .1, would have chosen another."""
    table = pd.concat([runs(SHAPE.predict), runs(lambda size: 0.3, (0.0,))])
    assert fit_curve(table).floor == pytest.approx(0.3)


def test_a_curve_goes_from_its_floor_over_its_middle_to_its_ceiling():
    assert np.allclose(SHAPE.predict([0, 0.004, 1e9]), [0.1, 0.525, 0.95])
    factor = 81 ** (1 / SHAPE.steepness)
    ends = SHAPE.predict([0.004 / factor**0.5, 0.004 * factor**0.5])
    assert np.allclose((ends - 0.1) / 0.85, [0.1, 0.9])


@pytest.mark.slow
@settings(max_examples=8)
@given(
    st.floats(0, 0.4), st.floats(0.5, 1), st.floats(-7, -3), st.floats(-1, 2), st.integers(0, 99)
)
@example(floor=0.0, ceiling=0.5, middle=-3.5, steepness=1.0, seed=0)
@example(floor=0.35, ceiling=0.74, middle=-3.35, steepness=1.3, seed=92)
def test_no_curve_of_a_fine_search_fits_better(floor, ceiling, middle, steepness, seed):
    curve = Curve(floor, ceiling, np.exp(middle), np.exp(steepness))
    table = runs(curve.predict)
    noise = np.random.default_rng(seed).normal(0, 0.05, len(table))
    table["success"] = (table["success"] + noise).clip(0, 1)
    fit = fit_curve(table)
    loss = ((fit.predict(table["alpha"]) - table["success"]) ** 2).sum()
    logs, heights = np.log(table["alpha"].to_numpy()), table["success"].to_numpy()
    bounds = [(logs.min() - np.log(10), logs.max() + np.log(10)), np.log(fits.STEEPNESSES)]

    def best_ends(shape):
        share = 1 / (1 + np.exp(-np.exp(shape[1]) * (logs - shape[0])))
        ends = optimize.lsq_linear(np.column_stack([1 - share, share]), heights, (0, 1))
        return 2 * ends.cost

    brute = optimize.brute(best_ends, bounds, Ns=14, full_output=True, finish=None)
    assert loss <= brute[1] * (1 + 1e-9) + 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.01, 0.1, 0.4])
@pytest.mark.parametrize("whole", [False, True], ids=["fractions", "nothing or all"])
def test_every_table_has_a_fit(noise, whole):
    """Also one whose best curve is a step, or lies at the end of a bent and nearly flat valley."""
    random = np.random.default_rng(0)
    for _ in range(25):
        ends = np.sort(random.random(2))
        curve = Curve(*ends, np.exp(random.uniform(-10, 0)), np.exp(random.uniform(-2.3, 3)))
        sizes = np.sort(np.exp(random.uniform(-9, 0, random.integers(4, 12))))
        table = runs(curve.predict, sizes, random.integers(1, 6))
        seen = (table["success"] + random.normal(0, noise, len(table))).clip(0, 1)
        table["success"] = seen.round() if whole else seen
        misses = fit_curve(table).predict(table["alpha"]) - table["success"]
        assert (misses**2).sum() <= ((table["success"].mean() - table["success"]) ** 2).sum() + 1e-9


def test_a_fit_is_where_the_squares_stop_falling_to_seven_digits():
    table = runs(SHAPE.predict, noise=0.06, seeds=3)
    logs, heights = np.log(table["alpha"].to_numpy()), table["success"].to_numpy()

    def slopes(parameters):
        floor, ceiling, middle, steepness = parameters
        share = 1 / (1 + np.exp(-steepness * (logs - middle)))
        misses = floor + (ceiling - floor) * share - heights
        tilted = misses * share * (1 - share)
        return [misses @ (1 - share), misses @ share, tilted.sum(), tilted @ (logs - middle)]

    found = fit_curve(table)
    start = [found.floor, found.ceiling, np.log(found.middle), found.steepness]
    rest = optimize.root(slopes, start, tol=1e-14).x
    assert np.abs(slopes(rest)).max() < 1e-14
    assert start == pytest.approx(rest, rel=5e-8)


@pytest.mark.parametrize(
    ("curve", "sizes", "open_"),
    [
        (lambda size: 0.3, SIZES, PARAMETERS),
        (lambda size: 0.3, (0.0, *SIZES), ("ceiling", "middle", "steepness")),
        (Curve(0.1, 0.95, 0.5, 2.0).predict, SIZES, ("ceiling", "middle")),
        (Curve(0.1, 0.95, 0.0001, 2.0).predict, SIZES, ("floor", "middle")),
        (
            Curve(0.1, 0.95, 0.001, 19.0).predict,
            (0.0001, 0.0002, 0.01, 0.02),
            ("middle", "steepness"),
        ),
    ],
    ids=["flat", "flat from its floor", "begins to rise", "has risen", "jumps in a gap"],
)
def test_what_the_runs_leave_open_is_named_and_not_drawn(curve, sizes, open_):
    fit = fit_curve(runs(curve, sizes, noise=0.01))
    assert set(open_) <= set(fit.undetermined)
    assert np.isnan([getattr(fit, name) for name in open_]).all()
    tried = np.array([size for size in sizes if size])
    assert np.allclose(fit.predict(tried), curve(tried) * np.ones(len(tried)), atol=0.02)
    assert np.isnan(fit.predict([min(tried) / 1.01, max(tried) * 1.01])).all()


def test_as_many_runs_as_parameters_determine_nothing():
    assert fit_curve(runs(SHAPE.predict, SIZES[:4], seeds=1)).undetermined == PARAMETERS


def least(table, known):
    """Return the least sum of squares of a curve with some parameters known, from many starts."""
    logs, heights = np.log(table["alpha"].to_numpy()), table["success"].to_numpy()
    ends = [(0, 1), (0, 1), (logs.min() - np.log(10), logs.max() + np.log(10)), np.log([0.1, 20])]
    free = [place for place in range(4) if place not in known]

    def missed(chosen):
        floor, ceiling, middle, steepness = (
            known.get(place, chosen[free.index(place)] if place in free else 0)
            for place in range(4)
        )
        share = 1 / (1 + np.exp(-np.exp(steepness) * (logs - middle)))
        return floor + (ceiling - floor) * share - heights

    lower, upper = np.array(ends, dtype=float).T
    shares = (0.2, 0.5, 0.8)
    fits = [
        optimize.least_squares(missed, start[free], bounds=(lower[free], upper[free]))
        for middle, steepness in np.stack(np.meshgrid(shares, shares), -1).reshape(-1, 2)
        for start in [lower + (upper - lower) * np.array([0.2, 0.8, middle, steepness])]
    ]
    best = min(fits, key=lambda fit: fit.cost)
    return 2 * best.cost, dict(zip(free, best.x, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("curve", "noise", "seeds", "open_"),
    [
        (SHAPE, 0.06, 2, set()),
        (SHAPE, 0.12, 1, {"floor", "ceiling"}),
        (SHAPE, 0.2, 1, set(PARAMETERS)),
        (Curve(0.1, 0.95, 0.2, 2.0), 1e-4, 5, {"ceiling"}),
        (Curve(0.1, 0.95, 0.004, 4.0), 0.08, 1, {"steepness"}),
    ],
    ids=["little noise", "more noise", "much noise", "begins to rise", "steep"],
)
def test_open_is_what_an_f_test_does_not_refuse(curve, noise, seeds, open_):
    """Off by a tenth in success, by a factor of two in size and in steepness, at 95 %."""
    table = runs(curve.predict, noise=noise, seeds=seeds)
    loss, best = least(table, {})
    freedom = len(table) - len(best)
    worst = loss * (1 + stats.f.ppf(0.95, 1, freedom) / freedom)
    not_refused = set()
    for place, name in enumerate(PARAMETERS):
        off = 0.1 if name in ("floor", "ceiling") else np.log(2)
        others = [best[place] - off, best[place] + off]
        if name in ("floor", "ceiling"):
            others = [value for value in others if 0 <= value <= 1]
        if min(least(table, {place: value})[0] for value in others) <= worst:
            not_refused.add(name)
    assert set(fit_curve(table).undetermined) == not_refused == open_


def test_a_solver_that_gives_up_is_not_believed(monkeypatch):
    def tired(*arguments, **options):
        return optimize.least_squares(*arguments, **options | {"max_nfev": 1})

    def worn(*arguments, **options):
        return optimize.minimize(*arguments, **options | {"options": {"maxiter": 1}})

    table = runs(SHAPE.predict, noise=0.05)
    expected = fit_curve(table).predict(SIZES)
    monkeypatch.setattr(fits, "least_squares", tired)
    assert np.allclose(fit_curve(table).predict(SIZES), expected, atol=1e-5), "the second helps"
    monkeypatch.setattr(fits, "minimize", worn)
    with pytest.raises(RuntimeError, match="did not converge"):
        fit_curve(table)


def test_a_solver_that_ends_above_its_start_is_not_believed(monkeypatch):
    def lost(misses, start, slopes, **options):
        solution = optimize.least_squares(misses, start, slopes, **options)
        solution.x = start + 0.01
        return solution

    monkeypatch.setattr(fits, "least_squares", lost)
    with pytest.raises(RuntimeError, match="did not converge"):
        fit_curve(runs(SHAPE.predict))


def test_runs_that_are_no_fractions_and_too_few_sizes_are_refused():
    with pytest.raises(ValueError, match="3 sizes above 0"):
        fit_curve(runs(SHAPE.predict, (0.0, *SIZES[:3])))
    with pytest.raises(ValueError, match=r"success\[0\] is nan"):
        fit_curve(runs(SHAPE.predict).assign(success=np.nan))


FITTED = """
import sys
import numpy as np
import pandas as pd
from collective_lab.results.fits import PARAMETERS, fit_curve
for _, runs in pd.read_csv(sys.stdin).groupby("spacing"):
    found = fit_curve(runs)
    values = [getattr(found, name) for name in PARAMETERS]
    print(*values, *found.predict(np.unique(runs["alpha"])))
"""


@pytest.mark.slow
def test_a_fit_is_the_same_on_every_processor(monkeypatch):
    """Among these are the flattest of the recorded curves: all runs above .98."""
    table = recorded("bag", "spacing")[["spacing", "alpha", "success"]].to_csv(index=False)
    answers = []
    for kernel in KERNELS:
        monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
        command = [sys.executable, "-c", FITTED]
        process = subprocess.run(command, input=table, check=True, capture_output=True, text=True)
        answers.append(
            [[float(word) for word in line.split()] for line in process.stdout.splitlines()]
        )
    for other in answers[1:]:
        assert np.allclose(answers[0], other, rtol=1e-5, atol=1e-9, equal_nan=True)


def test_the_flattest_recorded_runs_leave_their_floor_and_middle_open():
    table = recorded("bag", "spacing")
    assert {"floor", "middle"} <= set(fit_curve(table[table["spacing"] == 5]).undetermined)
