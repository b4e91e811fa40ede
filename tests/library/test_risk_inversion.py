"""Which gradients are those of records: half-space, limits and rank, against other truths."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from scipy import optimize
from scipy.special import expit, softmax

from collective_action.learners.risk import Logistic, Multinomial
from collective_action.learners.risk.inversion import SURER, TURN, RecordGradients
from support.populations import SEEDS

pytestmark = pytest.mark.numerical


def gradient(theta: np.ndarray, x: np.ndarray, y: int = 0) -> np.ndarray:
    return Logistic().gradient(theta, x[np.newaxis], np.array([y]))[0]


def count_half_space(seed: int, n: int, constant: float = SURER) -> dict[str, int]:
    """How often a record's gradient leaves ⟨θ, ψ⟩ ≥ −constant, or a vector in it has no record.

    Records are hunted down by a search of one variable that knows neither W nor the theorem.
    """
    rng = np.random.default_rng(seed)
    found = {"instances": 0, "outside": 0, "missed": 0, "closed": 0}
    for _ in range(n):
        d = int(rng.integers(1, 7))
        theta = rng.normal(size=d) * 10 ** rng.uniform(-2, 2)
        found["instances"] += 1
        x = rng.normal(size=d) * 10 ** rng.uniform(-2, 2)
        if rng.random() < 0.5:  # near the score where the bound is met
            x = x - (x @ theta) / (theta @ theta) * theta - TURN * theta / (theta @ theta)
        y = int(rng.integers(2))
        made = gradient(theta, x if y == 0 else -x, y)
        found["outside"] += bool(theta @ made < -constant - 1e-9)
        wanted = rng.normal(size=d) * 10 ** rng.uniform(-3, 3)
        along = theta @ wanted
        if along < 0:  # bring it into the half-space, often close to its border
            wanted *= constant / -along * (1 if rng.random() < 0.3 else rng.random())
        if theta @ wanted < -constant:
            wanted *= 1 - 1e-12
        found["missed"] += not searched(theta, wanted)
        if constant == SURER:
            record = RecordGradients(theta).record(wanted)
            size = max(1.0, float(np.linalg.norm(wanted)))
            made = gradient(theta, record)
            found["closed"] += bool(np.linalg.norm(made - wanted) > 1e-6 * size)
    return found


@cache
def most() -> float:
    """Return the largest s·σ(−s), by search."""
    scores = np.linspace(0, 8, 200_001)
    best = scores[np.argmax(scores * expit(-scores))]
    top = optimize.minimize_scalar(
        lambda s: -s * expit(-s), bounds=(best - 1e-3, best + 1e-3), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return -top.fun


def searched(theta: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether some record ru with label 0 has this gradient: r·σ(r⟨θ, u⟩) = ‖v‖, by search."""
    norm = float(np.linalg.norm(wanted))
    along = float(theta @ wanted) / norm
    return along >= 0 or norm * -along <= most() + 1e-9  # rσ(rc) ≥ r/2 grows without limit


@given(SEEDS)
def test_gradients_of_records_are_a_half_space(seed):
    found = count_half_space(seed, 2)
    assert found["outside"] == found["missed"] == found["closed"] == 0


def test_neither_a_smaller_nor_a_larger_constant_would_do():
    assert count_half_space(2023, 40, constant=0.27)["outside"] > 0
    assert count_half_space(2023, 40, constant=0.29)["missed"] > 0


@pytest.mark.slow
def test_the_half_space_holds_in_twenty_thousand_instances():
    found = count_half_space(0, 20_000)
    assert found == {"instances": 20_000, "outside": 0, "missed": 0, "closed": 0}


def test_the_constant_is_where_the_slope_vanishes():
    s = optimize.brentq(lambda s: 1 + np.exp(s) - s * np.exp(s), 1, 2, xtol=1e-14)
    assert pytest.approx(s, abs=1e-12) == TURN
    assert pytest.approx(s * expit(-s), abs=1e-12) == SURER
    assert SURER * np.exp(SURER) == pytest.approx(1 / np.e)


