"""Setting I of the paper, the ε-suboptimal firm: how far from optimal given answers are.

f is ε-suboptimal under P if f(x) ∈ argmax_y P̃(x, y) for all x, for some law P̃ near P. The paper's
exact wording of "near" for this learner is not restated here; `firm.Firm` has three meanings of it.
What each costs is proved in this book.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.firm import NEAR, WITH_SLACK
from collective_action.population import Population
from collective_action.strategies.contest import TIE


def suboptimality(population: Population, answers: ArrayLike, near: str = "joint") -> float:
    """Return the smallest ε for which a firm's answers are ε-suboptimal under the population.

    Parameters
    ----------
    population
        The law P that the firm was trained on.
    answers
        The firm's label for each feature, integers of shape (n_features,).
    near
        "joint", "mixture" or "pointwise", as in `firm.Firm`.

    Returns
    -------
    float
        In [0, 1); 0 for an optimal firm. For "pointwise" the largest of `tolerances` over the
        features that somebody has, at most 1/2.

    Raises
    ------
    ValueError
        If answers are not such an array or `near` is none of these.
    """
    validation.choice("near", near, NEAR)
    labels = validation.indices("answers", answers, population.n_labels)
    if labels.size != population.n_features:
        raise ValueError(
            f"answers has {labels.size} entries: the population has {population.n_features} "
            "features"
        )
    if near == "pointwise":
        return float(tolerances(population.joint)[np.arange(labels.size), labels].max())
    overturned = overturned_margin(population.joint, labels, near)
    return overturned / 2 if near == "joint" else overturned / (1 + overturned)


def overturned_margin(joint: np.ndarray, answers: np.ndarray, near: str) -> float:
    """Return the smallest c(ε) that makes answers ε-suboptimal; c as `Firm.slack`.

    Raises ValueError for "pointwise", which has no c(ε).

    Write p₁ ≥ p₂ ≥ … for the masses of the labels at x and p_f for that of the answer. It is
    Σ_x (p₁ − p_f) for a mixture, and for the joint law the largest, over k = 1, …, n_labels − 1, of
    2/(k+1) · Σ_x Σ_{i≤k} (pᵢ − p_f)⁺. The terms with k ≥ 2 matter only for answers that are not
    even second best.

    Parameters
    ----------
    joint
        The law that the firm was trained on, shape (n, n_labels).
    answers
        The firm's labels, shape (n,).
    near
        "joint" or "mixture".

    Notes
    -----
    For a mixture only additions to (1−ε)P are possible, and (1−ε)(p₁ − p_f) is what each
    answer needs. For the joint law, additions A and removals R are at most ε each. For p_f to
    reach the k largest masses at x, k times what is added there plus what is removed there is at
    least Σ_{i≤k} (pᵢ − p_f)⁺; summed over x, that is at most kε + ε. Linear programming duality
    gives the converse: bring each x to the level where its labels meet, t, and all levels together
    to where A = R.
    """
    validation.choice("near", near, WITH_SLACK)
    held = joint[np.arange(answers.size), answers]
    excess = _tied_to_zero(-np.sort(-joint, axis=1) - held[:, np.newaxis], joint).sum(axis=0)
    if near == "mixture":
        return float(excess[0])
    tops = np.arange(1, joint.shape[1])
    return float((2 * np.cumsum(excess)[:-1] / (tops + 1)).max())


def prices(joint: np.ndarray, near: str) -> np.ndarray:
    """Return what each answer costs, shape (n_budgets, n, n_labels).

    A firm is within c(ε) if the prices of its answers add up to at most c(ε) in each budget. There
    is one for a mixture, and one for each k of `overturned_margin` for the joint law. The first is
    `deviations` either way. ValueError for "pointwise", which has no c(ε).
    """
    validation.choice("near", near, WITH_SLACK)
    if near == "mixture":
        return deviations(joint)[np.newaxis]
    total, budgets = np.zeros_like(joint), []
    descending = -np.sort(-joint, axis=1)
    for top in range(1, joint.shape[1]):
        total = total + _tied_to_zero(descending[:, top - 1 : top] - joint, joint)
        budgets.append(2 * total / (top + 1))
    return np.stack(budgets)


def tolerances(joint: np.ndarray) -> np.ndarray:
    """Return the least ε with which a pointwise firm may give each answer, shape (n, n_labels).

    At each x alone it is the ε of `overturned_margin` for the conditional law: with p₁ ≥ p₂ ≥ … its
    probabilities and p_f that of the answer, the largest over k of Σ_{i≤k} (pᵢ − p_f)⁺ / (k+1). So
    it is (p₁ − p_f)/2 for an answer that at most one label beats, and at most 1/2 for any.

    Parameters
    ----------
    joint
        The law that the firm was trained on, shape (n, n_labels). Where P(x) = 0 every answer is
        free.
    """
    mass = joint.sum(axis=1, keepdims=True)
    overturned = prices(joint, "joint").max(axis=0) / 2
    return np.divide(overturned, mass, out=np.zeros_like(joint), where=mass > 0)


def deviations(joint: np.ndarray) -> np.ndarray:
    """Return max_y joint[x, y] − joint[x, ·], the same shape, 0 where tied up to rounding."""
    return _tied_to_zero(joint.max(axis=1, keepdims=True) - joint, joint)


def _tied_to_zero(lead: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Return the leads, 0 where negative or, up to rounding, tied."""
    lead[lead <= TIE * joint.max(axis=1, keepdims=True)] = 0.0
    return lead
