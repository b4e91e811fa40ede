"""Section 2.2 of the paper, the ε-suboptimal firm: how far from optimal a given firm is.

f is ε-suboptimal under P if f(x) ∈ argmax_y P̃(x, y) for all x, for some law P̃ near P. The paper's
exact wording of "near" for this learner is not restated here; two meanings are offered, "within ε
in total variation" and "P̃ = (1−ε)P + εQ for some law Q". What each costs is proved in this book.
"""

import numpy as np

from collective_action import validation
from collective_action.contest import TIE
from collective_action.population import Population

CONTAMINATIONS = ("total-variation", "contamination")


def suboptimality(population: Population, firm, contamination: str = "total-variation") -> float:
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
    """Return the smallest c(ε) that makes the firm ε-suboptimal; c as in `bounds.slack`.

    Under contamination it is Σ_x [max_y P(x, y) − P(x, f(x))]. Under total variation that is a
    lower bound, met whenever each answer given is the best or the second best.

    Notes
    -----
    Under total variation let P̃ bring every label of x down to a level t and f(x) up to it. Lowering
    t from the top saves addition one for one and costs removal one for each label above t. P̃ is a
    law when additions and removals balance, and lowering where it costs least first balances them
    at the least total.
    """
    held = joint[np.arange(firm.size), firm]
    if contamination == "contamination":
        return float(deviations(joint)[np.arange(firm.size), firm].sum())
    wrong = deviations(joint)[np.arange(firm.size), firm] > 0
    above = np.maximum(joint[wrong], held[wrong, np.newaxis])
    descending = -np.sort(-above, axis=1)
    drops = (descending[:, :-1] - descending[:, 1:]).sum(axis=0)
    added, removed = float(drops.sum()), 0.0
    for labels_above, drop in enumerate(drops, start=1):
        lowered = min(drop, (added - removed) / (1 + labels_above))
        added -= lowered
        removed += labels_above * lowered
    return 2 * max(added, removed)


def deviations(joint: np.ndarray) -> np.ndarray:
    """Return max_y joint[x, y] − joint[x, ·], the same shape, 0 where tied up to rounding."""
    top = joint.max(axis=1, keepdims=True)
    below = top - joint
    below[below <= TIE * top] = 0.0
    return below