def programme(theta, direction, longest: float, clip: float | None) -> float:
    """How far mixtures of records of both labels go along a direction, by a linear programme."""
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    heading = np.arctan2(direction[1], direction[0])
    angles = np.append(angles, [heading, heading + np.pi])
    sizes = longest * np.linspace(0, 1, 41)[1:]
    x = (sizes[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)).reshape(-1, 2)
    columns = np.concatenate([Logistic().gradient(theta, x, np.full(len(x), y)) for y in (0, 1)])
    if clip is not None:
        columns *= np.minimum(1, clip / np.linalg.norm(columns, axis=1).clip(1e-12))[:, None]
    across = np.array([-direction[1], direction[0]])
    solved = optimize.linprog(
        -(columns @ direction), A_ub=np.ones((1, len(columns))), b_ub=[1],
        A_eq=(columns @ across)[None], b_eq=[0], method="highs",
    )  # fmt: skip
    assert solved.status == 0
    return -solved.fun


def count_reaches(seed: int, n: int, weakened: bool = False) -> dict[str, int]:
    """How often mixtures go further than the formula, or not nearly as far."""
    rng = np.random.default_rng(seed)
    found = {"instances": 0, "further": 0, "short": 0}
    for _ in range(n):
        theta = rng.normal(size=2) * 10 ** rng.uniform(-1, 1)
        angle = rng.uniform(0, 2 * np.pi)
        direction = np.array([np.cos(angle), np.sin(angle)])
        longest = 10 ** rng.uniform(-0.5, 1)
        clip = None if rng.random() < 0.5 else longest * rng.uniform(0.05, 0.8)
        claimed = RecordGradients(theta, longest, clip).reach(direction)
        if weakened:  # the longest record is always the strongest
            claimed = longest * float(expit(longest * theta @ direction))
            claimed = claimed if clip is None else min(claimed, clip)
        mixed = programme(theta, direction, longest, clip)
        found["instances"] += 1
        found["further"] += mixed > claimed * (1 + 1e-6) + 1e-9
        found["short"] += mixed < claimed * 0.97
    return found


def test_mixtures_of_bounded_records_reach_no_further_than_one():
    found = count_reaches(1, 40)
    assert found["further"] == found["short"] == 0


def test_the_longest_record_is_not_always_the_strongest():
    assert count_reaches(1, 12, weakened=True)["further"] > 0


@given(SEEDS)
def test_bounded_gradients_are_convex_and_a_record_keeps_to_its_limit(seed):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=3) * 10 ** rng.uniform(-1, 1)
    longest, clip = rng.uniform(0.2, 5), None if rng.random() < 0.5 else rng.uniform(0.1, 2)
    allowed = RecordGradients(theta, longest, clip)
    x = rng.normal(size=(2, 3))
    x *= (longest * rng.random(2) / np.linalg.norm(x, axis=1))[:, None]
    pair = Logistic().gradient(theta, x, np.zeros(2))
    if clip is not None:
        pair *= np.minimum(1, clip / np.linalg.norm(pair, axis=1))[:, None]
    mixed = rng.random() * (pair[0] - pair[1]) + pair[1]
    mixed *= 1 - 1e-9
    assert allowed.contains(mixed)
    record = allowed.record(mixed)
    assert np.linalg.norm(record) <= longest * (1 + 1e-9)
    np.testing.assert_allclose(gradient(theta, record), mixed, atol=1e-9)


@given(SEEDS)
def test_a_firm_stops_where_the_share_says(seed):
    rng = np.random.default_rng(seed)
    theta, pull = rng.normal(size=(2, 3))
    for allowed in (RecordGradients(theta), RecordGradients(theta, 2.0, 0.4)):
        least = allowed.freezing_share(pull)
        for share in (least * 0.99, min(0.999, least * 1.01 + 1e-6)):
            needed = -(1 - share) / share * pull if share > 0 else None
            stops = needed is not None and allowed.contains(needed)
            assert stops == (share > least)
            if stops:
                made = gradient(theta, allowed.record(needed))
                made *= min(1, (allowed.clip or np.inf) / np.linalg.norm(made))
                np.testing.assert_allclose(share * made + (1 - share) * pull, 0, atol=1e-9)


@given(SEEDS)
def test_no_data_make_a_model_surer_faster(seed):
    """‖θ_T‖² ≤ 2ηκ₁T + Σ‖step‖², on the most eager data, which are chosen anew in each step."""
    rng = np.random.default_rng(seed)
    theta, size = rng.normal(size=2) * 1e-3, 10 ** rng.uniform(-3, -1)
    start, steps = theta @ theta, 0.0
    for at in range(60):
        x = -TURN * theta / (theta @ theta) if at % 3 else rng.normal(size=2)
        step = size * gradient(theta, x, 0)
        theta = theta - step
        steps += step @ step
        assert theta @ theta <= start + 2 * size * SURER * (at + 1) + steps + 1e-9


