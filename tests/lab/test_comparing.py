"""Two makings of the same experiments: what is said of a difference that is known."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from collective_lab import results
from collective_lab.cli import main
from collective_lab.experiment import Configuration
from collective_lab.results.comparing import AGREE, DIFFER, OPEN, compare
from collective_lab.store import Writer
from support.sweeping import record

ALPHAS = (0.01, 0.02, 0.05)


def made(shift=0.0, spread=0.02, seeds=8, alphas=ALPHAS, draw=0, **provenance):
    """Return records whose success is α·10 and a known shift, with a known spread over seeds."""
    noise = np.random.default_rng(draw)
    records = []
    for alpha in alphas:
        for seed in range(seeds):
            one = record(Configuration(alpha=alpha, seed=seed), **provenance)
            success = float(np.clip(10 * alpha + shift + spread * noise.standard_normal(), 0, 1))
            records.append(
                dataclasses.replace(one, outcome=dataclasses.replace(
                    one.outcome, success=success, success_top3=max(success, 0.9),
                    members=2, planted=2,
                ))
            )  # fmt: skip
    return records


def test_a_known_difference_is_found_and_equality_is_stated():
    same = compare(made(), made(draw=1))
    assert [one.verdict for one in same] == [AGREE] * 4
    apart = compare(made(), made(shift=0.3, draw=1))
    assert [one.verdict for one in apart] == [DIFFER] * 4
    assert {one.runs for one in apart} == {(8, 8)}
    assert [one.condition.alpha for one in apart[:-1]] == list(ALPHAS)
    assert apart[-1].condition is None and apart[-1].low < 0.3 < apart[-1].high
    wide = compare(made(spread=0.3), made(spread=0.3, draw=1))
    assert wide[0].verdict == OPEN
    near = compare(made(), made(shift=0.05, draw=1))
    assert near[0].low > 0 and near[0].verdict == AGREE  # within the margin, if not equal
    assert compare(made(), made(shift=0.05, draw=1), margin=0.01)[0].verdict == DIFFER


def test_the_interval_is_welchs_and_holds_for_all_conditions_together():
    first, second = made(seeds=5), made(spread=0.1, draw=1)
    one = compare(first, second)[1]
    sides = [
        [r.outcome.success for r in side if r.configuration.alpha == 0.02]
        for side in (first, second)
    ]
    test = stats.ttest_ind(sides[1], sides[0], equal_var=False)
    interval = test.confidence_interval(1 - 0.05 / 3)
    assert (one.low, one.high) == pytest.approx((interval.low, interval.high))


def test_the_intervals_hold_as_often_as_they_say():
    held = []
    for draw in range(0, 600, 2):
        found = compare(made(draw=draw), made(shift=0.1, spread=0.08, draw=draw + 1, seeds=5))
        held.append([one.low < 0.1 < one.high for one in found])
    together, overall = np.array(held)[:, :-1].all(1), np.array(held)[:, -1]
    assert together.mean() > 0.93 and overall.mean() > 0.93


def test_a_seed_that_is_lucky_everywhere_is_one_seed(monkeypatch):
    """Forty conditions with one draw a seed tell as much of the seeds as one condition does."""
    alphas = tuple(np.linspace(0.01, 0.05, 40).tolist())
    verdicts = []
    for draw in range(40):
        luck = np.random.default_rng(draw).normal(0, 0.05, 10)
        sides = []
        for first in (0, 5):
            records = made(seeds=5, alphas=alphas, spread=0.01, draw=draw)
            sides.append([
                dataclasses.replace(one, outcome=dataclasses.replace(
                    one.outcome,
                    success=one.outcome.success + luck[first + one.configuration.seed],
                ))
                for one in records
            ])  # fmt: skip
        verdicts.append(compare(*sides, margin=1e-3)[-1].verdict)
    assert verdicts.count(DIFFER) <= 5


def test_a_single_run_cannot_tell_and_only_what_both_have_is_compared():
    found = compare(made(seeds=1), made(alphas=(0.02, 0.9)))
    assert [one.condition and one.condition.alpha for one in found] == [0.02, None]
    assert found[0].verdict == OPEN and math.isnan(found[0].low)
    with pytest.raises(ValueError, match="no condition in common"):
        compare(made(alphas=(0.1,)), made(alphas=(0.2,)))
    with pytest.raises(ValueError, match="metric is 'beauty'"):
        compare(made(), made(), metric="beauty")


@pytest.mark.parametrize("name", ["tiny", "bag"])
def test_halves_of_the_recorded_seeds_do_not_differ(name):
    """What every sweep must pass with itself: seeds 0 to 4 against 5 to 9."""
    records = results.restore(name)
    low = [one for one in records if one.configuration.seed < 5]
    high = [one for one in records if one.configuration.seed >= 5]
    found = compare(low, high)
    *conditions, overall = found
    assert len(conditions) > 150 and overall.runs == (5, 5)
    assert sum(one.verdict == DIFFER for one in conditions) <= 2
    assert overall.low < 0 < overall.high


def test_the_command_compares_stores_and_says_what_made_them(tmp_path, capsys):
    paths = [tmp_path / name for name in ("a.sqlite", "b.sqlite")]
    for path, records in zip(
        paths, (made(), made(shift=0.3, draw=1, dtype="bfloat16", capability="AVX512")), strict=True
    ):
        with Writer(path) as writer:
            writer.add(records)
    assert main(["sweep", "compare", *map(str, paths)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert "24 records, made in one way (24): dtype float32" in out[0]
    assert "dtype bfloat16, capability AVX512" in out[1]
    assert [line.split()[0] for line in out[3:]] == ["differ"] * 4
    assert out[4].endswith("tiny: alpha 0.02")
    assert out[-1].endswith("all conditions")
    assert main(["sweep", "compare", str(paths[0]), str(paths[0])]) == 0
    assert main(["sweep", "compare", str(paths[0]), str(tmp_path / "gone.sqlite")]) == 1
