"""Setting II of the paper, from a law to people: who submits what when there are n members."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.attainable import Reach
from collective_action.learners.risk.losses import Loss, mean_gradient
from collective_action.learners.risk.records import Records


@dataclass(frozen=True, eq=False)
class Roster:
    """One record per member, and what rounding cost.

    Attributes
    ----------
    records
        n equally weighted records.
    gradient_error
        ‖g_rounded(θ) − g_{P*}(θ)‖, exact. With a μ-strongly convex mixed risk it moves the firm's
        minimiser by at most α·gradient_error/μ.
    error_bound
        ½‖rounded − P*‖₁ times the largest distance between two submitted gradients: never below
        `gradient_error`, and known before θ is.
    """

    records: Records
    gradient_error: float
    error_bound: float


def round_to_members(loss: Loss, theta: ArrayLike, plan: Reach, n: int) -> Roster:
    """Return n records, one per member, whose law is close to a submission.

    Largest remainders, first among the groups of the menu and then within each group, so nobody is
    given a record that the group may not submit. In a menu made of n particular people each group
    is one person, who gets one record. When one group holds everybody and m atoms have a fractional
    count, ½‖rounded − P*‖₁ ≤ m/(4n); a basic solution of the linear programme has at most p atoms,
    so rounding costs O(p/n).

    Parameters
    ----------
    loss, theta
        Where the error is measured.
    plan
        What `reach`, `approach` or `furthest` returned.
    n
        Members, at least 1.

    Raises
    ------
    ValueError
        If n is below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}: a collective has at least 1 member")
    law, members = plan.submission, int(n)
    _, groups = np.unique(plan.groups, return_inverse=True)
    masses = np.bincount(groups, weights=law.weights)
    counts = np.zeros(len(law), dtype=int)
    for group, size in enumerate(_largest_remainders(masses, members)):
        inside = np.flatnonzero(groups == group)
        counts[inside] = _largest_remainders(law.weights[inside] / masses[group], size)
    chosen = np.repeat(np.arange(len(law)), counts)
    rounded = Records(law.features[chosen], law.labels[chosen])
    gradients = loss.gradient(theta, law.features, law.labels)
    change = counts / members - law.weights
    error = np.linalg.norm(mean_gradient(loss, theta, rounded) - law.weights @ gradients)
    return Roster(rounded, float(error), float(0.5 * np.abs(change).sum() * _diameter(gradients)))


def _largest_remainders(shares: np.ndarray, total: int) -> np.ndarray:
    exact = shares * total
    counts = np.floor(exact).astype(int)
    missing = total - counts.sum()
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return counts


def _diameter(points: np.ndarray) -> float:
    squares = np.square(points).sum(axis=1)
    distances = squares[:, np.newaxis] + squares - 2 * points @ points.T
    return float(np.sqrt(max(distances.max(), 0)))