def layer_gradient(rng: np.random.Generator, records: int, d: int, labels: int) -> np.ndarray:
    loss = Multinomial(labels, penalty=1e-12)
    theta = rng.normal(size=labels * d)
    x, y = rng.normal(size=(records, d)), rng.integers(labels, size=records)
    made = loss.gradient(theta, x, y) - 1e-12 * theta
    weights = rng.random(records)
    return (weights[:, None] * made).sum(axis=0).reshape(labels, d)


@given(SEEDS)
def test_records_bound_the_rank_of_a_softmax_gradient(seed):
    rng = np.random.default_rng(seed)
    d, labels, records = (int(rng.integers(2, 7)) for _ in range(3))
    matrix = layer_gradient(rng, records, d, labels)
    values = np.linalg.svd(matrix, compute_uv=False)
    rank = int((values > 1e-9 * values[0]).sum())
    assert rank <= min(records, labels - 1, d)
    np.testing.assert_allclose(matrix.sum(axis=0), 0, atol=1e-9)
    copies = layer_gradient(rng, 1, d, labels) * rng.uniform(-9, 9)
    assert np.linalg.norm(matrix - copies) >= np.sqrt((values[1:] ** 2).sum()) - 1e-9


def test_the_bound_on_the_rank_is_met_and_a_smaller_one_is_false():
    rng = np.random.default_rng(3)
    for records in (1, 2, 3):
        values = np.linalg.svd(layer_gradient(rng, records, 5, 4), compute_uv=False)
        assert (values > 1e-9).sum() == records


@given(SEEDS)
def test_the_others_lose_if_and_only_if_share_times_one_plus_ratio_exceeds_one(seed):
    """Stalling, for a softmax layer: a small step by finite differences."""
    rng = np.random.default_rng(seed)
    loss = Multinomial(3, penalty=1e-12)
    theta = rng.normal(size=6)
    x, y = rng.normal(size=(5, 2)), rng.integers(3, size=5)
    pull = loss.gradient(theta, x, y).mean(axis=0)
    z = rng.normal(size=(1, 2)) * 3
    sent = loss.gradient(theta, z, rng.integers(3, size=1))[0]
    ratio = -(sent @ pull) / (pull @ pull)
    share, step = rng.random(), 1e-6
    mixed = (1 - share) * pull + share * sent
    ahead, behind = (loss.value(theta - sign * step * mixed, x, y).mean() for sign in (1, -1))
    slope = (ahead - behind) / (2 * step)
    assert slope == pytest.approx((share * (1 + ratio) - 1) * (pull @ pull), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: RecordGradients(np.array([])), "theta is empty"),
        (lambda: RecordGradients(np.array([np.nan])), r"theta\[0\] is not finite"),
        (lambda: RecordGradients(np.ones(2), longest=0), "longest is 0.0"),
        (lambda: RecordGradients(np.ones(2), clip=-1), "clip is -1.0"),
        (lambda: RecordGradients(np.ones(2)).record([-9, 0]), "no allowed record"),
        (lambda: RecordGradients(np.ones(2)).reach([0, 0]), "direction is 0"),
        (lambda: RecordGradients(np.ones(2)).contains([1]), "gradient has 1 entries"),
    ],
)
def test_bad_input_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_softmax_of_one_record_points_away_from_its_label():
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=3), rng.normal(size=(4, 3))
    made = Multinomial(4, 1e-12).gradient(theta.ravel(), x[None], np.array([2]))[0]
    expected = np.outer(softmax(theta @ x) - np.eye(4)[2], x)
    np.testing.assert_allclose(made.reshape(4, 3), expected, atol=1e-9)


def test_a_smaller_rate_of_growing_surer_is_refuted():
    theta, size, steps = np.array([1.0, 0.0]), 1e-3, 0.0
    for _ in range(200):
        step = size * gradient(theta, -TURN * theta / (theta @ theta))
        theta = theta - step
        steps += step @ step
    assert theta @ theta > 1 + 2 * size * 0.27 * 200 + steps
