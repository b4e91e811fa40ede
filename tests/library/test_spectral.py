"""The top direction of shifted representations, against populations that are computed exactly.

`violations` goes through as many random populations as it is told and returns how many disagree
with the theorem, and how many with each of two stronger readings of it.
"""

import numpy as np
import pytest

from collective_action import spectral
from collective_action.population import Population
from collective_action.strategies import Signal
from collective_action.worlds import couriers

ROUNDING = 1e-9
FEW, MANY = 300, 10_000


def weighted(points, weights):
    """Return the mean and the covariance of points, computed entry by entry."""
    mean = weights @ points
    return mean, np.einsum("i,ij,ik->jk", weights, points - mean, points - mean)


def violations(instances: int, rng: np.random.Generator) -> dict[str, int]:
    """Count disagreements over random pairs of discrete distributions, each with its own spread."""
    found = dict.fromkeys(("separation", "misjudged", "no spread", "half", "said"), 0)
    for _ in range(instances):
        d = int(rng.integers(2, 6))
        share = rng.uniform(0.005, 0.45)
        groups = []
        for _group in range(2):
            points = rng.normal(size=(int(rng.integers(3, 9)), d)) * rng.uniform(0.05, 2, d)
            groups.append((points, rng.dirichlet(np.ones(len(points)))))
        groups[1] = groups[1][0] + rng.normal(size=d) * rng.exponential(8), groups[1][1]
        (mean, within), (shifted, planted) = (weighted(*group) for group in groups)
        average = np.linalg.eigvalsh((1 - share) * within + share * planted)
        least, most = max(average[0], 0.0), average[-1]
        points = np.concatenate([groups[0][0], groups[1][0]])
        weights = np.concatenate([(1 - share) * groups[0][1], share * groups[1][1]])
        centre, whole = weighted(points, weights)
        u = np.linalg.eigh(whole)[1][:, -1]
        apart = (u @ (shifted - mean)) ** 2
        shift = float(np.linalg.norm(shifted - mean))
        bound = spectral.separation(share, shift, most, least)
        found["separation"] += apart < bound - ROUNDING * (1 + shift**2)
        found["no spread"] += apart < shift**2 * (1 - ROUNDING) - 1e-6
        halved = max(shift**2 - (most - least) / (2 * share * (1 - share)), 0)
        found["half"] += apart < halved * (1 - ROUNDING) - 1e-6
        # Chebyshev needs a bound on the spread of each group, not of their average.
        largest = max(np.linalg.eigvalsh(within)[-1], np.linalg.eigvalsh(planted)[-1])
        if bound > 0:
            said = largest / ((0.5 - share) ** 2 * bound)
            said = min(1.0, said)
            far = [np.abs((group - centre) @ u) > np.sqrt(apart) / 2 for group, _ in groups]
            honest_lost = groups[0][1][far[0]].sum()
            planted_kept = groups[1][1][~far[1]].sum()
            found["misjudged"] += max(honest_lost, planted_kept) > said + ROUNDING
            found["said"] += said < 1
    return found


def test_the_top_direction_keeps_the_distance_that_is_promised():
    found = violations(FEW, np.random.default_rng(1))
    assert found["separation"] == found["misjudged"] == 0
    assert found["no spread"] > FEW / 2
    assert found["half"] > 0
    assert found["said"] > FEW / 20


@pytest.mark.slow
def test_the_same_on_many_populations():
    found = violations(MANY, np.random.default_rng(2))
    assert found["separation"] == found["misjudged"] == 0
    assert found["half"] > MANY / 200


@pytest.mark.parametrize("share", [0.01, 0.1, 0.4])
def test_the_length_at_which_the_shift_leads_is_best_possible(share):
    most, least = 4.0, 1.0
    length = spectral.leading_shift(share, most, least)
    for factor, found in ((0.99, 0.0), (1.01, 1.0)):
        shift = factor * length * np.array([1.0, 0.0])
        whole = np.diag([least, most]) + share * (1 - share) * np.outer(shift, shift)
        u = np.linalg.eigh(whole)[1][:, -1]
        assert abs(u[0]) == pytest.approx(found)


def test_the_trace_of_several_words_is_that_of_one_divided_by_their_number():
    share, length = 0.04, 9.0
    for words in (2, 3, 5):
        shifts = length * np.eye(words, 6)
        mean = share / words * shifts.sum(axis=0)
        between = share / words * shifts.T @ shifts - np.outer(mean, mean)
        assert np.linalg.eigvalsh(between)[-1] == pytest.approx(share / words * length**2)


def test_the_code_finds_a_shift_in_a_sample():
    rng = np.random.default_rng(3)
    records = rng.normal(size=(4_000, 10)) * np.append(np.ones(9), 2)
    records[:80, 0] += 20
    u = spectral.top_direction(records)
    assert abs(u[0]) > 0.99
    assert set(np.argsort(spectral.scores(records))[-80:]) == set(range(80))
    singular = np.linalg.svd(records - records.mean(axis=0))[2][0]
    assert abs(singular @ u) == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: spectral.leading_shift(0, 1), "share is 0.0"),
        (lambda: spectral.leading_shift(0.1, 1, 2), "most is 1.0"),
        (lambda: spectral.separation(0.1, -1, 1), "shift is -1.0"),
        (lambda: spectral.misjudged(0.5, 1, 1), "share is 0.5"),
        (lambda: spectral.covariance(np.zeros((0, 3))), "empty"),
        (lambda: spectral.top_direction([1.0, 2.0]), "dimension"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def kept_points(rng: np.random.Generator, *, exempt: bool) -> tuple[int, int]:
    """Return how many signal points a random filing keeps, and how many the proposition allows.

    With `exempt` the bound leaves out what others file at the points, which asks for too much.
    """
    xi = float(rng.choice([0.0005, 0.002, 0.01]))
    city = couriers.reports(uniqueness=xi)
    signal = Signal(couriers.write("juniper"), target=couriers.BUILDING)
    alpha, threshold = rng.uniform(0.001, 0.1), rng.uniform(0.0005, 0.02)
    law = np.zeros_like(city.joint)
    points = rng.choice(signal.points, rng.integers(1, 17), replace=False)
    law[points, signal.target] = rng.dirichlet(np.ones(points.size) * rng.choice([0.3, 50]))
    seen = city.mix(Population(law), alpha)
    kept = signal.points[seen.marginal[signal.points] >= threshold]
    others = (1 - alpha) * city.marginal[signal.points]
    needed = np.maximum(threshold - (np.zeros_like(others) if exempt else others), 0)
    bound = int((np.sort(needed).cumsum() <= alpha + ROUNDING).sum())
    return kept.size, bound


@pytest.mark.parametrize("exempt", [False, True])
def test_a_filter_keeps_no_more_points_than_members_can_fill(exempt):
    rng = np.random.default_rng(4)
    filings = [kept_points(rng, exempt=exempt) for _ in range(600)]
    over = sum(kept > bound for kept, bound in filings)
    assert (over > 0) if exempt else (over == 0)
