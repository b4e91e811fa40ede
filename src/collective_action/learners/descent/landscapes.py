"""Setting III of the paper: risks that a firm descends, given by formula."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.validation import at_least, finite


@dataclass(frozen=True, eq=False)
class Landscape:
    """The firm's own risk, before any collective.

    Attributes
    ----------
    value
        Risk at parameters of shape (…, p); returns shape (…).
    gradient
        g_{P₀} at parameters of shape (…, p); returns the same shape.
    smoothness
        A Lipschitz constant of the gradient, or None where no global one is known.
    """

    value: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    smoothness: float | None = None


def quadratic(hessian: ArrayLike, minimiser: ArrayLike) -> Landscape:
    """Return ½(θ−θ₀)ᵀH(θ−θ₀): least squares seen from its minimiser.

    Parameters
    ----------
    hessian
        H, shape (p, p), symmetric; negative eigenvalues make saddles.
    minimiser
        θ₀, shape (p,).

    Raises
    ------
    ValueError
        If H is not square and symmetric or θ₀ does not fit it.
    """
    matrix, centre = finite("hessian", hessian, 2), finite("minimiser", minimiser, 1)
    if matrix.shape != (len(centre), len(centre)) or not np.allclose(matrix, matrix.T):
        raise ValueError(
            f"hessian has shape {matrix.shape}: it must be symmetric, "
            f"{len(centre)} × {len(centre)} as minimiser has {len(centre)} entries"
        )
    return Landscape(
        lambda theta: 0.5 * np.einsum("...i,ij,...j", theta - centre, matrix, theta - centre),
        lambda theta: (theta - centre) @ matrix,
        float(np.abs(np.linalg.eigvalsh(matrix)).max()),
    )


@dataclass(frozen=True)
class Hills:
    """A shallow bowl with Gaussian hills: (stiffness/2)‖θ‖² + Σ heightᵢ·exp(−‖θ−cᵢ‖²/2widthᵢ²).

    Parameters
    ----------
    centres
        (x, y) of each hill.
    heights, widths
        Of each hill; a negative height is a pit.
    stiffness
        Curvature of the bowl, at least 0.
    """

    centres: tuple[tuple[float, float], ...]
    heights: tuple[float, ...]
    widths: tuple[float, ...]
    stiffness: float

    def __post_init__(self) -> None:
        if not len(self.centres) == len(self.heights) == len(self.widths):
            raise ValueError(
                f"centres, heights and widths have {len(self.centres)}, {len(self.heights)} and "
                f"{len(self.widths)} entries: each hill needs one of each"
            )
        for width in self.widths:
            at_least("widths", width, 0, strictly=True)
        at_least("stiffness", self.stiffness, 0)

    def landscape(self) -> Landscape:
        """Return the risk and its exact gradient."""
        centres, heights, widths = (np.array(x) for x in (self.centres, self.heights, self.widths))

        def bumps(theta):
            offsets = np.asarray(theta)[..., np.newaxis, :] - centres
            return offsets, heights * np.exp(-0.5 * np.square(offsets).sum(-1) / widths**2)

        def value(theta: np.ndarray):
            return 0.5 * self.stiffness * np.square(theta).sum(-1) + bumps(theta)[1].sum(-1)

        def gradient(theta: np.ndarray):
            offsets, rises = bumps(theta)
            slopes = ((rises / widths**2)[..., np.newaxis] * offsets).sum(-2)
            return self.stiffness * np.asarray(theta) - slopes

        # |h''| of a Gaussian bump is at most height/width².
        return Landscape(
            value, gradient, float(self.stiffness + (np.abs(heights) / widths**2).sum())
        )


# Three hills in a row make a ridge between the bottom of the bowl, where the firm is, and a pit,
# where the collective wants it: the straight line climbs the ridge, a detour rounds its end.
RIDGE = Hills(
    centres=((0.0, 1.1), (0.0, 0.4), (0.0, -0.3), (1.3, 0.4)),
    heights=(1.0, 1.0, 1.0, -0.6),
    widths=(0.4, 0.4, 0.4, 0.45),
    stiffness=0.08,
)
RIDGE_START = np.array([-1.2233, -0.0352])
RIDGE_TARGET = np.array([1.2872, 0.3895])
RIDGE_START.setflags(write=False)
RIDGE_TARGET.setflags(write=False)
