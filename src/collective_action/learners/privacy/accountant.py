"""What noisy clipped descent promises, by Rényi differential privacy.

Each step draws every record with probability π (Poisson sampling), clips, sums and adds N(0, σ²C²).
Neighbours differ in one record *added or removed*; to replace one is to do both.

Sources: Abadi et al. (2016) for the algorithm; Mironov, Talwar and Zhang (2019) for the moments;
Canonne, Kamath and Steinke (2020) for the way from moments to (ε, δ).
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from collective_action.validation import at_least, fraction

ORDERS = np.r_[1.1:11:0.1, 11:65, 72:129:8, 160, 192, 256, 384, 512]
"""The Rényi orders that are tried."""

LEAST_NOISE, MOST_NOISE = 0.3, 10_000.0


def divergence(noise: float, rate: float, order: float) -> float:
    """Return the Rényi divergence of one step.

    It is ln E(1 − π + π·exp((2z − 1)/(2σ²)))^a / (a − 1) for z ~ N(0, σ²), summed on a grid so fine
    that the rest is rounding.

    Parameters
    ----------
    noise
        σ > 0, in clips.
    rate
        π in [0, 1].
    order
        a > 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    sigma = at_least("noise", noise, 0, strictly=True)
    q, a = fraction("rate", rate), at_least("order", order, 1, strictly=True)
    if q == 1:
        return a / (2 * sigma**2)
    if q == 0:
        return 0.0
    width = min(sigma, sigma**2) / 16
    z = np.arange(-16 * sigma, a + 16 * sigma, width)
    density = -(z**2) / (2 * sigma**2) + np.log(width / (sigma * np.sqrt(2 * np.pi)))
    ratio = np.logaddexp(np.log1p(-q), np.log(q) + (2 * z - 1) / (2 * sigma**2))
    return max(0.0, float(logsumexp(density + a * ratio))) / (a - 1)


def epsilon(noise: float, rate: float, steps: int, delta: float) -> float:
    """Return the ε that T steps are shown to have; records added or removed.

    Parameters
    ----------
    noise, rate
        As in `divergence`.
    steps
        T ≥ 1.
    delta
        δ in (0, 1).

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    count, slack = at_least("steps", steps, 1), fraction("delta", delta)
    if slack in (0, 1):
        raise ValueError(f"delta is {slack}: it must be strictly between 0 and 1")
    best = np.inf
    for order in ORDERS:
        spent = count * divergence(noise, rate, order)
        converted = spent + np.log1p(-1 / order) - (np.log(slack) + np.log(order)) / (order - 1)
        best = min(best, float(converted))
    return max(best, 0.0)


def noise_for(target: float, rate: float, steps: int, delta: float) -> float:
    """Return the least noise σ, 0.3 or more, whose ε is at most the target.

    Parameters
    ----------
    target
        ε > 0.
    rate, steps, delta
        As in `epsilon`.

    Raises
    ------
    ValueError
        If an argument is out of range, or no σ up to 10,000 is enough.
    """
    wanted = at_least("target", target, 0, strictly=True)
    low, high = LEAST_NOISE, MOST_NOISE
    if epsilon(high, rate, steps, delta) > wanted:
        raise ValueError(f"target is {target}: no noise up to {high} is enough")
    if epsilon(low, rate, steps, delta) <= wanted:
        return low
    log_noise = brentq(
        lambda at: epsilon(float(np.exp(at)), rate, steps, delta) - wanted,
        np.log(low), np.log(high), xtol=1e-9,
    )  # fmt: skip
    return float(np.exp(log_noise)) * (1 + 1e-8)
