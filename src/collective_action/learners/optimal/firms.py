"""Setting I of the paper, the ε-suboptimal firm: how far from optimal a given firm is.

f is ε-suboptimal under P if f(x) ∈ argmax_y P̃(x, y) for all x, for some law P̃ near P. The paper's
exact wording of "near" for this learner is not restated here; two meanings are offered, "within ε
in total variation" and "P̃ = (1−ε)P + εQ for some law Q". What each costs is proved in this book.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.learners.optimal.contest import TIE
from collective_action.population import Population
from collective_action.slack import CONTAMINATIONS


def suboptimality(
    population: Population, firm: ArrayLike, contamination: str = "total-variation"
) -> float:
    """Return the smallest ε for which the firm is ε-suboptimal under the population.

    Parameters
    ----------
    population
        The law P that the firm was trained on.
    firm
        The firm's label for each feature, integers of shape (n_features,).
    contamination
        "total-variation" or "contamination".

    Returns
    -------
    float
        In [0, 1); 0 for an optimal firm.

    Raises
    ------
    ValueError
        If firm is not such an array or the contamination is unknown.
    """
    validation.choice("contamination", contamination, CONTAMINATIONS)
    labels = validation.indices("firm", firm, population.n_labels)
    if labels.size != population.n_features:
        raise ValueError(
            f"firm has {labels.size} entries: the population has {population.n_features} features"
        )
    overturned = overturned_margin(population.joint, labels, contamination)
    if contamination == "total-variation":
        return overturned / 2
    return overturned / (1 + overturned)


def overturned_margin(joint: np.ndarray, firm: np.ndarray, contamination: str) -> float:
    """Return the smallest c(ε) that makes the firm ε-suboptimal; c as in `slack.slack`.

    Write p₁ ≥ p₂ ≥ … for the masses of the labels at x and p_f for that of the answer. It is
    Σ_x (p₁ − p_f) under contamination, and under total variation the largest, over k = 1, …,
    n_labels − 1, of 2/(k+1) · Σ_x Σ_{i≤k} (pᵢ − p_f)⁺. The terms with k ≥ 2 matter only for answers
    that are not even second best.

    Parameters
    ----------
    joint
        The law that the firm was trained on, shape (n, n_labels).
    firm
        Its answers, shape (n,).
    contamination
        "total-variation" or "contamination".

    Notes
    -----
    Under contamination only additions to (1−ε)P are possible, and (1−ε)(p₁ − p_f) is what each
    answer needs. Under total variation, additions A and removals R are at most ε each. For p_f to
    reach the k largest masses at x, k times what is added there plus what is removed there is at
    least Σ_{i≤k} (pᵢ − p_f)⁺; summed over x, that is at most kε + ε. Linear programming duality
    gives the converse: bring each x to the level where its labels meet, t, and all levels together
    to where A = R.
    """
    held = joint[np.arange(firm.size), firm]
    excess = _tied_to_zero(-np.sort(-joint, axis=1) - held[:, np.newaxis], joint).sum(axis=0)
    if contamination == "contamination":
        return float(excess[0])
    tops = np.arange(1, joint.shape[1])
    return float((2 * np.cumsum(excess)[:-1] / (tops + 1)).max())


def prices(joint: np.ndarray, contamination: str) -> np.ndarray:
    """Return what each answer costs, shape (n_budgets, n, n_labels).

    A firm is within c(ε) if the prices of its answers add up to at most c(ε) in each budget. There
    is one under contamination, and one for each k of `overturned_margin` under total variation. The
    first is `deviations` either way.
    """
    if contamination == "contamination":
        return deviations(joint)[np.newaxis]
    total, found = np.zeros_like(joint), []
    descending = -np.sort(-joint, axis=1)
    for top in range(1, joint.shape[1]):
        total = total + _tied_to_zero(descending[:, top - 1 : top] - joint, joint)
        found.append(2 * total / (top + 1))
    return np.stack(found)


def deviations(joint: np.ndarray) -> np.ndarray:
    """Return max_y joint[x, y] − joint[x, ·], the same shape, 0 where tied up to rounding."""
    return _tied_to_zero(joint.max(axis=1, keepdims=True) - joint, joint)


def _tied_to_zero(lead: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Return the leads, 0 where negative or, up to rounding, tied."""
    lead[lead <= TIE * joint.max(axis=1, keepdims=True)] = 0.0
    return lead
