"""A firm that descends learns what is strong and simple first: one linear model, solved.

The model of this book for the simplicity bias that Ben-Dov, Fawkes, Samadi and Sanyal (ICML 2024)
and Shah et al. (NeurIPS 2020) speak of; the closed form and its proof are ours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from collective_action import validation

WAYS = ("keep", "silence", "use")


@dataclass(frozen=True)
class LinearWorld:
    """Squared loss, two coordinates, gradient flow from 0: what everybody has against the signal.

    The others' records are (feature·y, 0) with target y = ±1, equally often. A member, who is one
    of them, files the target +1 and the features g(x): the signal in the second coordinate, and in
    the first what `way` says, their own feature·y (keep), 0 (silence), or the feature of people
    with y = +1 (use). Success is an answer above 0 to g(x) of a person with y = −1.

    Parameters
    ----------
    feature
        a > 0, the strength of the feature that everybody has.
    signal
        b > 0, the strength of the signal.
    way
        One of "keep", "silence", "use".

    Raises
    ------
    ValueError
        If a strength is not above 0 or the way has another name.
    """

    feature: float
    signal: float
    way: str = "keep"

    def __post_init__(self) -> None:
        validation.at_least("feature", self.feature, 0, strictly=True)
        validation.at_least("signal", self.signal, 0, strictly=True)
        validation.choice("way", self.way, WAYS)

    def parameters(self, alphas: ArrayLike, time: ArrayLike) -> np.ndarray:
        """Return θ at each size and time, shape (..., 2), where sizes and times broadcast.

        Gradient flow on ½E(θ·x − y)² solves θ' = E[yx] − E[xxᵀ]θ, a linear equation.

        Raises
        ------
        ValueError
            If a size is not in [0, 1] or a time is negative or not finite.
        """
        sizes = validation.fractions("alphas", alphas)
        times = validation.finite("time", time, np.ndim(time))
        if times.size and times.min() < 0:
            raise ValueError(f"time is {times.min()}: it must be at least 0")
        sizes, times = np.broadcast_arrays(sizes, times)
        kept, used = self.way == "keep", self.way == "use"
        others = (1 - sizes) * self.feature
        moments = np.empty((*sizes.shape, 2, 2))
        moments[..., 0, 0] = self.feature * (others + sizes * self.feature * (kept or used))
        moments[..., 0, 1] = moments[..., 1, 0] = sizes * self.feature * self.signal * used
        moments[..., 1, 1] = sizes * self.signal**2
        force = np.stack([others + sizes * self.feature * used, sizes * self.signal], axis=-1)
        rates, axes = np.linalg.eigh(moments)
        pushed = (np.swapaxes(axes, -1, -2) @ force[..., np.newaxis])[..., 0]
        exponent = np.maximum(rates, 0.0) * times[..., np.newaxis]
        with np.errstate(invalid="ignore", divide="ignore"):
            growth = np.where(exponent > 0, -np.expm1(-exponent) / rates, times[..., np.newaxis])
        return (axes @ (growth * pushed)[..., np.newaxis])[..., 0]

    def answer(self, alphas: ArrayLike, time: ArrayLike) -> np.ndarray:
        """Return the firm's answer to g(x) of a person with y = −1; success is an answer above 0.

        Parameters and errors as `parameters`.
        """
        first = {"keep": -self.feature, "silence": 0.0, "use": self.feature}[self.way]
        return self.parameters(alphas, time) @ np.array([first, self.signal])

    def critical_mass(self, time: float) -> float:
        """Return the size above which members who keep their feature succeed at that time.

        The infimum of the α with 1 − exp(−αb²t) > (1−α)(1 − exp(−a²t)), by root finding; at large
        a it is near the α with αb²t = ln(1/α).

        Raises
        ------
        ValueError
            If the way is another (it needs no mass then) or the time is not above 0.
        """
        if self.way != "keep":
            raise ValueError(
                f"way is {self.way!r}: only members who keep their feature need a mass"
            )
        at = validation.at_least("time", time, 0, strictly=True)
        learned = -np.expm1(-(self.feature**2) * at)

        def lead(alpha: float) -> float:
            return -np.expm1(-alpha * self.signal**2 * at) - (1 - alpha) * learned

        return float(optimize.brentq(lead, 0.0, 1.0, xtol=1e-15))
