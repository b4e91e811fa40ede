"""Theorems on random instances, all in one table: `python -m support.instances FILE.csv`.

Each statement is tried on instances drawn at random, and so is a bolder one that looks as
plausible. The first must never fail; the second must, or the search could have found no mistake.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from collective_action import bounds
from collective_action.learners import descent, optimal, risk
from collective_action.learners.presentations import Bystanders
from collective_action.participation import Participation, tipping_points, trajectory
from collective_action.population import Population
from collective_action.strategies import Erasure, FeatureLabel, FeatureOnly, Leave, Signal

INSTANCES = 5_000
Trial = tuple[bool, bool]  # whether the statement failed, and whether the bolder one did


@dataclass(frozen=True)
class Statement:
    """What is tried.

    Attributes
    ----------
    label
        Of the statement in the book.
    says
        What is compared with what, in a few words.
    bolder
        What the bolder statement leaves out or adds.
    trials
        Yields what came out, instance by instance, without end.
    """

    label: str
    says: str
    bolder: str
    trials: Callable[[np.random.Generator], Iterator[Trial]]

    def count(self, seed: int, instances: int) -> tuple[int, int]:
        """Return how often the statement failed, and the bolder one."""
        trials = self.trials(np.random.default_rng(seed))
        failed = np.array([next(trials) for _ in range(instances)])
        return int(failed[:, 0].sum()), int(failed[:, 1].sum())


def _city(generator: np.random.Generator) -> Population:
    """Return a population with small whole masses: exact ties are common."""
    masses = generator.integers(0, 4, (generator.integers(2, 9), generator.integers(2, 5)))
    masses = masses.astype(float)
    masses[0, 0] += 1
    return Population(masses / masses.sum())


def _below(success: np.ndarray, bound: np.ndarray) -> bool:
    return bool((success < bound - 1e-12).any())


def _planting(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        city = _city(generator)
        signal = Signal(
            generator.integers(0, city.n_features, city.n_features),
            int(generator.integers(city.n_labels)),
        )
        alphas = generator.integers(1, 33, 8) / 32
        success = optimal.success_curve(city, FeatureLabel(signal), alphas)
        gap = bounds.suboptimality_gap(city, signal)
        uniqueness = bounds.uniqueness(city, signal)
        promised = bounds.feature_label(alphas, gap=gap, uniqueness=uniqueness)
        bolder = bounds.feature_label(alphas, gap=gap / 2, uniqueness=uniqueness)
        yield _below(success, promised), _below(success, bolder)


def _without_labels(kind: str) -> Callable[[np.random.Generator], Iterator[Trial]]:
    def trials(generator: np.random.Generator) -> Iterator[Trial]:
        alphas = np.arange(1, 17) / 16
        while True:
            shape = generator.integers(3, 9), generator.integers(2, 5)
            target = int(generator.integers(shape[1]))
            masses = generator.integers(0, 4, shape).astype(float)
            masses[:, target] += generator.integers(0, 3)
            masses[0, 0] += 1
            masses *= generator.choice([1, 50], (shape[0], 1))
            city = Population(masses / masses.sum())
            reached = generator.integers(0, shape[0], 2)
            signal = Signal(generator.choice(reached, shape[0]), target)
            known = {"uniqueness": bounds.uniqueness(city, signal)}
            least = bounds.positivity(city, signal)
            if kind == "leave":
                refuge = np.setdiff1d(np.arange(shape[0]), signal.points)[0]
                success = optimal.success_curve(city, Leave(signal, refuge), alphas)
                known["gap"] = bounds.suboptimality_gap(city, signal)
                share = bounds.carried_positivity(city, signal)
                promised = bounds.leave(alphas, carried_positivity=share, **known)
                bolder = bounds.leave(alphas, carried_positivity=(1 + share) / 2, **known)
            else:
                success = optimal.success_curve(city, FeatureOnly(signal), alphas)
                of = bounds.feature_only if kind == "paper" else bounds.feature_only_sharp
                promised = of(alphas, positivity=least, **known)
                bolder = of(alphas, positivity=(1 + least) / 2, **known)
            yield _below(success, promised), _below(success, bolder)

    return trials


def _erasing(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        city = _city(generator)
        held = np.flatnonzero(city.marginal)
        references = generator.choice(held, generator.integers(1, held.size + 1), replace=False)
        g = generator.choice(references, city.n_features)
        g[references] = references
        alphas = generator.integers(1, 33, 8) / 32
        success = optimal.success_curve(city, Erasure(g), alphas)
        distance = bounds.erasure_distance(city, g)
        promised = bounds.erasure(alphas, distance=distance)
        yield (
            _below(success, promised),
            _below(success, bounds.erasure(alphas, distance=distance / 2)),
        )


def _steering(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        d, loss = int(generator.integers(2, 5)), risk.Squared(0.05)
        if generator.random() < 0.5:
            loss = risk.Logistic(0.05)
        crowd = risk.Records(generator.normal(size=(12, d)), generator.integers(0, 2, 12))
        offered = (
            np.concatenate([crowd.features, generator.normal(size=(30, d))]),
            np.concatenate([crowd.labels, generator.integers(0, 2, 30)]),
        )
        wanted = generator.normal(size=d)
        found = risk.steer(loss, wanted, risk.candidates(crowd, *offered))
        pull, mass = float(np.linalg.norm(found.base_gradient)), found.critical_mass
        alpha = float(generator.uniform(0, min(mass, 1)))
        law = crowd.mix(found.submission(alpha), alpha)
        convexity = loss.strong_convexity(law)
        distance = float(np.linalg.norm(found.deployed(alpha) - wanted))
        promised = risk.guarantee(pull, found.gamma, alpha, convexity)
        missed = mass <= 1 and np.linalg.norm(found.deployed(mass) - wanted) > 1e-6
        yield bool(missed or distance > promised + 1e-8), distance > promised / 2 + 1e-8


def _descending(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        p = int(generator.integers(2, 6))
        square = generator.normal(size=(p, p))
        landscape = descent.quadratic(square + square.T, generator.normal(size=p))
        origin, goal = generator.normal(size=(2, p))
        alpha, push = generator.uniform(0.1, 0.9), generator.uniform(1, 40)
        step = generator.uniform(0.01, 0.1)
        rate = float(descent.segment_contraction(landscape, push, origin, goal, alpha))
        if not 1 / 80 < step * rate <= 1:
            continue
        due = int(np.ceil(1 / (step * rate)))
        firm = descent.GradientBudget(landscape, push)
        run = descent.control(firm, origin, goal, alpha, step, due)
        bound = descent.arrival_bound(rate, step, np.arange(due + 1), run.distances[0])
        above = bool((run.distances > bound + 1e-9).any() or run.distances[-1] > 1e-9)
        half_way = run.distances[len(run.distances) // 2] > 1e-9
        yield above, bool(half_way)


def _tipping(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        steps = np.sort(generator.random(generator.integers(1, 20)))
        heights = np.sort(generator.random(steps.size + 1))

        def success(share, steps=steps, heights=heights):
            return heights[np.searchsorted(steps, share, side="right")]

        group = Participation(
            success, cost=generator.uniform(0.02, 0.6), free_riding=generator.uniform(0, 0.6)
        )
        for tip in tipping_points(group):
            starts = np.clip([tip - 1e-6, tip + 1e-6], 0, 1)
            paths = trajectory(group, starts, rounds=60, reconsider=0.5)
            moves = np.diff(paths, axis=0)
            held = (moves[:, 0] <= 0).all() and (moves[:, 1] >= 0).all()
            apart = paths[-1, 0] < 1e-9 and paths[-1, 1] > 1 - 1e-9
            higher = trajectory(group, np.array([tip - 0.05]).clip(0), rounds=60, reconsider=0.5)
            yield not (held and apart), bool(higher[-1, 0] < 0.5)


def _bystanders(generator: np.random.Generator) -> Iterator[Trial]:
    while True:
        accidents = int(generator.integers(1, 30))
        agreeing = int(generator.integers(0, (accidents + 1) // 2)) / accidents
        members, passes = int(generator.integers(0, 40)), int(generator.integers(1, 60))
        step = 2 / (members + accidents + 1) * generator.random() + 1e-6
        firm = Bystanders(generator.uniform(0.1, 6), agreeing, step)
        won = firm.after(members, accidents, passes) > firm.gap
        fewer, more = firm.needed(accidents, passes)
        failed = (won and members < fewer - 1e-9) or (not won and members > more + 1e-9)
        heads = firm.gap / (firm.step * passes)
        yield failed, not won and members > heads + 1e-9


STATEMENTS: Sequence[Statement] = (
    Statement(
        "thm-planting",
        "the bound on planting in features and labels, against exact success",
        "half the suboptimality gap will do", _planting,
    ),
    Statement(
        "thm-feature-only",
        "the paper's bound on planting without labels, against exact success",
        "the least positivity counts as half-way to 1", _without_labels("paper"),
    ),
    Statement(
        "thm-feature-only-sharp",
        "our sharper bound, against exact success",
        "the least positivity counts as half-way to 1", _without_labels("sharp"),
    ),
    Statement(
        "thm-leave",
        "the bound for a collective that leaves, against exact success",
        "the carried positivity counts as half-way to 1", _without_labels("leave"),
    ),
    Statement(
        "thm-erasing",
        "the bound on erasing, against exact success",
        "half the distance will do", _erasing,
    ),
    Statement(
        "thm-steering-below",
        "the distance from the target, and that the critical mass arrives, against minimisers",
        "half the distance is promised", _steering,
    ),
    Statement(
        "thm-control",
        "the distance promised night by night, and the night of arrival, against descent",
        "half the nights are enough", _descending,
    ),
    Statement(
        "prop-paths",
        "groups just above and just below a tipping point, against their paths",
        "a group short of it by a twentieth still grows", _tipping,
    ),
    Statement(
        "thm-heads-and-share",
        "who has won after so many passes, and who has not, against descent",
        "heads alone are enough", _bystanders,
    ),
)  # fmt: skip


def table(instances: int = INSTANCES, seed: int = 2023) -> pd.DataFrame:
    """Return a row a statement: how often it was tried, and how often what failed."""
    rows = []
    for statement in tqdm(STATEMENTS, unit=" statements", disable=None):
        failed, refuted = statement.count(seed, instances)
        rows.append(
            {
                "statement": f"{{prf:ref}}`{statement.label}`",
                "what is compared": statement.says,
                "instances": f"{instances:,}",
                "failures": failed,
                "bolder": statement.bolder,
                "refuted by": f"{refuted:,}",
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m support.instances", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--instances", type=int, default=INSTANCES)
    options = parser.parse_args()
    table(options.instances).to_csv(options.file, index=False, lineterminator="\n")
