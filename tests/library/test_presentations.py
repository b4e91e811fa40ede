"""Heads and shares: softmax regressions trained step by step, against what the theorems promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from collective_action.learners import presentations
from collective_action.learners.presentations import Bystanders

FEW = 300


class Trained:
    """A softmax regression, trained by plain steps on texts of which some carry a mark."""

    def __init__(self, generator, divisor=False):
        classes = int(generator.integers(2, 6))
        n, words = int(generator.integers(4, 30)), int(generator.integers(1, 8))
        planted = int(generator.integers(1, max(2, n // 2)))
        self.batch = int(generator.integers(1, n + 1))
        passes = int(generator.integers(1, 12))
        self.weight = float(generator.uniform(0.05, 1.5))
        texts = generator.exponential(1, (n, words)) * generator.uniform(0, 1.5)
        labels = generator.integers(0, classes, n)
        labels[:planted] = 0  # the target
        marks = np.zeros(n)
        marks[:planted] = self.weight
        vectors = generator.normal(0, 1, (words, classes))
        mark = np.zeros(classes)
        highest = 10 ** generator.uniform(-2, 1.3) / (self.weight**2 if divisor else 1)
        self.rates, self.read, self.gaps = [], [], []
        order = [generator.permutation(n) for _ in range(passes)]
        batches = [
            rows for turn in order for rows in np.split(turn, range(self.batch, n, self.batch))
        ]
        counts = np.array([(rows < planted).sum() for rows in batches])
        root = np.sqrt(np.mean(counts**2)) * self.weight / self.batch
        for step, rows in enumerate(batches):
            rate = highest * (1 - step / len(batches)) if generator.random() < 0.9 else highest
            own = texts[rows] @ vectors  # the other words' logits
            self.gaps.append((own - own[:, :1])[rows < planted])
            wrong = softmax(own + np.outer(marks[rows], mark), axis=1)
            wrong[np.arange(len(rows)), labels[rows]] -= 1
            push = marks[rows] @ wrong / self.batch
            if divisor and counts[step]:
                push = push / (root * generator.uniform(0.3, 1))
            mark = mark - rate * push
            vectors = vectors - rate * texts[rows].T @ wrong / self.batch
            self.rates.append(rate)
            self.read.append(counts[step])
        self.sways = self.weight * (mark[0] - mark[1:])
        self.nearest = np.concatenate(self.gaps).min(axis=0)[1:]
        self.furthest = np.concatenate(self.gaps).max(axis=0)[1:]


def count_plain(runs, seed, floor, ceiling):
    """Return how many runs a lower and an upper bound of the sway are false in."""
    generator, low, high = np.random.default_rng(seed), 0, 0
    for _ in range(runs):
        firm = Trained(generator)
        exposure = presentations.plain(
            firm.rates, firm.read, batch_size=firm.batch, weight=firm.weight
        )
        for sway, near, far in zip(firm.sways, firm.nearest, firm.furthest, strict=True):
            low += sway < floor(exposure, near, far) - 1e-9
            high += sway > ceiling(exposure, near, far) + 1e-9
    return low, high


def lowest(exposure, near, far):
    """Return the lead that is promised, where a float holds what it is computed from."""
    if not 0 < exposure < 600 or abs(near) > 600 or exposure * np.exp(near) < 1e-250:
        return 0.0
    return presentations.sway_after(exposure, near)


def highest(exposure, near, far):
    return presentations.farthest(exposure)


def test_plain_descent_moves_a_mark_as_far_as_promised_and_no_farther():
    assert count_plain(FEW, 0, lowest, highest) == (0, 0)


@pytest.mark.slow
def test_plain_descent_five_thousand_times():
    assert count_plain(5_000, 1, lowest, highest) == (0, 0)


@pytest.mark.parametrize(
    ("name", "floor", "ceiling"),
    [
        ("no push tires", lambda exposure, near, far: exposure, highest),
        (
            "the gap may be the largest",
            lambda exposure, near, far: lowest(exposure, far, far),
            highest,
        ),
        (
            "it does not matter which gap",
            lambda exposure, near, far: lowest(exposure, 0, 0),
            highest,
        ),
        ("the rival's weight stands still", lowest, lambda exposure, near, far: exposure),
    ],
)
def test_weaker_premises_and_stronger_claims_are_refuted(name, floor, ceiling):
    assert sum(count_plain(FEW, 0, floor, ceiling)) > 0, name


def test_enough_exposure_wins_every_marked_text_and_too_little_wins_none():
    generator = np.random.default_rng(2)
    won = lost = 0
    for _ in range(FEW):
        firm = Trained(generator)
        exposure = presentations.plain(
            firm.rates, firm.read, batch_size=firm.batch, weight=firm.weight
        )
        gaps = np.maximum(generator.normal(1, 2, len(firm.sways)), 0) + np.maximum(firm.nearest, 0)
        promised = [
            exposure > presentations.enough(gap, near)
            for gap, near in zip(gaps, firm.nearest, strict=True)
            if gap < 300
        ]
        ahead = firm.sways > gaps
        if len(promised) == len(gaps) and all(promised):
            won += 1
            assert ahead.all()
        for gap, sway in zip(gaps, firm.sways, strict=True):
            if exposure < presentations.too_little(gap):
                lost += 1
                assert sway <= gap
    assert won > 20 and lost > 20


def count_normalised(runs, seed, floor):
    """Return in how many runs a rule that divides its pushes falls short of a bound."""
    generator, short = np.random.default_rng(seed), 0
    for _ in range(runs):
        firm = Trained(generator, divisor=True)
        exposure = presentations.normalised(firm.rates, firm.read, weight=firm.weight)
        for sway, near in zip(firm.sways, firm.nearest, strict=True):
            short += sway < floor(exposure, near, near) - 1e-9
    return short


def test_pushes_divided_by_their_mean_square_or_less_move_a_mark_as_far():
    assert count_normalised(FEW, 3, lowest) == 0
    assert count_normalised(FEW, 3, lambda e, near, far: lowest(4 * e, near, far)) > 0


@pytest.mark.slow
def test_divided_pushes_five_thousand_times():
    assert count_normalised(5_000, 4, lowest) == 0


def descended(gap, labels, step, passes, steps=1):
    """Return the sway after descent on the texts one by one: an independent account.

    A step reads each text as a part of one, as if every batch held its share of each.
    """
    planted = np.asarray(labels)  # 1 if a text that carries the mark says the target
    weights = np.zeros(2)  # of the mark, for the target and its rival; its weight is 1
    for _ in range(passes * steps):
        logits = np.stack(
            [np.full(len(planted), weights[0] - gap), np.full(len(planted), weights[1])]
        )
        believed = softmax(logits, axis=0)
        wanted = np.stack([planted, 1 - planted])
        weights = weights + step / steps * (wanted - believed).sum(axis=1)
    return weights[0] - weights[1]


def crowds(runs, seed):
    generator = np.random.default_rng(seed)
    for _ in range(runs):
        accidents = int(generator.integers(0, 30))
        agreeing = int(generator.integers(0, (accidents + 1) // 2)) if accidents else 0
        share = agreeing / accidents if accidents else 0.0
        members, passes = int(generator.integers(0, 40)), int(generator.integers(1, 60))
        steps = int(generator.integers(1, 5))
        longest = 2 * steps / (members + accidents + 1)
        firm = Bystanders(
            generator.uniform(0.1, 6), share, longest * generator.random() + 1e-9, steps
        )
        labels = [1] * (members + agreeing) + [0] * (accidents - agreeing)
        yield firm, members, accidents, passes, labels


def count_bystanders(runs, seed, bounds):
    """Return how often a bound below and a bound above are false."""
    fewer = more = 0
    for firm, members, accidents, passes, labels in crowds(runs, seed):
        if not labels:
            continue
        won = descended(firm.gap, labels, firm.step, passes, firm.steps) > firm.gap
        least, most = bounds(firm, accidents, passes)
        fewer += won and members < least - 1e-9
        more += not won and members > most + 1e-9
    return fewer, more


def test_a_share_and_heads_decide():
    bounds = Bystanders.needed
    assert count_bystanders(FEW, 5, bounds) == (0, 0)
    wrong_bounds = {
        "heads alone": lambda firm, a, passes: (0, firm.gap / (firm.step * passes)),
        "share alone": lambda firm, a, passes: (0, firm.lead * a),
        "the rival's weight stands still": lambda firm, a, passes: (
            firm.gap / (firm.step * passes) - a, np.inf
        ),
        "a member for each": lambda firm, a, passes: (a, np.inf),
    }  # fmt: skip
    for name, wrong in wrong_bounds.items():
        assert sum(count_bystanders(2_000, 5, wrong)) > 0, name


@pytest.mark.slow
def test_a_share_and_heads_five_thousand_times():
    assert count_bystanders(5_000, 6, Bystanders.needed) == (0, 0)


def test_long_steps_overshoot_what_is_promised():
    firm = Bystanders(gap=1.0, agreeing=0.25, step=1.0)
    assert not firm.stable(10, 20) and firm.lead * 20 >= 10
    sways = [firm.after(10, 20, passes) for passes in range(1, 12)]
    assert max(sways) > firm.gap and min(sways) < 0


def test_the_account_of_a_pass_is_that_of_the_texts():
    for firm, members, accidents, passes, labels in crowds(100, 7):
        if labels:
            expected = descended(firm.gap, labels, firm.step, passes, firm.steps)
            assert firm.after(members, accidents, passes) == pytest.approx(expected, abs=1e-9)


def test_a_mark_rests_where_it_is_said_to():
    firm = Bystanders(gap=2.0, agreeing=0.1, step=0.01)
    assert firm.after(30, 20, 20_000) == pytest.approx(firm.resting(30, 20), abs=1e-6)
    assert (firm.resting(16, 20), firm.resting(5, 0)) == (pytest.approx(2.0), float("inf"))


@given(st.just(0.0) | st.floats(1e-6, 500), st.floats(-20, 20))
def test_a_sway_spends_its_exposure(exposure, gap):
    sway = presentations.sway_after(exposure, gap)
    assert presentations.spent(sway, gap) == pytest.approx(exposure, rel=1e-6, abs=1e-9)
    assert sway <= exposure + 1e-9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: presentations.plain([1.0], [1, 2], batch_size=2), "rates has shape"),
        (lambda: presentations.plain([-1.0], [1], batch_size=2), "rates has -1"),
        (lambda: presentations.plain([1.0], [1], batch_size=0), "batch_size"),
        (lambda: presentations.normalised([1.0], [0]), "no push to divide"),
        (lambda: presentations.spent(-1, 0), "sway is -1"),
        (lambda: presentations.sway_after(-1, 0), "exposure"),
        (lambda: presentations.enough(1, 2), "nearest is 2"),
        (lambda: presentations.too_little(-1), "gap"),
        (lambda: Bystanders(1, 0.5, 1), "agreeing is 0.5"),
        (lambda: Bystanders(0, 0, 1), "gap"),
        (lambda: Bystanders(1, 0, 0), "step"),
        (lambda: Bystanders(1, 0, 1, 0), "steps"),
        (lambda: Bystanders(1, 0, 1).needed(1, 0), "passes"),
    ],
)
def test_what_is_no_training_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_untired_push_is_as_large_as_both_weights():
    """Far below its gap a mark moves by 2E: the law's constant, as the gap grows."""
    ratios = []
    for gap in (2.0, 5.0, 10.0):
        sway, step = 0.0, 1e-3
        passes = int(gap / (2 * step) / 2)
        for _ in range(passes):
            sway += 2 * step * (1 - expit(sway - gap))
        ratios.append(sway / (2 * step * passes))
    assert ratios == sorted(ratios) and ratios[-1] == pytest.approx(1, abs=0.01)
