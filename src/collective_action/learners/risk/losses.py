"""Setting II of the paper: the firm, convex losses with exact gradients.

Every loss has the same five methods. `value` and `gradient` return one row per record;
`hessian` averages over weighted records; `parameters` counts θ's entries; `strong_convexity`
is a constant μ for which the average loss over given records is μ-strongly convex everywhere.
A ridge penalty (λ/2)‖θ‖² belongs to the loss of each record, so it is counted once in a mixture.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logsumexp, softmax

from collective_action.learners.risk.records import Records
from collective_action.validation import at_least, finite

ROUNDING = 1e-12


class Loss(Protocol):
    """What the rest of the package asks of a loss ℓ(θ; (x, y)), convex in θ."""

    def parameters(self, n_features: int) -> int:
        """Return the number of entries of θ when records have `n_features` columns."""

    def value(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return ℓ(θ; z) of each record, shape (n,).

        Parameters
        ----------
        theta
            Shape (p,).
        features
            Shape (n, d).
        labels
            Shape (n,).
        """

    def gradient(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return ∇ℓ(θ; z) of each record, shape (n, p).

        Parameters
        ----------
        theta, features, labels
            As in `value`.
        """

    def hessian(self, theta: ArrayLike | None, records: Records) -> np.ndarray:
        """Return the average Hessian over the records, shape (p, p).

        Parameters
        ----------
        theta
            Shape (p,); None will do where the Hessian does not depend on it.
        records
            What the average is taken over.
        """

    def strong_convexity(self, records: Records) -> float:
        """Return a μ ≥ 0 for which the average loss over the records is μ-strongly convex."""


def mean_value(loss: Loss, theta: ArrayLike, records: Records) -> float:
    """Return the risk E ℓ(θ; z) over the records.

    Parameters
    ----------
    loss
        The firm's loss.
    theta
        Shape (p,).
    records
        Its data, with weights that sum to one.
    """
    return float(records.weights @ loss.value(theta, records.features, records.labels))


def mean_gradient(loss: Loss, theta: ArrayLike, records: Records) -> np.ndarray:
    """Return g(θ) = E ∇ℓ(θ; z) over the records, shape (p,).

    Parameters
    ----------
    loss, theta, records
        As in `mean_value`.
    """
    return records.weights @ loss.gradient(theta, records.features, records.labels)


def rounding(loss: Loss, theta: ArrayLike, records: Records) -> float:
    """Return the length up to which g(θ) is rounding, so that a firm at θ is at rest.

    That is 1e-12 of the terms that g(θ) sums, plus what it changes by when θ moves by 1e-12 of its
    length: at a minimiser computed in floating point the gradient is some thousand times shorter.

    Parameters
    ----------
    loss, theta, records
        As in `mean_value`.
    """
    terms = np.linalg.norm(loss.gradient(theta, records.features, records.labels), axis=1)
    curvature = np.linalg.norm(loss.hessian(theta, records))
    return float(ROUNDING * (records.weights @ terms + curvature * np.linalg.norm(theta)))


@dataclass(frozen=True)
class SquaredDistance:
    """ℓ(θ; x) = ½‖θ − x‖²: mean estimation. Labels play no part; θ has shape (d,)."""

    def parameters(self, n_features: int) -> int:
        """Return d."""
        return n_features

    def value(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return ½‖θ − x‖² of each record, shape (n,)."""
        return 0.5 * np.square(self.gradient(theta, features, labels)).sum(axis=1)

    def gradient(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return θ − x of each record, shape (n, d)."""
        return parameter(self, theta, features) - features

    def hessian(self, theta: ArrayLike | None, records: Records) -> np.ndarray:
        """Return the identity."""
        return np.eye(records.features.shape[1])

    def strong_convexity(self, records: Records) -> float:
        """Return one, whatever the records."""
        return 1.0


@dataclass(frozen=True)
class Squared:
    """ℓ(θ; x, y) = ½(x·θ − y)² + (λ/2)‖θ‖²: least squares, or ridge regression when λ > 0.

    Parameters
    ----------
    penalty
        λ ≥ 0.
    """

    penalty: float = 0.0

    def __post_init__(self) -> None:
        at_least("penalty", self.penalty, 0)

    def parameters(self, n_features: int) -> int:
        """Return d."""
        return n_features

    def value(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the loss of each record, shape (n,)."""
        theta = parameter(self, theta, features)
        return 0.5 * np.square(features @ theta - labels) + 0.5 * self.penalty * theta @ theta

    def gradient(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return (x·θ − y)x + λθ of each record, shape (n, d)."""
        theta = parameter(self, theta, features)
        return (features @ theta - labels)[:, np.newaxis] * features + self.penalty * theta

    def hessian(self, theta: ArrayLike | None, records: Records) -> np.ndarray:
        """Return E xxᵀ + λI, shape (d, d)."""
        return _second_moment(records.features, records.weights) + self.penalty * np.eye(
            records.features.shape[1]
        )

    def strong_convexity(self, records: Records) -> float:
        """Return the least eigenvalue of E xxᵀ + λI."""
        return max(float(np.linalg.eigvalsh(self.hessian(None, records))[0]), self.penalty)


@dataclass(frozen=True)
class Logistic:
    """ℓ(θ; x, y) = log(1 + e^{x·θ}) − y·x·θ + (λ/2)‖θ‖², labels 0 or 1.

    Parameters
    ----------
    penalty
        λ ≥ 0. At λ = 0 separable data have no minimiser, and μ is 0.
    """

    penalty: float = 0.0

    def __post_init__(self) -> None:
        at_least("penalty", self.penalty, 0)

    def parameters(self, n_features: int) -> int:
        """Return d."""
        return n_features

    def value(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the loss of each record, shape (n,)."""
        theta = parameter(self, theta, features)
        scores = features @ theta
        return (
            np.logaddexp(0, scores)
            - _classes(labels, 2) * scores
            + 0.5 * self.penalty * theta @ theta
        )

    def gradient(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return (σ(x·θ) − y)x + λθ of each record, shape (n, d)."""
        theta = parameter(self, theta, features)
        residuals = expit(features @ theta) - _classes(labels, 2)
        return residuals[:, np.newaxis] * features + self.penalty * theta

    def hessian(self, theta: ArrayLike | None, records: Records) -> np.ndarray:
        """Return E σ(1−σ)xxᵀ + λI, shape (d, d)."""
        theta = parameter(self, theta, records.features)
        scores = records.features @ theta
        curvature = records.weights * expit(scores) * expit(-scores)
        return _second_moment(records.features, curvature) + self.penalty * np.eye(len(theta))

    def strong_convexity(self, records: Records) -> float:
        """Return λ: the logistic part flattens far from the origin."""
        return self.penalty


@dataclass(frozen=True)
class Multinomial:
    """ℓ(θ; x, y) = log Σ_k e^{x·θ_k} − x·θ_y + (λ/2)‖θ‖², labels 0 … K−1.

    θ has shape (K·d,): the d entries of class 0, then those of class 1, and so on.

    Parameters
    ----------
    n_classes
        K ≥ 2.
    penalty
        λ > 0: without it, adding a vector to every θ_k changes nothing and no minimiser is unique.
    """

    n_classes: int
    penalty: float

    def __post_init__(self) -> None:
        at_least("n_classes", self.n_classes, 2)
        at_least("penalty", self.penalty, 0, strictly=True)

    def parameters(self, n_features: int) -> int:
        """Return K·d."""
        return self.n_classes * n_features

    def value(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the loss of each record, shape (n,)."""
        theta = parameter(self, theta, features)
        scores = features @ theta.reshape(self.n_classes, -1).T
        chosen = scores[np.arange(len(scores)), _classes(labels, self.n_classes)]
        return logsumexp(scores, axis=1) - chosen + 0.5 * self.penalty * theta @ theta

    def gradient(self, theta: ArrayLike, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return (softmax − e_y) ⊗ x + λθ of each record, shape (n, K·d)."""
        theta = parameter(self, theta, features)
        residuals = softmax(features @ theta.reshape(self.n_classes, -1).T, axis=1)
        residuals[np.arange(len(residuals)), _classes(labels, self.n_classes)] -= 1
        outer = residuals[:, :, np.newaxis] * np.asarray(features)[:, np.newaxis, :]
        return outer.reshape(len(outer), len(theta)) + self.penalty * theta

    def hessian(self, theta: ArrayLike | None, records: Records) -> np.ndarray:
        """Return E (diag(π) − ππᵀ) ⊗ xxᵀ + λI, shape (K·d, K·d)."""
        theta = parameter(self, theta, records.features)
        x = records.features
        shares = softmax(x @ theta.reshape(self.n_classes, -1).T, axis=1)
        spread = shares[:, :, np.newaxis] * np.eye(self.n_classes) - np.einsum(
            "nk,nl->nkl", shares, shares
        )
        blocks = np.einsum("n,nkl,ni,nj->kilj", records.weights, spread, x, x, optimize=True)
        return blocks.reshape(len(theta), -1) + self.penalty * np.eye(len(theta))

    def strong_convexity(self, records: Records) -> float:
        """Return λ."""
        return self.penalty


def parameter(loss: Loss, theta: ArrayLike | None, features: np.ndarray) -> np.ndarray:
    """Return θ as a float64 array, shape (p,), and raise ValueError if p does not fit."""
    vector = finite("theta", theta, 1)
    expected = loss.parameters(np.shape(features)[1])
    if len(vector) != expected:
        raise ValueError(f"theta has {len(vector)} entries: {loss} needs {expected}")
    return vector


def _classes(labels, n_classes: int) -> np.ndarray:
    classes = np.asarray(labels)
    wrong = ~np.isin(classes, np.arange(n_classes))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"labels[{at}] is {classes[at]}: it must be one of 0 … {n_classes - 1}")
    return classes.astype(np.int64)


def _second_moment(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (features * weights[:, np.newaxis]).T @ features
